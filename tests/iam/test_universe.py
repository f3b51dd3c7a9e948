"""The universe: principals with their effective policies, from IAM's own answer; gaps are never "no access"."""

import json
from typing import Any
from urllib.parse import quote

import botocore.session
import pytest

from assessor.iam.build import build_universe
from assessor.iam.credentials import Endpoint as KeyEndpoint
from assessor.iam.credentials import Token, key_use
from assessor.iam.decide import Verdict
from assessor.iam.grants import grants, names_service
from assessor.iam.guardrail import Mandate, Target, ruling
from assessor.iam.holders import Source
from assessor.iam.network import Endpoint, from_where, network_classes, only_private
from assessor.iam.policy import Use, parse_policy
from assessor.iam.universe import Universe
from tests.iam.making import ACCOUNT, GUARDRAIL, INVOKE, MODEL, K, allow, deny, document, policy

MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/models"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary"
TRUST = document(
    {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
)


def managed(arn: str, body: Any, version: str = "v2") -> dict[str, Any]:
    """An entry of Policies with an old version beside the default one."""
    return {
        "PolicyName": arn.rsplit("/", 1)[-1],
        "PolicyId": "ANPAEXAMPLEEXAMPLE",
        "Arn": arn,
        "Path": "/",
        "DefaultVersionId": version,
        "AttachmentCount": 1,
        "IsAttachable": True,
        "CreateDate": "2026-01-01T00:00:00Z",
        "UpdateDate": "2026-01-01T00:00:00Z",
        "PolicyVersionList": [
            {"Document": quote(json.dumps(document(allow()))), "VersionId": "v1", "IsDefaultVersion": False},
            {"Document": body, "VersionId": version, "IsDefaultVersion": True},
        ],
    }


def role(name: str, **more: Any) -> dict[str, Any]:
    """An entry of RoleDetailList."""
    return {
        "Path": "/",
        "RoleName": name,
        "RoleId": f"AROA{name.upper():X<16}",
        "Arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "CreateDate": "2026-01-01T00:00:00Z",
        "AssumeRolePolicyDocument": quote(json.dumps(TRUST)),
        "RolePolicyList": [],
        "AttachedManagedPolicies": [],
        "Tags": [],
        **more,
    }


def inline(name: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """An inline policy."""
    return {"PolicyName": name, "PolicyDocument": quote(json.dumps(document(*statements)))}


def attached(arn: str) -> dict[str, Any]:
    """An attachment."""
    return {"PolicyName": arn.rsplit("/", 1)[-1], "PolicyArn": arn}


DETAILS: dict[str, Any] = {
    "UserDetailList": [
        {
            "Path": "/",
            "UserName": "alice",
            "UserId": "AIDAEXAMPLEEXAMPLE",
            "Arn": f"arn:aws:iam::{ACCOUNT}:user/alice",
            "CreateDate": "2026-01-01T00:00:00Z",
            "UserPolicyList": [inline("home", allow("s3:*", "arn:aws:s3:::home/${aws:username}/*"))],
            "GroupList": ["scientists"],
            "AttachedManagedPolicies": [],
            "Tags": [{"Key": "team", "Value": "red"}],
        }
    ],
    "GroupDetailList": [
        {
            "Path": "/",
            "GroupName": "scientists",
            "GroupId": "AGPAEXAMPLEEXAMPLE",
            "Arn": f"arn:aws:iam::{ACCOUNT}:group/scientists",
            "CreateDate": "2026-01-01T00:00:00Z",
            "GroupPolicyList": [inline("keys", allow("bedrock:CallWithBearerToken", Sid="Keys"))],
            "AttachedManagedPolicies": [attached(MANAGED)],
        }
    ],
    "RoleDetailList": [
        role("app", AttachedManagedPolicies=[attached(MANAGED)]),
        role(
            "admin",
            AttachedManagedPolicies=[attached(ADMIN)],
            RoleLastUsed={"LastUsedDate": "2026-10-01T00:00:00Z", "Region": "eu-west-1"},
        ),
        role(
            "bounded",
            RolePolicyList=[inline("all", allow())],
            PermissionsBoundary={"PermissionsBoundaryType": "PermissionsBoundaryPolicy", "PermissionsBoundaryArn": BOUNDARY},
        ),
        role("idle"),
        role("broken", RolePolicyList=[{"PolicyName": "odd", "PolicyDocument": "{"}]),
        role("gap", AttachedManagedPolicies=[attached(f"arn:aws:iam::{ACCOUNT}:policy/unseen")]),
        role("tagged", RolePolicyList=[inline("abac", allow(INVOKE, condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}))], Tags=[{"Key": "team", "Value": "red"}]),
        role("untagged", RolePolicyList=[inline("abac", allow(INVOKE, condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}))]),
        role(
            "sessions",
            RolePolicyList=[inline("abac", allow(INVOKE, condition={"StringEquals": {"aws:PrincipalTag/team": "red"}}))],
            AssumeRolePolicyDocument=quote(json.dumps(document({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": ["sts:AssumeRole", "sts:TagSession"]}))),
        ),
    ],
    "Policies": [
        managed(MANAGED, quote(json.dumps(document(allow(INVOKE, "arn:aws:bedrock:*::foundation-model/*", Sid="Models"))))),
        managed(ADMIN, document(allow()), "v1"),
        managed(BOUNDARY, document(allow("s3:*"))),
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def universe() -> Universe:
    """The universe of the answer above."""
    return build_universe(DETAILS, account=ACCOUNT)


def named(universe: Universe, name: str) -> Any:
    """A principal by name."""
    return next(p for p in universe.principals if p.name == name)


def test_the_answer_has_the_shape_that_botocore_knows() -> None:
    """Every member and enumeration value of the fixture exists in GetAccountAuthorizationDetails."""
    model = botocore.session.get_session().get_service_model("iam")
    shape = model.operation_model("GetAccountAuthorizationDetails").output_shape
    _validate(DETAILS, shape, "")


def _validate(value: Any, shape: Any, where: str) -> None:
    if shape.type_name == "structure":
        for key, inner in value.items():
            assert key in shape.members, f"{where}.{key}"
            _validate(inner, shape.members[key], f"{where}.{key}")
    elif shape.type_name == "list":
        for inner in value:
            _validate(inner, shape.member, where)
    elif shape.type_name == "string" and shape.enum:
        assert value in shape.enum, where


def test_effective_policies(universe: Universe) -> None:
    """Own, by group, attached in their default version, boundary, trust; with how they came."""
    alice = named(universe, "alice")
    assert [(h.policy.name, h.source, h.group) for h in alice.held] == [
        ("home", Source.INLINE, ""),
        ("keys", Source.GROUP_INLINE, "scientists"),
        ("models", Source.GROUP_ATTACHED, "scientists"),
    ]
    assert alice.tags == {"team": "red"}
    admin = named(universe, "admin")
    assert (admin.last_used, admin.last_region) == ("2026-10-01T00:00:00Z", "eu-west-1")
    assert admin.trust.statements[0].covers_action("sts:AssumeRole")
    assert named(universe, "bounded").boundary.use is Use.BOUNDARY
    assert named(universe, "app").identity[0].statements[0].ref.sid == "Models"
    assert universe.find(f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1") is named(universe, "app")
    assert universe.problems == ()


def test_who_can_invoke_a_model(universe: Universe) -> None:
    """On anything, each with the statement responsible; what is not known is listed as such."""
    found = {a.principal.name: a for a in universe.who_can(INVOKE)}
    assert set(found) == {"alice", "app", "admin", "broken", "gap", "tagged", "sessions"}
    assert [str(s) for s in found["app"].statements] == ['identity policy models, statement 1 "Models"']
    assert found["app"].decision.verdict is Verdict.ALLOWED
    assert ":foundation-model/" in found["app"].resource
    assert {n for n, a in found.items() if a.unknown} == {"broken", "gap"}
    assert found["gap"].decision.unsupported[0].endswith("is not in the reading")


def test_tags_are_known_unless_sessions_may_bring_their_own(universe: Universe) -> None:
    """A role's own tags decide; with sts:TagSession in the trust policy they are open."""
    verdicts = {
        name: universe.ask(named(universe, name), INVOKE, MODEL).verdict
        for name in ("tagged", "untagged", "sessions")
    }
    assert verdicts == {
        "tagged": Verdict.ALLOWED,
        "untagged": Verdict.DENIED,
        "sessions": Verdict.CONDITIONAL,
    }


def test_the_guardrail_question_knows_the_tags_too() -> None:
    """A hole for env=dev is none for a role without that tag, unless sessions may bring tags."""
    hole = deny(INVOKE, condition={"StringNotEquals": {K: f"{GUARDRAIL}:1", "aws:PrincipalTag/env": "dev"}})
    own = [inline("p", allow(INVOKE), hole)]
    tagging = document({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:*"})
    roles = [
        role("fixed", RolePolicyList=own),
        role("free", RolePolicyList=own, AssumeRolePolicyDocument=tagging),
    ]
    found = build_universe({**DETAILS, "RoleDetailList": roles}, account=ACCOUNT)
    mandates = {
        p.name: ruling(found.subject(p), INVOKE, Target(MODEL), guardrails=[f"{GUARDRAIL}:1"]).mandate
        for p in found.principals
        if p.is_role
    }
    assert mandates == {"fixed": Mandate.MANDATORY, "free": Mandate.UNGUARDED}


def test_one_principal_on_anything(universe: Universe) -> None:
    """Can this role call iam:PutRolePolicy: yes, no, and not known are three answers."""
    assert universe.can(named(universe, "admin"), "iam:PutRolePolicy").decision.verdict is Verdict.ALLOWED
    for name in ("app", "bounded", "idle"):
        assert universe.can(named(universe, name), "iam:PutRolePolicy").decision.verdict is Verdict.DENIED
    assert universe.can(named(universe, "gap"), "iam:PutRolePolicy").unknown
    home = universe.can(named(universe, "alice"), "s3:GetObject")
    assert home.decision.verdict is Verdict.ALLOWED
    assert home.resource.startswith("arn:aws:s3:::home/alice/")


@pytest.mark.parametrize(
    ("statements", "possible"),
    [
        ([allow(INVOKE), deny(INVOKE, NotResource="arn:aws:bedrock:*::foundation-model/anthropic.*")], True),
        ([allow(INVOKE, "arn:aws:bedrock:*::foundation-model/anthropic.*"), deny(INVOKE, NotResource="arn:aws:bedrock:*::foundation-model/*sonnet*")], True),
        ([allow(INVOKE, "arn:aws:bedrock:*::foundation-model/anthropic.*"), deny(INVOKE, "arn:aws:bedrock:*::foundation-model/*")], False),
        ([allow(INVOKE, "arn:aws:bedrock:*:*:provisioned-model/*"), deny(INVOKE, "arn:aws:bedrock:*:*:provisioned-model/zz*")], True),
        ([allow(INVOKE, "arn:aws:bedrock:*"), deny(INVOKE, NotResource="arn:aws:bedrock:*:*:imported-model/x")], True),
        ([allow(NotAction="s3:*", NotResource="arn:aws:bedrock:*")], False),
    ],
)  # fmt: skip
def test_on_anything_means_on_anything(statements: list[dict[str, Any]], possible: bool) -> None:
    """Several statements' resources are met and avoided at once."""
    entry = role("r", RolePolicyList=[inline("p", *statements)])
    found = build_universe({**DETAILS, "RoleDetailList": [entry]}, account=ACCOUNT)
    access = found.can(named(found, "r"), INVOKE)
    assert access.possible is possible
    if possible:
        assert access.resource.startswith("arn:aws:bedrock:")
        assert found.ask(access.principal, INVOKE, access.resource).possible


def test_who_can_write_to_a_bucket(universe: Universe) -> None:
    """Identity policies and the bucket's own; a session that the policy names counts as its role."""
    bucket = policy(
        allow("s3:PutObject", "arn:aws:s3:::docs/*", Principal={"AWS": [f"arn:aws:iam::{ACCOUNT}:role/idle", f"arn:aws:sts::{ACCOUNT}:assumed-role/untagged/s1"]}),
        deny("s3:*", "arn:aws:s3:::docs/*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/admin"}),
        use=Use.RESOURCE,
    )  # fmt: skip
    found = universe.who_can("s3:PutObject", ["arn:aws:s3:::docs/x"], resource_policy=bucket)
    assert {a.principal.name for a in found if a.possible} == {"idle", "untagged", "bounded"}
    assert {a.principal.name for a in found if a.unknown} == {"broken", "gap"}


def test_scps_bind_members_and_not_the_management_account() -> None:
    """Without SCPs answers are "before SCP"; the management account has none."""
    refusing = [[document(allow()), document(deny("bedrock:*"))]]
    assert build_universe(DETAILS, account=ACCOUNT).before_scp
    member = build_universe(DETAILS, account=ACCOUNT, scps=refusing)
    assert not member.before_scp
    assert {a.principal.name for a in member.who_can(INVOKE)} == set()
    management = build_universe(DETAILS, account=ACCOUNT, scps=refusing, management=True)
    assert not management.before_scp
    assert "app" in {a.principal.name for a in management.who_can(INVOKE)}


def test_a_key_without_its_policy_is_not_known(universe: Universe) -> None:
    """Only the key policy says whether IAM counts."""
    admin = named(universe, "admin")
    key = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
    assert universe.ask(admin, "kms:Decrypt", key).verdict is Verdict.UNSUPPORTED
    enabling = policy(allow("kms:*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), use=Use.RESOURCE)
    assert universe.ask(admin, "kms:Decrypt", key, resource_policy=enabling).verdict is Verdict.ALLOWED


def test_assuming_a_role_asks_its_trust_policy(universe: Universe) -> None:
    """The administrator may not assume a role that trusts Lambda only; a role that trusts the account, yes."""
    admin = named(universe, "admin")
    assert universe.ask(admin, "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/app").verdict is Verdict.DENIED
    assert (
        universe.ask(admin, "sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/sessions").verdict
        is Verdict.ALLOWED
    )


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"UserDetailList": None, "RoleDetailList": "x"},
        {"RoleDetailList": [{}, 5, {"RoleName": 7}], "UserDetailList": [{"GroupList": [1, "g"]}], "GroupDetailList": [], "Policies": [{}]},
    ],
)  # fmt: skip
def test_an_incomplete_answer_never_raises(details: dict[str, Any]) -> None:
    """What is missing is a problem of the universe."""
    found = build_universe(details, account=ACCOUNT)
    assert found.problems
    assert all(isinstance(a.possible, bool) for a in found.who_can(INVOKE))


def test_a_group_that_was_not_read_leaves_its_members_unknown() -> None:
    """Membership without the group's policies is a gap."""
    less = {**DETAILS, "GroupDetailList": []}
    found = build_universe(less, account=ACCOUNT)
    assert found.ask(named(found, "alice"), INVOKE, MODEL).verdict is Verdict.UNSUPPORTED


def test_from_where() -> None:
    """Only through our endpoint; and what the endpoint's own policy takes away."""
    fenced = role(
        "fenced",
        RolePolicyList=[
            inline("p", allow(INVOKE), deny(condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0aa"}}))
        ],
    )
    found = build_universe({**DETAILS, "RoleDetailList": [fenced]}, account=ACCOUNT)
    narrow = parse_policy(document(allow("s3:*", Principal="*")), use=Use.ENDPOINT, name="narrow")
    classes = network_classes(["203.0.113.0/24"], [Endpoint("vpce-0aa", "vpc-1"), Endpoint("vpce-0bb")])
    decisions = from_where(found, named(found, "fenced"), INVOKE, MODEL, classes)
    assert {name: str(d.verdict) for name, d in decisions.items()} == {
        "internet": "DENIED",
        "203.0.113.0/24": "DENIED",
        "vpce-0aa": "ALLOWED",
        "vpce-0bb": "DENIED",
        "through an AWS service": "DENIED",
    }
    assert only_private(decisions)
    closed = network_classes(endpoints=[Endpoint("vpce-0aa", policy=narrow)])
    assert (
        from_where(found, named(found, "fenced"), INVOKE, MODEL, closed)["vpce-0aa"].verdict is Verdict.DENIED
    )


def test_api_keys(universe: Universe) -> None:
    """A key needs its gate and the inference action; each endpoint has its own of both."""
    alice, admin, app = (named(universe, n) for n in ("alice", "admin", "app"))
    assert key_use(universe, alice, KeyEndpoint.RUNTIME, Token.LONG_TERM).usable
    assert not key_use(universe, alice, KeyEndpoint.MANTLE, Token.LONG_TERM).usable
    assert not key_use(universe, app, KeyEndpoint.RUNTIME, Token.SHORT_TERM).usable
    assert key_use(universe, admin, KeyEndpoint.MANTLE, Token.SHORT_TERM).usable
    assert key_use(universe, named(universe, "gap"), KeyEndpoint.RUNTIME, Token.SHORT_TERM).unknown
    fence = deny(
        ["bedrock:CallWithBearerToken", "bedrock-mantle:CallWithBearerToken"],
        condition={"StringEquals": {"bedrock:BearerTokenType": "LONG_TERM"}},
    )
    found = build_universe(
        {**DETAILS, "RoleDetailList": [role("r", RolePolicyList=[inline("p", allow(), fence)])]},
        account=ACCOUNT,
    )
    fenced = named(found, "r")
    assert not key_use(found, fenced, KeyEndpoint.RUNTIME, Token.LONG_TERM).usable
    assert key_use(found, fenced, KeyEndpoint.MANTLE, Token.LONG_TERM).usable


def test_facts_about_grants() -> None:
    """Scopable actions on everything, what is conditional, and which services a policy names."""
    wide = policy(allow("bedrock:*"), name="wide")
    narrow = policy(
        allow("bedrock:InvokeModel", MODEL), allow("*", condition={"Bool": {"aws:SecureTransport": "true"}})
    )
    loose = {g.action.name for g in grants([wide], "bedrock") if g.loose}
    assert "bedrock:InvokeModel" in loose
    assert "bedrock:InvokeInlineAgent" not in loose
    assert not [g for g in grants([narrow], "bedrock") if g.loose]
    assert {g.named for g in grants([narrow], "s3")} == {False}
    assert [ref.policy for ref in names_service([wide, narrow], ["bedrock"])] == ["wide", "test"]
    assert names_service([policy(allow("s3:*"), allow())], ["bedrock"]) == ()
    excluded = {g.action.name for g in grants([policy(allow(NotAction="bedrock:Invoke*"))], "bedrock")}
    assert "bedrock:InvokeModel" not in excluded
    assert "bedrock:CreateGuardrail" in excluded
    assert GUARDRAIL.startswith("arn:aws:bedrock")
