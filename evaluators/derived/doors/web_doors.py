"""What answers requests, as a web ACL sees it: the things one can be attached to, and those that cannot hold one.

https://docs.aws.amazon.com/waf/latest/developerguide/how-aws-waf-works-resources.html
HTTP and WebSocket APIs and function URLs cannot hold a web ACL: only a distribution in front of them can.
CloudFront is global: its distributions are met in the first Region of a run. A service that is not offered in a
Region has no doors there; one operation that a service refuses while it answers others is a gap.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import MappingProxyType

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError
from assessor.model.snapshot import GLOBAL
from assessor.model.view import Answer, Gathered, View, gather
from collectors import (
    apprunner,
    appsync,
    bedrock_agentcore_control,
    cloudfront,
    elbv2,
)
from evaluators.derived.doors import function_urls, http_doors, rest_doors
from evaluators.derived.offered import distributed, offered, surely
from evaluators.derived.users import user_pools

READS: tuple[Operation, ...] = (
    *rest_doors.STAGE_READS,
    *http_doors.API_READS,
    *function_urls.READS,
    *user_pools.DOMAIN_READS,
    appsync.LIST_GRAPHQL_APIS,
    appsync.LIST_APIS,
    elbv2.DESCRIBE_LOAD_BALANCERS,
    cloudfront.LIST_DISTRIBUTIONS,
    bedrock_agentcore_control.LIST_GATEWAYS,
    apprunner.LIST_SERVICES,
)

REST_STAGE = "AWS::ApiGateway::Stage"
HTTP_API = "AWS::ApiGatewayV2::Api"
FUNCTION_URL = "AWS::Lambda::Url"
GRAPHQL = "AWS::AppSync::GraphQLApi"
EVENTS = "AWS::AppSync::Api"
BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
DISTRIBUTION = "AWS::CloudFront::Distribution"
POOL = "AWS::Cognito::UserPool"
GATEWAY = "AWS::BedrockAgentCore::Gateway"
SERVICE = "AWS::AppRunner::Service"

CANNOT_HOLD = frozenset({HTTP_API, FUNCTION_URL})
"""Doors that no web ACL can be attached to."""


@dataclass(frozen=True, slots=True)
class WebDoor:
    """One door. ``answer`` is what the listing said of it; ``region`` is set where it is not the Region asked in."""

    kind: str
    arn: str
    what: str
    answer: Answer = field(default_factory=lambda: MappingProxyType({}), hash=False, compare=False)
    evidence: tuple[Call, ...] = ()
    region: str = ""
    source: object = field(default=None, compare=False)

    @property
    def can_hold(self) -> bool:
        """Whether a web ACL can be attached to it."""
        return self.kind not in CANNOT_HOLD


def web_doors(aws: View) -> Gathered[WebDoor]:
    """Every door of the Region; CloudFront's with the first Region of the run."""
    return gather(*(_there(aws, source) for source in _SOURCES))


def _there(aws: View, source: "Source") -> Iterator[WebDoor]:
    """What a source names, or nothing where what lists it is not offered. Raises UnseenError."""
    if source is _distributions:
        return distributed(aws.account.partition, source(aws))
    # Function URLs and Event APIs came later than the services they belong to, and not to every Region.
    return offered(source(aws)) if source in (_urls, _events) else surely(source(aws))


def _rest(aws: View) -> Iterator[WebDoor]:
    for stage in aws.derive(rest_doors.rest_stages):
        yield WebDoor(REST_STAGE, stage.arn, stage.what, stage.stage, stage.evidence, source=stage)


def _http(aws: View) -> Iterator[WebDoor]:
    for api in aws.derive(http_doors.http_apis):
        yield WebDoor(HTTP_API, api.arn, api.what, api.api, api.evidence, source=api)


def _urls(aws: View) -> Iterator[WebDoor]:
    for url in aws.derive(function_urls.function_urls):
        yield WebDoor(FUNCTION_URL, url.arn, url.what, url.config, url.evidence, source=url)


