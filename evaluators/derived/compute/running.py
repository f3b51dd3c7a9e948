"""What runs code, as which roles and in which network: functions, ECS services, AgentCore runtimes and harnesses.

Told is what is in force: of a function the versions its aliases put in force where they differ from the unpublished
one, of a service its task sets, of a runtime the versions that its endpoints have live.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Answer, Gathered, View, gather
from collectors import bedrock_agentcore_control as agentcore
from collectors import ecs, lambda_
from evaluators.derived.compute import handlers
from evaluators.derived.compute.handlers import Handler
from evaluators.derived.offered import offered, surely

READS: tuple[Operation, ...] = (
    *handlers.READS,
    lambda_.GET_FUNCTION_CONFIGURATION,
    lambda_.LIST_VERSIONS_BY_FUNCTION,
    ecs.DESCRIBE_SERVICES,
    ecs.DESCRIBE_TASK_DEFINITION,
    agentcore.LIST_AGENT_RUNTIMES,
    agentcore.LIST_AGENT_RUNTIME_ENDPOINTS,
    agentcore.GET_AGENT_RUNTIME,
    agentcore.GET_HARNESS,
)

SERVICE = "AWS::ECS::Service"
RUNTIME = "AWS::BedrockAgentCore::Runtime"
HARNESS = "AWS::BedrockAgentCore::Harness"
_LATEST = "$LATEST"
_PROVIDER = "CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig.CapacityProviderArn"
_OF_HARNESS = "environment.agentCoreRuntimeEnvironment.networkConfiguration"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something runs. inside: in a VPC, outside any, or None where that is not told (``why``).

    ipv6: whether it may use IPv6 there, as far as is known.
    """

    inside: bool | None
    vpc: str = ""
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    ipv6: bool = True
    why: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """Something that runs code, with the roles it runs as and the places it runs in.

    key: what tells it from others of its ARN. stands_for: the nodes of the workload that it is.
    """

    arn: str
    kind: str
    what: str
    roles: tuple[str, ...]
    places: tuple[Place, ...]
    stands_for: tuple[str, ...]
    evidence: tuple[Call, ...]
    key: str = ""


def running(aws: View) -> Gathered[Running]:
    """Everything of the Region that runs code. Services that the Region does not offer run nothing there."""
    return gather(
        functions(aws),
        surely(_services(aws)),
        surely(_runtimes(aws)),
        offered(_harnesses(aws)),
    )


# -- functions ---------------------------------------------------------------------------------------
def functions(aws: View) -> Iterator[Running]:
    """Every function of the Region, and its aliases where they differ. Raises UnseenError after those that are known."""
    found = aws.derive(handlers.handlers)
    yield from gather(*(_function(aws, handler) for handler in found.known))
    if found.unseen is not None:
        raise found.unseen


def _function(aws: View, handler: Handler) -> Iterator[Running]:
    """The function, and each alias that puts another network or role in force."""
    places, roles = (_of_function(handler.settings),), _role(handler.settings)
    same = [handler.arn]
    apart: list[Running] = []
    failure: UnseenError | None = None
    for alias in handler.aliases:
        name = str(alias.get("Name") or "")
        nodes = tuple(
            dict.fromkeys((f"{handler.arn}:{name}", f"{handler.arn}:{alias.get('FunctionVersion')}"))
        )
        start = len(aws.trail)
        try:
            configurations = _in_force(aws, handler, alias)
        except UnseenError as error:
            failure = failure or error
            continue
        where = tuple(dict.fromkeys(_of_function(one) for one in configurations))
        named = tuple(dict.fromkeys(role for one in configurations for role in _role(one)))
        if (where, named) == (places, roles):
            same += nodes
            continue
        evidence = (*handler.evidence, *aws.trail[start:])
        what = f"alias {name} of {handler.what}"
        apart.append(Running(handler.arn, handlers.KIND, what, named, where, nodes, evidence, name))
    yield Running(handler.arn, handlers.KIND, handler.what, roles, places, tuple(same), handler.evidence)
    yield from apart
    if failure is not None:
        raise failure


def _in_force(aws: View, handler: Handler, alias: Answer) -> list[Answer]:
    """The configurations between which an alias shares out its calls."""
    if alias.get("FunctionVersion") == _LATEST:
        return [handler.settings]
    name = alias.get("Name")
    main = aws.get(lambda_.GET_FUNCTION_CONFIGURATION, FunctionName=handler.name, Qualifier=name)
    found = [main] if main is not None else []
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    if weights:
        versions = aws.items(lambda_.LIST_VERSIONS_BY_FUNCTION, FunctionName=handler.name)
        found += [one for one in versions if one.get("Version") in weights]
    return found or [handler.settings]


def _role(configuration: Answer) -> tuple[str, ...]:
    role = str(configuration.get("Role") or "")
    return (role,) if role else ()


def _of_function(configuration: Answer) -> Place:
    network = configuration.get("VpcConfig") or {}
    provider = first(configuration, _PROVIDER)
    if provider:
        return Place(None, why=f"it runs on the instances of {provider}, whose network is not read")
    subnets = tuple(map(str, network.get("SubnetIds") or ()))
    vpc = str(network.get("VpcId") or "")
    if not vpc and not subnets:
        return Place(inside=False)
    groups = tuple(map(str, network.get("SecurityGroupIds") or ()))
    # A function uses IPv6 only where it is allowed to by itself.
    ipv6 = network.get("Ipv6AllowedForDualStack") is not False
    return Place(True, vpc, subnets, groups, ipv6)


