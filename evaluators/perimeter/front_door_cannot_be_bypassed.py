"""GAI-6.20: The protected front door is the only way in."""

from collections.abc import Callable, Iterator, Sequence

from assessor.model.control import Level, Subject, control
from assessor.model.reading import Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import View
from evaluators.derived.doors import (
    balancer_bypass,
    bypass,
    distributions,
    mapped_domains,
    origin_doors,
    web_acls,
    web_doors,
)
from evaluators.derived.doors.balancer_bypass import balancer_shut
from evaluators.derived.doors.bypass import Shut, api_policy, api_shut, by_header, url_shut
from evaluators.derived.doors.distributions import Distribution, elsewhere, guards, stops
from evaluators.derived.doors.doors import doors_of_origins
from evaluators.derived.doors.fronts import foreign_front
from evaluators.derived.doors.function_urls import FunctionUrl
from evaluators.derived.doors.http_doors import HttpApi
from evaluators.derived.doors.mapped_domains import Domain, domains, every_name
from evaluators.derived.doors.openness import admitted, is_open
from evaluators.derived.doors.origin_doors import hosts, network
from evaluators.derived.doors.rest_doors import RestStage
from evaluators.derived.doors.web_acls import association, inward
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.words import sentence

DEFAULT = "its default endpoint"


def subjects(aws: View) -> Iterator[Subject]:
    """Every door in scope that a distribution or a custom domain may stand before."""
    for door in doors_of_origins(aws):
        yield Subject(door.arn, door.kind, region=door.region, about={"door": door}, evidence=door.evidence)


