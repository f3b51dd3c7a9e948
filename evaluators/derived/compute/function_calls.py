"""What calls functions, and by which alias or version: integrations, URLs, targets, agents, queues and schedules.

Read by the extractors of the workload's graph, without what is permitted only: a call counts that a configuration names.
An ARN without a qualifier means ``$LATEST``, https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.snapshot import GLOBAL
from assessor.model.view import View
from assessor.workload import (
    agentcore,
    agents,
    appsync,
    async_entries,
    flows,
    function_urls,
    http,
    load_balancers,
    names,
    rest,
    state_machines,
)
from assessor.workload.graph import BESIDE, Edge, Gap, Node, Piece
from assessor.workload.integrations import resolved
from assessor.workload.listing import listed
from collectors import apigateway, apigatewayv2, bedrock_agent

READS: tuple[Operation, ...] = tuple(
    dict.fromkeys(
        operation
        for module in (
            rest,
            http,
            function_urls,
            appsync,
            load_balancers,
            agentcore,
            async_entries,
            agents,
            flows,
            state_machines,
        )
        for operation in module.READS
    )
)

_CALLING: tuple[Callable[[View], Iterator[Piece]], ...] = (
    rest.rest_apis,
    http.http_apis,
    function_urls.function_urls,
    appsync.appsync_apis,
    load_balancers.load_balancers,
    load_balancers.lattice_services,
    agentcore.gateways,
    async_entries.event_source_mappings,
    async_entries.bucket_notifications,
    async_entries.rules,
    async_entries.schedules,
    agents.agents,
    flows.flows,
    state_machines.state_machines,
)
_CALLS_NOTHING = frozenset(
    {
        apigateway.GET_BASE_PATH_MAPPINGS.id,
        apigateway.GET_VPC_LINKS.id,
        apigatewayv2.GET_API_MAPPINGS.id,
        apigatewayv2.LIST_ROUTING_RULES.id,
        bedrock_agent.LIST_AGENT_KNOWLEDGE_BASES.id,
        bedrock_agent.LIST_AGENT_COLLABORATORS.id,
    }
)
"""Readings whose loss hides no call of a function."""
_CONFIGURED = frozenset({Why.LINK_UNKNOWN, Why.CROSS_ACCOUNT, Why.UNSUPPORTED_POLICY_CONSTRUCT})
_ROLE = "E13"

METHOD = "AWS::ApiGateway::Method"
ROUTE = "AWS::ApiGatewayV2::Route"


@dataclass(frozen=True, slots=True)
class Caller:
    """One configured call of a function. qualifier: the alias or version it names, "" for ``$LATEST``."""

    what: str
    function: str
    qualifier: str
    call: Call | None


@dataclass(frozen=True, slots=True)
class Hidden:
    """A call of which a stage variable that is not set hides the qualifier, or the function as well (``function`` "").

    door: the graph's id of the method or route. arn, stage, kind: the row it makes by itself.
    """

    what: str
    function: str
    variable: str
    door: str
    arn: str
    stage: str
    kind: str
    call: Call


@dataclass(slots=True)
class Calls:
    """Every configured call of the account's functions. gaps: where calls may have been missed."""

    by_function: dict[str, list[Caller]] = field(default_factory=dict)
    hidden: list[Hidden] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)

    def of(self, function: str) -> list[Caller]:
        """The calls of a function, each caller and qualifier once."""
        return list(dict.fromkeys(self.by_function.get(function, ())))

    def missed(self, region: str) -> UnseenError | None:
        """Why calls in a Region may be missing, None where all were seen."""
        for gap in self.gaps:
            if gap.call is None or gap.call.region in (region, GLOBAL):
                return UnseenError(
                    gap.why, f"what calls it is not all known: {gap.detail}", gap.grant, gap.call
                )
        return None


def calls(aws: View) -> Calls:
    """Every configured call, worked out once for the account; who uses one adds its call to the evidence."""
    return aws.whole(_calls)


def _calls(aws: View) -> Calls:
    found = Calls()
    for there in aws.regions():
        for extract in _CALLING:
            _take(found, list(extract(there)))
        for one in (*_rest_variables(there), *_route_variables(there)):
            if isinstance(one, Hidden):
                found.hidden.append(one)
            else:
                found.by_function.setdefault(one.function, []).append(one)
    return found


