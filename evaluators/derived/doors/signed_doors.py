"""Every door at which people may stand, with how each finds out who they are.

API Gateway, function URLs, AppSync, load balancers, App Runner and AgentCore. Identity pools, which lead straight to
AWS, are in `evaluators.derived.users.identity_pools`; keys of IAM users are no doors for people.
"""

from collections.abc import Iterator
from functools import partial

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import apigateway, apigatewayv2, apprunner, appsync, cloudfront
from evaluators.derived.doors import (
    agentcore_doors,
    balancer_doors,
    function_urls,
    http_doors,
    rest_doors,
    web_doors,
)
from evaluators.derived.doors.agentcore_doors import AgentCoreDoor, inbound
from evaluators.derived.doors.balancer_doors import Way, unauthenticated
from evaluators.derived.doors.doors import (
    doors_app_runner,
    doors_appsync,
    doors_balancer_ways,
    doors_function_urls,
    doors_http_apis,
    doors_http_routes,
    doors_rest_methods,
)
from evaluators.derived.doors.fronts import fronts
from evaluators.derived.doors.function_urls import FunctionUrl
from evaluators.derived.doors.http_doors import CONNECT, Route
from evaluators.derived.doors.rest_doors import RestMethod, in_force
from evaluators.derived.doors.sign_ins import IAM, SignedDoor, SignIn, by_jwt, by_tokens, claims, scopes
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (
    *rest_doors.IN_FORCE_READS,
    apigateway.GET_AUTHORIZERS,
    *http_doors.ROUTE_READS,
    apigatewayv2.GET_AUTHORIZERS,
    *function_urls.READS,
    cloudfront.LIST_DISTRIBUTIONS,
    appsync.LIST_GRAPHQL_APIS,
    appsync.LIST_APIS,
    *balancer_doors.RULE_READS,
    apprunner.LIST_SERVICES,
    apprunner.DESCRIBE_SERVICE,
    *agentcore_doors.READS,
)


def signed_doors(aws: View) -> Gathered[SignedDoor]:
    """Every door of the Region. What leads nowhere is left out: MOCK integrations, rules that do not forward."""
    return gather(
        _rest(aws),
        _http(aws),
        _urls(aws),
        _appsync(aws),
        _balancers(aws),
        _app_runner(aws),
        surely(_agentcore(aws)),
    )


# -- REST APIs ---------------------------------------------------------------------------------------
def _rest(aws: View) -> Iterator[SignedDoor]:
    for method in doors_rest_methods(aws):
        if not method.mock:
            yield SignedDoor(
                method.arn,
                "AWS::ApiGateway::Method",
                method.what,
                method.evidence,
                partial(_of_method, method),
                method.stage.name,
            )


def _of_method(method: RestMethod, aws: View) -> Iterator[SignIn]:
    unseen: UnseenError | None = None
    for kind in in_force(aws, method).authorization:
        try:
            yield _by_type(method, kind, aws)
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


def _by_type(method: RestMethod, kind: str, aws: View) -> SignIn:
    said = f"authorization type {kind}"
    if kind == "NONE":
        inside = "the API is PRIVATE" if method.stage.private else ""
        return SignIn(said, anonymous=not inside, inside=inside)
    if kind == "AWS_IAM":
        return SignIn(said, machine=IAM)
    if kind != str(method.method.get("authorizationType") or ""):
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"{method.what} serves {said or 'no type'}, but was edited: its authorizer is not told",
        )
    held = aws.items(apigateway.GET_AUTHORIZERS, restApiId=method.stage.api_id)
    wanted = str(method.method.get("authorizerId") or "")
    found = next((one for one in held if wanted and str(one.get("id")) == wanted), None)
    asked = scopes(method.method.get("authorizationScopes") or ())
    match kind if found is not None else "":
        case "CUSTOM":
            return SignIn(said, code=f"authorizer {wanted} is a function")
        case "COGNITO_USER_POOLS":
            return by_tokens(aws, said, map(str, values(found, "providerARNs[]")), limits=asked)
        case "JWT":
            issuers = map(str, values(found, "jwtConfiguration.issuers[].issuer"))
            clients = map(str, values(found, "jwtConfiguration.issuers[].audiences[]"))
            return by_tokens(aws, said, issuers, clients, asked)
        case _:
            raise _unknown(method.what, f"{said} with authorizer {wanted or 'none'}")


