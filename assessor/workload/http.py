"""HTTP and WebSocket APIs: what every route leads to (E5), and domains and stages in front of them (E6).

Routes belong to the API, and an integration's URI may name a function by a variable that each stage sets.
https://docs.aws.amazon.com/apigatewayv2/latest/api-reference/apis-apiid-integrations-integrationid.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, Why
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.graph import EVERYWHERE, Answers, Gap, Kind, Node, Piece, declared
from assessor.workload.integrations import Integration, onward, resolved, texts, unset
from assessor.workload.listing import gap, listed
from assessor.workload.pins import tagged
from collectors import apigatewayv2

READS: tuple[Operation, ...] = (
    apigatewayv2.GET_APIS,
    apigatewayv2.GET_ROUTES,
    apigatewayv2.GET_INTEGRATIONS,
    apigatewayv2.GET_STAGES,
    apigatewayv2.GET_DOMAIN_NAMES,
    apigatewayv2.GET_API_MAPPINGS,
    apigatewayv2.LIST_ROUTING_RULES,
)

CONNECT = "$connect"
_BY_CALL = "integrations/"
_ROUTED = ("ROUTING_RULE_ONLY", "ROUTING_RULE_THEN_API_MAPPING")

ByApi = dict[str, list[tuple[Call, Mapping[str, Any]]]]


def http_apis(aws: View) -> Iterator[Piece]:
    """Every HTTP and WebSocket API of the Region."""
    apis = listed(aws, apigatewayv2.GET_APIS)
    if apis.unseen is not None:
        yield gap("E6", EVERYWHERE, apis.unseen, "which HTTP and WebSocket APIs there are is not known")
    stages = _by_api(aws, apigatewayv2.GET_STAGES)
    routes = _by_api(aws, apigatewayv2.GET_ROUTES)
    integrations = _by_api(aws, apigatewayv2.GET_INTEGRATIONS)
    for call, api in apis:
        ident = str(api.get("ApiId", ""))
        yield from _api(aws, call, api, stages.get(ident, []), routes.get(ident, []))
        yield from _routes(
            aws, ident, stages.get(ident, []), routes.get(ident, []), integrations.get(ident, [])
        )
    yield from _domains(aws)


def _by_api(aws: View, operation: Operation) -> ByApi:
    found: ByApi = {}
    for call, item in listed(aws, operation):
        found.setdefault(str(call.request.get("ApiId", "")), []).append((call, item))
    return found


def _api(
    aws: View,
    call: Call,
    api: Mapping[str, Any],
    stages: list[tuple[Call, Mapping[str, Any]]],
    routes: list[tuple[Call, Mapping[str, Any]]],
) -> Iterator[Piece]:
    ident = str(api.get("ApiId", ""))
    arn = names.http_api(aws, ident)
    kind = "WebSocket" if api.get("ProtocolType") == "WEBSOCKET" else "HTTP"
    yield Node(arn, Kind.DOOR, f"{kind} API {ident}", aws.region, str(api.get("Name") or ident))
    yield Answers(names.api_host(aws, ident), arn)
    yield from tagged(arn, api.get("Tags"), call, "Items[].Tags")
    other = names.own(aws, "execute-api", ident)
    yield Node(other, Kind.RELAY, f"API {ident}", aws.region, ident)
    yield declared("E6", other, arn, call, "Items[].ApiId", ident)
    unseen = listed(aws, apigatewayv2.GET_ROUTES, ApiId=ident).unseen
    if unseen is not None:
        yield gap("E6", arn, unseen, "its routes are not known")
    lacking = listed(aws, apigatewayv2.GET_STAGES, ApiId=ident).unseen
    if lacking is not None:
        yield gap("E6", arn, lacking, "its stages are not known")
    for stage_call, stage in stages:
        name = str(stage.get("StageName", ""))
        stage_arn = names.http_stage(aws, ident, name)
        yield Node(stage_arn, Kind.DOOR, f"stage {name} of {kind} API {ident}", aws.region, name)
        yield from tagged(stage_arn, stage.get("Tags"), stage_call, "Items[].Tags")
        yield declared("E6", arn, stage_arn, stage_call, "Items[].StageName", name)
        if unseen is not None:
            yield gap("E6", stage_arn, unseen, "its routes are not known")
    connect = next((_arn(aws, ident, route) for _, route in routes if route.get("RouteKey") == CONNECT), "")
    for route_call, route in routes:
        key = str(route.get("RouteKey", ""))
        route_arn = _arn(aws, ident, route)
        yield Node(route_arn, Kind.DOOR, f"route {key} of {kind} API {ident}", aws.region, key)
        yield declared("E6", arn, route_arn, route_call, "Items[].RouteKey", key)
        for _, stage in stages:
            above = names.http_stage(aws, ident, str(stage.get("StageName", "")))
            yield declared("E6", above, route_arn, route_call, "Items[].RouteKey", key)
        if connect and route_arn != connect:
            # Messages come over the connection that $connect admitted.
            yield declared("E6", connect, route_arn, route_call, "Items[].RouteKey", key)


def _arn(aws: View, api: str, route: Mapping[str, Any]) -> str:
    return names.http_route(aws, api, str(route.get("RouteId") or route.get("RouteKey")))


def _routes(
    aws: View,
    api: str,
    stages: list[tuple[Call, Mapping[str, Any]]],
    routes: list[tuple[Call, Mapping[str, Any]]],
    integrations: list[tuple[Call, Mapping[str, Any]]],
) -> Iterator[Piece]:
    held = {str(one.get("IntegrationId", "")): (call, one) for call, one in integrations}
    unseen = listed(aws, apigatewayv2.GET_INTEGRATIONS, ApiId=api).unseen
    by_stage = [(str(s.get("StageName", "")), s.get("StageVariables") or {}) for _, s in stages] or [("", {})]
    for call, route in routes:
        door = _arn(aws, api, route)
        target = str(route.get("Target") or "")
        if not target:
            continue
        found = held.get(target.removeprefix(_BY_CALL))
        if found is None:
            if unseen is not None:
                yield gap("E5", door, unseen, "what its integration leads to is not known")
            elif "$" in target:
                yield Gap(
                    "E5",
                    door,
                    Why.LINK_UNKNOWN,
                    f"its target is decided by the request ({target[:80]})",
                    call=call,
                )
            continue
        for stage, variables in by_stage:
            yield from _integration(aws, door, *found, stage, variables)


def _integration(
    aws: View, door: str, call: Call, one: Mapping[str, Any], stage: str, variables: Mapping[str, str]
) -> Iterator[Piece]:
    uri, lacking = resolved(str(one.get("IntegrationUri") or ""), variables)
    if lacking:
        yield unset(door, lacking, stage or "(none)", call)
        return
    given = one.get("RequestParameters") or {}
    parameters = {name: resolved(str(value), variables)[0] for name, value in given.items()}
    templates = tuple(resolved(text, variables)[0] for text in texts(one.get("RequestTemplates")))
    yield from onward(
        aws,
        Integration(
            door,
            uri,
            call,
            "Items[].IntegrationUri",
            str(one.get("IntegrationType") or ""),
            "link" if one.get("ConnectionType") == "VPC_LINK" else "",
            str(one.get("CredentialsArn") or ""),
            str(one.get("IntegrationSubtype") or ""),
            (*templates, *parameters.values()),
            parameters,
            rule="E5",
        ),
        {},
    )


def _domains(aws: View) -> Iterator[Piece]:
    domains = listed(aws, apigatewayv2.GET_DOMAIN_NAMES)
    mappings = listed(aws, apigatewayv2.GET_API_MAPPINGS)
    for call, domain in domains:
        name = str(domain.get("DomainName", ""))
        arn = names.domain(aws, name)
        yield Node(arn, Kind.DOOR, f"domain {name}", aws.region, name)
        for host in (name, *values(domain, "DomainNameConfigurations[].ApiGatewayDomainName")):
            yield Answers(str(host), arn)
        yield from tagged(arn, domain.get("Tags"), call, "Items[].Tags")
        if mappings.unseen is not None:
            yield gap("E6", arn, mappings.unseen, "which API answers under it is not known")
        if domain.get("RoutingMode") in _ROUTED:
            yield from _rules(aws, arn, name)
    for call, mapping in mappings:
        arn = names.domain(aws, str(call.request.get("DomainName", "")))
        yield from _mapped(aws, arn, mapping, call, "Items[].ApiId")


def _rules(aws: View, domain: str, name: str) -> Iterator[Piece]:
    rules = listed(aws, apigatewayv2.LIST_ROUTING_RULES, DomainName=name)
    if rules.unseen is not None:
        yield gap("E6", domain, rules.unseen, "its routing rules are not known")
    for call, rule in rules:
        for action in values(rule, "Actions[].InvokeApi"):
            yield from _mapped(aws, domain, action, call, "RoutingRules[].Actions[].InvokeApi")


def _mapped(aws: View, domain: str, to: Mapping[str, Any], call: Call, where: str) -> Iterator[Piece]:
    """A stage of whichever kind of API has that id; the other does not exist and leads nowhere."""
    api, stage = str(to.get("ApiId", "")), str(to.get("Stage") or "")
    for target in (names.rest_stage(aws, api, stage), names.http_stage(aws, api, stage)):
        yield Node(target, Kind.DOOR, f"stage {stage} of API {api}", aws.region, stage, described=False)
        yield declared("E6", domain, target, call, where, api)
