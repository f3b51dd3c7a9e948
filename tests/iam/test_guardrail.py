"""Is the guardrail mandatory: every way authors get it wrong, with the verdict and the witness."""

from collections.abc import Callable
from typing import Any

import pytest

from assessor.iam.decide import Verdict, decide_formula, open_context
from assessor.iam.doors import fence_cutters, side_doors
from assessor.iam.guardrail import (
    INFERENCE,
    Enforced,
    Mandate,
    Posture,
    Ruling,
    Target,
    posture,
    representative_targets,
    ruling,
)
from assessor.iam.policy import Use, parse_policy
from assessor.iam.principals import parse_caller
from assessor.iam.request import Layers
from assessor.iam.subject import Subject
from tests.iam.making import ACCOUNT, GUARDRAIL, INVOKE, MODEL, OTHER, ROLE, STREAM, K, allow, deny, policy

ONE = f"{GUARDRAIL}:1"
OWN = (GUARDRAIL, ONE, f"{GUARDRAIL}:2")
BOTH = [INVOKE, STREAM]
TARGETS = tuple(t for region in ("us-east-1", "us-west-2") for t in representative_targets(ACCOUNT, region))
WITHOUT = {"StringNotEquals": {K: ONE}}
ADMINISTRATOR = allow()
BEDROCK = allow("bedrock:*")
DOC_1 = (
    allow(BOTH, "arn:aws:bedrock:us-east-1::foundation-model/*", {"StringEquals": {K: ONE}}),
    deny(BOTH, "arn:aws:bedrock:us-east-1::foundation-model/*", WITHOUT),
)
Statement = dict[str, Any]


def subject(*policies: tuple[Statement, ...], **more: Any) -> Subject:
    """A role with some policies."""
    parsed = tuple(policy(*statements, name=f"policy {n}") for n, statements in enumerate(policies, 1))
    return Subject(parse_caller(ROLE), Layers(identity=parsed, **more))


def judged(*policies: tuple[Statement, ...], **more: Any) -> Posture:
    """The posture over all kinds of targets in two Regions."""
    return posture(subject(*policies), TARGETS, guardrails=OWN, regions=["us-east-1"], **more)


def everywhere(mandate: Mandate) -> Callable[[Ruling], Mandate]:
    """The same mandate for every action and target."""
    return lambda _: mandate


def streaming(r: Ruling) -> Mandate:
    """Only InvokeModel is fenced."""
    return Mandate.UNGUARDED if r.action == STREAM else Mandate.MANDATORY


def models_only(r: Ruling) -> Mandate:
    """Foundation models, and profiles as they end at one, are fenced."""
    reaches_model = bool(r.target.routed) or r.target.kind == "foundation-model"
    return Mandate.MANDATORY if reaches_model else Mandate.UNGUARDED


def one_region(r: Ruling) -> Mandate:
    """Only foundation models of us-east-1 (and profiles that can go nowhere else) are fenced."""
    ends = r.target.routed or (r.target.arn,)
    fenced = all(":us-east-1::foundation-model/" in arn for arn in ends)
    return Mandate.MANDATORY if fenced else Mandate.UNGUARDED


def doc_1(r: Ruling) -> Mandate:
    """AWS's first example alone: mandatory on the models of us-east-1, no access elsewhere."""
    return (
        Mandate.MANDATORY
        if r.target.arn.startswith("arn:aws:bedrock:us-east-1::foundation")
        else Mandate.NO_ACCESS
    )


