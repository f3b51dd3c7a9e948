"""GAI-7.10: Alarms watch front-door errors, throttles and blocked requests."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View, gather
from evaluators.derived.doors import door_metrics, web_doors
from evaluators.derived.doors.door_metrics import Telling, region_of, telling
from evaluators.derived.doors.doors import doors_on_the_web
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.watch import alarm_cover, alarms
from evaluators.derived.watch.alarms import Alarm
from evaluators.derived.words import sentence


def subjects(aws: View) -> Iterator[Subject]:
    """Every door in scope that answers requests."""
    for door in doors_on_the_web(aws):
        yield Subject(door.arn, door.kind, region=door.region, about={"door": door}, evidence=door.evidence)


@control(
    "GAI-7.10",
    slug="front-door-alarms",
    item=Item.MONITORING,
    title="Alarms watch front-door errors, throttles and blocked requests",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::CloudWatch::Alarm",
    subjects=subjects,
    reads=[*door_metrics.READS, *alarm_cover.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no door that answers requests.",
    why=(
        "Who tries stolen keys, hunts for a prompt that gets through or runs up cost shows first at the"
        " door, as errors, throttles and blocked requests. Unwatched, he has all the time he wants."
    ),
    remediation="Create them.",
    fix_cli=(
        "aws cloudwatch put-metric-alarm --alarm-name api-4xx --namespace AWS/ApiGateway "
        "--metric-name 4XXError --dimensions Name=ApiName,Value=$N Name=Stage,Value=$S "
        "--statistic Sum --period 300 --evaluation-periods 1 --threshold 100 --comparison-"
        "operator GreaterThanThreshold --alarm-actions $SNS"
    ),
    answers=("S7.2", "S7.5"),
    frameworks={
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.M0024",),
        "nist_ai_600_1": ("MG-4.1-002",),
        "iso_42001": ("A.6.2.6",),
    },
    parameters=("stale_days",),
    edge_cases=(
        (
            "HTTP APIs publish 4xx and 5xx in lower case with the dimension ApiId, REST APIs 4XXError "
            "with ApiName."
        ),
        "A web ACL's metrics carry the metric name of its VisibilityConfig, not its own name.",
        ("An alarm counts only when it can fire and reaches somebody (GAI-7.09), whatever it is called."),
        "CloudFront publishes in us-east-1: alarms are looked for there.",
        "An alarm on one stage does not watch another; one on the whole API does.",
        "Lambda publishes errors and throttles of all functions together too.",
    ),
    workload_aware=True,
)
def front_door_alarms(subject: Subject, aws: View) -> Verdict:
    """At least one alarm that works watches each door.

    Judged are REST API stages, HTTP and WebSocket APIs, function URLs, AppSync APIs, application load balancers,
    CloudFront distributions, user pools with a hosted domain, App Runner services and AgentCore gateways.

    Passes: an alarm that can fire on a rise and reaches somebody (GAI-7.09) watches errors, throttles or requests of the
    door, or what its web ACL blocks.

    Fails: none does.

    Does not apply: a disabled distribution; a Region without doors.

    By hand::

        aws cloudwatch describe-alarms --alarm-types MetricAlarm CompositeAlarm
        aws wafv2 get-web-acl --arn $ACL --query WebACL.VisibilityConfig.MetricName
    """
    door = subject.about["door"]
    assert isinstance(door, WebDoor)
    if door.kind == web_doors.DISTRIBUTION and door.answer.get("Enabled") is False:
        return not_applicable(f"{sentence(door.what)} is disabled")
    # What could be read of the door counts, even where its web ACL could not be.
    held = gather(telling(aws, door))
    found, unseen = held.known, held.unseen
    there = region_of(aws, door)

    def fits(alarm: Alarm) -> bool:
        watches = alarm.watched.watches
        return alarm.rises and any(one.sees(watch, aws.account_id) for one in found for watch in watches)

    cover = alarm_cover.cover(there, fits, f"errors, throttles or blocked requests of {door.what}", ())
    if cover.works:
        return passed(sentence(cover.words), *cover.notes)
    unseen = cover.unseen or unseen or _unread(there, found)
    if unseen is not None:
        raise unseen
    return failed(sentence(cover.words))


def _unread(aws: View, found: list[Telling]) -> UnseenError | None:
    for namespace in dict.fromkeys(one.namespace for one in found):
        for alarm in alarms.unreadable(aws, namespace):
            detail = f"the expression of alarm {alarm.name} cannot be read"
            return UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, detail, "", alarm.evidence[0])
    return None
