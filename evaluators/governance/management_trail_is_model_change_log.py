"""GAI-1.03: A multi-Region trail keeps a tamper-evident log of model and safety-configuration changes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from evaluators.derived.moments import moment
from evaluators.derived.watch.trails import (
    MANAGEMENT,
    READS,
    Trail,
    records,
    trail_selectors,
    trail_status,
    trails,
)

SOURCES = ("bedrock.amazonaws.com", "bedrock-agentcore.amazonaws.com", "kms.amazonaws.com")
"""Where changes of models, guardrails, agents and of the keys that protect them are recorded."""

_FRESH = timedelta(hours=24)


def subjects(aws: View) -> Iterator[Subject]:
    """The account."""
    yield Subject(aws.root_arn, "AWS::::Account")


@control(
    "GAI-1.03",
    slug="management-trail-is-model-change-log",
    item=Item.GOVERNANCE,
    title="A multi-Region trail keeps a tamper-evident log of model and safety-configuration changes",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::CloudTrail::Trail",
    subjects=subjects,
    reads=READS,
    when_none=Status.FAIL,
    none_because="There is no trail.",
    why=(
        "Without it nobody can say who switched a guardrail off, changed an agent or invoked a model, and an intruder "
        "who can edit the log leaves no trace."
    ),
    remediation="Create or repair an organization or multi-Region trail with log-file validation and a KMS key.",
    fix_cli=(
        "aws cloudtrail update-trail --name $TRAIL --is-multi-region-trail "
        "--enable-log-file-validation --kms-key-id $KEY && aws cloudtrail start-logging --name "
        "$TRAIL"
    ),
    answers=("S1.6", "S1.7", "S1.8"),
    frameworks={
        "gensec": ("GENSEC03-BP01", "GENSEC01-BP04"),
        "mitre_atlas": ("AML.M0024",),
        "nist_ai_600_1": ("GV-1.5-003",),
        "iso_42001": ("A.6.2.8",),
        "prowler_aisf": ("AISF-AI-06", "AISF-DETECT-01"),
    },
    parameters=(),
    edge_cases=(
        "IsLogging=true with an old LatestDeliveryTime is a dead trail.",
        (
            "Advanced selectors replace basic ones; look for eventCategory Equals Management with"
            " no narrowing fields."
        ),
        "Shadow trails appear in every Region: evaluate once by TrailARN.",
    ),
    workload_aware=False,
)
def management_trail_is_model_change_log(subject: Subject, aws: View) -> Verdict:
    """One multi-Region trail keeps a complete, tamper-evident log of management events.

    Model invocations and every change of guardrails, agents and prompts are management events. One trail must have
    it all; an organization trail counts. Parts spread over several trails do not.

    Passes: a multi-Region trail is logging, delivered in the last 24 hours without a delivery error, records read and
    write management events of Bedrock and KMS without narrowing them, has log-file validation on and a KMS key.
    Fails: there is none. Where all that is missing is validation or the key, at medium severity. Not assessed: the
    facts of a trail that could pass were not all to be seen, as with a trail of the organization.

    By hand:

    ```sh
    aws cloudtrail describe-trails --include-shadow-trails
    aws cloudtrail get-trail-status --name $TRAIL_ARN
    aws cloudtrail get-event-selectors --trail-name $TRAIL_ARN
    ```
    """
    del subject
    weighed: list[_Weighed] = []
    others = 0
    for trail in trails(aws):
        if trail.multi_region:
            weighed.append(_weigh(aws, trail))
        else:
            others += 1
    for one in weighed:
        if one.complete:
            return passed(
                f"Trail {one.trail.arn} is multi-Region and logging, delivered {one.delivered}, records read and write "
                "management events, is validated and encrypted with a KMS key"
            )
    for one in weighed:
        if one.unseen is not None and not one.hard and not one.soft:
            raise _unknown(aws, one)
    if not weighed:
        single = f"; {others} trail(s) record a single Region" if others else ""
        return failed(f"No multi-Region trail records this account{single}")
    best = min(weighed, key=lambda one: (len(one.hard), len(one.soft)))
    severity = Severity.MEDIUM if not best.hard else None
    more = f" {len(weighed) - 1} more multi-Region trail(s) fall short too" if len(weighed) > 1 else ""
    return failed(f"Trail {best.trail.arn} {', '.join((*best.hard, *best.soft))}.{more}", severity)


@dataclass(slots=True)
class _Weighed:
    """What a trail lacks. hard: it is no log of changes. soft: it is one, but not tamper-evident or encrypted."""

    trail: Trail
    hard: list[str] = field(default_factory=list)
    soft: list[str] = field(default_factory=list)
    unseen: UnseenError | None = None
    delivered: str = ""

    @property
    def complete(self) -> bool:
        return self.unseen is None and not self.hard and not self.soft


def _weigh(aws: View, trail: Trail) -> _Weighed:
    one = _Weighed(trail)
    if trail.facts.get("LogFileValidationEnabled") is not True:
        one.soft.append("has log-file validation off")
    if not trail.facts.get("KmsKeyId"):
        one.soft.append("has no KMS key")
    try:
        _delivery(aws, one)
    except UnseenError as error:
        one.unseen = error
    try:
        one.hard += _unrecorded(aws, trail)
    except UnseenError as error:
        one.unseen = one.unseen or error
    return one


def _delivery(aws: View, one: _Weighed) -> None:
    status = trail_status(aws, one.trail)
    if status.get("IsLogging") is not True:
        one.hard.append("is not logging")
    if status.get("LatestDeliveryError"):
        one.hard.append(f"fails to deliver ({status['LatestDeliveryError']})")
    last = moment(status.get("LatestDeliveryTime"))
    one.delivered = str(status.get("LatestDeliveryTime") or "never")
    if last is None:
        one.hard.append("has never delivered")
    elif aws.now - last > _FRESH:
        one.hard.append(f"delivered last at {one.delivered}")


def _unrecorded(aws: View, trail: Trail) -> Iterator[str]:
    selectors = trail_selectors(aws, trail)
    for read_only, kind in (("true", "read"), ("false", "write")):
        missing = [
            source
            for source in SOURCES
            if not records(
                selectors, {"eventCategory": MANAGEMENT, "eventSource": source, "readOnly": read_only}
            )
        ]
        if missing:
            what = "" if len(missing) == len(SOURCES) else f" of {' and '.join(missing)}"
            yield f"does not record every {kind} management event{what}"


def _unknown(aws: View, one: _Weighed) -> UnseenError:
    error = one.unseen
    assert error is not None
    if one.trail.owner in ("", aws.account_id):
        return error
    return UnseenError(
        Why.CROSS_ACCOUNT,
        f"trail {one.trail.arn} belongs to account {one.trail.owner}; it is multi-Region, validated and encrypted, and "
        f"nothing seen speaks against it, but {error.detail}",
        call=error.call,
    )
