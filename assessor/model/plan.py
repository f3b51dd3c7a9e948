"""Which calls a run makes: from declarations and answers to the next questions. Pure; it asks nothing itself.

The collecting engine and the tests walk the same plan, so what is tested is what is asked.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from assessor.model.operation import Bind, Each, Operation, Scope
from assessor.model.path import values
from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, canonical
from assessor.model.snapshot import GLOBAL, Account

_HOME_REGION = {"aws-us-gov": "us-gov-west-1", "aws-cn": "cn-north-1"}
_NAME = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True, slots=True)
class Planned:
    """One call to make, and the Region whose endpoint answers it (a global call has one too)."""

    operation: Operation
    call: Call
    endpoint_region: str


def closure(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations with every parent they fan out over, parents before children, each once."""
    ordered: dict[str, Operation] = {}
    under_way: set[str] = set()

    def visit(operation: Operation) -> None:
        if operation.id in ordered or operation.id in under_way:
            return
        under_way.add(operation.id)
        for each in operation.each:
            visit(each.parent)
        ordered[operation.id] = operation

    for operation in operations:
        visit(operation)
    return tuple(ordered.values())


class Plan:
    """The calls of a run over ``operations``: the first ones, and what follows from each answer.

    scope: ``workload`` or ``account``; fan-outs declared for the other scope are left out.
    """

    def __init__(self, operations: Iterable[Operation], scope: str = "workload") -> None:
        self.operations = closure(operations)
        self._scope = scope
        self._children: dict[str, list[tuple[Operation, Each]]] = {}
        for operation in self.operations:
            for each in operation.each:
                if each.only in ("", scope):
                    self._children.setdefault(each.parent.id, []).append((operation, each))

    def first(self, account: Account) -> Iterator[Planned]:
        """The calls that hang on no other: once in every Region, or once for the account."""
        for operation in self.operations:
            if operation.each:
                continue
            regions = (GLOBAL,) if operation.scope is Scope.GLOBAL else account.regions
            for region in regions:
                for ask in operation.asks or ({},):
                    yield _planned(operation, account, region, ask)

    def after(self, planned: Planned, reading: Reading, account: Account) -> Iterator[Planned]:
        """The calls that follow from the answer to ``planned``; a part of a listing is followed as far as it goes.

        The same call may follow from several answers: whoever makes the calls makes each once.
        """
        match reading:
            case Seen(value):
                answer = value
            case Unseen(partial=partial) if partial is not None:
                answer = partial
            case Absent() | Unseen():
                return
        for operation, each in self._children.get(planned.operation.id, ()):
            yield from _fan_out(operation, each, planned, answer, account)


def _planned(operation: Operation, account: Account, region: str, params: Mapping[str, Any]) -> Planned:
    where = GLOBAL if operation.scope is Scope.GLOBAL else region
    endpoint = _home(operation, account) if where == GLOBAL else where
    request = canonical({**operation.params, **params})
    return Planned(operation, Call(account.id, where, operation.id, request), endpoint)


def _home(operation: Operation, account: Account) -> str:
    return _HOME_REGION.get(account.partition, operation.region)


def _fan_out(
    operation: Operation, each: Each, parent: Planned, answer: Mapping[str, Any], account: Account
) -> Iterator[Planned]:
    where = each.items if each.items is not None else parent.operation.items
    items = values(answer, f"{where}[]") if where else [answer]
    here = parent.endpoint_region
    for item in items:
        look = _Look(
            item, answer, parent.call, {"partition": account.partition, "account": account.id, "region": here}
        )
        if not all(_fits(look.values(path), wanted) for path, wanted in each.where.items()):
            continue
        region = here
        if each.region is not None:
            region = next(iter(look.bound(each.region)), here)
        names = list(each.bind)
        for combination in product(*(look.bound(each.bind[name]) for name in names)):
            params = {**each.fixed, **dict(zip(names, combination, strict=True))}
            for ask in operation.asks or ({},):
                yield _planned(operation, account, region, {**ask, **params})


def _fits(found: Iterator[Any], wanted: tuple[str, ...]) -> bool:
    return any(str(value) in wanted for value in found)


class _Look:
    """One item of a parent's answer, and everything a bind may read beside it."""

    def __init__(self, item: Any, answer: Mapping[str, Any], call: Call, names: Mapping[str, str]) -> None:
        self._item = item
        self._answer = answer
        self._call = call
        self._names = names

    def values(self, path: str) -> Iterator[Any]:
        """The values at ``path``: of the item, of the request (``$.``) or of the whole answer (``^.``)."""
        if path.startswith("$."):
            return values(self._call.request, path[2:])
        if path.startswith("^."):
            return values(self._answer, path[2:])
        return values(self._item, path)

    def bound(self, bind: str | Bind) -> list[Any]:
        """The distinct values a bind sends, in order."""
        if isinstance(bind, str):
            return _distinct(self.values(bind))
        found = self._found(bind)
        return [[value] for value in found] if bind.listed else found

    def _found(self, bind: Bind) -> list[Any]:
        if bind.template:
            return _distinct(self._composed(bind.template))
        found = _distinct(self.values(bind.path))
        if not found and bind.default is not None:
            return [bind.default]
        if bind.via is None:
            return found
        via = bind.via
        return _distinct(sent for value in found if (sent := via(str(value))) is not None)

    def _composed(self, template: str) -> Iterator[str]:
        parts: dict[str, str] = {}
        for name in _NAME.findall(template):
            value = self._names.get(name) or next(self.values(name), None)
            if value is None:
                return
            parts[name] = str(value)
        yield _NAME.sub(lambda match: parts[match.group(1)], template)


def _distinct(found: Iterable[Any]) -> list[Any]:
    every = list(found)
    try:
        return list(dict.fromkeys(every))
    except TypeError:  # a structured value is sent as it is
        return every


__all__ = ["Plan", "Planned", "closure"]
