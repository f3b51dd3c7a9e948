"""Load balancers and Lattice services: from listeners and rules to target groups, and on to what computes (E9)."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, Why
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.containers import registered
from assessor.workload.graph import EVERYWHERE, Answers, Gap, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed
from collectors import elbv2, vpc_lattice

READS: tuple[Operation, ...] = (
    elbv2.DESCRIBE_LOAD_BALANCERS,
    elbv2.DESCRIBE_LISTENERS,
    elbv2.DESCRIBE_RULES,
    elbv2.DESCRIBE_TARGET_GROUPS,
    elbv2.DESCRIBE_TARGET_HEALTH,
    vpc_lattice.LIST_SERVICES,
    vpc_lattice.LIST_TARGET_GROUPS,
    vpc_lattice.LIST_TARGETS,
)

_GROUPS = "ForwardConfig.TargetGroups[].TargetGroupArn"


def load_balancers(aws: View) -> Iterator[Piece]:
    """Every load balancer of the Region."""
    balancers = listed(aws, elbv2.DESCRIBE_LOAD_BALANCERS)
    if balancers.unseen is not None:
        yield gap("E9", EVERYWHERE, balancers.unseen, "which load balancers there are is not known")
    for _, balancer in balancers:
        arn = str(balancer.get("LoadBalancerArn", ""))
        name = names.last(arn.rpartition("/")[0]) or names.last(arn)
        yield Node(
            arn, Kind.DOOR, f"load balancer {name}", aws.region, str(balancer.get("LoadBalancerName") or name)
        )
        if balancer.get("DNSName"):
            yield Answers(str(balancer["DNSName"]), arn)
        listeners = listed(aws, elbv2.DESCRIBE_LISTENERS, LoadBalancerArn=arn)
        if listeners.unseen is not None:
            yield gap("E9", arn, listeners.unseen, "its listeners are not known")
        for call, listener in listeners:
            yield from _listener(aws, arn, listener, call)
    yield from _groups(aws)


def _listener(aws: View, balancer: str, listener: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    arn = str(listener.get("ListenerArn", ""))
    port = listener.get("Port", "")
    yield Node(arn, Kind.RELAY, f"listener on port {port}", aws.region, str(port))
    yield declared("E9", balancer, arn, call, "Listeners[].ListenerArn", port)
    yield from _forwarded(arn, listener.get("DefaultActions"), call, "Listeners[].DefaultActions[]")
    if listener.get("Protocol") not in {"HTTP", "HTTPS", None}:
        return
    rules = listed(aws, elbv2.DESCRIBE_RULES, ListenerArn=arn)
    if rules.unseen is not None:
        yield gap("E9", arn, rules.unseen, "its rules are not known")
    for rule_call, rule in rules:
        rule_arn = str(rule.get("RuleArn", ""))
        priority = str(rule.get("Priority") or "default")
        yield Node(rule_arn, Kind.DOOR, f"rule {priority} of listener on port {port}", aws.region, priority)
        yield declared("E9", arn, rule_arn, rule_call, "Rules[].RuleArn", priority)
        yield from _forwarded(rule_arn, rule.get("Actions"), rule_call, "Rules[].Actions[]")


def _forwarded(source: str, actions: Any, call: Call, at: str) -> Iterator[Piece]:
    for action in actions or ():
        if action.get("TargetGroupArn"):
            yield from targets.leads(
                "E9", source, str(action["TargetGroupArn"]), call, f"{at}.TargetGroupArn"
            )
        for group in values(action, _GROUPS):
            yield from targets.leads("E9", source, str(group), call, f"{at}.{_GROUPS}")


def _groups(aws: View) -> Iterator[Piece]:
    for call, group in listed(aws, elbv2.DESCRIBE_TARGET_GROUPS):
        arn = str(group.get("TargetGroupArn", ""))
        kind = str(group.get("TargetType") or "instance")
        name = str(group.get("TargetGroupName") or names.last(arn.rpartition("/")[0]))
        yield Node(arn, Kind.RELAY, f"target group {name}", aws.region, name)
        health = listed(aws, elbv2.DESCRIBE_TARGET_HEALTH, TargetGroupArn=arn)
        if health.unseen is not None:
            yield gap("E9", arn, health.unseen, "its targets are not known")
        for target_call, described in health:
            ident = str((described.get("Target") or {}).get("Id") or "")
            yield from _target(aws, arn, kind, ident, target_call, "TargetHealthDescriptions[].Target.Id")
        if health.known:
            yield from _containers(aws, arn, kind, call)


def _containers(aws: View, arn: str, kind: str, call: Call) -> Iterator[Piece]:
    """Addresses say nothing of what answers there; an ECS service that registers itself there does.

    An instance answers for itself, or for the containers of a service that runs on it, each with a role of its own.
    """
    kind = kind.lower()
    if kind not in {"ip", "instance"}:
        return
    groups, unseen = aws.derive(registered)
    if unseen is not None:
        yield gap("E9", arn, unseen, "which containers are registered with it is not known")
    if kind == "ip" and arn not in groups:
        detail = "its targets are addresses: what answers there is not known"
        yield Gap("E9", arn, Why.LINK_UNKNOWN, detail, call=call)


def _target(aws: View, group: str, kind: str, ident: str, call: Call, where: str) -> Iterator[Piece]:
    match kind.lower():
        case "lambda" | "alb":
            yield from targets.leads("E9", group, ident, call, where)
        case "instance":
            instance = names.own(aws, "ec2", f"instance/{ident}")
            yield Node(instance, Kind.COMPUTE, f"instance {ident}", aws.region, ident, described=False)
            yield declared("E9", group, instance, call, where, ident)


def lattice_services(aws: View) -> Iterator[Piece]:
    """Every VPC Lattice service of the Region."""
    services = listed(aws, vpc_lattice.LIST_SERVICES)
    if services.unseen is not None:
        yield gap("E9", EVERYWHERE, services.unseen, "which VPC Lattice services there are is not known")
    groups = listed(aws, vpc_lattice.LIST_TARGET_GROUPS)
    for _, service in services:
        arn = str(service.get("arn", ""))
        yield Node(
            arn, Kind.DOOR, f"Lattice service {names.last(arn)}", aws.region, str(service.get("name") or "")
        )
        host = str((service.get("dnsEntry") or {}).get("domainName") or "")
        if host:
            yield Answers(host, arn)
        if groups.unseen is not None:
            yield gap("E9", arn, groups.unseen, "its target groups are not known")
    for call, group in groups:
        arn = str(group.get("arn", ""))
        yield Node(
            arn, Kind.RELAY, f"target group {names.last(arn)}", aws.region, str(group.get("name") or "")
        )
        for service in group.get("serviceArns") or ():
            yield declared("E9", str(service), arn, call, "items[].serviceArns[]", service)
        held = listed(aws, vpc_lattice.LIST_TARGETS, targetGroupIdentifier=arn)
        if held.unseen is not None:
            yield gap("E9", arn, held.unseen, "its targets are not known")
        kind = str(group.get("type") or "")
        for target_call, target in held:
            yield from _target(aws, arn, kind, str(target.get("id") or ""), target_call, "items[].id")
        if held.known:
            yield from _containers(aws, arn, kind, call)
