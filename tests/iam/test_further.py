"""Further authorization cases hold: decided from AWS's documentation, beyond what the corpus asks.

They add what it does not: every operator on an Allow and on a Deny with present, absent and odd values, numbers,
dates and addresses in other spellings, policy variables with their defaults and escapes, principals spelled in every
way on both sides of an account's border, identity providers, and policies that cannot be judged.
"""

import pytest

from assessor.iam.decide import decide, replays
from assessor.iam.evaluate import Outcome, evaluate
from tests.iam import corpus

ALL = corpus.load(corpus.FURTHER)
GROUPS = list(dict.fromkeys(case.group for case in ALL))


def test_they_are_all_there() -> None:
    """610 cases, of which 21 have open keys; no two have the same id."""
    assert len(ALL) == len({case.id for case in ALL}) == 610
    assert sum(case.open is not None for case in ALL) == 21


@pytest.mark.parametrize("group", GROUPS)
def test_closed_and_open(group: str) -> None:
    """The decision is the expected one, and so is the verdict, which is exact and whose witnesses replay."""
    wrong: dict[str, tuple[object, str]] = {}
    for case in ALL:
        if case.group != group:
            continue
        outcome = evaluate(case.request, case.layers).outcome
        if outcome != case.decision:
            wrong[case.id] = (outcome, case.decision)
        if outcome is not Outcome.UNSUPPORTED:
            decision = decide(case.request, case.layers)
            fine = decision.verdict == case.expected_open and decision.exact
            if not fine or not replays(case.request, case.layers, decision):
                wrong[case.id] = (decision.verdict, case.expected_open)
    assert wrong == {}
