"""Resources of generative AI that can carry a policy of their own: guardrails, models, knowledge bases, AgentCore.

Three clients have an operation called ``GetResourcePolicy``, each for its own resources.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/resource-based-policies.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import Absent, Call, Seen, Unseen, Why
from assessor.model.view import Gathered, View, gather, unseen_error
from collectors import bedrock, bedrock_agent, bedrock_agentcore_control
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (
    bedrock.LIST_GUARDRAILS,
    bedrock.LIST_CUSTOM_MODELS,
    bedrock.GET_RESOURCE_POLICY,
    bedrock_agent.LIST_KNOWLEDGE_BASES,
    bedrock_agent.GET_KNOWLEDGE_BASE,
    bedrock_agent.GET_RESOURCE_POLICY,
    bedrock_agentcore_control.LIST_AGENT_RUNTIMES,
    bedrock_agentcore_control.LIST_AGENT_RUNTIME_ENDPOINTS,
    bedrock_agentcore_control.LIST_GATEWAYS,
    bedrock_agentcore_control.GET_GATEWAY,
    bedrock_agentcore_control.LIST_MEMORIES,
    bedrock_agentcore_control.GET_AGENT_RUNTIME,
    bedrock_agentcore_control.GET_RESOURCE_POLICY,
)

_NO_CARRIER = (Why.ERROR, "ValidationException")
"""How AWS refuses to tell of the policy of something that it takes no policy for."""
_AGENTCORE = bedrock_agentcore_control.GET_RESOURCE_POLICY


@dataclass(frozen=True, slots=True)
class Carrier:
    """A resource that can carry a policy. ``operation`` reads it, ``member`` is where the answer holds it.

    runtime: the id of an AgentCore runtime, whose configuration says how callers sign in. authorizer: how callers of
    a gateway do (``CUSTOM_JWT``, ``AWS_IAM``), "" for everything else.
    """

    arn: str
    kind: str
    what: str
    operation: Operation
    member: str
    evidence: tuple[Call, ...]
    runtime: str = ""
    authorizer: str = ""


def carriers(aws: View) -> Gathered[Carrier]:
    """Every resource of the Region that can carry a policy; what cannot be listed is raised after the rest."""
    return gather(
        surely(_guardrails(aws)),
        surely(_models(aws)),
        surely(_knowledge_bases(aws)),
        surely(_runtimes(aws)),
        surely(_gateways(aws)),
        surely(_carrying_only(aws)),
    )


def policy_of(aws: View, carrier: Carrier) -> str:
    """The resource's policy, "" where it has none. Raises UnseenError."""
    answer = aws.get(carrier.operation, resourceArn=carrier.arn)
    return str((answer or {}).get(carrier.member) or "")


def takes_tokens_only(aws: View, carrier: Carrier) -> bool:
    """Whether callers are let in by a token (JWT) and not by an AWS signature. Raises UnseenError."""
    if carrier.authorizer:
        return carrier.authorizer == "CUSTOM_JWT"
    if not carrier.runtime:
        return False
    operation = bedrock_agentcore_control.GET_AGENT_RUNTIME
    reading = aws.read(operation, agentRuntimeId=carrier.runtime)
    match reading:
        case Seen(value):
            return first(value, "authorizerConfiguration.customJWTAuthorizer") is not None
        case Unseen(code="ResourceNotFoundException") | Absent():
            return False
        case Unseen():
            raise unseen_error(reading, operation, aws.trail[-1])


def _guardrails(aws: View) -> Iterator[Carrier]:
    return _of_bedrock(aws, bedrock.LIST_GUARDRAILS, "AWS::Bedrock::Guardrail", "guardrail", "arn", "id")


def _models(aws: View) -> Iterator[Carrier]:
    return _of_bedrock(
        aws, bedrock.LIST_CUSTOM_MODELS, "AWS::Bedrock::CustomModel", "custom model", "modelArn", "modelName"
    )


def _of_bedrock(
    aws: View, listing: Operation, kind: str, word: str, arn_member: str, name_member: str
) -> Iterator[Carrier]:
    """What Bedrock lists with its ARN, and keeps a policy of under that ARN."""
    for call, item in aws.items_with_call(listing):
        arn = str(item.get(arn_member) or "")
        if arn:
            name = f"{word} {item.get(name_member) or arn.rpartition('/')[2]}"
            yield Carrier(arn, kind, name, bedrock.GET_RESOURCE_POLICY, "resourcePolicy", (call,))


def _knowledge_bases(aws: View) -> Iterator[Carrier]:
    for call, item in aws.items_with_call(bedrock_agent.LIST_KNOWLEDGE_BASES):
        name = str(item.get("knowledgeBaseId") or "")
        if name:
            arn = f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:knowledge-base/{name}"
            yield Carrier(
                arn,
                "AWS::Bedrock::KnowledgeBase",
                f"knowledge base {name}",
                bedrock_agent.GET_RESOURCE_POLICY,
                "policy",
                (call,),
            )


def _runtimes(aws: View) -> Iterator[Carrier]:
    for call, item in aws.items_with_call(bedrock_agentcore_control.LIST_AGENT_RUNTIMES):
        arn, name = str(item.get("agentRuntimeArn") or ""), str(item.get("agentRuntimeId") or "")
        if arn:
            yield Carrier(
                arn,
                "AWS::BedrockAgentCore::Runtime",
                f"AgentCore runtime {name}",
                _AGENTCORE,
                "policy",
                (call,),
                runtime=name,
            )


def _gateways(aws: View) -> Iterator[Carrier]:
    for call, item in aws.items_with_call(bedrock_agentcore_control.LIST_GATEWAYS):
        name = str(item.get("gatewayId") or "")
        if name:
            arn = (
                f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}:gateway/{name}"
            )
            yield Carrier(
                arn,
                "AWS::BedrockAgentCore::Gateway",
                f"AgentCore gateway {name}",
                _AGENTCORE,
                "policy",
                (call,),
                authorizer=str(item.get("authorizerType") or ""),
            )


def _carrying_only(aws: View) -> Iterator[Carrier]:
    """Endpoints of runtimes, and memories: most carry no policy, so only those that do, or may, are told of."""
    listed = gather(
        aws.items_with_call(bedrock_agentcore_control.LIST_AGENT_RUNTIME_ENDPOINTS),
        aws.items_with_call(bedrock_agentcore_control.LIST_MEMORIES),
    )
    for call, item in listed.known:
        arn = str(item.get("agentRuntimeEndpointArn") or item.get("arn") or "")
        if not arn:
            continue
        reading = aws.read(_AGENTCORE, resourceArn=arn)
        refused = isinstance(reading, Unseen) and (reading.why, reading.code) == _NO_CARRIER
        if isinstance(reading, Absent) or refused:
            continue  # no policy, or a kind of resource that AWS takes no policy for
        endpoint = ":runtime/" in arn
        yield Carrier(
            arn,
            "AWS::BedrockAgentCore::RuntimeEndpoint" if endpoint else "AWS::BedrockAgentCore::Memory",
            f"AgentCore {'endpoint' if endpoint else 'memory'} {arn.rpartition('/')[2]}",
            _AGENTCORE,
            "policy",
            (call,),
            runtime=str(call.request.get("agentRuntimeId") or ""),
        )
    if listed.unseen is not None:
        raise listed.unseen
