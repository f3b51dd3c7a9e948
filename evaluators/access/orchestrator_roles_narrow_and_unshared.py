"""GAI-3.22: Agent, flow, gateway and runtime execution roles are narrow and not shared."""

from collections.abc import Iterator

from assessor.iam.holders import Principal
from assessor.iam.request import arn_field
from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable, not_assessed
from assessor.model.view import View
from evaluators.derived.foundation import orchestrators as derived
from evaluators.derived.foundation.orchestrators import Orchestrator, orchestrators
from evaluators.derived.principals import universe
from evaluators.derived.principals.breadth import breadth, on_anything
from evaluators.derived.principals.statements import granted, listed, who
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.weighing import Problem, weighed

_HANDING_ON = ("iam:PassRole", "sts:AssumeRole")


def subjects(aws: View) -> Iterator[Subject]:
    """Each role that an orchestrator of any Region runs as."""
    known = estate(aws)
    users: dict[str, list[Orchestrator]] = {}
    failure: UnseenError | None = None
    for at in aws.regions():
        found = at.derive(orchestrators)
        failure = failure or found.unseen
        for one in found.known:
            users.setdefault(one.role, []).append(one)
    for role, ones in users.items():
        calls = dict.fromkeys((*known.evidence, *(call for one in ones for call in one.evidence)))
        about = {"users": tuple(ones), "unseen": failure}
        yield Subject(role, "AWS::IAM::Role", about=about, evidence=tuple(calls))
    if failure is not None:
        raise failure


@control(
    "GAI-3.22",
    slug="orchestrator-roles-narrow-and-unshared",
    item=Item.ACCESS,
    title="Agent, flow, gateway and runtime execution roles are narrow and not shared",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=[*universe.READS, *derived.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="The account has no agent, flow, AgentCore gateway, runtime or harness.",
    why=(
        "An agent whose input somebody else writes acts with this role: what it may do is what an injected sentence"
        " may do, and a shared role lets one agent's injection reach another's data."
    ),
    remediation="Give each orchestrator a role of its own that names its resources, and attach a permissions boundary.",
    fix_cli="aws iam put-role-permissions-boundary --role-name $ROLE --permissions-boundary $BOUNDARY",
    answers=("S3.1", "S3.4"),
    frameworks={
        "gensec": ("GENSEC05-BP01",),
        "owasp_llm_2025": ("LLM06",),
        "mitre_atlas": ("AML.T0053", "AML.M0026"),
        "nist_ai_600_1": ("MG-4.1-002",),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-AGENT-02",),
        "finos_ccc": ("CCC.GenAI.CN06.AR01",),
    },
    edge_cases=(
        "Versions of one agent or flow may share a role; two agents may not, in whichever Regions they are.",
        "A collaborator's role counts for its supervisor too: the row says for whom it works.",
        "What a boundary, a Deny or a service control policy takes away is not held against the role.",
        "A whole service on named resources (s3:* on one bucket) is no whole service.",
        "Writing logs, traces and metrics is no finding.",
        "No permissions boundary is a note: it limits what the role may be given later, not what it has.",
        "A service that a Region does not offer runs nothing there.",
    ),
)
def orchestrator_roles_narrow_and_unshared(subject: Subject, aws: View) -> Verdict:
    """An orchestrator runs as a role of its own, and that role may do what its policies name and no more.

    Judged is each role that a Bedrock agent or flow, or an AgentCore gateway, runtime or harness runs as.

    Passes: one orchestrator uses it, and an ordinary request of it can neither do everything nor anything with a whole
    service, nor pass or take on any role, nor use actions on resources that no policy names. Fails: it can do
    everything or anything with a service, pass or take on any role; several orchestrators use it. At medium: it may
    use some actions on anything although they could be limited. Not assessed: the role is another account's, or
    something that may use it could not be listed.

    By hand::

        aws bedrock-agent get-agent --agent-id $A --query agent.agentResourceRoleArn
        aws bedrock-agentcore-control get-agent-runtime --agent-runtime-id $R --query roleArn
        aws iam list-attached-role-policies --role-name $ROLE; aws iam list-role-policies --role-name $ROLE
        aws iam get-role --role-name $ROLE --query Role.PermissionsBoundary
    """
    users = subject.about["users"]
    assert isinstance(users, tuple)
    said = listed([one.said for one in users], "orchestrator")
    if arn_field(subject.arn, 4) != aws.account_id:
        return not_assessed(Why.CROSS_ACCOUNT, f"{said} runs as {subject.arn}, a role of another account")
    known = estate(aws)
    role = known.universe.find(subject.arn)
    if role is None:
        if known.unseen is not None:
            raise known.unseen
        return not_applicable(f"{subject.arn}, as which {said} should run, does not exist")
    unseen = subject.about["unseen"]
    notes = (
        () if role.boundary is not None else ("no permissions boundary limits what it may be given later",)
    )
    return weighed(
        known.marked(f"{who(role)} of {said}"),
        [lambda: _shared(users, unseen), lambda: _wide(known, role), lambda: _hands_on(known, role)],
        notes,
    )


def _shared(users: tuple[Orchestrator, ...], unseen: object) -> Iterator[Problem | str]:
    distinct = dict.fromkeys(one.arn for one in users)
    if len(distinct) > 1:
        yield Problem(Severity.HIGH, f"{len(distinct)} orchestrators share it")
    elif isinstance(unseen, UnseenError):
        raise unseen
    else:
        yield "nothing else runs as it"


def _wide(known: Estate, role: Principal) -> Iterator[Problem | str]:
    found = breadth(known, role)
    if found.everything is not None:
        statement = granted(found.everything).partition(", by ")[2]
        yield Problem(Severity.HIGH, f"it may do everything, by {statement}")
    for access in found.services:
        service = access.action.partition(":")[0]
        statement = granted(access).partition(", by ")[2]
        yield Problem(Severity.HIGH, f"it may do anything with {service}, by {statement}")
    if found.loose:
        names = listed([access.action for access in found.loose], "action")
        statement = granted(found.loose[0]).partition(", by ")[2]
        yield Problem(Severity.MEDIUM, f"it may call {names} on anything, by {statement}")
    if found.unknown:
        raise known.undecidable(f"how much {who(role)} may do")
    yield "it may do what its policies name"


def _hands_on(known: Estate, role: Principal) -> Iterator[Problem | str]:
    for action in _HANDING_ON:
        access = on_anything(known, role, action)
        if access.possible:
            yield Problem(Severity.HIGH, f"it may call {granted(access)}")
        elif access.unknown:
            raise known.undecidable(f"whether {who(role)} may call {action}")
