"""Guardrails in use: what refers to them, and which version each reference means.

A guardrail that exists protects nothing; one that an enforcement, a deployed agent or flow, or an IAM condition
names does. Calls that code makes are seen only in the metrics of ``AWS/Bedrock/Guardrails``.
https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use.html
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from assessor.model.looks import Look, look_of
from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import bedrock, cloudwatch, lambda_
from evaluators.derived.foundation import agents, flows
from evaluators.derived.foundation.agents import AgentVersion, agent_guardrail, deployed_agents
from evaluators.derived.foundation.flows import FlowVersion, deployed_flows, flow_nodes
from evaluators.derived.offered import surely
from evaluators.derived.screening import enforcement, guardrail_conditions, guardrail_versions
from evaluators.derived.screening.enforcement import Layer, enforced_configurations
from evaluators.derived.screening.guardrail_conditions import Demand, guardrail_demands
from evaluators.derived.screening.guardrail_versions import (
    DRAFT,
    GuardrailVersion,
    guardrail_arn,
    versions,
    written,
)

READS: tuple[Operation, ...] = tuple(
    dict.fromkeys(
        (
            *guardrail_versions.READS,
            *enforcement.READS,
            *agents.READS,
            *flows.READS,
            *guardrail_conditions.READS,
            cloudwatch.LIST_METRICS,
        )
    )
)

HINT_READS: tuple[Operation, ...] = (lambda_.LIST_FUNCTIONS,)

_NAMESPACE = "AWS/Bedrock/Guardrails"
_HINT = re.compile(r"GUARDRAIL(?:_?(?:ID|ARN|IDENTIFIER|VERSION))?(?:_|$)", re.IGNORECASE)


class Source(StrEnum):
    """Where a reference was found."""

    ACCOUNT = "account enforcement"
    ORGANIZATION = "organization enforcement"
    AGENT = "agent"
    FLOW = "flow"
    IAM = "IAM condition"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class Reference:
    """Something that names a guardrail.

    by: ARN of what refers (agent, flow, role, user or group; the account's for enforcement and metrics).
    where: the place within it, stable between runs (``version 3/node Answer``).
    said: who refers, in words.
    text: the version as it is written there; empty where none is.
    meant: the guardrail version that is in force by it; None where a pattern matches nothing.
    pattern: the reference is a pattern that several guardrails or versions match.
    only_for_tests: only the built-in test alias of an agent or flow leads to it.
    """

    source: Source
    by: str
    where: str
    said: str
    text: str
    meant: GuardrailVersion | None
    pattern: bool = False
    only_for_tests: bool = False
    evidence: tuple[Call, ...] = ()


@dataclass(frozen=True, slots=True)
class InUse:
    """One guardrail version with everything that refers to it."""

    guardrail: GuardrailVersion
    references: tuple[Reference, ...]

    @property
    def evidence(self) -> tuple[Call, ...]:
        """The calls that named it."""
        return tuple(dict.fromkeys(call for reference in self.references for call in reference.evidence))

    @property
    def users(self) -> str:
        """What refers to it, in words."""
        said = tuple(dict.fromkeys(reference.said for reference in self.references))
        more = f" and {len(said) - 3} more" if len(said) > 3 else ""
        return ", ".join(said[:3]) + more


# -- references --------------------------------------------------------------------------------------
def guardrail_references(aws: View) -> Gathered[Reference]:
    """Every reference that configuration makes to a guardrail of this Region, whether or not it exists."""
    return gather(_enforced(aws), _of_agents(aws), _of_flows(aws), _of_policies(aws))


def _enforced(aws: View) -> Iterator[Reference]:
    for one in aws.derive(enforced_configurations):
        account = one.layer is Layer.ACCOUNT
        yield Reference(
            Source.ACCOUNT if account else Source.ORGANIZATION,
            aws.root_arn,
            f"{one.layer} enforcement {one.name}".strip(),
            f"{one.layer} enforcement",
            one.guardrail.version,
            one.guardrail,
            evidence=(one.evidence,),
        )


def _of_agents(aws: View) -> Iterator[Reference]:
    found = aws.derive(deployed_agents)
    yield from gather(*(_of_agent(aws, agent) for agent in found.known if agent.reachable))
    if found.unseen is not None:
        raise found.unseen


def _of_agent(aws: View, agent: AgentVersion) -> Iterator[Reference]:
    start = len(aws.trail)
    named = agent_guardrail(aws, agent)
    if named is not None:
        yield _named(
            aws,
            Source.AGENT,
            agent,
            f"version {agent.version}",
            f"agent {agent.agent_id} {agent.said}",
            named,
            tuple(aws.trail[start:]),
        )


def _of_flows(aws: View) -> Iterator[Reference]:
    found = aws.derive(deployed_flows)
    yield from gather(*(_of_flow(aws, flow) for flow in found.known))
    if found.unseen is not None:
        raise found.unseen


def _of_flow(aws: View, flow: FlowVersion) -> Iterator[Reference]:
    start = len(aws.trail)
    nodes = flow_nodes(aws, flow)
    calls = tuple(aws.trail[start:])
    for node in nodes:
        if node.guardrail is not None:
            yield _named(
                aws,
                Source.FLOW,
                flow,
                f"version {flow.version}/node {node.path}",
                f"node {node.path} of flow {flow.flow_id} {flow.said}",
                node.guardrail,
                calls,
            )


def _named(
    aws: View,
    source: Source,
    by: AgentVersion | FlowVersion,
    where: str,
    said: str,
    named: tuple[str, str],
    calls: tuple[Call, ...],
) -> Reference:
    identifier, version = named
    return Reference(
        source,
        by.arn,
        where,
        said,
        version,
        GuardrailVersion(guardrail_arn(aws, identifier), version or DRAFT),
        only_for_tests=by.only_for_tests,
        evidence=(*by.evidence, *calls),
    )


def _of_policies(aws: View) -> Iterator[Reference]:
    demands = guardrail_demands(aws)
    for demand in demands.known:
        yield from _demanded(aws, demand)
    if demands.unseen is not None:
        raise demands.unseen


def _demanded(aws: View, demand: Demand) -> Iterator[Reference]:
    text = demand.test.value
    parts = text.split(":")
    if len(parts) < 6 or not parts[5].startswith("guardrail/"):
        return  # no guardrail can match: nobody can call under this condition
    if demand.pattern:
        name = parts[5].removeprefix("guardrail/")
        if not name or name[0] in "*?":
            return  # any guardrail would do: none is referred to
        if not _may_lie_in(parts[3], aws.region):
            return
        yield from _matching(aws, demand, parts[6] if len(parts) > 6 else "")
        return
    meant = written(text)
    if meant is not None and meant.region == aws.region:
        yield _condition(demand, parts[6] if len(parts) > 6 else "", meant)


def _may_lie_in(pattern: str, region: str) -> bool:
    head = pattern.partition("*")[0].partition("?")[0]
    return region == pattern if head == pattern else region.startswith(head)


def _matching(aws: View, demand: Demand, text: str) -> Iterator[Reference]:
    """One reference per own guardrail that fits: its newest version that fits is the one taken to be in use."""
    matched = False
    for draft in surely(aws.items(bedrock.LIST_GUARDRAILS)):
        arn = str(draft.get("arn", ""))
        fitting = [
            GuardrailVersion(arn, version)
            for version in versions(aws, str(draft.get("id", "")))
            if demand.test.holds(arn if version == DRAFT else f"{arn}:{version}")
        ]
        if fitting:
            matched = True
            yield _condition(demand, text, max(fitting, key=lambda version: version.number), pattern=True)
    if not matched and "*" not in demand.test.value.split(":")[3]:
        yield _condition(demand, text, None, pattern=True)


def _condition(
    demand: Demand, text: str, meant: GuardrailVersion | None, *, pattern: bool = False
) -> Reference:
    name = demand.principal.rpartition(":")[2]
    policy = demand.policy.rpartition("/")[2]
    return Reference(
        Source.IAM,
        demand.principal,
        f"{demand.policy}/{demand.test.value}",
        f"the IAM condition in policy {policy} of {name}",
        text,
        meant,
        pattern,
        evidence=(demand.evidence,),
    )


# -- in use ------------------------------------------------------------------------------------------
def guardrails_in_use(aws: View) -> Gathered[InUse]:
    """Every guardrail version of this Region that something refers to, existing or not, in a stable order.

    Versions that only metrics show (code names them in its calls) count while no newer version of the guardrail
    is in use, and only once all configuration was read. Working drafts in metrics do not count: trying a guardrail
    in the console leaves them.
    """
    references = aws.derive(guardrail_references)
    grouped: dict[GuardrailVersion, list[Reference]] = {}
    for reference in references.known:
        if reference.meant is not None:
            grouped.setdefault(reference.meant, []).append(reference)
    unseen = references.unseen
    called = gather(_called(aws))
    unseen = unseen or called.unseen
    if references.unseen is None:
        newest = {meant.guardrail: 0 for meant in grouped}
        for meant in (*grouped, *(one.meant for one in called.known if one.meant is not None)):
            newest[meant.guardrail] = max(newest.get(meant.guardrail, 0), meant.number)
        for one in called.known:
            if one.meant is not None and one.meant.number >= newest[one.meant.guardrail]:
                grouped.setdefault(one.meant, []).append(one)
    return Gathered([InUse(meant, tuple(grouped[meant])) for meant in sorted(grouped)], unseen)


def _called(aws: View) -> Iterator[Reference]:
    seen: set[GuardrailVersion] = set()
    for call, metric in aws.items_with_call(cloudwatch.LIST_METRICS, Namespace=_NAMESPACE):
        held = {one.get("Name"): str(one.get("Value", "")) for one in metric.get("Dimensions") or ()}
        meant = written(held.get("GuardrailArn", ""))
        version = held.get("GuardrailVersion", "")
        if metric.get("Namespace") != _NAMESPACE or meant is None or not version.isdecimal():
            continue
        meant = GuardrailVersion(meant.guardrail, version)
        if meant.region != aws.region or meant in seen:
            continue
        seen.add(meant)
        yield Reference(
            Source.METRICS,
            aws.root_arn,
            f"metrics of {meant.arn}",
            "calls of the last two weeks (metrics)",
            version,
            meant,
            evidence=(call,),
        )


def idle_guardrails(aws: View) -> list[Answer]:
    """The account's guardrails of this Region (summaries of ListGuardrails) that nothing refers to.

    Raises UnseenError unless everything that could refer to them was read.
    """
    used = {one.guardrail.guardrail for one in aws.derive(guardrails_in_use)}
    listed = surely(aws.items(bedrock.LIST_GUARDRAILS))
    return [one for one in listed if one.get("arn") not in used]


def hinted_by(aws: View) -> str:
    """What hints that code passes a guardrail that no configuration refers to, "" where nothing does.

    A function of the Region with a variable named after a guardrail that holds something. Which guardrail and version
    it names is not kept, so that it never decides for or against one. Raises UnseenError.
    """
    return aws.derive(_hinted_by)


def _hinted_by(aws: View) -> str:
    for function in surely(aws.items(lambda_.LIST_FUNCTIONS)):
        variables = (function.get("Environment") or {}).get("Variables") or {}
        names = [
            str(name)
            for name, kept in sorted(variables.items())
            if _HINT.search(str(name)) and look_of(kept) is not Look.EMPTY
        ]
        if names:
            return f"variable {names[0]} of function {function.get('FunctionName', '')}"
    return ""


__all__ = [
    "HINT_READS",
    "READS",
    "InUse",
    "Reference",
    "Source",
    "guardrail_references",
    "guardrails_in_use",
    "hinted_by",
    "idle_guardrails",
]
