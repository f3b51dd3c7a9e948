"""Decisions over unknown keys: sound for every completion, exact, with witnesses that replay."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.iam.conditions import ABSENT
from assessor.iam.decide import Verdict, decide, open_context, replays
from assessor.iam.evaluate import Outcome, evaluate
from assessor.iam.operators import Family, Relation, Test
from assessor.iam.policy import Use
from assessor.iam.request import Given, Layers, Request
from assessor.iam.samples import samples
from tests.iam.making import (
    GUARDRAIL,
    INVOKE,
    MODEL,
    ROLE,
    K,
    allow,
    contexts,
    deny,
    identity,
    policy,
    request,
    statements,
)

SAMPLED = {
    "aws:PrincipalTag/team": ["red", "blue", "Red", "BLUE", "zz", "re", "e", "r*", "*e", "?ed"],
    "aws:SourceVpce": ["vpce-0aa", "vpce-0bb", "vpce-0zz"],
    "aws:PrincipalOrgID": ["o-aaaaaaaaaa", "o-bbbbbbbbbb", "o-zzzzzzzzzz"],
    "aws:MultiFactorAuthAge": ["9", "10", "11", "50", "99", "100", "101"],
    K: [
        f"{GUARDRAIL}:1",
        GUARDRAIL,
        f"{GUARDRAIL}:2",
        "arn:aws:bedrock:us-east-1:999999999999:guardrail/zz:1",
    ],
}
documents = st.lists(statements(), min_size=1, max_size=4)


def _keys(own: list[Any]) -> set[str]:
    return {key for s in own for block in s.get("Condition", {}).values() for key in block}


def everything(action: str = INVOKE, resource: str = MODEL) -> Request:
    """A request of which nothing is known but who, what and on what."""
    return request(action, resource, opened=open_context(action).opened)


@settings(max_examples=150, deadline=None)
@given(documents, documents, st.lists(contexts, min_size=1, max_size=8))
def test_a_verdict_holds_for_every_completion(
    own: list[Any], upper: list[Any], completions: list[Any]
) -> None:
    """ALLOWED in open mode implies ALLOWED for every sampled completion, and DENIED implies denied."""
    layers = Layers(identity=(policy(*own),), scps=((policy(allow(), *upper, use=Use.SCP),),))
    asked = everything()
    decision = decide(asked, layers)
    assert decision.exact
    assert replays(asked, layers, decision)
    for known in completions:
        found = evaluate(request(given=known), layers).outcome
        if decision.verdict is Verdict.ALLOWED:
            assert found is Outcome.ALLOWED
        if decision.verdict is Verdict.DENIED:
            assert found is not Outcome.ALLOWED


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=3).filter(lambda own: len(_keys(own)) <= 3))
def test_a_verdict_is_what_trying_every_value_gives(own: list[Any]) -> None:
    """Against brute force over values that tell all the conditions of the strategy apart."""
    layers = identity(policy(*own))
    choices: list[list[Given]] = [[{k: ABSENT}, *({k: v} for v in SAMPLED[k])] for k in sorted(_keys(own))]
    outcomes = set()
    for chosen in product(*choices):
        asked = request()
        for given_key in chosen:
            asked = asked.within(given_key)
        outcomes.add(evaluate(asked, layers).outcome is Outcome.ALLOWED)
        if len(outcomes) == 2:
            break
    expected = (
        Verdict.CONDITIONAL
        if len(outcomes) == 2
        else Verdict.ALLOWED
        if outcomes == {True}
        else Verdict.DENIED
    )
    assert decide(everything(), layers).verdict is expected


@settings(max_examples=60, deadline=None)
@given(documents, statements("Deny"), statements("Allow"))
def test_possible_follows_denies_and_allows(own: list[Any], refusing: Any, allowing: Any) -> None:
    """Adding a Deny makes nothing possible, adding an Allow makes nothing impossible."""
    possible = decide(everything(), identity(policy(*own))).possible
    assert not decide(everything(), identity(policy(*own, refusing))).possible or possible
    assert decide(everything(), identity(policy(*own, allowing))).possible or not possible


@pytest.mark.parametrize(
    ("condition", "allowed", "refused"),
    [
        ({"StringEquals": {"aws:PrincipalTag/t": "x"}}, "aws:PrincipalTag/t=x", "aws:PrincipalTag/t absent"),
        ({"StringLike": {"aws:SourceVpce": "vpce-0a*"}}, "aws:SourceVpce=vpce-0a", "aws:SourceVpce absent"),
        ({"NumericLessThan": {"aws:MultiFactorAuthAge": "10"}}, "aws:MultiFactorAuthAge=9", "aws:MultiFactorAuthAge absent"),
        ({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, "aws:SourceIp=203.0.113.9", "aws:SourceIp absent"),
        ({"Bool": {"aws:SecureTransport": "true"}}, "aws:SecureTransport=true", "aws:SecureTransport absent"),
        ({"Null": {"aws:SourceVpce": "false"}}, "aws:SourceVpce=vpce-0zz99", "aws:SourceVpce absent"),
    ],
)  # fmt: skip
def test_witnesses_are_small_and_real(condition: Any, allowed: str, refused: str) -> None:
    """They name the keys that matter, with values AWS could send, and the keys in the policy's spelling."""
    decision = decide(everything(), identity(policy(allow(condition=condition))))
    assert (str(decision.allow_witness), str(decision.deny_witness)) == (allowed, refused)
    assert decision.deciding == (allowed.partition("=")[0],)


