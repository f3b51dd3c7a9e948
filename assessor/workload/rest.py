"""REST APIs: what every method on every stage leads to (E1 to E4), and domains and stages in front of them (E6).

A stage serves its deployment; ``GetResources`` shows the definition as last edited, and only that one says where a
method leads: https://docs.aws.amazon.com/apigateway/latest/api/API_Resource.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call, Why
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.graph import EVERYWHERE, Answers, Gap, Kind, Node, Piece, declared
from assessor.workload.integrations import Integration, onward, resolved, texts, unset
from assessor.workload.listing import Listed, gap, listed
from assessor.workload.pins import tagged
from collectors import apigateway, apigatewayv2

READS: tuple[Operation, ...] = (
    apigateway.GET_REST_APIS,
    apigateway.GET_STAGES,
    apigateway.GET_RESOURCES,
    apigateway.GET_VPC_LINKS,
    apigateway.GET_DOMAIN_NAMES,
    apigateway.GET_BASE_PATH_MAPPINGS,
)

_FIELD = "items[].resourceMethods{}.methodIntegration"
Links = Mapping[str, tuple[Call, tuple[str, ...]]]
Stages = Mapping[str, list[tuple[Call, Mapping[str, Any]]]]


def rest_apis(aws: View) -> Iterator[Piece]:
    """Every REST API of the Region."""
    apis = listed(aws, apigateway.GET_REST_APIS)
    if apis.unseen is not None:
        yield gap("E6", EVERYWHERE, apis.unseen, "which REST APIs there are is not known")
    stages = listed(aws, apigateway.GET_STAGES)
    by_api: dict[str, list[tuple[Call, Mapping[str, Any]]]] = {}
    for call, stage in stages:
        by_api.setdefault(str(call.request.get("restApiId", "")), []).append((call, stage))
    for call, api in apis:
        yield from _api(aws, call, api, by_api, stages)
    yield from _methods(aws, by_api)
    yield from _domains(aws)


def _api(
    aws: View, call: Call, api: Mapping[str, Any], stages: Stages, every_stage: Listed
) -> Iterator[Piece]:
    ident = str(api.get("id", ""))
    arn = names.rest_api(aws, ident)
    yield Node(arn, Kind.DOOR, f"REST API {ident}", aws.region, str(api.get("name") or ident))
    yield Answers(names.api_host(aws, ident), arn)
    yield from tagged(arn, api.get("tags"), call, "items[].tags")
    yield from _executed(aws, ident, arn, call)
    if ident not in stages and every_stage.unseen is not None:
        yield gap("E6", arn, every_stage.unseen, "its stages are not known")
    methods = listed(aws, apigateway.GET_RESOURCES, restApiId=ident)
    for stage_call, stage in stages.get(ident, ()):
        name = str(stage.get("stageName", ""))
        stage_arn = names.rest_stage(aws, ident, name)
        yield Node(stage_arn, Kind.DOOR, f"stage {name} of REST API {ident}", aws.region, name)
        yield declared("E6", arn, stage_arn, stage_call, "item[].stageName", name)
        yield from tagged(stage_arn, stage.get("tags"), stage_call, "item[].tags")
        if methods.unseen is not None:
            yield gap("E6", stage_arn, methods.unseen, "its methods are not known")


def _executed(aws: View, api: str, arn: str, call: Call) -> Iterator[Piece]:
    """The API under its other ARN, by which schedules and rules call it."""
    other = names.own(aws, "execute-api", api)
    yield Node(other, Kind.RELAY, f"API {api}", aws.region, api)
    yield declared("E6", other, arn, call, "items[].id", api)


def _methods(aws: View, stages: Stages) -> Iterator[Piece]:
    links, unseen = _links(aws)
    for call, resource in listed(aws, apigateway.GET_RESOURCES):
        api = str(call.request.get("restApiId", ""))
        path = str(resource.get("path") or "/")
        for verb, method in sorted((resource.get("resourceMethods") or {}).items()):
            arn = names.rest_method(aws, api, str(resource.get("id", "")), verb)
            integration = (method or {}).get("methodIntegration") or {}
            for _, stage in stages.get(api, ()):
                name = str(stage.get("stageName", ""))
                door = names.on(arn, name)
                yield Node(
                    door,
                    Kind.DOOR,
                    f"{verb} {path} on stage {name} of REST API {api}",
                    aws.region,
                    f"{verb} {path}",
                )
                yield declared(
                    "E6", names.rest_stage(aws, api, name), door, call, "items[].resourceMethods", verb
                )
                variables = stage.get("variables") or {}
                yield from _integration(aws, door, integration, call, name, variables, links)
                if unseen is not None and integration.get("connectionType") == "VPC_LINK":
                    yield gap("E3", door, unseen, "where its VPC link leads is not known")


def _integration(
    aws: View,
    door: str,
    integration: Mapping[str, Any],
    call: Call,
    stage: str,
    variables: Mapping[str, str],
    links: Links,
) -> Iterator[Piece]:
    kind = str(integration.get("type") or "")
    uri, lacking = resolved(str(integration.get("uri") or ""), variables)
    connection = ""
    if integration.get("connectionType") == "VPC_LINK":
        connection, missing = resolved(str(integration.get("connectionId") or ""), variables)
        target, _ = resolved(str(integration.get("integrationTarget") or ""), variables)
        connection, lacking = target or connection or "(none)", "" if target else missing
    if lacking:
        yield unset(door, lacking, stage, call)
        return
    yield from onward(
        aws,
        Integration(
            door,
            "" if connection else uri,
            call,
            f"{_FIELD}.{'connectionId' if connection else 'uri'}",
            kind,
            connection,
            str(integration.get("credentials") or ""),
            texts=tuple(
                resolved(text, variables)[0]
                for text in texts(integration.get("requestTemplates"), integration.get("requestParameters"))
            ),
        ),
        links,
    )


def _links(aws: View) -> tuple[Links, Any]:
    """The Region's VPC links, and why not all of them are known."""
    found: dict[str, tuple[Call, tuple[str, ...]]] = {}
    links = listed(aws, apigateway.GET_VPC_LINKS)
    for call, link in links:
        found[str(link.get("id", ""))] = (call, tuple(map(str, link.get("targetArns") or ())))
    return found, links.unseen


