"""Paths: every way from a door to a model, the confidence of each, and what could not be followed."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from assessor.workload.graph import TERMINAL, Edge, Gap, Graph, Node, Strength

MOST_HOPS = 8
"""Hops of a path at most; agents that call each other would go on for ever."""

MOST_PATHS = 64
"""Paths kept of one door; more of them say nothing new about it."""

BESIDE = frozenset({"E11", "E12", "E15", "E16", "E23"})
"""Edges that belong to a hop but lead no further: web ACL, identity, hints, sightings, network."""


@dataclass(frozen=True)
class Path:
    """One way from a door (or asynchronous entry) to a model.

    ``suspected``: it exists only through a permission that names no inference action, and nothing corroborates it.
    """

    door: Node
    edges: tuple[Edge, ...]
    corroborated: bool = False

    @cached_property
    def target(self) -> str:
        """Where it ends."""
        return self.edges[-1].target if self.edges else self.door.id

    @cached_property
    def suspected(self) -> bool:
        """Whether it is only a suspicion."""
        return not self.corroborated and any(edge.broad for edge in self.edges)

    @cached_property
    def confidence(self) -> Strength:
        """The weakest edge; a permission that something corroborates counts one step more."""
        if not self.edges:
            return Strength.DECLARED
        weakest = min(edge.strength for edge in self.edges)
        if self.corroborated and weakest is Strength.PERMITTED:
            return Strength.OBSERVED
        return weakest

    def nodes(self) -> Iterator[str]:
        """The ids along the way, the door first."""
        yield self.door.id
        for edge in self.edges:
            yield edge.target


@dataclass(frozen=True)
class Found:
    """What leads from one door: paths to models, and where trails were lost on the way."""

    paths: tuple[Path, ...]
    gaps: tuple[Gap, ...]
    more: bool = False


class Search:
    """Finds paths in a graph that no longer grows. Nodes that cannot lead to a model or a gap are not walked."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._live = self._leading_somewhere()
        self._corroborated = {edge.source for edge in self._beside("E15", "E16")}

    def from_door(self, door: Node) -> Found:
        """All simple paths of at most `MOST_HOPS` hops, weakest hop last in doubt; and the gaps met."""
        paths: list[Path] = []
        gaps: dict[Gap, None] = dict.fromkeys(self._graph.gaps(door.id))
        more = not self._walk(door, door.id, [], {door.id}, paths, gaps)
        paths.sort(key=lambda path: (path.suspected, -path.confidence, len(path.edges), path.target))
        return Found(tuple(paths), tuple(gaps), more)

    def _walk(
        self,
        door: Node,
        at: str,
        taken: list[Edge],
        seen: set[str],
        paths: list[Path],
        gaps: dict[Gap, None],
    ) -> bool:
        if len(taken) >= MOST_HOPS:
            return True
        for edge in self._graph.out(at):
            if edge.rule in BESIDE or edge.target in seen or edge.target not in self._live:
                continue
            if len(paths) >= MOST_PATHS:
                return False
            step = [*taken, edge]
            gaps.update(dict.fromkeys(self._graph.gaps(edge.target)))
            if self._graph.nodes[edge.target].kind in TERMINAL:
                paths.append(Path(door, tuple(step), self._confirmed(door, step)))
                continue
            if not self._walk(door, edge.target, step, seen | {edge.target}, paths, gaps):
                return False
        return True

    def _confirmed(self, door: Node, edges: list[Edge]) -> bool:
        along = {door.id, *(edge.target for edge in edges)}
        return bool(along & self._corroborated)

    def _beside(self, *rules: str) -> Iterator[Edge]:
        for node in self._graph.nodes:
            for edge in self._graph.out(node):
                if edge.rule in rules:
                    yield edge

    def _leading_somewhere(self) -> set[str]:
        """Backward from models and from lost trails: only these nodes are worth walking."""
        live = {
            node.id
            for node in self._graph.nodes.values()
            if node.kind in TERMINAL or self._graph.gaps(node.id)
        }
        waiting = list(live)
        while waiting:
            for edge in self._graph.into(waiting.pop()):
                if edge.rule not in BESIDE and edge.source not in live:
                    live.add(edge.source)
                    waiting.append(edge.source)
        return live
