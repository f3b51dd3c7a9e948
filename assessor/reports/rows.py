"""The fields of one finding, in the order of the output contract."""

import re
from collections.abc import Iterator, Mapping
from operator import attrgetter

from assessor.reports.report import Display, Report

COLUMNS = (
    "finding_id",
    "run_id",
    "assessed_at",
    "account_id",
    "region",
    "item",
    "control_id",
    "title",
    "severity",
    "status",
    "reason",
    "resource_type",
    "resource_arn",
    "observed",
    "evidence",
    "grant",
    "remediation",
    "frameworks",
    "waiver",
    "tool_version",
)

_OF_THE_RUN = frozenset({"run_id", "assessed_at", "tool_version"})
_OF_THE_FINDING = attrgetter(*(name for name in COLUMNS if name not in _OF_THE_RUN))

Value = str | int

_NEXT_CALL = re.compile(r"; (?=aws |and \d+ more calls)")


def commands(evidence: str) -> tuple[list[str], str]:
    """The commands of a row's evidence, and what it says about those it does not name."""
    parts = [part for part in _NEXT_CALL.split(evidence) if part]
    rest = parts.pop() if parts and parts[-1].startswith("and ") else ""
    return parts, rest


def values(report: Report, display: Display | None = None) -> Iterator[tuple[Value, ...]]:
    """Every finding's fields, in the order of `COLUMNS` and of evaluation; ``display`` narrows what is shown."""
    shows = (display or Display()).shows
    run = report.snapshot.run
    for finding in report.findings:
        if shows(finding):
            ident, *middle = _OF_THE_FINDING(finding)
            yield (ident, run.run_id, run.assessed_at, *middle, report.tool_version)


def rows(report: Report, display: Display | None = None) -> Iterator[Mapping[str, Value]]:
    """The same, by column name."""
    for row in values(report, display):
        yield dict(zip(COLUMNS, row, strict=True))
