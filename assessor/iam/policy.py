"""Policy documents of every kind, parsed without ever raising on what they hold.

Rests on "Grammar of the IAM JSON policy language". What cannot be judged is kept as an `Unsupported` value with
its reason: an unsupported statement is never dropped, and every answer that depends on it says so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from assessor.iam.conditions import Condition, Qualifier
from assessor.iam.operators import OPERATORS, Family, readable
from assessor.iam.patterns import Pattern
from assessor.iam.principals import Named, PrincipalKind, Principals
from assessor.iam.statements import Effect, Policy, Statement, StatementRef, Unsupported, Use
from assessor.iam.templates import Template, parse_template

__all__ = ["Effect", "Policy", "Statement", "StatementRef", "Unsupported", "Use", "parse_policy"]

TEXT_LIMIT = 131_072
"""Characters of one document; AWS's largest policies (KMS, VPC endpoints, S3) are below 33,000."""
STATEMENT_LIMIT = 5_000
VALUE_LIMIT = 5_000
STRING_LIMIT = 8_192
VERSIONS = ("2012-10-17", "2008-10-17")
_STATEMENT_ELEMENTS = frozenset(
    {
        "Sid",
        "Effect",
        "Principal",
        "NotPrincipal",
        "Action",
        "NotAction",
        "Resource",
        "NotResource",
        "Condition",
    }
)


class _Refused(Exception):  # noqa: N818 - carries a reason up to the statement, never leaves this module
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_policy(document: object, *, use: Use = Use.IDENTITY, name: str = "", arn: str = "") -> Policy:
    """Parse a document given as a dict, as JSON text or as URL-encoded JSON text (as IAM returns it).

    Never raises: what cannot be judged is in the result's ``unsupported``.
    """
    try:
        body = _body(document)
        return _policy(body, use, name, arn)
    except _Refused as refused:
        return Policy(name, use, problems=(Unsupported(refused.reason, name),), arn=arn)


def _body(document: object) -> Mapping[str, Any]:
    if isinstance(document, str):
        document = _json(document)
    if not isinstance(document, Mapping):
        raise _Refused(f"the document is a {type(document).__name__}, not a JSON object")
    return document


def _json(text: str) -> object:
    if len(text) > TEXT_LIMIT:
        raise _Refused(f"the document has {len(text)} characters; no policy of AWS is that long")
    text = text.strip()
    if "%" in text and not text.startswith(("{", "[", '"', "\\")):
        text = unquote(text)
    attempts = [text]
    if '\\"' in text and not text.startswith('"'):
        # API Gateway returns the policy of a REST API as JSON text that is itself escaped.
        attempts.append(text.replace('\\"', '"').replace("\\/", "/"))
    for attempt in attempts:
        try:
            parsed = json.loads(attempt, object_pairs_hook=_unique)
        except RecursionError:
            raise _Refused("the document is nested too deeply") from None
        except ValueError:
            continue
        return _json(parsed) if isinstance(parsed, str) else parsed
    raise _Refused("the document is not JSON")


