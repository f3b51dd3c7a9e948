"""Who watches what models cost: budgets and cost-anomaly monitors, and whether they reach anybody.

https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
https://docs.aws.amazon.com/cost-management/latest/userguide/manage-ad.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import budgets, ce, naming, sns
from evaluators.derived.moments import moment

READS: tuple[Operation, ...] = (
    budgets.DESCRIBE_BUDGETS,
    budgets.DESCRIBE_NOTIFICATIONS_FOR_BUDGET,
    budgets.DESCRIBE_SUBSCRIBERS_FOR_NOTIFICATION,
    ce.GET_ANOMALY_MONITORS,
    ce.GET_ANOMALY_SUBSCRIPTIONS,
    sns.LIST_SUBSCRIPTIONS_BY_TOPIC,
)

_MODELS = ("bedrock", "sagemaker")
_SPENDING = frozenset({"COST", "USAGE"})
_PROMPT = frozenset({"DAILY", "IMMEDIATE"})


class Share(IntEnum):
    """How much of the account's model spend a filter lets through, and whether it lets through more than that."""

    NONE = 0
    PART = 1
    MODELS = 2
    EVERYTHING = 3


@dataclass(frozen=True, slots=True)
class Watch:
    """A budget or monitor. ``fault``: why it does not count, "" where it does."""

    what: str
    fault: str = ""


def watches(aws: View) -> Gathered[Watch]:
    """Every budget and anomaly monitor of the account; what could not be read is raised after them."""
    return gather(_budgets(aws), _monitors(aws))


# -- budgets -----------------------------------------------------------------------------------------
def _budgets(aws: View) -> Iterator[Watch]:
    failure: UnseenError | None = None
    listed = gather(aws.items(budgets.DESCRIBE_BUDGETS, AccountId=aws.account_id))
    for budget in listed.known:
        what = f"budget {budget.get('BudgetName')}"
        fault = _looks_away(budget, aws)
        try:
            yield Watch(what, fault or _silent(budget, aws))
        except UnseenError as error:
            failure = failure or error
    failure = failure or listed.unseen
    if failure is not None:
        raise failure


def _looks_away(budget: Answer, aws: View) -> str:
    """Why a budget does not watch the spend on models, "" where it does."""
    kind = str(budget.get("BudgetType", ""))
    if kind not in _SPENDING:
        return f"it watches {kind}, not spend"
    if (budget.get("HealthStatus") or {}).get("Status") == "UNHEALTHY":
        return "AWS reports it as unhealthy: it is not evaluated"
    ends = moment((budget.get("TimePeriod") or {}).get("End"))
    if ends is not None and ends <= aws.now:
        return f"it ended {(budget.get('TimePeriod') or {}).get('End')}"
    match share(budget, aws.account_id):
        case Share.NONE:
            return "its filter leaves models out"
        case Share.PART:
            return "its filter lets through only a part of the spend on models"
        case Share.EVERYTHING if not aws.parameters.get("account_budgets_cover_models"):
            return "it watches the whole account, which the owner has not declared to be a watch on models"
        case _:
            return ""


def share(budget: Answer, account: str) -> Share:
    """How much of the spend on models a budget's filter lets through."""
    expression = budget.get("FilterExpression")
    if expression:
        return _of_expression(expression, account)
    filters = budget.get("CostFilters") or {}
    return _all([_of_dimension(name, held, (), account) for name, held in filters.items()])


def _of_expression(expression: Mapping[str, Any], account: str) -> Share:
    parts: list[Share] = []
    if expression.get("And"):
        parts.append(_all([_of_expression(one, account) for one in expression["And"]]))
    if expression.get("Or"):
        parts.append(max(_of_expression(one, account) for one in expression["Or"]))
    if expression.get("Not"):
        parts.append(_without(_of_expression(expression["Not"], account)))
    dimension = expression.get("Dimensions")
    if dimension:
        parts.append(
            _of_dimension(
                str(dimension.get("Key", "")),
                dimension.get("Values") or (),
                dimension.get("MatchOptions") or (),
                account,
            )
        )
    if any(expression.get(name) for name in ("Tags", "CostCategories", "ProductAttributes")):
        parts.append(Share.PART)
    return _all(parts)


def _all(parts: list[Share]) -> Share:
    return min(parts, default=Share.EVERYTHING)


def _without(part: Share) -> Share:
    return {Share.NONE: Share.EVERYTHING, Share.PART: Share.PART}.get(part, Share.NONE)


def _of_dimension(name: str, held: Any, options: Any, account: str) -> Share:
    key = name.replace("_", "").lower()
    found = [str(one).lower() for one in held]
    if key in {"service", "servicecode"}:
        return Share.MODELS if any(_of_models(one, options) for one in found) else Share.NONE
    if key == "linkedaccount":
        return Share.EVERYTHING if account in found else Share.NONE
    if key == "recordtype":
        return Share.EVERYTHING if "usage" in found else Share.NONE
    return Share.PART


