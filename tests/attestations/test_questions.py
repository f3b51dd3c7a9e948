"""The 26 questions and the fact sets they rest on."""

import pytest

from assessor.attestations.questions import ATTESTATIONS, Attestation
from assessor.attestations.sources import FACT_SETS
from assessor.model.checklist import SENTENCES, order
from evaluators import CONTROLS


def test_there_are_twenty_six_questions_in_the_order_of_the_checklist() -> None:
    ids = [one.id for one in ATTESTATIONS]
    assert len(ids) == 26 == len(set(ids))
    assert ids == sorted(ids, key=lambda ident: tuple(map(int, ident.removeprefix("ATT-").split("."))))


@pytest.mark.parametrize("one", ATTESTATIONS, ids=lambda one: one.id)
def test_a_question_can_be_asked_answered_and_placed(one: Attestation) -> None:
    assert one.question.endswith("?")
    assert one.owner
    assert one.evidence
    assert 1 <= one.days <= 365
    assert one.id.startswith(f"ATT-{int(one.item)}.")
    assert one.answers
    assert set(one.answers) <= set(SENTENCES)


@pytest.mark.parametrize("one", ATTESTATIONS, ids=lambda one: one.id)
def test_every_fact_set_a_question_names_exists_and_is_read(one: Attestation) -> None:
    for dependency in one.rests_on:
        found = FACT_SETS[dependency.facts]
        assert set(found.reads) <= set(one.operations("workload"))
        assert found.reads or found.name in {"model_policy", "kill_switches"}


def test_every_fact_set_is_one_that_a_question_rests_on() -> None:
    assert set(FACT_SETS) == {d.facts for one in ATTESTATIONS for d in one.rests_on}


def test_every_sentence_of_the_checklist_is_answered_by_a_control_or_a_question() -> None:
    """Planned controls do not count: what is not in the code answers nothing."""
    answered = {s for control in CONTROLS for s in control.answers} | {
        s for a in ATTESTATIONS for s in a.answers
    }
    assert answered <= set(SENTENCES)
    gaps = sorted(set(SENTENCES) - answered, key=order)
    assert not gaps, f"nothing answers {gaps}"