def _domains(aws: View) -> Iterator[Piece]:
    domains = listed(aws, apigateway.GET_DOMAIN_NAMES)
    for call, domain in domains:
        name = str(domain.get("domainName", ""))
        arn = names.domain(aws, name)
        yield Node(arn, Kind.DOOR, f"domain {name}", aws.region, name)
        for host in (name, domain.get("regionalDomainName"), domain.get("distributionDomainName")):
            if host:
                yield Answers(str(host), arn)
        yield from tagged(arn, domain.get("tags"), call, "items[].tags")
    mappings = listed(aws, apigateway.GET_BASE_PATH_MAPPINGS)
    for call, mapping in mappings:
        arn = names.domain(aws, str(call.request.get("domainName", "")))
        yield from _mapped(aws, arn, str(mapping.get("restApiId", "")), str(mapping.get("stage") or ""), call)
    asked = {
        str(call.request.get(member, ""))
        for operation, member in (
            (apigateway.GET_BASE_PATH_MAPPINGS, "domainName"),
            (apigatewayv2.GET_API_MAPPINGS, "DomainName"),
        )
        for call in aws.snapshot.calls(operation, aws.account_id, aws.region)
    }
    for call, domain in domains:
        name = str(domain.get("domainName", ""))
        if mappings.unseen is None and name not in asked:
            detail = "AWS does not say of which type it is, and which API answers under it was not asked"
            yield Gap("E6", names.domain(aws, name), Why.LINK_UNKNOWN, detail, call=call)
    if mappings.unseen is not None:
        for _, domain in domains:
            arn = names.domain(aws, str(domain.get("domainName", "")))
            yield gap("E6", arn, mappings.unseen, "which API answers under it is not known")


def _mapped(aws: View, domain: str, api: str, stage: str, call: Call) -> Iterator[Piece]:
    named = stage and stage != "(none)"
    target = names.rest_stage(aws, api, stage) if named else names.rest_api(aws, api)
    what = f"stage {stage} of REST API {api}" if named else f"REST API {api}"
    yield Node(target, Kind.DOOR, what, aws.region, stage if named else api, described=False)
    yield declared("E6", domain, target, call, "items[].restApiId", api)
