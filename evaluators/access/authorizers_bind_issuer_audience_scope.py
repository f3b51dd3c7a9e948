"""GAI-3.07: Token authorizers on model paths pin issuer, audience and scope."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import Answer, View, gather
from collectors import apigateway, apigatewayv2
from evaluators.derived.doors import agentcore_doors, balancer_doors, http_doors, rest_doors
from evaluators.derived.doors.agentcore_doors import JWT, AgentCoreDoor, inbound
from evaluators.derived.doors.balancer_doors import Way
from evaluators.derived.doors.doors import doors_balancer_ways, doors_http_routes, doors_rest_methods
from evaluators.derived.offered import surely
from evaluators.derived.weighing import Problem, weighed

REST = "AWS::ApiGateway::Authorizer"
HTTP = "AWS::ApiGatewayV2::Authorizer"
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE", "ANY"})
_REST_CACHE = 300
"""Seconds for which a Lambda authorizer of a REST API is remembered where it states nothing."""
_BINDING = frozenset({"aud", "azp", "client_id", "scope", "scp"})
_WITHOUT = frozenset({"NONE", "AWS_IAM"})
"""Authorization types that ask no authorizer, even where one is still named."""


@dataclass(slots=True)
class Used:
    """An authorizer of an API, and the methods or routes that use it: (name, state-changing, scopes)."""

    api: str
    ident: str
    arn: str
    kind: str
    evidence: tuple[Call, ...]
    uses: list[tuple[str, bool, tuple[str, ...]]] = field(default_factory=list)


def subjects(aws: View) -> Iterator[Subject]:
    """Every authorizer that a method or route in scope uses, every jwt-validation action, every AgentCore JWT door."""
    return iter(gather(_rest(aws), _http(aws), _balancers(aws), surely(_agentcore(aws))))


def _rest(aws: View) -> Iterator[Subject]:
    methods = doors_rest_methods(aws)
    found: dict[str, Used] = {}
    for method in methods.known:
        ident = str(method.method.get("authorizerId") or "")
        if not ident or method.mock or method.method.get("authorizationType") in _WITHOUT:
            continue
        api = method.stage.api_id
        arn = f"arn:{aws.account.partition}:apigateway:{aws.region}::/restapis/{api}/authorizers/{ident}"
        used = found.setdefault(arn, Used(api, ident, arn, REST, method.evidence))
        scopes = tuple(map(str, method.method.get("authorizationScopes") or ()))
        used.uses.append((f"{method.verb} {method.path}", method.verb in _CHANGING, scopes))
    yield from _subjects(found)
    if methods.unseen is not None:
        raise methods.unseen


def _http(aws: View) -> Iterator[Subject]:
    routes = doors_http_routes(aws)
    found: dict[str, Used] = {}
    for route in routes.known:
        ident = str(route.route.get("AuthorizerId") or "")
        if ident and route.route.get("AuthorizationType") not in _WITHOUT:
            arn = f"{route.api.arn}/authorizers/{ident}"
            used = found.setdefault(arn, Used(route.api.api_id, ident, arn, HTTP, route.evidence))
            used.uses.append((route.key, True, tuple(map(str, route.route.get("AuthorizationScopes") or ()))))
    yield from _subjects(found)
    if routes.unseen is not None:
        raise routes.unseen


def _subjects(found: dict[str, Used]) -> Iterator[Subject]:
    for used in found.values():
        yield Subject(used.arn, used.kind, about={"used": used}, evidence=used.evidence)


def _balancers(aws: View) -> Iterator[Subject]:
    for way in doors_balancer_ways(aws):
        if way.forwards and any(action.get("Type") == "jwt-validation" for action in way.actions):
            yield Subject(way.arn, way.kind, about={"way": way}, evidence=way.evidence)


def _agentcore(aws: View) -> Iterator[Subject]:
    doors = aws.derive(agentcore_doors.agentcore_doors)
    unseen = doors.unseen
    for door in doors.known:
        if door.authorizer not in ("", JWT):
            continue
        try:
            if any(one.authorizer == JWT for one in inbound(aws, door)):
                yield Subject(door.arn, door.kind, about={"door": door}, evidence=door.evidence)
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


@control(
    "GAI-3.07",
    slug="authorizers-bind-issuer-audience-scope",
    item=Item.ACCESS,
    title="Token authorizers on model paths pin issuer, audience and scope",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=REST,
    subjects=subjects,
    reads=[
        *rest_doors.METHOD_READS,
        apigateway.GET_AUTHORIZERS,
        *http_doors.ROUTE_READS,
        apigatewayv2.GET_AUTHORIZERS,
        *balancer_doors.RULE_READS,
        *agentcore_doors.READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "No method, route, rule or AgentCore door of this Region takes tokens: what AWS_IAM authorizes "
        "has no authorizer."
    ),
    why=(
        "An authorizer that takes any token of its issuer takes one that was made for another "
        "application: whoever may use that one may use this one."
    ),
    remediation="Set audience/scopes and shorten the cache.",
    fix_cli=(
        "aws apigatewayv2 update-authorizer --api-id $API --authorizer-id $A --jwt-"
        "configuration Issuer=$ISS,Audience=$AUD"
    ),
    answers=("S3.3",),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "mitre_atlas": ("AML.M0019", "AML.T0091.000"),
        "iso_42001": ("A.9.2",),
    },
    parameters=("max_authorizer_cache_seconds",),
    edge_cases=(
        (
            "COGNITO_USER_POOLS with scopes takes access tokens, without scopes ID tokens, which are "
            "meant for the client."
        ),
        (
            "A Lambda authorizer of a REST API that states no time is remembered for 300 seconds, one "
            "of an HTTP API is not."
        ),
        "What a Lambda authorizer checks is code: it is asked of people (ATT-3.1).",
        "A remembered answer without an identity source would be everybody's.",
        (
            "An authorizer that no method uses is not judged; one that no longer exists is GAI-3.01's "
            "and GAI-3.02's."
        ),
    ),
    workload_aware=True,
)
def authorizers_bind_issuer_audience_scope(subject: Subject, aws: View) -> Verdict:
    """What takes tokens pins who made them, for whom, and for what.

    Judged is each authorizer of a REST, HTTP or WebSocket API that something uses, each jwt-validation action of a load
    balancer, each AgentCore door with a JWT authorizer.

    Passes: a JWT authorizer with an issuer and an audience; a Cognito authorizer of one pool whose methods that change
    state want scopes; a Lambda authorizer with an identity source, remembered for at most
    `max_authorizer_cache_seconds`.

    Fails: no audience; several pools on one authorizer; methods that change state without scopes; a Lambda authorizer
    remembered for longer, or without an identity source.

    Does not apply: AWS_IAM authorization.

    By hand::

        aws apigateway get-authorizers --rest-api-id $API
        aws apigateway get-resources --rest-api-id $API --embed methods --query 'items[].resourceMethods'
        aws apigatewayv2 get-authorizers --api-id $API
        aws elbv2 describe-rules --listener-arn $L --query 'Rules[].Actions[].JwtValidationConfig'
    """
    way = subject.about.get("way")
    if isinstance(way, Way):
        return weighed(way.what, [lambda: _validation(way)])
    door = subject.about.get("door")
    if isinstance(door, AgentCoreDoor):
        return weighed(door.what, [lambda: _bound(door, aws)])
    used = subject.about["used"]
    assert isinstance(used, Used)
    return _authorizer(used, aws)


def _authorizer(used: Used, aws: View) -> Verdict:
    what = f"authorizer {used.ident} of API {used.api}"
    if used.kind == REST:
        held = aws.items(apigateway.GET_AUTHORIZERS, restApiId=used.api)
        answer = next((one for one in held if str(one.get("id")) == used.ident), None)
    else:
        held = aws.items(apigatewayv2.GET_AUTHORIZERS, ApiId=used.api)
        answer = next((one for one in held if str(one.get("AuthorizerId")) == used.ident), None)
    if answer is None:
        raise UnseenError(Why.LINK_UNKNOWN, f"{what} is named, but does not exist (GAI-3.01, GAI-3.02)")
    kind = str(answer.get("type") or answer.get("AuthorizerType") or "")
    most = aws.parameters.get("max_authorizer_cache_seconds")
    match kind:
        case "JWT":
            return weighed(what, [lambda: _jwt(answer)])
        case "COGNITO_USER_POOLS":
            return weighed(what, [lambda: _cognito(answer, used)])
        case "TOKEN" | "REQUEST":
            note = "What the function checks is code: ATT-3.1"
            return weighed(what, [lambda: _function(answer, used, most)], (note,))
        case other:
            raise UnseenError(Why.LINK_UNKNOWN, f"AWS states type {other or 'none'} for {what}")


def _jwt(answer: Answer) -> Iterator[Problem | str]:
    issuers = [
        (str(one.get("issuer") or ""), [str(x) for x in one.get("audiences") or ()])
        for one in values(answer, "jwtConfiguration.issuers[]")
    ] or [
        (str(x.get("Issuer") or ""), [str(y) for y in x.get("Audience") or ()])
        for x in values(answer, "JwtConfiguration")
    ]
    if not issuers:
        yield Problem(Severity.MEDIUM, "it names no issuer")
    for issuer, audiences in issuers:
        if not issuer:
            yield Problem(Severity.MEDIUM, "it names no issuer")
        elif not audiences:
            yield Problem(Severity.MEDIUM, f"it takes tokens of {issuer} for any audience")
        else:
            yield f"tokens of {issuer} for {', '.join(audiences[:3])}"


def _cognito(answer: Answer, used: Used) -> Iterator[Problem | str]:
    pools = [str(one).rpartition("/")[2] for one in answer.get("providerARNs") or ()]
    if len(pools) > 1:
        yield Problem(Severity.MEDIUM, f"it takes the tokens of {len(pools)} pools ({', '.join(pools[:3])})")
    bare = sorted({name for name, changing, scopes in used.uses if changing and not scopes})
    if bare:
        yield Problem(
            Severity.MEDIUM,
            f"{', '.join(bare[:3])}{' and more' if len(bare) > 3 else ''} asks for no scope, so it takes ID tokens of any client",
        )
    elif not pools:
        raise UnseenError(
            Why.LINK_UNKNOWN, f"AWS states no user pool for authorizer {used.ident} of API {used.api}"
        )
    else:
        yield f"tokens of pool {', '.join(pools)}, by scope where state changes"


def _function(answer: Answer, used: Used, most: float) -> Iterator[Problem | str]:
    if used.kind == REST:
        held, default = answer.get("authorizerResultTtlInSeconds"), _REST_CACHE
        source = bool(answer.get("identitySource"))
    else:
        held, default = answer.get("AuthorizerResultTtlInSeconds"), 0
        source = bool(answer.get("IdentitySource"))
    seconds = held if isinstance(held, (int, float)) else default
    said = f"its answers are remembered for {seconds:g} seconds{'' if held is not None else ' (not stated)'}"
    if seconds > most:
        yield Problem(Severity.MEDIUM, f"{said}, more than {most:g}")
    elif seconds and not source:
        yield Problem(
            Severity.MEDIUM, f"{said} without an identity source: one caller's answer is everybody's"
        )
    else:
        yield said if seconds else "its answers are not remembered"


def _validation(way: Way) -> Iterator[Problem | str]:
    for action in way.actions:
        if action.get("Type") == "jwt-validation" and not action.get("JwtValidationConfig"):
            raise UnseenError(Why.LINK_UNKNOWN, f"AWS does not state which tokens {way.what} takes")
        for config in values(action, "JwtValidationConfig"):
            claims = [str(one.get("Name") or "") for one in config.get("AdditionalClaims") or ()]
            binding = [name for name in claims if name.lower() in _BINDING]
            issuer = str(config.get("Issuer") or "")
            if not issuer:
                yield Problem(Severity.MEDIUM, "it names no issuer")
            elif binding:
                yield f"tokens of {issuer} with claim {', '.join(binding)}"
            else:
                yield Problem(
                    Severity.MEDIUM, f"it takes tokens of {issuer} for any audience, client or scope"
                )


def _bound(door: AgentCoreDoor, aws: View) -> Iterator[Problem | str]:
    for one in inbound(aws, door):
        if one.authorizer == JWT:
            said = f"version {one.version}: " if one.version else ""
            issuer = one.jwt.get("discoveryUrl") or "its issuer"
            if one.bound:
                yield f"{said}tokens of {issuer} bound to {one.bound}"
            else:
                yield Problem(Severity.MEDIUM, f"{said}it takes any token of {issuer} (GAI-3.06)")
