"""The file of answers: what is refused, in one clear line, and what holds until when."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from assessor.attestations.answers import Given, parse
from assessor.records import RecordError

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
GOOD = """\
[[attestation]]
id = "ATT-1.4"
answer = "yes"
person = "Jo"
role = "Compliance lead"
date = 2026-11-20
evidence = "https://example.com/1"
"""


def test_a_good_answer_is_read_as_it_stands() -> None:
    (one,) = parse(GOOD, "a.toml", NOW)
    assert (one.question.id, one.given, one.person, one.day, one.days) == (
        "ATT-1.4", Given.YES, "Jo", "2026-11-20", 90,
    )  # fmt: skip
    assert one.where == "a.toml, line 1"


@pytest.mark.parametrize(
    ("change", "line", "said"),
    [
        (('"ATT-1.4"', '"ATT-9.9"'), 2, "unknown attestation"),
        (('"yes"', '"perhaps"'), 3, "allowed: yes, no, not-applicable"),
        (('"yes"', '"not-applicable"'), 1, "note is missing"),
        (('"Jo"', '""'), 4, "person is empty"),
        (('"Jo"', "7"), 4, "person must be a text"),
        (('person = "Jo"\n', ""), 1, "person is missing"),
        (('person = "Jo"', f'person = "{"J" * 5000}"'), 4, "5,000 characters"),
        (("2026-11-20", "2026-11-22"), 6, "still to come"),
        (("2026-11-20", "2026-11-20T13:00:00Z"), 6, "still to come"),
        (("2026-11-20", "2026-11-20T09:00:00"), 6, "without an offset"),
        (("2026-11-20", '"yesterday"'), 6, "is no date"),
        (("2026-11-20", "7"), 6, "must be a date"),
        (("2026-11-20", "09:30:00"), 6, "must be a date, not 09:30:00"),
        (("2026-11-20", "9999-12-31"), 6, "cannot be meant"),
        (("evidence", "evidnce"), 7, "did you mean evidence?"),
        (('evidence = "https://example.com/1"', ""), 1, "evidence is missing"),
        (('role = "', 'review_days = 91\nrole = "'), 5, "from 1 to 90"),
        (('role = "', 'review_days = true\nrole = "'), 5, "from 1 to 90"),
        (('role = "', 'account = "12"\nrole = "'), 5, "twelve digits"),
        (('role = "', 'facts = 7\nrole = "'), 5, "facts must be a table"),
        (('role = "', 'facts = {guardrails = {}}\nrole = "'), 5, "does not rest on facts"),
        (('role = "', 'role = "x"\nrole = "'), 6, "not valid TOML"),
        (("[[attestation]]", "[attestation]"), 1, "must be written as [[attestation]]"),
        (("[[attestation]]", "[[atestation]]"), 1, "unknown table or key"),
        (("[[attestation]]", "x = 1\n[[attestation]]"), 1, "unknown table or key"),
    ],
)
def test_what_cannot_be_used_is_one_line_with_its_place(
    change: tuple[str, str], line: int, said: str
) -> None:
    with pytest.raises(RecordError) as error:
        parse(GOOD.replace(*change, 1), "a.toml", NOW)
    assert str(error.value).startswith(f"a.toml, line {line}: "), str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_two_answers_to_one_question_are_refused_and_both_places_named() -> None:
    twice = GOOD + "# again\n" + GOOD.replace('"yes"', '"no"')
    with pytest.raises(
        RecordError, match=r"a\.toml, line 10: ATT-1\.4 is answered twice .*differently.*line 1"
    ):
        parse(twice, "a.toml", NOW)


def test_the_same_question_may_be_answered_for_several_accounts() -> None:
    second = GOOD.replace("person", 'account = "111122223333"\nperson')
    assert len(parse(GOOD + second, "a.toml", NOW)) == 2


def test_headers_inside_a_text_are_no_answers() -> None:
    """A hostile note cannot shift the lines of errors, nor add an answer."""
    hostile = GOOD + 'note = """\n[[attestation]]\nid = "ATT-2.1"\n"""\n'
    (one,) = parse(hostile, "a.toml", NOW)
    assert one.note.startswith("[[attestation]]")
    with pytest.raises(RecordError, match=r"a\.toml, line 13: unknown attestation"):
        parse(hostile + GOOD.replace("ATT-1.4", "ATT-0.0"), "a.toml", NOW)


def test_what_is_nested_without_end_is_refused_in_one_line() -> None:
    with pytest.raises(RecordError):
        parse("x = " + "[" * 100_000, "a.toml", NOW)


def test_a_message_shows_nothing_invisible() -> None:
    with pytest.raises(RecordError) as error:
        parse(GOOD.replace("ATT-1.4", "ATT-\\u001b[31m\\u202e"), "a.toml", NOW)
    assert str(error.value).isprintable()


# -- days ------------------------------------------------------------------------------------------------
def _given(day: str) -> object:
    return parse(GOOD.replace("2026-11-20", day, 1), "a.toml", datetime(2030, 1, 1, tzinfo=UTC))[0]


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-11-20", date(2027, 2, 18)),
        ("2027-12-01", date(2028, 2, 29)),  # 2028 has a leap day
        ("2026-12-01", date(2027, 3, 1)),
        ("2028-02-29", date(2028, 5, 29)),
    ],
)
def test_an_answer_holds_for_whole_days_leap_days_counted(day: str, last: date) -> None:
    one = _given(day)
    assert one.last_day == last  # type: ignore[attr-defined]


def test_an_answer_holds_until_its_last_day_has_ended_everywhere() -> None:
    one = parse(GOOD, "a.toml", NOW)[0]
    honolulu = timezone(timedelta(hours=-10))
    assert one.last_day == date(2027, 2, 18)
    assert not one.expired(datetime(2027, 2, 18, 23, 59, tzinfo=honolulu))
    assert not one.expired(datetime(2027, 2, 19, 11, 59, tzinfo=UTC))
    assert one.expired(datetime(2027, 2, 19, 12, 0, tzinfo=UTC))


def test_todays_answer_from_east_of_here_is_not_of_the_future() -> None:
    """It is the 21st on Kiritimati (UTC+14) while it is the 20th in London."""
    assert parse(GOOD.replace("2026-11-20", "2026-11-21", 1), "a.toml", NOW)
    with pytest.raises(RecordError, match="still to come"):
        parse(
            GOOD.replace("2026-11-20", "2026-11-21", 1), "a.toml", datetime(2026, 11, 20, 9, 59, tzinfo=UTC)
        )


def test_a_moment_with_an_offset_is_compared_as_a_moment() -> None:
    same = "2026-11-20T22:00:00+10:00"  # noon in London
    one = parse(GOOD.replace("2026-11-20", same, 1), "a.toml", NOW)[0]
    assert not one.expired(NOW + timedelta(days=90))
    assert one.expired(NOW + timedelta(days=90, seconds=1))


def test_an_edited_fact_does_not_fit_the_fingerprint() -> None:
    text = GOOD.replace("ATT-1.4", "ATT-4.5") + (
        'fingerprint = "0000000000000000"\n[attestation.facts.prompts]\n"arn:x:1" = "1111111111111111"\n'
    )
    with pytest.raises(RecordError, match="line 8: the fingerprint of ATT-4"):
        parse(text, "a.toml", NOW)
