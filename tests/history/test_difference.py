"""What changed between two runs: what is not seen is never fixed."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.history.difference import Change, compare
from assessor.model.verdict import Status
from tests.history.stored import row, run


def became(before: list[dict[str, object]], after: list[dict[str, object]]) -> dict[str, Change]:
    """Finding id -> change."""
    found = compare(run(*before), run(*after, day=2))
    return {one.row["finding_id"]: one.change for one in found.changes}


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        ("PASS", "FAIL", Change.NEW),
        ("WAIVED", "FAIL", Change.NEW),
        ("NOT_ASSESSED", "FAIL", Change.NEW),
        ("FAIL", "FAIL", Change.OPEN),
        ("FAIL", "PASS", Change.FIXED),
        ("FAIL", "NOT_APPLICABLE", Change.FIXED),
        ("WAIVED", "PASS", Change.FIXED),
        ("FAIL", "WAIVED", Change.ACCEPTED),
        ("FAIL", "NOT_ASSESSED", Change.UNSEEN),
        ("PASS", "NOT_ASSESSED", Change.UNSEEN),
        ("ATTESTED", "MANUAL", Change.UNSEEN),
        ("NOT_ASSESSED", "PASS", Change.SEEN),
        ("NOT_ASSESSED", "NOT_ASSESSED", Change.SAME),
        ("PASS", "PASS", Change.SAME),
        ("PASS", "NOT_APPLICABLE", Change.OTHER),
    ],
)
def test_a_finding_of_both_runs(before: str, after: str, change: Change) -> None:
    """By its status then and now."""
    assert became([row("a", before)], [row("a", after)]) == {"a": change}


def test_a_failure_that_is_gone_is_not_fixed() -> None:
    """Its resource disappeared, as far as the control could see everything."""
    assert became([row("a", "FAIL"), row("b", "PASS")], [row("b", "PASS")])["a"] is Change.GONE


@pytest.mark.parametrize("region", ["us-east-1", "global"])
def test_a_failure_behind_a_lost_listing_became_unseen(region: str) -> None:
    """The listing's own row says that its control is blind there; every row it used to have is unseen."""
    listing = row("listing", "NOT_ASSESSED", region=region)
    assert became([row("a", "FAIL"), row("b", "PASS")], [listing])["a"] is Change.UNSEEN


def test_a_gap_in_another_region_hides_nothing_here() -> None:
    """The Regions are listed apart; a bucket is not."""
    elsewhere = row("listing", "NOT_ASSESSED", region="eu-west-1")
    assert became([row("a", "FAIL")], [elsewhere])["a"] is Change.GONE
    bucket = row("a", "FAIL", resource_arn="arn:aws:s3:::prompts")
    assert became([bucket], [elsewhere])["a"] is Change.UNSEEN
    role = row("a", "FAIL", region="global")
    assert became([role], [elsewhere])["a"] is Change.UNSEEN


def test_what_was_not_asked_is_not_compared() -> None:
    """Neither as fixed, nor as gone, nor as new: another Region, account, or selection of controls."""
    old = run(row("a", "FAIL"), row("e", "FAIL", region="eu-west-1"), row("c", "FAIL", control_id="GAI-3.01"))
    new = run(row("a", "FAIL"), day=2, regions=("us-east-1",))
    assert [one.row["finding_id"] for one in compare(old, new).of(Change.NOT_COMPARED)] == ["e", "c"]
    assert [one.row["finding_id"] for one in compare(new, old).of(Change.NOT_COMPARED)] == ["e", "c"]
    nobody = replace(new, run={**new.run, "accounts": []}, findings=[])
    assert [one.change for one in compare(old, nobody).changes] == [Change.NOT_COMPARED] * 3


def test_what_comes_into_sight_is_told_from_what_is_new() -> None:
    """Rows behind a listing that could not be seen before became seen; failures are new to us all the same."""
    blind = [row("listing", "NOT_ASSESSED")]
    now = became(blind, [row("a", "PASS"), row("b", "FAIL")])
    assert now == {"a": Change.SEEN, "b": Change.NEW, "listing": Change.GONE}
    assert became([row("z", "PASS")], [row("z", "PASS"), row("a", "PASS")])["a"] is Change.APPEARED


def test_a_severity_that_changed_is_noted() -> None:
    """The failure stays open; it is not told as new."""
    found = compare(
        run(row("a", "FAIL", severity="medium")), run(row("a", "FAIL", severity="critical"), day=2)
    )
    assert [(one.severity_before, one.row["severity"]) for one in found.severity_changed] == [
        ("medium", "critical")
    ]


_FINDINGS = st.dictionaries(
    st.sampled_from("abcdef"), st.sampled_from([status.value for status in Status]), max_size=6
)


@given(_FINDINGS, _FINDINGS)
def test_each_finding_has_one_change_and_fixed_needs_a_decided_row(
    before: dict[str, str], after: dict[str, str]
) -> None:
    """Whatever the runs hold: nothing counts twice or vanishes, and fixed means seen not to fail."""
    found = became(
        [row(name, status) for name, status in before.items()],
        [row(name, status) for name, status in after.items()],
    )
    assert found.keys() == before.keys() | after.keys()
    for name, change in found.items():
        if change is Change.FIXED:
            assert before[name] in {"FAIL", "WAIVED"}
            assert after[name] in {"PASS", "ATTESTED", "NOT_APPLICABLE", "INFO"}
        if change is Change.NEW:
            assert after[name] == "FAIL"


@given(_FINDINGS, st.sets(st.sampled_from("abcdef")))
def test_losing_sight_fixes_nothing(before: dict[str, str], lost: Sequence[str]) -> None:
    """Take rows away and let the listing say it was denied: no finding is fixed, gone or new."""
    after = [row(name, status) for name, status in before.items() if name not in lost]
    denied = row("listing", "NOT_ASSESSED")
    found = became([row(name, status) for name, status in before.items()], [*after, denied])
    assert not {Change.FIXED, Change.GONE, Change.NEW} & set(found.values())
