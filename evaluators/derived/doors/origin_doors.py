"""Doors that something else may stand before: what a distribution or a custom domain can lead to.

Beside what a web ACL sees of a Region, network load balancers: they hold none, and a distribution may lead to them.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Gathered, View, gather
from collectors import bedrock_agentcore_control, elbv2
from evaluators.derived.doors import web_doors
from evaluators.derived.doors.function_urls import FunctionUrl
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (
    *web_doors.READS,
    elbv2.DESCRIBE_LOAD_BALANCERS,
    bedrock_agentcore_control.GET_GATEWAY,
)

_NEVER_BEHIND = frozenset({web_doors.DISTRIBUTION, web_doors.POOL})


def origin_doors(aws: View) -> Gathered[WebDoor]:
    """Every door of the Region that may lie behind another."""
    doors = aws.derive(web_doors.web_doors)
    known = gather(
        iter(door for door in doors.known if door.kind not in _NEVER_BEHIND), surely(_network(aws))
    )
    return Gathered(known.known, doors.unseen or known.unseen)


def network(door: WebDoor) -> bool:
    """Whether it is a network load balancer: it holds no web ACL and has no rules."""
    return door.kind == web_doors.BALANCER and door.answer.get("Type") == "network"


def hosts(aws: View, door: WebDoor) -> list[str]:
    """The host names of a door that is no API of API Gateway, in lower case. Raises UnseenError, also where AWS states none."""
    found = [host for host in _named(aws, door) if host]
    if not found:
        raise UnseenError(Why.LINK_UNKNOWN, f"AWS states no host name for {door.what}")
    return found


def _named(aws: View, door: WebDoor) -> list[str]:
    if isinstance(door.source, FunctionUrl):
        return [door.source.host.lower()]
    if door.kind == web_doors.BALANCER:
        name = str(door.answer.get("DNSName") or "").lower()
        return [name, f"dualstack.{name}"] if name else []
    if door.kind == web_doors.SERVICE:
        return [str(door.answer.get("ServiceUrl") or "").lower()]
    if door.kind == web_doors.GATEWAY:
        ident = door.answer.get("gatewayId")
        answer = aws.get(bedrock_agentcore_control.GET_GATEWAY, gatewayIdentifier=ident) or {}
        return [_host(str(answer.get("gatewayUrl") or ""))]
    return [_host(str(url)) for url in (*values(door.answer, "uris{}"), *values(door.answer, "dns{}"))]


def _host(text: str) -> str:
    return (urlsplit(text if "//" in text else f"//{text}").hostname or "").lower()


def _network(aws: View) -> Iterator[WebDoor]:
    for call, balancer in aws.items_with_call(elbv2.DESCRIBE_LOAD_BALANCERS):
        if balancer.get("Type") == "network" and balancer.get("LoadBalancerArn"):
            arn = str(balancer["LoadBalancerArn"])
            name = arn.partition(":loadbalancer/")[2]
            yield WebDoor(web_doors.BALANCER, arn, f"load balancer {name}", balancer, (call,))
