"""GAI-6.19: Front doors accept only modern TLS."""

from collections.abc import Iterator, Mapping

from assessor.iam.patterns import glob_matches
from assessor.model.control import Level, Subject, control
from assessor.model.path import first, values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import Answer, View, gather
from assessor.workload import names
from collectors import apigateway, cloudfront, elbv2
from evaluators.derived.doors import balancer_doors, custom_domains, rest_doors, tls
from evaluators.derived.doors.balancer_doors import Listener
from evaluators.derived.doors.custom_domains import CustomDomain
from evaluators.derived.doors.doors import (
    doors_custom_domains,
    doors_distributions,
    doors_listeners,
    doors_rest_stages,
)
from evaluators.derived.doors.rest_doors import RestStage
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.principals.statements import listed
from evaluators.derived.weighing import Problem, weighed
from evaluators.derived.words import sentence

_ENCRYPTED = frozenset({"HTTPS", "TLS"})
_DEFAULT = "of the default behaviour"


def subjects(aws: View) -> Iterator[Subject]:
    """Every REST API that can be called, every custom domain, listener and distribution in scope."""
    return iter(gather(_apis(aws), _domains(aws), _listeners(aws), _distributions(aws)))


def _apis(aws: View) -> Iterator[Subject]:
    stages = doors_rest_stages(aws)
    by_api: dict[str, list[RestStage]] = {}
    for stage in stages.known:
        by_api.setdefault(stage.api_id, []).append(stage)
    for api, held in by_api.items():
        calls = [call for stage in held for call in stage.evidence]
        yield Subject(
            names.rest_api(aws, api),
            "AWS::ApiGateway::RestApi",
            about={"stage": held[0]},
            evidence=tuple(dict.fromkeys(calls)),
        )
    if stages.unseen is not None:
        raise stages.unseen


def _domains(aws: View) -> Iterator[Subject]:
    for domain in doors_custom_domains(aws):
        yield Subject(
            domain.arn,
            "AWS::ApiGateway::DomainName",
            about={"domain": domain},
            evidence=domain.evidence,
            stands_for=(domain.node,),
        )


def _listeners(aws: View) -> Iterator[Subject]:
    for listener in doors_listeners(aws):
        if listener.arn:
            yield Subject(
                listener.arn,
                balancer_doors.LISTENER,
                about={"listener": listener},
                evidence=listener.evidence,
            )


def _distributions(aws: View) -> Iterator[Subject]:
    for door in doors_distributions(aws):
        yield Subject(door.arn, door.kind, region=door.region, about={"door": door}, evidence=door.evidence)


