"""GAI-6.01: VPCs that host model callers have interface endpoints for the Bedrock planes they use."""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, info, passed
from assessor.model.view import Answer, View, gather
from collectors import ec2
from evaluators.derived.network import vpc_callers
from evaluators.derived.network.planes import PLANES, Use, Used, crossing, plane_of, planes_of
from evaluators.derived.network.vpc_callers import VpcCaller, subnets
from evaluators.derived.principals import universe
from evaluators.derived.principals.universe import estate
from evaluators.derived.words import sentence

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Need:
    """A plane that callers in a VPC may use; ``used`` says how, for the first of them."""

    vpc: str
    plane: str
    used: Used
    callers: tuple[VpcCaller, ...]

    @property
    def who(self) -> str:
        said = [caller.what for caller in self.callers]
        more = f" and {len(said) - _SHOWN} more" if len(said) > _SHOWN else ""
        return f"{', '.join(said[:_SHOWN])}{more}"


def subjects(aws: View) -> Iterator[Subject]:
    """Every plane that something in a VPC may use, by VPC."""
    callers = aws.derive(vpc_callers.vpc_callers)
    known = estate(aws)
    needs: dict[tuple[str, str], list[tuple[Used, VpcCaller]]] = {}
    for caller in (one for one in callers.known if one.vpc):
        for plane, used in planes_of(aws, known, caller.role).items():
            needs.setdefault((caller.vpc, plane), []).append((used, caller))
    for (vpc, plane), found in sorted(needs.items(), key=lambda item: item[0]):
        use = next(wanted for wanted in Use if any(used.use is wanted for used, _ in found))
        of_use = [(used, caller) for used, caller in found if used.use is use]
        need = _Need(vpc, plane, of_use[0][0], tuple(caller for _, caller in of_use))
        calls = [call for caller in need.callers for call in caller.evidence]
        yield Subject(
            f"arn:{aws.account.partition}:ec2:{aws.region}:{aws.account_id}:vpc/{vpc}",
            "AWS::EC2::VPC",
            key=plane,
            about={"need": need},
            evidence=tuple(dict.fromkeys((*calls, *known.evidence))),
            # Doors may call an alias: the role shows that a function lies on a path all the same.
            stands_for=tuple(dict.fromkeys(arn for one in need.callers for arn in (one.arn, one.role))),
        )
    if callers.unseen is not None:
        raise callers.unseen


