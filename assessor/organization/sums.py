"""What scores, coverage and counts are made of, as sums: those of two accounts add up to those of both.

A cell of the score is one control in one account and Region, so it never lies in two accounts, and an item's score is
a mean of cells. `assessor.model.score` says the same of findings that are all at hand; a test holds both together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assessor.model.finding import Finding
from assessor.model.score import ItemScore, Weighted, cells, readiness
from assessor.model.verdict import Item, Severity, Status
from assessor.reports.permissions import missing_actions

_OPEN = (Status.NOT_ASSESSED, Status.MANUAL)
_BLOCKING = (Severity.CRITICAL, Severity.HIGH)


@dataclass
class ItemSum:
    """One item. weight, low, high: over the cells that apply. seen, applying, decided: cells of controls alone.

    blockers: control -> rank of its worst failure.
    """

    weight: int = 0
    low: float = 0.0
    high: float = 0.0
    seen: int = 0
    applying: int = 0
    decided: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    blockers: dict[str, int] = field(default_factory=dict)
    open_questions: set[str] = field(default_factory=set)

    def add(self, other: "ItemSum") -> None:
        """Take in another account's."""
        self.weight += other.weight
        self.low += other.low
        self.high += other.high
        self.seen += other.seen
        self.applying += other.applying
        self.decided += other.decided
        self.counts.update(other.counts)
        for control, rank in other.blockers.items():
            self.blockers[control] = min(rank, self.blockers.get(control, rank))
        self.open_questions |= other.open_questions


Place = tuple[str, str, int]
"""Account, Region, item."""


@dataclass
class Sums:
    """A whole run, or a part of one. failed: FAIL rows by severity. missing: IAM actions that are lacking."""

    items: dict[Item, ItemSum] = field(default_factory=lambda: {item: ItemSum() for item in Item})
    failed: Counter[str] = field(default_factory=Counter)
    missing: set[str] = field(default_factory=set)
    places: dict[Place, Counter[str]] = field(default_factory=dict)
    findings: int = 0

    @classmethod
    def of(
        cls, findings: Sequence[Finding], controls: Sequence[Weighted], people: Sequence[Weighted] = ()
    ) -> "Sums":
        """The sums of findings that are all at hand; no cell of theirs may lie elsewhere too."""
        sums = cls()
        asked = frozenset(one.id for one in people)
        items = {one.id: item for one, item in _items(findings, (*controls, *people))}
        for cell in cells(findings, (*controls, *people)):
            item = sums.items[items[cell.control_id]]
            applies = cell.low is not None and cell.high is not None
            if applies:
                item.weight += cell.weight
                item.low += cell.weight * (cell.low or 0.0)
                item.high += cell.weight * (cell.high or 0.0)
            if cell.control_id not in asked:
                item.seen += 1
                item.applying += applies
                item.decided += applies and cell.decided
        for row in findings:
            sums._count(row, row.control_id in asked)
        sums.missing = set(missing_actions(findings))
        return sums

    def _count(self, row: Finding, is_question: bool) -> None:
        item = self.items[Item(row.item)]
        self.findings += 1
        item.counts[row.status.value] += 1
        self.places.setdefault((row.account_id, row.region, row.item), Counter())[row.status.value] += 1
        if row.status is Status.FAIL:
            self.failed[row.severity.value] += 1
            if row.severity in _BLOCKING:
                rank = row.severity.rank
                item.blockers[row.control_id] = min(rank, item.blockers.get(row.control_id, rank))
        if is_question and row.status in _OPEN:
            item.open_questions.add(row.control_id)

    def add(self, other: "Sums") -> None:
        """Take in another account's."""
        for item, one in other.items.items():
            self.items[item].add(one)
        self.failed.update(other.failed)
        self.missing |= other.missing
        for place, counts in other.places.items():
            self.places.setdefault(place, Counter()).update(counts)
        self.findings += other.findings

    @property
    def coverage(self) -> float | None:
        """Percent of the controls' applicable cells that were decided; None where nothing was asked."""
        return _coverage(self.items.values())

    def scores(
        self, controls: Sequence[Weighted], min_coverage: float, people: Sequence[Weighted] = ()
    ) -> tuple[ItemScore, ...]:
        """The seven items, in the checklist's order."""
        order = {one.id: number for number, one in enumerate((*controls, *people))}
        return tuple(_score(item, one, order, min_coverage) for item, one in self.items.items())

    def by_place(self) -> list[dict[str, Any]]:
        """As ``summary.json`` has it: counts by account, Region and item, in that order."""
        return [
            {
                "account_id": account,
                "region": region,
                "item": item,
                "counts": {status.value: counts[status.value] for status in Status},
            }
            for (account, region, item), counts in sorted(self.places.items())
        ]

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return {
            "items": {
                str(int(item)): {
                    "weight": one.weight,
                    "low": one.low,
                    "high": one.high,
                    "seen": one.seen,
                    "applying": one.applying,
                    "decided": one.decided,
                    "counts": dict(one.counts),
                    "blockers": one.blockers,
                    "open_questions": sorted(one.open_questions),
                }
                for item, one in self.items.items()
            },
            "failed": dict(self.failed),
            "missing": sorted(self.missing),
            "places": [[*place, dict(counts)] for place, counts in sorted(self.places.items())],
            "findings": self.findings,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Sums":
        """From a file. Raises KeyError, TypeError or ValueError where it is damaged."""
        sums = cls(
            failed=Counter(stored["failed"]),
            missing=set(stored["missing"]),
            places={(a, region, item): Counter(counts) for a, region, item, counts in stored["places"]},
            findings=stored["findings"],
        )
        for number, one in stored["items"].items():
            sums.items[Item(int(number))] = ItemSum(
                **{
                    **one,
                    "counts": Counter(one["counts"]),
                    "open_questions": set(one["open_questions"]),
                }
            )
        return sums


def _items(findings: Iterable[Finding], asked: Sequence[Weighted]) -> Iterable[tuple[Weighted, Item]]:
    found = {row.control_id: Item(row.item) for row in findings}
    return [(one, found[one.id]) for one in asked if one.id in found]


def _coverage(items: Iterable[ItemSum]) -> float | None:
    every = list(items)
    if not any(one.seen for one in every):
        return None
    applying = sum(one.applying for one in every)
    if not applying:
        return 100.0
    return round(100 * sum(one.decided for one in every) / applying, 1)


def _score(item: Item, one: ItemSum, order: Mapping[str, int], min_coverage: float) -> ItemScore:
    counts = dict.fromkeys((status.value for status in Status), 0) | dict(one.counts)
    coverage = _coverage([one])
    blockers = tuple(sorted(one.blockers, key=lambda ident: (one.blockers[ident], order.get(ident, 0))))
    questions = tuple(sorted(one.open_questions, key=lambda ident: order.get(ident, 0)))
    return ItemScore(
        item,
        round(100 * one.low / one.weight, 1) if one.weight else None,
        round(100 * one.high / one.weight, 1) if one.weight else None,
        coverage,
        readiness(
            coverage,
            min_coverage,
            blocked=bool(blockers),
            unanswered=bool(counts[Status.MANUAL] or questions),
        ),
        blockers,
        counts,
        questions,
    )


__all__ = ["ItemSum", "Sums"]
