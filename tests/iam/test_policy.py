"""Parsing: every form is understood, nothing hostile raises, nothing unreadable is dropped."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.iam.decide import Verdict, decide, open_context
from assessor.iam.evaluate import Outcome, evaluate
from assessor.iam.policy import Effect, Use, parse_policy
from assessor.iam.principals import Named, PrincipalKind
from assessor.iam.request import Layers
from tests.iam.making import INVOKE, MODEL, allow, deny, document, identity, policy, request

DOCUMENT = document(allow(INVOKE, MODEL, Sid="One"))


@pytest.mark.parametrize(
    "given_document",
    [
        DOCUMENT,
        json.dumps(DOCUMENT),
        json.dumps(DOCUMENT, indent=4),
        quote(json.dumps(DOCUMENT)),
        "\n  " + json.dumps(DOCUMENT),
        json.dumps(DOCUMENT).replace('"', '\\"'),
        json.dumps(json.dumps(DOCUMENT)),
        {**DOCUMENT, "Statement": DOCUMENT["Statement"][0]},
    ],
    ids=[
        "object",
        "text",
        "indented",
        "url-encoded",
        "leading space",
        "escaped",
        "quoted",
        "single statement",
    ],
)
def test_every_form_of_a_document_is_read(given_document: object) -> None:
    """Objects, text, URL-encoded text and API Gateway's escaped text mean the same."""
    parsed = parse_policy(given_document, name="p")
    assert parsed.unsupported == ()
    assert [s.ref.sid for s in parsed.statements] == ["One"]
    assert evaluate(request(), identity(parsed)).outcome is Outcome.ALLOWED


def test_a_string_and_a_list_mean_the_same() -> None:
    """Action, Resource, Principal and condition values may be a string or a list."""
    one = policy(allow("s3:GetObject", "arn:aws:s3:::b/*", {"StringEquals": {"aws:username": "x"}}))
    many = policy(allow(["s3:GetObject"], ["arn:aws:s3:::b/*"], {"StringEquals": {"aws:username": ["x"]}}))
    assert one.statements == many.statements


def test_principals_of_every_kind() -> None:
    """The four members of a Principal, and `*`."""
    statement = allow("s3:GetObject") | {
        "Principal": {
            "AWS": ["111111111111", "*"],
            "Service": "s3.amazonaws.com",
            "Federated": "cognito-identity.amazonaws.com",
            "CanonicalUser": "abc",
        }
    }
    found = policy(statement, use=Use.RESOURCE).statements[0].principals
    assert found is not None
    assert [n.kind for n in found.named] == [
        PrincipalKind.AWS,
        PrincipalKind.AWS,
        PrincipalKind.SERVICE,
        PrincipalKind.FEDERATED,
        PrincipalKind.CANONICAL,
    ]
    assert Named(PrincipalKind.AWS, "111111111111").whole_account
    assert Named(PrincipalKind.AWS, "arn:aws:iam::111111111111:root").account == "111111111111"


def test_numbers_and_booleans_without_quotes_are_read() -> None:
    """AWS accepts true and 3600 as condition values without quotes."""
    parsed = policy(
        allow(condition={"Bool": {"aws:SecureTransport": True}, "NumericLessThan": {"s3:max-keys": 10}})
    )
    assert parsed.unsupported == ()
    fine = request(given={"aws:SecureTransport": "true", "s3:max-keys": "9"})
    assert evaluate(fine, identity(parsed)).outcome is Outcome.ALLOWED


