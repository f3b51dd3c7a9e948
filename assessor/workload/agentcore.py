"""AgentCore: from gateways to their targets (E21), and from gateways, runtimes and harnesses to roles (E13).

A runtime is compute with a door of its own: InvokeAgentRuntime, for whom IAM or a JWT authorizer lets in.
https://docs.aws.amazon.com/bedrock-agentcore-control/latest/APIReference/API_GetGatewayTarget.html
"""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, Why
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Answers, Evidence, Gap, Kind, Node, Piece, Toward, declared
from assessor.workload.hints import hinted
from assessor.workload.listing import gap, listed, one
from assessor.workload.network import attached
from assessor.workload.pins import tagged
from collectors import bedrock_agentcore_control as agentcore

READS: tuple[Operation, ...] = (
    agentcore.LIST_GATEWAYS,
    agentcore.GET_GATEWAY,
    agentcore.LIST_GATEWAY_TARGETS,
    agentcore.GET_GATEWAY_TARGET,
    agentcore.LIST_AGENT_RUNTIMES,
    agentcore.LIST_AGENT_RUNTIME_ENDPOINTS,
    agentcore.GET_AGENT_RUNTIME,
    agentcore.LIST_HARNESSES,
    agentcore.GET_HARNESS,
    agentcore.LIST_TAGS_FOR_RESOURCE,
)

_AT = "targetConfiguration"
_MODELS = {
    "bedrockModelConfig": "",
    "openAiModelConfig": "OpenAI",
    "geminiModelConfig": "Google",
    "liteLlmModelConfig": "whom LiteLLM asks",
}


def gateways(aws: View) -> Iterator[Piece]:
    """Every gateway of the Region with its targets."""
    every = listed(aws, agentcore.LIST_GATEWAYS)
    if every.unseen is not None:
        yield gap("E21", EVERYWHERE, every.unseen, "which AgentCore gateways there are is not known")
    for _, gateway in every:
        ident = str(gateway.get("gatewayId", ""))
        arn = names.gateway(aws, ident)
        yield Node(
            arn, Kind.DOOR, f"AgentCore gateway {ident}", aws.region, str(gateway.get("name") or ident)
        )
        found = one(aws, agentcore.GET_GATEWAY, gatewayIdentifier=ident)
        if found.unseen is not None:
            yield gap("E13", arn, found.unseen, "its role is not known")
        detail = found.answer or {}
        yield from _runs_as(arn, detail, "roleArn", found.call)
        yield from _answers(arn, str(detail.get("gatewayUrl") or ""))
        for function in values(detail, "interceptorConfigurations[].interceptor.lambda.arn"):
            where = "interceptorConfigurations[].interceptor.lambda.arn"
            yield from targets.leads("E21", arn, str(function), found.call, where)
        held = listed(aws, agentcore.LIST_GATEWAY_TARGETS, gatewayIdentifier=ident)
        if held.unseen is not None:
            yield gap("E21", arn, held.unseen, "its targets are not known")
        for _, target in held:
            yield from _target(aws, arn, ident, str(target.get("targetId", "")))
    yield from _tags(aws)


def _answers(arn: str, address: str) -> Iterator[Piece]:
    host = _host(address)
    if host:
        yield Answers(host, arn)


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _runs_as(arn: str, detail: Mapping[str, Any], member: str, call: Call) -> Iterator[Piece]:
    role = str(next(values(detail, member), "") or "")
    if role:
        yield targets.role(role)
        yield declared("E13", arn, role, call, member, role)


def _target(aws: View, arn: str, gateway: str, target: str) -> Iterator[Piece]:
    found = one(aws, agentcore.GET_GATEWAY_TARGET, gatewayIdentifier=gateway, targetId=target)
    if found.unseen is not None:
        yield gap("E21", arn, found.unseen, f"what target {target} leads to is not known")
    if found.answer is None:
        return
    pieces = list(_onward(aws, arn, target, found.answer.get(_AT) or {}, found.call))
    yield from pieces
    if not pieces:
        detail = f"the configuration of target {target} names nothing that is known"
        yield Gap("E21", arn, Why.LINK_UNKNOWN, detail, call=found.call)


