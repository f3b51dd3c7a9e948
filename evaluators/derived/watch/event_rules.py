"""EventBridge rules that hear of API calls, and whether what they call is alive.

CloudTrail's events arrive on the default bus of the Region in which the call was made. A rule there may hand them on to
another bus. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Absent, UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import events, kms, lambda_, naming, sns
from evaluators.derived.data import key_facts
from evaluators.derived.sharing.service_access import admits
from evaluators.derived.watch.event_patterns import PatternError, matches

READS: tuple[Operation, ...] = (
    events.LIST_EVENT_BUSES,
    events.LIST_RULES,
    events.LIST_TARGETS_BY_RULE,
    sns.GET_TOPIC_ATTRIBUTES_RULES,
    sns.LIST_SUBSCRIPTIONS_BY_TOPIC_RULES,
    kms.DESCRIBE_KEY_RULES,
    kms.GET_KEY_POLICY_RULES,
    lambda_.LIST_FUNCTIONS,
    lambda_.LIST_ALIASES,
    lambda_.GET_POLICY,
)

DEFAULT = "default"
_ON = frozenset({"ENABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"})
_SERVICE = "events.amazonaws.com"
# What hands events to another system; whether anybody reads them there is not seen from here.
_RELAYS = {
    "codebuild": "a CodeBuild project",
    "codepipeline": "a pipeline",
    "firehose": "a delivery stream",
    "kinesis": "a stream",
    "sqs": "queue",
    "ssm": "Systems Manager",
    "ssm-incidents": "an incident response plan",
    "states": "state machine",
    "events": "an API destination",
    "ecs": "a task",
    "batch": "a batch job",
}
_HOPS = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with an event pattern."""

    bus: str
    settings: Answer
    arn: str

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.settings.get("Name") or "")

    @property
    def enabled(self) -> bool:
        """Whether it is in force."""
        return self.settings.get("State") in _ON

    @property
    def what(self) -> str:
        """The rule in words."""
        return f"rule {self.name}" + (f" of bus {self.bus}" if self.bus != DEFAULT else "")


@dataclass(frozen=True, slots=True)
class Heard:
    """Whether a rule passes an event on: True, False, or None where that cannot be seen. words: by what, or why not."""

    works: bool | None
    words: str
    unseen: UnseenError | None = None


def rules(aws: View) -> Gathered[Rule]:
    """Every rule with an event pattern in this Region; what could not be read is raised after them."""
    return gather(_rules(aws))


def _rules(aws: View) -> Iterator[Rule]:
    for call, item in aws.items_with_call(events.LIST_RULES):
        if item.get("EventPattern"):
            bus = str(call.request.get("EventBusName") or item.get("EventBusName") or DEFAULT)
            name = str(item.get("Name") or "")
            path = name if bus == DEFAULT else f"{bus}/{name}"
            own = f"arn:{aws.account.partition}:events:{aws.region}:{aws.account_id}:rule/{path}"
            yield Rule(bus, item, str(item.get("Arn") or own))


def heard(aws: View, event: Mapping[str, Any], bus: str = DEFAULT, hops: int = 0) -> list[Heard]:
    """What each rule that concerns the event makes of it, disabled ones too; then what could not be seen."""
    found: list[Heard] = []
    listed = aws.derive(rules)
    for rule in listed.known:
        if rule.bus != bus:
            continue
        try:
            if not matches(str(rule.settings["EventPattern"]), event):
                continue
        except PatternError as error:
            if rule.enabled:
                detail = f"the pattern of {rule.what} cannot be judged: {error}"
                found.append(Heard(None, detail, UnseenError(Why.UNSUPPORTED_POLICY_CONSTRUCT, detail)))
            continue
        if not rule.enabled:
            found.append(Heard(False, f"{rule.what} is {rule.settings.get('State', 'not enabled')}"))
            continue
        found += _targets(aws, rule, event, hops)
    if listed.unseen is not None:
        found.append(Heard(None, "rules that could not be listed", listed.unseen))
    return found


def _targets(aws: View, rule: Rule, event: Mapping[str, Any], hops: int) -> list[Heard]:
    held = gather(aws.items(events.LIST_TARGETS_BY_RULE, Rule=rule.name, EventBusName=rule.bus))
    found = [_target(aws, rule, target, event, hops) for target in held.known]
    if held.unseen is not None:
        found.append(Heard(None, f"the targets of {rule.what}", held.unseen))
    elif not found:
        found.append(Heard(False, f"{rule.what} has no target"))
    return found


def _target(aws: View, rule: Rule, target: Answer, event: Mapping[str, Any], hops: int) -> Heard:
    arn = str(target.get("Arn") or "")
    try:
        if ":event-bus/" in arn:
            return _bus(aws, rule, arn, event, hops)
        dead, alive = _alive(aws, rule, target, arn)
    except UnseenError as error:
        owner = naming.account(arn)
        if owner not in (None, aws.account_id) and error.why is Why.DENIED:
            error = UnseenError(
                Why.CROSS_ACCOUNT, f"{arn} belongs to account {owner}: {error.detail}", "", error.call
            )
        return Heard(None, f"{rule.what} calls {arn}", error)
    if dead:
        return Heard(False, f"{rule.what} reaches nobody: {dead}")
    return Heard(True, f"{rule.what} reaches {alive}")


