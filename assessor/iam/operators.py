"""The condition operators of the IAM policy language, and how one value is compared with one policy value.

Rests on "IAM JSON policy elements: Condition operators". A `Test` compares values that are present; what an
absent key means is decided in `assessor.iam.conditions`.
"""

import base64
import binascii
import ipaddress
import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from assessor.iam.patterns import ArnPattern, Pattern, restore


class Family(StrEnum):
    """Kinds of comparison."""

    STRING = "String"
    IGNORE_CASE = "StringIgnoreCase"
    LIKE = "StringLike"
    NUMERIC = "Numeric"
    DATE = "Date"
    BOOL = "Bool"
    BINARY = "Binary"
    IP = "Ip"
    ARN = "Arn"
    NULL = "Null"


class Relation(StrEnum):
    """How the value of the request stands to the value of the policy, before negation."""

    EQUAL = "equal"
    LESS = "less"
    LESS_OR_EQUAL = "less or equal"
    GREATER = "greater"
    GREATER_OR_EQUAL = "greater or equal"


@dataclass(frozen=True, slots=True)
class Operator:
    """A condition operator without its set qualifier and ``IfExists``."""

    name: str
    family: Family
    relation: Relation = Relation.EQUAL
    negated: bool = False

    @property
    def takes_variables(self) -> bool:
        """Variables are replaced in values of string and ARN operators only."""
        return self.family in {Family.STRING, Family.IGNORE_CASE, Family.LIKE, Family.ARN}


def _table() -> dict[str, Operator]:
    equal = Relation.EQUAL
    operators = [
        Operator("StringEquals", Family.STRING),
        Operator("StringNotEquals", Family.STRING, equal, negated=True),
        Operator("StringEqualsIgnoreCase", Family.IGNORE_CASE),
        Operator("StringNotEqualsIgnoreCase", Family.IGNORE_CASE, equal, negated=True),
        Operator("StringLike", Family.LIKE),
        Operator("StringNotLike", Family.LIKE, equal, negated=True),
        Operator("ArnEquals", Family.ARN),
        Operator("ArnLike", Family.ARN),
        Operator("ArnNotEquals", Family.ARN, equal, negated=True),
        Operator("ArnNotLike", Family.ARN, equal, negated=True),
        Operator("Bool", Family.BOOL),
        Operator("BinaryEquals", Family.BINARY),
        Operator("IpAddress", Family.IP),
        Operator("NotIpAddress", Family.IP, equal, negated=True),
        Operator("Null", Family.NULL),
    ]
    for name, family in (("Numeric", Family.NUMERIC), ("Date", Family.DATE)):
        operators += [
            Operator(f"{name}Equals", family),
            Operator(f"{name}NotEquals", family, equal, negated=True),
            Operator(f"{name}LessThan", family, Relation.LESS),
            Operator(f"{name}LessThanEquals", family, Relation.LESS_OR_EQUAL),
            Operator(f"{name}GreaterThan", family, Relation.GREATER),
            Operator(f"{name}GreaterThanEquals", family, Relation.GREATER_OR_EQUAL),
        ]
    return {operator.name.lower(): operator for operator in operators}


OPERATORS: Final = _table()
"""Every operator by its lower-cased name."""

_DATE = re.compile(
    r"(\d{4})-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?\Z", re.ASCII
)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z", re.ASCII)
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def number(text: str) -> float | None:
    """A number as the Numeric operators read it; None when the text is none."""
    if _NUMBER.match(text.strip()) is None:
        return None
    value = float(text)
    return value if math.isfinite(value) else None


def moment(text: str) -> float | None:
    """A date (W3C profile of ISO 8601, or seconds since 1970) in seconds since 1970; None when it is none."""
    text = text.strip()
    match = _DATE.match(text)
    if match is None:
        return number(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    try:
        when = datetime(
            int(year),
            int(month),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    offset = timedelta()
    if zone and zone != "Z":
        offset = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
        offset = -offset if zone[0] == "-" else offset
    return (when - datetime(1970, 1, 1, tzinfo=UTC) - offset).total_seconds() + float(fraction or 0)


@lru_cache(maxsize=4096)
def network(text: str) -> Network | None:
    """A CIDR block or a single address (RFC 4632); bits beyond the prefix are ignored; None when it is none."""
    try:
        return ipaddress.ip_network(text.strip(), strict=False)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def address(text: str) -> Address | None:
    """An IPv4 or IPv6 address; None when it is none."""
    try:
        return ipaddress.ip_address(text.strip())
    except ValueError:
        return None


def binary(text: str) -> bytes | None:
    """Bytes of a base-64 text; None when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def truth(text: str) -> bool | None:
    """``true`` or ``false`` in any case; None for other text."""
    return {"true": True, "false": False}.get(text.strip().lower())


def readable(family: Family, text: str) -> bool:
    """Whether a policy value can be read as the operator's type."""
    match family:
        case Family.NUMERIC:
            return number(text) is not None
        case Family.DATE:
            return moment(text) is not None
        case Family.BOOL | Family.NULL:
            return truth(text) is not None
        case Family.BINARY:
            return binary(text) is not None
        case Family.IP:
            return network(text) is not None
        case _:
            return True


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison with one policy value (variables already filled in), negation left out."""

    __test__ = False
    family: Family
    relation: Relation
    value: str

    def holds(self, given: str) -> bool:
        """Whether the value of the request passes. A value that cannot be read as the type does not."""
        return _compare(self.family, self.relation, self.value, given)


@lru_cache(maxsize=65536)
def like(text: str) -> Pattern:
    """The pattern of a StringLike value."""
    return Pattern(text)


@lru_cache(maxsize=65536)
def arn_like(text: str) -> ArnPattern:
    """The pattern of an ARN operator's value."""
    return ArnPattern(text)


@lru_cache(maxsize=65536)
def resource_like(text: str) -> ArnPattern:
    """The pattern of a Resource or NotResource element."""
    return ArnPattern(text, spanning=True)


def _compare(family: Family, relation: Relation, value: str, given: str) -> bool:
    match family:
        case Family.STRING:
            return restore(value) == given
        case Family.IGNORE_CASE:
            return restore(value).casefold() == given.casefold()
        case Family.LIKE:
            return like(value).matches(given)
        case Family.ARN:
            return arn_like(value).matches(given)
        case Family.BOOL:
            wanted = truth(value)
            return wanted is not None and truth(given) is wanted
        case Family.BINARY:
            wanted_bytes = binary(value)
            return wanted_bytes is not None and binary(given) == wanted_bytes
        case Family.IP:
            block, where = network(value), address(given)
            return (
                block is not None and where is not None and block.version == where.version and where in block
            )
        case Family.NUMERIC:
            return _ordered(relation, number(given), number(value))
        case Family.DATE:
            return _ordered(relation, moment(given), moment(value))
        case Family.NULL:
            return False


def _ordered(relation: Relation, given: float | None, value: float | None) -> bool:
    if given is None or value is None:
        return False
    match relation:
        case Relation.EQUAL:
            return given == value
        case Relation.LESS:
            return given < value
        case Relation.LESS_OR_EQUAL:
            return given <= value
        case Relation.GREATER:
            return given > value
        case Relation.GREATER_OR_EQUAL:
            return given >= value
