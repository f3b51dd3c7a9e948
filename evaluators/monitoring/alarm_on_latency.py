"""GAI-7.06: An alarm watches model latency."""

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from evaluators.derived import activity
from evaluators.derived.activity import active_region
from evaluators.derived.watch import alarm_cover

LATENCY = frozenset({"InvocationLatency", "TimeToFirstToken"})


@control(
    "GAI-7.06",
    slug="alarm-on-latency",
    item=Item.MONITORING,
    title="An alarm watches model latency",
    severity=Severity.LOW,
    level=Level.REGION,
    kind="AWS::CloudWatch::Alarm",
    subjects=active_region,
    reads=[*activity.READS, *alarm_cover.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No sign of model use in this Region: every probe answered and found nothing.",
    why=(
        "Long answers are a sign of overload, be it an accident or somebody who makes models work for him; "
        "users notice before you do."
    ),
    remediation="Create an alarm on InvocationLatency or TimeToFirstToken that reaches somebody.",
    fix_cli=(
        "aws cloudwatch put-metric-alarm --alarm-name bedrock-latency --namespace AWS/Bedrock "
        "--metric-name InvocationLatency --dimensions Name=ModelId,Value=$M --extended-statistic "
        "p95 --period 300 --evaluation-periods 3 --threshold 20000 --comparison-operator "
        "GreaterThanThreshold --alarm-actions $SNS"
    ),
    answers=("S7.3", "S7.2"),
    frameworks={
        "mitre_atlas": ("AML.T0029", "AML.M0024"),
        "nist_ai_600_1": ("MG-4.1-002",),
        "iso_42001": ("A.6.2.6",),
    },
    parameters=("stale_days",),
    edge_cases=(
        "Percentiles stand in ExtendedStatistic; an average hides the slowest answers but counts.",
        "An alarm by ModelId covers that model only.",
    ),
)
def alarm_on_latency(subject: Subject, aws: View) -> Verdict:
    """Whether somebody is told when models become slow.

    Passes when an alarm that works (see GAI-7.09) watches InvocationLatency or TimeToFirstToken of AWS/Bedrock, over
    all models or for each model invoked in the last two weeks.

    Fails when none does. An alarm that fires when answers become fast does not count.

    By hand:

        aws cloudwatch describe-alarms --alarm-types MetricAlarm CompositeAlarm
    """
    found = alarm_cover.model_cover(aws, LATENCY, rising=True)
    if found.works:
        return passed(found.words, *found.notes)
    if found.works is False:
        return failed(found.words, None, *found.notes, f"models are used here: {subject.about['because']}")
    raise found.unseen or UnseenError(Why.ERROR, found.words)
