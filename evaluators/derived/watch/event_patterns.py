"""Patterns of EventBridge rules: does one match an event. Asked of a sample, operator by operator.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import ipaddress
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import translate
from functools import cache
from typing import Any

_OR = "$or"


class PatternError(ValueError):
    """A pattern that uses what is not known here."""


def matches(pattern: str, event: Mapping[str, Any]) -> bool:
    """Whether the event matches the pattern, as the rule holds it. Raises PatternError."""
    try:
        held = json.loads(pattern)
    except ValueError as error:
        raise PatternError("the pattern is no JSON") from error
    if not isinstance(held, Mapping):
        raise PatternError("the pattern is no JSON object")
    return _every(held, event)


def _every(pattern: Mapping[str, Any], event: Any) -> bool:
    """Every field must match. What cannot be read matters only where the rest matches."""
    unclear: PatternError | None = None
    for name, wanted in pattern.items():
        try:
            if not _field(name, wanted, event):
                return False
        except PatternError as error:
            unclear = unclear or error
    if unclear is not None:
        raise unclear
    return True


def _field(name: str, wanted: Any, event: Any) -> bool:
    if name == _OR and isinstance(wanted, Sequence) and all(isinstance(one, Mapping) for one in wanted):
        return _some(lambda one: _every(one, event), wanted)
    held = event.get(name) if isinstance(event, Mapping) else None
    if isinstance(wanted, Mapping):
        if isinstance(held, list):
            return _some(lambda one: _every(wanted, one), held)
        return _every(wanted, held if isinstance(held, Mapping) else {})
    if not isinstance(wanted, list):
        raise PatternError(f"{name} is neither an object nor a list")
    values = held if isinstance(held, list) else [held]
    there = isinstance(event, Mapping) and name in event
    return _some(lambda test: any(_test(test, value, there=there) for value in values), wanted)


def _some(holds: Callable[[Any], bool], things: Sequence[Any]) -> bool:
    unclear: PatternError | None = None
    for one in things:
        try:
            if holds(one):
                return True
        except PatternError as error:
            unclear = unclear or error
    if unclear is not None:
        raise unclear
    return False


def _test(test: Any, value: Any, *, there: bool) -> bool:
    if not isinstance(test, Mapping):
        return there and _same(test, value)
    if len(test) != 1:
        raise PatternError("an operator with several members")
    (name, operand), *_ = test.items()
    if name == "exists":
        return there is (operand is True)
    if not there:
        return False
    return _operator(str(name), operand, value)


def _same(wanted: Any, value: Any) -> bool:
    # true is no 1 here.
    return type(wanted) is type(value) and bool(wanted == value)


def _operator(name: str, operand: Any, value: Any) -> bool:
    if name == "anything-but":
        return not any(_excluded(one, value) for one in _listed(operand))
    if name == "numeric":
        return _numeric(operand, value)
    if name == "cidr":
        return _cidr(operand, value)
    test = _TEXTS.get(name)
    if test is None:
        raise PatternError(f"operator {name}")
    if (
        isinstance(operand, Mapping)
        and set(operand) == {"equals-ignore-case"}
        and name in ("prefix", "suffix")
    ):
        return isinstance(value, str) and test(value.lower(), str(operand["equals-ignore-case"]).lower())
    if not isinstance(operand, str):
        raise PatternError(f"operator {name} without text")
    return isinstance(value, str) and test(value, operand)


def _excluded(operand: Any, value: Any) -> bool:
    if not isinstance(operand, Mapping):
        return _same(operand, value)
    (name, inner), *more = operand.items()
    if more:
        raise PatternError("anything-but with several operators")
    return any(_operator(str(name), one, value) for one in _listed(inner))


def _listed(operand: Any) -> Iterator[Any]:
    yield from operand if isinstance(operand, list) else [operand]


_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "=": lambda one, other: one == other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
}


def _numeric(operand: Any, value: Any) -> bool:
    if not isinstance(operand, list) or len(operand) % 2 or not operand:
        raise PatternError("operator numeric without pairs")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    for how, bound in zip(operand[::2], operand[1::2], strict=True):
        compared = _COMPARED.get(str(how))
        if compared is None or isinstance(bound, bool) or not isinstance(bound, (int, float)):
            raise PatternError(f"numeric comparison {how}")
        if not compared(value, bound):
            return False
    return True


def _cidr(operand: Any, value: Any) -> bool:
    try:
        network = ipaddress.ip_network(str(operand), strict=False)
    except ValueError as error:
        raise PatternError(f"cidr {operand}") from error
    try:
        return ipaddress.ip_address(str(value)) in network
    except ValueError:
        return False


@cache
def _wild(wanted: str) -> re.Pattern[str]:
    """``*`` is any text; a backslash takes its meaning from it and from itself."""
    if "\\" in wanted:
        raise PatternError("an escaped wildcard")
    return re.compile(translate(wanted.replace("[", "[[]").replace("?", "[?]")))


_TEXTS: Mapping[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "suffix": str.endswith,
    "equals-ignore-case": lambda value, wanted: value.lower() == wanted.lower(),
    "wildcard": lambda value, wanted: _wild(wanted).match(value) is not None,
}
