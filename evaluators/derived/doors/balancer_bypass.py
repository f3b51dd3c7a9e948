"""Whether a load balancer can be reached past the distributions before it.

Two locks belong together: security groups that admit CloudFront only, and rules that forward only requests with the
header it adds. Groups alone admit everybody's distributions; rules alone leave the load balancer to the internet. A VPC
origin needs neither.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assessor.model.control import WORKLOAD, Subject
from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError
from assessor.model.verdict import Severity
from assessor.model.view import View
from assessor.workload.workload import Standing
from evaluators.derived import workload
from evaluators.derived.doors import admission, balancer_doors
from evaluators.derived.doors.admission import Admitted, admitted
from evaluators.derived.doors.balancer_doors import Way, ways
from evaluators.derived.doors.bypass import ANY_CUSTOMER, Shut, by_header
from evaluators.derived.doors.distributions import Distribution
from evaluators.derived.doors.secret_headers import asks_for
from evaluators.derived.doors.web_doors import WebDoor

READS: tuple[Operation, ...] = (*balancer_doors.RULE_READS, *admission.READS)

_OFF_PATH = frozenset({Standing.NOT_ON_PATH, Standing.EXCLUDED, Standing.SUSPECTED})
_EVERYBODY = Admitted(world=("everybody, as it has no security group",))


@dataclass(slots=True)
class _Found:
    """What the ways into a load balancer show, in words.

    opened: past the distributions. weak: by knowing the header. hidden: not known which. asked: a rule asks for it.
    """

    opened: list[str] = field(default_factory=list)
    weak: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    asked: bool = False
    unseen: UnseenError | None = None


def balancer_shut(aws: View, door: WebDoor, before: Sequence[Distribution]) -> Shut:
    """An internet-facing load balancer. Raises UnseenError where nothing that is seen decides."""
    found = _Found()
    headers = {name for one in before for name in one.headers}
    groups = [str(one) for one in values(door.answer, "SecurityGroups[]")]
    held = aws.derive(ways)
    for way in held.known:
        if way.forwards and way.listener.balancer.get("LoadBalancerArn") == door.arn:
            _look(aws, way, groups, headers, found)
    if found.opened:
        why = "; ".join(found.opened[:3])
        return Shut(False, why) if found.asked else by_header(before, why)
    unseen = found.unseen or held.unseen
    if unseen is not None:
        raise unseen
    if found.hidden:
        return Shut(None, "; ".join(found.hidden[:3]))
    if found.weak:
        return Shut(False, "; ".join(found.weak[:3]), Severity.LOW)
    return Shut(True, "; ".join(dict.fromkeys(found.locked)) or "none of its listeners forwards requests")


def _look(aws: View, way: Way, groups: list[str], headers: set[str], found: _Found) -> None:
    on_path = _on_path(aws, way)
    if on_path is False:
        return
    port = way.listener.listener.get("Port")
    who = admitted(aws, groups, port) if groups and isinstance(port, int) else _EVERYBODY
    asks = asks_for(way, headers)
    found.asked = found.asked or asks is True
    if who.world and asks:
        found.weak.append(
            f"only the header keeps the internet from {way.what}: port {port} is open to {who.world[0]}"
        )
    elif who.world or (who.cloudfront and not asks):
        said = f"{way.what} forwards without asking for a header that CloudFront adds, and port {port} is open to "
        said += who.world[0] if who.world else f"{who.cloudfront[0]}, {ANY_CUSTOMER}"
        if asks is None:
            found.hidden.append(f"{way.what} asks for a header by a pattern that is not kept")
        elif on_path is None:
            found.hidden.append(f"{said}; whether it leads to a model is not known")
        else:
            found.opened.append(said)
    elif who.unseen is not None:
        found.unseen = found.unseen or who.unseen
    elif who.cloudfront:
        found.locked.append(
            f"its security groups admit {who.cloudfront[0]} and its rules ask for a header that CloudFront adds"
        )
    elif who.named:
        found.locked.append(f"its security groups admit {', '.join(who.named[:3])} only")
    else:
        found.locked.append("its security groups admit nobody from the internet")


def _on_path(aws: View, way: Way) -> bool | None:
    """Whether a rule is part of what is judged: in scope ``workload`` those that lead to a model; None: not known."""
    if aws.scope != WORKLOAD:
        return True
    standing = workload.reach(aws, Subject(way.arn, way.kind)).standing
    if standing is Standing.UNKNOWN:
        return None
    return standing not in _OFF_PATH