def _onward(
    aws: View, arn: str, target: str, configuration: Mapping[str, Any], call: Call
) -> Iterator[Piece]:
    """What a target's configuration names."""
    for where in ("mcp.lambda.lambdaArn", "http.agentcoreRuntime.arn"):
        for named in values(configuration, where):
            yield from targets.leads("E21", arn, str(named), call, f"{_AT}.{where}")
    for api in values(configuration, "mcp.apiGateway"):
        ident, stage = str(api.get("restApiId", "")), str(api.get("stage") or "")
        node = names.rest_stage(aws, ident, stage)
        yield Node(node, Kind.DOOR, f"stage {stage} of REST API {ident}", aws.region, stage, described=False)
        yield declared("E21", arn, node, call, f"{_AT}.mcp.apiGateway.restApiId", ident)
    for where in ("mcp.mcpServer.endpoint", "http.passthrough.endpoint"):
        for address in values(configuration, where):
            yield from _address(arn, str(address), call, f"{_AT}.{where}", target)
    for where in ("mcp.openApiSchema", "mcp.smithyModel"):
        if next(values(configuration, where), None) is not None:
            detail = f"the back end of target {target} stands in its schema, which is not followed"
            yield Gap("E21", arn, Why.LINK_UNKNOWN, detail, call=call)
    for where in ("mcp.connector", "http.connector"):
        for connector in values(configuration, f"{where}.source.connectorId"):
            detail = f"what connector {str(connector)[:80]} of target {target} leads to is not known"
            yield Gap("E21", arn, Why.LINK_UNKNOWN, detail, call=call)
    yield from _inference(arn, configuration, call)


def _address(arn: str, address: str, call: Call, where: str, target: str) -> Iterator[Piece]:
    host = _host(address)
    if host:
        yield Toward("E21", arn, host, Evidence(call, where, address[:300]))
    else:
        yield Gap("E21", arn, Why.LINK_UNKNOWN, f"the address of target {target} cannot be read", call=call)


