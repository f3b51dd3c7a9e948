"""GAI-6.04: Model permissions of VPC workloads are tied to the private network."""

from collections.abc import Iterator

from assessor.iam.conditions import ABSENT
from assessor.iam.network import INTERNET, network_classes
from assessor.iam.request import Given
from assessor.iam.shapes import STRANGER
from assessor.iam.strangers import ENDPOINT
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from evaluators.derived.network import vpc_callers
from evaluators.derived.network.vpc_callers import VpcCaller
from evaluators.derived.principals import path_roles
from evaluators.derived.principals.path_roles import ROADS, PathRole, suspicion
from evaluators.derived.principals.statements import granted, listed
from evaluators.derived.principals.universe import Estate, estate

_OF_INSTANCES = "the VPC of its instances"
_FOREIGN = "another account's VPC endpoint"
_PLACES: tuple[tuple[str, Given], ...] = (
    (f"the {INTERNET}", network_classes()[0].given),
    (
        _FOREIGN,
        {**ENDPOINT, "aws:VpceAccount": STRANGER, "aws:VpcSourceIp": ABSENT, "aws:ViaAWSService": "false"},
    ),
)
"""Where stolen credentials would be used: keys that the network of a request fixes."""


def subjects(aws: View) -> Iterator[Subject]:
    """Each identity of the workload that something inside a VPC runs as, in whichever Region."""
    known = estate(aws)
    inside: dict[str, list[VpcCaller]] = {}
    failure: UnseenError | None = None
    for at in aws.regions():
        callers = at.derive(vpc_callers.vpc_callers)
        failure = failure or callers.unseen
        for caller in callers.known:
            inside.setdefault(caller.role, []).append(caller)
    roles = path_roles.path_roles(aws)
    for one in roles.known:
        found = inside.get(one.principal.arn)
        if found:
            calls = [call for caller in found for call in caller.evidence]
            yield Subject(
                one.principal.arn,
                "AWS::IAM::Role",
                about={"role": one, "callers": tuple(found)},
                evidence=tuple(dict.fromkeys((*known.evidence, *one.evidence, *calls))),
                stands_for=tuple(dict.fromkeys(caller.arn for caller in found)),
            )
    unseen = failure or roles.unseen
    if unseen is not None:
        raise unseen


@control(
    "GAI-6.04",
    slug="invocation-bound-to-network",
    item=Item.PERIMETER,
    title="Model permissions of VPC workloads are tied to the private network",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=[*path_roles.READS, *vpc_callers.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="Nothing that runs in a VPC may reach a model.",
    why="Credentials that leak from the workload work from the thief's machine, unless they are bound to your network.",
    remediation="Deny model actions unless aws:SourceVpce or aws:SourceVpc is yours, with an exception for AWS services.",
    fix_cli=(
        "aws iam put-role-policy --role-name $ROLE --policy-name network --policy-document file://deny-outside-vpce.json"
    ),
    answers=("S6.1", "S3.1"),
    frameworks={
        "gensec": ("GENSEC01-BP02",),
        "mitre_atlas": ("AML.M0032", "AML.T0091.000"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-INFRA-01",),
    },
    edge_cases=(
        "Check GAI-6.01 and 6.02 first: without the endpoint in place such a condition breaks everything.",
        "A condition that any VPC endpoint meets (aws:SourceVpc is there) keeps nobody out: it is asked for, too.",
        "Calls that AWS services make for the role come without an endpoint: an exception for aws:ViaAWSService is fine.",
        "Only some model actions bound is not bound.",
        "Instances, tasks that share their network, and what an alias puts in force are callers in a VPC, too.",
        "Where no policy of the role binds it and service control policies could not be read, the row is not assessed.",
    ),
    workload_aware=True,
)
def invocation_bound_to_network(subject: Subject, aws: View) -> Verdict:
    r"""The credentials of what runs in a VPC reach no model from outside the account's network.

    Judged is each role of the workload that a function, ECS service, instance, AgentCore runtime or harness in a VPC runs as.
    Asked is every action with which it reaches a model: does it work from the internet, or through another account's
    VPC endpoint?

    Passes: nothing does, by whichever policy (identity, boundary, service control policy). Fails: something does.
    Not assessed: something does as far as is known, and service control policies above the account could not be read.
    Not applicable: no caller of a model runs in a VPC.

    By hand::

        aws lambda get-function-configuration --function-name $FN --query '[Role,VpcConfig]'
        aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names bedrock:InvokeModel \
            --context-entries ContextKeyName=aws:SourceIp,ContextKeyValues=198.51.100.9,ContextKeyType=ip
    """
    role, callers = subject.about["role"], subject.about["callers"]
    assert isinstance(role, PathRole)
    assert isinstance(callers, tuple)
    known = estate(aws)
    if role.suspected:
        return suspicion(known, role)
    inside = listed([f"{caller.what} in {caller.vpc or _OF_INSTANCES}" for caller in callers], "caller")
    said = f"{role.said}, as which {inside} runs,"
    unclear = ""
    for action in ROADS:
        for place, given in _PLACES:
            access, unknown = _open(known, role, action, given)
            unclear = unclear or (action if unknown else "")
            if access is None:
                continue
            text = f"{said} may call models from {place}: {granted(access)}"
            if not known.bounds.complete:
                return not_assessed(
                    Why.ORG_LAYER_UNKNOWN,
                    f"{text}. Whether a service control policy forbids it could not be read",
                )
            return failed(text)
    if unclear:
        raise known.undecidable(f"from where {role.principal.name} may call {unclear}")
    return passed(f"{said} may call models only from this account's network or through AWS services")


def _open(known: Estate, role: PathRole, action: str, given: Given) -> tuple[Access | None, bool]:
    """The first thing on which the action works from a place; and whether that is not known of another."""
    reach = known.reach(action)
    unknown = False
    if not reach.granted(role.principal):
        return None, False
    matrix = reach.matrix
    for resource in (*reach.on(role.principal), *matrix.cells(reach.row(role.principal).unsupported)):
        decision = known.universe.ask(role.principal, action, resource, given=given)
        if decision.possible:
            return Access(role.principal, action, resource, decision), unknown
        unknown = unknown or decision.undecided
    return None, unknown
