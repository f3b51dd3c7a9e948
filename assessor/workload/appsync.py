"""AppSync: from an API and its fields to data sources, and on to functions and Bedrock (E8).

A field of a root type is what a caller names; data sources that no root field uses may serve a field of another type:
https://docs.aws.amazon.com/appsync/latest/APIReference/API_ListResolvers.html
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
from assessor.workload.listing import gap, listed
from assessor.workload.pins import tagged
from collectors import appsync

READS: tuple[Operation, ...] = (
    appsync.LIST_GRAPHQL_APIS,
    appsync.LIST_APIS,
    appsync.LIST_DATA_SOURCES,
    appsync.LIST_RESOLVERS,
    appsync.LIST_FUNCTIONS,
)

_EVENTS = "AppSync Event API"
_SIGNED = ("states", "sync-states", "lambda", "sqs", "sns", "events", "kinesis")
"""Services that hand on what they are asked; the role of a data source says what it may ask them for."""


def appsync_apis(aws: View) -> Iterator[Piece]:
    """Every GraphQL and Event API of the Region."""
    graphql = listed(aws, appsync.LIST_GRAPHQL_APIS)
    events = listed(aws, appsync.LIST_APIS)
    for unseen in (graphql.unseen, events.unseen):
        if unseen is not None:
            yield gap("E8", EVERYWHERE, unseen, "which AppSync APIs there are is not known")
    for call, api in graphql:
        arn = str(api.get("arn") or names.own(aws, "appsync", f"apis/{api.get('apiId')}"))
        yield from _api(aws, arn, "AppSync GraphQL API", api, call, "graphqlApis[].tags")
        yield from _fields(aws, arn, str(api.get("apiId", "")))
        if api.get("apiType") == "MERGED":
            detail = "it merges other APIs, whose data sources are not read under it"
            yield Gap("E8", arn, Why.LINK_UNKNOWN, detail, call=call)
    for call, api in events:
        arn = str(api.get("apiArn") or names.own(aws, "appsync", f"apis/{api.get('apiId')}"))
        yield from _api(aws, arn, _EVENTS, api, call, "apis[].tags")


def _api(aws: View, arn: str, what: str, api: Mapping[str, Any], call: Call, where: str) -> Iterator[Piece]:
    ident = str(api.get("apiId", ""))
    yield Node(arn, Kind.DOOR, f"{what} {ident}", aws.region, str(api.get("name") or ident))
    yield from tagged(arn, api.get("tags"), call, where)
    for address in (*values(api, "uris{}"), *values(api, "dns{}")):
        host = _host(str(address))
        if host:
            yield Answers(host, arn)
    sources = listed(aws, appsync.LIST_DATA_SOURCES, apiId=ident)
    if sources.unseen is not None:
        yield gap("E8", arn, sources.unseen, "its data sources are not known")
    used = _named_by_fields(aws, ident) if what != _EVENTS else set()
    for source_call, source in sources:
        name = str(source.get("name", ""))
        node = _source(arn, name)
        yield Node(node, Kind.RELAY, f"data source {name} of {what} {ident}", aws.region, name)
        yield from _behind(node, source, source_call)
        if name not in used:
            yield declared("E8", arn, node, source_call, "dataSources[].name", name)


def _source(arn: str, name: str) -> str:
    return f"{arn}/datasources/{name}"


def _host(address: str) -> str:
    try:
        return urlsplit(address if "//" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""


def _behind(node: str, source: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    at = "dataSources[]"
    role = str(source.get("serviceRoleArn") or "")
    match str(source.get("type") or ""):
        case "AWS_LAMBDA":
            function = str((source.get("lambdaConfig") or {}).get("lambdaFunctionArn") or "")
            yield from targets.leads("E8", node, function, call, f"{at}.lambdaConfig.lambdaFunctionArn")
            if not function:
                yield Gap("E8", node, Why.LINK_UNKNOWN, "AWS gave it without its function", call=call)
        case "AMAZON_BEDROCK_RUNTIME":
            yield targets.plane("bedrock-runtime")
            yield declared("E8", node, "plane:bedrock-runtime", call, f"{at}.type", "AMAZON_BEDROCK_RUNTIME")
            yield from _acting(node, role, call)
        case "HTTP":
            endpoint = str((source.get("httpConfig") or {}).get("endpoint") or "")
            host = _host(endpoint)
            if host.partition(".")[0] in _SIGNED and "amazonaws.com" in host:
                # What it starts stands in the request; the role says what it may.
                yield from _acting(node, role, call)
            elif host:
                evidence = Evidence(call, f"{at}.httpConfig.endpoint", endpoint[:300])
                yield Toward("E8", node, host, evidence)
                if "bedrock" in host or "sagemaker" in host:
                    yield from _acting(node, role, call)
            else:
                yield Gap("E8", node, Why.LINK_UNKNOWN, "its HTTP endpoint cannot be read", call=call)
        case "AMAZON_DYNAMODB":
            yield from _table(node, source.get("dynamodbConfig") or {}, call)
        case "AMAZON_EVENTBRIDGE":
            bus = str((source.get("eventBridgeConfig") or {}).get("eventBusArn") or "")
            yield from targets.leads("E8", node, bus, call, f"{at}.eventBridgeConfig.eventBusArn")


def _table(node: str, config: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    """Its table, whose stream may feed a function; a table of the account that the data source's API is of."""
    own = names.arn(node)
    name, region = str(config.get("tableName") or ""), str(config.get("awsRegion") or "")
    if own is None or not name:
        return
    table = f"arn:{own.partition}:dynamodb:{region or own.region}:{own.account}:table/{name}"
    yield from targets.leads("E8", node, table, call, "dataSources[].dynamodbConfig.tableName")


