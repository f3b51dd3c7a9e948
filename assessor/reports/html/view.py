"""What the page shows, as plain data: findings by item, status and control, what is common said once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from assessor.model.control import Control
from assessor.model.finding import Finding
from assessor.model.score import ItemScore
from assessor.model.verdict import Item, Severity, Status
from assessor.reports.permissions import statement_line
from assessor.reports.report import Report
from assessor.reports.rows import commands
from assessor.reports.words import COUNT_WORDS, REASON_WORDS, counts_in_words, percent, resource_name

ROW_LIMIT = 5_000
"""Most rows of the page; ``findings.csv`` holds all of them."""

CALL_LIMIT = 200
"""Calls listed beyond those of what needs work; ``findings.csv`` names the calls of every row."""

OPEN = (Status.FAIL, Status.NOT_ASSESSED, Status.MANUAL)
"""What needs work: never collapsed, always printed."""

_EXPLAINED = (Status.FAIL, Status.MANUAL)

HEADINGS: Mapping[Status, str] = {
    Status.FAIL: "Failed",
    Status.NOT_ASSESSED: "Not assessed",
    Status.MANUAL: "Ask a person",
    Status.PASS: "Passed",
    Status.ATTESTED: "Attested by a person",
    Status.WAIVED: "Waived: failures somebody accepted",
    Status.NOT_APPLICABLE: "Not applicable",
    Status.INFO: "For information",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One finding. ``calls`` are numbers of the page's list of calls, without those the whole block shares."""

    id: str
    name: str
    where: str
    observed: str
    severity: Severity | None
    calls: tuple[int, ...]
    more_calls: str
    waiver: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Rows that lack the same thing; ``code`` and ``grant`` are empty where nothing is lacking."""

    code: str
    words: str
    grant: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One control's findings of one status. ``explained``: why and fix stand here, the first time they are needed.

    ``remedy``: what to do where no control explains it, as for a question to people.
    ``calls``: what all its rows rest on; where the status is collapsed, what its rows rest on together.
    """

    control_id: str
    title: str
    severity: Severity
    count: int
    left_out: int
    calls: tuple[int, ...]
    more_calls: int
    reasons: tuple[Reason, ...]
    explained: Control | None
    remedy: str


@dataclass(frozen=True, slots=True)
class Group:
    """One status of one item."""

    status: Status
    heading: str
    count: int
    collapsed: bool
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One item of the checklist."""

    score: ItemScore
    number: int
    title: str
    words: str
    coverage: str
    asked: bool
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Unassessed:
    """One reason why something was not assessed."""

    code: str
    words: str
    count: int
    controls: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """Everything the template asks for, but the drawn paths."""

    report: Report
    sections: tuple[Section, ...]
    _calls: "_Calls"
    unassessed: tuple[Unassessed, ...]
    shown: int

    @property
    def total(self) -> int:
        """Findings of the run."""
        return len(self.report.findings)

    @property
    def coverage(self) -> str:
        """Of the whole run, in words."""
        return percent(self.report.coverage)

    @property
    def words(self) -> str:
        """All findings counted, in words."""
        return counts_in_words(self.report.counts)

    @property
    def calls(self) -> tuple[str, ...]:
        """The commands of all rows and hops, in the order of their numbers."""
        return self._calls.listed

    def number(self, command: str) -> int:
        """The number of a command in that list."""
        return self._calls.number(command)

    @cached_property
    def grant(self) -> str:
        """The statement that would let us see the rest, "" where no permission is missing."""
        return statement_line(self.report.missing) if self.report.missing else ""

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """Ids of the accounts read."""
        return tuple(account.id for account in self.report.snapshot.run.accounts)

    @cached_property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        """The parameters that were set, and their values."""
        given: Mapping[str, object] = self.report.run["parameters"]
        return tuple((name, _value(value)) for name, value in given.items() if value not in (None, [], {}))


def page(report: Report, further_calls: Iterable[str] = ()) -> Page:
    """The page of a run. ``further_calls``: commands that something else on the page names."""
    kept = _kept(report.findings)
    controls = {control.id: control for control in report.controls}
    several = len(report.snapshot.run.accounts) > 1
    rows: dict[tuple[int, Status], dict[str, list[Finding]]] = {}
    taken: Counter[tuple[Status, str]] = Counter()
    counts: Counter[tuple[int, Status, str]] = Counter()
    for finding in report.findings:
        key = (finding.status, finding.control_id)
        counts[finding.item, finding.status, finding.control_id] += 1
        if taken[key] < kept[finding.status]:
            taken[key] += 1
            group = rows.setdefault((finding.item, finding.status), {})
            group.setdefault(finding.control_id, []).append(finding)
    calls = _Calls(further_calls)
    for (_, status), group in sorted(rows.items(), key=lambda pair: pair[0][1] not in OPEN):
        calls.take(chain.from_iterable(group.values()), CALL_LIMIT if status not in OPEN else None)
    calls.settle()
    unexplained = set(controls)
    sections = []
    for score in report.items:
        groups = []
        for status in COUNT_WORDS:
            blocks = []
            for ident, found in rows.get((int(score.item), status), {}).items():
                explained = controls.get(ident) if status in _EXPLAINED and ident in unexplained else None
                unexplained -= {ident} if explained else set()
                total = counts[int(score.item), status, ident]
                blocks.append(_block(found, total, explained, calls, several=several))
            blocks.sort(key=lambda block: block.severity.rank)
            if score.counts.get(status):
                groups.append(
                    Group(status, HEADINGS[status], score.counts[status], status not in OPEN, tuple(blocks))
                )
        sections.append(_section(score, groups))
    return Page(report, tuple(sections), calls, tuple(_unassessed(report.findings)), sum(taken.values()))


def _section(score: ItemScore, groups: Sequence[Group]) -> Section:
    item: Item = score.item
    return Section(
        score,
        int(item),
        item.title,
        counts_in_words(score.counts),
        percent(score.coverage),
        any(score.counts.values()),
        tuple(groups),
    )


def _kept(findings: Iterable[Finding]) -> Mapping[Status, int]:
    """How many rows of a control each status may show, so that every control is there and the limit is kept.

    What needs work goes first; a control with a thousand rows does not push the others out.
    """
    counts: dict[Status, Counter[str]] = {status: Counter() for status in COUNT_WORDS}
    for finding in findings:
        counts[finding.status][finding.control_id] += 1
    left = ROW_LIMIT
    kept: dict[Status, int] = {}
    for status, found in counts.items():
        kept[status] = _level(sorted(found.values()), left)
        left -= sum(min(n, kept[status]) for n in found.values())
    return kept


def _level(counts: Sequence[int], limit: int) -> int:
    """The greatest number to which all counts can be cut so that together they keep within the limit."""
    below = 0
    for n, count in enumerate(counts):
        remaining = len(counts) - n
        if below + count * remaining > limit:
            return (limit - below) // remaining
        below += count
    return counts[-1] if counts else 0


_CALLS_OF_ALL = 24


class _Calls:
    """Numbers commands, each once, those of a service together."""

    def __init__(self, further: Iterable[str]) -> None:
        self._wanted = set(further)
        self._numbers: dict[str, int] = {}

    def take(self, findings: Iterable[Finding], most: int | None) -> None:
        """List the commands of these findings too, up to so many in all."""
        for finding in findings:
            for command in commands(finding.evidence)[0]:
                if most is None or len(self._wanted) < most:
                    self._wanted.add(command)

    def settle(self) -> None:
        """Number what was taken."""
        self._numbers = {command: number for number, command in enumerate(sorted(self._wanted), 1)}

    @property
    def listed(self) -> tuple[str, ...]:
        """The commands, in the order of their numbers."""
        return tuple(self._numbers)

    def numbers(self, evidence: str) -> tuple[set[int], set[str], str]:
        """The numbers of one row's commands, the commands that have none, and what the row says of further ones."""
        named, rest = commands(evidence)
        numbers = {self._numbers[command] for command in named if command in self._numbers}
        return numbers, {command for command in named if command not in self._numbers}, rest

    def number(self, command: str) -> int:
        """The number of one command."""
        return self._numbers[command]


