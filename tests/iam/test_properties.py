"""What holds of every account: a Deny only takes away, an Allow only gives, and nothing in a document breaks a question."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.iam.build import build_universe
from assessor.iam.exposure import Exposure, Level, Setting, exposure
from assessor.iam.guardrail import Mandate, Target, ruling
from assessor.iam.likeness import Likeness
from assessor.iam.matrix import Matrix
from assessor.iam.policy import Use, parse_policy
from assessor.iam.universe import Universe
from tests.iam.making import ACCOUNT, GUARDRAIL, INVOKE, MODEL, OTHER, allow, document, policy, statements
from tests.iam.test_policy import json_values, rough_statements
from tests.iam.test_universe import inline, role

BUCKET = "arn:aws:s3:::docs"
WIDTH = {level: len(Level) - level.rank for level in Level}
STRENGTH = {
    Mandate.UNGUARDED: 3,
    Mandate.MANDATORY_ANY: 2,
    Mandate.MANDATORY: 1,
    Mandate.NO_ACCESS: 0,
    Mandate.LOCKED_OUT: 0,
}

PRINCIPALS = st.sampled_from(
    [
        "*",
        {"AWS": "*"},
        {"AWS": OTHER},
        {"AWS": f"arn:aws:iam::{OTHER}:role/x"},
        {"AWS": ACCOUNT},
        {"Service": "cloudtrail.amazonaws.com"},
    ]
)
CONDITIONS = st.sampled_from(
    [
        None,
        {"StringEquals": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}},
        {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}},
        {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        {"StringNotEquals": {"aws:SourceVpce": "vpce-0aa"}},
        {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}},
        {"Bool": {"aws:PrincipalIsAWSService": "true"}},
        {"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}},
        {"StringEquals": {"aws:PrincipalAccount": OTHER}},
        {"Bool": {"aws:SecureTransport": "false"}},
    ]
)


@st.composite
def facing(draw: st.DrawFn, effect: str) -> dict[str, Any]:
    """A statement of a bucket policy."""
    found: dict[str, Any] = {
        "Effect": effect,
        draw(st.sampled_from(["Principal", "Principal", "Principal", "NotPrincipal"])): draw(PRINCIPALS),
        "Action": draw(st.sampled_from(["s3:GetObject", "s3:*", "s3:PutObject"])),
        "Resource": draw(st.sampled_from([f"{BUCKET}/*", [BUCKET, f"{BUCKET}/*"], f"{BUCKET}/a/*"])),
    }
    condition = draw(CONDITIONS)
    if condition is not None:
        found["Condition"] = condition
    if "NotPrincipal" in found and found["NotPrincipal"] in ("*", {"AWS": "*"}):
        found["NotPrincipal"] = {"AWS": OTHER}
    return found


def exposed(listed: list[dict[str, Any]], rcps: Any = None) -> Exposure:
    """The exposure of reading and writing a bucket's objects."""
    parsed = policy(*listed, use=Use.RESOURCE)
    setting = Setting(rcps=rcps)
    return exposure(
        parsed, resource=BUCKET, account=ACCOUNT, actions=["s3:GetObject", "s3:PutObject"], setting=setting
    )


allowing = st.lists(facing("Allow"), min_size=1, max_size=2)


@settings(max_examples=80, deadline=None)
@given(allowing, facing("Deny"), st.booleans())
def test_a_deny_opens_a_resource_no_wider(listed: list[Any], extra: dict[str, Any], above: bool) -> None:
    """In the policy itself, and in a resource control policy above it."""
    before = exposed(listed)
    after = exposed(listed, ((policy(extra, use=Use.RCP),),)) if above else exposed([*listed, extra])
    assert WIDTH[after.level] <= WIDTH[before.level]


@settings(max_examples=80, deadline=None)
@given(allowing, facing("Allow"))
def test_an_allow_opens_a_resource_no_narrower(listed: list[Any], extra: dict[str, Any]) -> None:
    """Nor does one in a resource control policy open anything."""
    before = exposed(listed)
    assert WIDTH[exposed([*listed, extra]).level] >= WIDTH[before.level]
    assert exposed(listed, ((policy(extra, use=Use.RCP),),)).level is before.level


def of(*listed: dict[str, Any]) -> Universe:
    """An account of one role."""
    details = {
        "RoleDetailList": [role("app", RolePolicyList=[inline("p", *listed)])],
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
    }
    return build_universe(details, account=ACCOUNT, scps=[[document(allow())]])


def strength(universe: Universe) -> int | None:
    """How free a call to a model is; None where that cannot be told."""
    subject = universe.subject(universe.principals[0])
    found = ruling(subject, INVOKE, Target(MODEL), guardrails=[GUARDRAIL, f"{GUARDRAIL}:1"])
    return STRENGTH.get(found.mandate)


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=2), statements("Deny"), statements("Allow"))
def test_a_guardrail_is_no_easier_to_avoid_after_a_deny(listed: list[Any], refusing: Any, more: Any) -> None:
    """And no harder after an Allow."""
    before, after, wider = (
        strength(of(*all_of)) for all_of in (listed, [*listed, refusing], [*listed, more])
    )
    assert before is None or after is None or after <= before
    assert before is None or wider is None or wider >= before


hostile = (
    json_values
    | st.fixed_dictionaries({"Version": json_values, "Statement": st.lists(rough_statements, max_size=3)})
    | st.text(max_size=40)
)


@settings(max_examples=60, deadline=None)
@given(hostile, hostile, hostile, hostile)
def test_no_document_breaks_a_question(own: object, shared: object, trust: object, above: object) -> None:
    """As inline and managed policy, as boundary, trust policy, resource policy, SCP and RCP, and in a listing."""
    arn = f"arn:aws:iam::{ACCOUNT}:policy/shared"
    version = {"VersionId": "v1", "IsDefaultVersion": True, "Document": shared}
    managed = {"PolicyName": "shared", "Arn": arn, "DefaultVersionId": "v1", "PolicyVersionList": [version]}
    details = {
        "RoleDetailList": [
            role(
                "app",
                RolePolicyList=[{"PolicyName": "p", "PolicyDocument": own}],
                AttachedManagedPolicies=[{"PolicyName": "shared", "PolicyArn": arn}],
                PermissionsBoundary={"PermissionsBoundaryArn": arn},
                AssumeRolePolicyDocument=trust,
            ),
            above,
        ],
        "UserDetailList": [own, {"UserName": trust, "GroupList": shared}],
        "GroupDetailList": above,
        "Policies": [managed, own],
    }
    rcp = parse_policy(above, use=Use.RCP)
    universe = build_universe(details, account=ACCOUNT, scps=[[above]], rcps=[[rcp]])
    likeness, matrix = Likeness(universe, (rcp,)), Matrix(universe, (MODEL, f"{BUCKET}/x"))
    for principal in universe.principals:
        for action in (INVOKE, "s3:GetObject", "sts:AssumeRole"):
            assert universe.can(principal, action).action == action
            hash(likeness.key(principal, action))
            assert matrix.row(principal, action).possible <= matrix.full
        assert universe.assumable(principal) is not None
        assert ruling(universe.subject(principal), INVOKE, Target(MODEL)).mandate in Mandate
    parsed = parse_policy(trust, use=Use.RESOURCE)
    found = exposure(parsed, resource=BUCKET, account=ACCOUNT, setting=Setting(rcps=((rcp,),)))
    assert found.level in Level
