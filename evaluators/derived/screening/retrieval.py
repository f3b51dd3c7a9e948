"""Which guardrails stand on a path that answers from retrieval: knowledge bases and Kendra indices.

Agents and flows say which knowledge bases they ask. What code asks is not in any configuration: a knowledge base that
no agent or flow asks, and a Kendra index, are taken to be asked by code.
"""

from collections.abc import Iterator

from assessor.model.operation import Operation
from assessor.model.view import Gathered, View, gather
from collectors import bedrock_agent, kendra
from evaluators.derived.foundation import agents, flows
from evaluators.derived.foundation.agents import AgentVersion, agent_guardrail, deployed_agents
from evaluators.derived.foundation.flows import FlowVersion, deployed_flows, flow_nodes
from evaluators.derived.offered import offered
from evaluators.derived.principals import universe
from evaluators.derived.principals.universe import estate
from evaluators.derived.screening.guardrails import InUse, Reference, Source

READS: tuple[Operation, ...] = (
    *agents.READS,
    *flows.READS,
    *universe.READS,
    bedrock_agent.LIST_AGENT_KNOWLEDGE_BASES,
    bedrock_agent.LIST_KNOWLEDGE_BASES,
    kendra.LIST_INDICES,
)

_ASK_KNOWLEDGE_BASE = ("bedrock:Retrieve", "bedrock:RetrieveAndGenerate")
_ASK_KENDRA = ("kendra:Retrieve", "kendra:Query")


def knowledge_bases_of(aws: View, agent: AgentVersion) -> list[str]:
    """Ids of the knowledge bases an agent version asks; disabled associations are left out. Raises UnseenError."""
    return [
        str(item.get("knowledgeBaseId", ""))
        for item in aws.items(
            bedrock_agent.LIST_AGENT_KNOWLEDGE_BASES, agentId=agent.agent_id, agentVersion=agent.version
        )
        if item.get("knowledgeBaseState", "ENABLED") == "ENABLED"
    ]


def retrieval_behind(aws: View, used: InUse) -> str:
    """Why answers under this guardrail come from retrieval, or the empty text when none do.

    One proven path is enough. Raises UnseenError when none is proven and something could not be seen.
    """
    reasons = gather(*(_behind(aws, reference) for reference in used.references))
    if reasons.known:
        return reasons.known[0]
    if reasons.unseen is not None:
        raise reasons.unseen
    return ""


def _behind(aws: View, reference: Reference) -> Iterator[str]:
    match reference.source:
        case Source.AGENT:
            agent = next(a for a in aws.derive(deployed_agents).known if _is(a, reference))
            if knowledge_bases_of(aws, agent):
                yield f"agent {agent.agent_id} version {agent.version} asks a knowledge base"
        case Source.FLOW:
            flow = next(f for f in aws.derive(deployed_flows).known if _is(f, reference))
            if any(node.retrieves for node in flow_nodes(aws, flow)):
                yield f"flow {flow.flow_id} version {flow.version} asks a knowledge base"
        case Source.IAM:
            yield from _principal(aws, reference.by)
        case Source.ACCOUNT | Source.ORGANIZATION:
            yield from gather(_without_own_guardrail(aws), asked_by_code(aws))
        case Source.METRICS:
            yield from asked_by_code(aws)


def _is(deployed: AgentVersion | FlowVersion, reference: Reference) -> bool:
    version = reference.where.partition("/")[0].removeprefix("version ")
    return deployed.arn == reference.by and deployed.version == version


def _without_own_guardrail(aws: View) -> Iterator[str]:
    """Agents and flows that ask a knowledge base and carry no guardrail themselves: enforcement is all they have."""
    found = aws.derive(deployed_agents)
    yield from gather(*(_bare_agent(aws, agent) for agent in found.known if agent.reachable))
    deployed = aws.derive(deployed_flows)
    yield from gather(*(_bare_flow(aws, flow) for flow in deployed.known))
    unseen = found.unseen or deployed.unseen
    if unseen is not None:
        raise unseen


def _bare_agent(aws: View, agent: AgentVersion) -> Iterator[str]:
    if knowledge_bases_of(aws, agent) and agent_guardrail(aws, agent) is None:
        yield f"agent {agent.agent_id} version {agent.version} asks a knowledge base without its own guardrail"


def _bare_flow(aws: View, flow: FlowVersion) -> Iterator[str]:
    nodes = flow_nodes(aws, flow)
    retrieves = any(node.retrieves for node in nodes)
    if retrieves and any(node.generates and node.guardrail is None for node in nodes):
        yield f"flow {flow.flow_id} version {flow.version} asks a knowledge base without its own guardrail"


def asked_by_code(aws: View) -> Iterator[str]:
    """Sources of retrieval that no deployed agent or flow asks, so that code must. Raises UnseenError."""
    yield from gather(_loose_knowledge_bases(aws), _kendra(aws))


def _loose_knowledge_bases(aws: View) -> Iterator[str]:
    listed = offered(aws.items(bedrock_agent.LIST_KNOWLEDGE_BASES))
    held = [str(item.get("knowledgeBaseId", "")) for item in listed]
    if not held:
        return
    asked = set(aws.derive(declared_knowledge_bases))
    for name in held:
        if name not in asked:
            yield f"knowledge base {name} is asked by no agent or flow, so by code"


def declared_knowledge_bases(aws: View) -> Gathered[str]:
    """Ids of the knowledge bases that deployed agents and flows ask."""
    return gather(_of_agents(aws), _of_flows(aws))


def _of_agents(aws: View) -> Iterator[str]:
    for agent in aws.derive(deployed_agents):
        if agent.reachable:
            yield from knowledge_bases_of(aws, agent)


def _of_flows(aws: View) -> Iterator[str]:
    for flow in aws.derive(deployed_flows):
        for node in flow_nodes(aws, flow):
            if node.retrieves:
                yield str(node.configuration["knowledgeBase"].get("knowledgeBaseId", ""))


def _kendra(aws: View) -> Iterator[str]:
    # Kendra is not offered in every Region: where it is not, there is no index.
    for index in offered(aws.items(kendra.LIST_INDICES)):
        yield f"Kendra index {index.get('Id', '')} is asked by code"


def _principal(aws: View, arn: str) -> Iterator[str]:
    """Whether a principal, or a member of a group, may retrieve from something that is there."""
    actions: list[str] = []
    if any(True for _ in offered(aws.items(bedrock_agent.LIST_KNOWLEDGE_BASES))):
        actions += _ASK_KNOWLEDGE_BASE
    if any(True for _ in _kendra(aws)):
        actions += _ASK_KENDRA
    if not actions:
        return
    known = estate(aws)
    group = arn.rpartition("/")[2] if ":group/" in arn else ""
    for principal in known.universe.principals:
        if principal.arn != arn and (not group or group not in principal.groups):
            continue
        for action in actions:
            access = known.universe.can(principal, action, regions=(aws.region,))
            if access.possible:
                yield f"{principal.arn} may use {action}"
                return
            if access.unknown:
                raise known.undecidable(f"whether {principal.arn} may use {action}")
    if known.unseen is not None:
        raise known.unseen
