"""GAI-3.12: Identity pools do not hand model access to guests."""

from collections.abc import Iterator

from assessor.iam.holders import Principal
from assessor.iam.request import arn_field
from assessor.model.control import Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View, gather
from collectors import lambda_
from evaluators.derived.compute import running
from evaluators.derived.compute.running import Running
from evaluators.derived.offered import surely
from evaluators.derived.principals import path_roles
from evaluators.derived.principals.path_roles import ROADS
from evaluators.derived.principals.path_roles import path_roles as workload_roles
from evaluators.derived.principals.statements import granted, listed, who
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.users import identity_pools
from evaluators.derived.users.identity_pools import GUEST, Pool, admits, pool, pool_subjects

_INVOKE_FUNCTION = "lambda:InvokeFunction"


@control(
    "GAI-3.12",
    slug="identity-pool-guests-cannot-reach-models",
    item=Item.ACCESS,
    title="Identity pools do not hand model access to guests",
    severity=Severity.CRITICAL,
    kind=identity_pools.KIND,
    subjects=pool_subjects,
    reads=[
        *path_roles.READS,
        *identity_pools.READS,
        lambda_.LIST_FUNCTIONS,
        lambda_.LIST_ALIASES,
        lambda_.GET_FUNCTION_CONFIGURATION,
        lambda_.LIST_VERSIONS_BY_FUNCTION,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="No identity pool is in this Region.",
    why="Guest credentials are AWS credentials for anyone on the internet.",
    remediation="Disable guests, or take every right to models, agents and the functions before them from their role.",
    fix_cli=(
        "aws cognito-identity update-identity-pool --identity-pool-id $I --identity-pool-name $N "
        "--no-allow-unauthenticated-identities"
    ),
    answers=("S3.1", "S3.5"),
    frameworks={
        "gensec": ("GENSEC01-BP01",),
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0040", "AML.M0019"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-IAM-07",),
    },
    edge_cases=(
        "A Region that does not offer identity pools has none.",
        "A guest role on a pool that does not let guests in is a warning only.",
        (
            "In the enhanced flow AWS adds a policy of its own to guests' sessions, which leaves SageMaker endpoints and "
            "functions open; the classic flow does without it, and the row says which flow is open."
        ),
        "A role whose trust policy does not admit the pool's guests gives them nothing.",
        "Outside the aws partition trust policies know identity pools by other names (cognito-identity-us-gov.amazonaws.com).",
        "A function counts also where guests may call no more than one alias or version of it, with the role of that.",
        "What a group, a boundary or a Deny does to the role is taken into account.",
    ),
)
def identity_pool_guests_cannot_reach_models(subject: Subject, aws: View) -> Verdict:
    """Guests of an identity pool can reach no model: not directly, not through an agent, not through a function.

    Judged is each identity pool: whether it gives credentials to guests, with which role, and what that role may call -
    models, agents, flows and knowledge bases of Bedrock, the bedrock-mantle endpoint, AgentCore, SageMaker endpoints,
    and functions whose own role reaches a model.

    Passes: guests are not let in, get no role, or their role may call none of these. Fails: it may. Not applicable:
    there is no identity pool.

    By hand:

    ```sh
    aws cognito-identity describe-identity-pool --identity-pool-id $I
    aws cognito-identity get-identity-pool-roles --identity-pool-id $I
    aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names bedrock:InvokeModel
    ```
    """
    found = pool(aws, str(subject.about["pool"]))
    role_arn = found.role(GUEST)
    if found.detail is not None and found.detail.get("AllowUnauthenticatedIdentities") is not True:
        idle = (
            f"; role {arn_field(role_arn, 5).removeprefix('role/')} is set for guests all the same"
            if role_arn
            else ""
        )
        return passed(f"The pool lets no guests in{idle}")
    if found.roles is not None and not role_arn:
        return passed("No role is set for guests: they get no credentials")
    if found.detail is None or found.roles is None:
        assert found.unseen is not None
        raise found.unseen
    if arn_field(role_arn, 4) != aws.account_id:
        return not_assessed(Why.CROSS_ACCOUNT, f"Guests get role {role_arn} of another account")
    known = estate(aws)
    role = known.universe.find(role_arn)
    if role is None:
        if known.unseen is not None:
            raise known.unseen
        return passed(f"Guests are let in, but their role {role_arn} does not exist")
    if not admits(role, found.id, GUEST):
        return passed(f"Guests are let in, but the trust policy of {who(role)} does not admit them")
    return _judged(aws, known, role, found)


def _judged(aws: View, known: Estate, role: Principal, found: Pool) -> Verdict:
    accesses = [known.reach(road).access(role) for road in ROADS]
    said = [granted(one) for one in accesses if one.possible]
    unseen: UnseenError | None = None
    if not said:
        try:
            said = _through_functions(aws, known, role)
        except UnseenError as error:
            unseen = error
    if said:
        classic = bool((found.detail or {}).get("AllowClassicFlow"))
        flow = (
            "the classic flow is open, which does without AWS's own limits for guests"
            if classic
            else "only the enhanced flow is open, in which AWS limits what guests may call"
        )
        more = f"; likewise {listed(said[1:], 'right')}" if len(said) > 1 else ""
        text = f"Guests get {who(role)}, which may call {said[0]}{more}; {flow}"
        return failed(known.marked(text))
    if any(one.unknown for one in accesses):
        raise known.undecidable(f"what guests may call as {who(role)}")
    if unseen is not None:
        raise unseen
    return passed(
        f"Guests get {who(role)}, which may call no model, agent, knowledge base or function before one"
    )


def _through_functions(aws: View, known: Estate, role: Principal) -> list[str]:
    """The functions before a model that the role may invoke, in words. Raises UnseenError."""
    reach = known.reach(_INVOKE_FUNCTION)
    if not reach.granted(role):
        return []
    found = workload_roles(aws)
    roles = {one.principal.arn: one for one in found.known if not one.suspected}
    functions = gather(*(_running(at) for at in aws.regions()))
    # A policy that names an alias or version lets call that one only.
    qualifiers = dict.fromkeys(
        name
        for one in reach.probes[role.arn]
        if (name := arn_field(one, 5).partition(":")[2].partition(":")[2])
    )
    said = []
    for function in functions.known:
        runs_as = next((roles[name] for name in function.roles if name in roles), None)
        if runs_as is None:
            continue
        # What differs from the unpublished function is reached by its own names only.
        own = (function.arn, *(f"{function.arn}:{one}" for one in qualifiers))
        access = known.universe.can(role, _INVOKE_FUNCTION, function.stands_for if function.key else own)
        if access.possible:
            said.append(f"{granted(access)} (it runs as {runs_as.principal.name}, which reaches a model)")
        elif access.unknown:
            raise known.undecidable(f"whether guests may invoke {function.arn}")
    unseen = functions.unseen or found.unseen
    if not said and unseen is not None:
        raise unseen
    return said


def _running(at: View) -> Iterator[Running]:
    """The functions of a Region, and what aliases put in force. Raises UnseenError after those that are known."""
    yield from running.functions(at)
    for _ in surely(at.items(lambda_.LIST_ALIASES)):
        pass
