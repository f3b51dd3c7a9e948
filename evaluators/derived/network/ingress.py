"""From where security groups let callers reach a port.

https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from collectors import ec2

# A rule of which AWS leaves the protocol out may be for TCP: what it opens is not to be overlooked.
_TCP = frozenset({"tcp", "6", "-1", ""})
_WORLD = {4: 8, 6: 16}
"""A block at least this wide is the world, however it is cut."""
_PRIVATE = ipaddress.IPv6Network("fc00::/7")
"""IPv6 addresses that no router of the internet knows."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who may reach the port: a block of addresses, a group or a prefix list, by the rule of which group."""

    group: str
    what: str
    world: bool = False
    unread: bool = False
    prefix_list: str = ""


def sources(aws: View, groups: list[str], port: int) -> Iterator[Source]:
    """Everything the groups admit to a TCP port. Raises UnseenError for groups that are not listed."""
    known = {str(one.get("GroupId") or ""): one for one in aws.items(ec2.DESCRIBE_SECURITY_GROUPS)}
    missing = [group for group in groups if group not in known]
    for group in groups:
        for rule in values(known.get(group) or {}, "IpPermissions[]"):
            if _covers(rule, port):
                yield from _of(rule, group)
    if missing:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"security group {', '.join(missing)} is not among those of this account: its rules are not known",
        )


def _covers(rule: Any, port: int) -> bool:
    protocol = str(rule.get("IpProtocol") or "").lower()
    if protocol not in _TCP:
        return False
    low, high = rule.get("FromPort"), rule.get("ToPort")
    if protocol == "-1" or low is None or high is None:
        return True
    return int(low) <= port <= int(high)


def _of(rule: Any, group: str) -> Iterator[Source]:
    for member, name in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
        for text in values(rule, f"{member}[].{name}"):
            yield Source(group, str(text), world=is_world(str(text)))
    for other in values(rule, "UserIdGroupPairs[].GroupId"):
        yield Source(group, f"group {other}")
    for listed in values(rule, "PrefixListIds[].PrefixListId"):
        yield Source(group, f"prefix list {listed}", unread=True, prefix_list=str(listed))


def is_world(text: str) -> bool:
    """Whether a block of addresses is the whole internet, or a part of it too wide to mean anything."""
    try:
        block = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    if isinstance(block, ipaddress.IPv6Network) and block.subnet_of(_PRIVATE):
        return False
    return block.prefixlen < _WORLD[block.version]
