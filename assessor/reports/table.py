"""The terminal's report: seven rows, then the worst findings, then what could not be assessed."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assessor.model.finding import Finding
from assessor.model.score import ItemScore, Readiness
from assessor.model.verdict import Severity, Status
from assessor.reports.report import Display, Report
from assessor.reports.text import fit, visible, wrapped
from assessor.reports.words import (
    COUNT_WORDS,
    REASON_WORDS,
    counts_in_words,
    interval,
    percent,
    plural,
    resource_name,
)

Paint = Callable[[str, str], str]
"""(text, colour) -> text: words carry the meaning, colour only helps."""

NARROWEST = 60
_INDENT = "  "
_OBSERVED_LINES = 4


def plain(text: str, _: str) -> str:
    """No colour."""
    return text


@dataclass(frozen=True, slots=True)
class Terminal:
    """Where the report is shown: columns, and how to paint."""

    width: int = 100
    paint: Paint = plain


def table(report: Report, terminal: Terminal, display: Display | None = None) -> str:
    """The whole report. ``display`` narrows the findings shown; the seven rows are made of all of them."""
    display = display or Display()
    sections = [
        *_conditions(report, terminal),
        "",
        items_table(report, terminal),
        *_findings(report, terminal, display),
        *_unassessed(report, terminal, display),
    ]
    return "\n".join(line.rstrip() for line in "\n".join(sections).split("\n")) + "\n"


def items_table(report: Report, terminal: Terminal) -> str:
    """The seven items in the checklist's order."""
    from tabulate import tabulate

    width = max(terminal.width, NARROWEST)
    headers = ["Item", "Readiness", "Score", "Coverage", "Findings"]
    rows = [_item_row(item, terminal.paint) for item in report.items]
    fixed = sum(
        max(len(headers[column]) + _HEADER_PADDING, *(len(row[column]) for row in _plain_rows(report)))
        for column in range(4)
    )
    room = width - fixed - 2 * (len(headers) - 1)
    below = room < _FINDINGS_ROOM
    for row in rows:
        # A count stays with its word.
        words = wrapped(_KEPT.sub("\u00a0", row[4]), max(room, 16), 4)
        row[4] = "\n".join(words).replace("\u00a0", " ")
    if not below:
        return tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)
    lines: list[str] = []
    for item, row in zip(report.items, rows, strict=True):
        lines += [fit(row[0], width), f"{_INDENT}{row[1]}  {row[2]}  coverage {row[3]}"]
        lines += [_INDENT + words for words in wrapped(counts_in_words(item.counts), width - 2, 3)]
    return "\n".join(lines)


_FINDINGS_ROOM = 24
_HEADER_PADDING = 2  # tabulate's
_KEPT = re.compile(r"(?<!,) ")


def _plain_rows(report: Report) -> list[list[str]]:
    return [_item_row(item, plain) for item in report.items]


def _item_row(item: ItemScore, paint: Paint) -> list[str]:
    asked = any(item.counts.values())
    readiness = paint(item.readiness.value, _READINESS_COLOUR[item.readiness]) if asked else "-"
    return [
        f"{int(item.item)} {item.item.title}",
        readiness,
        interval(item.low, item.high),
        percent(item.coverage),
        counts_in_words(item.counts),
    ]


_READINESS_COLOUR = {Readiness.READY: "green", Readiness.NOT_READY: "red", Readiness.UNKNOWN: "yellow"}
_SEVERITY_COLOUR = {
    Severity.CRITICAL: "red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
}


def _conditions(report: Report, terminal: Terminal) -> list[str]:
    run = report.snapshot.run
    lines = []
    for account in run.accounts:
        places = visible(", ".join(account.regions))
        caller = visible(account.caller)
        lines.append(f"Account {visible(account.id)} in {places}" + (f", read as {caller}" if caller else ""))
    if len(lines) > _ACCOUNTS_NAMED:
        lines = [*lines[:_ACCOUNTS_NAMED], f"and {plural(len(lines) - _ACCOUNTS_NAMED, 'more account')}"]
    lines.append(
        f"{visible(run.assessed_at)}, scope {visible(run.scope)}, "
        f"{plural(len(report.controls), 'control')}, coverage {percent(report.coverage)}"
    )
    return [fit(line, terminal.width) for line in lines]


_ACCOUNTS_NAMED = 3


