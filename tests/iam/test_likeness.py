"""Principals that are alike get the same answers; whatever tells an answer apart tells them apart."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.iam.build import build_universe
from assessor.iam.decide import Decision
from assessor.iam.likeness import Likeness
from assessor.iam.policy import Use
from assessor.iam.universe import Universe
from tests.iam.making import ACCOUNT, INVOKE, MODEL, STREAM, allow, deny, document, policy, statements
from tests.iam.test_universe import inline, role

OWN = st.one_of(
    statements(),
    st.just(allow(INVOKE, "arn:aws:bedrock:*:*:*/${aws:PrincipalTag/team}")),
    st.just(allow("*", condition={"ArnLike": {"aws:PrincipalArn": "*:role/r0"}})),
    st.just(allow("bedrock:*", condition={"StringEquals": {"aws:PrincipalTag/team": "${aws:userid}"}})),
    st.just(allow("s3:*")),
    st.just(allow(["s3:GetObject", "bedrock*:*"])),
)
PROVISIONED = f"arn:aws:bedrock:us-west-2:{ACCOUNT}:provisioned-model/red"
TRUSTS = (
    document(allow("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})),
    document(allow(["sts:AssumeRole", "sts:TagSession"], Principal={"AWS": ACCOUNT})),
)


def without_resource(trust: Any) -> Any:
    """A trust policy has no Resource."""
    return document(*({k: v for k, v in one.items() if k != "Resource"} for one in trust["Statement"]))


def universe(own: list[list[Any]], above: Any = None) -> Universe:
    """Roles r0, r1 ... with one policy each, of two teams; every second one may bring tags."""
    details = {
        "RoleDetailList": [
            role(
                f"r{n}",
                RolePolicyList=[inline("p", *listed)],
                Tags=[{"Key": "team", "Value": "red" if n % 2 else "blue"}] if n % 4 else [],
                AssumeRolePolicyDocument=without_resource(TRUSTS[n % 3 == 2]),
            )
            for n, listed in enumerate(own)
        ],
        "UserDetailList": [],
        "GroupDetailList": [],
        "Policies": [],
    }
    scps = None if above is None else [[document(allow(), *above)]]
    return build_universe(details, account=ACCOUNT, scps=scps)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.lists(OWN, min_size=1, max_size=2), min_size=2, max_size=3),
    st.none() | st.lists(statements("Deny"), max_size=1),
)
def test_who_is_alike_is_answered_alike(kinds: list[list[Any]], above: Any) -> None:
    """Verdict, witnesses and statements, on every resource; each kind of policy is held by several roles."""
    known = universe([kind for kind in kinds for _ in range(3)], above)
    likeness = Likeness(known)
    for action in (INVOKE, STREAM):
        answers: dict[object, list[Decision]] = {}
        for principal in known.principals:
            asked = [known.ask(principal, action, arn) for arn in (MODEL, PROVISIONED)]
            key = likeness.key(principal, action)
            assert answers.setdefault(key, asked) == asked, (principal.name, action)


def test_roles_with_equal_policies_are_of_one_kind() -> None:
    """Other statements, which do not bear on the action, make no difference; a condition on the name does."""
    listed = [[allow(INVOKE), allow("s3:*", f"arn:aws:s3:::b{n}/*")] for n in range(8)]
    known = universe(listed)
    likeness = Likeness(known)
    assert len({likeness.key(one, INVOKE) for one in known.principals}) == 1
    assert len({likeness.key(one, "s3:GetObject") for one in known.principals}) == 8
    named = universe([[allow(INVOKE, condition={"ArnLike": {"aws:PrincipalArn": "*:role/r0"}})]] * 4)
    likeness = Likeness(named)
    assert len({likeness.key(one, INVOKE) for one in named.principals}) == 2
    tagged = universe([[allow(INVOKE, condition={"StringEquals": {"aws:PrincipalTag/team": "red"}})]] * 4)
    likeness = Likeness(tagged)
    assert len({likeness.key(one, INVOKE) for one in tagged.principals}) == 3, "red, not red, may bring a tag"


def test_whom_a_policy_names_is_of_a_kind_of_its_own() -> None:
    """A resource's policy that names one role, or a session of one, tells it apart; one for everybody does not."""
    known = universe([[deny("s3:*")]] * 4)
    arn = known.principals[1].arn
    everybody = policy(allow(INVOKE, Principal="*"), use=Use.RESOURCE)
    assert len({Likeness(known, (everybody,)).key(one, INVOKE) for one in known.principals}) == 1
    one_role = policy(allow(INVOKE, Principal={"AWS": arn}), use=Use.RESOURCE)
    assert len({Likeness(known, (one_role,)).key(one, INVOKE) for one in known.principals}) == 2
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/r1/x"
    one_session = policy(allow(INVOKE, Principal={"AWS": session}), use=Use.RESOURCE)
    assert len({Likeness(known, (one_session,)).key(one, INVOKE) for one in known.principals}) == 4
