"""The custom domain names that lead to an API of API Gateway, and whether they ask clients for a certificate.

REST and HTTP APIs share their domains: a mapping is listed by the API of either generation, and a domain may have
routing rules beside or instead of mappings.
https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-mutual-tls.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.view import View
from collectors import apigateway, apigatewayv2
from evaluators.derived.doors import custom_domains
from evaluators.derived.doors.custom_domains import CustomDomain

READS: tuple[Operation, ...] = (
    *custom_domains.READS,
    apigateway.GET_BASE_PATH_MAPPINGS,
    apigatewayv2.GET_API_MAPPINGS,
    apigatewayv2.LIST_ROUTING_RULES,
)

_ANY_STAGE = (None, "", "(none)")


@dataclass(frozen=True, slots=True)
class Domain:
    """A public domain name that leads to an API. hosts: all its names. certificates: clients are asked for one."""

    name: str
    hosts: frozenset[str]
    certificates: bool


def domains(aws: View, api: str, stage: str = "") -> list[Domain]:
    """The public domains that lead to an API, or to one stage of it, in the order of their names. Raises UnseenError."""
    mapped = set(_mapped(aws, api, stage))
    if not mapped:
        return []
    hosts: dict[str, frozenset[str]] = {}
    certificates: set[str] = set()
    for one in _public(aws):
        if one.name in mapped:
            hosts[one.name] = hosts.get(one.name, frozenset()) | one.hosts | {one.name.lower()}
            if one.certificates:
                certificates.add(one.name)
    return [Domain(name, hosts[name] - {""}, name in certificates) for name in sorted(hosts)]


def every_name(aws: View) -> Iterator[str]:
    """Every public domain name of the Region, in lower case. Raises UnseenError."""
    for one in _public(aws):
        yield one.name.lower()


def _public(aws: View) -> Iterator[CustomDomain]:
    found = aws.derive(custom_domains.custom_domains)
    yield from (one for one in found.known if not one.private)
    if found.unseen is not None:
        raise found.unseen


def _mapped(aws: View, api: str, stage: str) -> Iterator[str]:
    for call, mapping in aws.items_with_call(apigateway.GET_BASE_PATH_MAPPINGS):
        named = mapping.get("stage")
        if mapping.get("restApiId") == api and (not stage or named in _ANY_STAGE or named == stage):
            yield str(call.request["domainName"])
    for call, mapping in aws.items_with_call(apigatewayv2.GET_API_MAPPINGS):
        if _meant(mapping.get("ApiId"), mapping.get("Stage"), api, stage):
            yield str(call.request["DomainName"])
    for call, rule in aws.items_with_call(apigatewayv2.LIST_ROUTING_RULES):
        for action in values(rule, "Actions[].InvokeApi"):
            if _meant(action.get("ApiId"), action.get("Stage"), api, stage):
                yield str(call.request["DomainName"])


def _meant(named: object, at: object, api: str, stage: str) -> bool:
    return named == api and (not stage or at == stage)
