"""Who signs callers in: from doors to authorizers, issuers and user pools (E12). It leads to no model by itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.graph import EVERYWHERE, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed
from collectors import (
    apigateway,
    apigatewayv2,
    appsync,
    bedrock_agentcore_control,
    cognito_identity,
    elbv2,
    verifiedpermissions,
)

READS: tuple[Operation, ...] = (
    apigateway.GET_AUTHORIZERS,
    apigatewayv2.GET_AUTHORIZERS,
    cognito_identity.DESCRIBE_IDENTITY_POOL,
    verifiedpermissions.LIST_POLICY_STORES,
    verifiedpermissions.LIST_IDENTITY_SOURCES,
)

# A pool has its original issuer or the updated one, whose name starts with "issuer-":
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_IssuerConfigurationType.html
_POOL = re.compile(
    r"(?:https://)?(?:issuer-)?cognito-idp(?:-fips)?[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?"
    r"/(?P<pool>[a-z0-9-]+_[A-Za-z0-9]+)"
)
_POOL_ARN = re.compile(r"arn:[a-z-]+:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[A-Za-z0-9_-]+")


def signed_in(aws: View, source: str, issuer: str, call: Call, where: str) -> Iterator[Piece]:
    """Who an issuer, a discovery address or a pool's ARN stands for, as the identity provider of ``source``."""
    arn = _POOL_ARN.fullmatch(issuer)
    found = _POOL.match(issuer)
    if arn is not None:
        ident = issuer
    elif found is not None:
        ident = names.user_pool(aws, found["pool"])
    elif issuer:
        ident = f"issuer:{issuer[:200]}"
    else:
        return
    what = f"user pool {names.last(ident)}" if ":userpool/" in ident else f"issuer {issuer[:200]}"
    yield Node(ident, Kind.IDENTITY, what, "", names.last(ident))
    yield declared("E12", source, ident, call, where, issuer)


def rest_identities(aws: View) -> Iterator[Piece]:
    """The authorizers of REST APIs, and the methods that use them."""
    yield from _authorizers(aws, apigateway.GET_AUTHORIZERS, "restApiId", "id", names.rest_api, _rest_issuers)
    stages: dict[str, list[str]] = {}
    for call, stage in listed(aws, apigateway.GET_STAGES):
        stages.setdefault(str(call.request.get("restApiId", "")), []).append(str(stage.get("stageName", "")))
    for call, resource in listed(aws, apigateway.GET_RESOURCES):
        api = str(call.request.get("restApiId", ""))
        unseen = None
        for verb, method in sorted((resource.get("resourceMethods") or {}).items()):
            used = str((method or {}).get("authorizerId") or "")
            if not used:
                continue
            unseen = unseen or listed(aws, apigateway.GET_AUTHORIZERS, restApiId=api).unseen
            arn = names.rest_method(aws, api, str(resource.get("id", "")), verb)
            where = "items[].resourceMethods{}.authorizerId"
            for stage in stages.get(api, ()):
                door = names.on(arn, stage)
                yield declared(
                    "E12", door, f"{names.rest_api(aws, api)}/authorizers/{used}", call, where, used
                )
                if unseen is not None:
                    yield gap("E12", door, unseen, "who signs its callers in is not known")


def _authorizers(
    aws: View, operation: Operation, member: str, ident: str, api_arn: Any, issuers: Any
) -> Iterator[Piece]:
    for call, authorizer in listed(aws, operation):
        api = str(call.request.get(member, ""))
        name = str(authorizer.get(ident, ""))
        arn = f"{api_arn(aws, api)}/authorizers/{name}"
        yield Node(arn, Kind.IDENTITY, f"authorizer {name} of API {api}", aws.region, name)
        for issuer, where in issuers(authorizer):
            yield from signed_in(aws, arn, str(issuer), call, where)


