"""What runs inside a VPC and under which role: functions, ECS services, instances, AgentCore runtimes and harnesses.

A function (or what an alias of it puts in force) and an instance name their VPC; the others name subnets, whose VPC and
owner ``DescribeSubnets`` tells. An instance names an instance profile, whose role the account's authorization details
tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import Gathered, View, gather
from collectors import bedrock_agentcore_control, ec2, ecs, iam, lambda_
from evaluators.derived.compute import running
from evaluators.derived.offered import offered, surely

READS: tuple[Operation, ...] = (
    lambda_.LIST_FUNCTIONS,
    lambda_.LIST_ALIASES,
    lambda_.GET_FUNCTION_CONFIGURATION,
    lambda_.LIST_VERSIONS_BY_FUNCTION,
    ecs.DESCRIBE_SERVICES,
    ecs.DESCRIBE_TASK_DEFINITION,
    bedrock_agentcore_control.GET_AGENT_RUNTIME,
    bedrock_agentcore_control.GET_HARNESS,
    ec2.DESCRIBE_SUBNETS,
    ec2.DESCRIBE_INSTANCES,
    iam.GET_ACCOUNT_AUTHORIZATION_DETAILS,
)
_ELSEWHERE = frozenset({"EXTERNAL", "FARGATE"})
"""Tasks without a network of their own: on machines outside AWS; on Fargate there are none."""
_GONE = frozenset({"terminated", "shutting-down"})


@dataclass(frozen=True, slots=True)
class VpcCaller:
    """Something that runs in a VPC. ``role``: the ARN of the role it runs as, "" where it has none.

    vpc: "" for tasks that share the network of the instances they run on, whose VPC nothing here tells.
    """

    arn: str
    what: str
    vpc: str
    role: str
    evidence: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet's VPC and the account that owns it, "" where AWS does not say."""

    vpc: str
    owner: str


def subnets(aws: View) -> dict[str, Subnet]:
    """The Region's subnets by id. Raises UnseenError."""
    return {
        str(one.get("SubnetId", "")): Subnet(str(one.get("VpcId", "")), str(one.get("OwnerId") or ""))
        for one in aws.items(ec2.DESCRIBE_SUBNETS)
    }


def vpc_callers(aws: View) -> Gathered[VpcCaller]:
    """Everything of the Region that runs in a VPC. Services that the Region does not offer run nothing there."""
    return gather(
        surely(_functions(aws)),
        surely(_services(aws)),
        _instances(aws),
        surely(_runtimes(aws)),
        offered(_harnesses(aws)),
    )


def _functions(aws: View) -> Iterator[VpcCaller]:
    found = gather(running.functions(aws))
    for one in found.known:
        for place in one.places:
            if place.inside:
                vpc = place.vpc or _vpc_of(aws, list(place.subnets), one.what)
                for role in one.roles or ("",):
                    yield VpcCaller(one.arn, one.what, vpc, role, one.evidence)
    if found.unseen is not None:
        raise found.unseen
    # What an alias puts in force may run elsewhere, as another role.
    for _ in aws.items(lambda_.LIST_ALIASES):
        pass


def _services(aws: View) -> Iterator[VpcCaller]:
    unseen: UnseenError | None = None
    services = gather(aws.items_with_call(ecs.DESCRIBE_SERVICES))
    for call, service in services.known:
        placed = list(values(service, "networkConfiguration.awsvpcConfiguration.subnets[]"))
        if not placed and str(service.get("launchType") or "") in _ELSEWHERE:
            continue
        name = str(service.get("serviceName", ""))
        start = len(aws.trail)
        try:
            task = aws.get(ecs.DESCRIBE_TASK_DEFINITION, taskDefinition=service.get("taskDefinition")) or {}
            role = str((task.get("taskDefinition") or {}).get("taskRoleArn") or "")
            vpc = _vpc_of(aws, placed, f"ECS service {name}") if placed else ""
        except UnseenError as error:
            unseen = unseen or error
            continue
        evidence = (call, *aws.trail[start:])
        yield VpcCaller(str(service.get("serviceArn", "")), f"ECS service {name}", vpc, role, evidence)
    failure = unseen or services.unseen
    if failure is not None:
        raise failure


def _instances(aws: View) -> Iterator[VpcCaller]:
    unseen: UnseenError | None = None
    for call, instance in aws.items_with_call(ec2.DESCRIBE_INSTANCES, "Reservations[].Instances"):
        profile = str(first(instance, "IamInstanceProfile.Arn") or "")
        vpc = str(instance.get("VpcId") or "")
        if not profile or not vpc or str(first(instance, "State.Name") or "").lower() in _GONE:
            continue
        start = len(aws.trail)
        try:
            role = aws.derive(_profiles).get(profile, "")
        except UnseenError as error:
            unseen = unseen or error
            continue
        ident = str(instance.get("InstanceId") or "")
        arn = f"arn:{aws.account.partition}:ec2:{aws.region}:{aws.account_id}:instance/{ident}"
        yield VpcCaller(arn, f"instance {ident}", vpc, role, (call, *aws.trail[start:]))
    if unseen is not None:
        raise unseen


def _profiles(aws: View) -> dict[str, str]:
    """Instance profiles with their role: the account's authorization details name them under each role."""
    return {
        str(profile.get("Arn") or ""): str(role.get("Arn") or "")
        for role in aws.items(iam.GET_ACCOUNT_AUTHORIZATION_DETAILS, "RoleDetailList")
        for profile in role.get("InstanceProfileList") or ()
    }


def _runtimes(aws: View) -> Iterator[VpcCaller]:
    yield from _placed(
        aws,
        gather(aws.items_with_call(bedrock_agentcore_control.GET_AGENT_RUNTIME, "")),
        ("AgentCore runtime", "agentRuntimeId", "agentRuntimeArn", "roleArn"),
        "networkConfiguration.networkModeConfig.subnets[]",
    )


def _harnesses(aws: View) -> Iterator[VpcCaller]:
    answers = gather(aws.items_with_call(bedrock_agentcore_control.GET_HARNESS, ""))
    yield from _placed(
        aws,
        Gathered([(call, answer.get("harness") or {}) for call, answer in answers.known], answers.unseen),
        ("AgentCore harness", "harnessId", "arn", "executionRoleArn"),
        "environment.agentCoreRuntimeEnvironment.networkConfiguration.networkModeConfig.subnets[]",
    )


def _placed(
    aws: View, answers: Gathered[tuple[Call, Any]], members: tuple[str, str, str, str], where: str
) -> Iterator[VpcCaller]:
    kind, name, arn, role = members
    unseen: UnseenError | None = None
    for call, answer in answers.known:
        placed = list(values(answer, where))
        if not placed:
            continue
        what = f"{kind} {answer.get(name)}"
        start = len(aws.trail)
        try:
            vpc = _vpc_of(aws, placed, what)
        except UnseenError as error:
            unseen = unseen or error
            continue
        evidence = (call, *aws.trail[start:])
        yield VpcCaller(str(answer.get(arn, "")), what, vpc, str(answer.get(role) or ""), evidence)
    failure = unseen or answers.unseen
    if failure is not None:
        raise failure


def _vpc_of(aws: View, placed: list[Any], what: str) -> str:
    known = aws.derive(subnets)
    for name in placed:
        if name in known:
            return known[name].vpc
    raise UnseenError(
        Why.LINK_UNKNOWN, f"the subnets of {what} ({', '.join(map(str, placed))}) are not listed"
    )
