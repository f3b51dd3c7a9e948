"""controls.csv and items.csv: what was asked, and the items of each account; and every CSV in pandas and csv."""

import csv
import io
from dataclasses import replace

import pandas as pd
import pytest

from assessor.model.snapshot import Account
from assessor.model.verdict import Status
from assessor.reports import Writer, controls_csv, findings_csv, items_csv
from assessor.reports.report import Report
from evaluators import CONTROLS
from tests.reports.many import HOSTILE, hostile, many, report_of
from tests.reports.sample import rich_report


def text(writer: Writer, report: Report) -> str:
    """What the writer writes, its byte order mark checked and cut."""
    out = io.BytesIO()
    writer(report, out)
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    return out.getvalue().decode("utf-8-sig")


def lines(writer: Writer, report: Report) -> list[dict[str, str]]:
    """The same, read with the csv module."""
    return list(csv.DictReader(io.StringIO(text(writer, report), newline="")))


def test_every_control_asked_is_there_with_its_findings_counted() -> None:
    """In the checklist's order, whether or not it found anything."""
    report = report_of(many(300, CONTROLS), CONTROLS)
    found = lines(controls_csv.write, report)
    assert [line["control_id"] for line in found] == [control.id for control in CONTROLS]
    for status in Status:
        assert sum(int(line[f"rows_{status.value}"]) for line in found) == report.counts[status]
    assert all(line["judges"] and line["why"] and line["remediation"] and line["actions"] for line in found)


def test_the_items_are_those_of_the_run_and_then_of_each_account() -> None:
    """An account's score is made of its own findings."""
    report = rich_report()
    other = Account("444455556666", ("us-east-1",))
    run = replace(report.snapshot.run, accounts=(*report.snapshot.run.accounts, other))
    moved = [
        replace(row, account_id=other.id) if row.status is Status.FAIL else row for row in report.findings
    ]
    found = lines(
        items_csv.write, replace(report, snapshot=replace(report.snapshot, run=run), findings=moved)
    )
    assert [(line["account_id"], line["item"]) for line in found] == [
        (account, str(item)) for account in ("all", "111122223333", "444455556666") for item in range(1, 8)
    ]
    fourth = {line["account_id"]: line for line in found if line["item"] == "4"}
    assert fourth["all"]["rows_FAIL"] == fourth["444455556666"]["rows_FAIL"] != "0"
    assert fourth["111122223333"]["rows_FAIL"] == "0"
    assert fourth["444455556666"]["score_low"] == "0.0"
    assert fourth["444455556666"]["readiness"] == "NOT READY"
    assert float(fourth["111122223333"]["score_high"]) > float(fourth["all"]["score_high"])


@pytest.mark.parametrize("writer", [findings_csv.write, controls_csv.write, items_csv.write])
def test_pandas_and_csv_read_the_same(writer: Writer) -> None:
    """RFC 4180, one line a row, every row as long as the header, hostile names among them."""
    written = text(writer, hostile())
    frame = pd.read_csv(io.StringIO(written), dtype=str, keep_default_na=False)
    assert frame.to_dict("records") == lines(writer, hostile())
    assert written.count("\n") == written.count("\r\n") == len(frame) + 1


def test_hostile_names_are_no_formulas_and_still_recognisable() -> None:
    """No cell starts a formula; every name's start can be found."""
    found = lines(findings_csv.write, hostile())
    for line in found:
        for value in line.values():
            assert not value.startswith(("=", "+", "-", "@", "\t", "\r"))
            assert value.isprintable()
    for name in HOSTILE:
        start = findings_csv.cell("x" + name)[1:9]
        assert any(start in line["observed"] for line in found)
