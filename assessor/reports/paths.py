"""The workload's paths for people and programs: every door with its hops, what guards them, and what is not known."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessor.model.finding import command
from assessor.model.snapshot import Account
from assessor.reports.text import visible
from assessor.reports.words import plural
from assessor.workload.graph import Edge, Gap, Graph, Kind, Node
from assessor.workload.paths import Found, Path
from assessor.workload.workload import Reach, Standing, Workload

MOST_PATHS = 16
"""Paths shown of one door."""

NEVER_VISIBLE = (
    "what a handler sends: guardrail parameters, metadata filters, session ids",
    "models of other providers that code calls, but for AgentCore targets and harnesses that name them",
    "what runs in containers behind addresses, and pods of EKS",
    "EventBridge pipes and asynchronous destinations of functions",
    "the deployed definition of a REST API where it differs from the one last edited",
    "CloudFront functions and Lambda@Edge that let callers in or keep them out",
    "service control policies: permissions are before them",
)
"""What no configuration that is read shows, of any account."""

_GROUP = re.compile(r":apigateway:[^:]*::/(?:restapis|apis)/[^/]+(?:/stages/[^/]+)?$")
_BY_RULE = {"E11": "web_acls", "E12": "identity", "E15": "hints"}
_ORDER = list(Standing)


@dataclass(frozen=True, slots=True)
class Shown:
    """One door as it is shown, with the things that belong to its paths by what they are."""

    node: Node
    reach: Reach
    found: Found
    beside: Mapping[str, tuple[Node, ...]]


def shown(known: Workload, *, everything: bool = False) -> list[Shown]:
    """The doors of an account, those on a path first.

    APIs and stages are left out where their methods and routes are known, for these are shown; so are, without
    ``everything``, doors on no path.
    """
    doors = [
        Shown(node, reach, known.found(node, MOST_PATHS), _beside(known, node))
        for node in known.doors()
        if not _grouped(known, node)
        and ((reach := known.reach(node.id)).standing is not Standing.NOT_ON_PATH or everything)
    ]
    return sorted(doors, key=lambda one: (_ORDER.index(one.reach.standing), one.node.region, one.node.id))


def _grouped(known: Workload, node: Node) -> bool:
    """Whether a door is an API or stage with nothing unknown of its own: its methods or routes stand for it."""
    return bool(_GROUP.search(node.id)) and not known.graph.lost(node.id)


def _beside(known: Workload, door: Node) -> dict[str, tuple[Node, ...]]:
    """What belongs to a door and to the hops of its paths: web ACLs, who signs callers in, guardrails, models."""
    found: dict[str, dict[str, Node]] = {}
    graph = known.graph
    paths = known.found(door, MOST_PATHS).paths
    along = dict.fromkeys(node for path in paths for node in path.nodes()) or {door.id: None}
    for ident in [*along, *_above(graph, door.id)]:
        for edge in graph.out(ident):
            target = graph.nodes.get(edge.target)
            if target is None:
                continue
            name = "guardrails" if target.kind is Kind.GUARDRAIL else _BY_RULE.get(edge.rule, "")
            if name:
                found.setdefault(name, {})[target.id] = target
                if name == "identity":
                    found[name].update(_signers(graph, target.id))
    for path in paths:
        found.setdefault("models", {})[path.target] = graph.nodes[path.target]
    return {name: tuple(nodes.values()) for name, nodes in found.items()}


def _above(graph: Graph, ident: str) -> Iterator[str]:
    """The stage and API that a method or route belongs to: what stands before them stands before it."""
    for edge in graph.into(ident):
        if edge.rule == "E6":
            yield edge.source
            yield from (up.source for up in graph.into(edge.source) if up.rule == "E6")


def _signers(graph: Graph, ident: str) -> dict[str, Node]:
    return {edge.target: graph.nodes[edge.target] for edge in graph.out(ident) if edge.rule == "E12"}


# -- for programs ----------------------------------------------------------------------------------------
def document(account: Account, known: Workload, *, everything: bool = False) -> dict[str, Any]:
    """The account's doors as JSON holds them."""
    doors = shown(known, everything=everything)
    return {
        "account": account.id,
        "regions": list(account.regions),
        "counts": dict(_counts(known)),
        "doors": [_door(one, known.graph) for one in doors],
        "unseen": [_gap(gap) for gap in known.blind],
        "never_visible": list(NEVER_VISIBLE),
    }


def _counts(known: Workload) -> Counter[str]:
    return Counter(known.reach(node.id).standing.value for node in known.doors() if not _grouped(known, node))