def _unknown(what: str, said: str) -> UnseenError:
    return UnseenError(Why.LINK_UNKNOWN, f"AWS states {said} for {what}: whom that signs in is not known")


# -- HTTP and WebSocket APIs -------------------------------------------------------------------------
def _http(aws: View) -> Iterator[SignedDoor]:
    routes = doors_http_routes(aws)
    admitting = set()
    for route in routes.known:
        if not route.api.websocket or route.key == CONNECT:
            admitting.add(route.api.arn)
            yield SignedDoor(
                route.arn,
                "AWS::ApiGatewayV2::Route",
                route.what,
                route.evidence,
                partial(_of_route, route),
                # Over a connection come the messages for every route.
                stands_for=(route.api.arn,) if route.api.websocket else (),
            )
    if routes.unseen is not None:
        raise routes.unseen
    for api in doors_http_apis(aws):
        if api.websocket and api.arn not in admitting:
            yield SignedDoor(api.arn, "AWS::ApiGatewayV2::Api", api.what, api.evidence, _open, CONNECT)


def _open(_aws: View) -> Iterator[SignIn]:
    yield SignIn("no route $connect", anonymous=True)


def _of_route(route: Route, aws: View) -> Iterator[SignIn]:
    kind = str(route.route.get("AuthorizationType") or "NONE")
    said = f"authorization type {kind}"
    if kind == "NONE":
        yield SignIn(said, anonymous=True)
        return
    if kind == "AWS_IAM":
        yield SignIn(said, machine=IAM)
        return
    wanted = str(route.route.get("AuthorizerId") or "")
    held = aws.items(apigatewayv2.GET_AUTHORIZERS, ApiId=route.api.api_id)
    found = next((one for one in held if wanted and str(one.get("AuthorizerId")) == wanted), None)
    match kind if found is not None else "":
        case "CUSTOM":
            yield SignIn(said, code=f"authorizer {wanted} is a function")
        case "JWT":
            yield by_tokens(
                aws,
                said,
                map(str, values(found, "JwtConfiguration.Issuer")),
                map(str, values(found, "JwtConfiguration.Audience[]")),
                scopes(route.route.get("AuthorizationScopes") or ()),
            )
        case _:
            raise _unknown(route.what, f"{said} with authorizer {wanted or 'none'}")


# -- function URLs -----------------------------------------------------------------------------------
def _urls(aws: View) -> Iterator[SignedDoor]:
    for url in doors_function_urls(aws):
        yield SignedDoor(url.arn, web_doors.FUNCTION_URL, url.what, url.evidence, partial(_of_url, url))


def _of_url(url: FunctionUrl, aws: View) -> Iterator[SignIn]:
    kind = str(url.config.get("AuthType") or "")
    said = f"AuthType {kind}"
    if kind == "NONE":
        yield SignIn(said, anonymous=True)
    elif kind == "AWS_IAM":
        door = WebDoor(web_doors.FUNCTION_URL, url.arn, url.what, url.config, url.evidence, source=url)
        signing = next((front.name for front in fronts(aws, door) if front.signs), "")
        if signing:
            yield SignIn(f"{said}, and distribution {signing} signs for whoever calls it", anonymous=True)
        else:
            yield SignIn(said, machine=IAM)
    else:
        raise _unknown(url.what, said)


# -- AppSync -----------------------------------------------------------------------------------------
_SCHEMA = "what its schema and resolvers allow a user is not read"


def _appsync(aws: View) -> Iterator[SignedDoor]:
    for door in doors_appsync(aws):
        yield SignedDoor(door.arn, door.kind, door.what, door.evidence, partial(_of_appsync, door))


