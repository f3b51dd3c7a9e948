"""HTTP and WebSocket APIs as front doors: routes and stages.

They have no resource policy and cannot hold a web ACL. Of a WebSocket API only ``$connect`` can carry an authorizer;
messages on the other routes come over the connection that it admitted.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-control-access.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import apigatewayv2

API_READS: tuple[Operation, ...] = (apigatewayv2.GET_APIS,)
ROUTE_READS: tuple[Operation, ...] = (*API_READS, apigatewayv2.GET_ROUTES)
STAGE_READS: tuple[Operation, ...] = (*ROUTE_READS, apigatewayv2.GET_STAGES)

CONNECT = "$connect"


@dataclass(frozen=True, slots=True)
class HttpApi:
    """An HTTP or WebSocket API."""

    api: Answer
    arn: str
    evidence: tuple[Call, ...]

    @property
    def api_id(self) -> str:
        """The API's id."""
        return str(self.api.get("ApiId", ""))

    @property
    def websocket(self) -> bool:
        """Whether it speaks WebSocket."""
        return self.api.get("ProtocolType") == "WEBSOCKET"

    @property
    def what(self) -> str:
        """The API in words."""
        return f"{'WebSocket' if self.websocket else 'HTTP'} API {self.api_id}"


@dataclass(frozen=True, slots=True)
class Route:
    """One route of an API. Routes belong to the API, not to a stage."""

    api: HttpApi
    route: Answer
    arn: str
    evidence: tuple[Call, ...]

    @property
    def key(self) -> str:
        """The route key: ``POST /chat``, ``$default``, ``$connect``."""
        return str(self.route.get("RouteKey", ""))

    @property
    def what(self) -> str:
        """The route in words."""
        return f"route {self.key} of {self.api.what}"


@dataclass(frozen=True, slots=True)
class HttpStage:
    """A stage of an API with the API's routes."""

    api: HttpApi
    stage: Answer
    arn: str
    routes: tuple[Route, ...]
    evidence: tuple[Call, ...]

    @property
    def name(self) -> str:
        """The stage's name."""
        return str(self.stage.get("StageName", ""))

    @property
    def what(self) -> str:
        """The stage in words."""
        return f"stage {self.name} of {self.api.what}"


def http_apis(aws: View) -> Gathered[HttpApi]:
    """Every HTTP and WebSocket API of the Region."""
    return gather(
        HttpApi(
            api, f"arn:{aws.account.partition}:apigateway:{aws.region}::/apis/{api.get('ApiId')}", (call,)
        )
        for call, api in aws.items_with_call(apigatewayv2.GET_APIS)
    )


def http_routes(aws: View) -> Gathered[Route]:
    """Every route of every HTTP and WebSocket API of the Region."""
    return gather(_routes(aws))


def _routes(aws: View) -> Iterator[Route]:
    apis = {api.api_id: api for api in aws.derive(http_apis).known}
    for call, route in aws.items_with_call(apigatewayv2.GET_ROUTES):
        api = apis.get(call.request["ApiId"])
        if api is None:
            continue
        arn = f"{api.arn}/routes/{route.get('RouteId') or route.get('RouteKey')}"
        yield Route(api, route, arn, (*api.evidence, call))


def http_stages(aws: View) -> Gathered[HttpStage]:
    """Every stage of every HTTP and WebSocket API of the Region."""
    return gather(_stages(aws))


def _stages(aws: View) -> Iterator[HttpStage]:
    apis = {api.api_id: api for api in aws.derive(http_apis).known}
    routes = aws.derive(http_routes)
    by_api: dict[str, list[Route]] = {}
    for route in routes.known:
        by_api.setdefault(route.api.api_id, []).append(route)
    for call, stage in aws.items_with_call(apigatewayv2.GET_STAGES):
        api = apis.get(call.request["ApiId"])
        if api is None:
            continue
        arn = f"{api.arn}/stages/{stage.get('StageName')}"
        yield HttpStage(api, stage, arn, tuple(by_api.get(api.api_id, ())), (*api.evidence, call))
    if routes.unseen is not None:
        raise routes.unseen
