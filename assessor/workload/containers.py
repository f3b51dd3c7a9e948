"""Containers and instances: from a service or instance to its role (E13), its network (E23) and its hints (E15)."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Answers, Kind, Node, Piece, declared
from assessor.workload.hints import hinted
from assessor.workload.listing import gap, listed, one
from assessor.workload.network import attached
from assessor.workload.principals import crawl, identities
from collectors import apprunner, ec2, ecs

READS: tuple[Operation, ...] = (
    ecs.LIST_CLUSTERS,
    ecs.LIST_SERVICES,
    ecs.DESCRIBE_SERVICES,
    ecs.DESCRIBE_TASK_DEFINITION,
    ec2.DESCRIBE_INSTANCES,
    apprunner.LIST_SERVICES,
    apprunner.DESCRIBE_SERVICE,
)

_CODE = (
    "SourceConfiguration.CodeRepository.CodeConfiguration.CodeConfigurationValues.RuntimeEnvironmentVariables"
)
_IMAGE = "SourceConfiguration.ImageRepository.ImageConfiguration.RuntimeEnvironmentVariables"
_GROUPS = (
    "loadBalancers[].targetGroupArn",
    "loadBalancers[].advancedConfiguration.alternateTargetGroupArn",
    "taskSets[].loadBalancers[].targetGroupArn",
    "deployments[].vpcLatticeConfigurations[].targetGroupArn",
)
_SUBNETS = "networkConfiguration.awsvpcConfiguration.subnets"


def registered(aws: View) -> tuple[frozenset[str], UnseenError | None]:
    """The target groups that the Region's services put their tasks into, and why not all of them are known."""
    services = listed(aws, ecs.DESCRIBE_SERVICES)
    return frozenset(group for _, service in services for group in _groups(service)), services.unseen


def _groups(service: Mapping[str, Any]) -> Iterator[str]:
    for where in _GROUPS:
        yield from map(str, values(service, where))


def ecs_services(aws: View) -> Iterator[Piece]:
    """Every ECS service of the Region with the task definitions it runs."""
    services = listed(aws, ecs.DESCRIBE_SERVICES)
    for call, service in services:
        arn = str(service.get("serviceArn", ""))
        name = str(service.get("serviceName") or names.last(arn))
        yield Node(arn, Kind.COMPUTE, f"ECS service {name}", aws.region, name)
        for group in _groups(service):
            yield declared("E9", group, arn, call, "services[].loadBalancers[].targetGroupArn", group)
        for registry in values(service, "serviceRegistries[].registryArn"):
            yield declared(
                "E3", str(registry), arn, call, "services[].serviceRegistries[].registryArn", registry
            )
        subnets = list(values(service, f"{_SUBNETS}[]"))
        yield from attached(aws, arn, call, f"services[].{_SUBNETS}", "", subnets)
        for task in dict.fromkeys(
            map(str, (*values(service, "taskDefinition"), *values(service, "taskSets[].taskDefinition")))
        ):
            yield from task_roles(aws, arn, task)


def task_roles(aws: View, service: str, task: str) -> Iterator[Piece]:
    """The role of a task definition, as what ``service`` runs as."""
    found = one(aws, ecs.DESCRIBE_TASK_DEFINITION, taskDefinition=task)
    if found.unseen is not None:
        yield gap(
            "E13", service, found.unseen, f"the role of task definition {names.last(task)} is not known"
        )
    definition = (found.answer or {}).get("taskDefinition") or {}
    role = str(definition.get("taskRoleArn") or "")
    if role:
        yield targets.role(role)
        yield declared("E13", service, role, found.call, "taskDefinition.taskRoleArn", role)
    variables = [
        (variable.get("name"), variable.get("value"))
        for variable in values(definition, "containerDefinitions[].environment[]")
    ]
    yield from hinted(service, variables, found.call, "taskDefinition.containerDefinitions[].environment")


def instances(aws: View) -> Iterator[Piece]:
    """Every instance of the Region that a role stands behind."""
    every = listed(aws, ec2.DESCRIBE_INSTANCES)
    for call, reservation in every:
        for instance in reservation.get("Instances") or ():
            ident = str(instance.get("InstanceId", ""))
            arn = names.own(aws, "ec2", f"instance/{ident}")
            yield Node(arn, Kind.COMPUTE, f"instance {ident}", aws.region, ident)
            for host in (instance.get("PublicDnsName"), instance.get("PublicIpAddress")):
                if host:
                    yield Answers(str(host), arn)
            vpc = str(instance.get("VpcId") or "")
            yield from attached(aws, arn, call, "Reservations[].Instances[]", vpc, ())
            profile = str((instance.get("IamInstanceProfile") or {}).get("Arn") or "")
            if profile:
                yield from _profile(aws, arn, profile, call)


def _profile(aws: View, instance: str, profile: str, call: Call) -> Iterator[Piece]:
    roles = aws.whole(_profiles)
    for role in roles.get(profile, ()):
        yield targets.role(role)
        yield declared(
            "E13", instance, role, call, "Reservations[].Instances[].IamInstanceProfile.Arn", profile
        )
    unseen = identities(aws).unseen
    if profile not in roles and unseen is not None:
        yield gap("E13", instance, unseen, f"the role of instance profile {names.last(profile)} is not known")


def _profiles(aws: View) -> dict[str, tuple[str, ...]]:
    """Instance profiles with their roles: the crawl names them under each role."""
    found: dict[str, list[str]] = {}
    for role in crawl(aws).get("RoleDetailList") or ():
        for profile in role.get("InstanceProfileList") or ():
            found.setdefault(str(profile.get("Arn", "")), []).append(str(role.get("Arn", "")))
    return {profile: tuple(roles) for profile, roles in found.items()}


def app_runner_services(aws: View) -> Iterator[Piece]:
    """Every App Runner service of the Region: a door and what computes behind it in one."""
    services = listed(aws, apprunner.LIST_SERVICES)
    if services.unseen is not None:
        yield gap("E9", EVERYWHERE, services.unseen, "which App Runner services there are is not known")
    for _, service in services:
        arn = str(service.get("ServiceArn", ""))
        if not arn or service.get("Status") == "DELETED":
            continue
        name = str(service.get("ServiceName") or names.last(arn))
        yield Node(arn, Kind.DOOR, f"App Runner service {name}", aws.region, name)
        if service.get("ServiceUrl"):
            yield Answers(str(service["ServiceUrl"]), arn)
        found = one(aws, apprunner.DESCRIBE_SERVICE, ServiceArn=arn)
        if found.unseen is not None:
            yield gap("E13", arn, found.unseen, "its role is not known")
        yield from _app_runner(arn, (found.answer or {}).get("Service") or {}, found.call)


def _app_runner(arn: str, service: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    role = str((service.get("InstanceConfiguration") or {}).get("InstanceRoleArn") or "")
    if role:
        yield targets.role(role)
        yield declared("E13", arn, role, call, "Service.InstanceConfiguration.InstanceRoleArn", role)
    for where in (_CODE, _IMAGE):
        for variables in values(service, where):
            if isinstance(variables, Mapping):
                yield from hinted(arn, variables.items(), call, f"Service.{where}")
