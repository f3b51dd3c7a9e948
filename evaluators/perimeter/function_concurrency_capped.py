"""GAI-6.15: Model-path functions have a concurrency ceiling."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, passed
from assessor.model.view import View
from assessor.workload import names
from collectors import lambda_
from evaluators.derived.compute import handlers
from evaluators.derived.compute.handlers import KIND, Handler
from evaluators.derived.doors.doors import doors_handlers
from evaluators.derived.weighing import Problem, weighed


def subjects(aws: View) -> Iterator[Subject]:
    """Every function in scope."""
    for handler in doors_handlers(aws):
        yield Subject(
            handler.arn,
            KIND,
            about={"handler": handler},
            evidence=handler.evidence,
            stands_for=handler.stands_for,
        )


@control(
    "GAI-6.15",
    slug="function-concurrency-capped",
    item=Item.PERIMETER,
    title="Model-path functions have a concurrency ceiling",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=KIND,
    subjects=subjects,
    reads=[
        *handlers.READS,
        lambda_.GET_FUNCTION_CONCURRENCY,
        lambda_.GET_ACCOUNT_SETTINGS,
        lambda_.LIST_EVENT_SOURCE_MAPPINGS,
        lambda_.LIST_FUNCTION_URL_CONFIGS,
        lambda_.GET_FUNCTION_RECURSION_CONFIG,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no Lambda function.",
    why=(
        "A function without a ceiling of its own calls the model as often as anybody asks, up to "
        "everything the account may run at once. A function URL has no other limiter."
    ),
    remediation="Reserve concurrency.",
    fix_cli=("aws lambda put-function-concurrency --function-name $FN --reserved-concurrent-executions 20"),
    answers=("S6.4",),
    frameworks={
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0034.002", "AML.M0004"),
        "iso_42001": ("A.6.2.6",),
    },
    parameters=("max_concurrency",),
    edge_cases=(
        "0 means that the function is switched off: a legitimate andon state, whatever feeds it.",
        "An account whose own limit is as low caps every function.",
        "A queue that feeds the function needs a ceiling of its own: FAIL at low.",
        (
            "Recursion that Lambda is told to allow may run for ever: FAIL at low; what is not stated "
            "is Terminate."
        ),
        "A function with a URL that has no ceiling weighs more (high).",
    ),
    workload_aware=True,
)
def function_concurrency_capped(subject: Subject, aws: View) -> Verdict:
    """A function that leads to a model runs at most as often at once as its owner allows.

    Passes: reserved concurrency is set and at most `max_concurrency` (0 is switched off), or the account's own limit is
    as low; queues that feed it have a maximum concurrency; recursive loops are terminated.

    Fails: no reserved concurrency, or more than allowed (high where the function has a URL). At low: a queue without a
    maximum, recursion allowed.

    By hand::

        aws lambda get-function-concurrency --function-name $F
        aws lambda get-account-settings --query AccountLimit
        aws lambda list-event-source-mappings --function-name $F --query 'EventSourceMappings[].ScalingConfig'
        aws lambda get-function-recursion-config --function-name $F
    """
    handler = subject.about["handler"]
    assert isinstance(handler, Handler)
    # Whatever feeds a function that is switched off, and however it calls itself, does not run.
    answer = aws.get(lambda_.GET_FUNCTION_CONCURRENCY, FunctionName=handler.name) or {}
    reserved = answer.get("ReservedConcurrentExecutions")
    if reserved == 0:
        return passed(f"Function {handler.name}: reserved concurrency is 0: it is switched off")
    looks = [
        lambda: _ceiling(handler, reserved, aws),
        lambda: _queues(handler, aws),
        lambda: _recursion(handler, aws),
    ]
    return weighed(handler.what, looks)


def _ceiling(handler: Handler, reserved: object, aws: View) -> Iterator[Problem | str]:
    most = aws.parameters.get("max_concurrency")
    if isinstance(reserved, int) and reserved <= most:
        yield f"reserved concurrency is {reserved}"
        return
    if reserved is None:
        limit = first(aws.get(lambda_.GET_ACCOUNT_SETTINGS) or {}, "AccountLimit.ConcurrentExecutions")
        if isinstance(limit, int) and limit <= most:
            yield f"no reserved concurrency, but the account runs at most {limit} at once"
            return
        said = (
            f"it has no reserved concurrency; the account runs up to {limit or 'an unknown number'} at once"
        )
    else:
        said = f"reserved concurrency is {reserved}, more than {most}"
    try:
        url = any(aws.items(lambda_.LIST_FUNCTION_URL_CONFIGS, FunctionName=handler.name))
    except UnseenError:
        url = False  # whether it has a URL only decides how much it weighs
    if url:
        yield Problem(Severity.HIGH, f"{said}, and it has a URL, which has no other limiter")
    else:
        yield Problem(Severity.MEDIUM, said)


def _queues(handler: Handler, aws: View) -> Iterator[Problem | str]:
    for mapping in aws.items(lambda_.LIST_EVENT_SOURCE_MAPPINGS):
        called = names.function_in(str(mapping.get("FunctionArn") or "")) or ""
        source = str(mapping.get("EventSourceArn") or "")
        if (
            names.qualifier(called)[0] != handler.arn
            or ":sqs:" not in source
            or mapping.get("State") == "Disabled"
        ):
            continue
        highest = first(mapping, "ScalingConfig.MaximumConcurrency")
        if highest is None:
            yield Problem(Severity.LOW, f"queue {source} feeds it without a maximum concurrency")
        else:
            yield f"queue {source} feeds it at most {highest} at once"


def _recursion(handler: Handler, aws: View) -> Iterator[Problem | str]:
    answer = aws.get(lambda_.GET_FUNCTION_RECURSION_CONFIG, FunctionName=handler.name) or {}
    if answer.get("RecursiveLoop") == "Allow":
        yield Problem(Severity.LOW, "recursive loops are allowed")
    else:
        yield "recursive loops are terminated"