def _block(
    found: Sequence[Finding], total: int, explained: Control | None, calls: _Calls, *, several: bool
) -> Block:
    numbered = [calls.numbers(finding.evidence) for finding in found]
    sets = [numbers for numbers, _, _ in numbered]
    unlisted = set[str]().union(*(missing for _, missing, _ in numbered))
    together = found[0].status not in OPEN
    shared = sorted(set.union(*sets) if together or len(sets) == 1 else set.intersection(*sets))
    apart = set(shared)
    worst = min((finding.severity for finding in found), key=lambda severity: severity.rank)
    groups: dict[tuple[str, str], list[Row]] = {}
    for finding, (numbers, _, rest) in zip(found, numbered, strict=True):
        row = Row(
            finding.finding_id,
            _name(finding),
            f"{finding.account_id} {finding.region}" if several else finding.region,
            finding.observed,
            finding.severity if finding.severity is not worst else None,
            tuple(sorted(numbers - apart)),
            rest,
            finding.waiver,
        )
        groups.setdefault((finding.reason, finding.grant), []).append(row)
    return Block(
        found[0].control_id,
        found[0].title,
        worst,
        total,
        total - len(found),
        tuple(shared[:_CALLS_OF_ALL]),
        max(len(shared) - _CALLS_OF_ALL, 0) + len(unlisted),
        tuple(
            Reason(code, REASON_WORDS.get(code, ""), grant, tuple(rows))
            for (code, grant), rows in groups.items()
        ),
        explained,
        found[0].remediation if explained is None and found[0].status is Status.MANUAL else "",
    )


def _name(finding: Finding) -> str:
    """What a row is about; the account itself is named on top of the page, and beside the row where there are several."""
    name = resource_name(finding.resource_arn)
    return "account" if name == f"account {finding.account_id}" else name


def _unassessed(findings: Iterable[Finding]) -> Iterator[Unassessed]:
    counts: Counter[str] = Counter()
    controls: dict[str, dict[str, None]] = {}
    for finding in findings:
        if finding.status is Status.NOT_ASSESSED:
            counts[finding.reason] += 1
            controls.setdefault(finding.reason, {})[finding.control_id] = None
    for code, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        yield Unassessed(code, REASON_WORDS.get(code, ""), count, tuple(controls[code]))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
