"""The corpus of authorization cases holds: closed, open, and every witness replays."""

import pytest

from assessor.iam.decide import Verdict, decide, replays
from assessor.iam.evaluate import Outcome, evaluate
from tests.iam import corpus

ALL = corpus.load()


def test_the_corpus_is_whole() -> None:
    """All 1,545 cases are there, 237 of them with open keys."""
    assert len(ALL) == 1545
    assert sum(case.open is not None for case in ALL) == 237
    assert all(not p.unsupported for case in ALL for p in case.layers.identity)


@pytest.mark.parametrize("group", corpus.groups())
def test_closed_decisions(group: str) -> None:
    """With the context as given, the decision is the expected one, explicit and implicit denials apart."""
    wrong = {
        case.id: (answer.outcome, case.decision)
        for case in ALL
        if case.group == group and (answer := evaluate(case.request, case.layers)).outcome != case.decision
    }
    assert wrong == {}


@pytest.mark.parametrize("group", corpus.groups())
def test_open_verdicts(group: str) -> None:
    """With keys open the verdict is the expected one, exact, and both witnesses replay."""
    wrong = {}
    for case in ALL:
        if case.group == group:
            decision = decide(case.request, case.layers)
            fine = (
                decision.verdict == case.expected_open
                and decision.exact
                and replays(case.request, case.layers, decision)
                and (decision.allow_witness is not None) == (decision.verdict is not Verdict.DENIED)
                and (decision.deny_witness is not None) == (decision.verdict is not Verdict.ALLOWED)
            )
            if not fine:
                wrong[case.id] = (decision, case.expected_open)
    assert wrong == {}


def test_a_verdict_holds_for_every_sampled_completion() -> None:
    """ALLOWED and DENIED are never contradicted by a value that the corpus lists for an open key."""
    checked = 0
    for case in ALL:
        if case.open in {"ALLOWED", "DENIED"}:
            wanted = case.open == "ALLOWED"
            for request in case.completions():
                checked += 1
                allowed = evaluate(request, case.layers).outcome is Outcome.ALLOWED
                assert allowed is wanted, (case.id, request.context.known)
    assert checked > 500


def test_an_allowed_request_names_a_statement() -> None:
    """The answer says which statement allows or denies, or which layer does not allow."""
    for case in ALL:
        answer = evaluate(case.request, case.layers)
        if case.request.action == "sts:GetCallerIdentity":
            continue
        if answer.outcome is Outcome.ALLOWED:
            assert answer.grants, case.id
        elif answer.outcome is Outcome.EXPLICIT_DENY:
            assert answer.denials, case.id
        else:
            assert answer.missing, case.id
