"""GAI-6.05: Callers that handle proprietary data run in private subnets without open internet egress."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assessor.iam.patterns import glob_matches
from assessor.model.control import Level, Subject, control
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, info, not_applicable
from assessor.model.view import Gathered, View, gather
from evaluators.derived.compute import executors, running
from evaluators.derived.compute.executors import Executor
from evaluators.derived.compute.running import Place, Running
from evaluators.derived.network import egress, routes
from evaluators.derived.network.egress import V6, Destination, destinations
from evaluators.derived.network.planes import Use, Used, use_of
from evaluators.derived.network.routes import Exit, Leads, exits
from evaluators.derived.principals import universe
from evaluators.derived.principals.statements import listed
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.weighing import Look, Problem, weighed
from evaluators.derived.words import sentence

_REACHING = (
    "bedrock:Retrieve",
    "bedrock:RetrieveAndGenerate",
    "bedrock:InvokeAgent",
    "bedrock:InvokeInlineAgent",
    "bedrock:InvokeFlow",
    "bedrock-agentcore:InvokeGateway",
    "bedrock-agentcore:InvokeAgentRuntime",
    "bedrock-agentcore:InvokeHarness",
)
"""What asks a knowledge base, or an agent, flow or gateway with tools."""


@dataclass(frozen=True, slots=True)
class _Touches:
    """Why something handles proprietary data. tool: what it acts for; used: how it may ask for data or tools."""

    tool: str = ""
    used: Used | None = None

    @property
    def said(self) -> str:
        """In words, after the caller's name."""
        if self.tool:
            return f"acts for a model ({self.tool})"
        assert self.used is not None
        return f"may ask a knowledge base or tools ({self.used.action})"


def subjects(aws: View) -> Iterator[Subject]:
    """Everything that runs code and reaches a knowledge base or tool, or is one itself."""
    found = aws.derive(running.running)
    acting = aws.derive(executors.executors)
    known = estate(aws)
    tools = _tools(acting)
    for caller in found.known:
        touches, calls = _touches(aws, known, caller, tools)
        if touches is not None:
            yield Subject(
                caller.arn,
                caller.kind,
                key=caller.key,
                about={"caller": caller, "touches": touches},
                evidence=tuple(dict.fromkeys((*caller.evidence, *calls))),
                stands_for=caller.stands_for,
            )
    unseen = found.unseen or acting.unseen
    if unseen is not None:
        raise unseen


def _tools(acting: Gathered[Executor]) -> dict[str, Executor]:
    tools: dict[str, Executor] = {}
    for one in acting.known:
        if one.kind == "AWS::Lambda::Function":
            tools.setdefault(one.arn.removesuffix(":$LATEST"), one)
    return tools


def _touches(
    aws: View, known: Estate, caller: Running, tools: Mapping[str, Executor]
) -> tuple[_Touches | None, tuple[Call, ...]]:
    for node in caller.stands_for:
        if node in tools:
            tool = tools[node]
            return _Touches(tool.said.partition(": ")[2] or tool.said), tool.evidence
    uses = [used for role in caller.roles if (used := use_of(aws, known, role, _REACHING)) is not None]
    used = next((one for wanted in Use for one in uses if one.use is wanted), None)
    return (None if used is None else _Touches(used=used)), known.evidence


