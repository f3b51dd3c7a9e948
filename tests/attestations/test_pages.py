"""The pages made of the checklist: every sentence is answered, and a gap is an error."""

import re

import pytest

from assessor.attestations.questions import ATTESTATIONS
from assessor.model.checklist import SENTENCES
from evaluators import CONTROLS
from tools.docs import checklist_page, questions_page


def test_every_sentence_has_a_line_with_what_answers_it() -> None:
    page = checklist_page(tuple(CONTROLS))
    lines = dict(re.findall(r"^\| (S\d+\.\d+) \| (.*) \|$", page, re.MULTILINE))
    assert set(lines) == set(SENTENCES)
    for control in CONTROLS:
        for sentence in control.answers:
            assert f"[{control.id}](controls/{control.id}.md)" in lines[sentence]
    for question in ATTESTATIONS:
        for sentence in question.answers:
            assert f"[{question.id}]" in lines[sentence]


def test_a_sentence_that_nothing_answers_is_an_error() -> None:
    without = tuple(c for c in CONTROLS if "S7.4" not in c.answers)
    with pytest.raises(ValueError, match=r"nothing answers S7\.4"):
        checklist_page(without)
    with pytest.raises(ValueError, match=r"S1\.1, S1\.2"):
        checklist_page(tuple(CONTROLS), tuple(q for q in ATTESTATIONS if q.id != "ATT-1.1"))


def test_links_to_questions_lead_to_their_headings() -> None:
    headings = {h.lower().replace(".", "") for h in re.findall(r"^## (\S+)$", questions_page(), re.MULTILINE)}
    named = set(re.findall(r"questions\.md#([a-z0-9-]+)", checklist_page(tuple(CONTROLS))))
    assert named == headings
