"""From what computes to its network, and from networks to their endpoints (E23). It leads to no model by itself."""

from collections.abc import Iterator, Sequence

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.graph import Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed
from collectors import ec2

READS: tuple[Operation, ...] = (ec2.DESCRIBE_SUBNETS, ec2.DESCRIBE_VPC_ENDPOINTS)


def attached(
    aws: View, source: str, call: Call, where: str, vpc: str, subnets: Sequence[object]
) -> Iterator[Piece]:
    """The network a resource is attached to: its VPC where the answer names it, else that of its subnets."""
    if vpc:
        arn = names.vpc(aws, vpc)
        yield Node(arn, Kind.NETWORK, f"VPC {vpc}", aws.region, vpc)
        yield declared("E23", source, arn, call, f"{where}.VpcId", vpc)
        return
    for subnet in subnets:
        arn = names.own(aws, "ec2", f"subnet/{subnet}")
        yield Node(arn, Kind.NETWORK, f"subnet {subnet}", aws.region, str(subnet))
        yield declared("E23", source, arn, call, where, subnet)
        yield from _vpc_of(aws, source, str(subnet))


def _vpc_of(aws: View, source: str, subnet: str) -> Iterator[Piece]:
    known, unseen = aws.derive(_subnets)
    if subnet in known:
        call, vpc = known[subnet]
        arn = names.vpc(aws, vpc)
        yield Node(arn, Kind.NETWORK, f"VPC {vpc}", aws.region, vpc)
        yield declared("E23", source, arn, call, "Subnets[].VpcId", vpc)
    elif unseen is not None:
        yield gap("E23", source, unseen, f"the VPC of subnet {subnet} is not known")


def _subnets(aws: View) -> tuple[dict[str, tuple[Call, str]], UnseenError | None]:
    found = listed(aws, ec2.DESCRIBE_SUBNETS)
    return {
        str(subnet.get("SubnetId", "")): (call, str(subnet.get("VpcId", ""))) for call, subnet in found
    }, found.unseen


def endpoints(aws: View) -> Iterator[Piece]:
    """The endpoints of the Region's networks."""
    for call, endpoint in listed(aws, ec2.DESCRIBE_VPC_ENDPOINTS):
        ident, vpc = str(endpoint.get("VpcEndpointId", "")), str(endpoint.get("VpcId", ""))
        if not vpc:
            continue
        arn = names.own(aws, "ec2", f"vpc-endpoint/{ident}")
        service = str(endpoint.get("ServiceName", ""))
        yield Node(names.vpc(aws, vpc), Kind.NETWORK, f"VPC {vpc}", aws.region, vpc)
        yield Node(arn, Kind.NETWORK, f"endpoint {ident} for {service}", aws.region, ident)
        yield declared("E23", names.vpc(aws, vpc), arn, call, "VpcEndpoints[].ServiceName", service)
