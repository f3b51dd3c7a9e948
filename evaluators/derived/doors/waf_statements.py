"""What part of a door's traffic a WAF statement matches: all of it, none of it, or not to be told.

Evaluated are tests of the path and of the method, and AND, OR and NOT of them. Whatever looks at the client, at
headers, bodies or labels cannot be told from configuration.
https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statements.html
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Reach(Enum):
    """How much of the traffic a statement matches."""

    ALL = "all"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests to one method or route of a door.

    paths: the forms in which WAF may see its path (with and without the stage, which depends on the domain the
    request came by); empty where the paths are not known. verb: ``ANY`` where every method may come. certain: False
    where it is not known whether it leads to a model.
    """

    what: str
    paths: tuple[str, ...] = ()
    verb: str = "ANY"
    certain: bool = True


# Transformations that leave an ordinary path as it is.
_NEUTRAL = frozenset(
    {
        "COMPRESS_WHITE_SPACE",
        "HTML_ENTITY_DECODE",
        "NONE",
        "NORMALIZE_PATH",
        "NORMALIZE_PATH_WIN",
        "REMOVE_NULLS",
        "REMOVE_WHITESPACE",
        "REPLACE_NULLS",
        "TRIM",
        "TRIM_LEFT",
        "TRIM_RIGHT",
        "URL_DECODE",
        "URL_DECODE_UNI",
        "UTF8_TO_UNICODE",
    }
)
_CASES: Mapping[str, Callable[[str], str]] = {"LOWERCASE": str.lower, "UPPERCASE": str.upper}
_OPEN = re.compile(r"\{[^}]*\}")
_CLIENT = ("IPSetReferenceStatement", "GeoMatchStatement", "AsnMatchStatement")


def reach(statement: Mapping[str, Any], traffic: Traffic) -> Reach:
    """How much of the traffic the statement matches."""
    if "AndStatement" in statement:
        return _every(reach(one, traffic) for one in _parts(statement["AndStatement"]))
    if "OrStatement" in statement:
        return _some(reach(one, traffic) for one in _parts(statement["OrStatement"]))
    if "NotStatement" in statement:
        inner = (statement["NotStatement"] or {}).get("Statement") or {}
        # Everybody but the addresses of a list: the usual way to spare an office or a scanner.
        return Reach.ALL if "IPSetReferenceStatement" in inner else _opposite(reach(inner, traffic))
    if "ByteMatchStatement" in statement:
        return _bytes(statement["ByteMatchStatement"] or {}, traffic)
    return Reach.UNKNOWN


def of_some_clients(statement: Mapping[str, Any]) -> bool:
    """Whether the statement matches certain clients only: a list of addresses, countries or networks."""
    if any(name in statement for name in _CLIENT):
        return True
    return any(of_some_clients(one) for one in _parts(statement.get("AndStatement")))


def _parts(statement: Any) -> list[Mapping[str, Any]]:
    return [one for one in (statement or {}).get("Statements") or () if isinstance(one, Mapping)]


def _every(found: Iterable[Reach]) -> Reach:
    parts = list(found)
    if Reach.NONE in parts:
        return Reach.NONE
    return Reach.ALL if parts and all(one is Reach.ALL for one in parts) else Reach.UNKNOWN


def _some(found: Iterable[Reach]) -> Reach:
    parts = list(found)
    if Reach.ALL in parts:
        return Reach.ALL
    return Reach.NONE if parts and all(one is Reach.NONE for one in parts) else Reach.UNKNOWN


def _opposite(one: Reach) -> Reach:
    return {Reach.ALL: Reach.NONE, Reach.NONE: Reach.ALL}.get(one, Reach.UNKNOWN)


def _bytes(match: Mapping[str, Any], traffic: Traffic) -> Reach:
    where = match.get("FieldToMatch") or {}
    changes = [
        str(one.get("Type", ""))
        for name in ("TextTransformations", "PreParseTextTransformations")
        for one in match.get(name) or ()
    ]
    if any(change not in _NEUTRAL and change not in _CASES for change in changes):
        return Reach.UNKNOWN
    cases = [_CASES[change] for change in changes if change in _CASES]
    wanted = _text(str(match.get("SearchString", "")))
    how = str(match.get("PositionalConstraint", ""))
    if "Method" in where:
        return (
            Reach.UNKNOWN if traffic.verb == "ANY" else _positioned(_cased(traffic.verb, cases), wanted, how)
        )
    if "UriPath" in where and traffic.paths:
        return _some(_positioned(_cased(path, cases), wanted, how) for path in traffic.paths)
    return Reach.UNKNOWN


def _cased(text: str, cases: list[Callable[[str], str]]) -> str:
    for case in cases:
        text = case(text)
    return text


def _text(kept: str) -> str:
    """The search string: bytes, which readings hold as base64 text."""
    try:
        return base64.b64decode(kept, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return kept


def _positioned(path: str, wanted: str, how: str) -> Reach:
    """The test of one path, in which ``{name}`` stands for any text."""
    literals = _OPEN.split(path)
    head, tail, whole = literals[0], literals[-1], len(literals) == 1
    match how:
        case "EXACTLY":
            fits, may = whole and path == wanted, not whole and wanted.startswith(head)
        case "STARTS_WITH":
            fits, may = head.startswith(wanted), not whole and wanted.startswith(head)
        case "ENDS_WITH":
            fits, may = tail.endswith(wanted), not whole and wanted.endswith(tail)
        case "CONTAINS":
            fits, may = any(wanted in literal for literal in literals), not whole
        case "CONTAINS_WORD":
            word = re.compile(rf"(?<![A-Za-z0-9_]){re.escape(wanted)}(?![A-Za-z0-9_])")
            fits, may = whole and word.search(path) is not None, not whole
        case _:
            fits, may = False, True
    if fits:
        return Reach.ALL
    return Reach.UNKNOWN if may else Reach.NONE
