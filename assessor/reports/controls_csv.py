"""``controls.csv``: what was asked, beside ``findings.csv``, which says what was found."""

from collections import Counter
from collections.abc import Iterator
from typing import BinaryIO

from assessor.model.finding import frameworks_text
from assessor.model.verdict import Status
from assessor.reports.findings_csv import sheet
from assessor.reports.permissions import actions_for
from assessor.reports.report import Report
from assessor.reports.rows import Value

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
    """One line per control and question that was asked, with the number of its findings by status.

    Controls come in the checklist's order, the questions to people after them.
    """
    found = Counter((row.control_id, row.status) for row in report.findings)
    lines = ((*values, *(found[values[0], status] for status in Status)) for values in _asked(report))
    sheet(out, COLUMNS, lines)


def _asked(report: Report) -> Iterator[tuple[str, *tuple[Value, ...]]]:
    for control in report.controls:
        yield (
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
        )
    for question in report.questions:
        yield (
            question.id,
            "",
            int(question.item),
            question.item.title,
            question.title,
            question.severity.value,
            "account",
            "AWS::::Account",
            question.question,
            "",
            "",
            "",
            f"{question.owner} answers, with {question.evidence}; the answer holds {question.days} days.",
            f"assessor attest {question.id}",
            "",
            "",
            " ".join(question.answers),
            " ".join(f"{name}:{one}" for name, ids in sorted(question.frameworks.items()) for one in ids),
            "no",
        )