@control(
    "GAI-6.20",
    slug="front-door-cannot-be-bypassed",
    item=Item.PERIMETER,
    title="The protected front door is the only way in",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=web_doors.REST_STAGE,
    subjects=subjects,
    reads=[
        *origin_doors.READS,
        *web_acls.READS,
        *mapped_domains.READS,
        *distributions.READS,
        *bypass.READS,
        *balancer_bypass.READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no door that another could stand before.",
    why=(
        "Whoever finds the address behind a protected door calls the model without the web ACL, the rate limit or the "
        "client certificate that the door asks for."
    ),
    remediation=(
        "Disable the default endpoint; let the origin take requests from your distribution only (origin access control, "
        "VPC origin, or CloudFront's prefix list together with a secret header that a rule asks for)."
    ),
    fix_cli=(
        "aws apigateway update-rest-api --rest-api-id $API --patch-operations"
        " op=replace,path=/disableExecuteApiEndpoint,value=true"
    ),
    answers=("S6.1", "S6.5"),
    frameworks={
        "mitre_atlas": ("AML.T0049", "AML.M0019"),
        "iso_42001": ("A.6.2.5",),
    },
    edge_cases=(
        "A web ACL on the stage, API or load balancer itself protects every way to it: that passes.",
        "A web ACL without a rule that stops anything protects nothing.",
        (
            "CloudFront's prefix list admits any distribution of any customer: it needs the secret header. The header "
            "alone leaves the load balancer to the internet: FAIL at low."
        ),
        "A header that any value satisfies (*) is no secret. Values of headers are not kept: names are compared.",
        (
            "A custom domain that asks for client certificates is worth nothing beside a default endpoint, or another"
            " domain, that asks for none."
        ),
        "A domain and a default endpoint of which neither is protected are no way round each other.",
        "A second distribution without the protection of the first is a way round it.",
        "A function's policy that lets CloudFront in without naming a distribution lets in everybody's.",
        "A resource policy that lists CloudFront's addresses does what its prefix list does.",
        "A load balancer may be an origin under another name, which no configuration here resolves.",
        "A resource policy takes effect with the next deployment; what is judged is the policy as last edited.",
    ),
    workload_aware=True,
)
def front_door_cannot_be_bypassed(subject: Subject, aws: View) -> Verdict:
    """What lies behind a protected door can be reached through that door only.

    Judged is each stage of a REST API, each HTTP and WebSocket API, function URL, load balancer, AppSync API, App Runner
    service and AgentCore gateway that has more than one door. Protection is a web ACL that can stop requests, client
    certificates, or signed URLs and cookies.

    Passes: the default endpoint is disabled, or a web ACL is attached to the API, stage or load balancer itself; a
    function URL with AWS_IAM takes requests that its distribution signs (origin access control); a load balancer is
    internal (VPC origin), or its security groups admit CloudFront's addresses and its rules ask for a header that
    CloudFront adds; a resource policy refuses strangers; the policy of a PRIVATE API refuses VPC endpoints of others.

    Fails: the other way is open while the protection sits on one door only; the policy of a PRIVATE API admits any VPC
    endpoint. At low: only the header keeps the internet out of a load balancer.

    Does not apply: there is one door only, or none of them is protected (GAI-6.09 judges that).

    Not assessed: CloudFront adds a header that only code, or a pattern, could ask for; a distribution of another account.

    By hand::

        aws apigateway get-rest-apis --query 'items[].[id,disableExecuteApiEndpoint,policy]'
        aws apigateway get-base-path-mappings --domain-name $DOMAIN
        aws cloudfront list-distributions --query 'DistributionList.Items[].[Id,WebACLId,Origins.Items[].DomainName]'
        aws elbv2 describe-rules --listener-arn $LISTENER --query 'Rules[].Conditions[].HttpHeaderConfig'
        aws ec2 describe-managed-prefix-lists --filters Name=owner-id,Values=AWS
    """
    door = subject.about["door"]
    assert isinstance(door, WebDoor)
    source = door.source
    if isinstance(source, RestStage) and source.private:
        return _private(source, aws)
    if isinstance(source, RestStage):
        default = not source.api.get("disableExecuteApiEndpoint")
        return _api(aws, door, source.api_id, source.name, default=default)
    if isinstance(source, HttpApi):
        return _api(aws, door, source.api_id, "", default=not source.api.get("DisableExecuteApiEndpoint"))
    if door.kind == web_doors.BALANCER:
        return _balancer(aws, door)
    inside = inward(aws, door)
    if inside:
        return not_applicable(f"{sentence(door.what)} does not answer the internet: {inside}")
    before = _before(aws, door)
    if isinstance(source, FunctionUrl):
        return _url(aws, door, source, before)
    if not before:
        return _single(door)
    return _weighed(aws, door, before, lambda: by_header(before, "it can be called directly"))


def _before(aws: View, door: WebDoor) -> list[Distribution]:
    """The distributions before a door. Its host names matter only where there are any."""
    if not any(True for _ in distributions.enabled(aws)):
        return []
    return distributions.before(aws, hosts(aws, door))


def _single(door: WebDoor, why: str = "no distribution of this account leads to it") -> Verdict:
    return not_applicable(f"{sentence(door.what)} has one door only: {why}")


def _private(stage: RestStage, aws: View) -> Verdict:
    said = f"{sentence(stage.what)} belongs to a PRIVATE API"
    policy = api_policy(aws, stage)
    if policy is None:
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"{said} whose definition has no resource policy; without one nothing can be deployed, so another is in force",
        )
    if is_open(policy):
        return failed(
            f"{said} whose resource policy admits any VPC endpoint, of any account (no aws:SourceVpce)"
        )
    return passed(
        f"{said} whose resource policy refuses VPC endpoints of others (it admits {admitted(policy)})"
    )


# -- API Gateway -------------------------------------------------------------------------------------
def _api(aws: View, door: WebDoor, api: str, stage: str, *, default: bool) -> Verdict:
    held = domains(aws, api, stage)
    asking = [one.name for one in held if one.certificates]
    direct = [DEFAULT] * default + [f"domain {one.name}" for one in held if not one.certificates]
    policy = api_policy(aws, door.source) if isinstance(door.source, RestStage) else None
    if asking and direct and (policy is None or is_open(policy)):
        return failed(
            f"{sentence(door.what)}: domain {', '.join(asking)} asks for client certificates, and "
            f"{' and '.join(direct)} asks for none"
        )
    host = _default_host(aws, api)
    names = {one for domain in held for one in domain.hosts} | ({host} if default else set())
    before = distributions.before(aws, names, (host, stage))
    if before:
        return _weighed(aws, door, before, lambda: api_shut(aws, policy, direct, before))
    return _without_distribution(aws, door, held, default=default)


