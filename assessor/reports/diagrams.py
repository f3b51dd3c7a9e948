"""The workload's paths as diagrams for documents: Mermaid and Graphviz.

Names are the account's and may hold anything: in Mermaid every character that could mean something is written as an
entity (https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters), in DOT labels are quoted
strings (https://graphviz.org/doc/info/lang.html).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assessor.reports.paths import shown
from assessor.reports.text import visible
from assessor.workload.graph import Edge, Gap, Kind, Node, Strength
from assessor.workload.workload import Standing, Workload

_LONGEST = 80
_SHAPES = {Kind.DOOR: ("([", "])"), Kind.ENTRY: ("([", "])"), Kind.PRINCIPAL: ("{{", "}}")}
_ROUND = ("(", ")")
_BOX = ("[", "]")
_STORES = frozenset({Kind.PLANE, Kind.MODEL, Kind.KNOWLEDGE})
_DOT_SHAPES = {Kind.DOOR: "oval", Kind.ENTRY: "oval", Kind.PRINCIPAL: "hexagon"}


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The nodes and edges of every path of the doors that are shown, each once; and doors whose trail was lost."""

    nodes: dict[str, Node]
    edges: dict[tuple[str, str], Edge]
    lost: dict[str, Gap]


def _drawn(known: Workload, *, everything: bool) -> _Drawn:
    nodes: dict[str, Node] = {}
    edges: dict[tuple[str, str], Edge] = {}
    lost: dict[str, Gap] = {}
    for one in shown(known, everything=everything):
        nodes[one.node.id] = one.node
        if one.reach.standing is Standing.UNKNOWN and one.found.gaps:
            lost[one.node.id] = one.found.gaps[0]
        for path in one.found.paths:
            for edge in path.edges:
                nodes[edge.target] = known.graph.nodes[edge.target]
                edges.setdefault((edge.source, edge.target), edge)
    return _Drawn(nodes, edges, lost)


def _label(what: str) -> str:
    label = visible(what)
    return label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…"


def _unknown(gap: Gap) -> str:
    return _label(f"? {gap.detail}")


def _said(edge: Edge) -> str:
    return f"{edge.rule} {edge.strength.name.lower()}{', only through everything' if edge.broad else ''}"


def mermaid(workloads: Iterable[Workload], *, everything: bool = False) -> str:
    """A Mermaid flowchart."""
    return "\n".join(["flowchart LR", *_mermaid(workloads, everything=everything)]) + "\n"


def _mermaid(workloads: Iterable[Workload], *, everything: bool) -> Iterator[str]:
    number = 0
    for known in workloads:
        drawn = _drawn(known, everything=everything)
        names: dict[str, str] = {}
        for ident, node in drawn.nodes.items():
            number += 1
            names[ident] = f"n{number}"
            before, after = _ROUND if node.kind in _STORES else _SHAPES.get(node.kind, _BOX)
            yield f'  {names[ident]}{before}"{_entities(_label(node.what))}"{after}'
        for ident, gap in drawn.lost.items():
            number += 1
            yield f'  n{number}["{_entities(_unknown(gap))}"]'
            yield f'  {names[ident]} -.->|"{_entities(gap.rule)}"| n{number}'
        for (source, target), edge in drawn.edges.items():
            arrow = "-.->" if edge.weak or edge.strength < Strength.DECLARED else "-->"
            yield f'  {names[source]} {arrow}|"{_entities(_said(edge))}"| {names[target]}'


def _entities(text: str) -> str:
    return "".join(c if c.isalnum() or c in " -_/.,:" else f"#{ord(c)};" for c in text)


def dot(workloads: Iterable[Workload], *, everything: bool = False) -> str:
    """A Graphviz digraph."""
    lines = ["digraph workload {", "  rankdir=LR;", "  node [shape=box];"]
    return "\n".join([*lines, *_dot(workloads, everything=everything), "}"]) + "\n"


def _dot(workloads: Iterable[Workload], *, everything: bool) -> Iterator[str]:
    number = 0
    for known in workloads:
        drawn = _drawn(known, everything=everything)
        names: dict[str, str] = {}
        for ident, node in drawn.nodes.items():
            number += 1
            names[ident] = f"n{number}"
            shape = "cylinder" if node.kind in _STORES else _DOT_SHAPES.get(node.kind, "box")
            yield f"  {names[ident]} [label={_quoted(_label(node.what))}, shape={shape}];"
        for ident, gap in drawn.lost.items():
            number += 1
            yield f"  n{number} [label={_quoted(_unknown(gap))}, shape=note];"
            yield f"  {names[ident]} -> n{number} [label={_quoted(gap.rule)}, style=dotted];"
        for (source, target), edge in drawn.edges.items():
            style = "dashed" if edge.weak or edge.strength < Strength.DECLARED else "solid"
            label = _quoted(_said(edge))
            yield f"  {names[source]} -> {names[target]} [label={label}, style={style}];"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
