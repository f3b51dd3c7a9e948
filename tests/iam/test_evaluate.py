"""The evaluation logic beyond the corpus, and its laws."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.iam.evaluate import Outcome, evaluate
from assessor.iam.policy import Use
from assessor.iam.principals import Caller, Kind, parse_caller
from assessor.iam.request import Layers, Request, context
from tests.iam.making import (
    ACCOUNT,
    INVOKE,
    MODEL,
    OTHER,
    ROLE,
    allow,
    contexts,
    deny,
    identity,
    policy,
    request,
    statements,
)

BUCKET = "arn:aws:s3:::docs"
OBJECT = f"{BUCKET}/a"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"


def bucket(*listed: dict[str, Any]) -> Any:
    """A bucket policy."""
    return policy(*listed, use=Use.RESOURCE, name="bucket")


def outcome(
    layers: Layers, principal: str | None = ROLE, action: str = "s3:GetObject", resource: str = OBJECT
) -> Outcome:
    """The outcome of a request with an empty context."""
    return evaluate(request(action, resource, principal=principal), layers).outcome


@pytest.mark.parametrize(
    ("listed", "principal", "bounded", "expected"),
    [
        ([f"arn:aws:iam::{ACCOUNT}:root", ROLE], ROLE, False, Outcome.ALLOWED),
        ([f"arn:aws:iam::{ACCOUNT}:root", ROLE], ROLE, True, Outcome.EXPLICIT_DENY),
        ([f"arn:aws:iam::{ACCOUNT}:root"], ROLE, False, Outcome.EXPLICIT_DENY),
        ([f"arn:aws:iam::{ACCOUNT}:root"], f"arn:aws:iam::{ACCOUNT}:root", False, Outcome.ALLOWED),
        ([f"arn:aws:iam::{ACCOUNT}:root", ROLE], SESSION, False, Outcome.EXPLICIT_DENY),
        ([f"arn:aws:iam::{ACCOUNT}:root", ROLE, SESSION], SESSION, False, Outcome.ALLOWED),
        ([f"arn:aws:iam::{ACCOUNT}:root", ROLE], f"arn:aws:iam::{ACCOUNT}:user/bob", False, Outcome.EXPLICIT_DENY),
        ([ROLE], None, False, Outcome.EXPLICIT_DENY),
    ],
)  # fmt: skip
def test_deny_with_notprincipal(
    listed: list[str], principal: str | None, bounded: bool, expected: Outcome
) -> None:
    """It hits everyone but the callers listed themselves, and always those with a permissions boundary."""
    resource = bucket(
        allow("s3:*", f"{BUCKET}/*", Principal="*"), deny("s3:*", f"{BUCKET}/*", NotPrincipal={"AWS": listed})
    )
    boundary = policy(allow(), use=Use.BOUNDARY) if bounded else None
    layers = Layers(identity=(policy(allow()),), boundary=boundary, resource=resource)
    assert outcome(layers, principal) is expected


def test_the_root_user_needs_no_identity_policy() -> None:
    """It may do everything its account may, SCPs and explicit denials excepted."""
    root = f"arn:aws:iam::{ACCOUNT}:root"
    assert outcome(Layers(), root) is Outcome.ALLOWED
    scps = ((policy(allow("iam:*"), use=Use.SCP),),)
    assert outcome(Layers(scps=scps), root) is Outcome.IMPLICIT_DENY
    assert outcome(Layers(resource=bucket(deny(Principal="*"))), root) is Outcome.EXPLICIT_DENY


def test_scps_bind_neither_services_nor_service_linked_roles_nor_strangers() -> None:
    """They bind the principals of member accounts."""
    scps = ((policy(deny(), use=Use.SCP),),)
    named = bucket(allow("s3:*", f"{BUCKET}/*", Principal={"Service": "x.amazonaws.com"}))
    assert outcome(Layers(resource=named, scps=scps), "x.amazonaws.com") is Outcome.ALLOWED
    everyone = bucket(allow("s3:*", f"{BUCKET}/*", Principal="*"))
    assert outcome(Layers(resource=everyone, scps=scps), None) is Outcome.ALLOWED
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    assert outcome(Layers(identity=(policy(allow()),), scps=scps), linked) is Outcome.ALLOWED
    assert outcome(Layers(identity=(policy(allow()),), scps=scps)) is Outcome.EXPLICIT_DENY


def test_rcps_only_deny_and_only_where_they_act() -> None:
    """An RCP without an Allow takes nothing away; Bedrock is not among the services RCPs act on."""
    nothing = ((policy(allow("sqs:*", Principal="*"), use=Use.RCP),),)
    assert outcome(Layers(identity=(policy(allow()),), rcps=nothing)) is Outcome.ALLOWED
    refusing = ((policy(deny(Principal="*"), use=Use.RCP),),)
    assert outcome(Layers(identity=(policy(allow()),), rcps=refusing)) is Outcome.EXPLICIT_DENY
    assert (
        outcome(Layers(identity=(policy(allow()),), rcps=refusing), action=INVOKE, resource=MODEL)
        is Outcome.ALLOWED
    )


def test_another_account_needs_both_sides() -> None:
    """The resource's policy and the caller's own; a boundary on the caller's side counts too."""
    outsider = f"arn:aws:iam::{OTHER}:role/ext"
    named = bucket(allow("s3:*", f"{BUCKET}/*", Principal={"AWS": outsider}))
    both = Layers(identity=(policy(allow()),), resource=named)
    assert outcome(both, outsider) is Outcome.ALLOWED
    assert outcome(Layers(resource=named), outsider) is Outcome.IMPLICIT_DENY
    assert outcome(Layers(identity=(policy(allow()),)), outsider) is Outcome.IMPLICIT_DENY
    narrow = policy(allow("iam:*"), use=Use.BOUNDARY)
    bounded = Layers(identity=(policy(allow()),), boundary=narrow, resource=named)
    assert outcome(bounded, outsider) is Outcome.IMPLICIT_DENY


