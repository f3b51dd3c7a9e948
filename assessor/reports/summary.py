"""``summary.json``: what a job that runs nightly needs to decide on, small enough to be mailed."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from assessor.reports.files import Written
from assessor.reports.findings_json import item_json
from assessor.reports.permissions import statement
from assessor.reports.report import SCHEMA, Report
from assessor.reports.rollup import by_place


def outcome(
    report: Report, by_place: Sequence[Mapping[str, Any]], exit_code: int, conclusion: str
) -> dict[str, Any]:
    """The run, the items, the counts and how it ended: what the summaries of one account and of many share."""
    return {
        "schema": SCHEMA,
        "run": report.run,
        "items": [item_json(item) for item in report.items],
        "counts": dict(report.counts),
        "failed_by_severity": {str(severity): n for severity, n in report.failed.items()},
        "attestations": {
            "asked": len(report.questions),
            "answers_in_file": report.answers,
            "open": list(report.open_questions),
        },
        "waivers": {
            "waived": report.waivers.waived,
            "expired": [one.named for one in report.waivers.expired],
            "unmatched": [one.named for one in report.waivers.unmatched],
        },
        "by_place": by_place,
        "missing_permissions": statement(report.missing) if report.missing else None,
        "exit_code": exit_code,
        "conclusion": conclusion,
    }


def summary(
    report: Report, files: Sequence[Written], exit_code: int, conclusion: str = ""
) -> Mapping[str, Any]:
    """The outcome, and the files with their digests."""
    return {
        **outcome(report, by_place(report.findings), exit_code, conclusion),
        "files": [file.as_json() for file in files],
    }


def encoded(document: Mapping[str, Any]) -> bytes:
    """As it is stored: ASCII, indented, one line feed at the end."""
    return json.dumps(document, indent=2).encode("ascii") + b"\n"
