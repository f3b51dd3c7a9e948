"""What a model of API Gateway leaves unbounded in a request body: texts of any length, and places that may hold anything.

Models are JSON Schema, draft 4; one may refer to another model of its API, or to a part of itself.
https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_DEPTH = 40
_PARTS = 5_000
_BOUNDS = ("enum", "const")
_OF_TEXT = frozenset({"maxLength", *_BOUNDS})
_SAYING = frozenset(
    {"properties", "patternProperties", "additionalProperties", "items", "$ref", "allOf", "anyOf", "oneOf"}
) | frozenset(_OF_TEXT)
_OF_OBJECT = ("properties", "patternProperties", "additionalProperties", "required", "maxProperties")
_OF_ARRAY = ("items", "maxItems", "minItems")
_OF_NUMBER = ("maximum", "minimum", "multipleOf")

Node = Mapping[str, Any]


def unbounded(name: str, models: Mapping[str, str]) -> str:
    """What in the schema of a model has no bound, in words; "" where everything has one.

    models: the schemas of the API's models, by name.
    """
    try:
        document = json.loads(models[name])
    except ValueError:
        return "the schema is no JSON"
    if not isinstance(document, Mapping) or not set(document) & _SAYING:
        return "nothing is said of what the body holds"
    walk = _Walk(models)
    found = next(walk.faults(document, _Place(document, "the body")), "")
    if found or walk.bounded or document.get("additionalProperties") is False:
        return found
    return "no text has a bound, and the body may hold other properties than those that are named"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a part of a schema stands: in which document, under which name. seen: the references followed to it."""

    document: Node
    where: str
    seen: tuple[tuple[int, str], ...] = ()
    depth: int = 0

    def named(self, where: str) -> "_Place":
        return _Place(self.document, where, self.seen, self.depth + 1)


