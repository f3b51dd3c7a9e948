"""findings.csv and findings.json: an auditor's and a program's view of the same rows."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from assessor.model.verdict import Status
from assessor.reports import findings_csv, findings_json
from assessor.reports.findings_csv import CELL_LIMIT, cell
from assessor.reports.report import Display, Report
from tests.reports.sample import finding, report, rich_report


def as_csv(made: Report, display: Display | None = None) -> bytes:
    """The CSV's bytes."""
    out = io.BytesIO()
    findings_csv.write(made, out, display)
    return out.getvalue()


def as_json(made: Report, display: Display | None = None) -> bytes:
    """The JSON's bytes."""
    out = io.BytesIO()
    findings_json.write(made, out, display)
    return out.getvalue()


def test_the_csv_of_the_sample(snapshot: SnapshotAssertion) -> None:
    """Columns, order and cells are the contract."""
    assert as_csv(rich_report()).decode("utf-8-sig").replace("\r\n", "\n") == snapshot


def test_the_csv_is_rfc_4180_with_a_byte_order_mark() -> None:
    """UTF-8 with BOM, CRLF and nothing else between records, quotes where needed."""
    text = as_csv(report(finding(Status.FAIL, observed='says "no", twice.')))
    assert text.startswith(b"\xef\xbb\xbffinding_id,run_id,")
    assert text.endswith(b"\r\n")
    assert text.count(b"\n") == text.count(b"\r\n")
    assert b'"says ""no"", twice."' in text


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_marked_as_text(first: str) -> None:
    """Also behind blanks that a spreadsheet drops; other cells stay as they are."""
    assert cell(f"{first}cmd").startswith("'")
    assert cell(f"  {first}cmd").startswith("'") == bool(first.strip())
    assert cell("cmd = 1") == "cmd = 1"


def test_a_cell_too_long_for_a_spreadsheet_says_how_much_is_missing() -> None:
    """Spreadsheets break at 32,767 characters; the JSON holds all of it."""
    text = cell("x" * 40_000)
    assert len(text) < 32_767
    assert text.endswith(f"({40_000 - CELL_LIMIT} more characters in findings.json)")


@given(st.text(st.characters(codec=None), max_size=80))
@settings(deadline=None)
def test_any_text_is_one_safe_cell(text: str) -> None:
    """Written and read again it is one cell on one line, and no formula."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([cell(text), "next"])
    [[found, after]] = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert after == "next"
    assert found == cell(text)
    assert not found.lstrip().startswith(("=", "+", "-", "@"))
    assert out.getvalue().count("\n") == 1


def test_the_json_is_ascii_and_has_the_contracts_members() -> None:
    """Schema, run, seven items, findings; no byte of it can act on a terminal."""
    raw = as_json(rich_report())
    assert raw.isascii()
    assert b"\x1b" not in raw
    document = json.loads(raw)
    assert list(document) == ["schema", "run", "items", "findings"]
    assert document["schema"] == 1
    assert [item["item"] for item in document["items"]] == [1, 2, 3, 4, 5, 6, 7]
    for item in document["items"]:
        assert set(item) >= {"item", "score", "coverage", "readiness", "counts", "blockers"}
        assert set(item["score"]) == {"low", "high"}
    assert len(document["findings"]) == len(rich_report().findings)


@given(st.frozensets(st.sampled_from(Status)))
@settings(max_examples=40, deadline=None)
def test_a_filter_narrows_findings_and_nothing_else(statuses: frozenset[Status]) -> None:
    """Items, run and the shown rows themselves are those of the whole document."""
    made = rich_report()
    whole = json.loads(as_json(made))
    shown = json.loads(as_json(made, Display(statuses)))
    wanted = [f for f in whole["findings"] if not statuses or f["status"] in statuses]
    assert {**whole, "findings": wanted} == shown


def test_memory_does_not_hold_the_file() -> None:
    """Rows are written as they are made: the stream sees many small pieces, not one large one."""
    sizes: list[int] = []

    class Counting(io.BytesIO):
        def write(self, data: object, /) -> int:
            sizes.append(len(bytes(data)))  # type: ignore[call-overload]
            return super().write(data)  # type: ignore[arg-type]

    many = report(*(finding(Status.FAIL, arn=f"arn:aws:s3:::{n}") for n in range(3000)))
    findings_csv.write(many, Counting())
    assert sum(sizes) > 500_000
    assert max(sizes) < 20_000
