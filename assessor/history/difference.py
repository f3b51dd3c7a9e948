"""What changed between two runs, finding by finding, by their stable ids.

The rule behind every case: only what was looked at in both runs can be fixed. A failure whose row is gone or undecided
because something could not be seen *became unseen*; one that was not asked about this time is *not compared*.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from assessor.history.runs import Row, StoredRun
from assessor.model.verdict import Severity, Status


class Change(StrEnum):
    """What became of a finding. Each finding has exactly one; a change of severity is noted beside it."""

    NEW = "new"
    FIXED = "fixed"
    OPEN = "still open"
    UNSEEN = "became unseen"
    SEEN = "became seen"
    ACCEPTED = "became waived"
    GONE = "disappeared"
    APPEARED = "appeared"
    OTHER = "changed otherwise"
    NOT_COMPARED = "not compared"
    SAME = "unchanged"


WORDS: Mapping[Change, str] = {
    Change.NEW: "fail now and did not before",
    Change.FIXED: "failed before and do not fail any more, seen with own eyes",
    Change.OPEN: "failed before and fail still",
    Change.UNSEEN: "were decided before and cannot be seen now: nothing of them is known to be fixed",
    Change.SEEN: "could not be seen before and are decided now",
    Change.ACCEPTED: "failed before and are waived now",
    Change.GONE: "are about things that are no longer there",
    Change.APPEARED: "are about things that were not there before, and do not fail",
    Change.OTHER: "changed from one status to another, neither of them a failure",
    Change.NOT_COMPARED: "were asked about in one of the runs only",
    Change.SAME: "have the same status as before",
}

_GOOD = {Status.PASS, Status.ATTESTED, Status.NOT_APPLICABLE, Status.INFO}
_OPEN = {Status.NOT_ASSESSED, Status.MANUAL}


@dataclass(frozen=True, slots=True)
class Changed:
    """One finding and what became of it. ``row`` is the newer one where there is one."""

    change: Change
    row: Row
    before: str
    after: str
    severity_before: str

    @property
    def severity_changed(self) -> bool:
        """Whether it weighs differently now."""
        return bool(self.before and self.after) and self.severity_before != self.row["severity"]

    @property
    def rank(self) -> int:
        """For sorting: the worst first."""
        return Severity(self.row["severity"]).rank

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        kept = (
            "finding_id",
            "account_id",
            "region",
            "item",
            "control_id",
            "title",
            "resource_arn",
            "observed",
        )
        return {
            "change": self.change.value,
            "before": self.before,
            "after": self.after,
            "severity": self.row["severity"],
            "severity_before": self.severity_before,
            **{name: self.row[name] for name in kept},
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """Two runs, compared."""

    old: StoredRun
    new: StoredRun
    changes: tuple[Changed, ...]

    def of(self, change: Change) -> list[Changed]:
        """The findings of one kind, the worst first."""
        return sorted((one for one in self.changes if one.change is change), key=lambda one: one.rank)

    @property
    def severity_changed(self) -> list[Changed]:
        """Open failures that weigh differently now."""
        return [one for one in self.of(Change.OPEN) if one.severity_changed]


def compare(old: StoredRun, new: StoredRun) -> Difference:
    """The difference from ``old`` to ``new``; each finding of either run is in it once."""
    return Difference(old, new, tuple(_changes(old, new)))


def _changes(old: StoredRun, new: StoredRun) -> Iterator[Changed]:
    before = {row["finding_id"]: row for row in old.findings}
    after = {row["finding_id"]: row for row in new.findings}
    asked_before, asked_now = _Scope(old), _Scope(new)
    for ident, row in after.items():
        earlier = before.get(ident)
        if earlier is not None:
            change = _both(Status(earlier["status"]), Status(row["status"]))
            yield Changed(change, row, earlier["status"], row["status"], earlier["severity"])
        else:
            yield Changed(_appeared(row, asked_before), row, "", row["status"], "")
    for ident, row in before.items():
        if ident not in after:
            yield Changed(_gone(row, asked_now), row, row["status"], "", row["severity"])


def _both(before: Status, after: Status) -> Change:
    """What became of a finding that both runs have."""
    if after is Status.FAIL:
        return Change.OPEN if before is Status.FAIL else Change.NEW
    if after in _OPEN:
        return Change.SAME if before in _OPEN else Change.UNSEEN
    if before is Status.FAIL:
        return Change.ACCEPTED if after is Status.WAIVED else Change.FIXED
    if before is after:
        return Change.SAME
    if before in _OPEN:
        return Change.SEEN
    return Change.FIXED if before is Status.WAIVED and after in _GOOD else Change.OTHER


def _appeared(row: Row, earlier: "_Scope") -> Change:
    if not earlier.asked(row):
        return Change.NOT_COMPARED
    status = Status(row["status"])
    if status is Status.FAIL:
        return Change.NEW
    if status in _OPEN:
        return Change.UNSEEN
    return Change.SEEN if earlier.blind(row) else Change.APPEARED


def _gone(row: Row, now: "_Scope") -> Change:
    """What became of a finding that the newer run does not have."""
    if not now.asked(row):
        return Change.NOT_COMPARED
    if now.blind(row):
        # The row that says so is not about this resource: its listing, or the way to it, was not seen.
        return Change.SAME if Status(row["status"]) in _OPEN else Change.UNSEEN
    return Change.GONE


class _Scope:
    """What a run asked about, and where it could not see."""

    def __init__(self, stored: StoredRun) -> None:
        self._accounts = {str(one["account_id"]): set(one["regions"]) for one in stored.run["accounts"]}
        selection = stored.run["selection"]
        self._narrowed = any(selection[name] for name in ("items", "controls", "severities"))
        self._controls = {row["control_id"] for row in stored.findings}
        self._blind = {
            (row["account_id"], row["control_id"], row["region"])
            for row in stored.findings
            if row["status"] in _OPEN
        }
        self._blind_controls = {(account, control) for account, control, _ in self._blind}

    def asked(self, row: Row) -> bool:
        """Whether the run asked about that row's control, in that account and Region.

        A control leaves a row wherever it is asked; one without any was not asked.
        """
        regions = self._accounts.get(row["account_id"])
        if regions is None or row["control_id"] not in self._controls:
            return False
        return row["region"] == "global" or row["region"] in regions or self._elsewhere(row)

    def _elsewhere(self, row: Row) -> bool:
        """A bucket's Region may lie outside the run's; such rows are compared as long as the control was asked."""
        return ":s3:::" in row["resource_arn"]

    def blind(self, row: Row) -> bool:
        """Whether that control could not see everything there.

        What lives in another Region than it was asked in, or in none, hides behind any gap of its control.
        """
        if row["region"] == "global" or self._elsewhere(row):
            return (row["account_id"], row["control_id"]) in self._blind_controls
        return any(
            (row["account_id"], row["control_id"], place) in self._blind
            for place in (row["region"], "global")
        )
