"""What runs, and from which code or image: functions, task definitions in service, AgentCore and App Runner."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import apprunner, ecs, lambda_
from evaluators.derived.compute import handlers
from evaluators.derived.compute.handlers import Handler
from evaluators.derived.doors import agentcore_doors, web_doors
from evaluators.derived.doors.agentcore_doors import HARNESS, AgentCoreDoor, inbound
from evaluators.derived.doors.doors import doors_app_runner, doors_handlers
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (
    *handlers.READS,
    lambda_.GET_FUNCTION_IMAGES,
    ecs.DESCRIBE_SERVICES,
    ecs.DESCRIBE_TASK_DEFINITION,
    *agentcore_doors.RUNNING_READS,
    apprunner.LIST_SERVICES,
    apprunner.DESCRIBE_SERVICE,
)

TASKS = "AWS::ECS::TaskDefinition"


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something that runs. images: the names of the images it runs; raises UnseenError after what could be seen.

    code: whether it runs from code that is handed to Lambda, so that there is no image. versions: what its aliases
    point at, in words. stands_for: as in `assessor.model.control.Subject`.
    """

    arn: str
    kind: str
    what: str
    evidence: tuple[Call, ...]
    images: Callable[[View], Iterator[str]] = field(compare=False)
    code: bool = False
    versions: tuple[str, ...] = ()
    stands_for: tuple[str, ...] = ()


def artifacts(aws: View) -> Gathered[Artifact]:
    """Everything of the Region that runs from code or images of the account's own."""
    return gather(_functions(aws), surely(_tasks(aws)), surely(_agentcore(aws)), _app_runner(aws))


def _none(_aws: View) -> Iterator[str]:
    return iter(())


# -- functions ---------------------------------------------------------------------------------------
def _functions(aws: View) -> Iterator[Artifact]:
    for handler in doors_handlers(aws):
        image = handler.settings.get("PackageType") == "Image"
        yield Artifact(
            handler.arn,
            handlers.KIND,
            handler.what,
            handler.evidence,
            partial(_of_function, handler) if image else _none,
            code=not image,
            versions=tuple(
                f"alias {alias.get('Name')} to version {alias.get('FunctionVersion')}"
                for alias in handler.aliases
                if alias.get("FunctionVersion") not in (None, "$LATEST")
            ),
            stands_for=handler.stands_for,
        )


def _of_function(handler: Handler, aws: View) -> Iterator[str]:
    """The images of the function and of the versions that its aliases point at."""
    aliases = gather(aws.items(lambda_.LIST_ALIASES, FunctionName=handler.name))
    unseen = aliases.unseen
    asked = [{}, *({"Qualifier": str(alias.get("Name") or "")} for alias in aliases.known)]
    for qualifier in asked:
        try:
            answer = aws.get(lambda_.GET_FUNCTION_IMAGES, FunctionName=handler.name, **qualifier) or {}
            name = first(answer, "Code.ResolvedImageUri") or first(answer, "Code.ImageUri")
            if not name:
                raise _unnamed(handler.what)
        except UnseenError as error:
            unseen = unseen or error
            continue
        yield str(name)
    if unseen is not None:
        raise unseen


def _unnamed(what: str) -> UnseenError:
    return UnseenError(Why.LINK_UNKNOWN, f"AWS names no image for {what}")


# -- containers --------------------------------------------------------------------------------------
def _tasks(aws: View) -> Iterator[Artifact]:
    """The task definitions that services run, and those that rules run."""
    services: dict[str, list[str]] = {}
    for service in gather(aws.items(ecs.DESCRIBE_SERVICES)).known:
        for where in ("taskDefinition", "taskSets[].taskDefinition"):
            for task in values(service, where):
                services.setdefault(str(task), []).append(str(service.get("serviceArn") or ""))
    for call, answer in aws.items_with_call(ecs.DESCRIBE_TASK_DEFINITION, ""):
        task = answer.get("taskDefinition") or {}
        asked = str(call.request.get("taskDefinition") or "")
        arn = str(task.get("taskDefinitionArn") or asked)
        images = tuple(str(one) for one in values(task, "containerDefinitions[].image"))
        yield Artifact(
            arn,
            TASKS,
            f"task definition {arn.rpartition('/')[2]}",
            (call,),
            partial(_listed, images),
            stands_for=tuple(dict.fromkeys((*services.get(asked, ()), arn, asked))),
        )


def _listed(images: tuple[str, ...], _aws: View) -> Iterator[str]:
    yield from images


def _agentcore(aws: View) -> Iterator[Artifact]:
    """Runtimes and harnesses that are containers; of a runtime every version that an endpoint has live."""
    doors = aws.derive(agentcore_doors.agentcore_running)
    for door in doors.known:
        found = gather(_containers(door, aws))
        if found.known or found.unseen is not None:
            yield Artifact(door.arn, door.kind, door.what, door.evidence, partial(_containers, door))
    if doors.unseen is not None:
        raise doors.unseen


def _containers(door: AgentCoreDoor, aws: View) -> Iterator[str]:
    where = "environmentArtifact" if door.kind == HARNESS else "agentRuntimeArtifact"
    for one in inbound(aws, door):
        answer: Answer = one.settings or {}
        yield from map(str, values(answer, f"{where}.containerConfiguration.containerUri"))


def _app_runner(aws: View) -> Iterator[Artifact]:
    for door in doors_app_runner(aws):
        yield Artifact(door.arn, web_doors.SERVICE, door.what, door.evidence, partial(_of_service, door))


def _of_service(door: WebDoor, aws: View) -> Iterator[str]:
    answer = aws.get(apprunner.DESCRIBE_SERVICE, ServiceArn=door.arn) or {}
    images = list(map(str, values(answer, "Service.SourceConfiguration.ImageRepository.ImageIdentifier")))
    if not images and first(answer, "Service.SourceConfiguration.CodeRepository") is None:
        raise _unnamed(door.what)
    yield from images
