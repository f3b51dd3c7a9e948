"""Checking a declared answer against botocore's output shape, and making it ready to serialise.

A stand-in that accepts an answer AWS could never give tests nothing: a misspelt member would simply not arrive,
and the control that reads it would look right. So every answer is checked, member by member, when it is loaded.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

_RELATIVE = re.compile(r"\{now(?:([+-])(\d+)([smhdw]))?\}")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_JSON_MARK = "$json"
_POLICY_SHAPE = "policyDocumentType"


class InvalidDocumentError(ValueError):
    """A declared answer that the service's model does not allow; the message says where and why."""


def _fail(path: str, reason: str) -> InvalidDocumentError:
    return InvalidDocumentError(f"{path}: {reason}")


def normalise(shape: Shape | None, value: Any, path: str, now: datetime) -> Any:
    """The value with timestamps as datetimes and policies as text, or ``InvalidDocumentError``."""
    if shape is None:
        if value:
            raise _fail(path, "the operation has no output, so nothing may be declared")
        return {}
    if isinstance(shape, StructureShape):
        return _structure(shape, value, path, now)
    if isinstance(shape, ListShape):
        if not isinstance(value, list):
            raise _fail(path, f"expected a list, got {_kind(value)}")
        return [normalise(shape.member, item, f"{path}[{number}]", now) for number, item in enumerate(value)]
    if isinstance(shape, MapShape):
        if not isinstance(value, Mapping):
            raise _fail(path, f"expected a mapping, got {_kind(value)}")
        return {
            normalise(shape.key, key, f"{path} key", now): normalise(
                shape.value, item, f"{path}{{{key}}}", now
            )
            for key, item in value.items()
        }
    return _scalar(shape, value, path, now)


def _structure(shape: StructureShape, value: Any, path: str, now: datetime) -> Any:
    if shape.is_document_type:
        return value
    if not isinstance(value, Mapping):
        raise _fail(path, f"expected a structure ({shape.name}), got {_kind(value)}")
    unknown = [str(name) for name in value if name not in shape.members]
    if unknown:
        known = ", ".join(sorted(shape.members))
        raise _fail(path, f"{shape.name} has no member {', '.join(sorted(unknown))}; it has {known}")
    if shape.is_tagged_union and len(value) != 1:
        raise _fail(path, f"{shape.name} is a union: exactly one member must be set, got {len(value)}")
    for name, item in value.items():
        if isinstance(item, str) and shape.members[name].serialization.get("location") == "header":
            _check_header(item, f"{path}.{name}")
    return {name: normalise(shape.members[name], item, f"{path}.{name}", now) for name, item in value.items()}


def _check_header(text: str, path: str) -> None:
    if not (text.isascii() and text.isprintable()):
        raise _fail(path, "travels as an HTTP header, which holds printable ASCII only")


def _scalar(shape: Shape, value: Any, path: str, now: datetime) -> Any:
    kind = shape.type_name
    if kind == "timestamp":
        return _timestamp(value, path, now)
    if kind == "boolean":
        good = isinstance(value, bool)
    elif kind in ("integer", "long", "bigint"):
        good = isinstance(value, int) and not isinstance(value, bool)
    elif kind in ("float", "double"):
        good = isinstance(value, (int, float)) and not isinstance(value, bool)
    elif kind == "blob":
        return _blob(value, path)
    else:
        return _string(shape, value, path)
    if not good:
        raise _fail(path, f"expected {kind}, got {_kind(value)} {value!r}")
    return value


def _string(shape: Shape, value: Any, path: str) -> str:
    if isinstance(value, Mapping) and set(value) == {_JSON_MARK}:
        return _json_text(value[_JSON_MARK], path)
    if isinstance(value, Mapping) and shape.name == _POLICY_SHAPE:
        return _json_text(value, path)
    if not isinstance(value, str):
        hint = " (quote it in YAML)" if isinstance(value, (int, float)) else ""
        raise _fail(path, f"expected string, got {_kind(value)} {value!r}{hint}")
    if isinstance(shape, StringShape) and shape.enum and value not in shape.enum:
        allowed = ", ".join(shape.enum[:20])
        raise _fail(path, f"{value!r} is not a {shape.name}; allowed: {allowed}")
    return value


def _json_text(value: Any, path: str) -> str:
    try:
        return json.dumps(value)
    except TypeError as error:
        raise _fail(path, f"{error}; quote dates in policies") from error


def _timestamp(value: Any, path: str, now: datetime) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        relative = _RELATIVE.fullmatch(value)
        if relative:
            sign, amount, unit = relative.groups()
            if sign is None:
                return now
            distance = timedelta(**{_UNITS[unit]: int(amount)})
            return now + distance if sign == "+" else now - distance
        try:
            return _timestamp(datetime.fromisoformat(value), path, now)
        except ValueError as error:
            raise _fail(path, f"{value!r} is neither an ISO 8601 timestamp nor {{now-2h}}") from error
    raise _fail(path, f"expected a timestamp, got {_kind(value)}")


def _blob(value: Any, path: str) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, Mapping) and set(value) == {"$base64"}:
        try:
            return base64.b64decode(str(value["$base64"]), validate=True)
        except binascii.Error as error:
            raise _fail(path, "the text under $base64 is not base64") from error
    if isinstance(value, str):
        return value.encode()
    raise _fail(path, f"expected bytes or text, got {_kind(value)}")


def _kind(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__


def missing(shape: Shape | None, value: Any, path: str) -> list[str]:
    """Paths of the members an answer must have by its model and has not."""
    found: list[str] = []
    if isinstance(shape, StructureShape) and not shape.is_document_type:
        found += [f"{path}.{name}" for name in shape.required_members if name not in value]
        for name, item in value.items():
            found += missing(shape.members[name], item, f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value):
            found += missing(shape.member, item, f"{path}[{number}]")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            found += missing(shape.value, item, f"{path}{{{key}}}")
    return found


def neutral(shape: Shape, depth: int = 0) -> Any:
    """The emptiest value a shape allows: what a service says when there is nothing to say."""
    if isinstance(shape, StructureShape):
        if shape.is_document_type or depth > 8:
            return {}
        return {name: neutral(shape.members[name], depth + 1) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return []
    if isinstance(shape, MapShape):
        return {}
    if isinstance(shape, StringShape) and shape.enum:
        return shape.enum[0]
    simple = {"boolean": False, "integer": 0, "long": 0, "float": 0.0, "double": 0.0, "blob": b""}
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(0, UTC)
    return simple.get(shape.type_name, "")
