"""Nodes, edges and gaps: what leads where in an account, how sure that is, and where the trail was lost."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from assessor.model.reading import Call, Why


class Kind(StrEnum):
    """What a node is."""

    DOOR = "door"
    ENTRY = "asynchronous entry"
    COMPUTE = "compute"
    PRINCIPAL = "principal"
    PLANE = "inference plane"
    MODEL = "model"
    AGENT = "agent"
    GUARDRAIL = "guardrail"
    STORE = "store"
    NETWORK = "network"
    IDENTITY = "identity provider"
    ACL = "web ACL"


TERMINAL = frozenset({Kind.PLANE, Kind.MODEL})
"""Where a path has arrived at a model."""


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
    """One thing of the account. ``id`` is its ARN, or for what has none a stable id of ours; ``what`` in words."""

    id: str
    kind: Kind
    what: str
    region: str = ""
    label: str = ""


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


@dataclass(frozen=True, slots=True)
class Gap:
    """A hop that could not be seen from ``at``: what lies behind is unknown, not absent."""

    rule: str
    at: str
    why: Why
    detail: str
    grant: str = ""
    call: Call | None = None


@dataclass(slots=True)
class Graph:
    """Everything that leads somewhere. Grows while it is built; read-only afterwards."""

    nodes: dict[str, Node] = field(default_factory=dict)
    _out: dict[str, dict[tuple[str, str], Edge]] = field(default_factory=dict)
    _into: dict[str, dict[tuple[str, str], Edge]] = field(default_factory=dict)
    _gaps: dict[str, list[Gap]] = field(default_factory=dict)

    def add(self, node: Node) -> Node:
        """The node, known from now on; the first description of an id stands."""
        return self.nodes.setdefault(node.id, node)

    def link(self, edge: Edge) -> None:
        """One hop more. Of several by the same rule between the same two, the strongest and narrowest stands."""
        key = (edge.rule, edge.target)
        known = self._out.setdefault(edge.source, {}).get(key)
        if known is None or (edge.strength, not edge.broad) > (known.strength, not known.broad):
            self._out[edge.source][key] = edge
            self._into.setdefault(edge.target, {})[(edge.rule, edge.source)] = edge

    def lose(self, gap: Gap) -> None:
        """A trail lost."""
        gaps = self._gaps.setdefault(gap.at, [])
        if gap not in gaps:
            gaps.append(gap)

    def out(self, node: str) -> Iterator[Edge]:
        """The hops from a node, in the order they were found."""
        yield from self._out.get(node, {}).values()

    def into(self, node: str) -> Iterator[Edge]:
        """The hops to a node."""
        yield from self._into.get(node, {}).values()

    def gaps(self, node: str) -> tuple[Gap, ...]:
        """Where the trail was lost at a node."""
        return tuple(self._gaps.get(node, ()))

    def of(self, kind: Kind) -> Iterator[Node]:
        """The nodes of one kind."""
        return (node for node in self.nodes.values() if node.kind is kind)
