"""Paths: every way from a door to a model, the confidence of each, and what could not be followed.

How far each node is from a model is worked out once for the whole graph; a door's standing is then a look-up, and
its paths are walked only where somebody wants to see them.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from assessor.model.reading import Why
from assessor.workload.graph import BESIDE, STARTS, TERMINAL, Edge, Gap, Graph, Node, Strength

MOST_HOPS = 8
"""Hops of a path at most; agents that call each other would go on for ever.

From a domain, an API or a stage to the method under it is no hop, nor is it from a load balancer to its listener and
rule: it is the same request at the same service.
"""

FARTHEST = 96
"""Hops within which a model is looked for at all: one beyond `MOST_HOPS` is a trail that was not followed."""

MOST_PATHS = 64
"""Paths kept of one door; more of them say nothing new about it."""

MOST_STEPS = 20_000
"""Steps of one walk; a graph knotted beyond that is cut, and the answer says there is more."""

Follow = Callable[[Edge], bool]
Neighbours = Callable[[str], Iterator[tuple[str, int]]]
_NEVER = 99

Distances = dict[str, int]
"""Hops from a node to the nearest of some nodes; nodes from which there is no way are not in it."""


@dataclass(frozen=True)
class Path:
    """One way from a door (or asynchronous entry) to a model.

    ``suspected``: it exists only through a permission that names no inference action, and nothing corroborates it.
    """

    door: Node
    edges: tuple[Edge, ...]
    corroborated: bool = False

    @cached_property
    def hops(self) -> int:
        """Its length."""
        return sum(map(cost, self.edges))

    @cached_property
    def target(self) -> str:
        """Where it ends."""
        return self.edges[-1].target if self.edges else self.door.id

    @cached_property
    def suspected(self) -> bool:
        """Whether it is only a suspicion."""
        return not self.corroborated and any(edge.weak for edge in self.edges)

    @cached_property
    def confidence(self) -> Strength:
        """The weakest edge; a permission that something corroborates counts one step more."""
        if not self.edges:
            return Strength.DECLARED
        weakest = min(edge.strength for edge in self.edges)
        if self.corroborated and weakest is Strength.PERMITTED:
            return Strength.OBSERVED
        return weakest

    @property
    def sure(self) -> str:
        """How sure it is, in words: its weakest hop, and whether something corroborates it."""
        weakest = min((edge.strength for edge in self.edges), default=Strength.DECLARED)
        return f"{weakest.name.lower()}{', corroborated' if self.corroborated else ''}"

    def nodes(self) -> Iterator[str]:
        """The ids along the way, the door first."""
        yield self.door.id
        for edge in self.edges:
            yield edge.target


def cost(edge: Edge) -> int:
    """The hops that an edge counts for."""
    inside = edge.rule == "E6" or (edge.rule == "E9" and ":listener" in edge.target)
    return 0 if inside else 1


@dataclass(frozen=True)
class Found:
    """What leads from one door: paths to models, and where trails were lost on the way.

    ``more``: there are further paths than those walked.
    """

    paths: tuple[Path, ...]
    gaps: tuple[Gap, ...]
    more: bool = False


class Search:
    """Finds paths in a graph that no longer grows. Nodes that cannot lead to a model or a gap are not walked."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self.corroborated = frozenset(
            edge.source for edge in graph.edges() if edge.rule in {"E15", "E16"} and not edge.broad
        )
        terminals = [node.id for node in graph.nodes.values() if node.kind in TERMINAL]
        lost = [node for node in graph.nodes if graph.lost(node)]
        self.any = self._back(terminals, _whatever)
        """Hops to a model over whatever edges."""
        self.clean = self._back(terminals, _strong)
        """Hops to a model over edges that are more than a suspicion."""
        self.confirmed = self._back_through(self.any)
        """Hops to a model by way of something that corroborates the whole."""
        self.gap = self._back(lost, _strong)
        """Hops to where a trail was lost; one that is lost behind a suspicion is not looked for."""
        starts = [node.id for node in graph.nodes.values() if node.kind in STARTS]
        self.from_any = self._forward(starts, _whatever)
        """Hops from the nearest door or entry."""
        self.from_clean = self._forward(starts, _strong)
        self.from_confirmed = self._forward_through(self.from_any)

    # -- standing ---------------------------------------------------------------------------------
    def good(self, node: str, taken: int = 0) -> bool:
        """Whether a path that counts leads from here to a model in what is left of the hops."""
        return min(self.clean.get(node, _NEVER), self.confirmed.get(node, _NEVER)) + taken <= MOST_HOPS

    def far(self, node: str) -> bool:
        """Whether a path that counts leads from here to a model, though farther than paths are followed."""
        return MOST_HOPS < self.clean.get(node, _NEVER) <= FARTHEST and not self.good(node)

    def suspect(self, node: str) -> bool:
        """Whether at least a suspicion of a path does."""
        return self.any.get(node, _NEVER) <= MOST_HOPS

    def unsure(self, node: str) -> bool:
        """Whether the trail from here was lost, or goes on farther than it is followed."""
        return self.gap.get(node, _NEVER) <= MOST_HOPS or self.far(node)

    def through_good(self, node: str) -> bool:
        """Whether a path that counts goes from a door through here to a model."""
        pairs = (
            (self.from_clean, self.clean),
            (self.from_confirmed, self.any),
            (self.from_any, self.confirmed),
        )
        return any(before.get(node, _NEVER) + after.get(node, _NEVER) <= MOST_HOPS for before, after in pairs)

    def through_suspect(self, node: str) -> bool:
        """Whether at least a suspicion of one does."""
        return self.from_any.get(node, _NEVER) + self.any.get(node, _NEVER) <= MOST_HOPS

    def through_unsure(self, node: str) -> bool:
        """Whether a door leads here, and from here the trail was lost."""
        return self.from_clean.get(node, _NEVER) + self.gap.get(node, _NEVER) <= MOST_HOPS

    def through_far(self, node: str) -> int:
        """The hops of the shortest way from a door through here to a model, where it is longer than is followed."""
        hops = self.from_clean.get(node, _NEVER) + self.clean.get(node, _NEVER)
        return hops if MOST_HOPS < hops <= FARTHEST and not self.through_good(node) else 0

    # -- paths ------------------------------------------------------------------------------------
    def from_door(self, door: Node, most: int = MOST_PATHS) -> Found:
        """All simple paths of at most `MOST_HOPS` hops, the surest first; and the gaps met."""
        walk = _Walk(self, door, most)
        complete = walk.go(door.id, [], {door.id})
        paths = sorted(
            walk.paths, key=lambda path: (path.suspected, -path.confidence, path.hops, path.target)
        )
        return Found(tuple(paths), tuple(self.gaps_from(door.id)), not complete)

    def gaps_from(self, start: str, most: int = 8) -> list[Gap]:
        """The nearest places where a trail from here was lost, without going behind a suspicion."""
        found: dict[Gap, None] = {}
        if self.far(start):
            detail = f"the nearest model is {self.clean[start]} hops away; paths are followed for {MOST_HOPS}"
            found[Gap("E0", start, Why.LINK_UNKNOWN, detail)] = None
        seen = {start}
        waiting = deque([(start, 0)])
        while waiting and len(found) < most:
            at, taken = waiting.popleft()
            found.update(dict.fromkeys(self._graph.lost(at)))
            for edge in self._graph.onward(at):
                hops = taken + cost(edge)
                near = self.gap.get(edge.target, _NEVER) + hops <= MOST_HOPS
                if near and edge.target not in seen and not edge.weak:
                    seen.add(edge.target)
                    waiting.append((edge.target, hops))
        return list(found)[:most]

    def onward(self, at: str, taken: int) -> list[Edge]:
        """The edges from here that can still end at a model, the most promising first."""
        return sorted(
            (
                edge
                for edge in self._graph.onward(at)
                if self.any.get(edge.target, _NEVER) + taken + cost(edge) <= MOST_HOPS
            ),
            key=lambda edge: (
                edge.weak,
                not self.good(edge.target, taken + cost(edge)),
                self.any[edge.target],
            ),
        )

    def terminal(self, node: str) -> bool:
        """Whether a path ends here."""
        found = self._graph.nodes.get(node)
        return found is not None and found.kind in TERMINAL

    # -- distances --------------------------------------------------------------------------------
    def _back(self, ends: Iterable[str], follow: Follow) -> Distances:
        return _spread(dict.fromkeys(ends, 0), self._before(follow))

    def _back_through(self, known: Distances) -> Distances:
        return _spread({n: known[n] for n in self.corroborated if n in known}, self._before(_whatever))

    def _before(self, follow: Follow) -> Neighbours:
        return lambda node: (
            (edge.source, cost(edge))
            for edge in self._graph.into(node)
            if edge.rule not in BESIDE and follow(edge) and not self.terminal(edge.source)
        )

    def _forward(self, starts: Iterable[str], follow: Follow) -> Distances:
        return _spread(dict.fromkeys(starts, 0), self._after(follow))

    def _forward_through(self, known: Distances) -> Distances:
        return _spread({n: known[n] for n in self.corroborated if n in known}, self._after(_whatever))

    def _after(self, follow: Follow) -> Neighbours:
        return lambda node: (
            (edge.target, cost(edge))
            for edge in (() if self.terminal(node) else self._graph.onward(node))
            if follow(edge) and edge.target in self._graph.nodes
        )