def _rest_issuers(authorizer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for arn in authorizer.get("providerARNs") or ():
        yield str(arn), "items[].providerARNs[]"
    for issuer in values(authorizer, "jwtConfiguration.issuers[].issuer"):
        yield str(issuer), "items[].jwtConfiguration.issuers[].issuer"


def _http_issuers(authorizer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for issuer in values(authorizer, "JwtConfiguration.Issuer"):
        yield str(issuer), "Items[].JwtConfiguration.Issuer"


def http_identities(aws: View) -> Iterator[Piece]:
    """The authorizers of HTTP and WebSocket APIs, and the routes that use them."""
    yield from _authorizers(
        aws, apigatewayv2.GET_AUTHORIZERS, "ApiId", "AuthorizerId", names.http_api, _http_issuers
    )
    for call, route in listed(aws, apigatewayv2.GET_ROUTES):
        api, used = str(call.request.get("ApiId", "")), str(route.get("AuthorizerId") or "")
        if not used:
            continue
        door = names.http_route(aws, api, str(route.get("RouteId") or route.get("RouteKey")))
        yield declared(
            "E12", door, f"{names.http_api(aws, api)}/authorizers/{used}", call, "Items[].AuthorizerId", used
        )
        unseen = listed(aws, apigatewayv2.GET_AUTHORIZERS, ApiId=api).unseen
        if unseen is not None:
            yield gap("E12", door, unseen, "who signs its callers in is not known")


def balancer_identities(aws: View) -> Iterator[Piece]:
    """The actions of listeners and rules that sign callers in."""
    for operation, arn, member, at in (
        (elbv2.DESCRIBE_LISTENERS, "ListenerArn", "DefaultActions", "Listeners[].DefaultActions[]"),
        (elbv2.DESCRIBE_RULES, "RuleArn", "Actions", "Rules[].Actions[]"),
    ):
        for call, held in listed(aws, operation):
            for where in (
                "AuthenticateCognitoConfig.UserPoolArn",
                "AuthenticateOidcConfig.Issuer",
                "JwtValidationConfig.Issuer",
            ):
                for issuer in values(held, f"{member}[].{where}"):
                    yield from signed_in(aws, str(held.get(arn, "")), str(issuer), call, f"{at}.{where}")


def appsync_identities(aws: View) -> Iterator[Piece]:
    """Who signs in the callers of AppSync APIs."""
    for operation, arn, places in (
        (
            appsync.LIST_GRAPHQL_APIS,
            "arn",
            (
                "userPoolConfig.userPoolId",
                "additionalAuthenticationProviders[].userPoolConfig.userPoolId",
                "openIDConnectConfig.issuer",
                "additionalAuthenticationProviders[].openIDConnectConfig.issuer",
            ),
        ),
        (
            appsync.LIST_APIS,
            "apiArn",
            (
                "eventConfig.authProviders[].cognitoConfig.userPoolId",
                "eventConfig.authProviders[].openIDConnectConfig.issuer",
            ),
        ),
    ):
        for call, api in listed(aws, operation):
            source = str(api.get(arn) or names.own(aws, "appsync", f"apis/{api.get('apiId')}"))
            for where in places:
                for found in values(api, where):
                    issuer = names.user_pool(aws, str(found)) if where.endswith("userPoolId") else str(found)
                    yield from signed_in(aws, source, issuer, call, f"{operation.items}[].{where}")


def agentcore_identities(aws: View) -> Iterator[Piece]:
    """Who signs in the callers of AgentCore gateways, runtimes and harnesses."""
    for operation, ident, at in (
        (bedrock_agentcore_control.GET_GATEWAY, "gatewayArn", ""),
        (bedrock_agentcore_control.GET_AGENT_RUNTIME, "agentRuntimeArn", ""),
        (bedrock_agentcore_control.GET_HARNESS, "harness.arn", "harness."),
    ):
        for call, answer in listed(aws, operation, ""):
            source = str(next(values(answer, ident), ""))
            where = f"{at}authorizerConfiguration.customJWTAuthorizer.discoveryUrl"
            for issuer in values(answer, where):
                yield from signed_in(aws, source, str(issuer), call, where)


def pool_identities(aws: View) -> Iterator[Piece]:
    """Who signs users in to identity pools, and the policy stores that take a user pool's users for theirs."""
    pools = listed(aws, cognito_identity.DESCRIBE_IDENTITY_POOL, "")
    if pools.unseen is not None:
        yield gap("E12", EVERYWHERE, pools.unseen, "who signs users in to identity pools is not known")
    for call, pool in pools:
        source = names.identity_pool(aws, str(pool.get("IdentityPoolId", "")))
        where = "CognitoIdentityProviders[].ProviderName"
        for issuer in values(pool, where):
            yield from signed_in(aws, source, str(issuer), call, where)
    sources = listed(aws, verifiedpermissions.LIST_IDENTITY_SOURCES)
    stores = listed(aws, verifiedpermissions.LIST_POLICY_STORES)
    for unseen in (sources.unseen, stores.unseen):
        if unseen is not None:
            yield gap("E12", EVERYWHERE, unseen, "which policy stores know the users is not known")
    for call, source in sources:
        store = str(source.get("policyStoreId") or call.request.get("policyStoreId", ""))
        arn = f"arn:{aws.account.partition}:verifiedpermissions::{aws.account_id}:policy-store/{store}"
        where = "configuration.cognitoUserPoolConfiguration.userPoolArn"
        for pool in dict.fromkeys(map(str, (*values(source, where), *values(source, "details.userPoolArn")))):
            yield Node(arn, Kind.IDENTITY, f"policy store {store}", aws.region, store)
            yield Node(pool, Kind.IDENTITY, f"user pool {names.last(pool)}", "", names.last(pool))
            yield declared("E12", pool, arn, call, f"identitySources[].{where}", pool)
