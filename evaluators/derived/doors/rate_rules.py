"""The rules of a web ACL in the order WAF tries them, and which of them limit the rate of a door's traffic.

https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import wafv2
from evaluators.derived.doors.waf_statements import Reach, Traffic, of_some_clients, reach

READS: tuple[Operation, ...] = (wafv2.GET_WEB_ACL, wafv2.GET_RULE_GROUP)

FIVE_MINUTES = 300
"""Seconds that limits are normalised to; also the window of a rule that states none."""

_LIMITING = frozenset({"Block", "Captcha", "Challenge"})
# What every request has. A request without another key, a header say, is not counted at all.
_ALWAYS_THERE = frozenset({"IP", "HTTPMethod", "UriPath", "ASN"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with the action it takes in this web ACL: Block, Allow, Count, Captcha, Challenge, Monetize or ""."""

    what: str
    action: str
    statement: Mapping[str, Any]

    @property
    def rate(self) -> Mapping[str, Any] | None:
        """The rate-based statement, None where it is another kind of rule."""
        found = self.statement.get("RateBasedStatement")
        return found if isinstance(found, Mapping) else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far one rule limits one kind of traffic.

    why: in words. evadable: it limits those who let it. reason: why ``reach`` is not known, where it is not.
    """

    reach: Reach
    why: str
    evadable: bool = False
    reason: Why = Why.UNSUPPORTED_POLICY_CONSTRUCT


def rules_in_order(aws: View, acl: Answer) -> Gathered[Rule]:
    """Every rule, those of rule groups in the place of the group; groups that cannot be read are raised at the end."""
    return gather(_rules(aws, acl))


def _rules(aws: View, acl: Answer) -> Iterator[Rule]:
    failure: UnseenError | None = None
    entries = [
        *_sorted(acl.get("PreProcessFirewallManagerRuleGroups"), "FirewallManagerStatement"),
        *_sorted(acl.get("Rules"), "Statement"),
        *_sorted(acl.get("PostProcessFirewallManagerRuleGroups"), "FirewallManagerStatement"),
    ]
    for entry, statement in entries:
        reference = statement.get("RuleGroupReferenceStatement")
        if not isinstance(reference, Mapping):
            yield Rule(f"rule {entry.get('Name')}", _action(entry.get("Action")), statement)
            continue
        try:
            yield from _of_group(aws, entry, reference)
        except UnseenError as error:
            failure = failure or error
    if failure is not None:
        raise failure


def _sorted(entries: Any, member: str) -> list[tuple[Answer, Mapping[str, Any]]]:
    held = [one for one in entries or () if isinstance(one, Mapping)]
    return [(one, one.get(member) or {}) for one in sorted(held, key=lambda one: one.get("Priority", 0))]


def _of_group(aws: View, entry: Answer, reference: Mapping[str, Any]) -> Iterator[Rule]:
    answer = aws.get(wafv2.GET_RULE_GROUP, ARN=reference.get("ARN")) or {}
    counted = "Count" in (entry.get("OverrideAction") or {})
    excluded = {one.get("Name") for one in reference.get("ExcludedRules") or ()}
    overrides = {
        one.get("Name"): _action(one.get("ActionToUse")) for one in reference.get("RuleActionOverrides") or ()
    }
    for rule, statement in _sorted((answer.get("RuleGroup") or {}).get("Rules"), "Statement"):
        name = rule.get("Name")
        action = overrides.get(name) or _action(rule.get("Action"))
        if counted or name in excluded:
            action = "Count"
        yield Rule(f"rule {name} of group {entry.get('Name')}", action, statement)


def _action(action: Any) -> str:
    """The one member that is there, empty as it may be."""
    return next(iter(action), "") if isinstance(action, Mapping) else ""


def limited(
    rules: Iterable[Rule], traffic: Traffic, *, most: float, trusted_proxy: bool
) -> tuple[Outcome, list[Outcome]]:
    """How far the rules limit the traffic to ``most`` requests in five minutes: the best of them, and all of them.

    trusted_proxy: whether requests come through a proxy that says on whose behalf.
    """
    found: list[Outcome] = []
    passing: list[Outcome] = []
    for rule in rules:
        if rule.action == "Allow" and rule.rate is None:
            matched = reach(rule.statement, traffic)
            if matched is Reach.ALL:
                passing.append(Outcome(Reach.NONE, f"{rule.what} lets {traffic.what} through before it"))
            elif matched is Reach.UNKNOWN and not of_some_clients(rule.statement):
                said = f"whether {rule.what} lets {traffic.what} through before it cannot be told"
                passing.append(Outcome(Reach.UNKNOWN, said))
        elif rule.rate is not None:
            one = _outcome(rule, rule.rate, traffic, most=most, trusted_proxy=trusted_proxy)
            worse = next((p for p in passing if p.reach is Reach.NONE), None) or next(iter(passing), None)
            found.append(worse if worse is not None and one.reach is not Reach.NONE else one)
    order = (Reach.ALL, Reach.UNKNOWN, Reach.NONE)
    best = min(found, key=lambda one: (order.index(one.reach), not one.evadable), default=None)
    best = best or Outcome(Reach.NONE, "it has no rate-based rule")
    if best.reach is Reach.NONE and not traffic.certain:
        said = f"{best.why}; whether {traffic.what} leads to a model is not known"
        best = Outcome(Reach.UNKNOWN, said, reason=Why.LINK_UNKNOWN)
    return best, found


def _outcome(
    rule: Rule, rate: Mapping[str, Any], traffic: Traffic, *, most: float, trusted_proxy: bool
) -> Outcome:
    if rule.action not in _LIMITING:
        return Outcome(Reach.NONE, f"{rule.what} only takes action {rule.action or 'none'}")
    window = rate.get("EvaluationWindowSec") or FIVE_MINUTES
    limit = float(rate.get("Limit") or 0) * FIVE_MINUTES / float(window)
    if limit > most:
        return Outcome(
            Reach.NONE, f"{rule.what} lets {limit:g} requests in 5 minutes through, more than {most:g}"
        )
    scope = rate.get("ScopeDownStatement")
    matched = reach(scope, traffic) if isinstance(scope, Mapping) else Reach.ALL
    if matched is Reach.NONE:
        return Outcome(Reach.NONE, f"{rule.what} does not look at {traffic.what}")
    said = f"{rule.what} takes action {rule.action} above {limit:g} requests in 5 minutes"
    evaded = _evaded(rate, trusted_proxy=trusted_proxy)
    if evaded:
        return Outcome(Reach.NONE, f"{said}, but {evaded}", evadable=True)
    if matched is Reach.UNKNOWN:
        return Outcome(Reach.UNKNOWN, f"whether {rule.what} looks at {traffic.what} cannot be told")
    return Outcome(Reach.ALL, f"{said}, {_by(rate)}")


def _evaded(rate: Mapping[str, Any], *, trusted_proxy: bool) -> str:
    """How a caller gets round the rule, "" where none does."""
    kind = rate.get("AggregateKeyType")
    if kind == "FORWARDED_IP" and not trusted_proxy:
        header = (rate.get("ForwardedIPConfig") or {}).get("HeaderName", "a header")
        return f"it counts by {header}, which callers write themselves: no proxy stands before the door"
    if kind == "CUSTOM_KEYS":
        keys = [next(iter(one), "") for one in rate.get("CustomKeys") or () if isinstance(one, Mapping)]
        missing = [key for key in keys if key not in _ALWAYS_THERE]
        if missing:
            return f"it does not count requests without {', '.join(missing)}"
    return ""


def _by(rate: Mapping[str, Any]) -> str:
    kind = rate.get("AggregateKeyType")
    if kind == "CONSTANT":
        return "all callers counted together"
    return f"counted by {kind}"
