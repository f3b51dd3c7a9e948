"""A folder of runs over time: the items' intervals and coverage, what was opened and fixed, and how long it took.

A failure is open from the first run that sees it until the first one that sees it not to fail. Runs in between that
could not see it neither close it nor start its time anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assessor.history.difference import Change, compare
from assessor.history.runs import FILE, RunError, StoredRun, load

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


def find(directory: Path) -> list[StoredRun]:
    """The runs below a directory (output directories and bundles), the oldest first; the same run once.

    Raises `RunError` where there is none, or one cannot be read.
    """
    if not directory.is_dir():
        raise RunError(f"{directory} is no directory; give one that holds the output directories of runs.")
    sources = sorted([*directory.rglob(FILE), *directory.rglob("*.zip")])
    found: dict[str, StoredRun] = {}
    for source in sources:
        stored = load(source)
        found.setdefault(stored.id, stored)
    if not found:
        raise RunError(f"{directory} holds no {FILE} and no bundle.")
    return sorted(found.values(), key=lambda one: (one.assessed_at, one.id))


def trend(runs: Sequence[StoredRun]) -> Trend:
    """The development over runs, the oldest first."""
    import pandas as pd

    items = [
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
        for one in runs
        for item in one.items
    ]
    counted: list[dict[str, Any]] = []
    for n, one in enumerate(runs):
        change = compare(runs[n - 1], one) if n else None
        counted.append(
            {
                "run_id": one.id,
                "assessed_at": one.assessed_at,
                "coverage": one.run.get("coverage"),
                "open": sum(row["status"] == "FAIL" for row in one.findings),
                **{
                    name: len(change.of(kind)) if change is not None else 0
                    for name, kind in (
                        ("new", Change.NEW),
                        ("fixed", Change.FIXED),
                        ("unseen", Change.UNSEEN),
                    )
                },
            }
        )
    columns = ["finding_id", "item", "control_id", "opened", "closed", "days"]
    return Trend(
        pd.DataFrame(items), pd.DataFrame(counted), pd.DataFrame(list(_failures(runs)), columns=columns)
    )


def _failures(runs: Sequence[StoredRun]) -> Iterable[dict[str, Any]]:
    opened: dict[str, tuple[str, Any]] = {}
    for n, one in enumerate(runs):
        if n:
            closing = compare(runs[n - 1], one)
            known = {row["finding_id"]: row["status"] for row in one.findings}
            gone = {found.row["finding_id"] for found in closing.of(Change.GONE)}
            for ident in list(opened):
                status = known.get(ident)
                decided = status in {"PASS", "ATTESTED", "NOT_APPLICABLE", "INFO", "WAIVED"}
                if decided or ident in gone:
                    when, row = opened.pop(ident)
                    yield _failure(row, when, one.assessed_at, one.assessed_at)
        for row in one.findings:
            if row["status"] == "FAIL":
                opened.setdefault(row["finding_id"], (one.assessed_at, row))
    for when, row in opened.values():
        yield _failure(row, when, "", runs[-1].assessed_at)


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
