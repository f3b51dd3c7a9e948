"""From an alarm's action to somebody who hears it: SNS topics, Lambda functions, OpsItems, incidents.

A topic counts when a subscription to it is confirmed and CloudWatch may use its key; a function when it exists.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
"""

from collections.abc import Iterable
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Absent, UnseenError, Why
from assessor.model.view import View
from collectors import kms, lambda_, naming, sns
from evaluators.derived.data import key_facts
from evaluators.derived.sharing.service_access import admits

READS: tuple[Operation, ...] = (
    sns.LIST_SUBSCRIPTIONS_BY_TOPIC,
    sns.GET_TOPIC_ATTRIBUTES,
    lambda_.GET_FUNCTION_CONFIGURATION,
    kms.GET_KEY_POLICY,
    *key_facts.READS,
)

# An Inactive function wakes when it is invoked; these do not run.
_DEAD_FUNCTION = frozenset({"Failed", "Deleting", "Deactivating", "Deactivated", "ActiveNonInvocable"})


@dataclass(frozen=True, slots=True)
class Reach:
    """What an action comes to. heard: True somebody hears it, False nobody does, None it cannot be seen."""

    heard: bool | None
    words: str
    unseen: UnseenError | None = None


def reach_of(aws: View, action: str, alarm_arn: str) -> Reach:
    """What one action of an alarm comes to. Never raises."""
    try:
        return _reach(aws, action, alarm_arn)
    except UnseenError as error:
        owner = naming.account(action)
        if error.why is Why.DENIED and owner not in (None, aws.account_id):
            error = _foreign(action, str(owner), error)
        return Reach(None, f"{action} could not be checked", error)


def _foreign(action: str, owner: str, error: UnseenError | None) -> UnseenError:
    detail = f"{action} belongs to account {owner}: whether anybody hears it cannot be seen from here"
    if error is None:
        return UnseenError(Why.CROSS_ACCOUNT, detail)
    return UnseenError(Why.CROSS_ACCOUNT, f"{detail}: {error.detail}", "", error.call)


def best(reaches: Iterable[Reach]) -> Reach | None:
    """The one that counts: heard before unknown before unheard; None where there is none."""
    order = {True: 0, None: 1, False: 2}
    return min(reaches, key=lambda reach: order[reach.heard], default=None)


def _reach(aws: View, action: str, alarm_arn: str) -> Reach:
    if naming.topic(action) is not None:
        return _topic(aws.at(naming.region(action) or aws.region), action, alarm_arn)
    if naming.function(action) is not None:
        return _function(aws.at(naming.region(action) or aws.region), action)
    service = action.split(":")[2] if action.count(":") >= 5 else ""
    if service == "ssm" and ":opsitem:" in action:
        return Reach(True, "it opens an OpsItem")
    if service == "ssm-incidents":
        return Reach(True, f"it starts an incident ({action})")
    return Reach(False, f"{action} tells nobody")


def _function(aws: View, arn: str) -> Reach:
    answer = aws.get(lambda_.GET_FUNCTION_CONFIGURATION, FunctionName=arn)
    owner = naming.account(arn)
    if answer is None:
        if owner not in (None, aws.account_id):
            raise _foreign(arn, str(owner), None)
        return Reach(False, f"function {arn} does not exist")
    state = str(answer.get("State") or "")
    if state in _DEAD_FUNCTION:
        return Reach(False, f"function {arn} is in state {state}")
    return Reach(True, f"it runs {arn}")


def _topic(aws: View, arn: str, alarm_arn: str) -> Reach:
    reading = aws.read(sns.LIST_SUBSCRIPTIONS_BY_TOPIC, TopicArn=arn)
    if isinstance(reading, Absent):
        owner = naming.account(arn)
        if owner not in (None, aws.account_id):
            raise _foreign(arn, str(owner), None)
        return Reach(False, f"topic {arn} does not exist")
    confirmed, waiting = 0, 0
    try:
        for item in aws.items(sns.LIST_SUBSCRIPTIONS_BY_TOPIC, TopicArn=arn):
            # The other values are PendingConfirmation and Deleted.
            if str(item.get("SubscriptionArn") or "").startswith("arn:"):
                confirmed += 1
            else:
                waiting += 1
    except UnseenError:
        if not confirmed:
            raise
    if not confirmed:
        pending = f" ({waiting} not confirmed)" if waiting else ""
        return Reach(False, f"topic {arn} has no confirmed subscription{pending}")
    locked = _locked_out(aws, arn, alarm_arn)
    if locked:
        return Reach(False, f"topic {arn}: {locked}")
    return Reach(True, f"topic {arn} has {confirmed} confirmed subscription{'s' if confirmed > 1 else ''}")


def _locked_out(aws: View, topic: str, alarm_arn: str) -> str:
    """Why CloudWatch cannot publish through the topic's key, in words; "" where it can. Raises UnseenError."""
    attributes = (aws.get(sns.GET_TOPIC_ATTRIBUTES, TopicArn=topic) or {}).get("Attributes") or {}
    ref = str(attributes.get("KmsMasterKeyId") or "")
    if not ref:
        return ""
    if key_facts.aws_managed_alias(ref):
        return "it is encrypted with the key AWS manages for SNS, which CloudWatch may not use"
    key = key_facts.key_facts(aws, ref)
    if key.caveat:
        return key.caveat
    if not key.customer:
        return "it is encrypted with the key AWS manages for SNS, which CloudWatch may not use"
    policy = (aws.get(kms.GET_KEY_POLICY, KeyId=key.arn) or {}).get("Policy") or ""
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        if not admits(
            aws,
            policy,
            service="cloudwatch.amazonaws.com",
            action=action,
            resource=key.arn,
            source=alarm_arn,
            via=f"sns.{aws.region}.amazonaws.com",
        ):
            return (
                f"its key {key.arn} does not admit cloudwatch.amazonaws.com to {action}: nothing is published"
            )
    return ""