def _door(one: Shown, graph: Graph) -> dict[str, Any]:
    best = one.found.paths[0] if one.found.paths else None
    return {
        "id": one.node.id,
        "what": one.node.what,
        "kind": one.node.kind.value,
        "region": one.node.region,
        "standing": one.reach.standing.value,
        "confidence": best.confidence.name.lower() if best else None,
        "owner": one.reach.pin.said if one.reach.pin is not None else None,
        **{name: [node.id for node in one.beside.get(name, ())] for name in _NAMES},
        "paths": [
            {
                "confidence": path.confidence.name.lower(),
                "suspected": path.suspected,
                "corroborated": path.corroborated,
                "hops": [_hop(edge, graph) for edge in path.edges],
            }
            for path in one.found.paths
        ],
        "more_paths": one.found.more,
        "unknowns": [_gap(gap) for gap in one.found.gaps],
    }


_NAMES = ("identity", "web_acls", "guardrails", "models", "hints")


def _hop(edge: Edge, graph: Graph) -> dict[str, Any]:
    target = graph.nodes[edge.target]
    found = edge.evidence
    return {
        "rule": edge.rule,
        "to": target.id,
        "what": target.what,
        "kind": target.kind.value,
        "strength": edge.strength.name.lower(),
        "only_through_everything": edge.broad,
        "note": edge.note,
        "evidence": None
        if found is None
        else {"command": command(found.call), "field": found.field, "value": found.value},
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "rule": gap.rule,
        "at": gap.at,
        "why": gap.why.value,
        "detail": gap.detail,
        "grant": gap.grant,
        "evidence": None if gap.call is None else command(gap.call),
    }


def encoded(documents: Iterable[Mapping[str, Any]]) -> str:
    """The accounts as one JSON document."""
    return json.dumps({"schema": 1, "accounts": list(documents)}, indent=2, ensure_ascii=True) + "\n"


# -- for people ------------------------------------------------------------------------------------------
def text(account: Account, known: Workload, *, everything: bool = False) -> str:
    """The account's doors as a tree of text; whatever the account's names hold, one line stays one line."""
    counts = _counts(known)
    told = ", ".join(
        f"{counts[standing.value]} {standing}" for standing in Standing if counts[standing.value]
    )
    where = ", ".join(account.regions)
    number = plural(sum(counts.values()), "door")
    lines = [f"account {account.id} ({where}): {number}" + (f": {told}" if told else "")]
    lines += [f"  not seen: {gap.detail}{_grant(gap)}" for gap in known.blind]
    for one in shown(known, everything=everything):
        lines.append("")
        lines += _tree(one, known.graph)
    lines += ["", "No reading shows:", *(f"  {one}" for one in NEVER_VISIBLE)]
    return "\n".join(visible(line) if line else "" for line in lines) + "\n"


def _tree(one: Shown, graph: Graph) -> Iterator[str]:
    yield f"{one.node.what}: {one.reach.standing}"
    yield f"  {one.node.id.partition('@')[0]}  {one.node.region}".rstrip()
    if one.reach.pin is not None:
        yield f"  owner's word: {one.reach.pin.said}"
    for name, word in (
        ("identity", "identity provider"),
        ("web_acls", "web ACL"),
        ("guardrails", "guardrail"),
    ):
        nodes = one.beside.get(name, ())
        if nodes:
            yield f"  {word}: {', '.join(node.what for node in nodes)}"
        elif one.found.paths:
            yield f"  {word}: none named"
    if one.beside.get("hints"):
        yield f"  hints: {', '.join(node.what for node in one.beside['hints'])}"
    yield from _branches(one.found.paths, 0, graph)
    if one.found.more:
        yield "  and further paths"
    for gap in one.found.gaps:
        yield f"  not known [{gap.rule} {gap.why}]: {gap.detail}{_grant(gap)}"


def _branches(paths: Sequence[Path], depth: int, graph: Graph) -> Iterator[str]:
    """The hops of several paths as one tree: what they share stands once."""
    forks: dict[Edge, list[Path]] = {}
    for path in paths:
        if len(path.edges) > depth:
            forks.setdefault(path.edges[depth], []).append(path)
    for edge, through in forks.items():
        ends = [path for path in through if len(path.edges) == depth + 1]
        suspicion = ", only a suspicion" if ends and ends[0].suspected else ""
        sure = f" = {ends[0].sure}{suspicion}" if ends else ""
        hop = (
            f"{graph.nodes[edge.target].what}  [{edge.rule} {edge.strength.name.lower()}{_rest(edge)}]{sure}"
        )
        yield f"  {'  ' * depth}-> {hop}"
        yield from _branches(through, depth + 1, graph)


def _rest(edge: Edge) -> str:
    parts = []
    if edge.broad:
        parts.append("only through a permission for everything")
    if edge.note:
        parts.append(edge.note)
    elif edge.evidence is not None:
        parts.append(f"{edge.evidence.call.service} {edge.evidence.call.name}: {edge.evidence.field}")
    return f"; {'; '.join(parts)}" if parts else ""


def _grant(gap: Gap) -> str:
    return f" (grant {gap.grant})" if gap.grant else ""
