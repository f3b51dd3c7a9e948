"""The matrix gives in every cell what asking one at a time gives."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.iam.build import build_universe
from assessor.iam.decide import Verdict
from assessor.iam.matrix import Matrix, Row
from tests.iam.making import ACCOUNT, INVOKE, STREAM, allow, deny, document, statements
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