@control(
    "GAI-6.05",
    slug="callers-have-no-open-egress",
    item=Item.PERIMETER,
    title="Callers that handle proprietary data run in private subnets without open internet egress",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::Lambda::Function",
    subjects=subjects,
    reads=[*running.READS, *executors.READS, *universe.READS, *egress.READS, *routes.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No function, ECS service, AgentCore runtime or harness of this Region reaches a knowledge base or tool.",
    why=(
        "A prompt that takes over a tool needs a way to carry documents off: code that may connect to any host on the"
        " internet is that way."
    ),
    remediation="Attach the caller to private subnets with VPC endpoints, and let its security groups out to those only.",
    fix_cli=(
        "aws lambda update-function-configuration --function-name $FN --vpc-config SubnetIds=$S,SecurityGroupIds=$SG"
    ),
    answers=("S6.2", "S6.1"),
    frameworks={
        "gensec": ("GENSEC01-BP02",),
        "owasp_llm_2025": ("LLM06",),
        "mitre_atlas": ("AML.T0086", "AML.M0032"),
        "iso_42001": ("A.6.2.5",),
        "prowler_aisf": ("AISF-INFRA-08",),
    },
    parameters=("callers_without_proprietary_data", "egress_firewalls"),
    edge_cases=(
        "A subnet without a route table of its own uses its VPC's main one.",
        "IPv6 counts like IPv4: a route for ::/0 to an egress-only gateway is open where the groups let IPv6 out.",
        (
            "Halves of the internet (0.0.0.0/1 and 128.0.0.0/1) are all of it, in routes and in groups; port 443 to"
            " everywhere is open, too."
        ),
        "Outside a VPC a function reaches AWS over AWS's public endpoints; nothing of yours limits where else it connects.",
        (
            "A firewall before the internet proves nothing by being there: its rules and those of proxies are not read. The"
            " parameter egress_firewalls names the endpoints whose rules you vouch for."
        ),
        (
            "Behind a transit gateway, a VPN, an appliance or a private NAT gateway the way goes on out of sight: not"
            " assessed. Through a peering connection nobody reaches the other VPC's gateways."
        ),
        "A prefix list in a group counts as a limit, in a route as unknown: what it holds is not read.",
        "Network ACLs are not read. VPC Block Public Access counts where it shuts both directions.",
        "An alias that puts another network in force than the unpublished version has a row of its own.",
        "A role that reaches data only because it may do everything is a suspicion: INFO.",
    ),
    workload_aware=True,
)
def callers_have_no_open_egress(subject: Subject, aws: View) -> Verdict:
    """Code that handles proprietary data cannot connect to any host it likes.

    Judged is each Lambda function, ECS service, AgentCore runtime and harness that may ask a knowledge base, an agent,
    a flow or a tool, and each function that acts as a tool.

    Passes: it runs in a VPC, and no default route leads out, or its security groups let traffic out to prefix lists,
    groups and named ranges only, or the default route leads through a firewall that ``egress_firewalls`` names.

    Fails: it runs outside any VPC; or a default route to a NAT, internet, egress-only or carrier gateway meets a
    security group that lets everything of that IP version out.

    Not assessed: the way leads through a firewall, transit gateway or appliance, which is not followed; tasks that
    share the network of their instances.

    Does not apply: ``callers_without_proprietary_data`` names it.

    By hand::

        aws lambda get-function-configuration --function-name $FN --query VpcConfig
        aws ec2 describe-route-tables --filters Name=association.subnet-id,Values=$S --query 'RouteTables[].Routes'
        aws ec2 describe-security-groups --group-ids $SG --query 'SecurityGroups[].IpPermissionsEgress'
    """
    caller, touches = subject.about["caller"], subject.about["touches"]
    assert isinstance(caller, Running)
    assert isinstance(touches, _Touches)
    declared = next(
        (
            pattern
            for pattern in map(str, aws.parameters.get("callers_without_proprietary_data"))
            if any(glob_matches(pattern, name) for name in (caller.arn, *caller.stands_for))
        ),
        None,
    )
    if declared is not None:
        return not_applicable(
            f"{sentence(caller.what)} touches no proprietary data by its owner's word"
            f" (parameter callers_without_proprietary_data: {declared})"
        )
    if touches.used is not None and touches.used.unseen is not None:
        raise touches.used.unseen
    said = f"{caller.what} {touches.said}"
    if touches.used is not None and touches.used.use is Use.SUSPECTED:
        return info(
            f"{sentence(said)} only because its role may do everything: a suspicion, no path. It is not judged"
        )
    return weighed(said, [_look(aws, caller.what, place) for place in caller.places])


def _look(aws: View, what: str, place: Place) -> Look:
    return lambda: _judged(aws, what, place)


def _judged(aws: View, what: str, place: Place) -> Iterator[Problem | str]:
    if place.inside is None:
        raise UnseenError(Why.LINK_UNKNOWN, f"{what}: {place.why}")
    if not place.inside:
        yield Problem(
            Severity.MEDIUM,
            "it runs outside any VPC. It reaches AWS over AWS's public endpoints, and no route or security group of"
            " yours limits where else it connects",
        )
        return
    opened = gather(destinations(aws, place.groups))
    world = {one.family: one for one in opened.known if one.world}
    if not world and opened.unseen is None:
        allowed = listed(list(dict.fromkeys(one.what for one in opened.known)), "destination")
        yield f"its security groups let traffic out only to {allowed or 'nothing'}"
        return
    yield from _by_routes(aws, what, place, opened, world)


def _by_routes(
    aws: View, what: str, place: Place, opened: Gathered[Destination], world: Mapping[int, Destination]
) -> Iterator[Problem | str]:
    ways = gather(*(exits(aws, subnet, place.vpc) for subnet in place.subnets))
    counted = [one for one in ways.known if place.ipv6 or one.family != V6]
    for one in counted:
        if one.leads is Leads.INTERNET and one.family in world:
            rule = world[one.family]
            yield Problem(
                Severity.MEDIUM,
                f"the default route of {one.subnet} leads to {one.by}, and security group {rule.group} lets traffic out"
                f" to {rule.what}",
            )
            return
    vouched = {str(name) for name in aws.parameters.get("egress_firewalls")}
    met = [one for one in counted if opened.unseen is not None or not one.family or one.family in world]
    unclear = [one for one in met if one.leads is not Leads.NOWHERE and one.firewall not in vouched - {""}]
    failure = (opened.unseen if unclear else None) or ways.unseen
    if not place.subnets:
        failure = failure or UnseenError(Why.LINK_UNKNOWN, f"AWS does not say in which subnets {what} runs")
    if failure is not None:
        raise failure
    if unclear:
        raise UnseenError(Why.LINK_UNKNOWN, f"{what}: {_unclear(unclear[0], world)}")
    yield _shut(place, counted, met)


def _unclear(one: Exit, world: Mapping[int, Destination]) -> str:
    rule = next(iter(world.values()))
    route = "the default route"
    if one.leads is Leads.FIREWALL:
        more = "what its rules let through is not read (parameter egress_firewalls names those you vouch for)"
    elif one.family:
        more = "where that leads is not followed"
    else:
        route, more = "a route", "which addresses those are is not read"
    return (
        f"security group {rule.group} lets traffic out to {rule.what}, and {route} of {one.subnet} leads to {one.by}:"
        f" {more}"
    )


def _shut(place: Place, counted: list[Exit], met: list[Exit]) -> str:
    where = f"of {place.vpc or ', '.join(place.subnets)}"
    vouched = [one.by for one in met if one.leads is Leads.FIREWALL]
    if vouched:
        return f"the default route {where} leads to {vouched[0]}, whose rules the owner vouches for"
    if met:
        return f"the default route {where} leads to {listed(list(dict.fromkeys(one.by for one in met)), 'target')}"
    open_ones = " that its security groups leave open" if counted else ""
    return f"no default route{open_ones} leads out {where}"