def _take(found: Calls, pieces: list[Piece]) -> None:
    nodes = {piece.id: piece.what for piece in pieces if isinstance(piece, Node)}
    for piece in pieces:
        if isinstance(piece, Edge) and piece.rule not in BESIDE and piece.rule != _ROLE:
            named = names.function_in(piece.target) if ":lambda:" in piece.target else None
            if named == piece.target:
                function, qualifier = names.qualifier(named)
                call = piece.evidence.call if piece.evidence is not None else None
                what = nodes.get(piece.source, names.last(piece.source))
                found.by_function.setdefault(function, []).append(Caller(what, function, qualifier, call))
        elif isinstance(piece, Gap) and piece.rule not in BESIDE and piece.rule != _ROLE:
            named_by = piece.call.operation if piece.call is not None else ""
            if piece.why not in _CONFIGURED and named_by not in _CALLS_NOTHING:
                found.gaps.append(piece)


# -- stage variables ---------------------------------------------------------------------------------
# What a stage sets, the graph's extractors have resolved. Left are variables that are not set, and a canary's own.
def _rest_variables(aws: View) -> Iterator[Caller | Hidden]:
    stages = _by_api(aws, apigateway.GET_STAGES, "restApiId")
    for call, resource in listed(aws, apigateway.GET_RESOURCES):
        api, path = str(call.request.get("restApiId", "")), str(resource.get("path") or "/")
        for verb, method in sorted((resource.get("resourceMethods") or {}).items()):
            uri = str(((method or {}).get("methodIntegration") or {}).get("uri") or "")
            if "stageVariables" not in uri or ":lambda:" not in uri:
                continue
            arn = names.rest_method(aws, api, str(resource.get("id", "")), verb)
            for stage in stages.get(api, ()):
                name = str(stage.get("stageName", ""))
                what = f"{verb} {path} on stage {name} of REST API {api}"
                variables = stage.get("variables") or {}
                text, lacking = resolved(uri, variables)
                if lacking:
                    door = names.on(arn, name)
                    yield Hidden(what, _before_variable(text), lacking, door, arn, name, METHOD, call)
                canary = stage.get("canarySettings") or {}
                overrides = canary.get("stageVariableOverrides") or {}
                if canary.get("percentTraffic") and overrides:
                    text, lacking = resolved(uri, {**variables, **overrides})
                    named = names.function_in(text) if not lacking else None
                    if named is not None:
                        yield Caller(f"{what}, by its canary", *names.qualifier(named), call)


def _route_variables(aws: View) -> Iterator[Hidden]:
    stages = _by_api(aws, apigatewayv2.GET_STAGES, "ApiId")
    held = {
        (str(call.request.get("ApiId", "")), str(one.get("IntegrationId", ""))): (call, one)
        for call, one in listed(aws, apigatewayv2.GET_INTEGRATIONS)
    }
    for call, route in listed(aws, apigatewayv2.GET_ROUTES):
        api = str(call.request.get("ApiId", ""))
        asked, integration = held.get(
            (api, str(route.get("Target") or "").removeprefix("integrations/")), (call, {})
        )
        uri = str(integration.get("IntegrationUri") or "")
        # AWS_PROXY without a subtype is a function.
        if integration.get("IntegrationType") != "AWS_PROXY" or integration.get("IntegrationSubtype"):
            continue
        arn = names.http_route(aws, api, str(route.get("RouteId") or route.get("RouteKey")))
        for stage in stages.get(api, ()):
            name = str(stage.get("StageName", ""))
            text, lacking = resolved(uri, stage.get("StageVariables") or {})
            if lacking:
                what = f"route {route.get('RouteKey')} on stage {name} of API {api}"
                yield Hidden(what, _before_variable(text), lacking, arn, arn, name, ROUTE, asked)


def _by_api(aws: View, operation: Operation, member: str) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for call, stage in listed(aws, operation):
        found.setdefault(str(call.request.get(member, "")), []).append(stage)
    return found


def _before_variable(uri: str) -> str:
    """The function whose qualifier is the variable, "" where the variable is (part of) the function's own name."""
    known = uri.partition("$")[0]
    function = names.function_in(known) if known.endswith(":") else None
    return function if function and known.endswith(f"{function}:") else ""
