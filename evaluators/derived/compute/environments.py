"""Environment variables of compute: names, and what their values looked like when they were read.

The values themselves are never in a reading: `assessor.model.looks` says what stands in their place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from assessor.model.looks import Look, look_of
from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Answer, Gathered, View, gather
from collectors import bedrock_agentcore_control, ecs, lambda_
from evaluators.derived.offered import offered

READS: tuple[Operation, ...] = (
    lambda_.LIST_FUNCTIONS,
    lambda_.LIST_VERSIONS_BY_FUNCTION,
    ecs.DESCRIBE_TASK_DEFINITION,
    bedrock_agentcore_control.LIST_AGENT_RUNTIMES,
    bedrock_agentcore_control.LIST_AGENT_RUNTIME_ENDPOINTS,
    bedrock_agentcore_control.GET_AGENT_RUNTIME,
    bedrock_agentcore_control.GET_HARNESS,
)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. ``where``: the version or container that has it. ``look`` is None where nothing was kept."""

    name: str
    look: Look | None
    where: str


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables of one function, task definition, runtime or harness.

    locked: what AWS said where it could not decrypt the variables, "" otherwise. function: the name of a Lambda
    function, whose other versions `versions` gives. vaulted: keys that are held in a vault instead. unseen: why the
    variables are not all of them, None when they are.
    """

    arn: str
    kind: str
    what: str
    variables: tuple[Variable, ...]
    evidence: tuple[Call, ...]
    locked: str = ""
    function: str = ""
    vaulted: tuple[str, ...] = ()
    unseen: UnseenError | None = field(default=None, compare=False)


def environments(aws: View) -> Gathered[Environment]:
    """Every function, task definition in service, AgentCore runtime and harness of the Region."""
    return gather(
        offered(_functions(aws)),
        offered(_tasks(aws)),
        offered(_runtimes(aws)),
        offered(_harnesses(aws)),
    )


def _functions(aws: View) -> Iterator[Environment]:
    for call, function in aws.items_with_call(lambda_.LIST_FUNCTIONS):
        name = str(function.get("FunctionName", ""))
        own = f"arn:{aws.account.partition}:lambda:{aws.region}:{aws.account_id}:function:{name}"
        yield Environment(
            str(function.get("FunctionArn") or own),
            "AWS::Lambda::Function",
            f"function {name}",
            tuple(_of_function(function)),
            (call,),
            _locked(function),
            name,
        )


def versions(aws: View, function: str) -> Iterator[tuple[tuple[Variable, ...], str]]:
    """The variables of every version of a function, and what AWS said where it could not decrypt them."""
    for version in aws.items(lambda_.LIST_VERSIONS_BY_FUNCTION, FunctionName=function):
        yield tuple(_of_function(version)), _locked(version)


def _of_function(function: Answer) -> Iterator[Variable]:
    where = f"version {function.get('Version') or '$LATEST'}"
    yield from _named((function.get("Environment") or {}).get("Variables"), where)


def _named(variables: object, where: str) -> Iterator[Variable]:
    if isinstance(variables, dict):
        for name, kept in sorted(variables.items()):
            yield Variable(str(name), look_of(kept), where)


def _locked(function: Answer) -> str:
    error = (function.get("Environment") or {}).get("Error") or {}
    return str(error.get("ErrorCode") or error.get("Message") or "")


def _tasks(aws: View) -> Iterator[Environment]:
    for call, answer in aws.items_with_call(ecs.DESCRIBE_TASK_DEFINITION, ""):
        task = answer.get("taskDefinition") or {}
        arn = str(task.get("taskDefinitionArn") or call.request.get("taskDefinition", ""))
        found = [
            Variable(
                str(one.get("name", "")), look_of(one.get("value", "")), f"container {container.get('name')}"
            )
            for container in values(task, "containerDefinitions[]")
            for one in values(container, "environment[]")
        ]
        what = f"task definition {arn.rpartition('/')[2]}"
        yield Environment(arn, "AWS::ECS::TaskDefinition", what, tuple(found), (call,))


def _runtimes(aws: View) -> Iterator[Environment]:
    """One for each runtime, over its latest version and those that its endpoints have live."""
    for call, runtime in aws.items_with_call(bedrock_agentcore_control.LIST_AGENT_RUNTIMES):
        name = str(runtime.get("agentRuntimeId", ""))
        own = f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}:runtime/{name}"
        found: list[Variable] = []
        unseen: UnseenError | None = None
        start = len(aws.trail)
        try:
            for answer in _versions_of_runtime(aws, name):
                where = f"version {answer.get('agentRuntimeVersion', 'latest')}"
                found += _named(answer.get("environmentVariables"), where)
        except UnseenError as error:
            unseen = error
        yield Environment(
            str(runtime.get("agentRuntimeArn") or own),
            "AWS::BedrockAgentCore::Runtime",
            f"AgentCore runtime {name}",
            tuple(dict.fromkeys(found)),
            (call, *aws.trail[start:]),
            unseen=unseen,
        )


def _versions_of_runtime(aws: View, name: str) -> Iterator[Answer]:
    endpoints = gather(aws.items(bedrock_agentcore_control.LIST_AGENT_RUNTIME_ENDPOINTS, agentRuntimeId=name))
    live = [str(endpoint.get("liveVersion") or "") for endpoint in endpoints.known]
    failure = endpoints.unseen
    asked: list[dict[str, str]] = [{}]
    asked += [{"agentRuntimeVersion": version} for version in dict.fromkeys(live) if version]
    for version in asked:
        try:
            answer = aws.get(bedrock_agentcore_control.GET_AGENT_RUNTIME, agentRuntimeId=name, **version)
        except UnseenError as error:
            failure = failure or error
            continue
        if answer is not None:
            yield answer
    if failure is not None:
        raise failure


def _harnesses(aws: View) -> Iterator[Environment]:
    for call, answer in aws.items_with_call(bedrock_agentcore_control.GET_HARNESS, ""):
        harness = answer.get("harness") or {}
        name = str(harness.get("harnessId") or call.request.get("harnessId", ""))
        own = f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}:harness/{name}"
        yield Environment(
            str(harness.get("arn") or own),
            "AWS::BedrockAgentCore::Harness",
            f"AgentCore harness {name}",
            tuple(_named(harness.get("environmentVariables"), "the harness")),
            (call,),
            vaulted=tuple(str(arn) for arn in values(harness, "model{}.apiKeyArn")),
        )
