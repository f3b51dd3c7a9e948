"""CloudFront distributions in front of a door, and whether they are the only way to it.

A web ACL on a distribution protects what lies behind only as long as nobody can go round it.
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-origin.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from assessor.iam.exposure import Exposure
from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.view import Answer, View
from collectors import apigateway, apigatewayv2, cloudfront, naming
from evaluators.derived.doors import function_urls, web_doors
from evaluators.derived.doors.function_urls import FunctionUrl, url_policy
from evaluators.derived.doors.http_doors import HttpApi
from evaluators.derived.doors.openness import distributions_named, is_open, url_openness, whole_api_openness
from evaluators.derived.doors.rest_doors import RestStage
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.offered import distributed

READS: tuple[Operation, ...] = (
    cloudfront.LIST_DISTRIBUTIONS,
    *function_urls.POLICY_READS,
    apigateway.GET_DOMAIN_NAMES,
    apigateway.GET_BASE_PATH_MAPPINGS,
    apigatewayv2.GET_DOMAIN_NAMES,
    apigatewayv2.GET_API_MAPPINGS,
)


@dataclass(frozen=True, slots=True)
class Front:
    """An enabled distribution with an origin at the door. ``header``: CloudFront adds headers of its own for it."""

    name: str
    web_acl: str
    signs: bool
    header: bool


@dataclass(frozen=True, slots=True)
class Seal:
    """Whether the fronts of a door are the only way in: True, False, or None where that is decided in code."""

    only: bool | None
    why: str


def fronts(aws: View, door: WebDoor) -> list[Front]:
    """The enabled distributions of this account with an origin at the door. Raises UnseenError."""
    listed = [
        one
        for one in distributed(aws.account.partition, aws.items(cloudfront.LIST_DISTRIBUTIONS))
        if one.get("Enabled") is not False
    ]
    hosts = set(_hosts(aws, door)) if listed else set()
    found = []
    for one in listed:
        for origin in values(one, "Origins.Items[]"):
            if str(origin.get("DomainName", "")).lower() in hosts:
                found.append(_front(one, origin))
                break
    return found


def _front(distribution: Answer, origin: Answer) -> Front:
    return Front(
        str(distribution.get("Id", "")),
        str(distribution.get("WebACLId") or ""),
        bool(origin.get("OriginAccessControlId")),
        any(values(origin, "CustomHeaders.Items[]")),
    )


def _hosts(aws: View, door: WebDoor) -> Iterator[str]:
    """The host names the door answers on, in lower case. Raises UnseenError."""
    source = door.source
    if isinstance(source, RestStage):
        yield _default_host(aws, source.api_id)
        yield from _rest_domains(aws, source)
    elif isinstance(source, HttpApi):
        yield _default_host(aws, source.api_id)
        yield (urlsplit(str(source.api.get("ApiEndpoint", ""))).hostname or "").lower()
        yield from _http_domains(aws, source)
    elif isinstance(source, FunctionUrl):
        yield source.host.lower()
    elif door.kind == web_doors.BALANCER:
        name = str(door.answer.get("DNSName", "")).lower()
        yield from (name, f"dualstack.{name}")
    elif door.kind == web_doors.SERVICE:
        yield str(door.answer.get("ServiceUrl", "")).lower()
    else:
        for url in (*values(door.answer, "uris{}"), *values(door.answer, "dns{}")):
            yield (urlsplit(str(url)).hostname or str(url)).lower()


def _default_host(aws: View, api: str) -> str:
    suffix = "amazonaws.com.cn" if aws.account.partition == "aws-cn" else "amazonaws.com"
    return f"{api}.execute-api.{aws.region}.{suffix}".lower()


def _rest_domains(aws: View, stage: RestStage) -> Iterator[str]:
    mapped = {
        call.request["domainName"]
        for call, mapping in aws.items_with_call(apigateway.GET_BASE_PATH_MAPPINGS)
        if mapping.get("restApiId") == stage.api_id and mapping.get("stage") in (None, stage.name)
    }
    for domain in aws.items(apigateway.GET_DOMAIN_NAMES):
        if domain.get("domainName") in mapped:
            for member in ("domainName", "regionalDomainName", "distributionDomainName"):
                yield str(domain.get(member) or "").lower()


def _http_domains(aws: View, api: HttpApi) -> Iterator[str]:
    mapped = {
        call.request["DomainName"]
        for call, mapping in aws.items_with_call(apigatewayv2.GET_API_MAPPINGS)
        if mapping.get("ApiId") == api.api_id
    }
    for domain in aws.items(apigatewayv2.GET_DOMAIN_NAMES):
        if domain.get("DomainName") in mapped:
            yield str(domain["DomainName"]).lower()
            for target in values(domain, "DomainNameConfigurations[].ApiGatewayDomainName"):
                yield str(target).lower()


def seal(aws: View, door: WebDoor, before: list[Front]) -> Seal:
    """Whether the door can be reached only through the distributions before it. Raises UnseenError."""
    source = door.source
    if isinstance(source, FunctionUrl):
        return _url_seal(aws, source, before)
    if isinstance(source, RestStage):
        policy = str(source.api.get("policy") or "")
        if policy and not is_open(_openness(aws, source, policy)):
            return Seal(True, "the API's resource policy admits no stranger")
    if all(front.header for front in before):
        return Seal(
            None, "whether the origin refuses requests without CloudFront's own header is decided there"
        )
    return Seal(False, "it can be called directly")


def _openness(aws: View, stage: RestStage, policy: str) -> Exposure:
    return whole_api_openness(
        policy,
        account=aws.account_id,
        region=aws.region,
        partition=aws.account.partition,
        api=stage.api_id,
        private=stage.private,
    )


def _url_seal(aws: View, url: FunctionUrl, before: list[Front]) -> Seal:
    if url.config.get("AuthType") != "AWS_IAM":
        return Seal(False, "the URL asks for no signature, so it can be called directly")
    if not all(front.signs for front in before):
        return Seal(False, "the distribution has no origin access control for the URL")
    policy = url_policy(aws, url)
    if policy and is_open(url_openness(policy, arn=url.arn, account=aws.account_id, auth="AWS_IAM")):
        return Seal(False, "the URL's policy admits callers of every account")
    return Seal(True, "the URL takes signed requests only")


def foreign_front(aws: View, door: WebDoor) -> str:
    """A distribution of another account that the door's policy lets in, "" where there is none."""
    if not isinstance(door.source, FunctionUrl) or door.source.config.get("AuthType") != "AWS_IAM":
        return ""
    named = distributions_named(url_policy(aws, door.source) or "{}")
    return next((arn for arn in named if naming.account(arn) not in (None, aws.account_id)), "")
