"""Where a subnet's routes to everywhere lead: the internet, a firewall, another network, or nowhere.

A subnet without a route table of its own uses its VPC's main one.
https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, View, gather
from collectors import ec2
from evaluators.derived.network.egress import V4, V6
from evaluators.derived.network.ingress import is_world
from evaluators.derived.network.vpc_callers import subnets

READS: tuple[Operation, ...] = (
    ec2.DESCRIBE_ROUTE_TABLES,
    ec2.DESCRIBE_SUBNETS,
    ec2.DESCRIBE_NAT_GATEWAYS,
    ec2.DESCRIBE_VPC_ENDPOINTS,
)

_DEAD = frozenset({"blackhole", "filtered"})
_DISSOLVED = frozenset({"disassociated", "failed"})
_ANY = 0
_ALL_OF_V4_IN_V6 = "64:ff9b::/96"
"""Where DNS64 puts every IPv4 address; a NAT gateway carries it out.
https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html"""


class Leads(Enum):
    """Where a route leads. ELSEWHERE: to a network or appliance of which it is not known where that leads."""

    INTERNET = "internet"
    FIREWALL = "firewall"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Exit:
    """A route out of a subnet to everywhere.

    family: the version of IP, 0 where that is not known. by: its target in words. firewall: the endpoint of a firewall.
    """

    subnet: str
    family: int
    leads: Leads
    by: str
    firewall: str = ""


@dataclass(frozen=True, slots=True)
class _Tables:
    """Route tables by the subnets they are associated with, and main ones by VPC."""

    own: Mapping[str, Answer]
    main: Mapping[str, Answer]
    unseen: UnseenError | None


def exits(aws: View, subnet: str, vpc: str = "") -> Iterator[Exit]:
    """Every route of the subnet to everywhere. Raises UnseenError, after those that could be followed.

    vpc: the subnet's VPC where that is known already.
    """
    table = _table(aws, subnet, vpc)
    if table is None:
        raise UnseenError(Why.LINK_UNKNOWN, f"no route table of subnet {subnet} is listed")
    yield from _of_table(aws, table, subnet, frozenset())


def _of_table(aws: View, table: Answer, subnet: str, passed: frozenset[str]) -> Iterator[Exit]:
    yield from gather(*(_of_route(aws, route, subnet, passed) for route in values(table, "Routes[]")))


def _tables(aws: View) -> _Tables:
    own: dict[str, Answer] = {}
    main: dict[str, Answer] = {}
    listed = gather(aws.items(ec2.DESCRIBE_ROUTE_TABLES))
    for table in listed.known:
        for link in table.get("Associations") or ():
            if str((link.get("AssociationState") or {}).get("State") or "").lower() in _DISSOLVED:
                continue
            if link.get("SubnetId"):
                own[str(link["SubnetId"])] = table
            elif link.get("Main"):
                main[str(table.get("VpcId") or "")] = table
    return _Tables(own, main, listed.unseen)


def _table(aws: View, subnet: str, vpc: str) -> Answer | None:
    """The route table in force for a subnet; None where the listing is complete and holds none."""
    tables = aws.derive(_tables)
    if subnet in tables.own:
        return tables.own[subnet]
    if tables.unseen is not None:
        # Its own table may stand in the part that could not be read.
        raise tables.unseen
    if not vpc:
        known = aws.derive(subnets).get(subnet)
        vpc = known.vpc if known is not None else ""
    return tables.main.get(vpc)


def _of_route(aws: View, route: Answer, subnet: str, passed: frozenset[str]) -> Iterator[Exit]:
    if str(route.get("State") or "").lower() in _DEAD or route.get("GatewayId") == "local":
        return
    listed = str(route.get("DestinationPrefixListId") or "")
    family = _ANY
    if not listed:
        family = V6 if route.get("DestinationIpv6CidrBlock") else V4
        destination = str(route.get("DestinationIpv6CidrBlock") or route.get("DestinationCidrBlock") or "")
        if destination != _ALL_OF_V4_IN_V6 and not is_world(destination):
            return
    for found in _target(aws, route, subnet, family, passed):
        if not listed or found.leads is Leads.FIREWALL:
            yield found
        elif found.leads is not Leads.NOWHERE:
            by = f"{found.by}, for what prefix list {listed} holds"
            yield replace(found, leads=Leads.ELSEWHERE, by=by)


_ELSEWHERE = {
    "TransitGatewayId": "transit gateway",
    "CoreNetworkArn": "core network",
    "LocalGatewayId": "local gateway",
    "OdbNetworkArn": "database network",
    "NetworkInterfaceId": "network interface",
    "InstanceId": "instance",
}


def _target(aws: View, route: Answer, subnet: str, family: int, passed: frozenset[str]) -> Iterator[Exit]:
    gateway = str(route.get("GatewayId") or "")
    if route.get("NatGatewayId"):
        yield from _nat(aws, str(route["NatGatewayId"]), subnet, family, passed)
    elif route.get("EgressOnlyInternetGatewayId"):
        yield _internet(aws, subnet, family, f"egress-only gateway {route['EgressOnlyInternetGatewayId']}")
    elif gateway.startswith("igw-"):
        yield _internet(aws, subnet, family, f"internet gateway {gateway}")
    elif route.get("CarrierGatewayId"):
        yield Exit(subnet, family, Leads.INTERNET, f"carrier gateway {route['CarrierGatewayId']}")
    elif gateway.startswith("vpce-"):
        yield _endpoint(aws, gateway, subnet, family)
    elif route.get("VpcPeeringConnectionId"):
        # Through a peering connection nobody reaches the other VPC's gateways:
        # https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
        by = f"peering connection {route['VpcPeeringConnectionId']}, behind which no gateway can be used"
        yield Exit(subnet, family, Leads.NOWHERE, by)
    else:
        named = next((f"{word} {route[name]}" for name, word in _ELSEWHERE.items() if route.get(name)), "")
        by = named or (f"gateway {gateway}" if gateway else "a target that AWS does not name")
        yield Exit(subnet, family, Leads.ELSEWHERE, by)


def _internet(aws: View, subnet: str, family: int, by: str) -> Exit:
    if _blocked(aws, subnet):
        return Exit(subnet, family, Leads.NOWHERE, f"{by}, which VPC Block Public Access shuts")
    return Exit(subnet, family, Leads.INTERNET, by)


def _blocked(aws: View, subnet: str) -> bool:
    """Whether VPC Block Public Access shuts internet gateways for the subnet in both directions."""
    return subnet in aws.derive(_shut)


def _shut(aws: View) -> frozenset[str]:
    return frozenset(
        str(one.get("SubnetId"))
        for one in aws.items(ec2.DESCRIBE_SUBNETS)
        if (one.get("BlockPublicAccessStates") or {}).get("InternetGatewayBlockMode") == "block-bidirectional"
    )


def _endpoint(aws: View, ident: str, subnet: str, family: int) -> Exit:
    listed = gather(aws.items(ec2.DESCRIBE_VPC_ENDPOINTS))
    found = next((one for one in listed.known if one.get("VpcEndpointId") == ident), None)
    if found is None and listed.unseen is not None:
        raise listed.unseen
    kind = str((found or {}).get("VpcEndpointType") or "").lower()
    if kind == "gateway":
        return Exit(subnet, family, Leads.NOWHERE, f"gateway endpoint {ident}")
    if kind == "gatewayloadbalancer":
        return Exit(subnet, family, Leads.FIREWALL, f"firewall endpoint {ident}", ident)
    return Exit(subnet, family, Leads.ELSEWHERE, f"endpoint {ident}")


def _nat(aws: View, ident: str, subnet: str, family: int, passed: frozenset[str]) -> Iterator[Exit]:
    """Where a NAT gateway leads: out, unless it is a private one, or a proxy or firewall stands behind it."""
    listed = gather(aws.items(ec2.DESCRIBE_NAT_GATEWAYS))
    found: Answer | None = next((one for one in listed.known if one.get("NatGatewayId") == ident), None)
    if found is None:
        if listed.unseen is not None:
            raise listed.unseen
        yield Exit(subnet, family, Leads.INTERNET, f"NAT gateway {ident}")
        return
    private = found.get("ConnectivityType") == "private"
    by = f"{'private ' if private else ''}NAT gateway {ident}"
    proxy = next(
        (
            str(one.get("VpcEndpointId") or one.get("ApplianceArn") or "")
            for one in found.get("AttachedAppliances") or ()
            if one.get("AttachmentState") == "attached"
        ),
        None,
    )
    if proxy is not None:
        yield Exit(subnet, family, Leads.FIREWALL, f"{by} with a proxy of Network Firewall", proxy)
        return
    own = str(found.get("SubnetId") or "")
    behind: list[Exit] = []
    table = _table(aws, own, str(found.get("VpcId") or "")) if own and own not in passed else None
    if table is not None:
        behind = list(_of_table(aws, table, own, passed | {own}))
    elif private and own not in passed:
        yield Exit(subnet, family, Leads.ELSEWHERE, f"{by}, whose own route table is not listed")
        return
    onward = [
        replace(one, subnet=subnet, by=f"{by}, then {one.by}") for one in behind if one.family in (V4, _ANY)
    ]
    if private:
        yield from onward or [Exit(subnet, family, Leads.NOWHERE, f"{by}, from which nothing leads on")]
        return
    guarded = [one for one in onward if one.leads is Leads.FIREWALL]
    yield from guarded or [replace(_internet(aws, own or subnet, family, by), subnet=subnet)]
