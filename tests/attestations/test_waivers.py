"""Waivers: what they cover, when they end, and what is said of those that cover nothing."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assessor.model.finding import Finding
from assessor.model.score import Readiness, score
from assessor.model.verdict import Severity, Status
from assessor.records import RecordError
from assessor.waivers import Waiver, apply, parse
from evaluators import BY_ID

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
CONTROLS = frozenset({"GAI-4.05", "GAI-4.06", "ATT-1.1"})
GOOD = """\
[[waiver]]
control = "GAI-4.05"
resource = "arn:aws:bedrock:*:111122223333:guardrail/pilot*"
owner = "Jo"
reason = "pilot, no outside users"
expires = 2026-12-31
"""
FAILED = Finding(
    "id1", "111122223333", "us-east-1", 4, "GAI-4.05", "t", Severity.HIGH, Status.FAIL, "", "AWS::Bedrock::Guardrail",
    "arn:aws:bedrock:us-east-1:111122223333:guardrail/pilot1:2", "LOW", "aws bedrock get-guardrail", "", "fix it", "",
)  # fmt: skip


def waiver(text: str = GOOD) -> Waiver:
    return parse(text, "w.toml", CONTROLS, NOW)[0]


def test_a_waived_failure_keeps_its_evidence_and_carries_the_waivers_words() -> None:
    done = apply([FAILED], [waiver()], NOW, CONTROLS)
    (row,) = done.findings
    assert row.status is Status.WAIVED
    assert row.waiver == "pilot, no outside users (owner Jo, until 2026-12-31)"
    assert replace(row, status=Status.FAIL, waiver="") == FAILED
    assert (done.waived, done.expired, done.unmatched) == (1, (), ())


@pytest.mark.parametrize(
    "other",
    [
        replace(FAILED, resource_arn="arn:aws:bedrock:us-east-1:111122223333:guardrail/main:2"),
        replace(FAILED, control_id="GAI-4.06"),
        replace(FAILED, status=Status.NOT_ASSESSED),
        replace(FAILED, status=Status.PASS),
    ],
)
def test_nothing_else_is_waived_and_a_waiver_that_fits_nothing_is_reported(other: Finding) -> None:
    done = apply([other], [waiver()], NOW, CONTROLS)
    assert list(done.findings) == [other]
    assert [one.named for one in done.unmatched] == [
        "GAI-4.05 on arn:aws:bedrock:*:111122223333:guardrail/pilot* (w.toml, line 1)"
    ]


def test_a_waiver_of_what_was_not_asked_is_not_called_unmatched() -> None:
    assert apply([], [waiver()], NOW, {"GAI-4.06"}).unmatched == ()


def test_a_waiver_may_be_for_one_account_or_region() -> None:
    narrow = waiver(GOOD.replace("owner", 'account = "999999999999"\nowner'))
    assert apply([FAILED], [narrow], NOW, CONTROLS).waived == 0
    here = waiver(GOOD.replace("owner", 'account = "111122223333"\nregion = "us-east-1"\nowner'))
    assert apply([FAILED], [here], NOW, CONTROLS).waived == 1
    assert apply([replace(FAILED, region="eu-west-1")], [here], NOW, CONTROLS).waived == 0


def test_a_waiver_ends_when_its_day_has_ended_everywhere_and_is_reported() -> None:
    one = waiver()
    assert apply([FAILED], [one], datetime(2027, 1, 1, 11, 59, tzinfo=UTC), CONTROLS).waived == 1
    after = apply([FAILED], [one], datetime(2027, 1, 1, 12, 0, tzinfo=UTC), CONTROLS)
    assert (after.waived, after.expired, after.unmatched) == (0, (one,), ())
    assert list(after.findings) == [FAILED]


def test_a_waived_failure_never_counts_as_passed_and_is_no_blocker() -> None:
    control = BY_ID["GAI-4.05"]
    waived = apply([FAILED], [waiver()], NOW, CONTROLS).findings
    item = score(waived, [control])[3]
    assert (item.low, item.high) == (0.0, 0.0)
    assert item.readiness is Readiness.READY
    assert score([FAILED], [control])[3].readiness is Readiness.NOT_READY
    assert item.counts["WAIVED"] == 1


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (("GAI-4.05", "GAI-9.05"), 2, "unknown control"),
        (("GAI-4.05", "*"), 2, "unknown control"),
        (('"arn:aws', '"aws'), 3, "must be an ARN"),
        (('owner = "Jo"', 'owner = " "'), 4, "owner is empty"),
        (('owner = "Jo"\n', ""), 1, "owner is missing"),
        (('reason = "pilot, no outside users"\n', ""), 1, "reason is missing"),
        (("expires = 2026-12-31\n", ""), 1, "a waiver has to end"),
        (("2026-12-31", '"never"'), 6, "is no date"),
        (("2026-12-31", "2026-12-31T00:00:00Z"), 6, "must be a date, not 2026-12-31T00:00:00+00:00"),
        (("2026-12-31", "2027-11-22"), 6, "more than 366 days ahead"),
        (("2026-12-31", "true"), 6, "must be a date"),
        (("reason", "raeson"), 5, "did you mean reason?"),
        (('owner = "Jo"', 'owner = "Jo"\naccount = "x"'), 5, "twelve digits"),
        (("[[waiver]]", "[[waivers]]"), 1, "unknown table or key"),
        (('owner = "Jo"', "owner = "), 4, "not valid TOML"),
    ],
)
def test_what_cannot_be_used_is_one_line_with_its_place(
    change: tuple[str, str], line: int, said: str
) -> None:
    with pytest.raises(RecordError) as error:
        waiver(GOOD.replace(*change, 1))
    assert str(error.value).startswith(f"w.toml, line {line}: "), str(error.value)
    assert said in str(error.value)


def test_two_waivers_of_the_same_are_refused() -> None:
    with pytest.raises(RecordError, match=r"w\.toml, line 8: .*waived twice.*line 1"):
        parse(GOOD + GOOD.replace("2026-12-31", "2026-12-01"), "w.toml", CONTROLS, NOW)


def test_the_longest_waiver_is_a_year() -> None:
    assert waiver(GOOD.replace("2026-12-31", "2027-11-21")).expires == date(2027, 11, 21)