UNREADABLE: list[Any] = [
    None,
    3,
    [],
    "",
    "not json",
    "[" * 100_000,
    '{"a":' * 50_000,
    "x" * 200_000,
    {"Statement": 5},
    {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}, "Version": "2030-01-01"},
    {"Version": "2012-10-17", "Statement": [5]},
    {"Version": "2012-10-17", "Statement": [["Effect", "Allow"]]},
    '{"Version":"2012-10-17","Version":"2008-10-17","Statement":[]}',
    document(allow() | {"Effect": "Permit"}),
    document(allow() | {"Effect": ["Allow"]}),
    document(allow() | {"Action": 7}),
    document(allow() | {"Action": []}),
    document(allow() | {"Action": ["s3:*", None]}),
    document(allow() | {"Action": "bedrock*:Invoke*"}),
    document(allow() | {"Action": "everything"}),
    document(allow() | {"Resource": {"a": 1}}),
    document(allow() | {"NotAction": "s3:*"}),
    document({"Effect": "Allow", "Action": "*"}),
    document({"Effect": "Allow", "Resource": "*"}),
    document(allow() | {"Principal": "*"}),
    document(allow() | {"Frobnicate": True}),
    document(allow(condition={"StringResembles": {"aws:username": "x"}})),
    document(allow(condition={"ForSomeValues:StringEquals": {"aws:username": "x"}})),
    document(allow(condition={"NullIfExists": {"aws:username": "true"}})),
    document(allow(condition={"Bool": {"aws:SecureTransport": "perhaps"}})),
    document(allow(condition={"NumericEquals": {"aws:MultiFactorAuthAge": "many"}})),
    document(allow(condition={"NumericEquals": {"aws:MultiFactorAuthAge": 10**5000}})),
    document(allow(condition={"DateLessThan": {"aws:CurrentTime": "tomorrow"}})),
    document(allow(condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/99"}})),
    document(allow(condition={"StringEquals": ["aws:username"]})),
    document(allow(condition=["StringEquals"])),
    document(allow(condition={"StringEquals": {"aws:username": {"x": 1}}})),
    document(allow(condition={"StringEquals": {"aws:username": "x" * 100_000}})),
]


@pytest.mark.parametrize("given_document", UNREADABLE, ids=range(len(UNREADABLE)))
def test_what_cannot_be_read_is_said_and_never_guessed(given_document: object) -> None:
    """Neither an Allow nor a Deny comes of it: the answer is UNSUPPORTED, with the reason."""
    parsed = parse_policy(given_document, name="odd")
    assert parsed.unsupported
    assert all(str(problem) for problem in parsed.unsupported)
    answer = evaluate(request(), identity(parsed))
    assert answer.outcome is Outcome.UNSUPPORTED
    assert any("odd" in reason for reason in answer.unsupported)
    decision = decide(request(opened=lambda _: True), identity(parsed))
    assert decision.verdict is Verdict.UNSUPPORTED
    assert decision.unsupported


def test_a_deny_that_is_certain_outweighs_what_cannot_be_read() -> None:
    """An unreadable statement does not hide an answer that does not depend on it."""
    odd = policy(allow(condition={"StringResembles": {"a:b": "x"}}))
    assert evaluate(request(), identity(odd, policy(deny()))).outcome is Outcome.EXPLICIT_DENY
    assert evaluate(request(), identity(odd, policy(allow()))).outcome is Outcome.ALLOWED


def test_an_unreadable_statement_about_another_action_does_not_matter() -> None:
    """Its action was read: it is not about this request."""
    odd = policy(allow("s3:*", condition={"StringResembles": {"a:b": "x"}}), allow(INVOKE))
    assert evaluate(request(), identity(odd)).outcome is Outcome.ALLOWED


def test_an_unreadable_deny_makes_an_allow_unsupported() -> None:
    """A Deny with an unknown operator may or may not deny."""
    odd = policy(allow(), deny(condition={"StringResembles": {"a:b": "x"}}))
    assert evaluate(request(), identity(odd)).outcome is Outcome.UNSUPPORTED
    assert decide(request(), identity(odd)).verdict is Verdict.UNSUPPORTED


def test_a_document_of_2008_has_no_variables() -> None:
    """There `${aws:username}` is text; a document without a version is one of 2008."""
    statement = allow("s3:GetObject", "arn:aws:s3:::home/${aws:username}/x")
    asked = request("s3:GetObject", "arn:aws:s3:::home/alice/x", given={"aws:username": "alice"})
    literal = request("s3:GetObject", "arn:aws:s3:::home/${aws:username}/x", given={"aws:username": "alice"})
    new = parse_policy({"Version": "2012-10-17", "Statement": statement})
    for old in ({"Version": "2008-10-17", "Statement": statement}, {"Statement": statement}):
        parsed = parse_policy(old)
        assert evaluate(asked, identity(parsed)).outcome is Outcome.IMPLICIT_DENY
        assert evaluate(literal, identity(parsed)).outcome is Outcome.ALLOWED
    assert evaluate(asked, identity(new)).outcome is Outcome.ALLOWED


def test_a_statement_is_named_so_that_a_report_can_point_at_it() -> None:
    """Policy, use, position and Sid."""
    parsed = parse_policy(document(deny("s3:*"), allow(INVOKE, Sid="Models")), name="team")
    answer = evaluate(request(), identity(parsed))
    assert [str(ref) for ref in answer.grants] == ['identity policy team, statement 2 "Models"']
    assert answer.grants[0].effect is Effect.ALLOW


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ELEMENTS = [
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
    "Sid",
]
rough_statements = st.dictionaries(
    st.sampled_from(ELEMENTS), json_values | st.sampled_from(["Allow", "Deny", "*", "s3:*"]), max_size=7
)


@settings(deadline=None)
@given(
    json_values
    | st.fixed_dictionaries({"Version": json_values, "Statement": st.lists(rough_statements, max_size=3)})
)
def test_parsing_never_raises(raw: object) -> None:
    """Whatever JSON a document holds, as an object and as text, and whatever it is used as."""
    for use in (Use.IDENTITY, Use.RESOURCE):
        parsed = parse_policy(raw, use=use, name="p")
        layers = Layers(identity=(parsed,)) if use is Use.IDENTITY else Layers(resource=parsed)
        assert evaluate(request("s3:GetObject", "arn:aws:s3:::b/k"), layers).outcome in Outcome
        decide(request("s3:GetObject", "arn:aws:s3:::b/k", opened=lambda _: True), layers)
    text = json.dumps(raw)
    assert len(parse_policy(text).statements) == len(parse_policy(json.loads(text)).statements)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_parsing_text_never_raises(text: str) -> None:
    """Text that is no JSON is a problem of the document, not an exception."""
    parsed = parse_policy(text)
    assert parsed.statements == () or parsed.unsupported or text.strip()


@settings(deadline=None)
@given(st.text(alphabet="ab*?[]!^$\\{}()|+.:${", max_size=40), st.text(alphabet="ab[]!{}$:", max_size=20))
def test_patterns_have_two_wildcards_only(pattern: str, value: str) -> None:
    """Only * and ? have a meaning; a pattern without them matches itself and nothing else."""
    parsed = policy(allow("s3:GetObject", pattern or "*"))
    asked = request("s3:GetObject", value or "x", opened=open_context("s3:GetObject").opened)
    if not set("*?$") & set(pattern) and pattern and ":" not in pattern:
        expected = Outcome.ALLOWED if pattern == (value or "x") else Outcome.IMPLICIT_DENY
        assert evaluate(asked, identity(parsed)).outcome is expected
    else:
        assert evaluate(asked, identity(parsed)).outcome in Outcome


def test_a_hostile_pattern_is_matched_in_no_time() -> None:
    """Many stars over a long text do not blow up."""
    pattern = "*a" * 40 + "b"
    parsed = policy(allow("s3:GetObject", "arn:aws:s3:::x/" + pattern), allow("s3:GetObject", pattern))
    asked = request("s3:GetObject", "arn:aws:s3:::x/" + "a" * 5000)
    assert evaluate(asked, identity(parsed)).outcome is Outcome.IMPLICIT_DENY
    many = policy(allow(condition={"StringLike": {"aws:UserAgent": ["*a" * 30 + "c", "*b*" * 30, "?" * 60]}}))
    assert decide(request(opened=lambda _: True), identity(many)).verdict is Verdict.CONDITIONAL


def test_a_wildcard_in_the_service_leaves_open_only_what_it_could_mean() -> None:
    """IAM accepts no such action, so nobody can say what one means; what it cannot mean is decided all the same."""
    listed = policy(allow(["s3:GetObject", "bedrock*:*"]))
    assert "which IAM does not accept" in str(listed.unsupported[0])

    def asked(action: str, *policies: Any) -> Outcome:
        return evaluate(request(action, "*"), identity(*policies)).outcome

    assert asked("s3:GetObject", listed) is Outcome.ALLOWED
    assert asked("s3:PutObject", listed) is Outcome.IMPLICIT_DENY
    assert asked(INVOKE, listed) is Outcome.UNSUPPORTED
    assert asked("bedrock-mantle:CreateInference", listed) is Outcome.UNSUPPORTED
    everything = policy(allow())
    denied = policy(deny(["s3:PutObject", "bedrock?mantle:*"]))
    assert asked("s3:PutObject", everything, denied) is Outcome.EXPLICIT_DENY
    assert asked("bedrock-mantle:CreateInference", everything, denied) is Outcome.UNSUPPORTED
    assert asked(INVOKE, everything, denied) is Outcome.ALLOWED
    rest = policy({"Effect": "Allow", "NotAction": ["iam:*", "bedrock*:*"], "Resource": "*"})
    assert asked("s3:PutObject", rest) is Outcome.ALLOWED
    assert asked("iam:PutRolePolicy", rest) is Outcome.IMPLICIT_DENY
    assert asked(INVOKE, rest) is Outcome.UNSUPPORTED
    assert asked(INVOKE, policy({"Effect": "Allow", "NotAction": "bedrock*:*", "Resource": "*"})) is (
        Outcome.UNSUPPORTED
    )
