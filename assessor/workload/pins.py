"""What the owner says of a door: it belongs to the workload, or it does not.

By the tag ``genai-workload`` (``true`` or ``false``) on what has readable tags, or by the parameters ``pinned_doors``
and ``excluded_doors``. A word on an API holds for its stages, methods and routes; the nearer word stands before the
farther one, a parameter before a tag, and an exclusion before a pin on the same thing.
"""

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from assessor.model.parameters import Parameters
from assessor.model.reading import Call
from assessor.workload.graph import Graph, Pin

TAG = "genai-workload"

_INSIDE = frozenset({"true", "yes", "include"})
_OUTSIDE = frozenset({"false", "no", "exclude"})


def tagged(node: str, tags: Any, call: Call, where: str) -> Iterator[Pin]:
    """The owner's word in the tags of a node: a mapping, or a list of keys with values in either spelling."""
    value = _value(tags)
    if value is None:
        return
    word = value.strip().lower()
    if word in _INSIDE or word in _OUTSIDE:
        yield Pin(node, word in _INSIDE, f"tag {TAG}={word} ({where})", call)


def _value(tags: Any) -> str | None:
    if isinstance(tags, Mapping):
        value = tags.get(TAG)
        return value if isinstance(value, str) else None
    if isinstance(tags, list | tuple):
        for tag in tags:
            if isinstance(tag, Mapping) and TAG in (tag.get("Key"), tag.get("key")):
                value = tag.get("Value") or tag.get("value")
                return value if isinstance(value, str) else None
    return None


class Pins:
    """The owner's words on every node of a graph, from tags and parameters, and on what stands under it."""

    def __init__(self, graph: Graph, parameters: Parameters) -> None:
        self._graph = graph
        self._patterns = [
            ("excluded_doors", pattern, False) for pattern in parameters.get("excluded_doors")
        ] + [("pinned_doors", pattern, True) for pattern in parameters.get("pinned_doors")]
        self._known: dict[str, Pin | None] = {}

    def of(self, node: str) -> Pin | None:
        """The word that holds for a node: its own, else that of the API or stage it belongs to."""
        if node not in self._known:
            self._known[node] = None  # an API that stands under itself through rules of its own ends here
            self._known[node] = self._own(node) or self._above(node)
        return self._known[node]

    def _own(self, node: str) -> Pin | None:
        for name, pattern, inside in self._patterns:
            if fnmatchcase(node, pattern) or fnmatchcase(node.rpartition("@")[0] or node, pattern):
                return Pin(node, inside, f"parameter {name}: {pattern}")
        return self._graph.pins.get(node)

    def _above(self, node: str) -> Pin | None:
        found: Pin | None = None
        for edge in self._graph.into(node):
            if edge.rule == "E6" and not edge.source.partition(":domainnames/")[1]:
                above = self.of(edge.source)
                if above is not None and (found is None or not above.inside):
                    found = above
        return found