def _default_host(aws: View, api: str) -> str:
    suffix = "amazonaws.com.cn" if aws.account.partition == "aws-cn" else "amazonaws.com"
    return f"{api}.execute-api.{aws.region}.{suffix}".lower()


def _without_distribution(aws: View, door: WebDoor, held: Sequence[Domain], *, default: bool) -> Verdict:
    said = sentence(door.what)
    under = f"domain {', '.join(one.name for one in held)}"
    if not held:
        return _single(door, "its default endpoint" if default else "no domain leads to it")
    if not default:
        return passed(f"{said} has its default endpoint disabled and answers under {under} only")
    acl = _own(aws, door)
    if acl:
        return passed(f"{said}: web ACL {acl} stands before its default endpoint as before {under}")
    if all(one.certificates for one in held):
        return passed(
            f"{said}: {under} asks for client certificates, and its resource policy refuses strangers"
        )
    return not_applicable(
        f"{said} answers at its default endpoint and under {under}, and neither has a protection that the other lacks"
    )


# -- function URLs and load balancers ----------------------------------------------------------------
def _url(aws: View, door: WebDoor, url: FunctionUrl, before: Sequence[Distribution]) -> Verdict:
    if before:
        return _weighed(aws, door, before, lambda: url_shut(aws, url, before))
    foreign = foreign_front(aws, door)
    if foreign:
        return not_assessed(
            Why.CROSS_ACCOUNT,
            f"{sentence(door.what)}: {foreign} of another account stands before it and cannot be looked into",
        )
    return _single(door)


def _balancer(aws: View, door: WebDoor) -> Verdict:
    inside = door.answer.get("Scheme") == "internal"
    before = _before(aws, door)
    if inside:
        before = [one for one in before if one.inner]
        if not before:
            return not_applicable(f"{sentence(door.what)} is internal, and no distribution leads to it")
        return _weighed(
            aws, door, before, lambda: Shut(True, "it is internal, and CloudFront comes by a VPC origin")
        )
    if before:
        return _weighed(aws, door, before, lambda: balancer_shut(aws, door, before))
    others = list(elsewhere(aws))
    if others and not _own(aws, door):
        known = {name for there in aws.regions() for name in every_name(there)}
        others = [one for one in others if one[1] not in known]
    else:
        others = []
    if others:
        name, host = others[0]
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"Distribution {name} leads to {host}, which may be another name of {door.what}: no configuration says",
        )
    return _single(door)


# -- what it comes to --------------------------------------------------------------------------------
def _own(aws: View, door: WebDoor) -> str:
    """The web ACL attached to the door itself, where it can stop anything. Raises UnseenError."""
    if network(door) or not door.can_hold:
        return ""
    acl = association(aws, door).acl
    return acl if acl and stops(aws, acl) else ""


def _weighed(
    aws: View, door: WebDoor, before: Sequence[Distribution], shutting: Callable[[], Shut]
) -> Verdict:
    """The verdict on a door with distributions before it."""
    said = sentence(door.what)
    names = ", ".join(one.name for one in before)
    acl = _own(aws, door)
    if acl:
        return passed(f"{said} has web ACL {acl} itself, whoever comes past distribution {names}")
    held = {one.name: guards(aws, one) for one in before}
    guarded = [f"{name} ({', '.join(words)})" for name, words in held.items() if words]
    bare = [name for name, words in held.items() if not words]
    if guarded and bare:
        return failed(f"{said}: distribution {', '.join(bare)} leads to it past {', '.join(guarded)}")
    shut = shutting()
    if shut.only:
        return passed(f"{said} is reached through distribution {names} only: {shut.why}")
    if not guarded:
        return not_applicable(
            f"{said} lies behind distribution {names}, where nothing stops anybody either (GAI-6.09)"
        )
    behind = f"{said} lies behind distribution {', '.join(guarded)}"
    if shut.only is None:
        return not_assessed(shut.reason, f"{behind}; {shut.why}")
    return failed(f"{behind}, and can be reached past it: {shut.why}", shut.severity)