class _Duplicated(dict[str, Any]):
    """A JSON object in which a member occurred twice."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    return found if len(found) == len(pairs) else _Duplicated(found)


def _policy(body: Mapping[str, Any], use: Use, name: str, arn: str) -> Policy:
    problems: list[Unsupported] = []
    if isinstance(body, _Duplicated):
        problems.append(Unsupported("a member of the document occurs twice", name))
    unknown = [key for key in body if key not in {"Version", "Id", "Statement"}]
    if unknown:
        problems.append(Unsupported(f"unknown element {_show(unknown[0])}", name))
    version = body.get("Version", VERSIONS[1])
    if version not in VERSIONS:
        problems.append(Unsupported(f"version {_show(version)}", name))
        version = VERSIONS[0]
    listed = body.get("Statement")
    if isinstance(listed, Mapping):
        listed = [listed]
    if not _is_list(listed):
        problems.append(Unsupported("no list of statements", name))
        listed = []
    assert isinstance(listed, Sequence)
    if len(listed) > STATEMENT_LIMIT:
        problems.append(Unsupported(f"{len(listed)} statements", name))
        listed = listed[:STATEMENT_LIMIT]
    variables = version == VERSIONS[0]
    statements = tuple(
        one for i, raw in enumerate(listed) for one in _statements(raw, StatementRef(name, use, i), variables)
    )
    return Policy(name, use, statements, tuple(problems), str(version), arn)


def _show(value: object) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return repr(text[:60])


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _statements(raw: object, ref: StatementRef, variables: bool) -> Iterator[Statement]:
    """The statement; of one with a wildcard in the service of an action, what is sure and what is not apart."""
    if not isinstance(raw, Mapping):
        problem = Unsupported("the statement is not an object")
        yield Statement(ref, None, not_actions=True, problems=(problem,))
        return
    problems: list[Unsupported] = []
    sid = raw.get("Sid", "")
    sid = sid[:STRING_LIMIT] if isinstance(sid, str) else ""
    if isinstance(raw, _Duplicated):
        problems.append(Unsupported("a member of the statement occurs twice"))
    problems += [Unsupported(f"unknown element {_show(k)}") for k in raw if k not in _STATEMENT_ELEMENTS]
    effect: Effect | None = None
    if raw.get("Effect") in ("Allow", "Deny"):
        effect = Effect(raw["Effect"])
    else:
        problems.append(Unsupported("the effect is neither Allow nor Deny"))
    ref = StatementRef(ref.policy, ref.use, ref.index, sid, effect)
    actions, spanning, not_actions = _actions(raw, problems)
    resources, not_resources = _resources(raw, ref.use, variables, problems)
    principals = _principals(raw, ref.use, problems)
    conditions = tuple(_conditions(raw.get("Condition"), variables, problems))

    def made(actions: tuple[Pattern, ...], *more: Unsupported) -> Statement:
        found = tuple(dict.fromkeys((*problems, *more)))
        return Statement(
            ref, effect, actions, not_actions, resources, not_resources, principals, conditions, found
        )

    if not_actions:
        # Whether or not the pattern means anything, the rest is meant.
        yield made((*actions, *spanning))
    elif actions:
        yield made(actions)
    if spanning:
        unclear = (Unsupported(_spans(pattern.text)) for pattern in spanning)
        yield made(actions if not_actions else spanning, *unclear)


def _texts(value: object, what: str) -> list[str]:
    """The strings of an element that is a string or a list of strings. Raises _Refused."""
    if isinstance(value, str):
        value = [value]
    if not _is_list(value):
        raise _Refused(f"{what} is a {type(value).__name__}")
    assert isinstance(value, Sequence)
    if not value:
        raise _Refused(f"{what} is an empty list")
    if len(value) > VALUE_LIMIT:
        raise _Refused(f"{what} has {len(value)} values")
    for text in value:
        if not isinstance(text, str):
            raise _Refused(f"{what} holds a {type(text).__name__}")
        if len(text) > STRING_LIMIT:
            raise _Refused(f"{what} holds a string of {len(text)} characters")
    return list(value)


def _one_of(raw: Mapping[str, Any], name: str, problems: list[Unsupported]) -> tuple[object, bool]:
    """The value of an element or of its negation, and whether it is the negation."""
    if name in raw and f"Not{name}" in raw:
        problems.append(Unsupported(f"both {name} and Not{name}"))
    if f"Not{name}" in raw:
        return raw[f"Not{name}"], True
    return raw.get(name), False


_EVERY_ACTION = (Pattern("*"),)


def _actions(
    raw: Mapping[str, Any], problems: list[Unsupported]
) -> tuple[tuple[Pattern, ...], tuple[Pattern, ...], bool]:
    """The patterns; those with a wildcard in their service, which IAM does not accept; whether it is NotAction."""
    value, negated = _one_of(raw, "Action", problems)
    if value is None:
        problems.append(Unsupported("no Action"))
        return _EVERY_ACTION, (), False
    try:
        patterns = dict.fromkeys(_action(text) for text in _texts(value, "Action"))
    except _Refused as refused:
        problems.append(Unsupported(refused.reason))
        return _EVERY_ACTION, (), False
    spanning = tuple(pattern for pattern in patterns if _is_spanning(pattern.text))
    return tuple(pattern for pattern in patterns if pattern not in spanning), spanning, negated


def _action(text: str) -> Pattern:
    """An action pattern, lower-cased. Raises _Refused."""
    lowered = text.lower()
    if lowered in {"*", "*:*"}:
        return Pattern("*")
    if ":" not in lowered:
        raise _Refused(f"the action {_show(text)} names no service")
    return Pattern(lowered)


def _is_spanning(text: str) -> bool:
    service, colon, _ = text.partition(":")
    return bool(colon) and ("*" in service or "?" in service)


def _spans(text: str) -> str:
    """IAM stores no such document ("Action vendors must not contain wildcards"); one may still be handed to us."""
    return f"the action {_show(text)} has a wildcard in its service, which IAM does not accept"


def _resources(
    raw: Mapping[str, Any], use: Use, variables: bool, problems: list[Unsupported]
) -> tuple[tuple[Template, ...] | None, bool]:
    value, negated = _one_of(raw, "Resource", problems)
    if value is None:
        if not use.names_principals:
            problems.append(Unsupported("no Resource"))
        return None, False
    try:
        texts = _texts(value, "Resource")
    except _Refused as refused:
        problems.append(Unsupported(refused.reason))
        return None, False
    return tuple(parse_template(t, variables=variables) for t in dict.fromkeys(texts)), negated


def _principals(raw: Mapping[str, Any], use: Use, problems: list[Unsupported]) -> Principals | None:
    value, negated = _one_of(raw, "Principal", problems)
    if value is None:
        if use.names_principals:
            problems.append(Unsupported("no Principal"))
        return None
    if not use.names_principals:
        problems.append(Unsupported(f"a Principal in a {use}"))
        return None
    named: list[Named] = []
    try:
        if value == "*":
            named.append(Named(PrincipalKind.AWS, "*"))
        elif isinstance(value, Mapping) and value and not isinstance(value, _Duplicated):
            for kind, entries in value.items():
                if kind not in {k.value for k in PrincipalKind}:
                    raise _Refused(f"principals of kind {_show(kind)}")
                named += [Named(PrincipalKind(kind), text) for text in _texts(entries, f"Principal {kind}")]
        else:
            raise _Refused("the Principal is neither * nor an object")
    except _Refused as refused:
        problems.append(Unsupported(refused.reason))
        return None
    return Principals(tuple(dict.fromkeys(named)), negated)


def _conditions(raw: object, variables: bool, problems: list[Unsupported]) -> Iterator[Condition]:
    if raw is None:
        return
    if not isinstance(raw, Mapping):
        problems.append(Unsupported(f"the Condition is a {type(raw).__name__}"))
        return
    if isinstance(raw, _Duplicated):
        problems.append(Unsupported("an operator occurs twice in one Condition"))
    for operator, block in raw.items():
        if not isinstance(block, Mapping) or isinstance(block, _Duplicated):
            problems.append(Unsupported(f"the keys of the condition operator {_show(operator)}"))
            continue
        for key, values in block.items():
            try:
                yield _condition(operator, key, values, variables)
            except _Refused as refused:
                problems.append(Unsupported(refused.reason))


def _condition(operator: object, key: object, values: object, variables: bool) -> Condition:
    if not isinstance(operator, str) or not isinstance(key, str):
        raise _Refused("a condition operator or key that is not a string")
    if len(key) > STRING_LIMIT:
        raise _Refused(f"a condition key of {len(key)} characters")
    qualifier, colon, bare = operator.partition(":")
    if not colon:
        qualifier, bare = "", operator
    known = {q.value.lower(): q for q in Qualifier}
    if qualifier.lower() not in known or (colon and not qualifier):
        raise _Refused(f"the condition operator {_show(operator)}")
    lowered = bare.lower()
    if_exists = lowered.endswith("ifexists")
    found = OPERATORS.get(lowered.removesuffix("ifexists"))
    if found is None or (found.family is Family.NULL and (if_exists or qualifier)):
        raise _Refused(f"the condition operator {_show(operator)}")
    texts = _texts(_as_text(values), f"the condition {operator} on {_show(key)}")
    with_variables = variables and found.takes_variables
    for text in texts:
        if not readable(found.family, text):
            raise _Refused(f"{operator} cannot read the value {_show(text)}")
    return Condition(
        found,
        key.strip().lower(),
        tuple(parse_template(text, variables=with_variables) for text in dict.fromkeys(texts)),
        known[qualifier.lower()],
        if_exists,
        key,
    )


def _as_text(value: object) -> object:
    """Booleans and numbers that JSON wrote without quotes: AWS accepts them."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        try:
            return repr(value)
        except ValueError:
            raise _Refused("a number of thousands of digits") from None
    if _is_list(value):
        assert isinstance(value, Sequence)
        return [_as_text(v) if isinstance(v, bool | int | float) else v for v in value[: VALUE_LIMIT + 1]]
    return value
