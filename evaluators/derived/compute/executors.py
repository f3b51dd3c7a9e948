"""What acts on a model's output: functions behind agents' action groups, flow nodes and gateway targets, and their roles.

Judged is what is deployed: the agent and flow versions aliases route to, and the version of a function that the ARN
names. https://docs.aws.amazon.com/bedrock/latest/userguide/agents-lambda.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessor.iam.request import arn_field
from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import Gathered, View, gather
from collectors import bedrock_agent, bedrock_agentcore_control, lambda_
from evaluators.derived.foundation import agents, flows
from evaluators.derived.foundation.agents import AgentVersion, deployed_agents
from evaluators.derived.foundation.flows import FlowVersion, deployed_flows, flow_nodes
from evaluators.derived.offered import offered

READS: tuple[Operation, ...] = (
    *agents.READS,
    *flows.READS,
    bedrock_agent.LIST_AGENT_ACTION_GROUPS,
    bedrock_agent.GET_AGENT_ACTION_GROUP,
    bedrock_agentcore_control.LIST_GATEWAYS,
    bedrock_agentcore_control.GET_GATEWAY,
    bedrock_agentcore_control.LIST_GATEWAY_TARGETS,
    bedrock_agentcore_control.GET_GATEWAY_TARGET,
    lambda_.GET_FUNCTION,
)

CALLERS_OWN = frozenset({"CALLER_IAM_CREDENTIALS", "JWT_PASSTHROUGH"})
"""Credential provider types under which a target acts with the rights of whoever asked, and with no more."""


@dataclass(frozen=True, slots=True)
class Executor:
    """Something that acts on what a model said.

    arn: what acts, or what makes it act where that is outside the account. said: the place in words.
    role: ARN of the role it acts with, "" where it acts with none of this account. why: for no role, in words.
    outside: it acts outside this account, with rights nobody here can see. credentials: types of credential providers.
    """

    arn: str
    kind: str
    said: str
    role: str = ""
    why: str = ""
    outside: bool = False
    credentials: tuple[str, ...] = ()
    evidence: tuple[Call, ...] = ()


def executors(aws: View) -> Gathered[Executor]:
    """Everything in this Region that acts on a model's output; what could not be read is raised after it."""
    return gather(_of_agents(aws), _of_flows(aws), _of_gateways(aws))


# -- agents ------------------------------------------------------------------------------------------
def _of_agents(aws: View) -> Iterator[Executor]:
    found = aws.derive(deployed_agents)
    yield from gather(*(_of_agent(aws, agent) for agent in found.known if agent.reachable))
    if found.unseen is not None:
        raise found.unseen


def _of_agent(aws: View, agent: AgentVersion) -> Iterator[Executor]:
    groups = gather(
        aws.items(bedrock_agent.LIST_AGENT_ACTION_GROUPS, agentId=agent.agent_id, agentVersion=agent.version)
    )
    yield from gather(*(_of_group(aws, agent, group) for group in groups.known))
    if groups.unseen is not None:
        raise groups.unseen


def _of_group(aws: View, agent: AgentVersion, group: Any) -> Iterator[Executor]:
    if group.get("actionGroupState", "ENABLED") != "ENABLED":
        return
    start = len(aws.trail)
    answer = aws.get(
        bedrock_agent.GET_AGENT_ACTION_GROUP,
        agentId=agent.agent_id,
        agentVersion=agent.version,
        actionGroupId=str(group.get("actionGroupId", "")),
    )
    calls = (*agent.evidence, *aws.trail[start:])
    executor = ((answer or {}).get("agentActionGroup") or {}).get("actionGroupExecutor") or {}
    said = (
        f"action group {group.get('actionGroupName') or group.get('actionGroupId')} of agent {agent.agent_id}"
    )
    if executor.get("lambda"):
        yield from _function(aws, str(executor["lambda"]), f"{said} {agent.said}", calls)
    elif executor.get("customControl") == "RETURN_CONTROL":
        yield Executor(
            agent.arn,
            "AWS::Bedrock::Agent",
            f"{said} {agent.said}",
            why="it returns control: whoever invokes the agent acts, with its own rights",
            evidence=calls,
        )


