"""What computes on a path beside functions: AgentCore runtimes by their endpoints, model endpoints, containers.

https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/agent-runtime-versioning.html
https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.iam.operators import resource_like
from assessor.model.control import WORKLOAD
from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Answer, View, gather
from assessor.workload import names
from assessor.workload.permissions import everyone
from collectors import bedrock_agentcore_control as agentcore
from collectors import ecs, sagemaker

READS: tuple[Operation, ...] = (
    agentcore.LIST_AGENT_RUNTIMES,
    agentcore.LIST_AGENT_RUNTIME_ENDPOINTS,
    agentcore.GET_GATEWAY_TARGET,
    sagemaker.LIST_ENDPOINTS,
    ecs.DESCRIBE_SERVICES,
)

DEFAULT = "DEFAULT"
"""The endpoint of a runtime that AWS makes, and moves to every new version."""

_PLANE = "sagemaker-runtime"
_GONE = frozenset({"DELETING", "CREATE_FAILED"})
_SHOWN = 6
"""As many resources as a permission keeps: one with so many may name more."""


@dataclass(frozen=True, slots=True)
class RuntimeEndpoint:
    """An endpoint of an AgentCore runtime. only: the runtime has no other. called_by: gateway targets, in words."""

    runtime: str
    runtime_arn: str
    name: str
    arn: str
    version: str
    only: bool
    evidence: tuple[Call, ...]
    called_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelEndpoint:
    """A SageMaker endpoint. stands_for: the nodes of the workload that make it part of a path."""

    name: str
    arn: str
    stands_for: tuple[str, ...]
    evidence: tuple[Call, ...]


def runtime_endpoints(aws: View) -> Iterator[RuntimeEndpoint]:
    """The endpoints of every runtime; DEFAULT only where there is no other, or a gateway's target calls it.

    What could not be read is raised at the end.
    """
    unseen: UnseenError | None = None
    runtimes = gather(aws.items_with_call(agentcore.LIST_AGENT_RUNTIMES))
    for call, runtime in runtimes.known:
        found = gather(_endpoints(aws, call, runtime))
        yield from found.known
        unseen = unseen or found.unseen
    unseen = runtimes.unseen or unseen
    if unseen is not None:
        raise unseen


def _endpoints(aws: View, listing: Call, runtime: Answer) -> Iterator[RuntimeEndpoint]:
    ident = str(runtime.get("agentRuntimeId") or "")
    arn = str(runtime.get("agentRuntimeArn") or names.own(aws, "bedrock-agentcore", f"runtime/{ident}"))
    every: list[tuple[Call, Answer]] = []
    numbered = False
    for call, one in aws.items_with_call(agentcore.LIST_AGENT_RUNTIME_ENDPOINTS, agentRuntimeId=ident):
        name = str(one.get("name") or "")
        if one.get("status") in _GONE:
            continue
        every.append((call, one))
        if name != DEFAULT:
            numbered = True
            own = str(one.get("agentRuntimeEndpointArn") or f"{arn}/runtime-endpoint/{name}")
            version = str(one.get("liveVersion") or "")
            yield RuntimeEndpoint(ident, arn, name, own, version, False, (listing, call))
    called = dict(_by_default(aws, arn)) if numbered else {}
    if not numbered or called:
        own = f"{arn}/runtime-endpoint/{DEFAULT}"
        version = str(runtime.get("agentRuntimeVersion") or "")
        evidence = (listing, *(call for call, _ in every[:1]), *called.values())
        yield RuntimeEndpoint(ident, arn, DEFAULT, own, version, not numbered, evidence, tuple(called))


def _by_default(aws: View, runtime: str) -> Iterator[tuple[str, Call]]:
    """The gateway targets that call a runtime by its endpoint DEFAULT. Raises UnseenError."""
    for call, answer in aws.items_with_call(agentcore.GET_GATEWAY_TARGET):
        for named in values(answer, "targetConfiguration.http.agentcoreRuntime"):
            if named.get("arn") == runtime and named.get("qualifier") in (None, "", DEFAULT):
                gateway, target = call.request.get("gatewayIdentifier"), call.request.get("targetId")
                yield f"target {target} of gateway {gateway}", call


def model_endpoints(aws: View) -> Iterator[ModelEndpoint]:
    """Every SageMaker endpoint of the Region. Raises UnseenError."""
    for call, one in aws.items_with_call(sagemaker.LIST_ENDPOINTS):
        name = str(one.get("EndpointName") or "")
        arn = str(one.get("EndpointArn") or names.own(aws, "sagemaker", f"endpoint/{name.lower()}"))
        if one.get("EndpointStatus") != "Deleting":
            yield ModelEndpoint(name, arn, tuple(_nodes(aws, arn)), (call,))


def _nodes(aws: View, arn: str) -> Iterator[str]:
    """The endpoint itself, and the plane where a permission to use that one covers the endpoint."""
    yield arn
    if aws.scope != WORKLOAD:
        return
    for allowed in everyone(aws).values():
        for permission in allowed.permissions:
            if permission.plane == _PLANE and (
                len(permission.resources) >= _SHOWN
                or any(text == "*" or resource_like(text).matches(arn) for text in permission.resources)
            ):
                yield f"plane:{_PLANE}"
                return


def services(aws: View) -> Iterator[tuple[Call, Answer]]:
    """Every ECS service of the Region, with the call that showed it. Raises UnseenError."""
    yield from aws.items_with_call(ecs.DESCRIBE_SERVICES)
