"""What controls and people ask of the graph: where a thing stands, by which paths, and what lies on them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from assessor.model.reading import Call, Why
from assessor.workload import names
from assessor.workload.graph import BESIDE, EVERYWHERE, STARTS, TERMINAL, Edge, Gap, Graph, Kind, Node, Pin
from assessor.workload.paths import MOST_HOPS, MOST_PATHS, Found, Path, Search, cost
from assessor.workload.pins import Pins


class Standing(StrEnum):
    """Where a thing stands to the workload.

    On a path to a model; said to be part of it by the owner; only on a path that a wide permission makes possible;
    somewhere on a trail that was lost; on none; said by the owner not to be part of it.
    """

    ON_PATH = "on a path"
    PINNED = "pinned"
    SUSPECTED = "suspected"
    UNKNOWN = "unknown"
    NOT_ON_PATH = "on no path"
    EXCLUDED = "excluded"


_RANK = list(Standing)


@dataclass(frozen=True, slots=True)
class Reach:
    """Where one thing stands, and why.

    paths: the surest path (of a door), or one that leads through it; none where there is none. gaps: where the trail
    was lost, for UNKNOWN. hidden: what the standing would be without the owner's exclusion.
    """

    node: str
    standing: Standing
    paths: tuple[Path, ...] = ()
    gaps: tuple[Gap, ...] = ()
    pin: Pin | None = None
    hidden: Standing | None = None

    @property
    def evidence(self) -> tuple[Call, ...]:
        """The calls it rests on, those of the path first."""
        calls: dict[Call, None] = {}
        for path in self.paths[:1]:
            for edge in path.edges:
                if edge.evidence is not None:
                    calls[edge.evidence.call] = None
        for gap in self.gaps:
            if gap.call is not None:
                calls[gap.call] = None
        if self.pin is not None and self.pin.call is not None:
            calls[self.pin.call] = None
        return tuple(calls)

    @property
    def grant(self) -> str:
        """The IAM actions that would let us follow the trail."""
        return " ".join(dict.fromkeys(word for gap in self.gaps for word in gap.grant.split()))


@dataclass
class Workload:
    """The graph of an account with its paths found. Read-only."""

    graph: Graph
    pins: Pins
    search: Search = field(init=False)
    _reached: dict[str, Reach] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.search = Search(self.graph)

    # -- where a thing stands ---------------------------------------------------------------------
    def reach(self, ident: str) -> Reach:
        """Where the thing of that id stands. What nothing in the graph names is on no path, unless doors are hidden."""
        found = self._reached.get(ident)
        if found is None:
            found = self._reached[ident] = self._reach(ident)
        return found

    def _reach(self, ident: str) -> Reach:
        node = self.graph.nodes.get(ident)
        plain = self._door(node) if node is not None and node.kind in STARTS else self._other(ident, node)
        pin = self.pins.of(ident)
        if pin is None:
            return plain
        standing = Standing.PINNED if pin.inside else Standing.EXCLUDED
        return Reach(ident, standing, plain.paths, plain.gaps, pin, plain.standing)

    def _door(self, node: Node) -> Reach:
        search = self.search
        if search.good(node.id):
            return Reach(node.id, Standing.ON_PATH, self._surest(node))
        if search.unsure(node.id):
            return Reach(node.id, Standing.UNKNOWN, (), tuple(search.gaps_from(node.id)))
        if search.suspect(node.id):
            return Reach(node.id, Standing.SUSPECTED, search.from_door(node, 1).paths)
        return Reach(node.id, Standing.NOT_ON_PATH)

    def _surest(self, node: Node) -> tuple[Path, ...]:
        """The path that shows best where a node leads: the nearest one, unless that is only a suspicion."""
        first = self.search.from_door(node, 1).paths
        if first and first[0].suspected:
            return self.search.from_door(node).paths[:1]
        return first

    def _other(self, ident: str, node: Node | None) -> Reach:
        search = self.search
        if node is not None and search.through_good(ident):
            return Reach(ident, Standing.ON_PATH, self._through(node))
        beside = self._beside(ident)
        if beside is not None and beside.standing in {Standing.ON_PATH, Standing.PINNED}:
            return beside
        hidden = self._hidden(ident, node)
        if hidden:
            return Reach(ident, Standing.UNKNOWN, (), hidden)
        if beside is not None and beside.standing is Standing.UNKNOWN:
            return beside
        if node is not None and search.through_suspect(ident):
            return Reach(ident, Standing.SUSPECTED, self._through(node))
        return beside or Reach(ident, Standing.NOT_ON_PATH)

    def _through(self, node: Node) -> tuple[Path, ...]:
        """One path from a door through the node, the way it is nearest to both."""
        search = self.search
        forward = self._surest(node) if search.good(node.id) else search.from_door(node, 1).paths
        back: list[Edge] = []
        at = node.id
        for known in (search.from_clean, search.from_any):
            if at in known:
                back = self._way_back(at, known)
                break
        start = self.graph.nodes[back[0].source] if back else node
        edges = (*back, *(forward[0].edges if forward else ()))
        confirmed = any(edge.target in search.corroborated for edge in edges)
        return (Path(start, edges, confirmed or start.id in search.corroborated),)

    def _way_back(self, at: str, known: dict[str, int]) -> list[Edge]:
        taken: list[Edge] = []
        clean = known is self.search.from_clean
        passed = {at}
        while self.graph.nodes[at].kind not in STARTS:
            edge = next(
                edge
                for edge in self.graph.into(at)
                if edge.rule not in BESIDE
                and not (clean and edge.weak)
                and known.get(edge.source, 99) == known[at] - cost(edge)
                and edge.source not in passed
                and not self.search.terminal(edge.source)
            )
            taken.append(edge)
            at = edge.source
            passed.add(at)
        return taken[::-1]

    def _beside(self, ident: str) -> Reach | None:
        """The best standing of what this thing belongs to: the door of a web ACL, the knowledge base of a bucket."""
        best: Reach | None = None
        for edge in self.graph.into(ident):
            if not self._belongs(edge):
                continue
            found = self.reach(edge.source)
            if best is None or _RANK.index(found.standing) < _RANK.index(best.standing):
                best = found
        return best and Reach(ident, best.standing, best.paths, best.gaps, best.pin, best.hidden)

    def _belongs(self, edge: Edge) -> bool:
        """Whether the target shares the source's standing although it leads no further."""
        if edge.rule in BESIDE or edge.rule == "E20":
            return True
        target = self.graph.nodes.get(edge.target)
        kind = target.kind if target is not None else None
        return kind is Kind.GUARDRAIL or (edge.rule in {"E18", "E19", "E21"} and kind is Kind.COMPUTE)

    def _hidden(self, ident: str, node: Node | None) -> tuple[Gap, ...]:
        """Why the thing may be on a path nobody could see, "" where that cannot be."""
        search = self.search
        if node is not None and search.through_unsure(ident):
            return tuple(search.gaps_from(ident))
        if node is not None and (hops := search.through_far(ident)):
            detail = f"the way from a door through it to a model is {hops} hops long; paths are followed for {MOST_HOPS}"
            return (Gap("E0", ident, Why.LINK_UNKNOWN, detail),)
        rules = _hiding(ident, node)
        if node is None or search.good(ident) or search.unsure(ident):
            return tuple(gap for gap in self._failures if gap.rule in rules or gap.rule not in BESIDE)[
                :_SHOWN
            ]
        return tuple(gap for gap in self._failures if gap.rule in rules)[:_SHOWN]

    @cached_property
    def _failures(self) -> list[Gap]:
        """What could not be read, anywhere: each may have named a thing that nothing else names."""
        return [gap for gap in self.graph.every_gap() if gap.why not in _CONFIGURED]

    # -- what there is ----------------------------------------------------------------------------
    def doors(self) -> Iterator[Node]:
        """Doors and asynchronous entries, in the order of their ids."""
        yield from sorted(
            (node for node in self.graph.nodes.values() if node.kind in STARTS and node.described),
            key=lambda node: (node.region, node.id),
        )

    def found(self, door: Node, most: int = MOST_PATHS) -> Found:
        """Every path from a door, and the gaps met."""
        return self.search.from_door(door, most)

    @property
    def blind(self) -> tuple[Gap, ...]:
        """What hides doors: listings that could not be read."""
        return self.graph.gaps(EVERYWHERE)

    def on_paths(
        self, *kinds: Kind, standings: Iterable[Standing] = (Standing.ON_PATH, Standing.PINNED)
    ) -> list[Node]:
        """The things of some kinds that stand so, in the order of their ids."""
        wanted = frozenset(standings)
        return sorted(
            (
                node
                for node in self.graph.nodes.values()
                if node.kind in kinds and self.reach(node.id).standing in wanted
            ),
            key=lambda node: node.id,
        )

    def roles_on_paths(self) -> list[Node]:
        """Roles that something on a path runs as."""
        return self.on_paths(Kind.PRINCIPAL)

    def functions_on_paths(self) -> list[Node]:
        """Functions, aliases and versions on a path, and those that agents and flows call."""
        return [node for node in self.on_paths(Kind.COMPUTE) if names.function_in(node.id)]

    def stores_on_paths(self) -> list[Node]:
        """Buckets, vector stores and secrets of knowledge bases on a path."""
        return self.on_paths(Kind.STORE)

    def networks_of_callers(self) -> list[Node]:
        """VPCs that hold something on a path."""
        return [node for node in self.on_paths(Kind.NETWORK) if ":vpc/" in node.id]

    def user_pools_on_paths(self) -> list[Node]:
        """Who signs in the callers of a path."""
        return self.on_paths(Kind.IDENTITY)

    def beside(self, path: Path, *rules: str) -> Iterator[Edge]:
        """What belongs to the hops of a path: web ACL (E11), identity (E12), hints (E15), network (E23)."""
        for node in path.nodes():
            for edge in self.graph.out(node):
                if edge.rule in rules:
                    yield edge

    def guardrails(self, path: Path) -> Iterator[Edge]:
        """The guardrails that the hops of a path name."""
        for node in path.nodes():
            for edge in self.graph.out(node):
                target = self.graph.nodes.get(edge.target)
                if target is not None and target.kind is Kind.GUARDRAIL:
                    yield edge


