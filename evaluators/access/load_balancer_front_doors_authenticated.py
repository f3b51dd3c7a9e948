"""GAI-3.05: Load-balancer and container front doors on a model path authenticate users."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import UnseenError, Why
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
from assessor.model.view import View, gather
from collectors import apprunner, naming, vpc_lattice
from evaluators.derived.doors import balancer_doors
from evaluators.derived.doors.balancer_doors import Way, unauthenticated
from evaluators.derived.doors.doors import doors_app_runner, doors_balancer_ways
from evaluators.derived.doors.web_doors import WebDoor
from evaluators.derived.offered import offered

LATTICE = "AWS::VpcLattice::Service"
_CODE = "The application may authenticate by itself: confirm by ATT-3.1"


def subjects(aws: View) -> Iterator[Subject]:
    """Every rule that forwards, every App Runner and every Lattice service in scope."""
    return iter(gather(_balancers(aws), _services(aws), offered(_lattice(aws))))


def _balancers(aws: View) -> Iterator[Subject]:
    for way in doors_balancer_ways(aws):
        if way.forwards:
            yield Subject(way.arn, way.kind, about={"way": way}, evidence=way.evidence)


def _services(aws: View) -> Iterator[Subject]:
    for door in doors_app_runner(aws):
        yield Subject(door.arn, door.kind, about={"service": door}, evidence=door.evidence)


def _lattice(aws: View) -> Iterator[Subject]:
    for call, one in aws.items_with_call(vpc_lattice.LIST_SERVICES):
        if one.get("arn"):
            yield Subject(str(one["arn"]), LATTICE, about={"lattice": str(one["arn"])}, evidence=(call,))


@control(
    "GAI-3.05",
    slug="load-balancer-front-doors-authenticated",
    item=Item.ACCESS,
    title="Load-balancer and container front doors on a model path authenticate users",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=balancer_doors.RULE,
    subjects=subjects,
    reads=[
        *balancer_doors.RULE_READS,
        apprunner.LIST_SERVICES,
        apprunner.DESCRIBE_SERVICE,
        vpc_lattice.LIST_SERVICES,
        vpc_lattice.GET_SERVICE,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "This Region has no load balancer that forwards requests, no App Runner and no VPC Lattice service."
    ),
    why=(
        "Behind a door that asks nobody who he is, everything depends on the code: one route that "
        "forgets to ask is a free model for everyone."
    ),
    remediation="Add an authenticate or jwt-validation action.",
    fix_cli=("aws elbv2 modify-rule --rule-arn $RULE --actions file://authenticate-then-forward.json"),
    answers=("S3.1", "S3.3"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "mitre_atlas": ("AML.T0049", "AML.M0019"),
        "iso_42001": ("A.9.2",),
    },
    parameters=(),
    edge_cases=(
        "A network load balancer cannot authenticate.",
        "OnUnauthenticatedRequest allow lets callers through who have not signed in.",
        "jwt-validation is an action of its own: it counts.",
        "The default rule of a listener is judged like every other.",
        (
            "A Lattice service with authType NONE is open to the networks it is associated with, not to"
            " the internet: FAIL at medium."
        ),
        "A Lattice service that another account shares is judged in that account.",
        "Redirects and fixed responses lead nowhere and are not judged.",
    ),
    workload_aware=True,
)
def load_balancer_front_doors_authenticated(subject: Subject, aws: View) -> Verdict:
    """A door made of a load balancer or a container service signs callers in before they reach the application.

    Judged is each listener rule that forwards to targets, each App Runner and each VPC Lattice service.

    Passes: an internal load balancer; an authenticate-cognito, authenticate-oidc or jwt-validation action before the
    forward; a private App Runner service; a Lattice service with AWS_IAM.

    Fails: an internet-facing rule that forwards without one, or with OnUnauthenticatedRequest allow; a public App Runner
    service. At medium: a Lattice service with authType NONE. The application may still ask: ATT-3.1.

    By hand::

        aws elbv2 describe-load-balancers --query 'LoadBalancers[].[LoadBalancerArn,Scheme,Type]'
        aws elbv2 describe-rules --listener-arn $LISTENER --query 'Rules[].Actions[].[Type,Order]'
        aws apprunner describe-service --service-arn $S --query Service.NetworkConfiguration.IngressConfiguration
        aws vpc-lattice get-service --service-identifier $S --query authType
    """
    way = subject.about.get("way")
    if isinstance(way, Way):
        return _rule(way)
    service = subject.about.get("service")
    if isinstance(service, WebDoor):
        return _app_runner(service, aws)
    return _lattice_service(str(subject.about["lattice"]), aws)


def _rule(way: Way) -> Verdict:
    if way.listener.internal:
        return passed(f"{way.what[:1].upper()}{way.what[1:]}: the load balancer is internal")
    why = unauthenticated(way)
    said = f"{way.what[:1].upper()}{way.what[1:]}"
    if not why:
        kinds = [str(one["Type"]) for one in way.actions if one.get("Type") != "forward"]
        return passed(f"{said} signs callers in ({', '.join(kinds)}) before it forwards")
    scheme = str(way.listener.balancer.get("Scheme") or "")
    if scheme != "internet-facing":
        raise UnseenError(
            Why.LINK_UNKNOWN, f"AWS states scheme {scheme or 'none'} for the balancer of {way.what}"
        )
    if way.kind == balancer_doors.LISTENER:
        why = f"a listener for {way.listener.protocol} cannot authenticate"
    return failed(f"{said} is internet-facing and forwards to its targets; {why}", None, _CODE)


def _app_runner(door: WebDoor, aws: View) -> Verdict:
    answer = aws.get(apprunner.DESCRIBE_SERVICE, ServiceArn=door.arn) or {}
    if not answer.get("Service"):
        raise UnseenError(Why.LINK_UNKNOWN, f"AWS describes nothing of {door.what}")
    said = f"{door.what[:1].upper()}{door.what[1:]}"
    # A service is public unless it says otherwise.
    if first(answer, "Service.NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible") is False:
        return passed(f"{said} is reached from its VPC only")
    return failed(f"{said} is public, and App Runner signs nobody in", None, _CODE)


def _lattice_service(arn: str, aws: View) -> Verdict:
    owner = naming.account(arn)
    if owner not in (None, aws.account_id):
        return not_applicable(
            f"Lattice service {arn.rpartition('/')[2]} is shared by account {owner}: it is judged there"
        )
    kind = str((aws.get(vpc_lattice.GET_SERVICE, serviceIdentifier=arn) or {}).get("authType") or "")
    said = f"Lattice service {arn.rpartition('/')[2]}"
    match kind:
        case "AWS_IAM":
            return passed(f"{said} has authType AWS_IAM")
        case "NONE":
            where = "whoever is in a network it is associated with may call it"
            return failed(f"{said} has authType NONE: {where}", Severity.MEDIUM, _CODE)
        case other:
            return not_assessed(Why.LINK_UNKNOWN, f"AWS states authType {other or 'none'} for {said}")