@dataclass(slots=True)
class _Walk:
    """One walk through a schema. bounded: a text with a bound was met."""

    models: Mapping[str, str]
    bounded: bool = False
    documents: dict[str, Any] = field(default_factory=dict)
    parts: int = 0

    def faults(self, node: Any, at: _Place) -> Iterator[str]:
        """What is unbounded at and under a part of the schema, in words."""
        self.parts += 1
        if at.depth > _DEPTH or self.parts > _PARTS:
            yield f"{at.where} lies too deep to be followed"
        elif node is False:
            return
        elif not isinstance(node, Mapping):
            yield f"{at.where} may hold anything"
        elif "$ref" in node:  # whatever stands beside it does not count
            yield from self._referred(str(node["$ref"]), at)
        elif node.get("allOf"):
            yield from self._together(node, at)
        else:
            yield from self._stated(node, at)

    def _stated(self, node: Node, at: _Place) -> Iterator[str]:
        if any(name in node for name in _BOUNDS):
            self.bounded = True
            return
        kinds = _kinds(node)
        choices = [*_listed(node, "anyOf"), *_listed(node, "oneOf")]
        if not kinds:
            if not choices:
                yield f"{at.where} may hold anything"
            for choice in choices:
                yield from self.faults(choice, at.named(at.where))
            return
        if "string" in kinds and not self._text(node, choices):
            yield f"{at.where} is a text without maxLength"
        if "object" in kinds:
            yield from self._object(node, choices, at)
        if "array" in kinds:
            yield from self._array(node, at)

    def _text(self, node: Node, choices: list[Any]) -> bool:
        """Whether texts have a bound here, or in each of the choices that restrict them."""
        found = _length(node) or (
            bool(choices)
            and all(isinstance(one, Mapping) and (_length(one) or "enum" in one) for one in choices)
        )
        self.bounded = self.bounded or found
        return found

    def _object(self, node: Node, choices: list[Any], at: _Place) -> Iterator[str]:
        named = [*_mapped(node, "properties"), *_mapped(node, "patternProperties")]
        others = node.get("additionalProperties")
        for name, inner in named:
            yield from self.faults(inner, at.named(f"property {name}"))
        if isinstance(others, Mapping):
            yield from self.faults(others, at.named(f"another property of {at.where}"))
        for choice in choices:
            if isinstance(choice, Mapping) and set(choice) - {"required"}:
                inherited = {"type": "object", **choice}
                yield from self.faults(inherited, at.named(at.where))
                named.append((at.where, choice))
        if not named and not isinstance(others, Mapping) and others is not False:
            yield f"{at.where} may hold anything"

    def _array(self, node: Node, at: _Place) -> Iterator[str]:
        items = node.get("items")
        if node.get("maxItems") == 0:
            return
        for inner in items if isinstance(items, list) else [items]:
            yield from self.faults(inner, at.named(f"an item of {at.where}"))

    def _together(self, node: Node, at: _Place) -> Iterator[str]:
        """A part that must meet several schemas: what they say together."""
        merged: dict[str, Any] = {key: held for key, held in node.items() if key != "allOf"}
        waiting = _listed(node, "allOf")
        apart = False
        while waiting:
            one = waiting.pop()
            if isinstance(one, Mapping) and "$ref" in one:
                found = self._target(str(one["$ref"]), at)
                if found is None or found[0] is not at.document or (id(found[0]), _part(one)) in at.seen:
                    yield from self.faults(one, at.named(at.where))  # its own references are its document's
                    apart = True
                    continue
                at = _Place(at.document, at.where, (*at.seen, (id(found[0]), _part(one))), at.depth + 1)
                one = found[1]
            if isinstance(one, Mapping):
                properties = {**dict(_mapped(merged, "properties")), **dict(_mapped(one, "properties"))}
                merged |= {key: held for key, held in one.items() if key != "allOf"}
                if properties:
                    merged["properties"] = properties
                waiting += _listed(one, "allOf")
        if not apart or set(merged) & _SAYING:
            yield from self.faults(merged, at.named(at.where))

    def _referred(self, reference: str, at: _Place) -> Iterator[str]:
        found = self._target(reference, at)
        if found is None:
            yield f"{at.where} refers to {reference}, which does not exist"
            return
        document, target = found
        mark = (id(document), _pointer(reference))
        if mark in at.seen:  # it is being walked
            return
        place = _Place(document, at.where, (*at.seen, mark), at.depth + 1)
        yield from self.faults(target, place)

    def _target(self, reference: str, at: _Place) -> tuple[Node, Any] | None:
        """The document and the part of it that a reference means; None where there is none."""
        address, _, pointer = reference.partition("#")
        document: Any = at.document
        if address:
            if "/models/" not in address:
                return None
            name = address.rpartition("/")[2]
            if name not in self.documents:
                try:
                    self.documents[name] = json.loads(self.models.get(name, ""))
                except ValueError:
                    return None
            document = self.documents[name]
        target = document
        for part in pointer.strip("/").split("/") if pointer.strip("/") else ():
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(target, Mapping) or key not in target:
                return None
            target = target[key]
        return (document, target) if isinstance(document, Mapping) else None


def _pointer(reference: str) -> str:
    return reference.partition("#")[2].strip("/")


def _part(node: Node) -> str:
    return _pointer(str(node["$ref"]))


def _kinds(node: Node) -> set[str]:
    """The types a part may have; those that its words are about where it names none, empty where it says nothing."""
    stated = node.get("type")
    if stated:
        return {str(one) for one in stated} if isinstance(stated, list) else {str(stated)}
    found = set()
    if any(name in node for name in _OF_OBJECT):
        found.add("object")
    if any(name in node for name in _OF_ARRAY):
        found.add("array")
    if _length(node):
        found.add("string")
    if any(name in node for name in _OF_NUMBER):
        found.add("number")
    return found


def _length(node: Node) -> bool:
    return isinstance(node.get("maxLength"), int)


def _mapped(node: Node, name: str) -> list[tuple[str, Any]]:
    held = node.get(name)
    return list(held.items()) if isinstance(held, Mapping) else []


def _listed(node: Node, name: str) -> list[Any]:
    held = node.get(name)
    return held if isinstance(held, list) else []
