"""Facts about the ways to a model: front doors, functions on a path, what acts on output."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assessor.attestations.facts import Fact, without
from assessor.attestations.sources.walking import walk
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.build import workload
from assessor.workload.graph import Kind, Node
from assessor.workload.workload import Standing
from collectors import (
    apigateway,
    apigatewayv2,
    bedrock_agent,
    bedrock_agentcore_control,
    lambda_,
)
from evaluators.derived.offered import offered

_API = re.compile(r"/(?:restapis|apis)/([^/]+)")


def _on_paths(aws: View, *kinds: Kind) -> Iterator[Node]:
    """The things on a path to a model, those only suspected included; raises where some may be hidden."""
    known = workload(aws)
    yield from known.on_paths(*kinds, standings=(Standing.ON_PATH, Standing.PINNED, Standing.SUSPECTED))
    hidden = known.blind
    if hidden:
        gap = hidden[0]
        why = Why.DENIED if gap.grant else Why.LINK_UNKNOWN
        raise UnseenError(why, gap.detail, gap.grant, gap.call)


def _code(aws: View) -> Mapping[str, str]:
    """CodeSha256 by function ARN, and by ARN with version or alias. Raises UnseenError where one cannot be read."""
    digests: dict[str, str] = {}
    for there in aws.regions():
        for function in offered(there.items(lambda_.LIST_FUNCTIONS)):
            digests[str(function.get("FunctionArn"))] = str(function.get("CodeSha256") or "")
        for version in offered(there.items(lambda_.LIST_VERSIONS_BY_FUNCTION)):
            digests[str(version.get("FunctionArn"))] = str(version.get("CodeSha256") or "")
        for alias in offered(there.items(lambda_.LIST_ALIASES)):
            arn = str(alias.get("AliasArn"))
            routed = digests.get(f"{arn.rpartition(':')[0]}:{alias.get('FunctionVersion')}", "")
            digests[arn] = f"{alias.get('FunctionVersion')} {routed}"
    return digests


def path_functions(aws: View) -> Iterator[Fact]:
    """The functions on a path, with the digest of their code."""
    digests = aws.whole(_code_or_none)
    unseen: UnseenError | None = None
    try:
        for node in _on_paths(aws, Kind.COMPUTE):
            if names.function_in(node.id) and digests is not None:
                yield node.id, digests.get(node.id, "")
    except UnseenError as error:
        unseen = error
    if digests is None:
        _code(aws)  # raises what hid them
    if unseen is not None:
        raise unseen


def _code_or_none(aws: View) -> Mapping[str, str] | None:
    try:
        return _code(aws)
    except UnseenError:
        return None


def executors(aws: View) -> Iterator[Fact]:
    """The functions that act on a model's output: behind action groups and gateway targets."""
    called: list[str] = []
    unseen: UnseenError | None = None
    for there in aws.regions():
        for operation, path in (
            (bedrock_agent.GET_AGENT_ACTION_GROUP, "agentActionGroup.actionGroupExecutor.lambda"),
            (bedrock_agentcore_control.GET_GATEWAY_TARGET, "targetConfiguration.mcp.lambda.lambdaArn"),
        ):
            try:
                called += (
                    str(arn) for answer in offered(there.items(operation, "")) for arn in values(answer, path)
                )
            except UnseenError as error:
                unseen = unseen or error
    if called:
        digests = _code(aws)
        for arn in called:
            yield arn, digests.get(arn, "")
    if unseen is not None:
        raise unseen


def workloads(aws: View) -> Iterator[Fact]:
    """Every way in to a model."""
    for node in _on_paths(aws, Kind.DOOR, Kind.ENTRY, Kind.AGENT):
        yield node.id, True


def path_kinds(aws: View) -> Iterator[Fact]:
    """The kinds of ways in to a model."""
    for node in _on_paths(aws, Kind.DOOR, Kind.ENTRY):
        yield f"a way in of the kind {node.what.partition(' ')[0] or node.kind.value}", True


def apis(aws: View) -> tuple[set[str], UnseenError | None]:
    """The APIs on paths, and what kept some from being seen."""
    ids: set[str] = set()
    try:
        for node in _on_paths(aws, Kind.DOOR):
            found = _API.search(node.id)
            if found:
                ids.add(found.group(1))
    except UnseenError as error:
        return ids, error
    return ids, None


def doors(aws: View) -> Iterator[Fact]:
    """The methods, routes and URLs on paths, with who is let in."""
    unseen: UnseenError | None = None
    ids: set[str] = set()
    try:
        for node in _on_paths(aws, Kind.DOOR):
            found = _API.search(node.id)
            if found:
                ids.add(found.group(1))
            yield node.id, True
    except UnseenError as error:
        unseen = error
    try:
        yield from walk(
            (apigateway.GET_RESOURCES, None, lambda a, c, i: _methods(a, c, i) if api_id(c) in ids else ()),
            (apigateway.GET_AUTHORIZERS, None, lambda _, c, i: _rest_auth(c, i) if api_id(c) in ids else ()),
            (apigatewayv2.GET_ROUTES, None, lambda a, c, i: _route(a, c, i) if api_id(c) in ids else ()),
            (
                apigatewayv2.GET_AUTHORIZERS,
                None,
                lambda _, c, i: _http_auth(c, i) if api_id(c) in ids else (),
            ),
            (lambda_.LIST_FUNCTION_URL_CONFIGS, None, _function_url),
        )(aws)
    except UnseenError as error:
        unseen = unseen or error
    if unseen is not None:
        raise unseen


def api_id(call: Call) -> str:
    """The API that a call is about."""
    request = call.request
    return str(request.get("restApiId") or request.get("ApiId") or "")


def _methods(aws: View, call: Call, resource: Any) -> Iterator[Fact]:
    for verb, method in (resource.get("resourceMethods") or {}).items():
        kept = {
            name: (method or {}).get(name)
            for name in ("authorizationType", "authorizerId", "authorizationScopes", "apiKeyRequired")
        }
        yield names.rest_method(aws, api_id(call), str(resource.get("id")), verb), kept


def _rest_auth(call: Call, item: Any) -> Iterator[Fact]:
    yield f"authorizer {item.get('id')} of {api_id(call)}", without(item, "name")


def _route(aws: View, call: Call, item: Any) -> Iterator[Fact]:
    kept = {
        name: item.get(name)
        for name in ("AuthorizationType", "AuthorizerId", "AuthorizationScopes", "ApiKeyRequired")
    }
    yield names.http_route(aws, api_id(call), str(item.get("RouteId"))), kept


def _http_auth(call: Call, item: Any) -> Iterator[Fact]:
    yield f"authorizer {item.get('AuthorizerId')} of {api_id(call)}", without(item, "Name")


def _function_url(_: View, __: Call, item: Any) -> Iterator[Fact]:
    yield f"URL of {item.get('FunctionArn')}", item.get("AuthType")
