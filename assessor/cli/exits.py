"""How a run ends: the exit codes, and the errors that lead to them."""

from enum import IntEnum

import click

from assessor.model.verdict import Severity, Status
from assessor.reports.report import Report
from assessor.reports.words import percent, plural


class Exit(IntEnum):
    """The exit codes of the output contract."""

    OK = 0
    CANNOT_RUN = 1
    USAGE = 2
    FINDINGS = 3
    COVERAGE = 4
    INTERRUPTED = 130


class CannotRunError(click.ClickException):
    """The run cannot be done: no credentials, an unreadable snapshot, an output that cannot be written."""

    exit_code = Exit.CANNOT_RUN


class WrongUsageError(click.ClickException):
    """What was asked for does not exist or does not fit: a Region, a control, a parameter."""

    exit_code = Exit.USAGE


def conclude(report: Report, fail_on: str, min_coverage: float) -> tuple[Exit, str]:
    """The exit code of a finished run, and the sentence that explains it; both reasons where both hold."""
    reasons: list[str] = []
    code = Exit.OK
    if fail_on != "none":
        limit = Severity(fail_on)
        found = sum(row.status is Status.FAIL and row.severity.rank <= limit.rank for row in report.findings)
        if found:
            code = Exit.FINDINGS
            reasons.append(f"{plural(found, 'finding')} at or above {fail_on} (--fail-on)")
    coverage = report.coverage
    nothing_to_see = coverage is None and not report.controls and report.questions
    if not nothing_to_see and (coverage is None or coverage < min_coverage):
        code = code or Exit.COVERAGE
        reasons.append(f"coverage {percent(coverage)} is below {min_coverage:g} % (--min-coverage)")
    if reasons:
        return code, f"exit {int(code)}: {'; '.join(reasons)}"
    nothing = "--fail-on none" if fail_on == "none" else f"nothing failed at or above {fail_on}"
    return code, f"exit 0: {nothing}; coverage {percent(coverage)}"
