"""CloudFront distributions before a door: by which origin they reach it, and what they ask of those who come.

Looked at are the origins that a cache behaviour uses, directly or in a group. Of the headers that CloudFront adds for
an origin the names are known; their values, the secret by which the origin knows its distribution, are not kept.
https://docs.aws.amazon.com/AmazonCloudFront/latest/APIReference/API_DistributionSummary.html
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.view import Answer, View
from collectors import cloudfront, wafv2
from evaluators.derived.offered import distributed

READS: tuple[Operation, ...] = (cloudfront.LIST_DISTRIBUTIONS, wafv2.GET_WEB_ACL)

_WAF = ":wafv2:"
_STOPPING = ("Block", "Captcha", "Challenge")
_AWS_HOSTS = (
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".api.aws",
    ".on.aws",
    ".awsapprunner.com",
    ".cloudfront.net",
    ".elasticbeanstalk.com",
)


@dataclass(frozen=True, slots=True)
class Distribution:
    """An enabled distribution with origins at a door.

    headers: the names of those it adds for every such origin. signs: all of them have an origin access control. inner:
    all are VPC origins. certificates: it asks viewers for one. signed: every behaviour wants signed URLs or cookies.
    """

    name: str
    web_acl: str
    headers: frozenset[str]
    signs: bool
    inner: bool
    certificates: bool
    signed: bool


def before(aws: View, hosts: Iterable[str], under: tuple[str, str] = ("", "")) -> list[Distribution]:
    """The enabled distributions of this account that lead to one of the host names. Raises UnseenError.

    under: a host name, and the first part of the path under which the door answers there (a stage's name): an origin
    with another path leads to something else.
    """
    wanted = {host.lower() for host in hosts}
    found = []
    for one in enabled(aws):
        origins = [origin for origin in _used(one) if _host(origin) in wanted and _path_fits(origin, under)]
        if origins:
            found.append(_distribution(one, origins))
    return found


def elsewhere(aws: View) -> Iterator[tuple[str, str]]:
    """Distributions with an origin under a name that is not AWS's, each with the name: it may be anything's alias.

    Raises UnseenError.
    """
    for one in enabled(aws):
        for origin in _used(one):
            host = _host(origin)
            if host and not host.endswith(_AWS_HOSTS) and "S3OriginConfig" not in origin:
                yield str(one.get("Id", "")), host


def guards(aws: View, one: Distribution) -> list[str]:
    """What stops callers at the distribution, in words; none where everybody passes. Raises UnseenError."""
    found = ["web ACL"] if one.web_acl and stops(aws, one.web_acl) else []
    if one.certificates:
        found.append("client certificates")
    if one.signed:
        found.append("signed URLs or cookies")
    return found


def stops(aws: View, acl: str) -> bool:
    """Whether a WAFv2 web ACL can stop any request: an empty one that allows everything does not. Raises UnseenError."""
    if _WAF not in acl:
        return False
    answer = (aws.get(wafv2.GET_WEB_ACL, ARN=acl) or {}).get("WebACL") or {}
    if "Block" in (answer.get("DefaultAction") or {}):
        return True
    groups = (
        *values(answer, "PreProcessFirewallManagerRuleGroups[]"),
        *values(answer, "PostProcessFirewallManagerRuleGroups[]"),
    )
    return any(_acts(rule) for rule in (*values(answer, "Rules[]"), *groups))


def _acts(rule: Mapping[str, Any]) -> bool:
    """A rule that stops, or a group whose own actions are not turned into counting."""
    return any(name in (rule.get("Action") or {}) for name in _STOPPING) or "None" in (
        rule.get("OverrideAction") or {}
    )


def enabled(aws: View) -> Iterator[Answer]:
    """The distributions of this account that answer. Raises UnseenError."""
    for one in distributed(aws.account.partition, aws.items(cloudfront.LIST_DISTRIBUTIONS)):
        if one.get("Enabled") is not False:
            yield one


def _behaviours(one: Answer) -> list[Any]:
    return [*values(one, "DefaultCacheBehavior"), *values(one, "CacheBehaviors.Items[]")]


def _reached(one: Answer, behaviour: Mapping[str, Any]) -> set[object]:
    """The ids of the origins that a behaviour may use."""
    target = behaviour.get("TargetOriginId")
    members = {
        member
        for group in values(one, "OriginGroups.Items[]")
        if group.get("Id") == target
        for member in values(group, "Members.Items[].OriginId")
    }
    return {target, *members}


def _used(one: Answer) -> list[Answer]:
    used: set[object] = set()
    for behaviour in _behaviours(one):
        used |= _reached(one, behaviour)
    return [origin for origin in values(one, "Origins.Items[]") if origin.get("Id") in used]


def _path_fits(origin: Answer, under: tuple[str, str]) -> bool:
    host, part = under
    path = str(origin.get("OriginPath") or "").strip("/")
    return not (part and path and _host(origin) == host) or path.partition("/")[0] == part


def _host(origin: Answer) -> str:
    return str(origin.get("DomainName") or "").lower().rstrip(".")


def _distribution(one: Answer, origins: list[Answer]) -> Distribution:
    ids = {origin.get("Id") for origin in origins}
    leading = [behaviour for behaviour in _behaviours(one) if ids & _reached(one, behaviour)]
    headers = [
        {str(name).lower() for name in values(origin, "CustomHeaders.Items[].HeaderName")}
        for origin in origins
    ]
    return Distribution(
        str(one.get("Id", "")),
        str(one.get("WebACLId") or ""),
        frozenset(set.intersection(*headers)),
        all(origin.get("OriginAccessControlId") for origin in origins),
        all(first(origin, "VpcOriginConfig.VpcOriginId") for origin in origins),
        first(one, "ViewerMtlsConfig.Mode") == "required",
        all(_signed(behaviour) for behaviour in leading),
    )


def _signed(behaviour: Mapping[str, Any]) -> bool:
    return any(
        first(behaviour, f"{member}.Enabled") is True for member in ("TrustedKeyGroups", "TrustedSigners")
    )
