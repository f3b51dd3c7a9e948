"""What can be invoked: models and profiles, and what answers with a model - agents, knowledge bases, flows, AgentCore.

Named by AWS's own listings, Region by Region. What cannot be listed is unknown, not absent; what a policy names is
asked about all the same (`evaluators.derived.principals.ways`).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from assessor.iam.patterns import glob_matches
from assessor.iam.request import arn_field
from assessor.model.operation import Operation
from assessor.model.view import Gathered, View, gather
from collectors import bedrock, bedrock_agent, bedrock_agentcore_control, sagemaker
from evaluators.derived.offered import offered

READS: tuple[Operation, ...] = (
    bedrock.LIST_FOUNDATION_MODELS,
    bedrock.LIST_INFERENCE_PROFILES,
    bedrock.LIST_IMPORTED_MODELS,
    bedrock.LIST_PROVISIONED_MODEL_THROUGHPUTS,
    bedrock_agent.LIST_AGENTS,
    bedrock_agent.LIST_AGENT_ALIASES,
    bedrock_agent.LIST_KNOWLEDGE_BASES,
    bedrock_agent.LIST_FLOWS,
    bedrock_agent.LIST_FLOW_ALIASES,
    bedrock_agentcore_control.LIST_AGENT_RUNTIMES,
    bedrock_agentcore_control.LIST_GATEWAYS,
    bedrock_agentcore_control.LIST_HARNESSES,
    sagemaker.LIST_ENDPOINTS,
)


class Sort(StrEnum):
    """What a thing is."""

    MODEL = "model"
    PROFILE = "inference profile"
    AGENT = "agent"
    BASE = "knowledge base"
    FLOW = "flow"
    RUNTIME = "AgentCore runtime"
    GATEWAY = "AgentCore gateway"
    HARNESS = "AgentCore harness"
    ENDPOINT = "SageMaker endpoint"
    ANYTHING = "anything"
    PROJECT = "bedrock-mantle project"


INVOKED_BY: Mapping[str, tuple[Sort, ...]] = {
    "bedrock:InvokeModel": (Sort.MODEL, Sort.PROFILE),
    "bedrock:InvokeModelWithResponseStream": (Sort.MODEL, Sort.PROFILE),
    "bedrock:CreateModelInvocationJob": (Sort.MODEL,),
    "bedrock:InvokeAgent": (Sort.AGENT,),
    "bedrock:InvokeInlineAgent": (Sort.ANYTHING,),
    "bedrock:InvokeFlow": (Sort.FLOW,),
    "bedrock:Retrieve": (Sort.BASE,),
    "bedrock:RetrieveAndGenerate": (Sort.ANYTHING,),
    "bedrock:GenerateQuery": (Sort.ANYTHING,),
    "bedrock:Rerank": (Sort.ANYTHING,),
    "bedrock-mantle:CreateInference": (Sort.PROJECT,),
    "bedrock-agentcore:InvokeAgentRuntime": (Sort.RUNTIME,),
    "bedrock-agentcore:InvokeGateway": (Sort.GATEWAY,),
    "bedrock-agentcore:InvokeHarness": (Sort.HARNESS,),
    "sagemaker:InvokeEndpoint": (Sort.ENDPOINT,),
    "sagemaker:InvokeEndpointAsync": (Sort.ENDPOINT,),
    "sagemaker:InvokeEndpointWithResponseStream": (Sort.ENDPOINT,),
}
"""The actions that reach a model or what answers with one, and what each is used on."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be invoked. ``names``: what people call it. ``routed``: the models a profile routes to."""

    arn: str
    sort: Sort
    names: tuple[str, ...]
    routed: tuple[str, ...] = ()

    @property
    def region(self) -> str:
        """Its Region."""
        return arn_field(self.arn, 3)

    def matches(self, text: str) -> bool:
        """Whether a text names it: its ARN, id or name, with wildcards; a profile also by a model it routes to."""
        named = (self.arn, *self.names, *self.routed, *(model_id(one) for one in self.routed))
        return any(glob_matches(text, name) for name in named)


def model_id(arn: str) -> str:
    """The id at the end of a model's ARN."""
    return arn_field(arn, 5).partition("/")[2] or arn


def things(aws: View) -> Gathered[Thing]:
    """Everything of the Region that can be invoked; what cannot be listed is raised after the rest."""
    return gather(*(offered(source(aws)) for source in _SOURCES))


def _own(aws: View, service: str, resource: str) -> str:
    return f"arn:{aws.account.partition}:{service}:{aws.region}:{aws.account_id}:{resource}"


def _models(aws: View) -> Iterator[Thing]:
    for model in aws.items(bedrock.LIST_FOUNDATION_MODELS):
        ident = str(model.get("modelId") or "")
        arn = str(
            model.get("modelArn")
            or f"arn:{aws.account.partition}:bedrock:{aws.region}::foundation-model/{ident}"
        )
        # Ids with a context length (``...:0:200k``) are bought as provisioned throughput and invoked under that.
        if ident and list(model.get("inferenceTypesSupported") or ()) != ["PROVISIONED"]:
            yield Thing(arn, Sort.MODEL, (ident, str(model.get("modelName") or ident)))


