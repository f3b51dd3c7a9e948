"""GAI-4.12: Every deployed agent version and flow version carries a guardrail."""

from collections.abc import Iterator, Sequence

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from collectors import bedrock_agent
from evaluators.derived.foundation import agents, flows
from evaluators.derived.foundation.agents import (
    AgentVersion,
    agent_guardrail,
    agent_works_alone,
    deployed_agents,
)
from evaluators.derived.foundation.flows import FlowVersion, Node, deployed_flows, flow_nodes
from evaluators.derived.screening import enforcement
from evaluators.derived.screening.guardrail_versions import DRAFT, GuardrailVersion, exists, guardrail_arn

READS: tuple[Operation, ...] = (
    *agents.READS,
    *flows.READS,
    *enforcement.READS,
    bedrock_agent.LIST_AGENT_COLLABORATORS,
)


def subjects(aws: View) -> Iterator[Subject]:
    """Every agent version and flow version behind an alias."""
    versions, deployed = aws.derive(deployed_agents), aws.derive(deployed_flows)
    for agent in versions.known:
        yield Subject(
            agent.arn,
            "AWS::Bedrock::Agent",
            f"version {agent.version}",
            about={"deployed": agent},
            evidence=agent.evidence,
        )
    for flow in deployed.known:
        yield Subject(
            flow.arn,
            "AWS::Bedrock::Flow",
            f"version {flow.version}",
            about={"deployed": flow},
            evidence=flow.evidence,
        )
    unseen = versions.unseen or deployed.unseen
    if unseen is not None:
        raise unseen


