"""A small path language over AWS answers: ``a.b``, ``a[].b`` (each of a list), ``a{}.b`` (each value of a map).

Used by declarations (what to ask next, what to redact) and by controls that walk deep answers.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any


@lru_cache(maxsize=4096)
def _steps(path: str) -> tuple[tuple[str, str], ...]:
    steps: list[tuple[str, str]] = []
    for part in path.split("."):
        if part.endswith("[]"):
            steps.append((part[:-2], "[]"))
        elif part.endswith("{}"):
            steps.append((part[:-2], "{}"))
        else:
            steps.append((part, ""))
    return tuple(steps)


def values(answer: Any, path: str) -> Iterator[Any]:
    """Every value at ``path``; a missing member yields nothing, a member set to None neither."""
    if path == "":
        yield answer
        return
    yield from _walk(answer, _steps(path), 0)


def _walk(node: Any, steps: tuple[tuple[str, str], ...], at: int) -> Iterator[Any]:
    if at == len(steps):
        if node is not None:
            yield node
        return
    name, spread = steps[at]
    if name:
        if not isinstance(node, dict) or name not in node:
            return
        node = node[name]
    if spread == "[]":
        if isinstance(node, list):
            for element in node:
                yield from _walk(element, steps, at + 1)
    elif spread == "{}":
        if isinstance(node, dict):
            for element in node.values():
                yield from _walk(element, steps, at + 1)
    else:
        yield from _walk(node, steps, at + 1)


def first(answer: Any, path: str) -> Any:
    """The first value at ``path``, or None."""
    return next(values(answer, path), None)


def parent_and_leaf(path: str) -> tuple[str, str]:
    """``a[].b.c`` as (``a[].b``, ``c``): where to stand, and the member (with its spread) to replace."""
    head, _, leaf = path.rpartition(".")
    return head, leaf
