"""Facts about who may and how much: principals, limits, budgets, alarms, contacts, what the owner decided."""

from collections.abc import Callable, Iterator
from typing import Any

from assessor.attestations.facts import Fact, without
from assessor.attestations.sources import workloads
from assessor.attestations.sources.walking import walk
from assessor.model.path import first, values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View
from collectors import (
    apigateway,
    apigatewayv2,
)
from evaluators.derived.principals.universe import estate


def principals(*actions: str) -> Callable[[View], Iterator[Fact]]:
    """Who may use one of the actions."""

    def make(aws: View) -> Iterator[Fact]:
        known = estate(aws)
        for action in actions:
            for access in known.reach(action).everyone():
                yield access.principal.arn, True
        if known.unseen is not None:
            raise known.unseen

    return make


def rate_rules(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """A web ACL's rules that limit a rate."""
    acl = answer.get("WebACL") or {}
    rules = [
        {"priority": rule.get("Priority"), "statement": rule["Statement"]["RateBasedStatement"]}
        for rule in acl.get("Rules") or ()
        if "RateBasedStatement" in (rule.get("Statement") or {})
    ]
    if rules:
        yield f"rate rules of {acl.get('ARN')}", rules


def throttles(aws: View) -> Iterator[Fact]:
    """Rate and burst limits of the stages and usage plans on paths."""
    ids, unseen = workloads.apis(aws)

    def rest(_: View, call: Call, stage: Any) -> Iterator[Fact]:
        settings = {
            key: [value.get("throttlingRateLimit"), value.get("throttlingBurstLimit")]
            for key, value in (stage.get("methodSettings") or {}).items()
        }
        if workloads.api_id(call) in ids:
            yield f"throttles of {workloads.api_id(call)} stage {stage.get('stageName')}", settings

    def http(_: View, call: Call, stage: Any) -> Iterator[Fact]:
        every = {"": stage.get("DefaultRouteSettings") or {}, **(stage.get("RouteSettings") or {})}
        settings = {
            key: [value.get("ThrottlingRateLimit"), value.get("ThrottlingBurstLimit")]
            for key, value in every.items()
        }
        if workloads.api_id(call) in ids:
            yield f"throttles of {workloads.api_id(call)} stage {stage.get('StageName')}", settings

    def plan(_: View, __: Call, item: Any) -> Iterator[Fact]:
        if any(stage.get("apiId") in ids for stage in item.get("apiStages") or ()):
            yield (
                f"usage plan {item.get('id')}",
                [item.get("throttle"), item.get("quota"), item.get("apiStages")],
            )

    try:
        yield from walk(
            (apigateway.GET_STAGES, None, rest),
            (apigatewayv2.GET_STAGES, None, http),
            (apigateway.GET_USAGE_PLANS, None, plan),
        )(aws)
    except UnseenError as error:
        unseen = unseen or error
    if unseen is not None:
        raise unseen


def budget(_: View, __: Call, item: Any) -> Iterator[Fact]:
    """A budget and its limit."""
    yield (
        f"budget {item.get('BudgetName')}",
        [
            item.get("BudgetLimit"),
            item.get("TimeUnit"),
            item.get("CostFilters"),
            item.get("FilterExpression"),
        ],
    )


def rate_limits(_: View, call: Call, item: Any) -> Iterator[Fact]:
    """A gateway's rate limits."""
    yield (
        f"rate limits of gateway {call.request.get('gatewayIdentifier')}",
        without(item, "createdAt", "updatedAt"),
    )


def alarm(_: View, __: Call, item: Any) -> Iterator[Fact]:
    """An alarm on what models do or cost."""
    of_models = {
        str(namespace)
        for path in ("Namespace", "Metrics[].MetricStat.Metric.Namespace")
        for namespace in values(item, path)
    }
    if any(namespace.startswith("AWS/Bedrock") for namespace in of_models):
        kept = (
            "ActionsEnabled", "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Dimensions", "Period",
            "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "Metrics",
            "ThresholdMetricId", "EvaluationCriteria",
        )  # fmt: skip
        yield str(item.get("AlarmArn")), {name: item.get(name) for name in kept}


def contact(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """An alternate contact of the account."""
    kind = first(answer, "AlternateContact.AlternateContactType")
    if kind:
        yield f"alternate contact {kind}", True


def escalation(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """A contact of Incident Manager with its plan."""
    yield str(answer.get("ContactArn")), [answer.get("Type"), answer.get("Plan")]


def interpreter(_: View, __: Call, item: Any) -> Iterator[Fact]:
    """A code interpreter of the account's own."""
    arn = str(item.get("codeInterpreterArn") or "")
    if ":aws:code-interpreter/" not in arn:
        yield arn, True


def agent_interpreter(_: View, call: Call, answer: Any) -> Iterator[Fact]:
    """An agent that may run code."""
    signature = first(answer, "agentActionGroup.parentActionSignature")
    if signature == "AMAZON.CodeInterpreter":
        yield f"code interpreter of agent {call.request.get('agentId')}", True


def acting_agent(_: View, call: Call, __: Any) -> Iterator[Fact]:
    """An agent that acts through a group of actions."""
    yield f"actions of agent {call.request.get('agentId')}", True


def decided(*parameters: str) -> Callable[[View], Iterator[Fact]]:
    """The values of parameters that are set."""

    def make(aws: View) -> Iterator[Fact]:
        for name in parameters:
            value = aws.parameters.get(name)
            if value is not None:
                yield f"parameter {name}", sorted(value) if isinstance(value, list) else value

    return make