# -- services ----------------------------------------------------------------------------------------
def _services(aws: View) -> Iterator[Running]:
    listed = gather(aws.items_with_call(ecs.DESCRIBE_SERVICES))
    yield from gather(*(_service(aws, call, service) for call, service in listed.known))
    if listed.unseen is not None:
        raise listed.unseen


def _service(aws: View, call: Call, service: Answer) -> Iterator[Running]:
    arn, name = str(service.get("serviceArn") or ""), str(service.get("serviceName") or "")
    sets = [one for one in (service, *(service.get("taskSets") or ())) if one.get("taskDefinition")]
    start = len(aws.trail)
    roles: dict[str, None] = {}
    for task in dict.fromkeys(str(one["taskDefinition"]) for one in sets):
        answer = aws.get(ecs.DESCRIBE_TASK_DEFINITION, taskDefinition=task) or {}
        role = (answer.get("taskDefinition") or {}).get("taskRoleArn")
        if role:
            roles[str(role)] = None
    places = tuple(dict.fromkeys(_of_tasks(one) for one in sets or [service]))
    evidence = (call, *aws.trail[start:])
    yield Running(arn, SERVICE, f"ECS service {name}", tuple(roles), places, (arn,), evidence)


def _of_tasks(tasks: Answer) -> Place:
    network = (tasks.get("networkConfiguration") or {}).get("awsvpcConfiguration") or {}
    subnets = tuple(map(str, network.get("subnets") or ()))
    if not subnets:
        return Place(
            None, why="its tasks share the network of the instances they run on, which is not followed"
        )
    return Place(True, "", subnets, tuple(map(str, network.get("securityGroups") or ())))


# -- AgentCore ---------------------------------------------------------------------------------------
def _runtimes(aws: View) -> Iterator[Running]:
    listed = gather(aws.items_with_call(agentcore.LIST_AGENT_RUNTIMES))
    yield from gather(*(_runtime(aws, call, one) for call, one in listed.known if one.get("agentRuntimeId")))
    if listed.unseen is not None:
        raise listed.unseen


def _runtime(aws: View, call: Call, runtime: Answer) -> Iterator[Running]:
    name = str(runtime["agentRuntimeId"])
    own = f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}:runtime/{name}"
    arn = str(runtime.get("agentRuntimeArn") or own)
    start = len(aws.trail)
    versions = gather(_versions(aws, name))
    placed = [_of_runtime(one.get("networkConfiguration") or {}) for one in versions.known]
    roles = tuple(dict.fromkeys(str(one["roleArn"]) for one in versions.known if one.get("roleArn")))
    if placed:
        if versions.unseen is not None:
            placed.append(Place(None, why=f"not every version is known: {versions.unseen.detail}"))
        evidence = (call, *aws.trail[start:])
        places = tuple(dict.fromkeys(placed))
        yield Running(arn, RUNTIME, f"AgentCore runtime {name}", roles, places, (arn,), evidence)
    if versions.unseen is not None:
        raise versions.unseen


def _versions(aws: View, name: str) -> Iterator[Answer]:
    """The latest version, which the endpoint DEFAULT follows, and those that other endpoints have live."""
    endpoints = gather(aws.items(agentcore.LIST_AGENT_RUNTIME_ENDPOINTS, agentRuntimeId=name))
    live = dict.fromkeys(str(one.get("liveVersion") or "") for one in endpoints.known)
    asked = [{}, *({"agentRuntimeVersion": version} for version in live if version)]
    yield from gather(*(_version(aws, name, version) for version in asked))
    if endpoints.unseen is not None:
        raise endpoints.unseen


def _version(aws: View, name: str, version: dict[str, str]) -> Iterator[Answer]:
    answer = aws.get(agentcore.GET_AGENT_RUNTIME, agentRuntimeId=name, **version)
    if answer is not None:
        yield answer


def _of_runtime(network: Answer) -> Place:
    config = network.get("networkModeConfig") or {}
    subnets = tuple(map(str, config.get("subnets") or ()))
    mode = str(network.get("networkMode") or "")
    if subnets:
        return Place(True, "", subnets, tuple(map(str, config.get("securityGroups") or ())))
    if mode == "PUBLIC":
        return Place(inside=False)
    return Place(None, why=f"AWS states network mode {mode or 'none'} and no subnets for it")


def _harnesses(aws: View) -> Iterator[Running]:
    for call, answer in aws.items_with_call(agentcore.GET_HARNESS, ""):
        harness = answer.get("harness") or {}
        name = str(harness.get("harnessId") or call.request.get("harnessId", ""))
        own = f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}:harness/{name}"
        arn = str(harness.get("arn") or own)
        place = _of_runtime(first(harness, _OF_HARNESS) or {})
        role = str(harness.get("executionRoleArn") or "")
        roles = (role,) if role else ()
        yield Running(arn, HARNESS, f"AgentCore harness {name}", roles, (place,), (arn,), (call,))