def _profiles(aws: View) -> Iterator[Thing]:
    for profile in aws.items(bedrock.LIST_INFERENCE_PROFILES):
        arn = str(profile.get("inferenceProfileArn") or "")
        routed = tuple(str(one["modelArn"]) for one in profile.get("models") or () if one.get("modelArn"))
        if arn:
            ident = str(profile.get("inferenceProfileId") or arn.rpartition("/")[2])
            yield Thing(arn, Sort.PROFILE, (ident, str(profile.get("inferenceProfileName") or ident)), routed)


def _imported(aws: View) -> Iterator[Thing]:
    for model in aws.items(bedrock.LIST_IMPORTED_MODELS):
        arn = str(model.get("modelArn") or "")
        if arn:
            yield Thing(arn, Sort.MODEL, (arn.rpartition("/")[2], str(model.get("modelName") or "")))


def _provisioned(aws: View) -> Iterator[Thing]:
    for model in aws.items(bedrock.LIST_PROVISIONED_MODEL_THROUGHPUTS):
        arn = str(model.get("provisionedModelArn") or "")
        if arn:
            yield Thing(
                arn, Sort.MODEL, (arn.rpartition("/")[2], str(model.get("provisionedModelName") or ""))
            )


def _agents(aws: View) -> Iterator[Thing]:
    """One for each alias: that is what callers name."""
    named = gather(aws.items(bedrock_agent.LIST_AGENTS))
    called = {str(one.get("agentId")): str(one.get("agentName") or "") for one in named.known}
    for call, alias in aws.items_with_call(bedrock_agent.LIST_AGENT_ALIASES):
        agent, ident = str(call.request.get("agentId") or ""), str(alias.get("agentAliasId") or "")
        names = (
            agent,
            called.get(agent, ""),
            f"{agent}/{ident}",
            ident,
            _own(aws, "bedrock", f"agent/{agent}"),
        )
        yield Thing(_own(aws, "bedrock", f"agent-alias/{agent}/{ident}"), Sort.AGENT, names)


def _bases(aws: View) -> Iterator[Thing]:
    for base in aws.items(bedrock_agent.LIST_KNOWLEDGE_BASES):
        ident = str(base.get("knowledgeBaseId") or "")
        yield Thing(
            _own(aws, "bedrock", f"knowledge-base/{ident}"), Sort.BASE, (ident, str(base.get("name") or ""))
        )


def _flows(aws: View) -> Iterator[Thing]:
    named = gather(aws.items(bedrock_agent.LIST_FLOWS))
    called = {str(one.get("id")): str(one.get("name") or "") for one in named.known}
    for call, alias in aws.items_with_call(bedrock_agent.LIST_FLOW_ALIASES):
        flow, ident = str(call.request.get("flowIdentifier") or ""), str(alias.get("id") or "")
        names = (flow, called.get(flow, ""), f"{flow}/{ident}", ident)
        yield Thing(_own(aws, "bedrock", f"flow/{flow}/alias/{ident}"), Sort.FLOW, names)


def _of(operation: Operation, sort: Sort, arn: str, ident: str, name: str, kind: str) -> "_Source":
    def source(aws: View) -> Iterator[Thing]:
        for item in aws.items(operation):
            found = str(item.get(ident) or "")
            own = _own(aws, "bedrock-agentcore", f"{kind}/{found}")
            yield Thing(str(item.get(arn) or own), sort, (found, str(item.get(name) or "")))

    return source


def _endpoints(aws: View) -> Iterator[Thing]:
    for endpoint in aws.items(sagemaker.LIST_ENDPOINTS):
        name = str(endpoint.get("EndpointName") or "")
        arn = str(endpoint.get("EndpointArn") or _own(aws, "sagemaker", f"endpoint/{name.lower()}"))
        yield Thing(arn, Sort.ENDPOINT, (name,))


_Source = Callable[[View], Iterator[Thing]]
_CORE = bedrock_agentcore_control
_SOURCES: tuple[_Source, ...] = (
    _models,
    _profiles,
    _imported,
    _provisioned,
    _agents,
    _bases,
    _flows,
    _of(
        _CORE.LIST_AGENT_RUNTIMES,
        Sort.RUNTIME,
        "agentRuntimeArn",
        "agentRuntimeId",
        "agentRuntimeName",
        "runtime",
    ),
    _of(_CORE.LIST_GATEWAYS, Sort.GATEWAY, "gatewayArn", "gatewayId", "name", "gateway"),
    _of(_CORE.LIST_HARNESSES, Sort.HARNESS, "arn", "harnessId", "harnessName", "harness"),
    _endpoints,
)