@control(
    "GAI-6.01",
    slug="private-endpoint-for-used-planes",
    item=Item.PERIMETER,
    title="VPCs that host model callers have interface endpoints for the Bedrock planes they use",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::EC2::VPC",
    subjects=subjects,
    reads=[*vpc_callers.READS, *universe.READS, ec2.DESCRIBE_VPC_ENDPOINTS],
    when_none=Status.NOT_APPLICABLE,
    none_because="Nothing that runs in a VPC of this Region may call a model (GAI-6.05 looks at callers outside).",
    why="Without the endpoint, prompts and answers leave the VPC by its way to the internet, or the VPC needs one.",
    remediation="Create an interface endpoint for the plane in the VPC.",
    fix_cli=(
        "aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface --vpc-id $V --service-name "
        "com.amazonaws.$REGION.bedrock-runtime --subnet-ids $S1 $S2 --security-group-ids $SG "
        "--private-dns-enabled"
    ),
    answers=("S6.3", "S6.1"),
    frameworks={
        "gensec": ("GENSEC01-BP02",),
        "mitre_atlas": ("AML.M0032",),
        "iso_42001": ("A.6.2.5",),
        "prowler_aisf": ("AISF-INFRA-01",),
    },
    parameters=("shared_endpoint_vpcs",),
    edge_cases=(
        "The control-plane endpoint bedrock is not enough: it does not carry InvokeModel.",
        "Service names differ between partitions and for FIPS: the last part of the name counts.",
        "An endpoint with another ServiceRegion leads to that Region, not to this one.",
        "bedrock-mantle and bedrock-agent-runtime are endpoints of their own.",
        "An endpoint without private DNS is reached by its own name only: mentioned here, judged in GAI-6.02.",
        "In a shared VPC the owner's account holds the endpoints, which cannot be seen from here.",
        "A role that may use a plane only because it may do everything is a suspicion: INFO.",
    ),
    workload_aware=True,
)
def private_endpoint_for_used_planes(subject: Subject, aws: View) -> Verdict:
    """Every plane that something in a VPC may use has an endpoint in that VPC.

    Judged is each VPC together with each plane (bedrock-runtime, bedrock-agent-runtime, bedrock-agentcore,
    bedrock-mantle) that the role of a function, ECS service, instance, AgentCore runtime or harness in it may
    use.

    Passes: an interface endpoint of the plane is Available in the VPC, or in a VPC of this account that
    ``shared_endpoint_vpcs`` names.

    Fails: there is none, or none that is Available.

    Not assessed: the VPC, or the VPC that the parameter names, belongs to another account.

    By hand::

        aws ec2 describe-vpc-endpoints --filters Name=vpc-id,Values=$V --query 'VpcEndpoints[].[ServiceName,State]'
        aws lambda list-functions --query 'Functions[].[FunctionName,Role,VpcConfig.VpcId]'
    """
    need = subject.about["need"]
    assert isinstance(need, _Need)
    if need.used.unseen is not None:
        raise need.used.unseen
    said = f"{sentence(need.who)} in {need.vpc} may use {need.plane} ({need.used.action})"
    if need.used.use is Use.SUSPECTED:
        return info(f"{said} only because the role may do everything: a suspicion, no path")
    endpoints = gather(aws.items(ec2.DESCRIBE_VPC_ENDPOINTS))
    wanted = [one for one in endpoints.known if _fits(one, need.plane)]
    there = _available(wanted, need.vpc, aws.region)
    if there is not None:
        return passed(f"{said}; endpoint {there.get('VpcEndpointId')} is available in it", *_dns(there))
    shared = [str(vpc) for vpc in aws.parameters.get("shared_endpoint_vpcs")]
    for vpc in shared:
        there = _available(wanted, vpc, aws.region)
        if there is not None:
            where = f"{vpc}, whose endpoints the owner says it uses"
            return passed(f"{said}; endpoint {there.get('VpcEndpointId')} is available in {where}")
    if endpoints.unseen is not None:
        raise endpoints.unseen
    _owned(need.vpc, said, shared, aws)
    return failed(
        f"{said}, but the VPC has no available endpoint for it{_instead(endpoints.known, need, aws)}"
    )


def _fits(endpoint: Answer, plane: str) -> bool:
    return str(endpoint.get("VpcEndpointType", "")).lower() == "interface" and plane_of(endpoint) == plane


def _available(wanted: list[Answer], vpc: str, region: str) -> Answer | None:
    for one in wanted:
        state = str(one.get("State", "")).lower()
        if one.get("VpcId") == vpc and state == "available" and not crossing(one, region):
            return one
    return None


def _dns(endpoint: Answer) -> tuple[str, ...]:
    if endpoint.get("PrivateDnsEnabled") is False:
        return ("Its private DNS is off: callers reach it only by its own name (GAI-6.02)",)
    return ()


def _owned(vpc: str, said: str, shared: list[str], aws: View) -> None:
    """Raises UnseenError where an endpoint may lie in another account."""
    listed = aws.derive(subnets).values()
    owners = {one.owner for one in listed if one.vpc == vpc and one.owner not in ("", aws.account_id)}
    if owners:
        raise UnseenError(
            Why.CROSS_ACCOUNT,
            f"{said}; the VPC belongs to account {', '.join(sorted(owners))}, which holds its endpoints",
        )
    ours = {one.vpc for one in listed if one.owner in ("", aws.account_id)}
    foreign = [one for one in shared if one not in ours]
    if foreign:
        raise UnseenError(
            Why.CROSS_ACCOUNT,
            f"{said}; {', '.join(foreign)}, whose endpoints the owner says it uses, is not of this account",
        )


def _instead(endpoints: list[Answer], need: _Need, aws: View) -> str:
    """What is there in place of the endpoint, in words."""
    found = []
    for one in endpoints:
        if one.get("VpcId") != need.vpc or not plane_of(one):
            continue
        name = one.get("VpcEndpointId")
        if plane_of(one) == need.plane and crossing(one, aws.region):
            found.append(f"{name} leads to {one.get('ServiceRegion')}")
        elif plane_of(one) == need.plane:
            found.append(f"{name} is {one.get('State')}")
        elif plane_of(one) not in PLANES:
            found.append(f"{name} is for {plane_of(one)}, which carries no calls of models")
    return f": {', '.join(found)}" if found else ""
