"""GAI-7.02: Invocation logging can really deliver, and failures raise an alarm."""

from collections.abc import Callable, Iterator

from assessor.iam.policy import Use
from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from collectors import iam, kms, naming, s3
from evaluators.derived.data import buckets, key_facts
from evaluators.derived.data.buckets import Bucket
from evaluators.derived.data.keys import BUCKET_KEY
from evaluators.derived.sharing.service_access import admits
from evaluators.derived.watch import alarm_cover, logging
from evaluators.derived.watch.alarm_dimensions import DELIVERY_FAILURES, MODELS
from evaluators.derived.watch.logging import Logging, LogGroup

BEDROCK = "bedrock.amazonaws.com"


@control(
    "GAI-7.02",
    slug="invocation-logging-delivers",
    item=Item.MONITORING,
    title="Invocation logging can really deliver, and failures raise an alarm",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Logs::LogGroup",
    subjects=logging.destinations,
    reads=[
        *logging.DESTINATION_READS,
        iam.GET_ROLE,
        s3.GET_BUCKET_POLICY,
        s3.GET_BUCKET_ENCRYPTION,
        kms.GET_KEY_POLICY,
        *key_facts.READS,
        *alarm_cover.READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="Model invocation logging is off in this Region (GAI-7.01).",
    why=(
        "A deleted log group, bucket or role leaves the switch on and the log empty: an attacker who removes the "
        "target is no longer recorded, and without an alarm nobody notices."
    ),
    remediation="Recreate the target, let Bedrock write to it, and alarm on its delivery-failure metric.",
    fix_cli=(
        "aws cloudwatch put-metric-alarm --alarm-name bedrock-log-delivery --namespace "
        "AWS/Bedrock --metric-name ModelInvocationLogsCloudWatchDeliveryFailure --dimensions "
        'Name=ModelId,Value="Across all model IDs" --statistic Sum --period 300 '
        "--evaluation-periods 1 --threshold 0 --comparison-operator GreaterThanThreshold "
        "--alarm-actions $SNS"
    ),
    answers=("S7.1",),
    frameworks={"gensec": ("GENSEC01-BP04",), "mitre_atlas": ("AML.M0024",), "iso_42001": ("A.6.2.8",)},
    parameters=("stale_days",),
    edge_cases=(
        "Each destination has its own failure metric: log group, bucket, bucket for large bodies.",
        "Bodies above the size limit of CloudWatch Logs are lost without the bucket for large bodies.",
        "A bucket encrypted with your key delivers only if the key's policy admits Bedrock too.",
        (
            "What the role may write is not judged here: a role without the permission shows as delivery "
            "failures."
        ),
        "The search for a log group is by prefix and finds neighbours: only the very name counts.",
        "A Region that does not offer Bedrock has none of this: not applicable.",
    ),
)
def invocation_logging_delivers(subject: Subject, aws: View) -> Verdict:
    """Whether a destination of the invocation log exists, accepts what Bedrock writes, and is missed when it fails.

    A log group passes when it exists, its role exists and trusts bedrock.amazonaws.com. A bucket passes when it
    exists in this Region, its policy admits bedrock.amazonaws.com and, where it is encrypted with your key, the
    key's policy does too. Both need an alarm that works (see GAI-7.09) on their delivery-failure metric.

    Fails at high when the target is missing or cannot be written to, at medium when only the alarm is missing.

    By hand:

        aws bedrock get-model-invocation-logging-configuration
        aws logs describe-log-groups --log-group-name-prefix GROUP
        aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument
        aws s3api get-bucket-policy --bucket BUCKET
        aws cloudwatch describe-alarms --alarm-types MetricAlarm CompositeAlarm
    """
    found = subject.about["logging"]
    assert isinstance(found, Logging)
    group = subject.about.get("group")
    bucket = subject.about.get("bucket")
    if isinstance(group, LogGroup):
        what = f"log group {group.name}"
        problems, gap = _looked([lambda: _group(aws, group), lambda: _role(aws, group)])
        metrics = [DELIVERY_FAILURES["log group"]]
        lost = not found.large_bodies and not found.records
        notes = ["bodies too large for CloudWatch Logs are lost: no bucket is set for them"] if lost else []
    elif isinstance(bucket, Bucket):
        what = bucket.what
        problems, gap = _looked([lambda: _bucket(aws, bucket)])
        metrics = [DELIVERY_FAILURES["bucket"]] if found.records == bucket.name else []
        metrics += [DELIVERY_FAILURES["large bodies"]] if found.large_bodies == bucket.name else []
        notes = []
    else:
        return not_applicable("No destination")
    alarmed, unwatched, unseen = _alarms(aws, metrics)
    if problems:
        return failed(f"{what}: {'; '.join([*problems, *unwatched])}", None, *notes)
    if unwatched:
        return failed(f"{what}: {'; '.join(unwatched)}", Severity.MEDIUM, *notes)
    gap = gap or unseen
    if gap is not None:
        raise UnseenError(gap.why, f"{what}: {gap.detail}", gap.grant, gap.call)
    return passed(f"{what} exists and admits Bedrock; {'; '.join(alarmed)}", *notes)


def _looked(looks: list[Callable[[], Iterator[str]]]) -> tuple[list[str], UnseenError | None]:
    """What each look proves, and the first thing that could not be seen."""
    problems: list[str] = []
    gap: UnseenError | None = None
    for look in looks:
        try:
            problems += look()
        except UnseenError as error:
            gap = gap or error
    return problems, gap


def _group(aws: View, group: LogGroup) -> Iterator[str]:
    if logging.log_group(aws, group.name) is None:
        yield "there is no such log group"


def _role(aws: View, group: LogGroup) -> Iterator[str]:
    name = naming.role_name(group.role_arn)
    if name is None:
        yield "no role is set to write it"
        return
    owner = naming.account(group.role_arn)
    if owner not in (None, aws.account_id):
        # A role of the same name in this account says nothing of that one.
        raise UnseenError(
            Why.CROSS_ACCOUNT,
            f"its role {group.role_arn} belongs to account {owner}: it cannot be read from here",
        )
    answer = aws.get(iam.GET_ROLE, RoleName=name)
    if answer is None:
        yield f"its role {group.role_arn} does not exist"
        return
    trust = (answer.get("Role") or {}).get("AssumeRolePolicyDocument")
    if not admits(
        aws,
        trust,
        service=BEDROCK,
        action="sts:AssumeRole",
        resource=group.role_arn,
        source=_source(aws),
        use=Use.TRUST,
    ):
        yield f"its role {group.role_arn} does not trust {BEDROCK}"


def _source(aws: View) -> str:
    """An ARN as Bedrock names it when it writes logs: of this account and Region."""
    return f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:*"


def _bucket(aws: View, bucket: Bucket) -> Iterator[str]:
    at = buckets.home(aws, bucket)
    if at is None:
        yield "there is no such bucket"
        return
    if at.region != aws.region:
        yield f"it lives in {at.region}, and Bedrock delivers within a Region only"
    # The policy and the key are looked at one by one: what proves a fault counts, whatever else is not seen.
    problems, gap = _looked([lambda: _policy(aws, at, bucket), lambda: _key(at, bucket)])
    yield from problems
    if gap is not None:
        raise gap


def _policy(aws: View, at: View, bucket: Bucket) -> Iterator[str]:
    answer = buckets.ask(at, bucket, s3.GET_BUCKET_POLICY)
    if answer is None or not answer.get("Policy"):
        yield f"it has no bucket policy, so {BEDROCK} may not write to it"
        return
    for prefix in dict.fromkeys(prefix for use in bucket.uses for prefix in use.prefixes):
        if not admits(
            aws,
            answer["Policy"],
            service=BEDROCK,
            action="s3:PutObject",
            resource=f"{bucket.arn}/{prefix}{aws.region}/2026/01/01/00/record.json.gz",
            source=_source(aws),
        ):
            yield f"its policy does not admit {BEDROCK} to write below {prefix}"


def _key(at: View, bucket: Bucket) -> Iterator[str]:
    answer = buckets.ask(at, bucket, s3.GET_BUCKET_ENCRYPTION) or {}
    ref = next((str(value) for value in values(answer, BUCKET_KEY)), "")
    if not ref or key_facts.aws_managed_alias(ref):
        return
    key = key_facts.key_facts(at, ref)
    if key.caveat:
        yield key.caveat
        return
    if (key.metadata or {}).get("KeyManager") == "AWS":
        return
    policy = (at.get(kms.GET_KEY_POLICY, KeyId=key.arn) or {}).get("Policy") or ""
    if not admits(
        at,
        policy,
        service=BEDROCK,
        action="kms:GenerateDataKey",
        resource=key.arn,
        source=_source(at),
        via=f"s3.{at.region}.amazonaws.com",
    ):
        yield f"its key {key.arn} does not admit {BEDROCK}"


def _alarms(aws: View, metrics: list[str]) -> tuple[list[str], list[str], UnseenError | None]:
    """The alarms on the failure metrics that work, what is proven to be missing, and what could not be seen."""
    alarmed: list[str] = []
    missing: list[str] = []
    unseen: UnseenError | None = None
    for metric in metrics:
        cover = _watched(aws, metric)
        if cover.works:
            alarmed.append(cover.words)
        elif cover.works is False:
            missing.append(cover.words)
        else:
            unseen = unseen or cover.unseen
    return alarmed, missing, unseen


def _watched(aws: View, metric: str) -> alarm_cover.Cover:
    return alarm_cover.cover(
        aws,
        lambda alarm: (
            alarm.rises
            and any(alarm_cover.own_watch(aws, w, MODELS, (metric,)) for w in alarm.watched.watches)
        ),
        f"{MODELS} {metric}",
        (metric,),
    )
