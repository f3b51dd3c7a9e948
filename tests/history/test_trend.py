"""A folder of runs over time."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from assessor.cli import main
from assessor.history.plot import svg
from assessor.history.runs import RunError, StoredRun, load
from assessor.history.trend import find, trend
from tests.history.stored import row, run


def week() -> list[StoredRun]:
    """Five days: a fails from the first to the third, unseen on the second; b from the second on."""
    return [
        run(row("a", "FAIL"), row("b", "PASS"), day=1, low=40.0),
        run(row("a", "NOT_ASSESSED"), row("b", "FAIL"), day=2, low=30.0),
        run(row("a", "FAIL"), row("b", "FAIL"), day=3, low=30.0),
        run(row("a", "PASS"), row("b", "NOT_ASSESSED"), day=4, low=60.0),
        run(row("a", "PASS"), row("b", "FAIL"), day=5, low=60.0),
    ]


def stored(directory: Path, runs: list[StoredRun]) -> Path:
    """The runs as output directories."""
    for one in runs:
        path = directory / one.id / "findings.json"
        path.parent.mkdir(parents=True)
        path.write_text(
            json.dumps({"schema": 1, "run": one.run, "items": one.items, "findings": one.findings})
        )
    return directory


def test_a_failure_is_open_until_it_is_seen_not_to_fail() -> None:
    """A run that could not see it neither ends its time nor starts it anew."""
    failures = {one["finding_id"]: one for one in trend(week()).failures.to_dict("records")}
    assert failures["a"]["days"] == 3.0
    assert failures["a"]["closed"] == "2026-01-04T06:00:00Z"
    assert failures["b"]["opened"] == "2026-01-02T06:00:00Z"
    assert failures["b"]["closed"] == ""
    assert failures["b"]["days"] == 3.0


def test_the_means_are_per_item() -> None:
    """Closed and open ones apart."""
    means = trend(week()).mean_days.to_dict("records")
    assert means == [{"item": 4, "closed": 1, "mean_days_to_close": 3.0, "open": 1, "mean_days_open": 3.0}]


def test_runs_are_counted_one_after_another() -> None:
    """New, fixed and unseen as `assessor diff` tells them."""
    counted = trend(week()).runs.to_dict("records")
    assert [(one["open"], one["new"], one["fixed"], one["unseen"]) for one in counted] == [
        (1, 0, 0, 0),
        (1, 1, 0, 1),
        (2, 1, 0, 0),
        (0, 0, 1, 1),
        (1, 1, 0, 0),
    ]


def test_runs_come_by_time_and_once(tmp_path: Path) -> None:
    """Wherever below the directory they lie; a copy of a run is that run."""
    stored(tmp_path / "b", week()[3:])
    stored(tmp_path / "a", week()[:4])
    assert [one.id for one in find(tmp_path)] == [f"run-{day:02d}" for day in range(1, 6)]
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="holds no findings"):
        find(tmp_path / "empty")


def test_the_plot_is_an_image_without_anything_active(tmp_path: Path) -> None:
    """Well-formed, seven panels, no script, titles escaped, a gap where there was no score."""
    runs = week()
    for item in runs[2].items:
        item["score"].update(low=None, high=None)
        item["title"] = "<script>x</script>\x1b[2J"  # type: ignore[index]
    runs[-1].items[0]["title"] = "<script>x</script>\x1b[2J"  # type: ignore[index]
    drawn = svg(trend(runs).items)
    root = ET.fromstring(drawn)
    assert not [one for one in root.iter() if one.tag.endswith("script")]
    assert len([one for one in root.iter() if one.get("class") == "low"]) == 14
    assert "\x1b" not in drawn


def test_the_command_shows_writes_and_explains(tmp_path: Path) -> None:
    """A table, JSON, CSV and an SVG."""
    stored(tmp_path / "runs", week())
    call = CliRunner().invoke
    done = call(main, ["trend", str(tmp_path / "runs"), "--plot", str(tmp_path / "t.svg")])
    assert done.exit_code == 0, done.output
    assert "[30.0-40.0]" in done.stdout
    assert "Mean days to close" in done.stdout
    assert (tmp_path / "t.svg").read_text().startswith("<svg")
    parsed = json.loads(call(main, ["trend", str(tmp_path / "runs"), "--format", "json"]).stdout)
    assert len(parsed["items"]) == 35
    assert call(main, ["trend", str(tmp_path / "runs"), "--format", "csv"]).stdout.count("\n") == 36
    assert call(main, ["trend", str(tmp_path / "absent")]).exit_code == 1


def test_diff_has_exit_codes_for_jobs(tmp_path: Path) -> None:
    """0 unless asked; 3 for what is new; with unseen also for what is lost."""
    stored(tmp_path, week())
    old, new = tmp_path / "run-03", tmp_path / "run-04"
    call = CliRunner().invoke
    assert call(main, ["diff", str(old), str(new)]).exit_code == 0
    assert call(main, ["diff", str(old), str(new), "--fail-on", "new"]).exit_code == 0
    assert call(main, ["diff", str(old), str(new), "--fail-on", "unseen"]).exit_code == 3
    back = call(main, ["diff", str(new), str(old), "--fail-on", "new"])
    assert back.exit_code == 3
    assert "2 findings for --fail-on new" in back.stderr
    critical = call(main, ["diff", str(new), str(old), "--fail-on", "new", "--severity", "critical"])
    assert critical.exit_code == 0
    parsed = json.loads(call(main, ["diff", str(old), str(new), "--format", "json"]).stdout)
    assert parsed["counts"]["fixed"] == 1
    assert parsed["counts"]["became unseen"] == 1
    assert "| 1 | fixed |" in call(main, ["diff", str(old), str(new), "--format", "markdown"]).stdout


def test_what_is_no_run_is_said_in_one_line(tmp_path: Path) -> None:
    """Damaged, foreign, newer or absent."""
    for content in (b"", b"[]", b'{"schema": 1}', b"\xff", b'{"schema": 99, "run": {}}'):
        path = tmp_path / "x.json"
        path.write_bytes(content)
        with pytest.raises(RunError) as error:
            load(path)
        assert "\n" not in str(error.value)
    with pytest.raises(RunError, match="cannot be read"):
        load(tmp_path / "absent")


def test_parquet_holds_a_row_per_run_and_item(tmp_path: Path) -> None:
    """As another program reads it; the library is an extra."""
    pytest.importorskip("pyarrow")
    import duckdb

    stored(tmp_path / "runs", week())
    done = CliRunner().invoke(
        main, ["trend", str(tmp_path / "runs"), "--parquet", str(tmp_path / "t.parquet")]
    )
    assert done.exit_code == 0, done.output
    rows = (
        duckdb.connect()
        .execute(f"SELECT run_id, item, score_low FROM '{tmp_path}/t.parquet' ORDER BY ALL")
        .fetchall()
    )
    assert rows == [(one.id, item, one.items[0]["score"]["low"]) for one in week() for item in range(1, 8)]


def test_without_its_library_parquet_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is written, and nothing else is said to have failed."""
    for name in ("pyarrow", "fastparquet"):
        monkeypatch.setitem(sys.modules, name, None)
    stored(tmp_path / "runs", week())
    done = CliRunner().invoke(
        main, ["trend", str(tmp_path / "runs"), "--parquet", str(tmp_path / "t.parquet")]
    )
    assert done.exit_code == 1
    assert "install genai-readiness-assessor[parquet]" in done.stderr
    assert not (tmp_path / "t.parquet").exists()
