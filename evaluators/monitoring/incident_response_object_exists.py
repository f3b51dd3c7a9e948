"""GAI-7.16: The account holds an actionable incident-response object for AI incidents."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import Answer, View
from collectors import events, naming, security_ir, ssm, ssm_incidents
from evaluators.derived.offered import surely
from evaluators.derived.watch import alarms
from evaluators.derived.watch.event_patterns import PatternError, matches
from evaluators.derived.words import sentence

T = TypeVar("T")

_SERVICES = ("bedrock", "bedrock-agentcore")


def subjects(aws: View) -> Iterator[Subject]:
    """The account."""
    yield Subject(aws.root_arn, "AWS::::Account")


def _gathered(found: Iterator[T], unseen: list[UnseenError]) -> list[T]:
    """What was found, the failure put aside."""
    kept: list[T] = []
    try:
        for one in found:
            kept.append(one)  # noqa: PERF402 - what came before a failure must be kept
    except UnseenError as error:
        unseen.append(error)
    return kept


def _everywhere(aws: View, operation: Operation) -> Iterator[tuple[View, Any]]:
    """The items of a listing in every Region; the first failure is raised after all that was seen."""
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            for item in surely(there.items(operation)):
                yield there, item
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


def _memberships(aws: View) -> Iterator[str]:
    for _, one in _everywhere(aws, security_ir.LIST_MEMBERSHIPS):
        if one.get("membershipStatus") == "Active":
            yield str(one.get("membershipId"))


def _plans(aws: View) -> Iterator[tuple[str, str]]:
    """Response plans that do something, by ARN."""
    for there, one in _everywhere(aws, ssm_incidents.LIST_RESPONSE_PLANS):
        arn = str(one.get("arn"))
        plan = there.get(ssm_incidents.GET_RESPONSE_PLAN, arn=arn) or {}
        if plan.get("engagements") or any(True for _ in values(plan, "actions[].ssmAutomation.documentName")):
            yield arn, f"response plan {naming.last_name(arn)}"


def _runbooks(aws: View) -> Iterator[tuple[str, str]]:
    """Automation documents with a tag the owner named, by the ARN that starts them."""
    wanted = set(aws.parameters.get("ir_selectors"))
    for there, one in _everywhere(aws, ssm.LIST_DOCUMENTS):
        keys = {str(key) for key in values(one, "Tags[].Key")}
        if one.get("DocumentType") == "Automation" and keys & wanted:
            name = str(one.get("Name"))
            start = f"arn:{aws.account.partition}:ssm:{there.region}:{aws.account_id}:automation-definition/{name}"
            yield start, f"runbook {name}"


def _starts(target: str, key: str) -> bool:
    """Whether an action or target is that plan or document, in whatever version.

    Alarms write ``responseplan`` where the plan's own ARN has ``response-plan``:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    named = target.replace(":responseplan/", ":response-plan/")
    return named == key or named.startswith(f"{key}:")


def _starters(aws: View) -> Iterator[tuple[str, str]]:
    """What alarms on models and rules on Bedrock events start, with what starts it."""
    unseen: list[UnseenError] = []
    for there in aws.regions():
        found = alarms.started(there)
        yield from found.known
        unseen += [found.unseen] if found.unseen is not None else []
        for call, rule in _gathered(there.items_with_call(events.LIST_RULES), unseen):
            if str(rule.get("State", "")).startswith("ENABLED"):
                yield from _targets(there, call, rule, unseen)
    if unseen:
        raise unseen[0]


def _targets(aws: View, call: Call, rule: Answer, unseen: list[UnseenError]) -> Iterator[tuple[str, str]]:
    try:
        if not _of_bedrock(rule.get("EventPattern")):
            return
    except PatternError as error:
        detail = f"the pattern of rule {rule.get('Name')} cannot be judged: {error}"
        unseen.append(UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, detail))
        return
    bus = rule.get("EventBusName") or call.request.get("EventBusName")
    asked = {"Rule": rule.get("Name"), "EventBusName": bus}
    for target in _gathered(aws.items(events.LIST_TARGETS_BY_RULE, **asked), unseen):
        yield str(target.get("Arn")), f"rule {rule.get('Name')}"