def test_a_deny_of_the_account_hits_its_principals() -> None:
    """A Deny that names the account covers everyone in it."""
    resource = bucket(deny(Principal={"AWS": ACCOUNT}))
    assert outcome(Layers(identity=(policy(allow()),), resource=resource)) is Outcome.EXPLICIT_DENY


def test_a_kms_key_counts_iam_only_when_its_policy_says_so() -> None:
    """Without a key policy for the account, identity policies are nothing."""
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
    own = policy(allow("kms:*"))
    enabling = policy(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), use=Use.RESOURCE)
    other = policy(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/x"}), use=Use.RESOURCE)
    assert (
        outcome(Layers(identity=(own,), resource=enabling), action="kms:Decrypt", resource=key)
        is Outcome.ALLOWED
    )
    assert (
        outcome(Layers(identity=(own,), resource=other), action="kms:Decrypt", resource=key)
        is Outcome.IMPLICIT_DENY
    )
    assert outcome(Layers(identity=(own,)), action="kms:Decrypt", resource=key) is Outcome.IMPLICIT_DENY
    assert outcome(Layers(identity=(own,)), action="kms:ListKeys", resource="*") is Outcome.ALLOWED


def test_a_role_is_assumed_by_web_identity_through_its_trust_policy_alone() -> None:
    """A federated caller has no identity policies."""
    trust = policy(
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": {
                "Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
            },
            "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:org/app:*"}},
        },
        use=Use.TRUST,
    )
    provider = parse_caller("arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com")
    for subject, expected in (
        ("repo:org/app:main", Outcome.ALLOWED),
        ("repo:evil/app:main", Outcome.IMPLICIT_DENY),
    ):
        asked = Request(
            provider,
            "sts:AssumeRoleWithWebIdentity",
            ROLE,
            ACCOUNT,
            context({"token.actions.githubusercontent.com:sub": subject}),
        )
        assert evaluate(asked, Layers(resource=trust)).outcome is expected


def test_callers_are_read_from_arns() -> None:
    """Roles, sessions, users, the root user, federated users, services; other text raises."""
    assert parse_caller(SESSION) == Caller(Kind.SESSION, SESSION, ACCOUNT, ROLE)
    assert parse_caller(f"arn:aws:iam::{ACCOUNT}:role/path/app").kind is Kind.ROLE
    assert parse_caller(f"arn:aws:sts::{ACCOUNT}:federated-user/ann").kind is Kind.FEDERATED_USER
    assert parse_caller("lambda.amazonaws.com").kind is Kind.SERVICE
    assert parse_caller(None).kind is Kind.ANONYMOUS
    for text in ("", "bob", "arn:aws:s3:::b", "arn:aws:iam::1:group/g"):
        with pytest.raises(ValueError, match="principal"):
            parse_caller(text)


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("arn:aws:sqs", "arn:aws:sqs:us-east-1:1:q", True),
        ("arn:aws:sqs:us-east-1", "arn:aws:sqs:us-east-1:1:q", True),
        ("arn:aws:sqs:us-west-2", "arn:aws:sqs:us-east-1:1:q", False),
        ("arn:aws:s3:::b*", "arn:aws:s3:::bucket/x", True),
        ("arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", True),
        ("arn:aws:x:*:role/x", "arn:aws:x:a:b:role/x", True),
        ("arn:aws:x::*:role/x", "arn:aws:x::1:y:role/x", True),
        ("arn:aws:x::y*z:role/x", "arn:aws:x::y:z:role/x", False),
        ("execute-api:/prod/GET/*", "arn:aws:execute-api:us-east-1:1:abc/prod/GET/x", True),
        ("execute-api:/prod/GET/*", "arn:aws:execute-api:us-east-1:1:abc/test/GET/x", False),
    ],
)
def test_resource_patterns(pattern: str, arn: str, expected: bool) -> None:
    """Part by part, but a ``*`` that ends a part may run over colons; missing parts are filled with wildcards.

    API Gateway's short form is understood.
    """
    found = evaluate(request("x:Y", arn), identity(policy(allow("x:*", pattern)))).outcome
    assert (found is Outcome.ALLOWED) is expected


