"""The matrix gives in every cell what asking one at a time gives."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.iam.build import build_universe
from assessor.iam.decide import Verdict
from assessor.iam.matrix import Matrix, Row
from assessor.iam.policy import Use
from tests.iam.making import ACCOUNT, INVOKE, STREAM, allow, deny, document, policy, statements
from tests.iam.test_universe import inline, role

RESOURCES = (
    *(
        f"arn:aws:bedrock:{region}::foundation-model/{name}"
        for region in ("us-east-1", "us-west-2", "eu-west-1")
        for name in ("anthropic.claude-sonnet-4-20250514-v1:0", "amazon.nova-pro-v1:0", "red.model")
    ),
    f"arn:aws:bedrock:us-east-1:{ACCOUNT}:provisioned-model/p1",
    f"arn:aws:bedrock:us-west-2:{ACCOUNT}:inference-profile/us.anthropic",
    "arn:aws:bedrock:us-east-1:222222222222:provisioned-model/theirs",
)
MORE: list[dict[str, Any]] = [
    allow(INVOKE, "arn:aws:bedrock:*::foundation-model/${aws:PrincipalTag/team}.*"),
    deny("bedrock:*", NotResource="arn:aws:bedrock:*::foundation-model/${aws:PrincipalTag/team}.*"),
    deny("bedrock:*", condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}}),
    allow(INVOKE, condition={"StringLike": {"aws:RequestedRegion": "us-*"}}),
    allow(STREAM, condition={"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}),
    allow(condition={"StringResembles": {"a:b": "c"}}),
    deny(INVOKE, condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/r1"}}),
    allow(condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}),
]
some = st.lists(statements() | st.sampled_from(MORE), min_size=1, max_size=3)


def verdict(row: Row, number: int) -> Verdict:
    """What a row says about one resource."""
    bit = 1 << number
    if row.allowed & bit:
        return Verdict.ALLOWED
    if row.conditional & bit:
        return Verdict.CONDITIONAL
    return Verdict.UNSUPPORTED if row.unsupported & bit else Verdict.DENIED


@settings(max_examples=60, deadline=None)
@given(st.lists(some, min_size=2, max_size=4), st.none() | some, some, st.booleans())
def test_every_cell_agrees(own: list[Any], boundary: Any, scp: Any, fenced: bool) -> None:
    """With boundaries, SCPs, variables, derived keys, tags and unreadable statements."""
    bounded = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
    more = {"PermissionsBoundary": {"PermissionsBoundaryArn": bounded}} if boundary is not None else {}
    tags = [[{"Key": "team", "Value": "red"}], [{"Key": "team", "Value": "blue"}], []]
    details = {
        "RoleDetailList": [
            role(f"r{n}", RolePolicyList=[inline("p", *listed)], Tags=tags[n % 3], **(more if n % 2 else {}))
            for n, listed in enumerate(own)
        ],
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [
            {
                "PolicyName": "boundary",
                "Arn": bounded,
                "DefaultVersionId": "v1",
                "PolicyVersionList": [
                    {
                        "VersionId": "v1",
                        "IsDefaultVersion": True,
                        "Document": document(*(boundary or [allow()])),
                    }
                ],
            }
        ],
    }
    scps = [[document(allow()), document(*scp)]] if fenced else None
    universe = build_universe(details, account=ACCOUNT, scps=scps)
    matrix = Matrix(universe, RESOURCES)
    for principal in universe.principals:
        for action in (INVOKE, STREAM):
            row = matrix.row(principal, action)
            for number, arn in enumerate(RESOURCES):
                assert verdict(row, number) is universe.ask(principal, action, arn).verdict, (
                    principal.name,
                    action,
                    arn,
                )


def test_conditions_are_decided_once_for_all_who_share_them() -> None:
    """Ten roles with the same conditional statement over twelve resources need one decision."""
    fence = deny(INVOKE, condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0aa"}})
    details = {
        "RoleDetailList": [
            role(f"r{n}", RolePolicyList=[inline("p", allow(INVOKE), fence)]) for n in range(10)
        ],
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
    }
    universe = build_universe(details, account=ACCOUNT)
    matrix = Matrix(universe, RESOURCES)
    rows = [matrix.row(p, INVOKE) for p in universe.principals]
    assert matrix.decisions == 1
    assert {row.conditional for row in rows} == {matrix.full & ~(1 << len(RESOURCES) - 1)}
    assert len(matrix.cells(rows[0].possible)) == len(RESOURCES) - 1
    decision = matrix.decision(universe.principals[0], INVOKE, RESOURCES[0])
    assert str(decision.allow_witness) == "aws:SourceVpce=vpce-0aa"


def test_keys_and_roles_go_one_by_one() -> None:
    """Actions that need the resource's own policy are not answered by bits."""
    details = {
        "RoleDetailList": [role("r", RolePolicyList=[inline("p", allow())])],
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
    }
    universe = build_universe(details, account=ACCOUNT)
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
    row = Matrix(universe, [key]).row(universe.principals[0], "kms:Decrypt")
    assert verdict(row, 0) is Verdict.UNSUPPORTED


BUCKETS = ("arn:aws:s3:::a/x", "arn:aws:s3:::b/x", "arn:aws:s3:::ab/x")
ABOVE: list[dict[str, Any]] = [
    deny(
        "s3:*", condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-aaaaaaaaaa"}}, Principal="*"
    ),
    deny("s3:PutObject", "arn:aws:s3:::a*", Principal="*"),
    deny("s3:GetObject", condition={"ArnLike": {"aws:PrincipalArn": "*:role/r1"}}, Principal="*"),
    deny("s3:*", NotResource="arn:aws:s3:::b/*", Principal="*"),
    deny("s3:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/r0"}),
    allow("s3:*", Principal="*"),
    deny("bedrock:*", Principal="*"),
]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(ABOVE), min_size=1, max_size=3), st.sampled_from([None, "", "o-aaaaaaaaaa"]))
def test_resource_control_policies_count_in_every_cell(above: list[Any], org: str | None) -> None:
    """As `Universe.ask` has it: denials only, and only on the services they act on."""
    details = {
        "RoleDetailList": [
            role("r0", RolePolicyList=[inline("p", allow())]),
            role("r1", RolePolicyList=[inline("p", allow(["s3:*", "bedrock:*"], condition=TLS))]),
        ],
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
    }
    rcps = [[policy(*above, use=Use.RCP, name="rcp")]]
    universe = build_universe(details, account=ACCOUNT, rcps=rcps, org=org)
    matrix = Matrix(universe, (*BUCKETS, RESOURCES[0]))
    for principal in universe.principals:
        for action in ("s3:GetObject", "s3:PutObject", INVOKE):
            row = matrix.row(principal, action)
            for number, arn in enumerate(matrix.resources):
                found = universe.ask(principal, action, arn)
                assert verdict(row, number) is found.verdict, (principal.name, action, arn)
                if action == INVOKE:
                    assert found.possible, "no resource control policy acts on Bedrock"


TLS = {"Bool": {"aws:SecureTransport": "true"}}