def _of_bedrock(pattern: object) -> bool:
    """Whether a rule hears of Bedrock because its pattern says so: by the source, or the service that was called.

    Raises PatternError.
    """
    try:
        document = json.loads(str(pattern or "{}"))
    except ValueError:
        return False
    if not isinstance(document, dict):
        return False
    return any(_hears(document, service) for service in _SERVICES)


def _hears(pattern: Mapping[str, Any], service: str) -> bool:
    detail = pattern.get("detail")
    called = detail.get("eventSource") if isinstance(detail, dict) else None
    said = {"source": pattern.get("source"), "called": called}
    asked = {name: tests for name, tests in said.items() if tests is not None}
    event = {"source": f"aws.{service}", "called": f"{service}.amazonaws.com"}
    return bool(asked) and matches(json.dumps(asked), event)


@control(
    "GAI-7.16",
    slug="incident-response-object-exists",
    item=Item.MONITORING,
    title="The account holds an actionable incident-response object for AI incidents",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::::Account",
    subjects=subjects,
    reads=(
        ssm_incidents.LIST_RESPONSE_PLANS,
        ssm_incidents.GET_RESPONSE_PLAN,
        security_ir.LIST_MEMBERSHIPS,
        ssm.LIST_DOCUMENTS,
        *alarms.LISTING_READS,
        events.LIST_RULES,
        events.LIST_TARGETS_BY_RULE,
    ),
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no account to ask about.",
    why="Paper plans are attested; this shows the wired part.",
    remediation="Wire an alarm to a plan or runbook.",
    fix_cli=(
        "aws cloudwatch put-metric-alarm --alarm-name $A --alarm-actions arn:aws:ssm-"
        "incidents::$ACCT:response-plan/$P ..."
    ),
    answers=("S7.6", "S7.7"),
    frameworks={
        "nist_ai_600_1": ("MG-4.2-002", "GV-2.1-002"),
        "nist_ai_rmf": ("MANAGE 4.3",),
        "iso_42001": ("A.8.4",),
        "prowler_aisf": ("AISF-GOV-07",),
    },
    parameters=("ir_selectors", "ir_in_account"),
    edge_cases=(
        ("Incident Manager availability for new customers may be limited: never require it specifically."),
        "Membership may be organization-wide in another account.",
    ),
    workload_aware=False,
)
def incident_response_object_exists(subject: Subject, aws: View) -> Verdict:
    """Something in the account acts on an incident of the AI workload, and something starts it.

    Counted are response plans of Incident Manager that engage somebody or run a runbook, Automation documents that carry
    a tag key of `ir_selectors`, and an Active membership of Security Incident Response. Passes: an alarm on a Bedrock
    metric (itself, or through a composite alarm) or an enabled rule on Bedrock events starts a plan or document; or the
    membership is active. Fails: plans or
    documents exist and nothing about models starts them; or there are none although `ir_in_account` says that incidents
    are run here. Not applicable: none, and incidents are run elsewhere, which ATT-7.1 asks. No single service is required.

    By hand:

    ```sh
    aws ssm-incidents list-response-plans
    aws cloudwatch describe-alarms --query "MetricAlarms[?Namespace=='AWS/Bedrock'].AlarmActions"
    ```
    """
    del subject
    unseen: list[UnseenError] = []
    if _gathered(_memberships(aws), unseen):
        return passed("The account's membership of Security Incident Response is active")
    objects = [*_gathered(_plans(aws), unseen), *_gathered(_runbooks(aws), unseen)]
    starters = _gathered(_starters(aws), unseen) if objects else []
    for key, what in objects:
        for target, who in starters:
            if _starts(target, key):
                return passed(f"{sentence(what)} is there, and {who} starts it")
    if unseen:
        raise unseen[0]
    if objects:
        names = ", ".join(what for _, what in objects[:3])
        return failed(f"{sentence(names)}: there, but nothing about models starts it")
    if aws.parameters.get("ir_in_account"):
        return failed(
            "No response plan, marked runbook or membership, while ir_in_account says incidents are run here"
        )
    return not_applicable("No object for incidents here; ATT-7.1 asks about the plan that is run elsewhere")