def test_a_contradiction_is_denied() -> None:
    """Two conditions on one key that no value passes."""
    impossible = {"StringLike": {"aws:PrincipalTag/t": "a*"}, "StringNotLike": {"aws:PrincipalTag/t": "*"}}
    assert decide(everything(), identity(policy(allow(condition=impossible)))).verdict is Verdict.DENIED


def test_two_patterns_on_one_key_are_intersected() -> None:
    """A value that begins with one and ends with the other is found, and avoids a third."""
    narrow = {
        "StringLike": {"aws:PrincipalTag/t": "team-*"},
        "ForAllValues:StringLike": {"aws:PrincipalTag/t": "*-prod"},
        "StringNotEquals": {"aws:PrincipalTag/t": "team-prod"},
        "StringNotLike": {"aws:PrincipalTag/t": "team--*"},
    }
    decision = decide(everything(), identity(policy(allow(condition=narrow))))
    assert decision.verdict is Verdict.CONDITIONAL
    assert decision.exact
    assert decision.allow_witness is not None
    (value,) = decision.allow_witness.values["aws:PrincipalTag/t"]
    assert value.startswith("team-")
    assert value.endswith("-prod")
    assert value != "team-prod"


@pytest.mark.parametrize("value", ["gr12345abcde", f"{GUARDRAIL}:*", "long_term"])
def test_values_that_cannot_occur_are_not_invented(value: str) -> None:
    """A bare id or a star is never the guardrail of a request; nor is a token type in lower case."""
    key = "bedrock:BearerTokenType" if value == "long_term" else K
    action = "bedrock:CallWithBearerToken" if value == "long_term" else INVOKE
    layers = identity(policy(allow(action, condition={"StringEquals": {key: value}})))
    assert (
        decide(everything(action, "*" if value == "long_term" else MODEL), layers).verdict is Verdict.DENIED
    )


@pytest.mark.parametrize(
    ("action", "key", "expected"),
    [
        (INVOKE, "bedrock:GuardrailIdentifier", Verdict.CONDITIONAL),
        (INVOKE, "bedrock:GuardrailId", Verdict.DENIED),
        ("bedrock:InvokeAgent", "bedrock:GuardrailIdentifier", Verdict.DENIED),
        ("bedrock-mantle:CreateInference", "bedrock:GuardrailIdentifier", Verdict.DENIED),
        ("bedrock-mantle:CallWithBearerToken", "bedrock:BearerTokenType", Verdict.DENIED),
        ("bedrock-mantle:CallWithBearerToken", "bedrock-mantle:BearerTokenType", Verdict.CONDITIONAL),
        (INVOKE, "lambda:SourceFunctionArn", Verdict.CONDITIONAL),
        (INVOKE, "aws:SourceVpce", Verdict.CONDITIONAL),
    ],
)
def test_a_key_the_action_does_not_have_is_absent(action: str, key: str, expected: Verdict) -> None:
    """Misspelt keys and keys of other services are never in a request."""
    layers = identity(policy(allow(action, condition={"Null": {key: "false"}})))
    assert decide(everything(action, "*"), layers).verdict is expected


