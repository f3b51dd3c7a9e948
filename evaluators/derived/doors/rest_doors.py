"""REST APIs as front doors: every method on every stage, and what the stage really serves of it.

``GetResources`` shows the definition as last edited; a stage serves the snapshot in its deployment, which
``GetDeployment`` with ``embed=apisummary`` shows.
https://docs.aws.amazon.com/apigateway/latest/api/API_GetDeployment.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import apigateway

STAGE_READS: tuple[Operation, ...] = (apigateway.GET_REST_APIS, apigateway.GET_STAGES)
METHOD_READS: tuple[Operation, ...] = (*STAGE_READS, apigateway.GET_RESOURCES)
IN_FORCE_READS: tuple[Operation, ...] = (*METHOD_READS, apigateway.GET_DEPLOYMENT)

ANY = "ANY"
"""The method that answers every HTTP verb without a method of its own."""


@dataclass(frozen=True, slots=True)
class RestStage:
    """A stage of a REST API: what is called, throttled and protected. ``evidence``: the calls that named it."""

    api: Answer
    stage: Answer
    arn: str
    evidence: tuple[Call, ...]

    @property
    def api_id(self) -> str:
        """The API's id."""
        return str(self.api.get("id", ""))

    @property
    def name(self) -> str:
        """The stage's name."""
        return str(self.stage.get("stageName", ""))

    @property
    def private(self) -> bool:
        """Whether the API is reached through VPC endpoints only."""
        return "PRIVATE" in values(self.api, "endpointConfiguration.types[]")

    @property
    def what(self) -> str:
        """The stage in words."""
        return f"stage {self.name} of REST API {self.api_id}"

    @property
    def deployments(self) -> tuple[str, ...]:
        """The deployments it serves: its own, and a canary's while that gets traffic."""
        found = [self.stage.get("deploymentId")]
        canary = self.stage.get("canarySettings") or {}
        if canary.get("percentTraffic"):
            found.append(canary.get("deploymentId"))
        return tuple(dict.fromkeys(str(one) for one in found if one))


@dataclass(frozen=True, slots=True)
class RestMethod:
    """One method on one stage. ``method`` is its definition as last edited."""

    stage: RestStage
    path: str
    verb: str
    method: Answer
    arn: str
    evidence: tuple[Call, ...]

    @property
    def what(self) -> str:
        """The method in words."""
        return f"{self.verb} {self.path} on {self.stage.what}"

    @property
    def mock(self) -> bool:
        """Whether API Gateway answers it from a template, with nothing behind it."""
        return bool((self.method.get("methodIntegration") or {}).get("type") == "MOCK")


@dataclass(frozen=True, slots=True)
class InForce:
    """What a stage serves of a method.

    authorization: the types in force, one for each deployment and verb; a caller meets any of them.
    keys: whether an API key is wanted whatever the caller meets.
    edited: the definition says something else by now.
    served: False where the deployments hold nothing of the method.
    proven: False where no deployment said what it holds: the definition as last edited is all there is.
    """

    authorization: tuple[str, ...]
    keys: bool
    edited: bool = False
    served: bool = True
    proven: bool = True


def rest_stages(aws: View) -> Gathered[RestStage]:
    """Every stage of every REST API in the Region. An API without a stage cannot be called."""
    return gather(_stages(aws))


def _stages(aws: View) -> Iterator[RestStage]:
    apis = {
        api.get("id"): (call, api)
        for call, api in gather(aws.items_with_call(apigateway.GET_REST_APIS)).known
    }
    for call, stage in aws.items_with_call(apigateway.GET_STAGES):
        if call.request["restApiId"] not in apis:
            continue
        listing, api = apis[call.request["restApiId"]]
        arn = (
            f"arn:{aws.account.partition}:apigateway:{aws.region}::/restapis/{api.get('id')}"
            f"/stages/{stage.get('stageName')}"
        )
        yield RestStage(api, stage, arn, (listing, call))


def rest_methods(aws: View) -> Gathered[RestMethod]:
    """Every method on every stage in the Region."""
    return gather(_methods(aws))


def _methods(aws: View) -> Iterator[RestMethod]:
    stages = aws.derive(rest_stages)
    by_api: dict[str, list[RestStage]] = {}
    for stage in stages.known:
        by_api.setdefault(stage.api_id, []).append(stage)
    for call, resource in aws.items_with_call(apigateway.GET_RESOURCES):
        api_id = call.request["restApiId"]
        for verb, method in sorted((resource.get("resourceMethods") or {}).items()):
            arn = (
                f"arn:{aws.account.partition}:apigateway:{aws.region}::/restapis/{api_id}"
                f"/resources/{resource.get('id')}/methods/{verb}"
            )
            for stage in by_api.get(api_id, ()):
                yield RestMethod(
                    stage, str(resource.get("path", "/")), verb, method or {}, arn, (*stage.evidence, call)
                )
    if stages.unseen is not None:
        raise stages.unseen


def in_force(aws: View, method: RestMethod) -> InForce:
    """What the stage serves of the method. Raises UnseenError when a deployment cannot be read."""
    defined = (
        str(method.method.get("authorizationType", "")),
        bool(method.method.get("apiKeyRequired", False)),
    )
    snapshots: list[tuple[str, bool]] = []
    summaries = 0
    for deployment in method.stage.deployments:
        answer = aws.get(apigateway.GET_DEPLOYMENT, restApiId=method.stage.api_id, deploymentId=deployment)
        summary = (answer or {}).get("apiSummary")
        if summary:
            summaries += 1
            snapshots += _in_summary(summary, method)
    if not summaries:
        return InForce((defined[0],), defined[1], proven=False)
    if not snapshots:
        return InForce((), keys=False, served=False)
    kinds = tuple(dict.fromkeys(kind for kind, _ in snapshots))
    keys = all(key for _, key in snapshots)
    return InForce(kinds, keys, edited=(kinds, keys) != ((defined[0],), defined[1]))


def _in_summary(summary: Any, method: RestMethod) -> Iterator[tuple[str, bool]]:
    """The snapshots that answer for the method: its own, ANY's, or for ANY those of all the verbs."""
    verbs = summary.get(method.path) or {}
    if method.verb in verbs:
        found = [verbs[method.verb]]
    elif ANY in verbs:
        found = [verbs[ANY]]
    elif method.verb == ANY:
        found = list(verbs.values())
    else:
        found = []
    for snapshot in found:
        held = snapshot or {}
        yield str(held.get("authorizationType", "")), bool(held.get("apiKeyRequired", False))


_EVERYTHING = "*/*"


def applied_setting(method: RestMethod) -> tuple[Answer, str]:
    """The entry of ``methodSettings`` that applies to the method, and where it stands: its own before the stage's."""
    own = settings_of_path(method).get(method.verb)
    if own is not None:
        return own, "setting of the method"
    everything = (method.stage.stage.get("methodSettings") or {}).get(_EVERYTHING)
    return everything or {}, "setting of the stage" if everything is not None else "no setting"


def settings_of_path(method: RestMethod) -> dict[str, Answer]:
    """The entries of ``methodSettings`` for the path of the method, by HTTP verb."""
    wanted = method.path.strip("/")
    found: dict[str, Answer] = {}
    for key, setting in (method.stage.stage.get("methodSettings") or {}).items():
        path, _, verb = str(key).rpartition("/")
        if path.replace("~1", "/").strip("/") == wanted and key != _EVERYTHING:
            found.setdefault(verb, setting or {})
    return found
