"""GAI-3.01: REST API methods on a model path require real authentication."""

from collections.abc import Iterator

from assessor.iam.exposure import Exposure
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
from collectors import apigateway
from evaluators.derived.doors import rest_doors
from evaluators.derived.doors.doors import doors_rest_methods
from evaluators.derived.doors.openness import admitted, api_openness, is_open
from evaluators.derived.doors.rest_doors import InForce, RestMethod, in_force

_WITH_AUTHORIZER = frozenset({"CUSTOM", "COGNITO_USER_POOLS", "JWT"})


def subjects(aws: View) -> Iterator[Subject]:
    """Every method in scope, once for each stage that serves it."""
    for method in doors_rest_methods(aws):
        yield Subject(
            method.arn,
            "AWS::ApiGateway::Method",
            key=method.stage.name,
            about={"method": method},
            evidence=method.evidence,
        )


@control(
    "GAI-3.01",
    slug="rest-api-methods-authenticated",
    item=Item.ACCESS,
    title="REST API methods on a model path require real authentication",
    severity=Severity.CRITICAL,
    level=Level.REGION,
    kind="AWS::ApiGateway::Method",
    subjects=subjects,
    reads=[*rest_doors.IN_FORCE_READS, apigateway.GET_AUTHORIZERS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No REST API of this Region has a method on a stage.",
    why=(
        "An open method is free, anonymous access to the model, and the entry for prompt injection and for running "
        "up cost."
    ),
    remediation="Attach an authorizer (Cognito, JWT or Lambda) or IAM authorization to the method and redeploy.",
    fix_cli=(
        "aws apigateway update-method --rest-api-id $API --resource-id $RES --http-method POST "
        "--patch-operations op=replace,path=/authorizationType,value=COGNITO_USER_POOLS "
        "op=replace,path=/authorizerId,value=$AUTH"
    ),
    answers=("S3.1", "S3.3"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0040", "AML.M0019"),
        "nist_ai_600_1": ("MS-2.7-009",),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-08",),
    },
    edge_cases=(
        "A required API key alone is a FAIL: a key identifies a caller, it does not authenticate one.",
        "AWS_IAM with a resource policy that admits everyone is open to every AWS account.",
        "A PRIVATE API whose policy admits every endpoint is open to every VPC of every account: FAIL at medium.",
        "What counts is the deployment a stage serves (and its canary's), not the definition as last edited.",
        "An authorizer that no longer exists authenticates nobody.",
    ),
    workload_aware=True,
)
def rest_api_methods_authenticated(subject: Subject, aws: View) -> Verdict:
    """Every method that a stage serves finds out who calls it.

    Judged is each method on each stage of a REST API, by the authorization type in the deployment that the stage
    serves. Where API Gateway gives no summary of the deployment, the definition as last edited is judged, and the
    row says so.

    Passes: AWS_IAM; CUSTOM, COGNITO_USER_POOLS or JWT with an authorizer that exists; NONE where the API's resource
    policy admits only named principals, organizations, VPC endpoints or address ranges, or where the API is PRIVATE.

    Fails: NONE without such a restriction, with or without an API key; AWS_IAM where the resource policy admits
    everyone; an authorizer that does not exist. At medium: a PRIVATE API that admits every VPC endpoint.

    Does not apply: a method with a MOCK integration (CORS preflight usually), which leads to nothing; a method that
    no deployment of the stage holds.

    By hand::

        aws apigateway get-stages --rest-api-id $API
        aws apigateway get-deployment --rest-api-id $API --deployment-id $DEPLOYMENT --embed apisummary
        aws apigateway get-resources --rest-api-id $API --embed methods
        aws apigateway get-authorizers --rest-api-id $API
        aws apigateway get-rest-api --rest-api-id $API --query policy
    """
    method = subject.about["method"]
    assert isinstance(method, RestMethod)
    if method.mock:
        return not_applicable(f"{method.what} has a MOCK integration: nothing lies behind it")
    force = in_force(aws, method)
    if not force.served:
        return not_applicable(f"{method.what} is defined, but the deployment that the stage serves lacks it")
    verdicts: list[Verdict] = []
    unseen: UnseenError | None = None
    for kind in force.authorization:
        try:
            verdicts.append(_judged(kind, method, force, aws))
        except UnseenError as error:
            unseen = unseen or error
    for verdict in verdicts:
        if verdict.status is Status.FAIL:
            return verdict
    if unseen is not None:
        raise unseen
    undecided = next((verdict for verdict in verdicts if verdict.status is not Status.PASS), None)
    return undecided or verdicts[0]


def _judged(kind: str, method: RestMethod, force: InForce, aws: View) -> Verdict:
    notes = _notes(method, force)
    if kind == "NONE":
        return _unauthenticated(method, force, aws, notes)
    if kind == "AWS_IAM":
        return _signed(method, aws, notes)
    if kind in _WITH_AUTHORIZER:
        return _authorized(kind, method, aws, notes)
    said = f"authorization type {kind}, which is not known" if kind else "no authorization type"
    return not_assessed(Why.LINK_UNKNOWN, f"AWS states {said} for {method.what}")


def _unauthenticated(method: RestMethod, force: InForce, aws: View, notes: tuple[str, ...]) -> Verdict:
    said = f"{method.what} has authorization type NONE"
    if force.keys:
        notes = ("An API key is required, but a key identifies a caller and authenticates nobody", *notes)
    private = method.stage.private
    policy = str(method.stage.api.get("policy") or "")
    if not policy:
        if private:
            return passed(f"{said}; the API is PRIVATE and reached through VPC endpoints only", *notes)
        return failed(f"{said} and the API has no resource policy: anyone may call it", None, *notes)
    found = _openness(method, policy, aws)
    if not is_open(found):
        return passed(f"{said}; the resource policy admits only {_whom(found)}", *notes)
    if private:
        return failed(
            f"{said}; the API is PRIVATE, but its policy admits every VPC endpoint of every account",
            Severity.MEDIUM,
            *notes,
        )
    return failed(f"{said} and the resource policy admits anyone", None, *notes)


def _signed(method: RestMethod, aws: View, notes: tuple[str, ...]) -> Verdict:
    said = f"{method.what} has authorization type AWS_IAM"
    policy = str(method.stage.api.get("policy") or "")
    if not policy:
        return passed(f"{said} and no resource policy: IAM of this account decides", *notes)
    found = _openness(method, policy, aws)
    if not is_open(found):
        return passed(f"{said}; the resource policy admits only {_whom(found)}", *notes)
    severity = Severity.MEDIUM if method.stage.private else None
    return failed(
        f"{said}, but the resource policy admits callers of every AWS account without a condition that holds",
        severity,
        *notes,
    )


def _openness(method: RestMethod, policy: str, aws: View) -> Exposure:
    stage = method.stage
    return api_openness(
        policy,
        account=aws.account_id,
        region=aws.region,
        partition=aws.account.partition,
        call=(stage.api_id, stage.name, method.verb, method.path),
        private=stage.private,
    )


def _whom(found: Exposure) -> str:
    return admitted(found) if found.openings else "the principals, networks or endpoints it names"


def _authorized(kind: str, method: RestMethod, aws: View, notes: tuple[str, ...]) -> Verdict:
    if str(method.method.get("authorizationType", "")) != kind:
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"the deployment of {method.what} has authorization type {kind}, but the definition was edited since: "
            "which authorizer it uses cannot be told",
        )
    wanted = str(method.method.get("authorizerId") or "")
    held = {
        str(one.get("id", "")): one
        for one in aws.items(apigateway.GET_AUTHORIZERS, restApiId=method.stage.api_id)
    }
    if wanted and wanted in held:
        authorizer = held[wanted]
        return passed(
            f"{method.what} has authorization type {kind} with authorizer {wanted} ({authorizer.get('type', kind)})",
            *notes,
        )
    said = f"names authorizer {wanted}, which does not exist" if wanted else "names no authorizer"
    return failed(f"{method.what} has authorization type {kind}, but {said}", None, *notes)


def _notes(method: RestMethod, force: InForce) -> tuple[str, ...]:
    if force.edited:
        now = str(method.method.get("authorizationType", "")) or "unknown"
        return (f"The definition was edited after the deployment: it now says {now}",)
    if force.proven:
        return ()
    updated = method.stage.stage.get("lastUpdatedDate")
    when = f" (last updated {updated})" if updated else ""
    return (f"Judged by the current definition; what the stage serves{when} may be older",)