def _strong(edge: Edge) -> bool:
    return not edge.weak


def _whatever(_: Edge) -> bool:
    return True


def _spread(starts: Distances, neighbours: Neighbours) -> Distances:
    """Hops from the nearest of the starts, each with what it begins at, as far as is looked at all."""
    levels: list[list[str]] = [[] for _ in range(FARTHEST + 1)]
    found = {node: hops for node, hops in starts.items() if hops <= FARTHEST}
    for node, hops in found.items():
        levels[hops].append(node)
    for hops, level in enumerate(levels):
        for node in level:  # grows while it is walked, by what is no hop away
            if found[node] != hops:
                continue
            for other, more in neighbours(node):
                if hops + more <= FARTHEST and found.get(other, _NEVER) > hops + more:
                    found[other] = hops + more
                    levels[hops + more].append(other)
    return found


class _Walk:
    """One walk from a door, the most promising hops first, within its limits."""

    def __init__(self, search: Search, door: Node, most: int) -> None:
        self._search = search
        self._door = door
        self._most = most
        self._steps = 0
        self.paths: list[Path] = []

    def go(self, at: str, taken: list[Edge], seen: set[str], hops: int = 0) -> bool:
        """Walk on from here; False when a limit cut the walk."""
        for edge in self._search.onward(at, hops):
            if edge.target in seen:
                continue
            self._steps += 1
            if len(self.paths) >= self._most or self._steps > MOST_STEPS:
                return False
            taken.append(edge)
            if self._search.terminal(edge.target):
                self.paths.append(Path(self._door, tuple(taken), self._confirmed(taken)))
            else:
                seen.add(edge.target)
                complete = self.go(edge.target, taken, seen, hops + cost(edge))
                seen.discard(edge.target)
                if not complete:
                    taken.pop()
                    return False
            taken.pop()
        return True

    def _confirmed(self, edges: list[Edge]) -> bool:
        known = self._search.corroborated
        return self._door.id in known or any(edge.target in known for edge in edges)
