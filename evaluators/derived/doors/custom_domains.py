"""Custom domain names of API Gateway, as both of its listings show them.

The older listing knows every name, the newer one the names for HTTP and WebSocket APIs, too, with one configuration for
each kind of endpoint; a public name may stand in both. Private names may be the same: their id tells them apart.
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-custom-domains.html
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Gathered, View, gather
from assessor.workload import names
from collectors import apigateway, apigatewayv2

READS: tuple[Operation, ...] = (apigateway.GET_DOMAIN_NAMES, apigatewayv2.GET_DOMAIN_NAMES)


@dataclass(frozen=True, slots=True)
class CustomDomain:
    """A custom domain name. policies: its security policies, each once, as far as AWS states any.

    hosts: the names of AWS behind it, in lower case. certificates: clients are asked for one.
    unseen: why one of the listings, in which the name may stand too, could not be read.
    """

    name: str
    arn: str
    node: str
    private: bool
    policies: tuple[str, ...]
    hosts: frozenset[str]
    certificates: bool
    evidence: tuple[Call, ...]
    unseen: UnseenError | None = None

    @property
    def what(self) -> str:
        """The domain in words."""
        return f"{'private ' if self.private else ''}custom domain {self.name}"


def custom_domains(aws: View) -> Gathered[CustomDomain]:
    """Every custom domain name of the Region."""
    older, newer = gather(_older(aws)), gather(_newer(aws))
    unseen = older.unseen or newer.unseen
    found: dict[str, CustomDomain] = {}
    for one in (*older.known, *newer.known):
        held = found.get(one.arn, replace(one, policies=(), evidence=()))
        found[one.arn] = replace(
            held,
            policies=tuple(dict.fromkeys((*held.policies, *one.policies))),
            hosts=held.hosts | one.hosts,
            certificates=held.certificates or one.certificates,
            evidence=(*held.evidence, *one.evidence),
            unseen=unseen,
        )
    return Gathered(found.values(), unseen)


def _older(aws: View) -> Iterator[CustomDomain]:
    for call, domain in aws.items_with_call(apigateway.GET_DOMAIN_NAMES):
        name = str(domain.get("domainName") or "")
        node = names.domain(aws, name)
        private = "PRIVATE" in values(domain, "endpointConfiguration.types[]")
        own = f"arn:{aws.account.partition}:apigateway:{aws.region}:{aws.account_id}:/domainnames/{name}"
        arn = str(domain.get("domainNameArn") or f"{own}+{domain.get('domainNameId')}") if private else node
        policy = str(domain.get("securityPolicy") or "")
        yield CustomDomain(
            name,
            arn,
            node,
            private,
            (policy,) if policy else (),
            _hosts(domain.get(member) for member in ("regionalDomainName", "distributionDomainName")),
            bool(first(domain, "mutualTlsAuthentication.truststoreUri")),
            (call,),
        )


def _newer(aws: View) -> Iterator[CustomDomain]:
    for call, domain in aws.items_with_call(apigatewayv2.GET_DOMAIN_NAMES):
        name = str(domain.get("DomainName") or "")
        node = names.domain(aws, name)
        stated = values(domain, "DomainNameConfigurations[].SecurityPolicy")
        policies = tuple(dict.fromkeys(str(policy) for policy in stated if policy))
        yield CustomDomain(
            name,
            node,
            node,
            private=False,
            policies=policies,
            hosts=_hosts(values(domain, "DomainNameConfigurations[].ApiGatewayDomainName")),
            certificates=bool(first(domain, "MutualTlsAuthentication.TruststoreUri")),
            evidence=(call,),
        )


def _hosts(stated: Iterable[object]) -> frozenset[str]:
    return frozenset(str(host).lower() for host in stated if host)