def _of_appsync(door: WebDoor, aws: View) -> Iterator[SignIn]:
    graphql = door.kind == web_doors.GRAPHQL
    kinds = (
        ("authenticationType", "additionalAuthenticationProviders[].authenticationType")
        if graphql
        else ("eventConfig.authProviders[].authType",)
    )
    before = ("", "additionalAuthenticationProviders[].") if graphql else ("eventConfig.authProviders[].",)
    pools = [f"{one}{'userPoolConfig' if graphql else 'cognitoConfig'}" for one in before]
    named = dict.fromkeys(str(kind) for where in kinds for kind in values(door.answer, where))
    if not named:
        raise _unknown(door.what, "no way to sign in")
    said = f"ways to sign in: {', '.join(named)}"
    if set(named) <= {"AWS_IAM"}:
        yield SignIn(said, machine=IAM)
        return
    if set(named) <= {"AWS_IAM", "API_KEY"}:
        yield SignIn(said, anonymous=True)
        return
    issuers = [
        f"https://cognito-idp.{pool.get('awsRegion') or aws.region}.amazonaws.com/{pool['userPoolId']}"
        for where in pools
        for pool in values(door.answer, where)
        if pool.get("userPoolId")
    ]
    issuers += [str(x) for one in before for x in values(door.answer, f"{one}openIDConnectConfig.issuer")]
    denied = graphql and first(door.answer, "userPoolConfig.defaultAction") == "DENY"
    limits = ("a group that its schema names (defaultAction DENY)",) if denied else ()
    found = by_tokens(aws, said, issuers, limits=limits)
    lambda_ = "its authorizer is a function, and " if "AWS_LAMBDA" in named else ""
    yield SignIn(said, found.pools, found.issuers, limits=found.limits, code=f"{lambda_}{_SCHEMA}")


# -- load balancers ----------------------------------------------------------------------------------
def _balancers(aws: View) -> Iterator[SignedDoor]:
    for way in doors_balancer_ways(aws):
        if way.forwards:
            yield SignedDoor(way.arn, way.kind, way.what, way.evidence, partial(_of_way, way))


def _of_way(way: Way, aws: View) -> Iterator[SignIn]:
    why = unauthenticated(way)
    if why:
        inside = "the load balancer is internal" if way.listener.internal else ""
        yield SignIn(why, anonymous=not inside, inside=inside)
        return
    for action in way.actions:
        kind = str(action.get("Type") or "")
        if kind == "authenticate-cognito":
            clients = map(str, values(action, "AuthenticateCognitoConfig.UserPoolClientId"))
            pool = map(str, values(action, "AuthenticateCognitoConfig.UserPoolArn"))
            yield by_tokens(aws, f"action {kind}", pool, clients)
        elif kind == "authenticate-oidc":
            yield by_tokens(aws, f"action {kind}", map(str, values(action, "AuthenticateOidcConfig.Issuer")))
        elif kind == "jwt-validation":
            asked = claims(map(str, values(action, "JwtValidationConfig.AdditionalClaims[].Name")))
            issuer = map(str, values(action, "JwtValidationConfig.Issuer"))
            yield by_tokens(aws, f"action {kind}", issuer, limits=asked)
        else:
            continue
        return


# -- App Runner --------------------------------------------------------------------------------------
def _app_runner(aws: View) -> Iterator[SignedDoor]:
    for door in doors_app_runner(aws):
        yield SignedDoor(door.arn, door.kind, door.what, door.evidence, partial(_of_service, door))


def _of_service(door: WebDoor, aws: View) -> Iterator[SignIn]:
    answer: Answer = aws.get(apprunner.DESCRIBE_SERVICE, ServiceArn=door.arn) or {}
    where = "Service.NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible"
    # A service is public unless it says otherwise.
    inside = "it is reached from its VPC only" if first(answer, where) is False else ""
    yield SignIn("App Runner, which signs nobody in", anonymous=not inside, inside=inside)


# -- AgentCore ---------------------------------------------------------------------------------------
def _agentcore(aws: View) -> Iterator[SignedDoor]:
    for door in aws.derive(agentcore_doors.agentcore_doors):
        yield SignedDoor(door.arn, door.kind, door.what, door.evidence, partial(_of_agentcore, door))


def _of_agentcore(door: AgentCoreDoor, aws: View) -> Iterator[SignIn]:
    for one in inbound(aws, door):
        said = f"authorizer {one.authorizer or 'none'}{f' (version {one.version})' if one.version else ''}"
        gateway: Answer = one.settings if door.kind == agentcore_doors.GATEWAY else {}
        match one.authorizer:
            case agentcore_doors.JWT:
                found = by_jwt(aws, said, one.jwt)
                yield SignIn(
                    said, found.pools, found.issuers, found.clients, found.limits, gateway=gateway or {}
                )
            case agentcore_doors.IAM:
                yield SignIn(said, machine=IAM)
            case "AUTHENTICATE_ONLY":
                yield SignIn(said, gateway=gateway or {})
            case "NONE":
                yield SignIn(said, anonymous=True)
            case _:
                raise _unknown(door.what, said)
