"""GAI-7.08: An alarm watches guardrail interventions."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from evaluators.derived.offered import offered
from evaluators.derived.screening import guardrails
from evaluators.derived.screening.guardrail_versions import GuardrailVersion, exists
from evaluators.derived.screening.guardrails import InUse
from evaluators.derived.watch import alarm_cover, alarms
from evaluators.derived.watch.alarm_dimensions import GUARDRAILS
from evaluators.derived.watch.alarm_metrics import Watch
from evaluators.derived.watch.alarms import Alarm

METRIC = "InvocationsIntervened"
_PART = {"GuardrailContentSource": "one direction", "GuardrailPolicyType": "one kind of policy"}


def subjects(aws: View) -> Iterator[Subject]:
    """Guardrail versions in use; none where Bedrock is not offered."""
    return offered(_subjects(aws))


def _subjects(aws: View) -> Iterator[Subject]:
    found = aws.derive(guardrails.guardrails_in_use)
    for one in found.known:
        yield Subject(
            one.guardrail.arn, "AWS::Bedrock::Guardrail", about={"used": one}, evidence=one.evidence
        )
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-7.08",
    slug="alarm-on-guardrail-interventions",
    item=Item.MONITORING,
    title="An alarm watches guardrail interventions",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Bedrock::Guardrail",
    subjects=subjects,
    reads=[*guardrails.READS, *alarm_cover.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No guardrail is in use in this Region (GAI-4.01 and GAI-4.02 say so).",
    why=(
        "A guardrail that intervenes often is the first sign of somebody attacking the model. Without an alarm he may "
        "try until he finds the words that get through."
    ),
    remediation="Create an alarm on InvocationsIntervened for the version in use, or over all guardrails.",
    fix_cli=(
        "aws cloudwatch put-metric-alarm --alarm-name guardrail-interventions --namespace "
        "AWS/Bedrock/Guardrails --metric-name InvocationsIntervened --dimensions "
        "Name=GuardrailArn,Value=$GARN Name=GuardrailVersion,Value=1 --statistic Sum --period 300"
        " --evaluation-periods 1 --threshold 10 --comparison-operator GreaterThanThreshold "
        "--alarm-actions $SNS"
    ),
    answers=("S7.4", "S7.3"),
    frameworks={
        "gensec": ("GENSEC01-BP04", "GENSEC02-BP01"),
        "owasp_llm_2025": ("LLM01",),
        "mitre_atlas": ("AML.T0051", "AML.M0024"),
        "nist_ai_600_1": ("MS-2.7-004",),
        "iso_42001": ("A.6.2.6",),
    },
    parameters=("stale_days",),
    edge_cases=(
        "An alarm pinned to version 1 goes blind when version 2 is put to use.",
        "In namespace AWS/Bedrock the metric does not exist: an alarm there never fires.",
        "GuardrailArn without GuardrailVersion, or GuardrailId, is no dimension set AWS publishes.",
        "A metric without data yet is no fault where the dimensions are documented.",
        "Metric math or a query over all guardrails survives every new version.",
        "A Region that does not offer Bedrock has none of this: not applicable.",
    ),
)
def alarm_on_guardrail_interventions(subject: Subject, aws: View) -> Verdict:
    """Whether somebody is told when a guardrail that is in use intervenes.

    One row for each guardrail version in use. Passes when an alarm that works (see GAI-7.09) watches
    InvocationsIntervened of AWS/Bedrock/Guardrails: by GuardrailArn and GuardrailVersion of this very version, by
    Operation, GuardrailContentSource or GuardrailPolicyType for the account as a whole, or by a query over all.

    Fails when none does: no alarm, one that cannot fire or reaches nobody, one on another version, or one with a
    namespace or dimensions that are never published. Does not apply to a version that does not exist.

    By hand:

        aws cloudwatch describe-alarms --alarm-types MetricAlarm CompositeAlarm
        aws cloudwatch list-metrics --namespace AWS/Bedrock/Guardrails --metric-name InvocationsIntervened
    """
    used = subject.about["used"]
    assert isinstance(used, InUse)
    meant = used.guardrail
    found = alarm_cover.cover(
        aws,
        lambda alarm: alarm.rises and any(_covers(aws, watch, meant) for watch in alarm.watched.watches),
        f"{GUARDRAILS} {METRIC} of guardrail {meant.id} version {meant.version}",
        (METRIC,),
    )
    said = f"used by {used.users}"
    if found.works:
        return passed(found.words, said, *_partial(aws, found.alarms), *found.notes)
    if found.works is False and meant.account == aws.account_id and not exists(aws, meant):
        return not_applicable(
            f"Version {meant.version} of guardrail {meant.id} does not exist: GAI-4.04 carries it"
        )
    if found.works is False:
        return failed(found.words, None, said, *_misses(aws, meant))
    raise found.unseen or UnseenError(Why.ERROR, found.words)


def _covers(aws: View, watch: Watch, meant: GuardrailVersion) -> bool:
    """Whether the watch is meant for that version: by its dimensions, or for all guardrails.

    Dimensions AWS does not publish are left to the look at what can have data.
    """
    if not alarm_cover.own_watch(aws, watch, GUARDRAILS, (METRIC,)):
        return False
    arn, version = watch.value("GuardrailArn"), watch.value("GuardrailVersion")
    return arn in (None, meant.guardrail) and version in (None, meant.version)


def _partial(aws: View, names: tuple[str, ...]) -> Iterator[str]:
    """A note where the alarm sees a part of the interventions only."""
    for alarm in aws.derive(alarms.metric_alarms).known:
        if alarm.name not in names:
            continue
        for watch in alarm.watched.watches:
            for name, value in sorted(watch.dimensions):
                if name in _PART:
                    yield f"alarm {alarm.name} sees {_PART[name]} only ({name}={value})"


def _misses(aws: View, meant: GuardrailVersion) -> Iterator[str]:
    """The alarms that come near: another version, another namespace, a fall instead of a rise."""
    for alarm in aws.derive(alarms.metric_alarms).known:
        for watch in alarm.watched.watches:
            reason = _miss(aws, alarm, watch, meant) if watch.metric == METRIC else ""
            if reason:
                yield f"alarm {alarm.name} {reason}"
                break


def _miss(aws: View, alarm: Alarm, watch: Watch, meant: GuardrailVersion) -> str:
    if watch.namespace != GUARDRAILS:
        return f"watches {METRIC} in {watch.namespace}, where there is no such metric"
    if watch.account not in ("", aws.account_id):
        return f"watches account {watch.account}"
    if not alarm.rises:
        return "fires when interventions become few"
    version = watch.value("GuardrailVersion")
    if watch.value("GuardrailArn") == meant.guardrail and version not in (None, meant.version):
        return f"watches version {version}"
    return ""
