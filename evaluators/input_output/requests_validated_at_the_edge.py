"""GAI-4.16: Model-path methods validate body and parameters before the back end."""

from collections.abc import Iterator, Mapping

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View, gather
from collectors import apigateway
from evaluators.derived.doors import http_doors, rest_doors
from evaluators.derived.doors.body_schemas import unbounded
from evaluators.derived.doors.doors import doors_http_apis, doors_rest_methods
from evaluators.derived.doors.http_doors import HttpApi
from evaluators.derived.doors.rest_doors import RestMethod

_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "ANY"})
_BUILT_IN = frozenset({"Empty", "Error"})


def subjects(aws: View) -> Iterator[Subject]:
    """Every method in scope that takes a body, once for each stage; and HTTP and WebSocket APIs."""
    return iter(gather(_methods(aws), _apis(aws)))


def _methods(aws: View) -> Iterator[Subject]:
    for method in doors_rest_methods(aws):
        if method.verb in _WITH_BODY and not method.mock:
            yield Subject(
                method.arn,
                "AWS::ApiGateway::Method",
                key=method.stage.name,
                about={"method": method},
                evidence=method.evidence,
            )


def _apis(aws: View) -> Iterator[Subject]:
    for api in doors_http_apis(aws):
        yield Subject(api.arn, "AWS::ApiGatewayV2::Api", about={"api": api}, evidence=api.evidence)


@control(
    "GAI-4.16",
    slug="requests-validated-at-the-edge",
    item=Item.INPUT_OUTPUT,
    title="Model-path methods validate body and parameters before the back end",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::ApiGateway::Method",
    subjects=subjects,
    reads=[
        *rest_doors.METHOD_READS,
        apigateway.GET_REQUEST_VALIDATORS,
        apigateway.GET_MODELS,
        *http_doors.API_READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="No REST API of this Region has a method on a stage that takes a body.",
    why=(
        "A request that nobody looks at before the back end may be of any size and shape: a prompt as "
        "long as the model takes, at the owner's cost."
    ),
    remediation="Attach a validator and schema.",
    fix_cli=(
        "aws apigateway update-method --rest-api-id $API --resource-id $R --http-method POST "
        "--patch-operations op=replace,path=/requestValidatorId,value=$V"
    ),
    answers=("S4.10", "S4.3"),
    frameworks={
        "gensec": ("GENSEC04-BP02",),
        "owasp_llm_2025": ("LLM01", "LLM10"),
        "mitre_atlas": ("AML.M0033",),
        "iso_42001": ("A.6.2.4",),
        "finos_ccc": ("CCC.GenAI.CN01.AR01",),
    },
    parameters=(),
    edge_cases=(
        "A validator with the model Empty, or without a model, validates nothing.",
        (
            "Every text in the schema must have a maxLength, an enum or a const: which of them is the "
            "prompt only the code knows."
        ),
        "A schema may refer to another model of the API, or to a part of itself: it is followed.",
        "A property of which nothing is said may hold a text of any length: FAIL.",
        (
            "A schema without any bounded text passes only where no other properties may be added "
            "(additionalProperties false)."
        ),
        (
            "Bodies of a content type without a model are not validated: mentioned, unless one is set "
            "for $default or passthroughBehavior is NEVER."
        ),
        "HTTP and WebSocket APIs cannot validate bodies.",
    ),
    workload_aware=True,
)
def requests_validated_at_the_edge(subject: Subject, aws: View) -> Verdict:
    """A method refuses bodies that are too long or of the wrong shape before the back end sees them.

    Judged is each POST, PUT, PATCH and ANY method on each stage of a REST API, by its definition.

    Passes: a validator that validates bodies, and models whose schemas bound every text.

    Fails: no validator, one that validates no bodies, no model or the model Empty or Error, a schema with an unbounded
    text.

    Does not apply: HTTP and WebSocket APIs; GET methods are not judged.

    By hand::

        aws apigateway get-resources --rest-api-id $API --embed methods --query 'items[].resourceMethods'
        aws apigateway get-request-validators --rest-api-id $API
        aws apigateway get-models --rest-api-id $API
    """
    api = subject.about.get("api")
    if isinstance(api, HttpApi):
        return not_applicable(f"{api.what} cannot validate requests: only REST APIs can")
    method = subject.about["method"]
    assert isinstance(method, RestMethod)
    wanted = str(method.method.get("requestValidatorId") or "")
    if not wanted:
        return failed(f"{method.what} has no request validator")
    named = {str(kind): str(model) for kind, model in (method.method.get("requestModels") or {}).items()}
    real = {kind: model for kind, model in named.items() if model not in _BUILT_IN}
    if not real:
        which = f"only the model {', '.join(sorted(set(named.values())))}" if named else "no model"
        return failed(f"{method.what} has a validator and {which}: nothing is validated")
    validators = aws.items(apigateway.GET_REQUEST_VALIDATORS, restApiId=method.stage.api_id)
    held = next((one for one in validators if one.get("id") == wanted), None)
    if held is None:
        return failed(f"{method.what} names request validator {wanted}, which does not exist")
    if held.get("validateRequestBody") is not True:
        return failed(f"{method.what} has request validator {wanted}, which validates no bodies")
    return _schemas(method, named, real, aws)


def _schemas(method: RestMethod, named: Mapping[str, str], real: Mapping[str, str], aws: View) -> Verdict:
    models = {
        str(one.get("name")): str(one.get("schema") or "")
        for one in aws.items(apigateway.GET_MODELS, restApiId=method.stage.api_id)
    }
    for kind, model in sorted(named.items()):
        if model not in real.values():
            return failed(f"{method.what} has the model {model} for {kind}, which validates nothing")
        if model not in models:
            return failed(f"{method.what} has model {model} for {kind}, which does not exist")
        fault = unbounded(model, models)
        if fault:
            return failed(f"{method.what} has model {model} for {kind}, in which {fault}")
    notes = []
    passthrough = (method.method.get("methodIntegration") or {}).get("passthroughBehavior")
    if "$default" not in named and passthrough != "NEVER":
        notes.append(
            f"Bodies of another content type than {', '.join(sorted(named))} are not validated "
            f"(passthroughBehavior {passthrough or 'WHEN_NO_MATCH'})"
        )
    return passed(f"{method.what} validates bodies by model {', '.join(sorted(set(real.values())))}", *notes)