# -- flows -------------------------------------------------------------------------------------------
def _of_flows(aws: View) -> Iterator[Executor]:
    found = aws.derive(deployed_flows)
    yield from gather(*(_of_flow(aws, flow) for flow in found.known))
    if found.unseen is not None:
        raise found.unseen


def _of_flow(aws: View, flow: FlowVersion) -> Iterator[Executor]:
    start = len(aws.trail)
    nodes = flow_nodes(aws, flow)
    calls = (*flow.evidence, *aws.trail[start:])
    named = [
        (str(arn), node.path)
        for node in nodes
        if (arn := (node.configuration.get("lambdaFunction") or {}).get("lambdaArn"))
    ]
    yield from gather(
        *(
            _function(aws, arn, f"node {path} of flow {flow.flow_id} {flow.said}", calls)
            for arn, path in named
        )
    )


# -- gateways ----------------------------------------------------------------------------------------
def _of_gateways(aws: View) -> Iterator[Executor]:
    """Targets of AgentCore gateways; where the service is not offered in the Region there are none."""
    targets = gather(offered(aws.items_with_call(bedrock_agentcore_control.LIST_GATEWAY_TARGETS)))
    yield from gather(
        *(
            _of_target(aws, str(call.request.get("gatewayIdentifier", "")), str(target.get("targetId", "")))
            for call, target in targets.known
        )
    )
    if targets.unseen is not None:
        raise targets.unseen


def _of_target(aws: View, gateway: str, target: str) -> Iterator[Executor]:
    start = len(aws.trail)
    answer = aws.get(bedrock_agentcore_control.GET_GATEWAY_TARGET, gatewayIdentifier=gateway, targetId=target)
    if answer is None:
        return
    calls = tuple(aws.trail[start:])
    configuration = answer.get("targetConfiguration") or {}
    mcp = configuration.get("mcp") or {}
    said = f"target {answer.get('name') or target} of gateway {gateway}"
    credentials = tuple(
        str(one.get("credentialProviderType", ""))
        for one in answer.get("credentialProviderConfigurations") or ()
    )
    arn = str(answer.get("gatewayArn") or "")
    if (mcp.get("lambda") or {}).get("lambdaArn"):
        yield from _function(aws, str(mcp["lambda"]["lambdaArn"]), said, calls)
    elif "smithyModel" in mcp:
        role = str(
            (aws.get(bedrock_agentcore_control.GET_GATEWAY, gatewayIdentifier=gateway) or {}).get(
                "roleArn", ""
            )
        )
        calls = tuple(aws.trail[start:])
        yield Executor(
            arn, _GATEWAY, f"{said}, which calls AWS APIs", role, credentials=credentials, evidence=calls
        )
    elif "apiGateway" in mcp:
        api = (mcp["apiGateway"] or {}).get("restApiId", "")
        why = f"it calls REST API {api}: what stands behind that acts"
        yield Executor(arn, _GATEWAY, said, why=why, credentials=credentials, evidence=calls)
    elif mcp or "passthrough" in (configuration.get("http") or {}):
        what = next(iter(mcp), "a passthrough endpoint")
        yield Executor(
            arn, _GATEWAY, f"{said} ({what})", outside=True, credentials=credentials, evidence=calls
        )


_GATEWAY = "AWS::BedrockAgentCore::Gateway"


# -- functions ---------------------------------------------------------------------------------------
def _function(aws: View, arn: str, said: str, calls: tuple[Call, ...]) -> Iterator[Executor]:
    """The function of an ARN, with the role of the version that the ARN means; none where it does not exist."""
    name = arn_field(arn, 5).removeprefix("function:")
    owner = arn_field(arn, 4)
    if owner != aws.account_id:
        raise UnseenError(
            Why.CROSS_ACCOUNT, f"function {name} of account {owner} acts for {said}: its role is not known"
        )
    start = len(aws.trail)
    answer = aws.at(arn_field(arn, 3) or aws.region).get(lambda_.GET_FUNCTION, FunctionName=arn)
    if answer is None:
        return
    role = str((answer.get("Configuration") or {}).get("Role") or "")
    evidence = (*calls, *aws.trail[start:])
    yield Executor(arn, "AWS::Lambda::Function", f"function {name}: {said}", role, evidence=evidence)