def _graphql(aws: View) -> Iterator[WebDoor]:
    for call, api in aws.items_with_call(appsync.LIST_GRAPHQL_APIS):
        arn = str(api.get("arn") or _own(aws, "appsync", f"apis/{api.get('apiId')}"))
        yield WebDoor(GRAPHQL, arn, f"AppSync GraphQL API {api.get('apiId')}", api, (call,))


def _events(aws: View) -> Iterator[WebDoor]:
    for call, api in aws.items_with_call(appsync.LIST_APIS):
        arn = str(api.get("apiArn") or _own(aws, "appsync", f"apis/{api.get('apiId')}"))
        yield WebDoor(EVENTS, arn, f"AppSync Event API {api.get('apiId')}", api, (call,))


def _balancers(aws: View) -> Iterator[WebDoor]:
    for call, balancer in aws.items_with_call(elbv2.DESCRIBE_LOAD_BALANCERS):
        # Web ACLs and HTTP rules belong to application load balancers.
        if balancer.get("Type") == "application" and balancer.get("LoadBalancerArn"):
            arn = str(balancer["LoadBalancerArn"])
            name = arn.partition(":loadbalancer/")[2]
            yield WebDoor(BALANCER, arn, f"load balancer {name}", balancer, (call,))


def _distributions(aws: View) -> Iterator[WebDoor]:
    if not aws.account.regions or aws.region != aws.account.regions[0]:
        return
    for call, one in aws.items_with_call(cloudfront.LIST_DISTRIBUTIONS):
        name = str(one.get("Id", ""))
        own = f"arn:{aws.account.partition}:cloudfront::{aws.account_id}:distribution/{name}"
        yield WebDoor(
            DISTRIBUTION,
            str(one.get("ARN") or own),
            f"CloudFront distribution {name}",
            one,
            (call,),
            GLOBAL,
        )


def _pools(aws: View) -> Iterator[WebDoor]:
    unseen: UnseenError | None = None
    pools = aws.derive(user_pools.user_pools)
    for pool in pools.known:
        try:
            domain = user_pools.hosted_domain(aws, pool)
        except UnseenError as error:
            unseen = unseen or error
            continue
        if domain:
            what = f"{pool.what} with hosted domain {domain}"
            yield WebDoor(POOL, pool.arn, what, {}, (*pool.evidence, *aws.trail[-1:]), source=pool)
    failure = unseen or pools.unseen
    if failure is not None:
        raise failure


def _gateways(aws: View) -> Iterator[WebDoor]:
    for call, gateway in aws.items_with_call(bedrock_agentcore_control.LIST_GATEWAYS):
        name = str(gateway.get("gatewayId", ""))
        arn = _own(aws, "bedrock-agentcore", f"gateway/{name}")
        yield WebDoor(GATEWAY, arn, f"AgentCore gateway {name}", gateway, (call,))


def _services(aws: View) -> Iterator[WebDoor]:
    for call, service in aws.items_with_call(apprunner.LIST_SERVICES):
        if service.get("ServiceArn") and service.get("Status") != "DELETED":
            arn = str(service["ServiceArn"])
            yield WebDoor(
                SERVICE, arn, f"App Runner service {arn.rpartition(':service/')[2]}", service, (call,)
            )


def _own(aws: View, service: str, rest: str) -> str:
    return f"arn:{aws.account.partition}:{service}:{aws.region}:{aws.account_id}:{rest}"


Source = Callable[[View], Iterator[WebDoor]]

_SOURCES: tuple[Source, ...] = (
    _rest,
    _http,
    _urls,
    _graphql,
    _events,
    _balancers,
    _distributions,
    _pools,
    _gateways,
    _services,
)


def appsync_apis(aws: View) -> Gathered[WebDoor]:
    """GraphQL and Event APIs of AppSync alone."""
    return gather(_there(aws, _graphql), _there(aws, _events))


def distributions(aws: View) -> Gathered[WebDoor]:
    """CloudFront distributions alone, with the first Region of the run."""
    return gather(_there(aws, _distributions))


def app_runner_services(aws: View) -> Gathered[WebDoor]:
    """Services of App Runner alone."""
    return gather(_there(aws, _services))
