"""What a rule group of a web ACL never gets to see: what its scope-down statement leaves out, and what a rule before it allows.

An Allow ends the evaluation of a request: rules of a higher priority number are not asked.
https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-processing-order.html
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assessor.model.control import WORKLOAD
from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, View
from evaluators.derived.doors import rest_doors
from evaluators.derived.doors.doors import doors_rest_methods
from evaluators.derived.doors.guarded import Guarded, in_question, traffic
from evaluators.derived.doors.rest_doors import RestStage
from evaluators.derived.doors.waf_statements import Reach, Traffic, of_some_clients, reach
from evaluators.derived.doors.web_doors import WebDoor

READS: tuple[Operation, ...] = rest_doors.METHOD_READS

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Use:
    """One use of a group. scope: its scope-down statement, None where it has none. before: what rules before it allow."""

    scope: Mapping[str, Any] | None
    before: tuple[Mapping[str, Any], ...]

    @property
    def whole(self) -> bool:
        """Whether every request comes to it."""
        return self.scope is None and not self.before

    def misses(self, kind: Traffic) -> bool:
        """Whether nothing of the traffic comes to it."""
        left_out = self.scope is not None and reach(self.scope, kind) is Reach.NONE
        return left_out or any(reach(statement, kind) is Reach.ALL for statement in self.before)


def use(acl: Answer, rule: Mapping[str, Any], statement: Mapping[str, Any]) -> Use:
    """A rule of the web ACL as a use of the group in its statement. Rules for certain clients allow nothing to all."""
    priority = rule.get("Priority")
    before = (
        one.get("Statement") or {}
        for one in values(acl, "Rules[]")
        if "Allow" in (one.get("Action") or {}) and _earlier(one.get("Priority"), priority)
    )
    told = tuple(one for one in before if not of_some_clients(one))
    first = any(rule is one for one in values(acl, "PreProcessFirewallManagerRuleGroups[]"))
    return Use(statement.get("ScopeDownStatement") or None, () if first else told)


def _earlier(one: object, other: object) -> bool:
    return isinstance(one, int) and isinstance(other, int) and one < other


def missed(aws: View, guarded: Guarded, uses: Sequence[Use]) -> str:
    """The traffic in question that comes to no use of a group, in words; "" where some may come of each.

    In scope ``account`` only where nothing comes at all: what each path is for is not known. Raises UnseenError.
    """
    if not uses or any(one.whole for one in uses):
        return ""
    methods = doors_rest_methods(aws)
    if methods.unseen is not None and any(isinstance(door.source, RestStage) for door in guarded.doors):
        raise methods.unseen
    sure, perhaps = in_question(aws, guarded)
    asked = [(kind, kind.certain) for kind in _traffic(aws, guarded, sure)]
    asked += [(kind, False) for kind in _traffic(aws, guarded, perhaps)]
    lost = [(kind, certain) for kind, certain in asked if all(one.misses(kind) for one in uses)]
    if aws.scope != WORKLOAD and len(lost) < len(asked):
        return ""
    found = [kind.what for kind, certain in lost if certain]
    if lost and not found:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"whether {lost[0][0].what}, which a rule group misses, leads to a model is not known",
        )
    more = " and more" if len(found) > _SHOWN else ""
    return f"{', '.join(found[:_SHOWN])}{more}" if found else ""


def _traffic(aws: View, guarded: Guarded, doors: list[WebDoor]) -> Iterator[Traffic]:
    return traffic(aws, replace(guarded, doors=tuple(doors)))
