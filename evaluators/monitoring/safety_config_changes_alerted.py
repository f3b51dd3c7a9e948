"""GAI-7.13: Changes that weaken AI safety configuration raise an alert."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import naming
from evaluators.derived import activity
from evaluators.derived.activity import active_region
from evaluators.derived.principals.statements import listed
from evaluators.derived.watch import alarms, event_rules, trails
from evaluators.derived.watch.event_patterns import PatternError
from evaluators.derived.watch.event_rules import heard
from evaluators.derived.watch.filter_patterns import selects
from evaluators.derived.watch.trails import MANAGEMENT, Trail, records, trail_selectors, trail_status

_SERVICE = "bedrock"
# What a request names, so that a pattern that only wants it to be there is met, and one that wants a certain value is not.
_NAMES: Mapping[str, str] = {
    "DeleteEnforcedGuardrailConfiguration": "configId",
    "DeleteFlow": "flowIdentifier",
    "DeleteGuardrail": "guardrailIdentifier",
    "PutAccountDataRetention": "mode",
    "PutResourcePolicy": "resourceArn",
    "UpdateAgent": "agentId",
    "UpdateFlow": "flowIdentifier",
    "UpdateGuardrail": "guardrailIdentifier",
}


@control(
    "GAI-7.13",
    slug="safety-config-changes-alerted",
    item=Item.MONITORING,
    title="Changes that weaken AI safety configuration raise an alert",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Events::Rule",
    subjects=active_region,
    reads=[*activity.READS, *trails.READS, *event_rules.READS, *alarms.READS, *alarms.FILTER_READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No sign of model use in this Region: every probe answered and found nothing.",
    why=(
        "Whoever attacks a model switches its guardrail and its log off first. Unless that alerts "
        "somebody, everything after it goes unseen."
    ),
    remediation="Create the rule.",
    fix_cli=(
        "aws events put-rule --name ai-safety-change --event-pattern file://ai-safety-"
        "change.json && aws events put-targets --rule ai-safety-change --targets "
        "Id=1,Arn=$SNS"
    ),
    answers=("S7.1", "S1.7"),
    frameworks={
        "gensec": ("GENSEC03-BP01",),
        "owasp_llm_2025": ("LLM01",),
        "mitre_atlas": ("AML.T0081", "AML.T0107", "AML.M0024"),
        "nist_ai_600_1": ("MS-2.7-009",),
        "iso_42001": ("A.6.2.8",),
        "prowler_aisf": ("AISF-DETECT-03",),
    },
    parameters=("must_watch_events", "stale_days"),
    edge_cases=(
        (
            "Rules and filters are asked with a sample of each event, operator by operator; their names"
            " and texts say nothing."
        ),
        "EventBridge hears of API calls only where a trail records management events.",
        (
            "A rule on a particular guardrail or caller does not watch the others; one that leaves out "
            "certain callers does."
        ),
        "A rule on another bus hears only what a rule on the default bus hands to it.",
        ("A topic counts with a confirmed subscription, a policy and a key that admit events.amazonaws.com."),
        (
            "A log group as a target tells nobody. Queues, streams and state machines count, whoever "
            "reads them."
        ),
        ("Accounts that only feed a SIEM from the trail: waive this with the SIEM's rule as the reason."),
        "An entry of must_watch_events may name another service: bedrock-agentcore:UpdateGateway.",
    ),
    workload_aware=False,
)
def safety_config_changes_alerted(subject: Subject, aws: View) -> Verdict:
    """Whether somebody is told of each change that switches a safety setting off.

    Asked for each event of ``must_watch_events``, as CloudTrail would write it in this Region.

    Passes: each is matched by an enabled EventBridge rule with a live target, or by a metric filter of a trail's log
    group with an alarm that works (GAI-7.09).

    Fails: one is matched by nothing, by a disabled rule only, or the targets are dead; or no trail records the changes.

    Does not apply: a Region without model use. Not assessed: a pattern with an operator that is not known; events handed
    to another account's bus.

    By hand::

        aws events list-rules --event-bus-name default
        aws events list-targets-by-rule --rule $RULE
        aws events test-event-pattern --event-pattern file://pattern.json --event file://event.json
        aws logs describe-metric-filters --log-group-name $TRAIL_GROUP
    """
    found = [_watched(aws, entry) for entry in aws.parameters.get("must_watch_events")]
    said = f"Models are used here: {subject.about['because']}"
    missed = [one for one in found if one.works is False]
    if missed:
        names = listed([one.event for one in missed], "event")
        return failed(f"{names}: {missed[0].words}", None, said)
    unknown = next((one for one in found if one.works is None), None)
    if unknown is not None:
        raise unknown.unseen or UnseenError(Why.ERROR, unknown.words)
    ways = list(dict.fromkeys(one.words for one in found))
    return passed(
        f"All {len(found)} events are watched: {listed(ways, 'way')}"
        if found
        else "No event is to be watched"
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """Whether somebody is told of an event. works: True, False, or None where that cannot be seen."""

    event: str
    works: bool | None
    words: str
    unseen: UnseenError | None = None


def _watched(aws: View, entry: str) -> _Answer:
    before, _, name = str(entry).rpartition(":")
    service = before or _SERVICE
    recording = _recording(aws, service)
    faults: list[str] = []
    unknown = recording.unseen
    if recording.trails:
        event = _sample(aws, service, name)
        for one in heard(aws, event):
            if one.works:
                return _Answer(entry, True, one.words)
            faults += [one.words] if one.works is False else []
            unknown = unknown or one.unseen
        for trail in recording.trails:
            told = _by_filter(aws, trail, event["detail"], entry)
            if told.works:
                return told
            faults += [told.words] if told.words else []
            unknown = unknown or told.unseen
    elif unknown is None:
        faults.append("no trail records management events here, so EventBridge does not hear of them")
    if unknown is not None:
        return _Answer(entry, None, "", unknown)
    return _Answer(
        entry, False, "; ".join(dict.fromkeys(faults)) or "no enabled rule and no metric filter matches it"
    )


@dataclass(frozen=True, slots=True)
class _Recording:
    """The trails that record the changes of a service in this Region. unseen: why others may do so as well."""

    trails: tuple[Trail, ...]
    unseen: UnseenError | None


def _recording(aws: View, service: str) -> _Recording:
    event = {"eventCategory": MANAGEMENT, "eventSource": f"{service}.amazonaws.com", "readOnly": "false"}
    found: list[Trail] = []
    unseen: UnseenError | None = None
    try:
        for trail in trails.trails(aws, of_region=True):
            if not trail.multi_region and trail.facts.get("HomeRegion") != aws.region:
                continue
            try:
                if trail_status(aws, trail).get("IsLogging") is True and records(
                    trail_selectors(aws, trail), event
                ):
                    found.append(trail)
            except UnseenError as error:
                unseen = unseen or error
    except UnseenError as error:
        unseen = unseen or error
    return _Recording(tuple(found), unseen)


def _by_filter(aws: View, trail: Trail, event: Mapping[str, Any], entry: str) -> _Answer:
    arn = str(trail.facts.get("CloudWatchLogsLogGroupArn") or "")
    group = naming.log_group(arn)
    if not group:
        return _Answer(entry, False, "")
    owner = naming.account(arn)
    if owner not in (None, aws.account_id):
        return _Answer(entry, False, "")  # a log group of another account alerts whoever owns it
    there = aws.at(naming.region(arn) or aws.region)
    unknown: UnseenError | None = None
    fault = ""
    held = alarms.on_metric_filters(there, group)
    for one, alarm in held.known:
        try:
            if not selects(str(one.get("filterPattern") or ""), event):
                continue
        except PatternError as error:
            detail = f"metric filter {one.get('filterName')} cannot be judged: {error}"
            unknown = unknown or UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, detail)
            continue
        effect = alarms.effect(there, alarm)
        if effect.works and alarm.rises:
            return _Answer(
                entry, True, f"metric filter {one.get('filterName')} and alarm {alarm.name}: {effect.reach}"
            )
        if effect.works is None:
            unknown = unknown or effect.unseen
        else:
            why = "; ".join(effect.faults) or "it fires when events become few"
            fault = (
                fault or f"alarm {alarm.name} on metric filter {one.get('filterName')} does not work: {why}"
            )
    return _Answer(entry, None if unknown or held.unseen else False, fault, unknown or held.unseen)


def _sample(aws: View, service: str, name: str) -> dict[str, Any]:
    """The event as CloudTrail hands it to EventBridge, made by somebody nobody has named."""
    role = f"arn:{aws.account.partition}:iam::{aws.account_id}:role/zz99"
    session = f"arn:{aws.account.partition}:sts::{aws.account_id}:assumed-role/zz99/zz99"
    issuer = {
        "type": "Role",
        "arn": role,
        "accountId": aws.account_id,
        "userName": "zz99",
        "principalId": "AROAZZ99",
    }
    moment = aws.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "version": "0",
        "id": "zz99",
        "detail-type": "AWS API Call via CloudTrail",
        "source": f"aws.{service}",
        "account": aws.account_id,
        "time": moment,
        "region": aws.region,
        "resources": [],
        "detail": {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": "AROAZZ99:zz99",
                "arn": session,
                "accountId": aws.account_id,
                "accessKeyId": "ASIAZZ99",
                "sessionContext": {"sessionIssuer": issuer, "attributes": {"mfaAuthenticated": "false"}},
            },
            "eventTime": moment,
            "eventSource": f"{service}.amazonaws.com",
            "eventName": name,
            "awsRegion": aws.region,
            "sourceIPAddress": "203.0.113.99",
            "userAgent": "zz99",
            "requestParameters": {_NAMES[name]: "zz99"} if name in _NAMES else {},
            "responseElements": None,
            "requestID": "zz99",
            "eventID": "zz99",
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": aws.account_id,
            "eventCategory": "Management",
        },
    }
