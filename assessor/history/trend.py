"""A folder of runs over time: the items' intervals and coverage, what was opened and fixed, and how long it took.

A failure is open from the first run that sees it until the first one that sees it not to fail. Runs in between that
could not see it neither close it nor start its time anew.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assessor.history.difference import Change, Difference, compare
from assessor.history.runs import (
    FILE,
    PACKED,
    SUMMARY,
    Row,
    RunError,
    RunSummary,
    StoredRun,
    asked,
    load,
    parse_summary,
)
from assessor.reports import bundle

if TYPE_CHECKING:
    import pandas as pd

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Trend:
    """The frames of a trend.

    items: one row per run and item (score_low, score_high, coverage, readiness). runs: one row per run (open, new,
    fixed, unseen). failures: one row per failure and time it was open (opened, closed, days); closed is empty while
    it is open, and days then count until the last run.
    """

    items: "pd.DataFrame"
    runs: "pd.DataFrame"
    failures: "pd.DataFrame"

    @property
    def mean_days(self) -> "pd.DataFrame":
        """By item: failures closed and still open, and their mean days."""
        import pandas as pd

        if self.failures.empty:
            return pd.DataFrame(columns=["item", "closed", "mean_days_to_close", "open", "mean_days_open"])
        found = self.failures.assign(done=self.failures["closed"] != "")
        rows = []
        for item, group in found.groupby("item"):
            closed, still = group[group["done"]], group[~group["done"]]
            rows.append(
                {
                    "item": item,
                    "closed": len(closed),
                    "mean_days_to_close": round(closed["days"].mean(), 1) if len(closed) else None,
                    "open": len(still),
                    "mean_days_open": round(still["days"].mean(), 1) if len(still) else None,
                }
            )
        return pd.DataFrame(rows)


def find(directory: Path, *, none_is_wrong: bool = True) -> list[RunSummary]:
    """The runs below a directory (output directories, bundles, a copy of a bucket), the oldest first; the same run once.

    Their findings stay where they are until they are asked for. Raises `RunError` where one cannot be
    read, and where there is none unless that is no mistake.
    """
    if not directory.is_dir():
        raise RunError(f"{directory} is no directory; give one that holds the output directories of runs.")
    found = in_order(_below(directory))
    if not found and none_is_wrong:
        raise RunError(f"{directory} holds no {FILE}, no {SUMMARY} and no bundle.")
    return found


def in_order(runs: Iterable[RunSummary]) -> list[RunSummary]:
    """Runs by time, the oldest first; of copies of the same run one, and rather one whose findings can be read.

    A snapshot that was evaluated again by a narrower selection is no copy; it comes before the wider one.
    """
    kept: dict[Any, RunSummary] = {}
    for one in runs:
        which = one.id, asked(one.run)
        before = kept.get(which)
        if before is None or (before.findings_in is None and one.findings_in is not None):
            kept[which] = one
    return sorted(kept.values(), key=lambda one: (one.assessed_at, one.id, one.controls))


def _below(directory: Path) -> Iterator[RunSummary]:
    for root, directories, files in os.walk(directory, onerror=_unreadable):
        directories.sort()
        there = Path(root)
        findings = next((there / name for name in (FILE, PACKED) if name in files), None)
        if SUMMARY in files:
            yield _summary(there / SUMMARY, findings)
        elif findings is not None:
            yield _of(load(findings), findings)
        for name in sorted(files):
            if name.lower().endswith(".zip"):
                yield _packed(there / name)


def _unreadable(error: OSError) -> None:
    raise RunError(f"{error.filename} cannot be read: {error.strerror or error}.") from error


def _summary(path: Path, findings: Path | None) -> RunSummary:
    try:
        return parse_summary(path.read_bytes(), str(path), findings)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror or error}.") from error


def _packed(path: Path) -> RunSummary:
    try:
        return parse_summary(bundle.read(path, SUMMARY), str(path), path)
    except bundle.BundleError:
        return _of(load(path), path)


def _of(one: StoredRun, findings: Path) -> RunSummary:
    """A run that has no summary: its findings are let go, and read again when they are asked for."""
    return RunSummary(one.source, one.run, one.items, findings_in=findings)


def trend(runs: Iterable[RunSummary]) -> Trend:
    """The development over runs, the oldest first. Two of them are in memory at a time. Raises `RunError`.

    Of runs whose findings are nowhere to be read there are scores and counts alone: what is new or fixed is told
    from one run with findings to the next one.
    """
    import pandas as pd

    items: list[dict[str, Any]] = []
    counted: list[dict[str, Any]] = []
    failures = _Failures()
    before: StoredRun | None = None
    for one in runs:
        items += [
            {
                "run_id": one.id,
                "assessed_at": one.assessed_at,
                "item": int(item["item"]),
                "title": item["title"],
                "score_low": item["score"]["low"],
                "score_high": item["score"]["high"],
                "coverage": item["coverage"],
                "readiness": item["readiness"],
            }
            for item in one.items
        ]
        full = _full(one)
        change = compare(before, full) if before is not None and full is not None else None
        if full is not None:
            failures.take(full, change)
        nothing = 0 if full is not None else None
        counted.append(
            {
                "run_id": one.id,
                "assessed_at": one.assessed_at,
                "coverage": one.run.get("coverage"),
                "open": full.open if full is not None else one.open,
                **{
                    name: len(change.of(kind)) if change is not None else nothing
                    for name, kind in _COUNTED.items()
                },
            }
        )
        before = full or before
    columns = ["finding_id", "item", "control_id", "opened", "closed", "days"]
    return Trend(
        pd.DataFrame(items),
        pd.DataFrame(counted).astype(dict.fromkeys(_COUNTED, "Int64")),
        pd.DataFrame(failures.ended(), columns=columns),
    )


_COUNTED = {"new": Change.NEW, "fixed": Change.FIXED, "unseen": Change.UNSEEN}


def _full(one: RunSummary) -> StoredRun | None:
    """The run with its findings, where they can be read."""
    if isinstance(one, StoredRun) or one.findings_in is None:
        return one if isinstance(one, StoredRun) else None
    full = load(one.findings_in)
    if full.id != one.id:
        raise RunError(
            f"{one.source} and {one.findings_in} are of two runs; leave the files of a run together."
        )
    return full


class _Failures:
    """How long failures are open, run by run."""

    def __init__(self) -> None:
        self._open: dict[str, tuple[str, Row]] = {}
        self._ended: list[dict[str, Any]] = []
        self._last = ""

    def take(self, one: StoredRun, change: Difference | None) -> None:
        """The next run, and what changed since the one before."""
        known = {row["finding_id"]: row["status"] for row in one.findings}
        gone = {found.row["finding_id"] for found in change.of(Change.GONE)} if change is not None else set()
        for ident in list(self._open):
            if known.get(ident) in _DECIDED or ident in gone:
                when, row = self._open.pop(ident)
                self._ended.append(_failure(row, when, one.assessed_at, one.assessed_at))
        for row in one.findings:
            if row["status"] == "FAIL":
                self._open.setdefault(row["finding_id"], (one.assessed_at, row))
        self._last = one.assessed_at

    def ended(self) -> list[dict[str, Any]]:
        """Every failure and time it was open, those that are still open last."""
        return [*self._ended, *(_failure(row, when, "", self._last) for when, row in self._open.values())]


_DECIDED = {"PASS", "ATTESTED", "NOT_APPLICABLE", "INFO", "WAIVED"}


def _failure(row: Any, opened: str, closed: str, until: str) -> dict[str, Any]:
    days = (datetime.fromisoformat(until) - datetime.fromisoformat(opened)).total_seconds() / _DAY
    return {
        "finding_id": row["finding_id"],
        "item": int(row["item"]),
        "control_id": row["control_id"],
        "opened": opened,
        "closed": closed,
        "days": round(days, 2),
    }