def _findings(report: Report, terminal: Terminal, display: Display) -> Iterator[str]:
    if display.statuses:
        order = list(COUNT_WORDS)
        shown = sorted(
            (row for row in report.findings if display.shows(row)),
            key=lambda row: (order.index(row.status), row.severity.rank),
        )
        title = "Findings with status " + ", ".join(s for s in order if s in display.statuses)
    else:
        shown = sorted(
            (row for row in report.findings if row.status is Status.FAIL), key=lambda row: row.severity.rank
        )
        title = "Worst findings"
    yield ""
    if not shown:
        whole = report.coverage == 100
        nothing = "Nothing failed." if whole else "Nothing failed among what could be seen."
        yield f"{title}: none." if display.statuses else nothing
        return
    groups: dict[tuple[Severity, Status, str], list[Finding]] = {}
    for row in shown:
        groups.setdefault((row.severity, row.status, row.control_id), []).append(row)
    cut = {key: rows[:_PER_CONTROL] if display.limit is not None else rows for key, rows in groups.items()}
    left = len(shown) if display.limit is None else display.limit
    listed = min(left, sum(map(len, cut.values())))
    yield _heading(f"{title} ({listed} of {len(shown)})")
    several = len(report.snapshot.run.accounts) > 1
    for key, rows in cut.items():
        if left <= 0:
            break
        yield from _group_of(rows[:left], len(groups[key]), terminal, several=several)
        left -= len(rows)
    if listed < len(shown):
        yield f"{_INDENT}... and {len(shown) - listed} more; findings.csv holds all of them"


_PER_CONTROL = 5


def _group_of(rows: Sequence[Finding], total: int, terminal: Terminal, *, several: bool) -> Iterator[str]:
    """One control's findings of one severity, under its title."""
    head = rows[0]
    severity = terminal.paint(f"{head.severity.upper():8}", _SEVERITY_COLOUR[head.severity])
    status = "" if head.status is Status.FAIL else f"{head.status.value} "
    start = f"{status}{head.control_id}  "
    count = f" ({total})" if total > 1 else ""
    room = max(terminal.width - 10, 20)
    yield f"{severity}  {start}{fit(visible(head.title), max(room - len(start) - len(count), 10))}{count}"
    for row in rows:
        where = ([row.account_id] if several else []) + [row.region]
        name = f"{resource_name(visible(row.resource_arn))} ({', '.join(where)})"
        said = f"{fit(name, room - 3)}: {visible(row.observed)}"
        first, *others = wrapped(said, room - 2, _OBSERVED_LINES)
        yield f"{' ' * 10}- {first}"
        yield from (" " * 12 + line for line in others)


def _heading(text: str) -> str:
    return f"{text}\n{'-' * len(text)}"


def _unassessed(report: Report, terminal: Terminal, display: Display) -> Iterator[str]:
    if display.statuses and not display.statuses & {Status.NOT_ASSESSED, Status.MANUAL}:
        return
    groups: dict[str, list[Finding]] = {}
    for row in report.findings:
        if row.status is Status.NOT_ASSESSED:
            groups.setdefault(row.reason, []).append(row)
    manual = [row for row in report.findings if row.status is Status.MANUAL]
    if not groups and not manual:
        return
    total = sum(map(len, groups.values())) + len(manual)
    yield ""
    yield _heading(f"What could not be assessed ({total})")
    for reason, rows in sorted(groups.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        yield from _group(f"{len(rows)} {reason}: {REASON_WORDS.get(reason, '')}", rows, terminal)
        if reason == "PARAMETER_MISSING":
            yield from _inventories(rows, terminal)
    if manual:
        yield from _group(f"{len(manual)} MANUAL: a person has to answer", manual, terminal)
    if report.missing:
        said = f"Permissions missing: {', '.join(report.missing)}"
        yield from wrapped(said, terminal.width, 6)


def _group(title: str, rows: Sequence[Finding], terminal: Terminal) -> Iterator[str]:
    yield from wrapped(title.rstrip(": "), terminal.width, 2)
    controls = ", ".join(dict.fromkeys(row.control_id for row in rows))
    yield from (_INDENT + line for line in wrapped(controls, terminal.width - 2, 3))


def _inventories(rows: Sequence[Finding], terminal: Terminal) -> Iterator[str]:
    for observed in list(dict.fromkeys(visible(row.observed) for row in rows))[:_INVENTORIES]:
        yield from (_INDENT + line for line in wrapped(observed, terminal.width - 2, 2))


_INVENTORIES = 5


__all__ = ["Display", "Terminal", "items_table", "plain", "table"]