@control(
    "GAI-4.12",
    slug="agents-and-flows-carry-guardrails",
    item=Item.INPUT_OUTPUT,
    title="Every deployed agent version and flow version carries a guardrail",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Bedrock::Agent",
    subjects=subjects,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="No agent or flow has an alias: none is deployed.",
    why=(
        "Agents act: whoever can talk to an unguarded one can inject instructions and have it use its tools and data."
    ),
    remediation=(
        "Associate a guardrail with the agent, or with every prompt and generating knowledge-base node of the flow, "
        "prepare it, make a version and point the alias at that version."
    ),
    fix_cli=(
        "aws bedrock-agent update-agent --agent-id $A --agent-name $N --agent-resource-role-arn "
        "$R --foundation-model $M --guardrail-configuration "
        "guardrailIdentifier=$G,guardrailVersion=1"
    ),
    answers=("S4.2", "S3.2"),
    frameworks={
        "gensec": ("GENSEC02-BP01", "GENSEC05-BP01"),
        "owasp_llm_2025": ("LLM01", "LLM06"),
        "mitre_atlas": ("AML.M0020", "AML.T0053"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-AI-04",),
    },
    parameters=(),
    edge_cases=(
        (
            "ListAgents shows the DRAFT setting: a guarded DRAFT with an unguarded live version "
            "is the classic false PASS."
        ),
        "KB node without modelId returns raw results: no generation, no guardrail needed.",
        "TSTALIASID points at DRAFT.",
        "In multi-agent set-ups check collaborators too.",
    ),
    workload_aware=False,
)
def agents_and_flows_carry_guardrails(subject: Subject, aws: View) -> Verdict:
    """Every agent version and flow version that an alias routes to carries a guardrail that exists.

    One row per version, not per working draft: a guarded draft says nothing about the version that is live. The draft
    behind the built-in test alias is judged too, at medium severity.

    Passes: an agent version names a guardrail that exists; in a flow every prompt node, and every knowledge-base node
    with a model, names one (a knowledge-base node without a model returns text as it is stored). Or every call in the
    Region is checked by an enforced guardrail (GAI-4.02). Fails: the guardrail is missing, or does not exist, on the
    version or on one such node. Not applicable: every alias of the version rejects invocations, or the flow has no
    node that generates. Collaborators of an agent are agents with rows of their own.

    By hand:

    ```sh
    aws bedrock-agent list-agent-aliases --agent-id $A --query 'agentAliasSummaries[].routingConfiguration'
    aws bedrock-agent get-agent-version --agent-id $A --agent-version $V --query agentVersion.guardrailConfiguration
    aws bedrock-agent get-flow-version --flow-identifier $F --flow-version $V --query definition.nodes
    ```
    """
    about = subject.about["deployed"]
    if isinstance(about, AgentVersion):
        return _agent(about, aws)
    assert isinstance(about, FlowVersion)
    return _flow(about, aws)


def _agent(agent: AgentVersion, aws: View) -> Verdict:
    if not agent.reachable:
        return not_applicable(
            f"Agent {agent.agent_id} {agent.said}: no alias of this version takes invocations"
        )
    named = agent_guardrail(aws, agent)
    who = f"Agent {agent.agent_id} {agent.said}"
    fault = f"{who} has no guardrail" if named is None else _dangling(aws, named, who)
    if fault:
        return _failed_or_enforced(aws, fault, only_for_tests=agent.only_for_tests)
    _collaborators_are_here(aws, agent)
    assert named is not None
    return passed(f"{who} carries guardrail {named[0]} version {named[1] or DRAFT}")


def _flow(flow: FlowVersion, aws: View) -> Verdict:
    who = f"Flow {flow.flow_id} {flow.said}"
    nodes = flow_nodes(aws, flow)
    generating = [node for node in nodes if node.generates]
    bare = [node for node in generating if node.guardrail is None]
    fault = f"{who} has no guardrail on {_nodes(bare)}" if bare else ""
    unseen: UnseenError | None = None
    for node in generating:
        if fault or node.guardrail is None:
            break
        try:
            fault = _dangling(aws, node.guardrail, f"{who}, node {node.path}")
        except UnseenError as error:
            unseen = unseen or error
    if fault:
        # A knowledge-base node answers by RetrieveAndGenerate.
        residue = (enforcement.RESIDUE,) if any(node.retrieves for node in generating) else ()
        return _failed_or_enforced(aws, fault, only_for_tests=flow.only_for_tests, residue=residue)
    if unseen is not None:
        raise unseen
    for node in nodes:
        _is_here(aws, node.agent_alias, f"{who}, node {node.path}")
    if not generating:
        return not_applicable(f"{who} has no node in which a model answers")
    return passed(f"{who} carries a guardrail on {_nodes(generating)}")


def _nodes(nodes: Sequence[Node]) -> str:
    more = f" and {len(nodes) - 3} more" if len(nodes) > 3 else ""
    return f"node {', '.join(node.path for node in nodes[:3])}{more}"


def _dangling(aws: View, named: tuple[str, str], who: str) -> str:
    meant = GuardrailVersion(guardrail_arn(aws, named[0]), named[1] or DRAFT)
    return "" if exists(aws, meant) else f"{who} names guardrail {meant.arn}, which does not exist"


def _failed_or_enforced(
    aws: View, fault: str, *, only_for_tests: bool, residue: tuple[str, ...] = ()
) -> Verdict:
    enforced = enforcement.enforcement(aws)
    if enforced.status is Status.PASS:
        return passed(f"{fault}, but every call is checked: {enforced.observed}", *residue)
    return failed(fault, Severity.MEDIUM if only_for_tests else None)


def _collaborators_are_here(aws: View, agent: AgentVersion) -> None:
    if agent_works_alone(aws, agent):
        return
    for item in aws.items(
        bedrock_agent.LIST_AGENT_COLLABORATORS, agentId=agent.agent_id, agentVersion=agent.version
    ):
        alias = str((item.get("agentDescriptor") or {}).get("aliasArn") or "")
        _is_here(aws, alias, f"agent {agent.agent_id} {agent.said}")


def _is_here(aws: View, alias: str, who: str) -> None:
    """Another agent that takes part has a row of its own, unless another account owns it. Raises UnseenError."""
    owner = alias.split(":")[4] if alias.count(":") >= 5 else aws.account_id
    if owner != aws.account_id:
        raise UnseenError(
            Why.CROSS_ACCOUNT,
            f"{who} hands work to {alias}, which belongs to account {owner}: its guardrail is unknown",
        )
