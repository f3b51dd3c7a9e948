"""``findings.csv``: the auditor's file. RFC 4180, UTF-8 with a byte order mark, CRLF, safe in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import BinaryIO

from assessor.reports.report import Display, Report
from assessor.reports.rows import COLUMNS, Value, values
from assessor.reports.text import visible

CELL_LIMIT = 32_000
"""Most characters of a cell; spreadsheets break at 32,767."""

_FORMULA = frozenset("=+-@\t\r\n")


def write(report: Report, out: BinaryIO, display: Display | None = None) -> None:
    """Stream the findings; memory does not grow with their number."""
    sheet(out, COLUMNS, values(report, display))


def sheet(out: BinaryIO, columns: Sequence[str], lines: Iterable[Sequence[Value]]) -> None:
    """A header and lines, every cell made harmless, as they come."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=False)
    try:
        writer = csv.writer(text, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows([cell(value) for value in line] for line in lines)
        text.flush()
    finally:
        text.detach()


@lru_cache(maxsize=1024)  # most cells repeat: titles, frameworks, accounts
def cell(value: Value) -> str:
    """One cell on one line; what a spreadsheet would take for a formula is marked as text.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    raw = str(value)
    text = visible(raw)
    if len(text) > CELL_LIMIT:
        text = f"{text[:CELL_LIMIT]}… ({len(text) - CELL_LIMIT} more characters in findings.json)"
    if raw[:1] in _FORMULA or text.lstrip()[:1] in _FORMULA:
        return f"'{text}" if text else text
    return text
