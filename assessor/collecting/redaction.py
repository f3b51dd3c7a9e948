"""Secrets are cut out of an answer before anything is kept, at the paths its operation declares."""

from collections.abc import Iterable
from typing import Any

from assessor.model.anywhere import Anywhere
from assessor.model.looks import Looks, mark
from assessor.model.path import first

MARK = "[redacted]"
"""Stands where a value was; that something was there is part of the configuration, what it was is not."""


def redacted(answer: Any, paths: Iterable[str]) -> Any:
    """The answer with every value at ``paths`` replaced; the answer itself is left as it is.

    A path is written in the language of `assessor.model.path`. What it ends at is replaced whole: text by `MARK`, a
    list or mapping by one with every leaf replaced, so that names and counts stay. A path that is `Looks` puts
    what the text looked like in its place; one that is `Anywhere` is followed from every depth.
    """
    for path in paths:
        steps = path.split(".")
        if isinstance(path, Anywhere):
            answer = _cut_anywhere(answer, steps, path.unless)
        else:
            answer = _cut(answer, steps, 0, isinstance(path, Looks))
    return answer


def _cut_anywhere(node: Any, steps: list[str], unless: tuple[str, ...]) -> Any:
    if isinstance(node, list):
        return [_cut_anywhere(element, steps, unless) for element in node]
    if not isinstance(node, dict):
        return node
    deeper = {key: _cut_anywhere(value, steps, unless) for key, value in node.items()}
    begun = node.get(_step(steps[0])[0])
    if any(first(begun, path) is not None for path in unless):
        return deeper
    return _cut(deeper, steps, 0, looks=False)


def _cut(node: Any, steps: list[str], at: int, looks: bool) -> Any:
    if at == len(steps):
        return _blank(node, looks)
    name, spread = _step(steps[at])
    if not name:
        return _spread(node, spread, steps, at, looks)
    if not isinstance(node, dict) or name not in node:
        return node
    return {**node, name: _spread(node[name], spread, steps, at, looks)}


def _spread(inner: Any, spread: str, steps: list[str], at: int, looks: bool) -> Any:
    if not spread:
        return _cut(inner, steps, at + 1, looks)
    if spread == "[]" and isinstance(inner, list):
        return [_cut(element, steps, at + 1, looks) for element in inner]
    if spread == "{}" and isinstance(inner, dict):
        return {key: _cut(element, steps, at + 1, looks) for key, element in inner.items()}
    return inner


def _step(part: str) -> tuple[str, str]:
    return (part[:-2], part[-2:]) if part.endswith(("[]", "{}")) else (part, "")


def _blank(node: Any, looks: bool) -> Any:
    if isinstance(node, dict):
        return {key: _blank(value, looks) for key, value in node.items()}
    if isinstance(node, list):
        return [_blank(value, looks) for value in node]
    if looks and isinstance(node, str):
        return mark(node)
    return node if node is None or isinstance(node, bool) else MARK