TABLE: list[tuple[str, list[tuple[Statement, ...]], Callable[[Ruling], Mandate], str]] = [
    ("allow with the guardrail, another policy without", [(allow(BOTH, condition={"StringEquals": {K: ONE}}),), (BEDROCK,)], everywhere(Mandate.UNGUARDED), "always"),
    ("allow with the guardrail alone", [(allow(BOTH, condition={"StringEquals": {K: ONE}}),)], everywhere(Mandate.MANDATORY), ""),
    ("AWS's example 1 alone", [DOC_1], doc_1, ""),
    ("AWS's example 1 and a wider allow", [DOC_1, (ADMINISTRATOR,)], one_region, "always"),
    ("allow if the key exists", [(allow(BOTH, condition={"StringEqualsIfExists": {K: ONE}}),)], everywhere(Mandate.UNGUARDED), "always"),
    ("allow for all values", [(allow(BOTH, condition={"ForAllValues:StringEquals": {K: ONE}}),)], everywhere(Mandate.UNGUARDED), "always"),
    ("deny both without it", [(ADMINISTRATOR, deny(BOTH, condition=WITHOUT))], everywhere(Mandate.MANDATORY), ""),
    ("deny InvokeModel only", [(BEDROCK, deny(INVOKE, condition=WITHOUT))], streaming, "always"),
    ("deny Converse*, which are no actions", [(BEDROCK, deny("bedrock:Converse*", condition=WITHOUT))], everywhere(Mandate.UNGUARDED), "always"),
    ("deny where the key is absent", [(BEDROCK, deny(BOTH, condition={"Null": {K: "true"}}))], everywhere(Mandate.MANDATORY_ANY), ""),
    ("null and not-equals in one block", [(BEDROCK, deny(BOTH, condition={"Null": {K: "false"}, **WITHOUT}))], everywhere(Mandate.UNGUARDED), "always"),
    ("null and not-equals in two statements", [(BEDROCK, deny(BOTH, condition={"Null": {K: "true"}}), deny(BOTH, condition=WITHOUT))], everywhere(Mandate.MANDATORY), ""),
    ("deny for any value", [(BEDROCK, deny(BOTH, condition={"ForAnyValue:StringNotEquals": {K: ONE}}))], everywhere(Mandate.UNGUARDED), "always"),
    ("deny but for a tag", [(BEDROCK, deny(BOTH, condition={"StringNotEquals": {K: ONE, "aws:PrincipalTag/env": "dev"}}))], everywhere(Mandate.UNGUARDED), "aws:PrincipalTag/env=dev"),
    ("deny but for an endpoint", [(BEDROCK, deny(BOTH, condition={"StringNotEquals": {K: ONE, "aws:SourceVpce": "vpce-0aa"}}))], everywhere(Mandate.UNGUARDED), "aws:SourceVpce=vpce-0aa"),
    ("deny on foundation models only", [(BEDROCK, deny(BOTH, "arn:aws:bedrock:*::foundation-model/*", WITHOUT))], models_only, "always"),
    ("deny on one Region's models", [(BEDROCK, deny(BOTH, "arn:aws:bedrock:us-east-1::foundation-model/*", WITHOUT))], one_region, "always"),
    ("deny with a bare id", [(BEDROCK, deny(BOTH, condition={"StringNotEquals": {K: "gr12345abcde"}}))], everywhere(Mandate.LOCKED_OUT), ""),
    ("deny not-equals with a star", [(BEDROCK, deny(BOTH, condition={"StringNotEquals": {K: f"{GUARDRAIL}:*"}}))], everywhere(Mandate.LOCKED_OUT), ""),
    ("deny not-like id*", [(BEDROCK, deny(BOTH, condition={"StringNotLike": {K: f"{GUARDRAIL}*"}}))], everywhere(Mandate.MANDATORY), ""),
    ("deny ARN-not-like id*", [(BEDROCK, deny(BOTH, condition={"ArnNotLike": {K: f"{GUARDRAIL}*"}}))], everywhere(Mandate.MANDATORY), ""),
    ("deny by NotAction", [(ADMINISTRATOR, deny(NotAction=["bedrock:ApplyGuardrail", "bedrock:Get*", "bedrock:List*"], condition=WITHOUT))], everywhere(Mandate.MANDATORY), ""),
    ("AdministratorAccess", [(ADMINISTRATOR,)], everywhere(Mandate.UNGUARDED), "always"),
    ("everything but IAM", [(allow(NotAction="iam:*"),)], everywhere(Mandate.UNGUARDED), "always"),
    ("nothing about Bedrock", [(allow("s3:*"),)], everywhere(Mandate.NO_ACCESS), ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policies", "expected", "witness"), [t[1:] for t in TABLE], ids=[t[0] for t in TABLE]
)
def test_the_table(
    policies: list[tuple[Statement, ...]], expected: Callable[[Ruling], Mandate], witness: str
) -> None:
    """The mandate for both actions on all kinds of targets in two Regions, and the witness without a guardrail."""
    found = judged(*policies)
    assert len(found.rulings) == len(TARGETS) * 2
    for r in found.rulings:
        assert r.mandate is expected(r), (r.action, r.target)
        assert r.exact
        if r.mandate is Mandate.UNGUARDED:
            assert str(r.witness) == witness
            assert r.statements
    wanted = {expected(r) for r in found.rulings}
    assert found.covered is all(m.covered for m in wanted)
    assert found.partial is (wanted == {Mandate.MANDATORY_ANY})


def test_the_accepted_set_and_its_flags() -> None:
    """Exactly the numbered version; a pattern takes the mutable draft and versions to come."""
    exact = judged((BEDROCK, deny(BOTH, condition=WITHOUT))).rulings[0]
    assert (exact.accepted, exact.drafts, exact.foreign, exact.unlisted, exact.open_ended) == (
        (ONE,),
        (),
        (),
        (),
        False,
    )
    assert exact.label == f"MANDATORY {{{ONE}}}"
    assert exact.statements[0].policy == "policy 1"
    loose = judged((BEDROCK, deny(BOTH, condition={"StringNotLike": {K: f"{GUARDRAIL}*"}}))).rulings[0]
    assert loose.accepted == OWN
    assert loose.drafts == (GUARDRAIL,)
    assert loose.open_ended
    foreign = f"arn:aws:bedrock:us-east-1:{OTHER}:guardrail/orgguardrail:1"
    away = judged((BEDROCK, deny(BOTH, condition={"StringNotEquals": {K: foreign}}))).rulings[0]
    assert (away.accepted, away.foreign, away.unlisted) == ((foreign,), (foreign,), (foreign,))
    several = judged(
        (BEDROCK, deny(BOTH, condition={"StringNotEquals": {K: [ONE, f"{GUARDRAIL}:2"]}}))
    ).rulings[0]
    assert several.accepted == (ONE, f"{GUARDRAIL}:2")


def test_side_doors() -> None:
    """What stays open beside the fence, and what NotAction closes with it."""
    fenced = {d.action for d in judged((BEDROCK, deny(BOTH, condition=WITHOUT))).side_doors}
    assert fenced == {
        "bedrock:InvokeInlineAgent",
        "bedrock:RetrieveAndGenerate",
        "bedrock:InvokeAgent",
        "bedrock:InvokeFlow",
        "bedrock:CreateModelInvocationJob",
    }
    for statements in ((ADMINISTRATOR,), (allow(NotAction="iam:*"),)):
        open_doors = {d.action for d in judged(statements).side_doors}
        assert open_doors == fenced | {
            "bedrock-mantle:CreateInference",
            "bedrock-agentcore:InvokeAgentRuntime",
            "bedrock-agentcore:InvokeHarness",
            "sagemaker:InvokeEndpoint",
        }
    closed = (
        BEDROCK,
        deny(NotAction=["bedrock:ApplyGuardrail", "bedrock:Get*", "bedrock:List*"], condition=WITHOUT),
    )
    assert judged(closed).side_doors == ()
    assert side_doors(subject((allow(INVOKE),)), "eu-west-1") == ()


def test_fence_cutters() -> None:
    """Whoever may change the guardrail, the enforced configuration or policies can take the fence down."""
    found = {d.action for d in judged((ADMINISTRATOR, deny(BOTH, condition=WITHOUT))).fence_cutters}
    assert {
        "bedrock:UpdateGuardrail",
        "bedrock:DeleteGuardrail",
        "bedrock:DeleteEnforcedGuardrailConfiguration",
    } <= found
    assert {"iam:PutRolePolicy", "iam:CreatePolicyVersion", "iam:UpdateAssumeRolePolicy"} <= found
    assert judged((allow(BOTH), deny(BOTH, condition=WITHOUT))).fence_cutters == ()
    own_role = subject((allow("iam:PutRolePolicy", ROLE),))
    assert fence_cutters(own_role) == ()
    assert [d.action for d in fence_cutters(own_role, resources=[ROLE])] == ["iam:PutRolePolicy"]


def test_the_fence_may_stand_in_a_boundary_an_scp_or_a_session_policy() -> None:
    """Every layer counts."""
    fence = (allow(), deny(BOTH, condition=WITHOUT))
    for layer in (
        {"boundary": policy(*fence, use=Use.BOUNDARY)},
        {"scps": ((policy(*fence, use=Use.SCP),),)},
        {"session": (policy(*fence, use=Use.SESSION),)},
        {"boundary": policy(allow(BOTH, condition={"StringEquals": {K: ONE}}), use=Use.BOUNDARY)},
    ):
        found = ruling(subject((BEDROCK,), **layer), INVOKE, Target(MODEL), guardrails=OWN)
        assert (found.mandate, found.accepted) == (Mandate.MANDATORY, (ONE,))


PROFILE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.anthropic.claude"
EAST = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude"
WEST = "arn:aws:bedrock:us-west-2::foundation-model/anthropic.claude"


def test_a_profile_needs_the_profile_and_a_routed_model() -> None:
    """Both are authorized; one reachable model is enough; a model may be open through the profile only."""
    target = Target(PROFILE, "inference-profile", (EAST, WEST))
    only_profile = subject((allow(BOTH, PROFILE),))
    assert ruling(only_profile, INVOKE, target).mandate is Mandate.NO_ACCESS
    one_model = subject((allow(BOTH, [PROFILE, WEST]),))
    assert ruling(one_model, INVOKE, target).mandate is Mandate.UNGUARDED
    through = subject(
        (allow(BOTH, PROFILE), allow(BOTH, WEST, {"StringEquals": {"bedrock:InferenceProfileArn": PROFILE}}))
    )
    assert ruling(through, INVOKE, target).mandate is Mandate.UNGUARDED
    assert ruling(through, INVOKE, Target(WEST)).mandate is Mandate.NO_ACCESS
    fenced_east = subject((BEDROCK, deny(BOTH, EAST, WITHOUT)))
    assert ruling(fenced_east, INVOKE, target).mandate is Mandate.UNGUARDED
    fenced = subject((BEDROCK, deny(BOTH, [EAST, WEST], WITHOUT)))
    assert ruling(fenced, INVOKE, target, guardrails=OWN).mandate is Mandate.MANDATORY


def test_region_fences_follow_the_routed_region() -> None:
    """The requested Region of a routed call is the model's; global models have none."""
    fence = deny("bedrock:*", condition={"StringNotEquals": {"aws:RequestedRegion": "us-east-1"}})
    fenced = subject((BEDROCK, fence))
    assert ruling(fenced, INVOKE, Target(PROFILE, "inference-profile", (WEST,))).mandate is Mandate.NO_ACCESS
    assert (
        ruling(fenced, INVOKE, Target(PROFILE, "inference-profile", (EAST, WEST))).mandate
        is Mandate.UNGUARDED
    )
    worldwide = Target(PROFILE, "inference-profile", ("arn:aws:bedrock:::foundation-model/anthropic.claude",))
    assert ruling(fenced, INVOKE, worldwide).mandate is Mandate.NO_ACCESS


def test_enforced_configurations() -> None:
    """They cover the models of their Region, all or those included, and never those excluded."""
    free = subject((BEDROCK,))
    config = Enforced("us-east-1", ONE)
    assert ruling(free, INVOKE, Target(EAST), enforced=[config]).mandate is Mandate.ENFORCED
    assert ruling(free, INVOKE, Target(EAST), enforced=[config]).accepted == (ONE,)
    assert ruling(free, INVOKE, Target(WEST), enforced=[config]).mandate is Mandate.UNGUARDED
    profile = Target(PROFILE, "inference-profile", (EAST, WEST))
    assert ruling(free, INVOKE, profile, enforced=[config]).mandate is Mandate.UNGUARDED
    listed = Enforced("us-east-1", ONE, included=("anthropic.claude",))
    assert ruling(free, INVOKE, Target(EAST), enforced=[listed]).mandate is Mandate.ENFORCED
    other = Enforced("us-east-1", ONE, included=("amazon.nova",))
    assert ruling(free, INVOKE, Target(EAST), enforced=[other]).mandate is Mandate.UNGUARDED
    excluded = Enforced("us-east-1", ONE, included=("ALL",), excluded=("anthropic.claude",))
    assert ruling(free, INVOKE, Target(EAST), enforced=[excluded]).mandate is Mandate.UNGUARDED


def test_what_cannot_be_read_is_unknown() -> None:
    """Neither mandatory nor unguarded is claimed."""
    odd = parse_policy("{", name="broken")
    broken = Subject(parse_caller(ROLE), Layers(identity=(odd,)))
    found = ruling(broken, INVOKE, Target(MODEL))
    assert found.mandate is Mandate.UNKNOWN
    assert any("broken" in reason for reason in found.unsupported)
    assert not posture(broken, [Target(MODEL)]).covered


def test_what_is_known_of_the_principal_counts() -> None:
    """A tag that the snapshot fixes closes, or opens, the hole."""
    hole = deny(BOTH, condition={"StringNotEquals": {K: ONE, "aws:PrincipalTag/env": "dev"}})
    base = subject((BEDROCK, hole))
    prod = Subject(base.caller, base.layers, {"aws:PrincipalTag/env": "prod"})
    dev = Subject(base.caller, base.layers, {"aws:PrincipalTag/env": "dev"})
    assert ruling(prod, INVOKE, Target(MODEL), guardrails=OWN).mandate is Mandate.MANDATORY
    found = ruling(dev, INVOKE, Target(MODEL), guardrails=OWN)
    assert (found.mandate, str(found.witness)) == (Mandate.UNGUARDED, "always")


def test_the_actions_are_those_behind_the_runtime_apis() -> None:
    """Converse and its like are no IAM actions."""
    assert INFERENCE == (INVOKE, STREAM)
    from assessor.iam.evaluate import authorize
    from assessor.iam.request import Request

    asked = Request(parse_caller(ROLE), INVOKE, MODEL, ACCOUNT, open_context(INVOKE))
    formula = authorize(asked, subject((BEDROCK, deny(BOTH, condition=WITHOUT))).layers)
    assert decide_formula(formula, asked.context).verdict is Verdict.CONDITIONAL


def test_a_guardrail_of_another_account_is_named() -> None:
    """Whatever its account: it is the one that must be passed, and it is flagged as foreign."""
    foreign = "arn:aws:bedrock:us-east-1:999999999999:guardrail/zz:1"
    fenced = subject((BEDROCK, deny(BOTH, condition={"StringNotEquals": {K: foreign}})))
    found = ruling(fenced, INVOKE, Target(MODEL), guardrails=OWN)
    assert (found.mandate, found.accepted, found.foreign) == (Mandate.MANDATORY, (foreign,), (foreign,))


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov", "aws-cn"])
def test_any_guardrail_of_the_partition_is_any_guardrail(partition: str) -> None:
    """A pattern that a stranger's guardrail meets makes a guardrail mandatory, but any would do."""
    pattern = f"arn:{partition}:bedrock:*:*:guardrail/*"
    loose = subject((allow(BOTH, condition={"StringLike": {K: pattern}}),))
    target = Target(f"arn:{partition}:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0")
    assert ruling(loose, INVOKE, target).mandate is Mandate.MANDATORY_ANY
