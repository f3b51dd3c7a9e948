"""The rules of composite alarms, read and decided."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.derived.watch.composite_rules import RuleError, alarm_name, holds

FIRING = {"a", "two words"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(a)", True),
        ('ALARM("a")', True),
        ("ALARM(b)", False),
        ("OK(b)", True),
        ("OK(a)", False),
        ("INSUFFICIENT_DATA(b)", False),
        ("NOT ALARM(b)", True),
        ("NOT NOT ALARM(a)", True),
        ("ALARM(a) AND ALARM(b)", False),
        ("ALARM(a) OR ALARM(b) AND ALARM(c)", True),
        ("(ALARM(a) OR ALARM(b)) AND OK(c)", True),
        ("ALARM(two words)", True),
        ('ALARM("arn:aws:cloudwatch:us-east-1:111122223333:alarm:a")', True),
        ("TRUE AND ALARM(a)", True),
        ("FALSE OR ALARM(b)", False),
        ("alarm(a) and not false", True),
        ("AT_LEAST(1, ALARM, (a, b, c))", True),
        ("AT_LEAST(2, ALARM, (a, b, c))", False),
        ("AT_LEAST(50%, NOT ALARM, (a, b, c))", True),
        ('AT_LEAST("100%", OK, (a, b))', False),
    ],
)
def test_a_rule_holds_when_these_alarms_fire_and_no_others(rule: str, expected: bool) -> None:
    assert holds(rule, FIRING.__contains__) is expected


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "ALARM",
        "ALARM()",
        "ALARM(a",
        "ALARM(a))",
        "SOMETIMES(a)",
        "ALARM(a) ALARM(b)",
        "AT_LEAST(x, ALARM, (a))",
        '"',
    ],
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        holds(rule, FIRING.__contains__)


def test_nesting_has_a_limit() -> None:
    deep = 5_000
    with pytest.raises(RuleError, match="nested too deeply"):
        holds("(" * deep + "ALARM(a)" + ")" * deep, FIRING.__contains__)


def test_a_quoted_name_may_hold_quotes_and_parentheses() -> None:
    assert holds(r'ALARM("say \"hi\" (now)")', {'say "hi" (now)'}.__contains__)


@given(st.text(max_size=80))
def test_any_text_is_a_rule_or_refused(text: str) -> None:
    with contextlib.suppress(RuleError):
        assert holds(text, FIRING.__contains__) in (True, False)


def test_the_name_in_an_arn_may_hold_colons() -> None:
    assert alarm_name("arn:aws:cloudwatch:us-east-1:111122223333:alarm:x:y") == "x:y"
