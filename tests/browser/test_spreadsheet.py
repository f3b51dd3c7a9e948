"""The CSV files in LibreOffice: every cell is text or a number, none is a formula, none is lost."""

import csv
import io
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from assessor.reports import WRITERS, findings_csv
from evaluators import CONTROLS
from tests.reports.many import hostile, many, report_of

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def opened(directory: Path, content: bytes) -> list[list[str]]:
    """The cells of a CSV as LibreOffice reads it with its defaults for UTF-8; a formula fails the test."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("soffice is missing: apt-get install libreoffice-calc-nogui")
    source = directory / "sheet.csv"
    source.write_bytes(content)
    subprocess.run(
        [
            office,
            f"-env:UserInstallation={(directory / 'profile').as_uri()}",
            "--headless",
            "--infilter=Text - txt - csv (StarCalc):44,34,76,1",
            "--convert-to",
            "fods",
            "--outdir",
            str(directory),
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    rows = []
    for row in ET.parse(directory / "sheet.fods").iter(f"{_TABLE}table-row"):
        cells: list[str] = []
        for cell in row.iter(f"{_TABLE}table-cell"):
            assert f"{_TABLE}formula" not in cell.attrib
            said = "\n".join(_said(part) for part in cell.iter(f"{_TEXT}p"))
            cells += [said] * int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        if any(cells):
            rows.append(cells)
    return rows


def _said(part: ET.Element) -> str:
    """The text of a paragraph; repeated blanks are elements of their own."""
    said = part.text or ""
    for inner in part:
        if inner.tag == f"{_TEXT}s":
            said += " " * int(inner.get(f"{_TEXT}c", "1"))
        said += "".join(inner.itertext()) + (inner.tail or "")
    return said


def test_hostile_names_are_no_formulas(tmp_path: Path) -> None:
    """Each line has its columns; texts are those of the csv module, names among them."""
    out = io.BytesIO()
    findings_csv.write(hostile(), out)
    expected = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))
    found = opened(tmp_path, out.getvalue())
    assert len(found) == len(expected)
    observed = expected[0].index("observed")
    for line, cells in zip(expected, found, strict=True):
        assert " ".join(cells[observed].split()) == " ".join(line[observed].split())


@pytest.mark.parametrize("name", [name for name in WRITERS if name.endswith(".csv")])
def test_every_sheet_has_its_rows(tmp_path: Path, name: str) -> None:
    """The header and as many rows as were written."""
    out = io.BytesIO()
    WRITERS[name](report_of(many(300, CONTROLS), CONTROLS), out)
    expected = list(csv.reader(io.StringIO(out.getvalue().decode("utf-8-sig"), newline="")))
    found = opened(tmp_path, out.getvalue())
    assert found[0][: len(expected[0])] == expected[0]
    assert len(found) == len(expected)
