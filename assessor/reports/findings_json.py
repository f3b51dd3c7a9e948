"""``findings.json``: the run, the seven items and the findings, for programs."""

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

from assessor.model.score import ItemScore
from assessor.reports.report import SCHEMA, Display, Report
from assessor.reports.rows import rows


def write(report: Report, out: BinaryIO, display: Display | None = None) -> None:
    """Stream the document, one finding a line. Pure ASCII: nothing in it can act on a terminal.

    The items are made of all findings, whatever ``display`` shows.
    """
    out.write(b'{"schema": %d,\n"run": ' % SCHEMA)
    out.write(_dump(report.run))
    out.write(b',\n"items": [')
    for n, item in enumerate(report.items):
        out.write(b",\n" if n else b"\n")
        out.write(_dump(item_json(item)))
    out.write(b'\n],\n"findings": [')
    for n, row in enumerate(rows(report, display)):
        out.write(b",\n" if n else b"\n")
        out.write(_dump(row))
    out.write(b"\n]}\n")


def item_json(item: ItemScore) -> dict[str, Any]:
    """One item; a score is null where nothing applies."""
    return {
        "item": int(item.item),
        "title": item.item.title,
        "score": {"low": item.low, "high": item.high},
        "coverage": item.coverage,
        "readiness": item.readiness.value,
        "blockers": list(item.blockers),
        "open_questions": list(item.open_questions),
        "counts": dict(item.counts),
    }


def _dump(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value).encode("ascii")
