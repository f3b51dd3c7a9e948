"""Where to security groups let traffic out.

A group without a rule for what leaves lets nothing out. Several groups of one interface add up.
https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from collectors import ec2
from evaluators.derived.network.ingress import is_world

READS: tuple[Operation, ...] = (ec2.DESCRIBE_SECURITY_GROUPS,)

V4, V6 = 4, 6
_RANGES = (("IpRanges", "CidrIp", V4), ("Ipv6Ranges", "CidrIpv6", V6))
_CONTROL_MESSAGES = frozenset({"icmp", "icmpv6", "1", "58"})


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a rule lets traffic go: a block of addresses, a group or a prefix list.

    world: the whole internet. family: the version of IP of a block, 0 for what is none.
    """

    group: str
    what: str
    family: int = 0
    world: bool = False


def destinations(aws: View, groups: tuple[str, ...]) -> Iterator[Destination]:
    """Everything the groups let traffic out to. Raises UnseenError after it for groups that are not listed."""
    if not groups:
        raise UnseenError(Why.LINK_UNKNOWN, "AWS does not say which security groups it has")
    known: dict[str, Any] = {}
    failure: UnseenError | None = None
    try:
        for one in aws.items(ec2.DESCRIBE_SECURITY_GROUPS):
            known[str(one.get("GroupId") or "")] = one
    except UnseenError as error:
        failure = error
    missing = [group for group in groups if group not in known]
    for group in groups:
        for rule in values(known.get(group) or {}, "IpPermissionsEgress[]"):
            if str(rule.get("IpProtocol") or "").lower() not in _CONTROL_MESSAGES:
                yield from _of(rule, group)
    if missing:
        raise failure or UnseenError(
            Why.LINK_UNKNOWN,
            f"security group {', '.join(missing)} is not among those of this account: its rules are not known",
        )


def _of(rule: Any, group: str) -> Iterator[Destination]:
    ports = _ports(rule)
    for member, name, family in _RANGES:
        for block in map(str, values(rule, f"{member}[].{name}")):
            yield Destination(group, f"{block}{ports}", family, is_world(block))
    for other in values(rule, "UserIdGroupPairs[].GroupId"):
        yield Destination(group, f"group {other}{ports}")
    for listed in values(rule, "PrefixListIds[].PrefixListId"):
        yield Destination(group, f"prefix list {listed}{ports}")


def _ports(rule: Any) -> str:
    protocol = str(rule.get("IpProtocol") or "").lower()
    low, high = rule.get("FromPort"), rule.get("ToPort")
    if protocol == "-1" or low is None or high is None:
        return ""
    return f" port {low}" if low == high else f" ports {low}-{high}"