def _inference(arn: str, configuration: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    """A target that answers with a model's output, of Bedrock or of another provider."""
    for connector in values(configuration, "inference.connector.source.connectorId"):
        name = str(connector)
        plane = next((one for one in ("bedrock-mantle", "bedrock-runtime") if one in name.lower()), "")
        node = (
            targets.plane(plane)
            if plane
            else _model(f"connector:{name[:100]}", f"models of connector {name[:100]}")
        )
        yield node
        yield declared("E21", arn, node.id, call, f"{_AT}.inference.connector.source.connectorId", name)
    for provider in values(configuration, "inference.provider"):
        host = _host(str(provider.get("endpoint") or "")) or "an endpoint that cannot be read"
        node = _model(f"provider:{host}", f"models at {host}")
        yield node
        yield declared(
            "E21", arn, node.id, call, f"{_AT}.inference.provider.endpoint", provider.get("endpoint")
        )
    if next(values(configuration, "http.passthrough.protocolType"), "") == "INFERENCE":
        node = _model("provider:passthrough", "models behind a gateway's passthrough target")
        yield node
        yield declared("E21", arn, node.id, call, f"{_AT}.http.passthrough.protocolType", "INFERENCE")


def _model(ident: str, what: str) -> Node:
    return Node(ident, Kind.MODEL, what, label=what)


def runtimes(aws: View) -> Iterator[Piece]:
    """Every runtime of the Region, in the versions that answer, and its door."""
    every = listed(aws, agentcore.LIST_AGENT_RUNTIMES)
    if every.unseen is not None:
        yield gap("E21", EVERYWHERE, every.unseen, "which AgentCore runtimes there are is not known")
    for call, runtime in every:
        arn = str(runtime.get("agentRuntimeArn", ""))
        ident = str(runtime.get("agentRuntimeId") or names.last(arn))
        label = str(runtime.get("agentRuntimeName") or ident)
        yield Node(arn, Kind.COMPUTE, f"AgentCore runtime {ident}", aws.region, label)
        door = names.on(arn, "invoke")
        yield Node(door, Kind.DOOR, f"AgentCore runtime {ident}, invoked", aws.region, label)
        yield declared("E21", door, arn, call, "agentRuntimes[].agentRuntimeArn", arn)
        latest = one(aws, agentcore.GET_AGENT_RUNTIME, agentRuntimeId=ident)
        if latest.unseen is not None:
            yield gap("E13", arn, latest.unseen, "its role is not known")
        endpoints = listed(aws, agentcore.LIST_AGENT_RUNTIME_ENDPOINTS, agentRuntimeId=ident)
        if endpoints.unseen is not None:
            yield gap("E13", arn, endpoints.unseen, "which of its versions answer is not known")
        for _, endpoint in endpoints:
            live = str(endpoint.get("liveVersion") or "")
            if not live:
                continue
            found = one(aws, agentcore.GET_AGENT_RUNTIME, agentRuntimeId=ident, agentRuntimeVersion=live)
            if found.unseen is not None:
                yield gap("E13", arn, found.unseen, f"the role of its version {live} is not known")
    for call, answer in listed(aws, agentcore.GET_AGENT_RUNTIME, ""):
        arn = str(answer.get("agentRuntimeArn") or "")
        yield from _runs_as(arn, answer, "roleArn", call)
        variables = answer.get("environmentVariables") or {}
        yield from hinted(arn, variables.items(), call, "environmentVariables")
        where = "networkConfiguration.networkModeConfig.subnets"
        yield from attached(aws, arn, call, where, "", list(values(answer, f"{where}[]")))


def harnesses(aws: View) -> Iterator[Piece]:
    """Every harness of the Region: a door with a model behind it by its own configuration."""
    every = listed(aws, agentcore.LIST_HARNESSES)
    if every.unseen is not None:
        yield gap("E21", EVERYWHERE, every.unseen, "which AgentCore harnesses there are is not known")
    for _, harness in every:
        arn = str(harness.get("arn", ""))
        ident = str(harness.get("harnessId") or names.last(arn))
        yield Node(
            arn, Kind.DOOR, f"AgentCore harness {ident}", aws.region, str(harness.get("harnessName") or ident)
        )
        found = one(aws, agentcore.GET_HARNESS, harnessId=ident)
        if found.unseen is not None:
            yield gap("E21", arn, found.unseen, "its model and role are not known")
        detail = (found.answer or {}).get("harness") or {}
        yield from _runs_as(arn, found.answer or {}, "harness.executionRoleArn", found.call)
        for member, provider in _MODELS.items():
            for model in values(detail, f"model.{member}.modelId"):
                name = str(model)
                node = (
                    _model(f"model:{name[:200]}", f"model {name[:200]} of {provider}")
                    if provider
                    else targets.model(aws, name)
                )
                yield node
                yield declared("E21", arn, node.id, found.call, f"harness.model.{member}.modelId", name)
        for gateway in values(detail, "tools[].config.agentCoreGateway.gatewayArn"):
            where = "harness.tools[].config.agentCoreGateway.gatewayArn"
            yield from targets.leads("E21", arn, str(gateway), found.call, where)
        variables = detail.get("environmentVariables") or {}
        yield from hinted(arn, variables.items(), found.call, "harness.environmentVariables")


def _tags(aws: View) -> Iterator[Piece]:
    for call, answer in listed(aws, agentcore.LIST_TAGS_FOR_RESOURCE, ""):
        yield from tagged(str(call.request.get("resourceArn", "")), answer.get("tags"), call, "tags")
