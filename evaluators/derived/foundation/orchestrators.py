"""What acts on its own with a model: agents, flows, AgentCore gateways, runtimes and harnesses, by execution role.

Versions of one agent or flow may share a role; working drafts count, as the test alias reaches them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Gathered, View, gather
from collectors import bedrock_agent, bedrock_agentcore_control
from evaluators.derived.offered import offered, surely

READS: tuple[Operation, ...] = (
    bedrock_agent.GET_AGENT,
    bedrock_agent.GET_AGENT_VERSION,
    bedrock_agent.LIST_AGENT_COLLABORATORS,
    bedrock_agent.GET_FLOW,
    bedrock_agent.GET_FLOW_VERSION,
    bedrock_agentcore_control.GET_GATEWAY,
    bedrock_agentcore_control.GET_AGENT_RUNTIME,
    bedrock_agentcore_control.GET_HARNESS,
)


@dataclass(frozen=True, slots=True)
class Orchestrator:
    """One orchestrator with a role. supervisors: agents that have it work for them."""

    arn: str
    what: str
    role: str
    supervisors: tuple[str, ...] = ()
    evidence: tuple[Call, ...] = ()

    @property
    def said(self) -> str:
        """In words."""
        under = f", which works for agent {', '.join(self.supervisors)}" if self.supervisors else ""
        return f"{self.what}{under}"


_SOURCES: tuple[tuple[Operation, str, str, str, str], ...] = (
    (bedrock_agent.GET_AGENT, "agent.agentResourceRoleArn", "agentId", "agent", "bedrock:agent"),
    (
        bedrock_agent.GET_AGENT_VERSION,
        "agentVersion.agentResourceRoleArn",
        "agentId",
        "agent",
        "bedrock:agent",
    ),
    (bedrock_agent.GET_FLOW, "executionRoleArn", "flowIdentifier", "flow", "bedrock:flow"),
    (bedrock_agent.GET_FLOW_VERSION, "executionRoleArn", "flowIdentifier", "flow", "bedrock:flow"),
    (
        bedrock_agentcore_control.GET_GATEWAY,
        "roleArn",
        "gatewayIdentifier",
        "AgentCore gateway",
        "bedrock-agentcore:gateway",
    ),
    (
        bedrock_agentcore_control.GET_AGENT_RUNTIME,
        "roleArn",
        "agentRuntimeId",
        "AgentCore runtime",
        "bedrock-agentcore:runtime",
    ),
)
_HARNESS = (
    bedrock_agentcore_control.GET_HARNESS,
    "harness.executionRoleArn",
    "harnessId",
    "AgentCore harness",
    "bedrock-agentcore:harness",
)
"""Operation, where its answer names the role, the request's member that names the orchestrator, words, ARN."""


def orchestrators(aws: View) -> Gathered[Orchestrator]:
    """Every orchestrator of the Region with each role it uses; what could not be read is raised after them."""
    found = gather(
        *(surely(_of(aws, *source)) for source in _SOURCES),
        # Harnesses came later than AgentCore: not every Region that has the one offers the other.
        offered(_of(aws, *_HARNESS)),
    )
    working, unseen = _collaborators(aws)
    within = _within(aws)
    merged: dict[tuple[str, str], Orchestrator] = {}
    for one in found.known:
        if one.arn in within:
            continue
        key = (one.arn, one.role)
        held = merged.get(key)
        evidence = one.evidence if held is None else tuple(dict.fromkeys((*held.evidence, *one.evidence)))
        supervisors = tuple(sorted(working.get(one.arn, ())))
        merged[key] = replace(one, evidence=evidence, supervisors=supervisors)
    return Gathered(merged.values(), found.unseen or unseen)


def _of(
    aws: View, operation: Operation, where: str, member: str, word: str, kind: str
) -> Iterator[Orchestrator]:
    service, _, resource = kind.partition(":")
    for call, answer in aws.items_with_call(operation, ""):
        role = str(first(answer, where) or "")
        ident = str(call.request.get(member) or "")
        if role:
            arn = f"arn:{aws.account.partition}:{service}:{aws.region}:{aws.account_id}:{resource}/{ident}"
            yield Orchestrator(arn, f"{word} {ident}", role, (), (call,))


def _within(aws: View) -> frozenset[str]:
    """The runtimes that AgentCore made for harnesses: part of those, and no orchestrators beside them."""
    known = gather(aws.items_with_call(bedrock_agentcore_control.GET_HARNESS, "")).known
    return frozenset(
        f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}:runtime/{ident}"
        for _, answer in known
        for ident in values(answer, "harness.environment.agentCoreRuntimeEnvironment.agentRuntimeId")
    )


def _collaborators(aws: View) -> tuple[dict[str, set[str]], UnseenError | None]:
    """The agents that work for others, by ARN, with the ids of those they work for."""
    found: dict[str, set[str]] = {}
    listed = gather(surely(aws.items_with_call(bedrock_agent.LIST_AGENT_COLLABORATORS)))
    for call, item in listed.known:
        for alias in values(item, "agentDescriptor.aliasArn"):
            agent = str(alias).partition(":agent-alias/")[2].partition("/")[0]
            arn = f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:agent/{agent}"
            found.setdefault(arn, set()).add(str(call.request.get("agentId") or ""))
    return found, listed.unseen