def test_variables_are_unified_with_the_resource_and_with_other_keys() -> None:
    """The witness gives the variable the value that the ARN or the other key needs."""
    home = identity(policy(allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/*")))
    decision = decide(everything("s3:GetObject", "arn:aws:s3:::home/alice/x"), home)
    assert decision.verdict is Verdict.CONDITIONAL
    assert str(decision.allow_witness) == "aws:username=alice"
    abac = identity(policy(allow(condition={"StringEquals": {"aws:ResourceTag/t": "${aws:PrincipalTag/t}"}})))
    decision = decide(everything(), abac)
    assert decision.verdict is Verdict.CONDITIONAL
    assert decision.allow_witness is not None
    assert len(set(decision.allow_witness.values.values())) == 1
    pinned = decide(everything().within({"aws:PrincipalTag/t": "red"}), abac)
    assert str(pinned.allow_witness) == "aws:ResourceTag/t=red"


def test_a_multivalued_key_gets_lists() -> None:
    """Two ForAnyValue conditions need two values at once."""
    both = {
        "ForAnyValue:StringEquals": {"aws:TagKeys": "a"},
        "ForAnyValue:StringLike": {"aws:TagKeys": "b*"},
        "ForAllValues:StringNotEquals": {"aws:TagKeys": "b"},
    }
    layers = identity(policy(allow("bedrock:TagResource", condition=both)))
    decision = decide(everything("bedrock:TagResource", GUARDRAIL), layers)
    assert decision.verdict is Verdict.CONDITIONAL
    assert decision.allow_witness is not None
    assert len(decision.allow_witness.values["aws:TagKeys"]) == 2
    single = {
        "ForAnyValue:StringEquals": {"aws:PrincipalTag/t": "a"},
        "ForAnyValue:StringLike": {"aws:PrincipalTag/t": "b*"},
    }
    layers = identity(policy(allow(condition=single)))
    assert decide(everything(), layers).verdict is Verdict.DENIED


def test_a_search_that_is_cut_off_says_so() -> None:
    """Beyond the budget the answer is CONDITIONAL and not exact, never a guess."""
    parts = [
        deny(condition={"StringEquals": {f"aws:PrincipalTag/k{i}": "x", f"aws:PrincipalTag/k{j}": "y"}})
        for i in range(16)
        for j in range(16)
        if i != j
    ]
    hard = [
        allow(
            condition={
                "StringEquals": {f"aws:PrincipalTag/k{i}": "x" for i in range(8)}
                | {"aws:PrincipalTag/k9": "y"}
            }
        )
    ]
    decision = decide(everything(), identity(policy(*hard, *parts)), budget=5)
    assert decision.verdict is Verdict.CONDITIONAL
    assert not decision.exact


def test_the_statements_belong_to_the_witnesses() -> None:
    """Grants to the allow-witness, denials and missing layers to the deny-witness."""
    own = policy(
        allow(INVOKE, Sid="Open"),
        deny(INVOKE, condition={"StringNotEquals": {"aws:SourceVpce": "vpce-0aa"}}, Sid="Fence"),
        name="team",
    )
    decision = decide(everything(), identity(own))
    assert [ref.sid for ref in decision.grants] == ["Open"]
    assert [ref.sid for ref in decision.denials] == ["Fence"]
    nothing = decide(everything(), identity(policy(allow("s3:*"))))
    assert nothing.missing == ("identity policy",)


def test_samples_stand_for_every_value() -> None:
    """One value for each combination of comparisons, of the key's shape."""
    tests = frozenset(
        Test(family, Relation.EQUAL, value)
        for family, value in (
            (Family.LIKE, "a*"),
            (Family.LIKE, "*b"),
            (Family.STRING, "ab"),
            (Family.IGNORE_CASE, "AB"),
        )
    )
    found = samples("aws:principaltag/x", frozenset((t,) for t in tests))
    assert found.exhaustive
    seen = {tuple(t.holds(v) for t in sorted(tests, key=lambda t: (t.family, t.value))) for v in found.values}
    for text in ("ab", "AB", "aB", "axb", "ax", "xb", "zz", "Ab"):
        assert tuple(t.holds(text) for t in sorted(tests, key=lambda t: (t.family, t.value))) in seen
    shaped = samples("aws:sourcevpce", frozenset({(Test(Family.LIKE, Relation.EQUAL, "*-0?"),)}))
    assert all(value.startswith("vpce-") for value in shaped.values)
    assert len(shaped.values) == 2


def test_an_unsigned_request_is_decided_too() -> None:
    """By the resource's policy alone."""
    resource = policy(
        allow("s3:GetObject", Principal="*", condition={"Bool": {"aws:SecureTransport": "true"}}),
        use=Use.RESOURCE,
    )
    asked = request("s3:GetObject", "arn:aws:s3:::b/k", principal=None, opened=lambda _: True)
    assert decide(asked, Layers(resource=resource)).verdict is Verdict.CONDITIONAL
    assert ROLE.startswith("arn:aws:iam::")