def _acting(node: str, role: str, call: Call) -> Iterator[Piece]:
    if role.startswith("arn:"):
        yield targets.role(role)
        yield declared("E8", node, role, call, "dataSources[].serviceRoleArn", role)


def _used_by(aws: View, api: str, resolver: Mapping[str, Any]) -> Iterator[tuple[str, Call | None]]:
    """The data sources of a resolver: its own, or those of the functions in its pipeline."""
    if resolver.get("dataSourceName"):
        yield str(resolver["dataSourceName"]), None
    pipeline = (resolver.get("pipelineConfig") or {}).get("functions") or ()
    if pipeline:
        held = {
            str(one.get("functionId", "")): (call, one)
            for call, one in listed(aws, appsync.LIST_FUNCTIONS, apiId=api)
        }
        for ident in pipeline:
            found = held.get(str(ident))
            if found is not None and found[1].get("dataSourceName"):
                yield str(found[1]["dataSourceName"]), found[0]


def _named_by_fields(aws: View, api: str) -> set[str]:
    return {
        name
        for kind in ("Query", "Mutation", "Subscription")
        for _, resolver in listed(aws, appsync.LIST_RESOLVERS, apiId=api, typeName=kind)
        for name, _ in _used_by(aws, api, resolver)
    }


def _fields(aws: View, arn: str, api: str) -> Iterator[Piece]:
    sources = listed(aws, appsync.LIST_DATA_SOURCES, apiId=api)
    for kind in ("Query", "Mutation", "Subscription"):
        resolvers = listed(aws, appsync.LIST_RESOLVERS, apiId=api, typeName=kind)
        if resolvers.unseen is not None:
            yield gap("E8", arn, resolvers.unseen, f"the fields of type {kind} are not known")
        for call, resolver in resolvers:
            name = str(resolver.get("fieldName", ""))
            field = f"{arn}/types/{kind}/fields/{name}"
            yield Node(
                field, Kind.DOOR, f"field {kind}.{name} of AppSync API {api}", aws.region, f"{kind}.{name}"
            )
            yield declared("E6", arn, field, call, "resolvers[].fieldName", name)
            functions = listed(aws, appsync.LIST_FUNCTIONS, apiId=api)
            if functions.unseen is not None and (resolver.get("pipelineConfig") or {}).get("functions"):
                yield gap("E8", field, functions.unseen, "its pipeline is not known")
            if sources.unseen is not None:
                yield gap("E8", field, sources.unseen, "its data source is not known")
            for source, by in _used_by(aws, api, resolver):
                where = "functions[].dataSourceName" if by is not None else "resolvers[].dataSourceName"
                yield declared("E8", field, _source(arn, source), by or call, where, source)
