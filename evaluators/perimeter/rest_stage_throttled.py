"""GAI-6.12: REST API stages on a model path set their own throttle."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from assessor.workload import names
from collectors import apigateway
from evaluators.derived.doors import rest_doors
from evaluators.derived.doors.doors import doors_rest_methods
from evaluators.derived.doors.rest_doors import RestMethod, applied_setting, in_force
from evaluators.derived.doors.throttles import Limits, limits


def subjects(aws: View) -> Iterator[Subject]:
    """Every method in scope, once for each stage that serves it, in the name of the stage."""
    for method in doors_rest_methods(aws):
        if not method.mock:
            yield Subject(
                method.stage.arn,
                "AWS::ApiGateway::Stage",
                key=f"{method.verb} {method.path}",
                about={"method": method},
                evidence=method.evidence,
                stands_for=(names.on(method.arn, method.stage.name),),
            )


@control(
    "GAI-6.12",
    slug="rest-stage-throttled",
    item=Item.PERIMETER,
    title="REST API stages on a model path set their own throttle",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::ApiGateway::Stage",
    subjects=subjects,
    reads=[*rest_doors.IN_FORCE_READS, apigateway.GET_ACCOUNT, apigateway.GET_USAGE_PLANS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No REST API of this Region has a method with something behind it on a stage.",
    why="Without a throttle of its own the account's default, thousands of requests a second, is the only limit.",
    remediation="Set a rate and a burst for the stage or the method.",
    fix_cli=(
        "aws apigateway update-stage --rest-api-id $API --stage-name $S --patch-operations "
        "op=replace,path=/*/*/throttling/rateLimit,value=20 "
        "op=replace,path=/*/*/throttling/burstLimit,value=40"
    ),
    answers=("S6.4", "S6.6", "S6.7"),
    frameworks={
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0029", "AML.T0034", "AML.M0004"),
        "iso_42001": ("A.6.2.6",),
        "prowler_aisf": ("AISF-IAM-08",),
    },
    parameters=("max_rate", "max_burst"),
    edge_cases=(
        "The setting of the method itself comes before the stage's: an override can lift a strict stage.",
        "A rate of -1 means that nothing is throttled at that level.",
        "A setting that repeats the account's own limits (10000 and 5000 usually) limits nothing.",
        "A rate of 0 shuts the door: it is reported as shut, not as throttled.",
        "A usage plan counts only where it covers the stage and the method wants a key.",
        "Every usage plan that covers the stage must limit: a caller may hold a key of any of them.",
    ),
    workload_aware=True,
)
def rest_stage_throttled(subject: Subject, aws: View) -> Verdict:
    """Every method that leads somewhere is limited to a rate and a burst that the owner allows.

    Judged is each method on each stage, by the setting that applies to it: its own in ``methodSettings``, else that
    of ``*/*``.

    Passes: rate and burst are set, at most ``max_rate`` and ``max_burst``, and below the account's own limits; or
    the method wants an API key and every usage plan that covers the stage limits to as much.

    Fails: no setting; -1; more than allowed; no less than the account's limits.

    Does not apply: a method with a MOCK integration; one that the stage does not serve; a rate or burst of 0, which
    shuts the door.

    By hand::

        aws apigateway get-stages --rest-api-id $API --query 'item[].methodSettings'
        aws apigateway get-account --query throttleSettings
        aws apigateway get-usage-plans
    """
    method = subject.about["method"]
    assert isinstance(method, RestMethod)
    force = in_force(aws, method)
    if not force.served:
        return not_applicable(f"{method.what} is defined, but the deployment that the stage serves lacks it")
    applied, where = _applied(method)
    if applied.shut:
        return not_applicable(f"{method.what} is shut: {applied} ({where}) lets no request through")
    why = applied.weakness(aws.parameters.get("max_rate"), aws.parameters.get("max_burst"))
    why = why or _not_below_account(applied, aws)
    if not why:
        return passed(f"{method.what} is throttled to {applied} ({where})")
    said = f"{method.what} is not throttled: {why} ({where})"
    if not force.keys:
        return failed(said)
    return _by_plans(method, said, aws)


def _applied(method: RestMethod) -> tuple[Limits, str]:
    """The limits that apply to the method, and where they stand."""
    setting, where = applied_setting(method)
    return limits(setting, "throttlingRateLimit", "throttlingBurstLimit"), where


def _not_below_account(applied: Limits, aws: View) -> str:
    answer = aws.get(apigateway.GET_ACCOUNT) or {}
    account = limits(answer.get("throttleSettings"), "rateLimit", "burstLimit")
    for name, own, its in (("rate", applied.rate, account.rate), ("burst", applied.burst, account.burst)):
        if own is not None and its is not None and own >= its:
            return f"{name} {own:g} is no less than the account's own limit of {its:g}"
    return ""


def _by_plans(method: RestMethod, said: str, aws: View) -> Verdict:
    """Whether the plans by whose keys the method is called limit it."""
    stage = method.stage
    found: list[str] = []
    for plan in aws.items(apigateway.GET_USAGE_PLANS):
        for covered in values(plan, "apiStages[]"):
            if covered.get("apiId") != stage.api_id or covered.get("stage") != stage.name:
                continue
            own = (covered.get("throttle") or {}).get(f"{method.path}/{method.verb}")
            held = limits(own or plan.get("throttle"), "rateLimit", "burstLimit")
            why = held.weakness(aws.parameters.get("max_rate"), aws.parameters.get("max_burst"))
            if why:
                return failed(f"{said}; of usage plan {plan.get('id')}, whose keys it takes, {why}")
            found.append(f"{plan.get('id')} ({held})")
    if not found:
        return failed(f"{said}; no usage plan covers the stage")
    return passed(
        f"{method.what} wants an API key, and each key is throttled by usage plan {', '.join(found)}"
    )
