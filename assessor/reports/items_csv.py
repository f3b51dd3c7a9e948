"""``items.csv``: the seven items of the whole run and of each account, for spreadsheets and dashboards."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

from assessor.model.score import ItemScore
from assessor.model.verdict import Status
from assessor.reports.findings_csv import sheet
from assessor.reports.report import Report
from assessor.reports.rows import Value

ALL = "all"
"""Stands for all accounts of the run together."""

COLUMNS = (
    "run_id",
    "assessed_at",
    "account_id",
    "item",
    "title",
    "readiness",
    "score_low",
    "score_high",
    "coverage",
    "blockers",
    *(f"rows_{status.value}" for status in Status),
)


def write(report: Report, out: BinaryIO) -> None:
    """Seven lines for all accounts together, then seven for each."""
    sheet(out, COLUMNS, _rows(report))


def _rows(report: Report) -> Iterator[tuple[Value, ...]]:
    yield from _seven(report, ALL, report.items)
    for account in report.snapshot.run.accounts:
        yield from _seven(report, account.id, report.account_items[account.id])


def _seven(report: Report, account_id: str, items: Iterable[ItemScore]) -> Iterator[tuple[Value, ...]]:
    run = report.snapshot.run
    for item in items:
        asked = any(item.counts.values())
        yield (
            run.run_id,
            run.assessed_at,
            account_id,
            int(item.item),
            item.item.title,
            item.readiness.value if asked else "",
            _number(item.low),
            _number(item.high),
            _number(item.coverage),
            " ".join(item.blockers),
            *(item.counts[status] for status in Status),
        )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
