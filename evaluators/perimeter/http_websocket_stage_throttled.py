"""GAI-6.13: HTTP and WebSocket stages on a model path set a throttle."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from evaluators.derived.doors import http_doors
from evaluators.derived.doors.doors import doors_http_stages
from evaluators.derived.doors.http_doors import HttpStage, Route
from evaluators.derived.doors.throttles import Limits, limits


def subjects(aws: View) -> Iterator[Subject]:
    """Every route in scope, once for each stage, in the name of the stage."""
    for stage in doors_http_stages(aws):
        for route in stage.routes:
            yield Subject(
                stage.arn,
                "AWS::ApiGatewayV2::Stage",
                key=route.key,
                about={"stage": stage, "route": route},
                evidence=(*stage.evidence, *route.evidence[-1:]),
                stands_for=(route.arn,),
            )


@control(
    "GAI-6.13",
    slug="http-websocket-stage-throttled",
    item=Item.PERIMETER,
    title="HTTP and WebSocket stages on a model path set a throttle",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::ApiGatewayV2::Stage",
    subjects=subjects,
    reads=[*http_doors.STAGE_READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No HTTP or WebSocket API of this Region has a route on a stage.",
    why="These APIs have neither a web ACL nor usage plans: the stage's throttle is the only limit there can be.",
    remediation="Set a rate and a burst for the stage's routes.",
    fix_cli=(
        "aws apigatewayv2 update-stage --api-id $API --stage-name $S --default-route-settings "
        "ThrottlingRateLimit=20,ThrottlingBurstLimit=40"
    ),
    answers=("S6.4", "S6.6", "S6.7"),
    frameworks={
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0029", "AML.M0004"),
        "iso_42001": ("A.6.2.6",),
    },
    parameters=("max_rate", "max_burst"),
    edge_cases=(
        "Settings that are absent mean the account's default.",
        "A route's own setting comes before the stage's default: it can lift a strict one.",
        "A rate of 0 shuts the door: it is reported as shut, not as throttled.",
    ),
    workload_aware=True,
)
def http_websocket_stage_throttled(subject: Subject, aws: View) -> Verdict:
    """Every route is limited to a rate and a burst that the owner allows.

    Judged is each route on each stage, by its own entry in ``RouteSettings``, and for what that leaves out by
    ``DefaultRouteSettings``.

    Passes: rate and burst are set, at most ``max_rate`` and ``max_burst``.

    Fails: one of them is absent, negative or above.

    Does not apply: a rate or burst of 0, which shuts the door.

    By hand::

        aws apigatewayv2 get-stages --api-id $API --query 'Items[].[StageName,DefaultRouteSettings,RouteSettings]'
    """
    stage, route = subject.about["stage"], subject.about["route"]
    assert isinstance(stage, HttpStage)
    assert isinstance(route, Route)
    applied, where = _applied(stage, route)
    said = f"Route {route.key} on {stage.what}"
    if applied.shut:
        return not_applicable(f"{said} is shut: {applied} ({where}) lets no request through")
    why = applied.weakness(aws.parameters.get("max_rate"), aws.parameters.get("max_burst"))
    if why:
        return failed(f"{said} is not throttled: {why} ({where})")
    return passed(f"{said} is throttled to {applied} ({where})")


def _applied(stage: HttpStage, route: Route) -> tuple[Limits, str]:
    """The limits that apply to the route, and where they stand."""
    names = ("ThrottlingRateLimit", "ThrottlingBurstLimit")
    own = limits((stage.stage.get("RouteSettings") or {}).get(route.key), *names)
    default = limits(stage.stage.get("DefaultRouteSettings"), *names)
    applied = Limits(
        default.rate if own.rate is None else own.rate, default.burst if own.burst is None else own.burst
    )
    if own != Limits(None, None):
        return applied, "setting of the route"
    return applied, "no setting" if default == Limits(None, None) else "default of the stage"
