"""`assessor evaluate`: the same findings from a file, and every way it can end."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from assessor.model.reading import Seen, Unseen, Why
from assessor.model.snapshot import call_of
from tests.cli import sample
from tests.cli.conftest import last_line, run

FILES = {
    "controls.csv",
    "findings.csv",
    "findings.json",
    "items.csv",
    "report.html",
    "snapshot.json.gz",
    "summary.json",
}


def document(directory: Path) -> dict[str, Any]:
    """findings.json, parsed."""
    parsed: dict[str, Any] = json.loads((directory / "findings.json").read_bytes())
    return parsed


def rows(directory: Path) -> list[dict[str, str]]:
    """findings.csv, parsed."""
    return list(csv.DictReader(io.StringIO((directory / "findings.csv").read_text("utf-8-sig"))))


def test_it_writes_the_files_and_explains_the_exit_code(tmp_path: Path) -> None:
    """A high failure: exit 3, all files, and the reason in the last line."""
    result = run("evaluate", sample.stored(tmp_path / "s.json.gz"), "--output-dir", "out")
    assert result.exit_code == 3
    assert {path.name for path in Path("out").iterdir()} == FILES
    assert last_line(result) == "exit 3: 1 finding at or above high (--fail-on)"


def test_a_second_evaluation_gives_the_same_bytes(tmp_path: Path) -> None:
    """findings.csv and findings.json depend on the snapshot and the flags alone."""
    snapshot = sample.stored(tmp_path / "s.json.gz")
    for name in ("one", "two"):
        run("evaluate", snapshot, "--output-dir", name)
    for name in FILES:
        assert (Path("one") / name).read_bytes() == (Path("two") / name).read_bytes()


def test_json_and_csv_hold_the_same_findings(tmp_path: Path) -> None:
    """The JSON's findings are the CSV's fields, in its order."""
    run("evaluate", sample.stored(tmp_path / "s.json.gz"), "--output-dir", "out")
    found = [{k: str(v) for k, v in f.items()} for f in document(Path("out"))["findings"]]
    assert found == rows(Path("out"))
    assert list(found[0]) == [
        "finding_id",
        "run_id",
        "assessed_at",
        "account_id",
        "region",
        "item",
        "control_id",
        "title",
        "severity",
        "status",
        "reason",
        "resource_type",
        "resource_arn",
        "observed",
        "evidence",
        "grant",
        "remediation",
        "frameworks",
        "waiver",
        "tool_version",
    ]


def test_everything_denied_is_no_pass_no_fail_coverage_zero_and_the_statement_to_paste(
    tmp_path: Path,
) -> None:
    """Exit 4; nothing passed, nothing failed; one IAM statement names what is missing."""
    snapshot = sample.stored(tmp_path / "s.json.gz", sample.everything_denied())
    result = run("evaluate", snapshot, "--output-dir", "out")
    assert result.exit_code == 4
    assert {row["status"] for row in rows(Path("out"))} == {"NOT_ASSESSED"}
    assert document(Path("out"))["run"]["coverage"] == 0.0
    [line] = [line for line in result.stderr.split("\n") if "grant: " in line]
    statement = json.loads(line.partition("grant: ")[2])
    assert statement["Effect"] == "Allow"
    assert statement["Action"] == [
        "bedrock:GetModelInvocationLoggingConfiguration",
        "bedrock:ListGuardrails",
        "iam:GetAccountSummary",
    ]
    assert last_line(result) == "exit 4: coverage 0.0 % is below 50 % (--min-coverage)"
    assert "Nothing failed among what could be seen." in result.stdout


def test_findings_come_before_coverage_and_the_last_line_says_both(tmp_path: Path) -> None:
    """Exit 3 with both reasons named."""
    changes = sample.denied(sample.SUMMARY, "us-east-1")
    snapshot = sample.stored(tmp_path / "s.json.gz", changes)
    result = run("evaluate", snapshot, "--output-dir", "out", "--min-coverage", "90")
    assert result.exit_code == 3
    assert last_line(result) == (
        "exit 3: 1 finding at or above high (--fail-on); coverage 80.0 % is below 90 % (--min-coverage)"
    )
    quiet = run("evaluate", snapshot, "--output-dir", "out", "--min-coverage", "90", "-q")
    assert quiet.stderr == last_line(result) + "\n"


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--fail-on", "critical"], 0),
        (["--fail-on", "high"], 3),
        (["--fail-on", "medium"], 3),
        (["--fail-on", "none"], 0),
        (["--fail-on", "none", "--min-coverage", "100"], 0),
        (["--severity", "medium", "--fail-on", "high"], 0),
        (["--severity", "medium", "--fail-on", "medium"], 3),
        (["--control", "gai-3.01"], 0),
        (["--item", "4"], 3),
        (["--item", "4", "--severity", "critical"], 2),
    ],
)
def test_exit_codes_follow_the_flags(tmp_path: Path, flags: list[str], code: int) -> None:
    """--fail-on looks at FAIL rows of the controls that ran."""
    snapshot = sample.stored(tmp_path / "s.json.gz")
    assert run("evaluate", snapshot, "--output-dir", "out", *flags).exit_code == code


def test_what_is_not_assessed_never_counts_as_a_finding(tmp_path: Path) -> None:
    """--fail-on low with everything denied is about coverage, not findings."""
    snapshot = sample.stored(tmp_path / "s.json.gz", sample.everything_denied())
    args = ("evaluate", snapshot, "--output-dir", "out", "--fail-on", "low", "--min-coverage", "0")
    assert run(*args).exit_code == 0


def test_a_quiet_success_says_nothing(tmp_path: Path) -> None:
    """-q leaves stdout alone and silences stderr."""
    snapshot = sample.stored(tmp_path / "s.json.gz")
    result = run("evaluate", snapshot, "--output-dir", "out", "--fail-on", "none", "-q")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Governance" in result.stdout


@pytest.mark.parametrize("content", [b"", b"not gzip", b"\x1f\x8b\x08\x00broken", None])
def test_an_unreadable_snapshot_is_one_line_and_exit_1(tmp_path: Path, content: bytes | None) -> None:
    """Damaged, foreign or missing: said in one line, nothing written."""
    path = tmp_path / "s.json.gz"
    if content is not None:
        path.write_bytes(content)
    result = run("evaluate", path, "--output-dir", "out")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "s.json.gz" in result.stderr
    assert not Path("out").exists()


def test_an_unwritable_output_is_exit_1(tmp_path: Path) -> None:
    """A file where the directory should be, and a directory where a file should be."""
    snapshot = sample.stored(tmp_path / "s.json.gz")
    Path("file").touch()
    Path("taken/findings.csv").mkdir(parents=True)
    for where in ("file", "file/below", "taken"):
        result = run("evaluate", snapshot, "--output-dir", where)
        assert result.exit_code == 1
        assert result.stderr.count("\n") == 1
        assert where in result.stderr
        assert "--output-dir" in result.stderr


@pytest.mark.parametrize("format", ["json", "csv"])
def test_stdout_is_the_file(tmp_path: Path, format: str) -> None:
    """--format json and csv print exactly what the file holds."""
    snapshot = sample.stored(tmp_path / "s.json.gz")
    result = run("evaluate", snapshot, "--output-dir", "out", "--format", format)
    assert result.stdout_bytes == Path(f"out/findings.{format}").read_bytes()


@pytest.mark.parametrize("status", ["pass", "fail", "not_assessed", "manual"])
def test_what_is_shown_changes_no_score(tmp_path: Path, status: str) -> None:
    """--show narrows stdout's findings; items, run and files stay as they are."""
    snapshot = sample.stored(tmp_path / "s.json.gz", sample.denied(sample.LOGGING, "us-east-1"))
    whole = json.loads(run("evaluate", snapshot, "--output-dir", "a", "--format", "json").stdout)
    shown = json.loads(
        run("evaluate", snapshot, "--output-dir", "b", "--format", "json", "--show", status).stdout
    )
    assert shown["items"] == whole["items"]
    assert shown["run"] == whole["run"]
    assert shown["findings"] == [f for f in whole["findings"] if f["status"] == status.upper()]
    assert Path("a/findings.json").read_bytes() == Path("b/findings.json").read_bytes()
    assert Path("a/findings.csv").read_bytes() == Path("b/findings.csv").read_bytes()