def _of_models(text: str, options: Any) -> bool:
    """Whether a service's name, as AWS bills it, or a part of it is that of a service with models."""
    if "ABSENT" in options:
        return False
    if any(word in text for word in _MODELS):
        return True
    names = ("amazon bedrock", "amazonbedrock")
    if "CONTAINS" in options:
        return any(text in name for name in names)
    return "STARTS_WITH" in options and any(name.startswith(text) for name in names)


def _silent(budget: Answer, aws: View) -> str:
    """Why nobody hears a budget, "" where somebody does. Raises UnseenError."""
    named = {"AccountId": aws.account_id, "BudgetName": budget.get("BudgetName")}
    faults: list[str] = []
    failure: UnseenError | None = None
    notifications = gather(aws.items(budgets.DESCRIBE_NOTIFICATIONS_FOR_BUDGET, **named))
    for notification in notifications.known:
        if notification.get("ComparisonOperator") != "GREATER_THAN":
            faults.append("its notification does not tell of a rise")
            continue
        asked = {**named, "Notification": notification}
        subscribers = gather(aws.items(budgets.DESCRIBE_SUBSCRIBERS_FOR_NOTIFICATION, **asked))
        failure = failure or subscribers.unseen
        for subscriber in subscribers.known:
            try:
                fault = _unreached(subscriber.get("SubscriptionType"), subscriber.get("Address"), aws)
            except UnseenError as error:
                failure = failure or error
                continue
            if not fault:
                return ""
            faults.append(fault)
    failure = failure or notifications.unseen
    if failure is not None:
        raise failure
    if not notifications.known:
        return "it has no notification"
    return "; ".join(dict.fromkeys(faults)) or "its notifications have no subscriber"


# -- anomaly monitors --------------------------------------------------------------------------------
def _monitors(aws: View) -> Iterator[Watch]:
    monitors = gather(aws.items(ce.GET_ANOMALY_MONITORS))
    subscriptions = gather(aws.items(ce.GET_ANOMALY_SUBSCRIPTIONS)) if monitors.known else Gathered()
    failure: UnseenError | None = None
    for monitor in monitors.known:
        arn = str(monitor.get("MonitorArn", ""))
        what = f"anomaly monitor {monitor.get('MonitorName')}"
        if monitor.get("MonitorType") != "DIMENSIONAL" or monitor.get("MonitorDimension") != "SERVICE":
            yield Watch(what, "it does not look at services one by one")
            continue
        try:
            yield Watch(what, _unheard(arn, subscriptions, aws))
        except UnseenError as error:
            failure = failure or error
    failure = failure or monitors.unseen
    if failure is not None:
        raise failure


def _unheard(monitor: str, subscriptions: Gathered[Any], aws: View) -> str:
    faults: list[str] = []
    failure: UnseenError | None = None
    for subscription in subscriptions.known:
        if monitor not in (subscription.get("MonitorArnList") or ()):
            continue
        frequency = str(subscription.get("Frequency", ""))
        if frequency not in _PROMPT:
            faults.append(f"its subscription is {frequency}: a week of misuse would pass unnoticed")
            continue
        for subscriber in values(subscription, "Subscribers[]"):
            if subscriber.get("Status") == "DECLINED":
                faults.append("its subscriber declined")
                continue
            try:
                fault = _accepted(subscriber, aws)
            except UnseenError as error:
                failure = failure or error
                continue
            if not fault:
                return ""
            faults.append(fault)
    failure = failure or subscriptions.unseen
    if failure is not None:
        raise failure
    return "; ".join(dict.fromkeys(faults)) or "it has no subscription"


def _accepted(subscriber: Answer, aws: View) -> str:
    if subscriber.get("Type") == "EMAIL" and subscriber.get("Status") != "CONFIRMED":
        raise UnseenError(Why.LINK_UNKNOWN, "AWS does not say whether the monitor's subscriber has confirmed")
    return _unreached(subscriber.get("Type"), subscriber.get("Address"), aws)


# -- subscribers -------------------------------------------------------------------------------------
def _unreached(kind: Any, address: Any, aws: View) -> str:
    """Why a subscriber hears nothing, "" where it does. Raises UnseenError."""
    where = str(address or "")
    if not where:
        return "its subscriber has no address"
    if kind != "SNS":
        return ""
    owner = naming.account(where)
    if owner != aws.account_id:
        raise UnseenError(Why.CROSS_ACCOUNT, f"topic {where}, to which it speaks, belongs to account {owner}")
    there = aws.at(naming.region(where) or aws.region)
    for subscription in there.items(sns.LIST_SUBSCRIPTIONS_BY_TOPIC, TopicArn=where):
        if str(subscription.get("SubscriptionArn", "")).startswith("arn:"):
            return ""
    return f"topic {naming.after_colon(where)} has no confirmed subscription"
