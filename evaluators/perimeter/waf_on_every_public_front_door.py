"""GAI-6.09: Every internet-facing front door on a model path sits behind a web ACL."""

from collections.abc import Iterator

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
from evaluators.derived.doors import fronts, web_acls, web_doors
from evaluators.derived.doors.doors import doors_on_the_web
from evaluators.derived.doors.fronts import Front, foreign_front, seal
from evaluators.derived.doors.web_acls import association, inward
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.words import sentence

_WAF = ":wafv2:"


def subjects(aws: View) -> Iterator[Subject]:
    """Every door in scope that answers requests."""
    for door in doors_on_the_web(aws):
        yield Subject(door.arn, door.kind, region=door.region, about={"door": door}, evidence=door.evidence)


@control(
    "GAI-6.09",
    slug="waf-on-every-public-front-door",
    item=Item.PERIMETER,
    title="Every internet-facing front door on a model path sits behind a web ACL",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::ApiGateway::Stage",
    subjects=subjects,
    reads=[*web_acls.READS, *fronts.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="This Region has no door that answers requests.",
    why="A web ACL is what limits a single caller: without one, one caller may use up the whole budget.",
    remediation="Associate a web ACL with the door, or put a protected CloudFront distribution in front of it.",
    fix_cli="aws wafv2 associate-web-acl --web-acl-arn $ACL --resource-arn $ARN",
    answers=("S6.5", "S6.1"),
    frameworks={
        "gensec": ("GENSEC04-BP02",),
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0029", "AML.T0034", "AML.M0004"),
        "iso_42001": ("A.6.2.6",),
        "prowler_aisf": ("AISF-INFRA-03",),
    },
    edge_cases=(
        "HTTP and WebSocket APIs and function URLs cannot hold a web ACL: only a distribution can stand before them.",
        "A distribution protects only as long as nobody can go round it (GAI-6.20).",
        "An id of WAF Classic is not accepted.",
        "A web ACL that is attached to nothing protects nothing.",
        "A gateway with FAIL_OPEN lets requests through while WAF cannot be reached: mentioned beside the verdict.",
        "A user pool is a door only with a hosted domain; CloudFront is judged once, with the first Region.",
        "Firewall Manager may attach its web ACL later.",
        "A service that is not offered in the Region has no doors there.",
    ),
    workload_aware=True,
)
def waf_on_every_public_front_door(subject: Subject, aws: View) -> Verdict:
    """Every door that answers the internet has a web ACL before it.

    Judged are REST API stages, HTTP and WebSocket APIs, function URLs, AppSync APIs, application load balancers,
    CloudFront distributions, user pools with a hosted domain, App Runner services and AgentCore gateways.

    Passes: a WAFv2 web ACL is attached to the door; or every enabled distribution in front of it has one and they
    are the only way in.

    Fails: no web ACL; one of WAF Classic only; a distribution in front that can be gone round.

    Does not apply: private and internal doors, disabled distributions.

    Not assessed: a distribution of another account stands in front; whether the origin refuses requests that did
    not come through the distribution is decided in code.

    By hand::

        aws apigateway get-stages --rest-api-id $API --query 'item[].[stageName,webAclArn]'
        aws wafv2 get-web-acl-for-resource --resource-arn $ARN
        aws cloudfront list-distributions --query 'DistributionList.Items[].[Id,WebACLId,Origins.Items[].DomainName]'
    """
    door = subject.about["door"]
    assert isinstance(door, WebDoor)
    inside = inward(aws, door)
    if inside:
        return not_applicable(f"{sentence(door.what)} does not answer the internet: {inside}")
    attached = association(aws, door)
    if attached.acl:
        opens = (
            ("It lets requests through while WAF cannot be reached (FAIL_OPEN)",)
            if attached.fails_open
            else ()
        )
        return passed(f"Web ACL {attached.acl} is attached to {door.what}", *opens)
    said = f"{sentence(door.what)} has no web ACL"
    if not door.can_hold:
        said = f"{sentence(door.what)} cannot hold a web ACL"
    elif attached.classic:
        said = f"{sentence(door.what)} has {attached.classic} of WAF Classic and no web ACL of WAF"
    if door.kind == web_doors.DISTRIBUTION:
        return failed(said)
    return _behind(door, said, aws)


def _behind(door: WebDoor, said: str, aws: View) -> Verdict:
    before = fronts.fronts(aws, door)
    if not before:
        foreign = foreign_front(aws, door)
        if foreign:
            return not_assessed(
                Why.CROSS_ACCOUNT,
                f"{said}; {foreign} of another account stands before it and cannot be looked into",
            )
        return failed(f"{said} and no CloudFront distribution of this account stands before it")
    names = ", ".join(front.name for front in before)
    bare = [front.name for front in before if _WAF not in front.web_acl]
    if bare:
        return failed(f"{said}, nor has distribution {', '.join(bare)}, which leads to it")
    return _sealed(door, said, names, before, aws)


def _sealed(door: WebDoor, said: str, names: str, before: list[Front], aws: View) -> Verdict:
    sealed = seal(aws, door, before)
    if sealed.only is None:
        return not_assessed(
            Why.LINK_UNKNOWN, f"{said}; distribution {names} before it has one, but {sealed.why}"
        )
    if not sealed.only:
        return failed(f"{said}; distribution {names} before it has one, but {sealed.why}")
    return passed(f"{said}; distribution {names} before it has one and is the only way in: {sealed.why}")
