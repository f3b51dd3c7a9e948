"""The fields of one finding, in the order of the output contract."""

from collections.abc import Iterator, Mapping

from assessor.model.finding import Finding
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


def rows(report: Report, display: Display | None = None) -> Iterator[Mapping[str, str | int]]:
    """Every finding as a row, in the order of evaluation; ``display`` narrows what is shown."""
    shows = (display or Display()).shows
    run = report.snapshot.run
    of_the_run = {
        "run_id": run.run_id,
        "assessed_at": run.assessed_at,
        "tool_version": report.tool_version,
    }
    for finding in report.findings:
        if shows(finding):
            yield {
                name: of_the_run[name] if name in _OF_THE_RUN else _plain(finding, name) for name in COLUMNS
            }


def _plain(finding: Finding, name: str) -> str | int:
    value = getattr(finding, name)
    return value if isinstance(value, int) else str(value)
