"""Answers put into a file that people keep: nothing of theirs is lost."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from assessor.attestations.answers import Answer, Given, parse
from assessor.attestations.questions import ATTESTATIONS, BY_ID
from assessor.attestations.writing import manifest, put
from assessor.records import RecordError

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEXT = """\
# ours
[[attestation]]   # the committee
person = "Jo"     # chair
role = "Executive sponsor"
id = "ATT-1.1"
answer = "yes"    # unanimous
date = 2026-11-01
evidence = "https://example.com/charter"
# kept for the auditor

[attestation.facts.workloads]
"a door" = "0123456789abcdef"

# --- licences ---
[[attestation]]
id = "ATT-2.3"
answer = "no"
person = "Al"
role = "ML lead"
date = 2026-11-02
"""


def answer(ident: str, **more: object) -> Answer:
    question = BY_ID[ident]
    made = Answer(
        question,
        "",
        Given.YES,
        "Kim",
        question.owner,
        date(2026, 11, 20),
        "https://example.com/2",
        "",
        question.days,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def test_an_answer_to_a_new_question_is_added_at_the_end() -> None:
    made = put(TEXT, [answer("ATT-1.4")], "a.toml", NOW)
    assert made.startswith(TEXT)
    assert [one.question.id for one in parse(made, "a.toml", NOW)] == ["ATT-1.1", "ATT-2.3", "ATT-1.4"]


def test_a_new_answer_takes_the_place_of_the_old_one_and_comments_stay() -> None:
    made = put(
        TEXT, [answer("ATT-1.1", facts={"workloads": {'a "door"\n#x': "fedcba9876543210"}})], "a.toml", NOW
    )
    for comment in (
        "# ours",
        "# the committee",
        "# chair",
        "# unanimous",
        "# kept for the auditor",
        "# --- licences ---",
    ):
        assert comment in made
    first, second = parse(made, "a.toml", NOW)
    assert (first.person, first.day, first.facts["workloads"]) == (
        "Kim", "2026-11-20", {'a "door"\n#x': "fedcba9876543210"},
    )  # fmt: skip
    assert (second.person, second.given) == ("Al", Given.NO)
    keys = [line.partition(" =")[0] for line in made.split("\n") if " = " in line]
    assert keys[:6] == ["person", "role", "id", "answer", "date", "evidence"]


def test_answering_twice_the_same_changes_nothing() -> None:
    once = put(TEXT, [answer("ATT-1.4")], "a.toml", NOW)
    assert put(once, [answer("ATT-1.4")], "a.toml", NOW) == once


def test_a_note_that_is_gone_is_taken_out() -> None:
    noted = put("", [answer("ATT-1.4", note="until spring")], "a.toml", NOW)
    assert "until spring" in noted
    assert "note" not in put(noted, [answer("ATT-1.4")], "a.toml", NOW)


def test_every_question_can_be_answered_into_an_empty_file() -> None:
    given = [answer(one.id, facts={d.facts: {"x": "0" * 16} for d in one.rests_on}) for one in ATTESTATIONS]
    made = put("", given, "a.toml", NOW)
    assert made.startswith("# What people answered")
    assert [one.question.id for one in parse(made, "a.toml", NOW)] == [one.id for one in ATTESTATIONS]
    for one in given:
        made = put(made, [replace(one, person="Lee", account="111122223333")], "a.toml", NOW)
    assert len(parse(made, "a.toml", NOW)) == 52


@pytest.mark.parametrize(
    "person", ['"""', "\\", "x\n[[attestation]]", "=1+1", "\u202e", "'''", "é", "#", "]", "\x00"]
)
def test_hostile_texts_are_texts(person: str) -> None:
    made = put(TEXT, [answer("ATT-1.4", person=person, note=person)], "a.toml", NOW)
    found = {one.question.id: one for one in parse(made, "a.toml", NOW)}
    assert found["ATT-1.4"].person == person
    assert found["ATT-1.1"].person == "Jo"


def test_a_file_that_cannot_be_used_is_not_written_into() -> None:
    with pytest.raises(RecordError, match="line 2: answer cannot be"):
        put('[[attestation]]\nanswer = "maybe"\nid = "ATT-1.1"\n', [answer("ATT-1.4")], "a.toml", NOW)


def test_a_list_in_brackets_is_not_guessed_at() -> None:
    inline = 'attestation = [{id = "ATT-2.3", answer = "no", person = "A", role = "B", date = 2026-11-02}]\n'
    assert len(parse(inline, "a.toml", NOW)) == 1
    with pytest.raises(RecordError, match="write attestation as"):
        put(inline, [answer("ATT-1.4")], "a.toml", NOW)


def test_the_manifest_is_what_sha256sum_reads() -> None:
    assert manifest(b"x", "a.toml") == f"{hashlib.sha256(b'x').hexdigest()}  a.toml\n".encode()
