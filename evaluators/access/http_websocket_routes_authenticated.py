"""GAI-3.02: HTTP and WebSocket API routes on a model path require authentication."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import View
from collectors import apigatewayv2
from evaluators.derived.doors import http_doors
from evaluators.derived.doors.doors import doors_http_apis, doors_http_routes
from evaluators.derived.doors.http_doors import CONNECT, HttpApi, Route
from evaluators.derived.words import sentence

_WITH_AUTHORIZER = frozenset({"CUSTOM", "JWT"})


def subjects(aws: View) -> Iterator[Subject]:
    """Every route of an HTTP API; of a WebSocket API its ``$connect`` route, or the API where it has none."""
    routes = doors_http_routes(aws)
    for route in routes.known:
        if not route.api.websocket or route.key == CONNECT:
            yield Subject(
                route.arn,
                "AWS::ApiGatewayV2::Route",
                about={"route": route},
                evidence=route.evidence,
                # Over a connection come the messages for every route.
                stands_for=(route.api.arn,) if route.api.websocket else (),
            )
    apis = doors_http_apis(aws)
    for api in apis.known:
        if api.websocket:
            yield from _without_connect(api, aws)
    for unseen in (routes.unseen, apis.unseen):
        if unseen is not None:
            raise unseen


def _without_connect(api: HttpApi, aws: View) -> Iterator[Subject]:
    try:
        keys = [route.get("RouteKey") for route in aws.items(apigatewayv2.GET_ROUTES, ApiId=api.api_id)]
    except UnseenError:
        return  # the listing of routes says so for the whole Region
    if keys and CONNECT not in keys:
        yield Subject(
            api.arn,
            "AWS::ApiGatewayV2::Api",
            key=CONNECT,
            about={"api": api},
            evidence=(*api.evidence, aws.trail[-1]),
        )


@control(
    "GAI-3.02",
    slug="http-websocket-routes-authenticated",
    item=Item.ACCESS,
    title="HTTP and WebSocket API routes on a model path require authentication",
    severity=Severity.CRITICAL,
    level=Level.REGION,
    kind="AWS::ApiGatewayV2::Route",
    subjects=subjects,
    reads=[*http_doors.ROUTE_READS, apigatewayv2.GET_AUTHORIZERS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No HTTP or WebSocket API of this Region has a route.",
    why=(
        "An open route is free, anonymous access to the model. HTTP APIs have no resource policy, hold no web ACL and "
        "know no API keys: nothing else can save it."
    ),
    remediation="Attach a JWT or Lambda authorizer, or IAM authorization, to the route.",
    fix_cli=(
        "aws apigatewayv2 update-route --api-id $API --route-id $R --authorization-type JWT "
        "--authorizer-id $AUTH"
    ),
    answers=("S3.1", "S3.3"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0040", "AML.M0019"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-08",),
    },
    edge_cases=(
        "HTTP APIs have no resource policy, no web ACL and no API keys: nothing else can save an open route.",
        "Of a WebSocket API only $connect can carry an authorizer; other routes use the connection it admitted.",
        "A WebSocket API without a $connect route accepts every connection.",
        "The catch-all route $default answers paths that no other route names.",
        "An authorizer that no longer exists authenticates nobody.",
    ),
    workload_aware=True,
)
def http_websocket_routes_authenticated(subject: Subject, aws: View) -> Verdict:
    """Every route finds out who calls it.

    Judged is each route of an HTTP API, and of a WebSocket API the route ``$connect``, over which every message
    comes.

    Passes: AWS_IAM; JWT or CUSTOM with an authorizer that exists.

    Fails: NONE, which is also what a route has that states no type; an authorizer that does not exist; a WebSocket
    API without a ``$connect`` route.

    Does not apply: an OPTIONS route, which answers the browser's CORS preflight.

    By hand::

        aws apigatewayv2 get-routes --api-id $API
        aws apigatewayv2 get-authorizers --api-id $API
    """
    api = subject.about.get("api")
    if isinstance(api, HttpApi):
        return failed(f"{api.what} has no $connect route, so no authorizer: anyone may open a connection")
    route = subject.about["route"]
    assert isinstance(route, Route)
    if not route.api.websocket and route.key.startswith("OPTIONS "):
        return not_applicable(f"{sentence(route.what)} answers the CORS preflight")
    kind = str(route.route.get("AuthorizationType") or "NONE")
    if kind == "NONE":
        return failed(_open(route))
    if kind == "AWS_IAM":
        return passed(f"{sentence(route.what)} has authorization type AWS_IAM")
    if kind not in _WITH_AUTHORIZER:
        return not_assessed(
            Why.LINK_UNKNOWN, f"{sentence(route.what)} has authorization type {kind}, which is not known"
        )
    return _authorized(kind, route, aws)


def _open(route: Route) -> str:
    said = f"{sentence(route.what)} has authorization type NONE"
    if route.api.websocket:
        return f"{said}: anyone may open a connection and use every route"
    caught = ", also on every path that no other route names" if route.key == "$default" else ""
    keyed = ". A required API key identifies a caller and authenticates nobody"
    return f"{said}: anyone may call it{caught}{keyed if route.route.get('ApiKeyRequired') else ''}"


def _authorized(kind: str, route: Route, aws: View) -> Verdict:
    wanted = str(route.route.get("AuthorizerId") or "")
    held = {
        str(one.get("AuthorizerId", "")): one
        for one in aws.items(apigatewayv2.GET_AUTHORIZERS, ApiId=route.api.api_id)
    }
    if wanted and wanted in held:
        found = held[wanted].get("AuthorizerType", kind)
        return passed(
            f"{sentence(route.what)} has authorization type {kind} with authorizer {wanted} ({found})"
        )
    said = f"names authorizer {wanted}, which does not exist" if wanted else "names no authorizer"
    return failed(f"{sentence(route.what)} has authorization type {kind}, but {said}")
