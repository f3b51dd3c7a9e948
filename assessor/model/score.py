"""Scores of cells, not rows: an interval, a coverage and a verdict on readiness.

A cell is one control in one account and Region: the Region the control was asked in, so that the number of cells
does not depend on which resources could be seen. Losing sight of something widens the interval; it can never
raise its low end.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import fsum
from typing import Protocol

from assessor.model.finding import Finding
from assessor.model.verdict import Item, Severity, Status


class Weighted(Protocol):
    """What has a weight in the score: a control, or a question to people."""

    @property
    def id(self) -> str:
        """The ``control_id`` of its findings."""
        ...

    @property
    def severity(self) -> Severity:
        """Its weight."""
        ...


class Readiness(StrEnum):
    """What the people responsible for an item can conclude."""

    READY = "READY"
    NOT_READY = "NOT READY"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Cell:
    """One control in one account and Region (or ``global``).

    ``low`` and ``high`` are shares from 0 to 1; None where the control does not apply there.
    ``decided``: nothing in it is left to be seen or answered.
    """

    control_id: str
    account_id: str
    region: str
    weight: int
    low: float | None
    high: float | None
    decided: bool


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One checklist item. Scores and coverage run from 0 to 100 with one decimal; None where nothing applies.

    open_questions: ids of the questions to people that have no answer that holds.
    """

    item: Item
    low: float | None
    high: float | None
    coverage: float | None
    readiness: Readiness
    blockers: tuple[str, ...]
    counts: dict[str, int]
    open_questions: tuple[str, ...] = ()


_COUNTED = {Status.PASS, Status.FAIL, Status.NOT_ASSESSED, Status.MANUAL, Status.ATTESTED, Status.WAIVED}
_GOOD = {Status.PASS, Status.ATTESTED}
_OPEN = {Status.NOT_ASSESSED, Status.MANUAL}


def cells(findings: Iterable[Finding], controls: Iterable[Weighted]) -> list[Cell]:
    """The cells of a run, in the order of the findings."""
    weights = {c.id: c.severity.weight for c in controls}
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        where = finding.place or finding.region
        groups.setdefault((finding.control_id, finding.account_id, where), []).append(finding)
    return [_cell(key, rows, weights[key[0]]) for key, rows in groups.items()]


def _cell(key: tuple[str, str, str], rows: Sequence[Finding], weight: int) -> Cell:
    counted = [row.status for row in rows if row.status in _COUNTED]
    undecided = sum(status in _OPEN for status in counted)
    if any(row.listing_unseen for row in rows):
        return Cell(*key, weight, 0.0, 1.0, decided=False)
    if not counted:
        return Cell(*key, weight, None, None, decided=True)
    good = sum(status in _GOOD for status in counted)
    return Cell(*key, weight, good / len(counted), (good + undecided) / len(counted), decided=not undecided)


def score(
    findings: Sequence[Finding],
    controls: Sequence[Weighted],
    min_coverage: float = 50.0,
    people: Sequence[Weighted] = (),
) -> list[ItemScore]:
    """The seven items in the checklist's order; items without a chosen control have no score.

    people: the questions that people answer. They are cells of the score and decide on readiness, but coverage is
    about what the tool could see, and leaves them out.
    """
    by_item: dict[Item, list[Finding]] = {item: [] for item in Item}
    for finding in findings:
        by_item[Item(finding.item)].append(finding)
    return [_item(item, rows, controls, min_coverage, people) for item, rows in by_item.items()]


def _item(
    item: Item,
    rows: Sequence[Finding],
    controls: Sequence[Weighted],
    min_coverage: float,
    people: Sequence[Weighted],
) -> ItemScore:
    counts = dict.fromkeys((s.value for s in Status), 0) | dict(Counter(row.status.value for row in rows))
    applicable = [
        cell for cell in cells(rows, (*controls, *people)) if cell.low is not None and cell.high is not None
    ]
    asked = frozenset(one.id for one in people)
    open_questions = tuple(
        dict.fromkeys(row.control_id for row in rows if row.control_id in asked and row.status in _OPEN)
    )
    coverage = coverage_of(rows, controls)
    low = high = None
    if applicable:
        total = sum(cell.weight for cell in applicable)
        low = round(100 * fsum(cell.weight * (cell.low or 0.0) for cell in applicable) / total, 1)
        high = round(100 * fsum(cell.weight * (cell.high or 0.0) for cell in applicable) / total, 1)
    blockers = tuple(
        dict.fromkeys(
            row.control_id
            for row in sorted(rows, key=lambda r: r.severity.rank)
            if row.status is Status.FAIL and row.severity in (Severity.CRITICAL, Severity.HIGH)
        )
    )
    unanswered = bool(counts[Status.MANUAL] or open_questions)
    verdict = readiness(coverage, min_coverage, blocked=bool(blockers), unanswered=unanswered)
    return ItemScore(item, low, high, coverage, verdict, blockers, counts, open_questions)


def readiness(coverage: float | None, min_coverage: float, *, blocked: bool, unanswered: bool) -> Readiness:
    """What follows for an item: a failure that blocks, too little seen or a question left open, or nothing."""
    if blocked:
        return Readiness.NOT_READY
    if coverage is None or coverage < min_coverage or unanswered:
        return Readiness.UNKNOWN
    return Readiness.READY


def coverage_of(findings: Sequence[Finding], controls: Sequence[Weighted]) -> float | None:
    """Share of applicable cells that are fully decided, 0 to 100; None where nothing was asked.

    Findings of anything but ``controls`` are left out: an unanswered question is not something that could not be seen.
    Where every cell was decided not to apply, everything there was to see has been seen: 100.
    """
    chosen = frozenset(control.id for control in controls)
    made = cells((row for row in findings if row.control_id in chosen), controls)
    if not made:
        return None
    applicable = [cell for cell in made if cell.low is not None]
    if not applicable:
        return 100.0
    return round(100 * sum(cell.decided for cell in applicable) / len(applicable), 1)
