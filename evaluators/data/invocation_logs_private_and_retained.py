"""GAI-5.11: Invocation-log destinations are private and retained for a bounded time."""

from collections.abc import Callable, Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import Seen, UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import Answer, View
from collectors import logs, s3
from evaluators.derived.data import buckets
from evaluators.derived.data.buckets import Bucket
from evaluators.derived.doors import openness
from evaluators.derived.moments import days_since
from evaluators.derived.sharing import bucket_openness
from evaluators.derived.watch import logging
from evaluators.derived.watch.logging import LogGroup

Problem = tuple[Severity, str]


@control(
    "GAI-5.11",
    slug="invocation-logs-private-and-retained",
    item=Item.DATA,
    title="Invocation-log destinations are private and retained for a bounded time",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=logging.LOG_GROUP_KIND,
    subjects=logging.destinations,
    reads=[
        *logging.DESTINATION_READS,
        *bucket_openness.READS,
        s3.GET_BUCKET_LIFECYCLE_CONFIGURATION,
        s3.GET_OBJECT_LOCK_CONFIGURATION,
        s3.GET_BUCKET_VERSIONING,
        logs.DESCRIBE_RESOURCE_POLICIES,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="Model invocation logging is off in this Region (GAI-7.01).",
    why=(
        "The log holds every prompt and answer. Open, it gives a stranger all of them; kept too short, the trace of an "
        "attack is gone before anybody looks; kept for ever, it is a store of personal data nobody needs."
    ),
    remediation="Close the destination to the public, and set a retention between the two limits.",
    fix_cli="aws logs put-retention-policy --log-group-name $LG --retention-in-days 400",
    answers=("S5.1", "S1.8", "S7.6"),
    frameworks={
        "gensec": ("GENSEC01-BP04",),
        "owasp_llm_2025": ("LLM02",),
        "mitre_atlas": ("AML.M0005",),
        "nist_ai_600_1": ("GV-1.5-003",),
        "iso_42001": ("A.6.2.8",),
        "prowler_aisf": ("AISF-AI-05",),
    },
    parameters=("min_days", "max_days"),
    edge_cases=(
        "A log group without retentionInDays never expires; a bucket without a lifecycle rule keeps everything.",
        "A lifecycle rule counts when it covers the whole prefix Bedrock writes below, and is Enabled.",
        "A public policy or access list counts only if neither the bucket's nor the account's block shuts it off.",
        "In a versioned bucket what expires stays as a noncurrent version: a note.",
        "Object lock may conflict with duties to erase: a note.",
        "A Region that does not offer Bedrock has none of this: not applicable.",
    ),
)
def invocation_logs_private_and_retained(subject: Subject, aws: View) -> Verdict:
    """Whether a destination of the invocation log is closed to strangers and keeps records neither too short nor too long.

    One row for each destination. Passes when it is not public and keeps records between min_days and max_days. A
    bucket is public by its policy or its access list, as far as the public access block of bucket and account lets
    it; a log group by a resource policy that admits anyone.

    Fails at critical when it is public; at medium when records never expire, stay longer than max_days or go sooner
    than min_days. Not applicable when logging is off, or the destination does not exist (GAI-7.02 fails then).

    By hand:

        aws logs describe-log-groups --log-group-name-prefix GROUP --query logGroups[].retentionInDays
        aws logs describe-resource-policies
        aws s3api get-bucket-policy-status --bucket BUCKET; aws s3api get-public-access-block --bucket BUCKET
        aws s3api get-bucket-lifecycle-configuration --bucket BUCKET
    """
    group, bucket = subject.about.get("group"), subject.about.get("bucket")
    if isinstance(bucket, Bucket):
        at = buckets.home(aws, bucket)
        if at is None:
            return not_applicable(f"There is no {bucket.what} (GAI-7.02)")
        return _verdict(
            bucket.what,
            [lambda: _open_bucket(at, bucket), lambda: _lifecycle(at, bucket)],
            tuple(_notes(at, bucket)),
        )
    assert isinstance(group, LogGroup)
    found = logging.log_group(aws, group.name)
    if found is None:
        return not_applicable(f"There is no log group {group.name} (GAI-7.02)")
    return _verdict(
        f"log group {group.name}", [lambda: _open_group(aws, group), lambda: _retention(aws, found)], ()
    )


def _verdict(
    what: str, looks: list[Callable[[], Iterator[Problem | str]]], notes: tuple[str, ...]
) -> Verdict:
    """The gravest problem proven decides; without one everything must have been seen."""
    problems: list[Problem] = []
    facts: list[str] = []
    unseen: UnseenError | None = None
    for look in looks:
        try:
            for said in look():
                if isinstance(said, str):
                    facts.append(said)
                else:
                    problems.append(said)
        except UnseenError as error:
            unseen = unseen or error
    if problems:
        gravest = min((severity for severity, _ in problems), key=lambda severity: severity.rank)
        told = "; ".join(dict.fromkeys(said for _, said in problems))
        return failed(f"{what}: {told}", gravest, *notes)
    if unseen is not None:
        raise unseen
    return passed(f"{what}: {'; '.join(dict.fromkeys(facts))}", *notes)


# -- log groups ------------------------------------------------------------------------------------
def _open_group(aws: View, group: LogGroup) -> Iterator[Problem | str]:
    closed = True
    for item in aws.items(logs.DESCRIBE_RESOURCE_POLICIES):
        name = f"resource policy {item.get('policyName') or 'without a name'}"
        for arn in (group.arn, f"{group.arn}:*"):
            found = openness.policy_openness(
                str(item.get("policyDocument") or ""),
                arn=arn,
                account=aws.account_id,
                actions=None,
                what=name,
            )
            if openness.is_open(found):
                closed = False
                yield Severity.CRITICAL, f"{name} admits anyone"
                break
    if closed:
        yield "no resource policy admits anyone"


def _retention(aws: View, found: Answer) -> Iterator[Problem | str]:
    days = found.get("retentionInDays")
    yield _bounded(aws, None if days is None else int(days))


def _bounded(aws: View, days: int | None) -> Problem | str:
    least, most = aws.parameters.get("min_days"), aws.parameters.get("max_days")
    if days is None:
        return Severity.MEDIUM, "records never expire"
    if days > most:
        return Severity.MEDIUM, f"records are kept {days} days (more than {most})"
    if days < least:
        return Severity.MEDIUM, f"records are kept {days} days only (less than {least})"
    return f"records are kept {days} days"


# -- buckets ---------------------------------------------------------------------------------------
def _open_bucket(at: View, bucket: Bucket) -> Iterator[Problem | str]:
    closed = True
    for reason in bucket_openness.open_because(at, bucket):
        closed = False
        yield Severity.CRITICAL, f"it is public: {reason}"
    if closed:
        yield "it is not public"


def _lifecycle(at: View, bucket: Bucket) -> Iterator[Problem | str]:
    rules = (buckets.ask(at, bucket, s3.GET_BUCKET_LIFECYCLE_CONFIGURATION) or {}).get("Rules") or ()
    written = [prefix for use in bucket.uses for prefix in use.prefixes]
    live = [rule for rule in rules if rule.get("Status") == "Enabled" and rule.get("Expiration")]
    for prefix in dict.fromkeys(written):
        ends = [(_covers(rule, prefix), _days(at, rule)) for rule in live]
        whole = [days for covers, days in ends if covers is True and days is not None]
        partly = [days for covers, days in ends if covers is False and days is not None]
        yield _bounded(at, min(whole) if whole else None)
        soonest = min(partly, default=None)
        if (
            soonest is not None
            and soonest < at.parameters.get("min_days")
            and soonest < min(whole, default=soonest + 1)
        ):
            yield Severity.MEDIUM, f"a rule removes a part of the records after {soonest} days"


def _covers(rule: Answer, written: str) -> bool | None:
    """True: every record; False: some of them; None: none. Records carry no tags."""
    both = first(rule, "Filter.And") or {}
    if first(rule, "Filter.Tag") or both.get("Tags"):
        return None
    prefix = str(rule.get("Prefix") or first(rule, "Filter.Prefix") or both.get("Prefix") or "")
    sized = any(
        first(rule, f"Filter.{name}") or both.get(name)
        for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
    )
    if written.startswith(prefix):
        return not sized
    return False if prefix.startswith(written) else None


def _days(aws: View, rule: Answer) -> int | None:
    """How long a rule keeps an object. From its date on, a rule with a date removes everything at once."""
    expiration = rule["Expiration"]
    if expiration.get("Days") is not None:
        return int(expiration["Days"])
    past = days_since(expiration.get("Date"), aws.now)
    return 0 if past is not None and past >= 0 else None


def _notes(at: View, bucket: Bucket) -> Iterator[str]:
    """Facts beside the verdict; what cannot be seen here leaves no mark on it."""
    lock = at.read(s3.GET_OBJECT_LOCK_CONFIGURATION, Bucket=bucket.name)
    if isinstance(lock, Seen):
        mode = first(lock.value, "ObjectLockConfiguration.Rule.DefaultRetention.Mode")
        if mode:
            yield f"object lock keeps records in {mode} mode, whatever a duty to erase says"
    versioning = at.read(s3.GET_BUCKET_VERSIONING, Bucket=bucket.name)
    if isinstance(versioning, Seen) and versioning.value.get("Status") == "Enabled":
        yield "the bucket keeps versions: what expires stays as a noncurrent version until a rule removes it"
