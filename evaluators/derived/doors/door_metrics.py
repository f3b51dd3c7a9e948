"""Which metrics tell of a front door: errors, throttles, blocked requests, and the dimensions they are published with.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-dimensions.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from collectors import wafv2
from evaluators.derived.doors import web_acls, web_doors
from evaluators.derived.doors.function_urls import FunctionUrl
from evaluators.derived.doors.http_doors import HttpApi
from evaluators.derived.doors.rest_doors import RestStage
from evaluators.derived.doors.web_acls import association
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.watch.alarm_metrics import Watch

READS: tuple[Operation, ...] = (*web_acls.READS, wafv2.GET_WEB_ACL)


@dataclass(frozen=True, slots=True)
class Telling:
    """Metrics that tell of a door.

    dimensions: what a watch must be narrowed to (name and value), and beyond. narrower: further dimensions that may
    narrow it. overall: the service also publishes the metric without dimensions, for all its resources.
    """

    namespace: str
    metrics: frozenset[str]
    dimensions: frozenset[tuple[str, str]]
    narrower: frozenset[tuple[str, str]] = frozenset()
    overall: bool = False

    def sees(self, watch: Watch, account: str) -> bool:
        """Whether a watch sees this door."""
        if watch.namespace.lower() != self.namespace.lower() or watch.account not in ("", account):
            return False
        if watch.metric not in self.metrics:
            return False
        if watch.every:
            names = {name for name, _ in self.dimensions}
            return watch.schema is None or names <= watch.schema
        if not watch.dimensions:
            return self.overall
        allowed = dict(self.narrower)
        # A dimension that is not told apart here (a method, a rule) narrows it, but the door is seen.
        fits = all(allowed.get(name, value) == value for name, value in watch.dimensions)
        return fits and self.dimensions <= watch.dimensions


def telling(aws: View, door: WebDoor) -> Iterator[Telling]:
    """The metrics that tell of a door, those of its web ACL last. Raises UnseenError."""
    source = door.source
    match door.kind:
        case web_doors.REST_STAGE if isinstance(source, RestStage):
            name = str(source.api.get("name") or "")
            yield _of(
                "AWS/ApiGateway",
                "4XXError 5XXError Count",
                ApiName=name,
                narrower=(("Stage", source.name),),
            )
        case web_doors.HTTP_API if isinstance(source, HttpApi):
            metrics = "4xx 5xx Count ClientError ExecutionError IntegrationError ConnectCount MessageCount"
            yield _of("AWS/ApiGateway", metrics, ApiId=source.api_id)
        case web_doors.FUNCTION_URL if isinstance(source, FunctionUrl):
            metrics = "Errors Throttles Url4xxCount Url5xxCount UrlRequestCount"
            yield _of("AWS/Lambda", metrics, FunctionName=source.function, overall=True)
        case web_doors.GRAPHQL:
            yield _of("AWS/AppSync", "4XXError 5XXError", GraphQLAPIId=str(door.answer.get("apiId") or ""))
        case web_doors.EVENTS:
            metrics = "ConnectClientError ConnectServerError PublishClientError PublishServerError 4XXError 5XXError"
            yield _of("AWS/AppSync", metrics, EventAPIId=str(door.answer.get("apiId") or ""))
        case web_doors.BALANCER:
            name = door.arn.partition(":loadbalancer/")[2]
            metrics = (
                "HTTPCode_ELB_3XX_Count HTTPCode_ELB_4XX_Count HTTPCode_ELB_5XX_Count HTTPCode_Target_4XX_Count "
                "HTTPCode_Target_5XX_Count RequestCount RejectedConnectionCount ELBAuthFailure"
            )
            yield _of("AWS/ApplicationELB", metrics, LoadBalancer=name)
        case web_doors.DISTRIBUTION:
            metrics = "4xxErrorRate 5xxErrorRate TotalErrorRate Requests"
            yield _of("AWS/CloudFront", metrics, DistributionId=str(door.answer.get("Id") or ""))
        case web_doors.POOL:
            pool = door.arn.rpartition("/")[2]
            metrics = (
                "SignInThrottles TokenRefreshThrottles FederationThrottles SignUpThrottles SignInSuccesses"
            )
            yield _of("AWS/Cognito", metrics, UserPool=pool)
        case web_doors.GATEWAY:
            metrics = "SystemErrors UserErrors Throttles Invocations"
            yield _of("AWS/Bedrock-AgentCore", metrics, Resource=door.arn)
            yield _of("AWS/Bedrock-AgentCore", metrics, Resource=str(door.answer.get("gatewayId") or ""))
        case web_doors.SERVICE:
            name = door.arn.partition(":service/")[2].partition("/")[0]
            yield _of("AWS/AppRunner", "4xxStatusResponses 5xxStatusResponses Requests", ServiceName=name)
    yield from _blocked(aws, door)


def _of(
    namespace: str,
    metrics: str,
    *,
    narrower: tuple[tuple[str, str], ...] = (),
    overall: bool = False,
    **dimensions: str,
) -> Telling:
    return Telling(
        namespace, frozenset(metrics.split()), frozenset(dimensions.items()), frozenset(narrower), overall
    )


def _blocked(aws: View, door: WebDoor) -> Iterator[Telling]:
    acl = association(aws, door).acl
    if not acl:
        return
    answer = aws.get(wafv2.GET_WEB_ACL, ARN=acl)
    if answer is None:
        return
    name = first(answer, "WebACL.VisibilityConfig.MetricName") or first(answer, "WebACL.Name") or ""
    yield _of("AWS/WAFV2", "BlockedRequests ChallengeRequests CaptchaRequests", WebACL=str(name))


def region_of(aws: View, door: WebDoor) -> View:
    """Where the metrics of a door are: CloudFront publishes in us-east-1. Raises UnseenError where that is not read."""
    if door.kind != web_doors.DISTRIBUTION:
        return aws
    home = _HOME.get(aws.account.partition, "us-east-1")
    if home not in aws.account.regions:
        detail = f"alarms on CloudFront live in {home}, which this run does not read"
        raise UnseenError(Why.LINK_UNKNOWN, detail)
    return aws.at(home)


_HOME = {"aws-cn": "cn-northwest-1"}
