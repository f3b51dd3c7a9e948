"""Load balancers as doors: their listeners, and the rules of application load balancers.

The default actions of a listener for HTTP or HTTPS are its last rule. Listeners of network load balancers have no rules.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import elbv2
from evaluators.derived.offered import surely

LISTENER_READS: tuple[Operation, ...] = (elbv2.DESCRIBE_LOAD_BALANCERS, elbv2.DESCRIBE_LISTENERS)
RULE_READS: tuple[Operation, ...] = (*LISTENER_READS, elbv2.DESCRIBE_RULES)

LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
_WITH_RULES = frozenset({"HTTP", "HTTPS"})


@dataclass(frozen=True, slots=True)
class Listener:
    """A listener and its load balancer."""

    balancer: Answer
    listener: Answer
    evidence: tuple[Call, ...]

    @property
    def arn(self) -> str:
        """Its ARN."""
        return str(self.listener.get("ListenerArn") or "")

    @property
    def internal(self) -> bool:
        """Whether the load balancer has private addresses only."""
        return self.balancer.get("Scheme") == "internal"

    @property
    def protocol(self) -> str:
        """``HTTP``, ``HTTPS``, ``TLS``, ``TCP``, ..."""
        return str(self.listener.get("Protocol") or "")

    @property
    def what(self) -> str:
        """The listener in words."""
        name = str(self.balancer.get("LoadBalancerArn") or "").partition(":loadbalancer/")[2]
        return f"listener on port {self.listener.get('Port', '')} of load balancer {name}"


@dataclass(frozen=True, slots=True)
class Way:
    """What a request meets at a listener: a rule, or the listener itself where there are no rules.

    actions: in the order in which they are taken. conditions: what a request must meet, all of them.
    """

    listener: Listener
    arn: str
    kind: str
    name: str
    actions: tuple[Answer, ...]
    evidence: tuple[Call, ...]
    conditions: tuple[Answer, ...] = ()

    @property
    def what(self) -> str:
        """The rule in words."""
        return f"rule {self.name} of {self.listener.what}" if self.name else self.listener.what

    @property
    def forwards(self) -> bool:
        """Whether requests go on to targets."""
        return any(action.get("Type") == "forward" for action in self.actions)


def listeners(aws: View) -> Gathered[Listener]:
    """Every listener of application and network load balancers in the Region."""
    return gather(surely(_listeners(aws)))


def _listeners(aws: View) -> Iterator[Listener]:
    held = gather(aws.items_with_call(elbv2.DESCRIBE_LOAD_BALANCERS))
    balancers = {str(one.get("LoadBalancerArn") or ""): (call, one) for call, one in held.known}
    for call, listener in aws.items_with_call(elbv2.DESCRIBE_LISTENERS):
        found = balancers.get(str(call.request.get("LoadBalancerArn") or ""))
        if found is not None and found[1].get("Type") != "gateway":
            yield Listener(found[1], listener, (found[0], call))
    if held.unseen is not None:
        raise held.unseen


def ways(aws: View) -> Gathered[Way]:
    """Every rule of every listener, and listeners that have none."""
    return gather(_ways(aws))


def _ways(aws: View) -> Iterator[Way]:
    held = aws.derive(listeners)
    by_arn = {one.arn: one for one in held.known}
    for one in held.known:
        if one.protocol not in _WITH_RULES:
            actions = _ordered(one.listener.get("DefaultActions"))
            yield Way(one, one.arn, LISTENER, "", actions, one.evidence)
    for call, rule in surely(aws.items_with_call(elbv2.DESCRIBE_RULES)):
        listener = by_arn.get(str(call.request.get("ListenerArn") or ""))
        if listener is not None:
            name = str(rule.get("Priority") or "default")
            arn = str(rule.get("RuleArn") or listener.arn)
            evidence = (*listener.evidence, call)
            conditions = tuple(values(rule, "Conditions[]"))
            yield Way(listener, arn, RULE, name, _ordered(rule.get("Actions")), evidence, conditions)
    if held.unseen is not None:
        raise held.unseen


def _ordered(actions: object) -> tuple[Answer, ...]:
    held = [one for one in actions if isinstance(one, dict)] if isinstance(actions, list) else []
    return tuple(sorted(held, key=lambda one: one.get("Order") or 0))


def unauthenticated(way: Way) -> str:
    """What an action lets through without signing in, in words; "" where a caller is signed in before the forward."""
    for action in way.actions:
        if action.get("Type") == "forward":
            break
        if action.get("Type") == "jwt-validation":
            return ""
        if str(action.get("Type") or "").startswith("authenticate-"):
            modes = (
                *values(action, "AuthenticateCognitoConfig.OnUnauthenticatedRequest"),
                *values(action, "AuthenticateOidcConfig.OnUnauthenticatedRequest"),
            )
            if "allow" in modes:
                return f"{action['Type']} lets callers through who have not signed in (OnUnauthenticatedRequest allow)"
            return ""
    return "it has no action that authenticates"
