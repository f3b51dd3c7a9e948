"""Which models an account uses: models, profiles, agents, knowledge bases and guardrails referred to, permitted, seen."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assessor.model.finding import command
from assessor.model.snapshot import Account
from assessor.model.view import View
from assessor.reports.text import visible
from assessor.reports.words import plural
from assessor.workload.graph import Edge, Kind, Node, Strength
from assessor.workload.permissions import everyone
from assessor.workload.workload import Standing, Workload

KINDS = (Kind.MODEL, Kind.AGENT, Kind.KNOWLEDGE, Kind.GUARDRAIL, Kind.PLANE)
_LONGEST = 12


def inventory(aws: View, known: Workload) -> dict[str, Any]:
    """What is used, how each is known, and what policies let principals use."""
    return {
        "account": aws.account_id,
        "regions": list(aws.account.regions),
        "used": [_entry(node, known) for node in _nodes(known)],
        "permitted": [
            {
                "principal": arn,
                "on_a_path": known.reach(arn).standing in {Standing.ON_PATH, Standing.PINNED},
                "plane": one.plane,
                "actions": list(one.actions),
                "resources": list(one.resources),
                "only_through_everything": one.broad,
                "under_conditions": one.conditional,
                "statements": list(one.by),
            }
            for arn, allowed in sorted(everyone(aws).items())
            for one in allowed.permissions
        ],
    }


def _nodes(known: Workload) -> Iterator[Node]:
    for kind in KINDS:
        yield from sorted(known.graph.of(kind), key=lambda node: (node.region, node.id))


def _entry(node: Node, known: Workload) -> dict[str, Any]:
    by: dict[str, list[Edge]] = {"referenced": [], "permitted": [], "seen": []}
    for edge in known.graph.into(node.id):
        if edge.strength is Strength.DECLARED:
            by["referenced"].append(edge)
        elif edge.strength is Strength.OBSERVED:
            by["seen"].append(edge)
        elif edge.strength is Strength.PERMITTED:
            by["permitted"].append(edge)
    return {
        "id": node.id,
        "what": node.what,
        "kind": node.kind.value,
        "region": node.region,
        **{
            how: [
                {
                    "by": edge.source,
                    "what": known.graph.nodes[edge.source].what
                    if edge.source in known.graph.nodes
                    else edge.source,
                    "evidence": None if edge.evidence is None else command(edge.evidence.call),
                    "field": "" if edge.evidence is None else edge.evidence.field,
                }
                for edge in edges
            ]
            for how, edges in by.items()
        },
    }


def text(account: Account, found: Mapping[str, Any]) -> str:
    """The inventory for people."""
    lines = [f"account {account.id} ({', '.join(account.regions)}): models in use"]
    for kind in KINDS:
        entries = [one for one in found["used"] if one["kind"] == kind.value]
        if entries:
            lines += ["", f"{kind.value} ({len(entries)})"]
        for one in entries:
            lines.append(f"  {one['what']}  {one['region']}".rstrip())
            for how, word in (
                ("referenced", "referred to by"),
                ("permitted", "permitted to"),
                ("seen", "seen in use by"),
            ):
                if one[how]:
                    lines.append(f"    {word} {_named(entry['what'] for entry in one[how])}")
    permitted = found["permitted"]
    lines += [
        "",
        f"permissions to call a model ({plural(len(permitted), 'permission')}, before service control policies)",
    ]
    for one in permitted:
        broad = ", only through a permission for everything" if one["only_through_everything"] else ""
        conditional = ", under conditions" if one["under_conditions"] else ""
        on = _named(one["resources"]) or "everything"
        lines.append(f"  {one['principal']}: {one['plane']} on {on}{broad}{conditional}")
    return "\n".join(visible(line) if line else "" for line in lines) + "\n"


def _named(texts: Iterable[str]) -> str:
    every = list(dict.fromkeys(texts))
    more = f" and {len(every) - _LONGEST} more" if len(every) > _LONGEST else ""
    return ", ".join(every[:_LONGEST]) + more