def test_in_a_condition_a_wildcard_stays_within_its_part() -> None:
    """ArnLike compares each of the six parts separately."""
    like = policy(allow(condition={"ArnLike": {"aws:SourceArn": "arn:aws:x::*:role/x"}}))
    for source, expected in (("arn:aws:x::1:role/x", True), ("arn:aws:x::1:y:role/x", False)):
        asked = request(given={"aws:SourceArn": source})
        assert (evaluate(asked, identity(like)).outcome is Outcome.ALLOWED) is expected


# -- laws -------------------------------------------------------------------------------------------
RANK = {Outcome.ALLOWED: 1, Outcome.IMPLICIT_DENY: 0, Outcome.EXPLICIT_DENY: 0}
documents = st.lists(statements(), min_size=1, max_size=4)
arns = st.sampled_from(
    [
        MODEL,
        "arn:aws:bedrock:us-west-2::foundation-model/x",
        f"arn:aws:bedrock:us-east-1:{ACCOUNT}:provisioned-model/p",
    ]
)


@settings(deadline=None)
@given(
    documents,
    statements("Deny"),
    contexts,
    arns,
    st.sampled_from(["identity", "boundary", "scp", "resource"]),
)
def test_adding_a_deny_never_allows_more(
    listed: list[Any], extra: Any, known: Any, arn: str, place: str
) -> None:
    """In whichever layer it is added."""
    asked = request(INVOKE, arn, given=known)
    before = evaluate(asked, _layers(listed, [], place)).outcome
    after = evaluate(asked, _layers(listed, [extra], place)).outcome
    assert RANK[after] <= RANK[before]


@settings(deadline=None)
@given(
    documents,
    statements("Allow"),
    contexts,
    arns,
    st.sampled_from(["identity", "boundary", "scp", "resource"]),
)
def test_adding_an_allow_never_allows_less(
    listed: list[Any], extra: Any, known: Any, arn: str, place: str
) -> None:
    """In whichever layer it is added, as long as the layer was there."""
    asked = request(INVOKE, arn, given=known)
    before = evaluate(asked, _layers(listed, [], place)).outcome
    after = evaluate(asked, _layers(listed, [extra], place)).outcome
    assert RANK[after] >= RANK[before]


def _layers(listed: list[Any], extra: list[Any], place: str) -> Layers:
    at = {
        name: [*listed, *extra] if name == place else listed
        for name in ("identity", "boundary", "scp", "resource")
    }
    facing = [{**s, "Principal": {"AWS": ACCOUNT}} for s in at["resource"]]
    return Layers(
        identity=(policy(*at["identity"]),),
        boundary=policy(*at["boundary"], use=Use.BOUNDARY),
        scps=((policy(*at["scp"], use=Use.SCP),),),
        resource=policy(*facing, use=Use.RESOURCE),
    )


@settings(max_examples=60, deadline=None)
@given(documents, contexts, arns, st.randoms(use_true_random=False))
def test_the_order_of_statements_changes_nothing(
    listed: list[Any], known: Any, arn: str, shuffle: Any
) -> None:
    """Nor does it matter whether they stand in one policy or in several."""
    asked = request(INVOKE, arn, given=known)
    expected = evaluate(asked, identity(policy(*listed))).outcome
    mixed = list(listed)
    shuffle.shuffle(mixed)
    assert evaluate(asked, identity(policy(*mixed))).outcome is expected
    assert evaluate(asked, identity(*(policy(s) for s in mixed))).outcome is expected