@control(
    "GAI-6.19",
    slug="front-doors-use-modern-tls",
    item=Item.PERIMETER,
    title="Front doors accept only modern TLS",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind="AWS::ApiGateway::RestApi",
    subjects=subjects,
    reads=[
        *rest_doors.METHOD_READS,
        *custom_domains.READS,
        *balancer_doors.RULE_READS,
        cloudfront.LIST_DISTRIBUTIONS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "This Region has no REST API with a stage, no custom domain, no listener and no distribution: HTTP APIs,"
        " WebSocket APIs and function URLs have no TLS setting."
    ),
    why=(
        "Who sits on the way reads the prompts and answers of clients that speak plain HTTP, or breaks into those that"
        " can be talked down to TLS 1.0."
    ),
    remediation="Raise the security policy to one that starts with TLS 1.2, and send HTTP to HTTPS.",
    fix_cli=(
        "aws apigateway update-domain-name --domain-name $D --patch-operations"
        " op=replace,path=/securityPolicy,value=TLS_1_2"
    ),
    answers=("S6.1",),
    frameworks={
        "mitre_atlas": ("AML.M0012",),
        "iso_42001": ("A.6.2.5",),
        "prowler_aisf": ("AISF-INFRA-06",),
    },
    parameters=("internal_doors",),
    edge_cases=(
        (
            "A REST API carries a securityPolicy of its own; without one the legacy default stands: TLS_1_0, for a private"
            " API TLS_1_2."
        ),
        (
            "With its default endpoint off, an API that negotiates TLS 1.0 there answers only 403: FAIL at low. Its custom"
            " domains are judged by themselves."
        ),
        (
            "What the named policies of AWS accept is data of this tool as AWS documented it in October 2026; a policy"
            " with another name is not assessed."
        ),
        "CloudFront's own certificate forces TLSv1: a FAIL only where the distribution has domain names of its own.",
        (
            "An HTTP listener passes when every rule redirects to HTTPS or answers by itself. A redirect that keeps the"
            " protocol sends the next request in the clear, too."
        ),
        "A network load balancer that passes TCP on ends no TLS: what its targets accept is not known.",
        "allow-all in any cache behaviour counts, not only in the default one.",
        "GetResources shows the integrations as last edited: a change counts before it is deployed.",
        (
            "internal_doors takes private APIs and domains and internal load balancers out; a door that answers the"
            " internet is judged all the same."
        ),
    ),
    workload_aware=True,
)
def front_doors_use_modern_tls(subject: Subject, aws: View) -> Verdict:
    """Nobody between a client and a front door can read along.

    Judged is each REST API that has a stage, each custom domain of API Gateway, each listener of a load balancer and
    each enabled CloudFront distribution.

    Passes: it accepts TLS 1.2 or newer only; HTTP is redirected; an API verifies the certificates of its back ends.

    Fails: it accepts TLS 1.0 or 1.1; a listener forwards HTTP; a cache behaviour allows HTTP; an integration has
    insecureSkipVerification.

    Does not apply: private doors that ``internal_doors`` names; disabled distributions.

    By hand::

        aws apigateway get-rest-apis --query 'items[].[id,securityPolicy,endpointConfiguration.types]'
        aws apigateway get-domain-names --query 'items[].[domainName,securityPolicy]'
        aws elbv2 describe-listeners --load-balancer-arn $LB --query 'Listeners[].[Port,Protocol,SslPolicy,DefaultActions[].Type]'
        aws elbv2 describe-ssl-policies --names $POLICY --query 'SslPolicies[].SslProtocols'
        aws cloudfront list-distributions --query 'DistributionList.Items[].[Id,ViewerCertificate,DefaultCacheBehavior.ViewerProtocolPolicy]'
    """
    stage, domain, listener, door = (
        subject.about.get(name) for name in ("stage", "domain", "listener", "door")
    )
    if isinstance(stage, RestStage):
        what = f"{'private ' if stage.private else ''}REST API {stage.api_id}"
        declared = _declared(aws, subject.arn, private=stage.private)
        return declared or weighed(what, [lambda: _api(stage), lambda: _integrations(stage.api_id, aws)])
    if isinstance(domain, CustomDomain):
        declared = _declared(aws, subject.arn, domain.node, private=domain.private)
        return declared or weighed(domain.what, [lambda: _domain(domain)])
    if isinstance(listener, Listener):
        balancer = str(listener.balancer.get("LoadBalancerArn") or "")
        declared = _declared(aws, subject.arn, balancer, private=listener.internal)
        return declared or weighed(listener.what, [lambda: _listener(listener, aws)])
    assert isinstance(door, WebDoor)
    if door.answer.get("Enabled") is False:
        return not_applicable(f"{sentence(door.what)} is disabled")
    return weighed(door.what, [lambda: _certificate(door.answer), lambda: _viewers(door.answer)])


def _declared(aws: View, *arns: str, private: bool) -> Verdict | None:
    """The verdict on a private door that the owner declares to be for internal use only."""
    patterns = map(str, aws.parameters.get("internal_doors"))
    found = next((one for one in patterns if any(glob_matches(one, arn) for arn in arns)), None)
    if found is None or not private:
        return None
    return not_applicable(
        f"The door has private addresses only, and its owner says it is internal (parameter internal_doors: {found})"
    )


def _accepted(policies: Mapping[str, str], policy: str) -> str:
    """The oldest version that a policy accepts. Raises UnseenError for one that is not known."""
    if policy not in policies:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"which versions of TLS security policy {policy} accepts is not among what AWS documented as of {tls.AS_OF}",
        )
    return policies[policy]


def _weighed(said: str, oldest: str, severity: Severity = Severity.MEDIUM) -> Problem | str:
    text = f"{said} accepts {oldest} and newer"
    return Problem(severity, text) if oldest in tls.OLD else text


# -- API Gateway -------------------------------------------------------------------------------------
def _api(stage: RestStage) -> Iterator[Problem | str]:
    policy = str(stage.api.get("securityPolicy") or "")
    said = f"its security policy {policy}"
    if not policy:
        policy = tls.PRIVATE_DEFAULT if stage.private else tls.LEGACY_DEFAULT
        said = f"it has no security policy of its own, and the default {policy}"
    oldest = _accepted(tls.API_GATEWAY, policy)
    if stage.api.get("disableExecuteApiEndpoint") is True and oldest in tls.OLD:
        yield _weighed(
            f"its default endpoint, which is off and answers 403, has {policy} and", oldest, Severity.LOW
        )
    else:
        yield _weighed(said, oldest)


def _integrations(api: str, aws: View) -> Iterator[Problem | str]:
    resources = gather(aws.items(apigateway.GET_RESOURCES, restApiId=api))
    careless = [
        f"{verb} {resource.get('path', '/')}"
        for resource in resources.known
        for verb, method in sorted((resource.get("resourceMethods") or {}).items())
        if first(method or {}, "methodIntegration.tlsConfig.insecureSkipVerification") is True
    ]
    if careless:
        said = listed(careless, "method")
        yield Problem(
            Severity.MEDIUM, f"the back end's certificate is not verified (insecureSkipVerification): {said}"
        )
    if resources.unseen is not None:
        raise resources.unseen
    if not careless:
        yield "no integration skips verifying its back end"


