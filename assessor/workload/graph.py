"""Nodes, edges and gaps: what leads where in an account, how sure that is, and where the trail was lost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from assessor.model.reading import Call, Why


class Kind(StrEnum):
    """What a node is."""

    DOOR = "door"
    ENTRY = "asynchronous entry"
    RELAY = "relay"
    COMPUTE = "compute"
    PRINCIPAL = "principal"
    PLANE = "inference plane"
    MODEL = "model"
    AGENT = "agent"
    GUARDRAIL = "guardrail"
    KNOWLEDGE = "knowledge base"
    STORE = "store"
    NETWORK = "network"
    IDENTITY = "identity provider"
    ACL = "web ACL"
    HINT = "hint"


TERMINAL = frozenset({Kind.PLANE, Kind.MODEL, Kind.KNOWLEDGE})
"""Where a path has arrived at a model, or at what asks one."""

STARTS = frozenset({Kind.DOOR, Kind.ENTRY})
"""Where a path starts."""

BESIDE = frozenset({"E11", "E12", "E15", "E16", "E23"})
"""Edges that belong to a hop but lead no further: web ACL, identity, hints, sightings, network."""

EVERYWHERE = ""
"""Where a gap is that hides doors: what they lead to is unknown, and which they are too."""

_VALUE_LIMIT = 300


class Strength(IntEnum):
    """How sure an edge is.

    The configuration names the next hop, it was seen in use, a policy would allow it, or a variable hints at it.
    """

    INFERRED = 1
    PERMITTED = 2
    OBSERVED = 3
    DECLARED = 4


@dataclass(frozen=True, slots=True)
class Node:
    """One thing of the account. ``id`` is its ARN, or for what has none a stable id of ours; ``what`` in words.

    described: False where something only names it, and its own configuration was not read (yet).
    """

    id: str
    kind: Kind
    what: str
    region: str = ""
    label: str = ""
    described: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where an edge was read: the call, the field of its answer, and the value found there."""

    call: Call
    field: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """One hop. ``rule`` is the kind of edge (``E1``).

    broad: the permission exists only through ``Action: "*"`` or NotAction, so that alone it makes a suspicion.
    """

    rule: str
    source: str
    target: str
    strength: Strength
    evidence: Evidence | None = None
    note: str = ""
    broad: bool = False

    @property
    def weak(self) -> bool:
        """Whether it makes no more than a suspicion of a path."""
        return self.broad or self.strength is Strength.INFERRED


@dataclass(frozen=True, slots=True)
class Gap:
    """A hop that could not be seen from ``at``: what lies behind is unknown, not absent."""

    rule: str
    at: str
    why: Why
    detail: str
    grant: str = ""
    call: Call | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """A host name under which a node answers."""

    host: str
    node: str


@dataclass(frozen=True, slots=True)
class Toward:
    """A hop to whatever answers under a host name; it becomes an edge, or a gap, when every host is known."""

    rule: str
    source: str
    host: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Pin:
    """An owner's word on a node: it belongs to the workload (``inside``), or it does not. ``said`` is where."""

    node: str
    inside: bool
    said: str
    call: Call | None = None


Piece = Node | Edge | Gap | Answers | Toward | Pin
"""What an extractor reads out of a view."""


def declared(rule: str, source: str, target: str, call: Call, where: str, value: object = "") -> Edge:
    """A hop that the configuration names in the field ``where`` of the call's answer."""
    evidence = Evidence(call, where, str(value)[:_VALUE_LIMIT])
    return Edge(rule, source, target, Strength.DECLARED, evidence)


@dataclass(slots=True)
class Graph:
    """Everything that leads somewhere. Grows while it is built; read-only afterwards."""

    nodes: dict[str, Node] = field(default_factory=dict)
    hosts: dict[str, list[str]] = field(default_factory=dict)
    pins: dict[str, Pin] = field(default_factory=dict)
    _out: dict[str, dict[tuple[str, str], Edge]] = field(default_factory=dict)
    _into: dict[str, dict[tuple[str, str], Edge]] = field(default_factory=dict)
    _gaps: dict[str, dict[Gap, None]] = field(default_factory=dict)
    _toward: list[Toward] = field(default_factory=list)

    def take(self, pieces: Iterable[Piece]) -> None:
        """Everything an extractor found."""
        for piece in pieces:
            match piece:
                case Node():
                    self.add(piece)
                case Edge():
                    self.link(piece)
                case Gap():
                    self.lose(piece)
                case Answers(host, node):
                    self.hosts.setdefault(host.lower().rstrip("."), []).append(node)
                case Toward():
                    self._toward.append(piece)
                case Pin(node):
                    known = self.pins.get(node)
                    # Of two words about one node the exclusion stands: it is the one that says why.
                    if known is None or known.inside:
                        self.pins[node] = piece

    def add(self, node: Node) -> Node:
        """The node, known from now on; the first description of an id stands, before whatever only names it."""
        known = self.nodes.get(node.id)
        if known is None or (node.described and not known.described):
            self.nodes[node.id] = known = node
        return known

    def link(self, edge: Edge) -> None:
        """One hop more. Of several by the same rule between the same two, one that is no suspicion stands first."""
        key = (edge.rule, edge.target)
        known = self._out.setdefault(edge.source, {}).get(key)
        if known is None or (not edge.weak, edge.strength) > (not known.weak, known.strength):
            self._out[edge.source][key] = edge
            self._into.setdefault(edge.target, {})[edge.rule, edge.source] = edge

    def lose(self, gap: Gap) -> None:
        """A trail lost."""
        self._gaps.setdefault(gap.at, {})[gap] = None

    def pending(self) -> list[Toward]:
        """The hops to host names, taken out: who resolves them puts edges or gaps in their place."""
        waiting, self._toward = self._toward, []
        return waiting

    def out(self, node: str) -> Iterator[Edge]:
        """The hops from a node, in the order they were found."""
        yield from self._out.get(node, {}).values()

    def onward(self, node: str) -> Iterator[Edge]:
        """The hops from a node that lead further."""
        return (edge for edge in self._out.get(node, {}).values() if edge.rule not in BESIDE)

    def into(self, node: str) -> Iterator[Edge]:
        """The hops to a node."""
        yield from self._into.get(node, {}).values()

    def gaps(self, node: str) -> tuple[Gap, ...]:
        """Where the trail was lost at a node."""
        return tuple(self._gaps.get(node, ()))

    def lost(self, node: str) -> tuple[Gap, ...]:
        """The gaps at a node behind which a model may lie."""
        return tuple(gap for gap in self._gaps.get(node, ()) if gap.rule not in BESIDE)

    def every_gap(self) -> Iterator[Gap]:
        """Every place where a trail was lost."""
        for found in self._gaps.values():
            yield from found

    def of(self, kind: Kind) -> Iterator[Node]:
        """The nodes of one kind."""
        return (node for node in self.nodes.values() if node.kind is kind)

    def edges(self) -> Iterator[Edge]:
        """Every hop."""
        for found in self._out.values():
            yield from found.values()
