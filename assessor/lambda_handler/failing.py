"""What fails tonight against what failed in the last complete run. Pure.

Something that failed and cannot be seen tonight is neither mended nor gone: it is carried on until it is seen, so that
it is not told as new the night after. Of the failures of either night memory holds an id and a number each: they may be
hundreds of thousands.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace

from assessor.model.finding import Finding
from assessor.model.verdict import Severity, Status

Cell = tuple[str, str, str]
"""Account, place, control."""

Before = Callable[[], Iterable["Failing"]]
"""Reads what failed in the last complete run, anew each time."""

TOLD = 20
"""Most new failures that are told one by one."""


@dataclass(frozen=True, slots=True)
class Failing:
    """One failure, as it is remembered. unseen: it failed when it was last seen."""

    finding_id: str
    severity: str
    account: str
    place: str
    control: str
    region: str
    resource: str
    title: str
    unseen: bool = False

    @property
    def cell(self) -> Cell:
        """Where it was found."""
        return (self.account, self.place, self.control)


class _Cells:
    """A set of cells, each kept as one number: their parts are few."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._held: set[int] = set()

    def _number(self, cell: Cell) -> int:
        numbers = self._numbers
        first, second, third = (numbers.setdefault(part, len(numbers)) for part in cell)
        return (first << 64) | (second << 32) | third

    def add(self, cell: Cell) -> None:
        """Put one in."""
        self._held.add(self._number(cell))

    def __contains__(self, cell: Cell) -> bool:
        return self._number(cell) in self._held


class Comparison:
    """Takes in tonight's rows one by one; ``before`` is None for the first run, which has nothing that is new.

    least: severity from which something new is told; None tells nothing. keep: is given every failure to be remembered.
    new: how many failures are new; told: the worst of them. mended: how many of last time were seen not to fail, or are
    gone; known when `finish` is done.
    """

    def __init__(
        self, before: Before | None, least: Severity | None, keep: Callable[[Failing], object]
    ) -> None:
        self.first = before is None
        self._before: Before = before or tuple
        self._least = least
        self._keep = keep
        self._open: set[str] = set()
        self._cells, self._unseen = _Cells(), _Cells()
        for one in self._before():
            self._open.add(one.finding_id)
            self._cells.add(one.cell)
        self._worst: dict[Severity, list[Failing]] = {severity: [] for severity in Severity}
        self.new = 0
        self.mended = 0

    def add(self, row: Finding) -> None:
        """One row of tonight; no other has its id."""
        cell = (row.account_id, row.place or row.region, row.control_id)
        if row.status is Status.NOT_ASSESSED and cell in self._cells:
            self._unseen.add(cell)
        if row.status is not Status.FAIL:
            return
        one = Failing(row.finding_id, row.severity.value, *cell, row.region, row.resource_arn, row.title)
        self._keep(one)
        if one.finding_id in self._open:
            self._open.remove(one.finding_id)
        elif not self.first and self._least is not None and row.severity.rank <= self._least.rank:
            self.new += 1
            if len(self._worst[row.severity]) < TOLD:
                self._worst[row.severity].append(one)

    def finish(self) -> None:
        """All rows are in: what failed last time and cannot be seen is carried on."""
        for one in self._before():
            if one.finding_id not in self._open:
                continue
            if one.cell in self._unseen:
                self._keep(replace(one, unseen=True))
            else:
                self.mended += 1

    @property
    def told(self) -> list[Failing]:
        """The worst of what is new."""
        every = sorted(self._worst, key=lambda severity: severity.rank)
        return [one for severity in every for one in self._worst[severity]][:TOLD]


def line(one: Failing) -> bytes:
    """For a file."""
    return json.dumps(asdict(one)).encode("ascii") + b"\n"


def parse(lines: Iterable[bytes]) -> Iterator[Failing]:
    """From a file. Raises ValueError, TypeError or KeyError where it is damaged."""
    names = [field.name for field in fields(Failing)]
    for values in map(json.loads, lines):
        yield Failing(**{name: values[name] for name in names})


__all__ = ["Comparison", "Failing", "line", "parse"]
