"""``controls.csv``: what was asked, beside ``findings.csv``, which says what was found."""

from collections import Counter
from typing import BinaryIO

from assessor.model.finding import frameworks_text
from assessor.model.verdict import Status
from assessor.reports.findings_csv import sheet
from assessor.reports.permissions import actions_for
from assessor.reports.report import Report

COLUMNS = (
    "control_id",
    "slug",
    "item",
    "item_title",
    "title",
    "severity",
    "asked_per",
    "resource_type",
    "judges",
    "why",
    "when_none",
    "none_because",
    "remediation",
    "fix_cli",
    "parameters",
    "actions",
    "answers",
    "frameworks",
    "workload_aware",
    *(f"rows_{status.value}" for status in Status),
)


def write(report: Report, out: BinaryIO) -> None:
    """One line per control that was asked, in the checklist's order, with the number of its findings by status."""
    found = Counter((row.control_id, row.status) for row in report.findings)
    sheet(
        out,
        COLUMNS,
        (
            (
                control.id,
                control.slug,
                int(control.item),
                control.item.title,
                control.title,
                control.severity.value,
                control.level.value,
                control.kind,
                control.documentation,
                control.why,
                control.when_none.value,
                control.none_because,
                control.remediation,
                control.fix_cli,
                " ".join(control.parameters),
                " ".join(actions_for([control])),
                " ".join(control.answers),
                frameworks_text(control),
                "yes" if control.workload_aware else "no",
                *(found[control.id, status] for status in Status),
            )
            for control in report.controls
        ),
    )
