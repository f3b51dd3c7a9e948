"""GAI-7.09: Alarms that guard the workload can fire and reach a person or automation."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from evaluators.derived.watch import alarms
from evaluators.derived.watch.alarms import Alarm


def subjects(aws: View) -> Iterator[Subject]:
    """The alarms that watch models, guardrails or the delivery of their logs, whatever they are called."""
    found = aws.derive(alarms.metric_alarms)
    for alarm in found.known:
        if alarms.guards_models(alarm):
            yield Subject(alarm.arn, alarms.KIND, about={"alarm": alarm}, evidence=alarm.evidence)
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-7.09",
    slug="ai-alarms-are-effective",
    item=Item.MONITORING,
    title="Alarms that guard the workload can fire and reach a person or automation",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=alarms.KIND,
    subjects=subjects,
    reads=alarms.READS,
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "No alarm watches models, guardrails or log delivery in this Region (GAI-7.02, GAI-7.04 to GAI-7.08)."
    ),
    why=(
        "An alarm that cannot fire is worse than none: everybody believes somebody would be told, and an intruder has "
        "the night to himself."
    ),
    remediation="Enable the alarm's actions, confirm a subscription to its topic and test it once.",
    fix_cli=(
        "aws cloudwatch enable-alarm-actions --alarm-names $A && aws cloudwatch set-alarm-state "
        "--alarm-name $A --state-value ALARM --state-reason test"
    ),
    answers=("S7.3", "S7.1"),
    frameworks={
        "gensec": ("GENSEC01-BP04",),
        "mitre_atlas": ("AML.M0024",),
        "nist_ai_600_1": ("MS-2.7-009",),
        "iso_42001": ("A.6.2.6",),
        "prowler_aisf": ("AISF-DETECT-05",),
    },
    parameters=("stale_days",),
    edge_cases=(
        "A subscription that is PendingConfirmation or Deleted is no subscriber.",
        "Actions for OK or INSUFFICIENT_DATA only are no alarm action.",
        "A composite alarm carries an alarm only if this alarm alone sets it off and nothing suppresses it.",
        (
            "A topic with your key must let cloudwatch.amazonaws.com use it; the key AWS manages for SNS "
            "never does."
        ),
        "Mute rules silence an alarm while its actions still look enabled.",
        "INSUFFICIENT_DATA is a fault only while the metric has data: a metric of failures may have none.",
        "Actions of auto scaling or EC2 tell nobody.",
        "An alarm on another service whose name speaks of models is none of these.",
    ),
)
def ai_alarms_are_effective(subject: Subject, aws: View) -> Verdict:
    """Whether an alarm on AWS/Bedrock or AWS/Bedrock/Guardrails can fire, and whether anybody would hear it.

    Passes when all of this holds: actions are enabled and one of them - its own, or of a composite alarm that it sets
    off - is an SNS topic with a confirmed subscription, an existing Lambda function, an OpsItem or an incident; its
    metric and dimensions exist or are documented; no mute rule is active for it; CloudWatch can evaluate it; and it
    has not been in ALARM, or in INSUFFICIENT_DATA while there is data, for more than stale_days days.

    Fails when one of these is proven broken, and says which. Not assessed when nothing is proven broken but something
    could not be seen, such as a topic of another account.

    By hand:

        aws cloudwatch describe-alarms --alarm-names ALARM --alarm-types MetricAlarm CompositeAlarm
        aws sns list-subscriptions-by-topic --topic-arn TOPIC
        aws cloudwatch list-alarm-mute-rules --alarm-name ALARM --statuses ACTIVE
        aws cloudwatch list-metrics --namespace AWS/Bedrock
    """
    alarm = subject.about["alarm"]
    assert isinstance(alarm, Alarm)
    watched = (
        ", ".join(watch.what for watch in alarm.watched.watches[:3]) or "an expression that cannot be read"
    )
    found = alarms.effect(aws, alarm)
    if found.faults:
        return failed(f"Alarm {alarm.name} on {watched}: {'; '.join(found.faults)}", None, *found.notes)
    gap = found.unseen
    if gap is not None:
        raise UnseenError(gap.why, f"alarm {alarm.name} on {watched}: {gap.detail}", gap.grant, gap.call)
    return passed(f"Alarm {alarm.name} on {watched}: {found.reach}", *found.notes)
