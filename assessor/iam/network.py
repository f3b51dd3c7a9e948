"""From where a principal can do something: the same question with the network pinned, class by class.

The classes: the internet, each known address range, each VPC endpoint with its policy, and through an AWS service.
"Only through PrivateLink" is DENIED in every class but the endpoints.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from assessor.iam.conditions import ABSENT
from assessor.iam.decide import Decision, Verdict
from assessor.iam.holders import Principal
from assessor.iam.policy import Policy
from assessor.iam.request import Given
from assessor.iam.universe import Universe

INTERNET = "internet"
SERVICE = "through an AWS service"
_STRANGE_ADDRESSES = ("198.51.100.9", "192.0.2.77", "54.77.200.13", "3.201.9.77")


@dataclass(frozen=True, slots=True)
class NetworkClass:
    """A place requests come from: the keys it fixes, and the endpoint policy it passes."""

    name: str
    given: Given = field(default_factory=dict)
    endpoint: Policy | None = None

    @property
    def private(self) -> bool:
        """Whether it is a VPC endpoint."""
        return self.name.startswith("vpce-")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint of the inventory; ``policy`` None stands for the default policy, which allows everything."""

    id: str
    vpc: str = ""
    policy: Policy | None = None


def network_classes(
    ranges: Iterable[str] = (), endpoints: Iterable[Endpoint] = ()
) -> tuple[NetworkClass, ...]:
    """The classes of an inventory. ``ranges`` are CIDR blocks; raises ValueError for text that is none."""
    known = [ipaddress.ip_network(text, strict=False) for text in ranges]
    strange = next(
        (text for text in _STRANGE_ADDRESSES if not any(_inside(text, block) for block in known)),
        _STRANGE_ADDRESSES[0],
    )
    direct: Given = {
        "aws:SourceVpce": ABSENT,
        "aws:SourceVpc": ABSENT,
        "aws:VpcSourceIp": ABSENT,
        "aws:VpceAccount": ABSENT,
        "aws:VpceOrgID": ABSENT,
        "aws:VpceOrgPaths": ABSENT,
        "aws:ViaAWSService": "false",
    }
    found = [NetworkClass(INTERNET, {**direct, "aws:SourceIp": strange})]
    found += [
        NetworkClass(str(block), {**direct, "aws:SourceIp": str(block[min(9, block.num_addresses - 1)])})
        for block in known
    ]
    for endpoint in endpoints:
        given: Given = {"aws:SourceVpce": endpoint.id, "aws:SourceIp": ABSENT, "aws:ViaAWSService": "false"}
        if endpoint.vpc:
            given = {**given, "aws:SourceVpc": endpoint.vpc}
        found.append(NetworkClass(endpoint.id, given, endpoint.policy))
    found.append(NetworkClass(SERVICE, {**direct, "aws:ViaAWSService": "true", "aws:SourceIp": strange}))
    return tuple(found)


def _inside(text: str, block: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    where = ipaddress.ip_address(text)
    return where.version == block.version and where in block


def from_where(
    universe: Universe,
    principal: Principal,
    action: str,
    resource: str,
    classes: Iterable[NetworkClass],
    *,
    resource_policy: Policy | None = None,
) -> Mapping[str, Decision]:
    """The decision for each class, by its name."""
    return {
        place.name: universe.ask(
            principal,
            action,
            resource,
            resource_policy=resource_policy,
            endpoint=place.endpoint,
            given=place.given,
        )
        for place in classes
    }


def only_private(decisions: Mapping[str, Decision]) -> bool:
    """Whether every class but the VPC endpoints is DENIED."""
    return all(d.verdict is Verdict.DENIED for name, d in decisions.items() if not name.startswith("vpce-"))
