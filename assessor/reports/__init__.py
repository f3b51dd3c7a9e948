"""One writer per format. A writer is given a `Report` and a binary stream; it computes nothing of its own."""

from collections.abc import Callable, Mapping
from typing import BinaryIO

from assessor.reports import controls_csv, findings_csv, findings_json, html, items_csv
from assessor.reports.report import Display, Report, Selection, make_report

Writer = Callable[[Report, BinaryIO], None]

WRITERS: Mapping[str, Writer] = {
    "findings.csv": findings_csv.write,
    "findings.json": findings_json.write,
    "controls.csv": controls_csv.write,
    "items.csv": items_csv.write,
    "report.html": html.write,
}
"""File name -> writer, in the order they are written. ``summary.json`` follows them: it names their digests."""

__all__ = ["WRITERS", "Display", "Report", "Selection", "Writer", "make_report"]
