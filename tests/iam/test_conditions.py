"""Condition operators, absent keys, multivalued keys and variables mean what AWS documents."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.iam.conditions import ABSENT, UNKNOWN, Condition, Missing, Values
from assessor.iam.evaluate import Outcome, evaluate
from assessor.iam.operators import OPERATORS, Family
from assessor.iam.request import context
from tests.iam.making import allow, deny, identity, policy, request


def condition(operator: str, key: str, *values: str) -> Condition:
    """One parsed condition."""
    return policy(allow(condition={operator: {key: list(values)}})).statements[0].conditions[0]


def lookup(**known: "Values | Missing") -> Callable[[str], "Values | Missing"]:
    """A lookup of keys whose colon is written as two underscores; others are absent."""
    table = {key.replace("__", ":").lower(): value for key, value in known.items()}
    return lambda key: table.get(key, ABSENT)


def holds(operator: str, value: str, *wanted: str, key: str = "x:y") -> bool | None:
    """Whether one value passes."""
    return condition(operator, key, *wanted).value(lambda _: (value,))


VALUE_OF = {
    Family.NUMERIC: "5",
    Family.DATE: "2026-01-01T00:00:00Z",
    Family.BOOL: "true",
    Family.BINARY: "YWJj",
    Family.IP: "10.0.0.0/8",
    Family.ARN: "arn:aws:iam::111111111111:role/x",
}


@pytest.mark.parametrize(
    "operator", [o for o in OPERATORS.values() if o.family is not Family.NULL], ids=lambda o: o.name
)
def test_absent_keys(operator: Any) -> None:
    """Positive: false. Negated: true. IfExists: true. ForAllValues: true. ForAnyValue: false."""
    value = VALUE_OF.get(operator.family, "abc")
    absent = lookup()
    assert condition(operator.name, "x:y", value).value(absent) is operator.negated
    assert condition(f"{operator.name}IfExists", "x:y", value).value(absent) is True
    assert condition(f"ForAllValues:{operator.name}", "x:y", value).value(absent) is True
    assert condition(f"ForAnyValue:{operator.name}", "x:y", value).value(absent) is False
    unknown = lookup(x__y=UNKNOWN)
    for prefix in ("", "ForAllValues:", "ForAnyValue:"):
        assert condition(f"{prefix}{operator.name}", "x:y", value).value(unknown) is None


@pytest.mark.parametrize("operator", [o for o in OPERATORS.values() if o.negated], ids=lambda o: o.name)
def test_a_negated_operator_is_the_opposite_of_its_positive(operator: Any) -> None:
    """Over several policy values: none of them may match."""
    positive = operator.name.replace("Not", "", 1)
    values = {
        Family.IP: ("10.0.0.0/8", "192.0.2.0/24"),
        Family.NUMERIC: ("5", "6"),
        Family.DATE: ("2026-01-01", "2026-02-01"),
        Family.ARN: ("arn:aws:iam::1:role/x", "arn:aws:iam::*:user/*"),
    }.get(operator.family, ("abc", "d*"))
    given_values = ("abc", "dx", "d*", "5", "10.1.1.1", "2026-01-01", "arn:aws:iam::1:user/u", "")
    for given_value in given_values:
        assert holds(operator.name, given_value, *values) is not holds(positive, given_value, *values)


@pytest.mark.parametrize(
    ("operator", "wanted", "given_value", "expected"),
    [
        ("StringEquals", "Blue", "Blue", True),
        ("StringEquals", "Blue", "blue", False),
        ("StringEquals", "B*", "Blue", False),
        ("StringEqualsIgnoreCase", "Blue", "bLUE", True),
        ("StringLike", "B?u*", "Blue", True),
        ("StringLike", "B?u*", "blue", False),
        ("StringLike", "[ab]*", "a", False),
        ("NumericEquals", "3600", "3600.0", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "ten", False),
        ("NumericNotEquals", "10", "ten", True),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "1e3", "1001", True),
        ("NumericGreaterThanEquals", "-5", "-5", True),
        ("DateEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", True),
        ("DateEquals", "2026-01-01", "2026-01-01T00:00:00Z", True),
        ("DateLessThan", "2026-01-01T00:00:00Z", "1767225599", True),
        ("DateGreaterThan", "1767225600", "2026-01-01T00:00:01Z", True),
        ("DateGreaterThan", "2026-01-01", "2026-02-30", False),
        ("Bool", "true", "TRUE", True),
        ("Bool", "false", "true", False),
        ("Bool", "true", "yes", False),
        ("BinaryEquals", "YWJj", "YWJj", True),
        ("BinaryEquals", "YWJj", "YWJk", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.255", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.0", False),
        ("IpAddress", "203.0.113.7", "203.0.113.7", True),
        ("IpAddress", "203.0.113.9/24", "203.0.113.1", True),
        ("IpAddress", "0.0.0.0/0", "198.51.100.9", True),
        ("IpAddress", "0.0.0.0/0", "2001:db8::1", False),
        ("IpAddress", "2001:db8::/32", "2001:DB8:0:1::5", True),
        ("IpAddress", "::/0", "2001:db8::1", True),
        ("NotIpAddress", "10.0.0.0/8", "not an address", True),
        ("ArnEquals", "arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a/b", True),
        ("ArnLike", "arn:aws:iam::1:role/x", "arn:aws:iam::1:role/x", True),
        ("ArnLike", "arn:*:iam::1:role/x", "arn:aws:x:iam::1:role/x", False),
        ("ArnLike", "arn:aws:s3:::b?", "arn:aws:s3:::bc", True),
        ("ArnLike", "arn:aws:iam::1:role/x", "ARN:aws:iam::1:role/x", False),
        ("ArnNotLike", "arn:aws:iam::1:role/*", "no arn", True),
    ],
)  # fmt: skip
def test_one_value(operator: str, wanted: str, given_value: str, expected: bool) -> None:
    """One policy value against one value of the request."""
    assert holds(operator, given_value, wanted) is expected


@pytest.mark.parametrize("name", ["stringequals", "STRINGEQUALSIFEXISTS", "forallvalues:StringEquals"])
def test_operator_names_and_keys_have_no_case(name: str) -> None:
    """Operators and keys are compared without case, values with."""
    parsed = policy(allow(condition={name: {"AWS:UserName": "x"}}))
    assert parsed.unsupported == ()
    assert parsed.statements[0].conditions[0].value(lookup(aws__username=("x",))) is True
    assert parsed.statements[0].conditions[0].value(lookup(aws__username=("X",))) is False


def test_null() -> None:
    """True means absent, false means present."""
    for values, absent in ((ABSENT, True), (("v",), False), ((), True)):
        table = lookup(x__y=values)
        assert condition("Null", "x:y", "true").value(table) is absent
        assert condition("Null", "x:y", "false").value(table) is not absent
    assert condition("Null", "x:y", "true").value(lookup(x__y=UNKNOWN)) is None


def test_blocks_are_all_of_and_values_any_of() -> None:
    """Several keys or operators must all hold; of several values one is enough."""
    parsed = policy(
        allow(condition={"StringEquals": {"a:b": ["1", "2"], "a:c": "3"}, "Bool": {"a:d": "true"}})
    )
    fine = {"a:b": "2", "a:c": "3", "a:d": "true"}
    assert evaluate(request(given=fine), identity(parsed)).outcome is Outcome.ALLOWED
    for key in fine:
        less = {k: v for k, v in fine.items() if k != key}
        assert evaluate(request(given=less), identity(parsed)).outcome is Outcome.IMPLICIT_DENY


VARIABLE = "${aws:PrincipalTag/team}"


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", Outcome.IMPLICIT_DENY),
        ("StringNotEquals", Outcome.IMPLICIT_DENY),
        ("StringEqualsIfExists", Outcome.IMPLICIT_DENY),
        ("StringNotEqualsIfExists", Outcome.ALLOWED),
    ],
)
def test_a_variable_that_cannot_be_resolved_invalidates_the_statement(
    operator: str, expected: Outcome
) -> None:
    """Unless the operator has IfExists: then the value equals nothing."""
    parsed = policy(allow(condition={operator: {"aws:ResourceTag/team": VARIABLE}}))
    asked = request(given={"aws:ResourceTag/team": "red"})
    assert evaluate(asked, identity(parsed)).outcome is expected


def test_variables_with_defaults_and_escapes() -> None:
    """`${key, 'default'}` stands in for an absent key; `${*}` is a literal star."""
    parsed = policy(
        allow(condition={"StringLike": {"aws:ResourceTag/t": "${aws:username, 'nobody'}-${*}-*"}})
    )
    for given_tags, name, expected in (
        ("nobody-*-x", None, Outcome.ALLOWED),
        ("nobody-y-x", None, Outcome.IMPLICIT_DENY),
        ("ann-*-x", "ann", Outcome.ALLOWED),
        ("nobody-*-x", "ann", Outcome.IMPLICIT_DENY),
    ):
        known = {"aws:ResourceTag/t": given_tags} | ({"aws:username": name} if name else {})
        assert evaluate(request(given=known), identity(parsed)).outcome is expected


def test_wildcards_in_the_value_of_a_variable_are_text() -> None:
    """A tag that holds `*` opens nothing."""
    parsed = policy(allow("s3:GetObject", "arn:aws:s3:::b/${aws:PrincipalTag/d}/x"))
    for tag, key, expected in (
        ("*", "a", Outcome.IMPLICIT_DENY),
        ("*", "*", Outcome.ALLOWED),
        ("a", "a", Outcome.ALLOWED),
    ):
        asked = request("s3:GetObject", f"arn:aws:s3:::b/{key}/x", given={"aws:PrincipalTag/d": tag})
        assert evaluate(asked, identity(parsed)).outcome is expected


def test_an_unresolved_variable_in_notresource_denies_nothing() -> None:
    """The statement is invalid, so its Deny does not apply."""
    parsed = policy(allow(), deny(NotResource="arn:aws:s3:::home/${aws:username}/*"))
    assert evaluate(request(), identity(parsed)).outcome is Outcome.ALLOWED
    asked = request("s3:GetObject", "arn:aws:s3:::home/bob/x", given={"aws:username": "ann"})
    assert evaluate(asked, identity(parsed)).outcome is Outcome.EXPLICIT_DENY


def test_a_multivalued_key_is_no_variable() -> None:
    """Only single-valued keys can be variables."""
    parsed = policy(allow(condition={"StringEquals": {"a:b": "${aws:TagKeys}"}}))
    asked = request(given={"a:b": "x", "aws:TagKeys": ["x", "y"]})
    assert evaluate(asked, identity(parsed)).outcome is Outcome.IMPLICIT_DENY


words = st.sampled_from(["a", "ab", "b*", "*", "?", "B", "zz"])


@settings(deadline=None)
@given(
    st.sampled_from(
        [o.name for o in OPERATORS.values() if o.family in {Family.STRING, Family.LIKE, Family.IGNORE_CASE}]
    ),
    st.lists(words, min_size=1, max_size=3),
    st.lists(words, min_size=1, max_size=3),
)
def test_set_operators_are_all_and_any_of_the_single_answers(
    operator: str, wanted: list[str], values: list[str]
) -> None:
    """ForAllValues and ForAnyValue over a request's values are `all` and `any` of the plain answers."""
    plain = condition(operator, "aws:tagkeys", *wanted)
    single = [plain.value(lookup(aws__tagkeys=(v,))) for v in values]
    table = lookup(aws__tagkeys=tuple(values))
    assert condition(f"ForAllValues:{operator}", "aws:tagkeys", *wanted).value(table) is all(single)
    assert condition(f"ForAnyValue:{operator}", "aws:tagkeys", *wanted).value(table) is any(single)


def test_a_context_has_no_case_and_says_what_is_open() -> None:
    """Known keys come first, then open ones; the rest is absent."""
    known = context({"AWS:Foo": "x", "aws:gone": ABSENT}, opened=["aws:Bar", "aws:gone"])
    assert known.lookup("aws:foo") == ("x",)
    assert known.lookup("aws:bar") is UNKNOWN
    assert known.lookup("aws:gone") is ABSENT
    assert known.lookup("aws:else") is ABSENT
    assert known.closed().lookup("aws:bar") is ABSENT