_SHOWN = 4

_CONFIGURED = frozenset({Why.LINK_UNKNOWN, Why.CROSS_ACCOUNT, Why.UNSUPPORTED_POLICY_CONSTRUCT})
"""Why a trail is lost although everything was read: what the configuration says leads out of sight."""

_DOORS = frozenset({"E5", "E6", "E7", "E8", "E9", "E10", "E11", "E12", "E21", "E24"})
_HIDING: Mapping[Kind, frozenset[str]] = {
    Kind.ACL: _DOORS,
    Kind.IDENTITY: _DOORS,
    Kind.COMPUTE: frozenset({"E18", "E19", "E21"}),
    Kind.GUARDRAIL: frozenset({"E17", "E18", "E19"}),
    Kind.STORE: frozenset({"E18", "E19", "E20"}),
    Kind.NETWORK: frozenset({"E13", "E21", "E23"}),
}
"""The rules whose failed readings may have named a thing that leads to no model by itself."""


def _hiding(ident: str, node: Node | None) -> frozenset[str]:
    if node is not None:
        return _HIDING.get(node.kind, frozenset())
    named = any(word in ident for word in (":wafv2:", ":userpool/", ":policy-store/", "/authorizers/"))
    return _DOORS if named else frozenset()


__all__ = ["TERMINAL", "Reach", "Standing", "Workload"]
