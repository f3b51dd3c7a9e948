"""Plausible values for any botocore shape, so that no operation is left out of a test because nobody wrote one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

from assessor.demo import models
from assessor.demo.paging import get, paging_of

MOMENT = datetime(2026, 11, 1, 12, 30, 15, tzinfo=UTC)
# Markup, quotes, a formula, characters outside ASCII and the BMP, line ends: what a name may hold.
TEXT = "=1+1 <b>\"é'&amp;\u00a0\U0001f6e1</b>\r\n\tend"


def _lines() -> list[list[str]]:
    lines = Path(__file__).with_name("operations.txt").read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if not line.startswith("#")]


def operations() -> list[tuple[str, str]]:
    return [(line[0], line[1]) for line in _lines()]


def operations_of_the_first_release() -> set[tuple[str, str]]:
    return {(line[0], line[1]) for line in _lines() if line[2:] == ["must"]}


def answer(shape: Shape | None, mark: str = "", variant: int = 0) -> Any:
    """An answer with every member filled; ``mark`` tells several apart, ``variant`` picks from unions."""
    return {} if shape is None else _value(shape, (), "", mark, variant)


def _value(shape: Shape, above: tuple[str, ...], name: str, mark: str, variant: int) -> Any:
    if isinstance(shape, StructureShape):
        return _structure(shape, above, mark, variant)
    if isinstance(shape, ListShape):
        return _items(shape, above, name, mark, variant)
    if isinstance(shape, MapShape):
        value = _value(shape.value, above, name, mark, variant)
        return None if value is None else {str(_value(shape.key, above, "key", mark, variant)): value}
    if shape.type_name == "string":
        return _text(shape, name, mark)
    return {
        "integer": 7,
        "long": 2**40,
        "float": 2.5,
        "double": 0.1,
        "boolean": True,
        "timestamp": MOMENT,
        "blob": b"\x00\xff" + mark.encode(),
    }[shape.type_name]


def _structure(shape: StructureShape, above: tuple[str, ...], mark: str, variant: int) -> Any:
    if shape.is_document_type:
        return {"text": TEXT, "list": [1, 2.5, True, None, {"deep": []}]}
    # Recursive shapes (conditions, expressions) are filled twice over.
    if above.count(shape.name) > 1:
        return None
    names = list(shape.members)
    headers = {name for name in names if shape.members[name].serialization.get("location") == "header"}
    if shape.is_tagged_union:
        names = [names[variant % len(names)]]
    below = (*above, shape.name)
    filled = {name: _value(shape.members[name], below, name, mark, variant) for name in names}
    # A header holds a line of ASCII.
    filled |= {name: f"{name}{mark}" for name in headers if TEXT in str(filled[name])}
    kept = {name: value for name, value in filled.items() if value is not None}
    return None if shape.is_tagged_union and not kept else kept


def _items(shape: ListShape, above: tuple[str, ...], name: str, mark: str, variant: int) -> Any:
    member = shape.member
    if isinstance(member, StructureShape) and member.is_tagged_union:
        made = [_value(member, above, name, mark, number) for number in range(len(member.members))]
    else:
        made = [_value(member, above, name, f"{mark}{number}", variant) for number in range(2)]
    kept = [item for item in made if item is not None]
    return kept or None


def _text(shape: Shape, name: str, mark: str) -> str:
    if isinstance(shape, StringShape) and shape.enum:
        return str(shape.enum[0])
    if shape.name == "policyDocumentType":
        return json.dumps({"Version": "2012-10-17", "Id": TEXT + mark, "Statement": []})
    return f"{name}{mark} {TEXT}"


def whole_answer(service: str, operation: str, variant: int = 0) -> dict[str, Any]:
    """A full answer of an operation, without the page token, which is the server's to give."""
    made: dict[str, Any] = answer(models.operation_model(service, operation).output_shape, "", variant)
    how = paging_of(service, operation)
    holder = made
    *parents, token = how.token_out.split(".")
    for parent in parents:
        holder = holder[parent]
    holder.pop(token, None)
    return made


def union_width(shape: Shape | None, above: tuple[str, ...] = ()) -> int:
    """The number of variants it takes to see every alternative of every union in a shape."""
    if isinstance(shape, StructureShape):
        if shape.name in above:
            return 1
        own = len(shape.members) if shape.is_tagged_union else 1
        below = (*above, shape.name)
        return max([own, *(union_width(member, below) for member in shape.members.values())])
    if isinstance(shape, ListShape):
        return union_width(shape.member, above)
    if isinstance(shape, MapShape):
        return union_width(shape.value, above)
    return 1


def request(service: str, operation: str) -> dict[str, Any]:
    """The required parameters of an operation, as its client accepts them."""
    shape = models.operation_model(service, operation).input_shape
    return {} if shape is None else _required(shape)


def _required(shape: Shape, name: str = "") -> Any:
    if isinstance(shape, StructureShape):
        return {name: _required(shape.members[name], name) for name in shape.required_members}
    if isinstance(shape, ListShape):
        return [_required(shape.member, name)]
    if isinstance(shape, MapShape):
        return {"key": _required(shape.value, name)}
    if isinstance(shape, StringShape):
        if shape.enum:
            return shape.enum[0]
        if name == "AccountId":
            return "111122223333"
        if name.lower().endswith("arn"):
            return "arn:aws:iam::111122223333:role/of-some-length"
        length = max(int(shape.metadata.get("min", 0)), min(12, int(shape.metadata.get("max", 12))))
        return "1" * length
    # Required integers are page sizes.
    known = {"integer": 50, "long": 50, "float": 1.0, "double": 1.0, "boolean": True, "blob": b"x"}
    return MOMENT if shape.type_name == "timestamp" else known[shape.type_name]


def lists_of(service: str, operation: str, found: dict[str, Any]) -> dict[str, Any]:
    """The listed items of an answer, by their paths."""
    return {path: get(found, path) or [] for path in paging_of(service, operation).items}