def _domain(domain: CustomDomain) -> Iterator[Problem | str]:
    unseen = domain.unseen
    for policy in domain.policies:
        try:
            yield _weighed(f"its security policy {policy}", _accepted(tls.API_GATEWAY, policy))
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen
    if not domain.policies:
        raise UnseenError(Why.LINK_UNKNOWN, f"AWS states no security policy for {domain.what}")


# -- load balancers ----------------------------------------------------------------------------------
def _listener(listener: Listener, aws: View) -> Iterator[Problem | str]:
    if listener.protocol in _ENCRYPTED:
        policy = str(listener.listener.get("SslPolicy") or "")
        if not policy:
            raise UnseenError(Why.LINK_UNKNOWN, f"AWS states no security policy for {listener.what}")
        yield _weighed(f"its security policy {policy}", _accepted(tls.LOAD_BALANCING, policy))
    elif listener.protocol == "HTTP":
        yield from _plain(listener, aws)
    else:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"{listener.what} passes {listener.protocol or 'traffic'} on: which TLS its targets accept is not known",
        )


def _plain(listener: Listener, aws: View) -> Iterator[Problem | str]:
    clear = _in_clear("its default action", listener.listener.get("DefaultActions"))
    if clear:
        yield Problem(Severity.MEDIUM, f"it speaks HTTP, and {clear}")
        return
    rules = gather(aws.items(elbv2.DESCRIBE_RULES, ListenerArn=listener.arn))
    for rule in rules.known:
        clear = _in_clear(f"rule {rule.get('Priority') or 'default'}", rule.get("Actions"))
        if clear:
            yield Problem(Severity.MEDIUM, f"it speaks HTTP, and {clear}")
            return
    if rules.unseen is not None:
        raise rules.unseen
    yield "it speaks HTTP, and every rule redirects to HTTPS or answers by itself"


def _in_clear(who: str, actions: object) -> str:
    """How actions keep a request in the clear, in words; "" where they send it to HTTPS or end it."""
    for action in actions if isinstance(actions, list) else ():
        if action.get("Type") == "forward":
            return f"{who} forwards requests in the clear"
        to = str(first(action, "RedirectConfig.Protocol") or "#{protocol}")
        if action.get("Type") == "redirect" and to != "HTTPS":
            return f"{who} redirects without going to HTTPS (protocol {to})"
    return ""


# -- CloudFront --------------------------------------------------------------------------------------
def _named(distribution: Answer) -> str:
    return f"distribution {distribution.get('Id', '')}"


def _certificate(distribution: Answer) -> Iterator[Problem | str]:
    certificate = distribution.get("ViewerCertificate") or {}
    own = certificate.get("CloudFrontDefaultCertificate") is True
    own = own or certificate.get("CertificateSource") == "cloudfront"
    if not own:
        policy = str(certificate.get("MinimumProtocolVersion") or "")
        if not policy:
            raise UnseenError(
                Why.LINK_UNKNOWN, f"AWS states no minimum version of TLS for {_named(distribution)}"
            )
        yield _weighed(f"its security policy {policy}", _accepted(tls.CLOUDFRONT, policy))
        return
    aliases = [str(name) for name in values(distribution, "Aliases.Items[]")]
    if aliases:
        said = f"CloudFront's own certificate, with which it serves {listed(aliases, 'domain')},"
        yield _weighed(said, tls.CLOUDFRONT["TLSv1"])
    elif distribution.get("ConnectionMode") == "tenant-only":
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"the tenants of {_named(distribution)} bring domains and certificates of their own, which are not read",
        )
    else:
        yield "it serves only CloudFront's own domain, whose TLSv1 cannot be changed"


def _viewers(distribution: Answer) -> Iterator[Problem | str]:
    default = (_DEFAULT, distribution.get("DefaultCacheBehavior") or {})
    others = [
        (f"of path {one.get('PathPattern')}", one) for one in values(distribution, "CacheBehaviors.Items[]")
    ]
    stated = [(where, str(one.get("ViewerProtocolPolicy") or "")) for where, one in (default, *others)]
    plain = [where for where, policy in stated if policy == "allow-all"]
    if plain:
        yield Problem(Severity.MEDIUM, f"viewers may use HTTP (allow-all {listed(plain, 'behaviour')})")
        return
    unsaid = [where for where, policy in stated if not policy]
    if unsaid:
        raise UnseenError(
            Why.LINK_UNKNOWN,
            f"AWS does not state the viewer protocol policy {unsaid[0]} of {_named(distribution)}",
        )
    yield f"viewers get HTTPS only ({', '.join(dict.fromkeys(policy for _, policy in stated))})"
