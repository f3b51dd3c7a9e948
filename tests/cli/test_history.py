"""`--history`: the page draws the score over time, the same page for the same snapshot and history."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from assessor.model import archive
from tests.cli import sample
from tests.cli.conftest import run


def scanned(name: str, day: int, **changes: Any) -> Path:
    """A snapshot of that day."""
    from dataclasses import replace

    made = sample.snapshot(sample.denied(sample.SUMMARY, "us-east-1"))
    when = f"2026-10-{day:02d}T06:00:00Z"
    path = Path(f"{name}.json.gz")
    archive.write(replace(made, run=replace(made.run, run_id=name, assessed_at=when, **changes)), path)
    return path


def evaluated(snapshot: Path, into: str, *args: str) -> Any:
    """Its files."""
    return run("evaluate", snapshot, "--output-dir", into, *args, "--fail-on", "none", "--min-coverage", "0")


@pytest.fixture
def runs() -> Path:
    """Three nights of the same account, and one that looked at something else."""
    for day in range(1, 4):
        evaluated(scanned(f"night-{day}", day), f"runs/{day}")
    evaluated(Path("night-3.json.gz"), "runs/narrow", "--item", "4")
    return Path("runs")


def page(directory: str) -> str:
    """What people open."""
    return Path(directory, "report.html").read_text(encoding="utf-8")


def test_earlier_runs_that_asked_the_same_are_drawn(runs: Path) -> None:
    """Its own run, later ones and other questions are left out, and said to be."""
    evaluated(scanned("other", 2, scope="account"), "runs/other")
    today = scanned("today", 4)
    evaluated(scanned("tomorrow", 5), "runs/tomorrow")
    done = evaluated(today, "runs/today", "--history", str(runs))
    assert done.exit_code == 0, done.output
    assert (
        "history: 3 earlier runs in report.html; 2 runs left out, about other accounts, Regions"
        in done.stderr
    )
    labels = re.findall(r'class=spark [^>]*aria-label="([^"]+)"', page("runs/today"))
    assert labels
    assert all(label.startswith("score in 4 runs since 2026-10-01: ") for label in labels)


def test_the_same_snapshot_and_history_give_the_same_page(runs: Path) -> None:
    """Also after the run itself and later ones have joined the directory; every other file is as without history."""
    today = scanned("today", 4)
    evaluated(today, "runs/today", "--history", str(runs))
    evaluated(scanned("tomorrow", 5), "runs/tomorrow", "--history", str(runs))
    evaluated(today, "again", "--history", str(runs))
    assert page("again") == page("runs/today")
    evaluated(today, "plain")
    for name in ("findings.csv", "findings.json", "controls.csv", "items.csv", "snapshot.json.gz"):
        assert Path("plain", name).read_bytes() == Path("runs/today", name).read_bytes()
    assert "spark" not in page("plain")


def test_the_first_night_has_no_history(tmp_path: Path) -> None:
    """A directory that is not there yet, or is empty, is no mistake; the page is that of a run without history."""
    today = scanned("today", 4)
    evaluated(today, "plain")
    Path("empty").mkdir()
    for place in ("absent", "empty"):
        done = evaluated(today, "out", "--history", place)
        assert done.exit_code == 0
        assert "history: 0 earlier runs" in done.stderr
        assert page("out") == page("plain")
        shutil.rmtree("out")


def test_a_history_that_cannot_be_read_ends_the_run_before_it_begins() -> None:
    """Nothing is written; an address that names no bucket is a mistake of usage."""
    Path("broken").mkdir()
    Path("broken/summary.json").write_text("{}")
    done = evaluated(scanned("today", 4), "out", "--history", "broken")
    assert done.exit_code == 1
    assert "holds no summary of this tool" in done.stderr
    assert not Path("out").exists()
    assert evaluated(Path("today.json.gz"), "out", "--history", "s3://").exit_code == 2


def test_it_can_be_set_once(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In assessor.toml or the environment."""
    today = scanned("today", 4)
    Path("assessor.toml").write_text('history = "runs"\n')
    evaluated(today, "by-file")
    Path("assessor.toml").unlink()
    monkeypatch.setenv("ASSESSOR_HISTORY", "runs")
    evaluated(today, "by-variable")
    assert "spark" in page("by-file")
    assert page("by-file") == page("by-variable")


def test_the_trend_follows_the_newest_run_and_says_what_it_left_out(runs: Path) -> None:
    """Scores of different questions are not one line; --account chooses."""
    evaluated(scanned("other", 4, scope="account"), "runs/other")
    done = run("trend", "runs", "--format", "json")
    assert [one["run_id"] for one in json.loads(done.stdout)["runs"]] == ["other"]
    assert "4 runs left out, about other accounts, Regions, scope or controls than the newest" in done.stderr
    shutil.rmtree("runs/other")
    done = run("trend", "runs", "--format", "json", "--account", sample.ACCOUNT.id)
    assert len(json.loads(done.stdout)["runs"]) == 3
    done = run("trend", "runs", "--account", "999999999999")
    assert done.exit_code == 1
    assert f"no run about account 999999999999 alone; there are runs about {sample.ACCOUNT.id}" in done.stderr
