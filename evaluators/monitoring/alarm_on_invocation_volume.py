"""GAI-7.04: An alarm watches model request volume."""

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from evaluators.derived import activity
from evaluators.derived.activity import active_region
from evaluators.derived.watch import alarm_cover

VOLUME = frozenset({"Invocations"})


@control(
    "GAI-7.04",
    slug="alarm-on-invocation-volume",
    item=Item.MONITORING,
    title="An alarm watches model request volume",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::CloudWatch::Alarm",
    subjects=active_region,
    reads=[*activity.READS, *alarm_cover.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No sign of model use in this Region: every probe answered and found nothing.",
    why=(
        "A stolen key or an open door is first seen as a jump in the number of requests; without an alarm "
        "the thief runs up use and cost unwatched."
    ),
    remediation=(
        "Create an alarm on Invocations over all models, or one for each model in use, that reaches somebody."
    ),
    fix_cli=(
        "aws cloudwatch put-metric-alarm --alarm-name bedrock-invocations --metrics "
        "file://sum-invocations-anomaly.json --threshold-metric-id ad1 --comparison-operator "
        "GreaterThanUpperThreshold --evaluation-periods 3 --alarm-actions $SNS"
    ),
    answers=("S7.3", "S7.5", "S7.2"),
    frameworks={
        "gensec": ("GENSEC01-BP04",),
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0034", "AML.M0024"),
        "nist_ai_600_1": ("MG-4.1-002",),
        "iso_42001": ("A.6.2.6",),
        "prowler_aisf": ("AISF-DETECT-05",),
    },
    parameters=("stale_days",),
    edge_cases=(
        "An alarm by ModelId covers that model only: each model in use needs one, or one alarm covers all.",
        (
            "What counts is what the compared value rests on: a metric that is merely listed beside it "
            "watches nothing."
        ),
        "Cross-Region inference publishes under the profile's id: an alarm on the bare model id never fires.",
        "Alarms of a monitoring account (cross-account observability) cannot be seen from this one.",
    ),
)
def alarm_on_invocation_volume(subject: Subject, aws: View) -> Verdict:
    """Whether somebody is told when the number of model requests becomes unusual.

    Passes when an alarm that works (see GAI-7.09) watches AWS/Bedrock Invocations over all models, or when each model
    invoked in the last two weeks has one: static threshold, anomaly band, Metrics Insights, metric math or PromQL.
    Where no model was invoked in two weeks, one alarm that works on the metric is enough.

    Fails when no alarm does, or a model in use has none. An error rate, which only divides by Invocations, does not
    watch their number. Not assessed when an alarm's expression cannot be read and no other alarm settles it.

    By hand:

        aws cloudwatch list-metrics --namespace AWS/Bedrock --metric-name Invocations
        aws cloudwatch describe-alarms --alarm-types MetricAlarm CompositeAlarm
    """
    found = alarm_cover.model_cover(aws, VOLUME, alone=True)
    if found.works:
        return passed(found.words, *found.notes)
    if found.works is False:
        return failed(found.words, None, *found.notes, f"models are used here: {subject.about['because']}")
    raise found.unseen or UnseenError(Why.ERROR, found.words)