def _bus(aws: View, rule: Rule, arn: str, event: Mapping[str, Any], hops: int) -> Heard:
    owner, name = naming.account(arn), arn.partition(":event-bus/")[2]
    if owner != aws.account_id:
        detail = f"{rule.what} hands events to bus {arn} of account {owner}, whose rules are not seen"
        return Heard(None, detail, UnseenError(Why.CROSS_ACCOUNT, detail))
    if hops >= _HOPS:
        return Heard(False, f"{rule.what} hands events round in a circle")
    there = aws.at(naming.region(arn) or aws.region)
    if there.region not in aws.account.regions:
        detail = f"{rule.what} hands events to bus {arn} in a Region that this run does not read"
        return Heard(None, detail, UnseenError(Why.LINK_UNKNOWN, detail))
    further = heard(there, event, name, hops + 1)
    best = min(further, key=lambda one: _ORDER[one.works], default=None)
    if best is None:
        return Heard(False, f"{rule.what} hands events to bus {name}, where no rule matches them")
    return Heard(best.works, f"{rule.what} hands events to bus {name}: {best.words}", best.unseen)


_ORDER = {True: 0, None: 1, False: 2}


def _alive(aws: View, rule: Rule, target: Answer, arn: str) -> tuple[str, str]:
    """Why the target is dead, in words, or what it is. Raises UnseenError."""
    if naming.topic(arn) is not None:
        return _topic(aws.at(naming.region(arn) or aws.region), rule, target, arn)
    if naming.function(arn) is not None:
        return _function(aws, rule, target, arn)
    service = arn.split(":")[2] if arn.count(":") >= 5 else ""
    if service == "logs":
        return f"{arn} is a log group, which tells nobody", ""
    if service in _RELAYS:
        return "", f"{_RELAYS[service]} {arn}"
    return f"{arn} tells nobody", ""


def _topic(aws: View, rule: Rule, target: Answer, arn: str) -> tuple[str, str]:
    operation = sns.LIST_SUBSCRIPTIONS_BY_TOPIC_RULES
    if isinstance(aws.read(operation, TopicArn=arn), Absent):
        owner = naming.account(arn)
        if owner not in (None, aws.account_id):
            raise UnseenError(Why.CROSS_ACCOUNT, f"topic {arn} belongs to account {owner}: it is not seen")
        return f"topic {arn} does not exist", ""
    held = gather(aws.items(operation, TopicArn=arn))
    confirmed = sum(str(one.get("SubscriptionArn") or "").startswith("arn:") for one in held.known)
    if not confirmed:
        if held.unseen is not None:
            raise held.unseen
        return f"topic {arn} has no confirmed subscription", ""
    attributes = (aws.get(sns.GET_TOPIC_ATTRIBUTES_RULES, TopicArn=arn) or {}).get("Attributes") or {}
    policy = str(attributes.get("Policy") or "")
    # With a role of its own the rule publishes as that role, not as the service.
    if (
        policy
        and not target.get("RoleArn")
        and not admits(aws, policy, service=_SERVICE, action="sns:Publish", resource=arn, source=rule.arn)
    ):
        return f"the policy of topic {arn} does not admit {_SERVICE}", ""
    locked = _locked(aws, rule, str(attributes.get("KmsMasterKeyId") or ""))
    return (f"topic {arn}: {locked}", "") if locked else ("", f"topic {arn}, to which {confirmed} subscribe")


def _locked(aws: View, rule: Rule, ref: str) -> str:
    if not ref:
        return ""
    if key_facts.aws_managed_alias(ref):
        return "the key AWS manages for SNS does not admit EventBridge"
    answer = aws.get(kms.DESCRIBE_KEY_RULES, KeyId=ref)
    key = key_facts.Key(ref, None if answer is None else answer.get("KeyMetadata") or {})
    if key.caveat:
        return key.caveat
    policy = (aws.get(kms.GET_KEY_POLICY_RULES, KeyId=key.arn) or {}).get("Policy") or ""
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        if not admits(
            aws,
            policy,
            service=_SERVICE,
            action=action,
            resource=key.arn,
            source=rule.arn,
            via=f"sns.{aws.region}.amazonaws.com",
        ):
            return f"its key {key.arn} does not admit {_SERVICE} to {action}"
    return ""


def _function(aws: View, rule: Rule, target: Answer, arn: str) -> tuple[str, str]:
    plain, _, qualifier = arn.partition(":function:")[2].partition(":")
    if naming.account(arn) != aws.account_id:
        raise UnseenError(Why.CROSS_ACCOUNT, f"function {arn} belongs to another account")
    there = aws.at(naming.region(arn) or aws.region)
    if not any(one.get("FunctionName") == plain for one in there.items(lambda_.LIST_FUNCTIONS)):
        return f"function {arn} does not exist", ""
    if not target.get("RoleArn"):
        request = {"FunctionName": plain, **({"Qualifier": qualifier} if qualifier else {})}
        policy = str((there.get(lambda_.GET_POLICY, **request) or {}).get("Policy") or "")
        allowed = policy and admits(
            there, policy, service=_SERVICE, action="lambda:InvokeFunction", resource=arn, source=rule.arn
        )
        if not allowed:
            return f"function {arn} does not admit {_SERVICE}", ""
    return "", f"function {arn}"
