"""GAI-7.05: An alarm watches model error rates."""

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from evaluators.derived import activity
from evaluators.derived.activity import active_region
from evaluators.derived.watch import alarm_cover

CLIENT = frozenset({"InvocationClientErrors"})
SERVER = frozenset({"InvocationServerErrors"})


@control(
    "GAI-7.05",
    slug="alarm-on-invocation-errors",
    item=Item.MONITORING,
    title="An alarm watches model error rates",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::CloudWatch::Alarm",
    subjects=active_region,
    reads=[*activity.READS, *alarm_cover.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No sign of model use in this Region: every probe answered and found nothing.",
    why=(
        "A run of client errors is somebody trying which models, regions or guardrails he can get through; "
        "unwatched, the trying goes on until it works."
    ),
    remediation="Create alarms on InvocationClientErrors and InvocationServerErrors that reach somebody.",
    fix_cli=(
        "aws cloudwatch put-metric-alarm --alarm-name bedrock-client-errors --namespace "
        "AWS/Bedrock --metric-name InvocationClientErrors --dimensions Name=ModelId,Value=$M "
        "--statistic Sum --period 300 --evaluation-periods 1 --threshold 50 --comparison-operator"
        " GreaterThanThreshold --alarm-actions $SNS"
    ),
    answers=("S7.3", "S7.2"),
    frameworks={
        "gensec": ("GENSEC01-BP04",),
        "mitre_atlas": ("AML.M0024",),
        "nist_ai_600_1": ("MG-4.1-002",),
        "iso_42001": ("A.6.2.6",),
    },
    parameters=("stale_days",),
    edge_cases=(
        "Errors are rare: their metric may never have had data, so the documented dimensions are accepted.",
        "TreatMissingData=breaching on so sparse a metric fires all the time; notBreaching is normal.",
        "An alarm by ModelId covers that model only.",
    ),
)
def alarm_on_invocation_errors(subject: Subject, aws: View) -> Verdict:
    """Whether somebody is told when calls to models fail.

    Passes when alarms that work (see GAI-7.09) watch both InvocationClientErrors and InvocationServerErrors of
    AWS/Bedrock, over all models or for each model invoked in the last two weeks. One alarm on an expression over both
    counts for both, and so does a rate of errors to invocations.

    Fails when either is missing. An alarm that fires when errors become few does not watch them.

    By hand:

        aws cloudwatch describe-alarms --alarm-types MetricAlarm CompositeAlarm
    """
    covers = [alarm_cover.model_cover(aws, metrics, rising=True) for metrics in (CLIENT, SERVER)]
    notes = dict.fromkeys(note for cover in covers for note in cover.notes)
    missing = [cover.words for cover in covers if cover.works is False]
    if missing:
        return failed("; ".join(missing), None, *notes, f"models are used here: {subject.about['because']}")
    for cover in covers:
        if not cover.works:
            raise cover.unseen or UnseenError(Why.ERROR, cover.words)
    return passed("; ".join(dict.fromkeys(cover.words for cover in covers)), *notes)