def test_the_summary_names_the_files_by_digest_and_how_it_ended(tmp_path: Path) -> None:
    """summary.json: run, items, counts, exit code, files."""
    result = run("evaluate", sample.stored(tmp_path / "s.json.gz"), "--output-dir", "out")
    summary = json.loads(Path("out/summary.json").read_bytes())
    assert summary["exit_code"] == result.exit_code
    assert summary["conclusion"] == last_line(result)
    assert summary["items"] == document(Path("out"))["items"]
    assert summary["run"] == document(Path("out"))["run"]
    assert summary["counts"] | {"PASS": 3, "FAIL": 2} == summary["counts"]
    for file in summary["files"]:
        content = (Path("out") / file["name"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        assert file["bytes"] == len(content)
    assert {file["name"] for file in summary["files"]} == FILES - {"summary.json"}
    assert sum(sum(place["counts"].values()) for place in summary["by_place"]) == len(rows(Path("out")))


def test_the_run_says_under_which_conditions(tmp_path: Path) -> None:
    """Account, caller, Regions, scope, selection, parameters, the snapshot's digest, the calls."""
    snapshot = sample.stored(tmp_path / "s.json.gz", sample.denied(sample.SUMMARY, "us-east-1"))
    run("evaluate", snapshot, "--output-dir", "out", "--item", "3,4", "--set", "required_strength=LOW")
    facts = document(Path("out"))["run"]
    assert facts["run_id"] == sample.RUN.run_id
    assert facts["assessed_at"] == sample.RUN.assessed_at
    assert facts["caller"] == sample.ACCOUNT.caller
    assert facts["regions"] == list(sample.ACCOUNT.regions)
    assert facts["accounts"][0]["account_id"] == sample.ACCOUNT.id
    assert facts["scope"] == "workload"
    assert facts["selection"] == {
        "items": [3, 4],
        "controls": [],
        "severities": [],
        "controls_run": 2,
        "questions_asked": 0,
    }
    assert facts["parameters"]["required_strength"] == "LOW"
    assert facts["parameters"]["allowed_retention_modes"] is None
    assert facts["snapshot_sha256"] == hashlib.sha256(snapshot.read_bytes()).hexdigest()
    assert facts["calls"]["unseen"] == {"DENIED": 1}


def test_a_snapshot_without_a_call_says_so_instead_of_passing(tmp_path: Path) -> None:
    """Newer controls over an older snapshot are not assessed."""
    gone = {
        call_of(sample.LOGGING, sample.ACCOUNT.id, "us-east-1", {}): Unseen(Why.OPERATION_UNAVAILABLE, "", "")
    }
    run("evaluate", sample.stored(tmp_path / "s.json.gz", gone), "--output-dir", "out", "--item", "7")
    [row] = [r for r in rows(Path("out")) if r["region"] == "us-east-1"]
    assert (row["status"], row["reason"]) == ("NOT_ASSESSED", "OPERATION_UNAVAILABLE")


HOSTILE = "\x1b[31mred\x1b]0;title\x07 \u202egnp.exe\u2066 a\nb\r\nc\x00 \ud83d\ude00"


def test_hostile_names_act_on_nobody(tmp_path: Path) -> None:
    """Escapes, overrides and line breaks in a name reach neither the terminal nor a cell as themselves."""
    name = HOSTILE.encode("utf-16", "surrogatepass").decode("utf-16")
    changes = sample.guardrail("g1", "us-east-1", name=name, status="FAILED")
    snapshot = sample.stored(tmp_path / "s.json.gz", changes)
    result = run("evaluate", snapshot, "--output-dir", "out", "-v")
    for text in (result.stdout, result.stderr, Path("out/findings.csv").read_text("utf-8-sig")):
        assert not set(text) & set("\x1b\x07\x00\u202e\u2066")
    assert "\\u202egnp.exe" in result.stdout
    [row] = [r for r in rows(Path("out")) if r["control_id"] == "GAI-4.01" and r["region"] == "us-east-1"]
    assert "\n" not in row["observed"]
    assert "\r" not in row["observed"]
    assert b"\x1b" not in Path("out/findings.json").read_bytes()


def test_a_lone_surrogate_is_survived(tmp_path: Path) -> None:
    """Text that UTF-8 cannot hold is escaped in every report."""
    changes = sample.guardrail("g1", "us-east-1", name="a\ud800b", status="FAILED", guardrailArn="b\udfff")
    snapshot = sample.stored(tmp_path / "s.json.gz", changes)
    result = run("evaluate", snapshot, "--output-dir", "out")
    assert result.exit_code == 3
    assert "a\\ud800b" in result.stdout
    assert "a\\ud800b" in Path("out/findings.csv").read_text("utf-8-sig")


@pytest.mark.parametrize("first", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_formulas_in_cells_are_text(tmp_path: Path, first: str) -> None:
    """What a spreadsheet would compute is marked as text; the JSON keeps it as it is."""
    arn = f"{first}:arn"
    listing = call_of(sample.LIST_GUARDRAILS, sample.ACCOUNT.id, "us-east-1", {})
    changes = {listing: Seen({"guardrails": [{"id": "g1", "arn": arn}]})}
    run("evaluate", sample.stored(tmp_path / "s.json.gz", changes), "--output-dir", "out", "--item", "4")
    cells = [row["resource_arn"] for row in rows(Path("out"))]
    assert any(cell.startswith("'") and cell.endswith(first.strip() + ":arn") for cell in cells)
    assert arn in [finding["resource_arn"] for finding in document(Path("out"))["findings"]]
