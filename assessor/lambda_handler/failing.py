"""What fails tonight against what failed in the last complete run. Pure.

Something that failed and cannot be seen tonight is neither mended nor gone: it is carried on until it is seen, so that
it is not told as new the night after.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields

from assessor.model.finding import Finding
from assessor.model.verdict import Severity, Status

Cell = tuple[str, str, str]
"""Account, place, control."""


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


class Comparison:
    """Takes in tonight's rows one by one; ``before`` is None for the first run, which has nothing that is new.

    least: severity from which something new is told; None tells nothing.
    """

    def __init__(self, before: Iterable[Failing] | None, least: Severity | None) -> None:
        self.first = before is None
        self._before = {one.finding_id: one for one in before or ()}
        self._least = least
        self._cells = {one.cell for one in self._before.values()}
        self._unseen: set[Cell] = set()
        self.now: list[Failing] = []
        self.new: list[Failing] = []

    def add(self, row: Finding) -> None:
        """One row of tonight."""
        cell = (row.account_id, row.place or row.region, row.control_id)
        if row.status is Status.NOT_ASSESSED and cell in self._cells:
            self._unseen.add(cell)
        if row.status is not Status.FAIL:
            return
        one = Failing(row.finding_id, row.severity.value, *cell, row.region, row.resource_arn, row.title)
        self.now.append(one)
        least = self._least
        if (
            not self.first
            and least is not None
            and row.severity.rank <= least.rank
            and one.finding_id not in self._before
        ):
            self.new.append(one)

    def remembered(self) -> Iterator[Failing]:
        """What to compare the next run with."""
        yield from self.now
        here = {one.finding_id for one in self.now}
        for one in self._before.values():
            if one.finding_id not in here and one.cell in self._unseen:
                yield Failing(**{**asdict(one), "unseen": True})

    @property
    def mended(self) -> int:
        """How many failures of last time were seen not to fail, or are gone."""
        here = {one.finding_id for one in self.now}
        return sum(
            one.finding_id not in here and one.cell not in self._unseen for one in self._before.values()
        )


def lines(failures: Iterable[Failing]) -> bytes:
    """For a file."""
    return b"".join(json.dumps(asdict(one)).encode("ascii") + b"\n" for one in failures)


def parse(content: bytes) -> list[Failing]:
    """From a file. Raises ValueError, TypeError or KeyError where it is damaged."""
    names = [field.name for field in fields(Failing)]
    return [
        Failing(**{name: values[name] for name in names}) for values in map(json.loads, content.splitlines())
    ]


__all__ = ["Comparison", "Failing", "lines", "parse"]
