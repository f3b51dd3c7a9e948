"""Stored runs and their summaries, wherever a directory holds them, and which of them can be held against each other."""

import gzip
import json
import math
import os
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from assessor.history.runs import RunError, RunSummary, StoredRun, alike, load, parse_summary
from assessor.history.trend import find, trend
from assessor.reports.findings_json import item_json
from assessor.reports.summary import encoded, summary
from tests.history.stored import row, run
from tests.reports.sample import rich_report


def document(one: RunSummary, **more: Any) -> bytes:
    """As a file of that run begins."""
    return json.dumps({"schema": 1, "run": one.run, "items": one.items, **more}).encode()


def as_scanned(directory: Path, one: StoredRun) -> None:
    """Both files, as a scan writes them."""
    directory.mkdir(parents=True)
    (directory / "findings.json").write_bytes(document(one, findings=one.findings))
    (directory / "summary.json").write_bytes(document(one, counts={}))


def as_night(bucket: Path, one: StoredRun, *, findings: bool = True) -> Path:
    """As the nightly run's bucket holds it, copied to disk."""
    directory = bucket / "reports" / f"dt={one.assessed_at[:10]}" / f"run={one.id}"
    directory.mkdir(parents=True)
    (directory / "summary.json").write_bytes(document(one, counts={}))
    if findings:
        (directory / "findings.json.gz").write_bytes(gzip.compress(document(one, findings=one.findings)))
    return directory


def test_a_copy_of_the_bucket_is_read(tmp_path: Path) -> None:
    """dt= and run= folders, findings compressed: the trend is that of the same runs scanned by hand."""
    runs = [run(row("a", "FAIL"), day=1), run(row("a", "PASS"), row("b", "FAIL"), day=2)]
    for one in runs:
        as_night(tmp_path / "bucket", one)
        as_scanned(tmp_path / "hand" / one.id, one)
    (tmp_path / "bucket" / "findings" / "dt=2026-01-01").mkdir(parents=True)
    (tmp_path / "bucket" / "findings" / "dt=2026-01-01" / "x.jsonl.gz").write_bytes(gzip.compress(b"{}\n"))
    nights, hand = trend(find(tmp_path / "bucket")), trend(find(tmp_path / "hand"))
    for name in ("items", "runs", "failures"):
        assert getattr(nights, name).equals(getattr(hand, name))
    assert nights.runs["fixed"].tolist() == [0, 1]
    assert load(tmp_path / "bucket" / "reports" / "dt=2026-01-02" / "run=run-02").findings == runs[1].findings


def test_of_a_summary_alone_there_are_scores_and_no_guess(tmp_path: Path) -> None:
    """What is new or fixed is not known there; it is told from one run with findings to the next one."""
    as_night(tmp_path, run(row("a", "FAIL"), day=1))
    as_night(tmp_path, run(row("a", "NOT_ASSESSED"), day=2), findings=False)
    as_night(tmp_path, run(row("a", "PASS"), day=3))
    found = trend(find(tmp_path))
    assert len(found.items) == 21
    assert json.loads(found.runs[["new", "fixed"]].to_json(orient="records")) == [
        {"new": 0, "fixed": 0},
        {"new": None, "fixed": None},
        {"new": 0, "fixed": 1},
    ]
    assert found.failures["days"].tolist() == [2.0]


def test_counts_by_place_are_not_read(tmp_path: Path) -> None:
    """A summary as it is written: its items are all there; what stands behind them, however large, is let go."""
    report = rich_report()
    written = encoded(summary(report, [], 0))
    assert report.counts
    found = parse_summary(written, "x")
    assert list(found.items) == [item_json(item) for item in report.items]
    assert found.run == json.loads(json.dumps(report.run))
    many = written.replace(b'"by_place": [', b'"by_place": [' + b"[1, 2, 3], " * 200_000)
    tracemalloc.start()
    assert parse_summary(many, "x") == found
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000


def test_of_copies_the_one_with_findings_is_taken(tmp_path: Path) -> None:
    """Whichever is met first."""
    one = run(row("a", "FAIL"))
    as_night(tmp_path / "a", one, findings=False)
    as_night(tmp_path / "b", one)
    (found,) = find(tmp_path)
    assert found.findings_in is not None


def test_files_of_two_runs_in_one_directory_are_told(tmp_path: Path) -> None:
    """They would be one run's scores with another's failures."""
    directory = as_night(tmp_path, run(day=1))
    (directory / "summary.json").write_bytes(document(run(day=2)))
    with pytest.raises(RunError, match="are of two runs"):
        trend(find(tmp_path))


def test_findings_are_in_memory_two_runs_at_a_time(tmp_path: Path) -> None:
    """Four times the runs take hardly more."""

    def peak(count: int) -> int:
        place = tmp_path / str(count)
        for day in range(1, count + 1):
            rows = [row(f"{n:04d}", "PASS") for n in range(500)]
            as_scanned(place / str(day), run(*rows, day=day))
        tracemalloc.start()
        trend(find(place))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(1)
    assert peak(20) < 1.3 * peak(5)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"schema": 1}',
        b"[" * 100_000,
        document(RunSummary("", {**run().run, "assessed_at": "<b>yesterday</b>"}, [])),
        document(RunSummary("", {**run().run, "assessed_at": "2026-01-01T00:00:00"}, [])),
        document(RunSummary("", {**run().run, "accounts": "123"}, [])),
        document(RunSummary("", run().run, [{**run().items[0], "score": {"low": "<b>", "high": 1}}])),
        document(RunSummary("", run().run, [{**run().items[0], "score": {"low": math.nan, "high": 1}}])),
        document(RunSummary("", run().run, [{**run().items[0], "item": "four"}])),
    ],
)
def test_a_summary_that_is_none_is_said_in_one_line(content: bytes) -> None:
    """Also one whose numbers are texts: they would be drawn."""
    with pytest.raises(RunError, match="holds no summary of this tool") as error:
        parse_summary(content, "x")
    assert "\n" not in str(error.value)


def test_damaged_findings_are_said_in_one_line(tmp_path: Path) -> None:
    """A gzip file cut short, one with a changed byte, and one that is none."""
    whole = gzip.compress(document(run(), findings=[]))
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 0xFF
    for content in (whole[:-9], bytes(changed), b"nothing of the kind"):
        path = tmp_path / "findings.json.gz"
        path.write_bytes(content)
        with pytest.raises(RunError, match=r"is damaged|holds no findings") as error:
            load(tmp_path)
        assert "\n" not in str(error.value)


def test_a_directory_that_cannot_be_looked_into_is_no_empty_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What could not be listed is said; the runs in it are not left out silently."""

    def refuse(top: Path, onerror: Any) -> Any:
        onerror(PermissionError(13, "Permission denied", str(top / "locked")))
        return iter(())

    monkeypatch.setattr(os, "walk", refuse)
    with pytest.raises(RunError, match="locked cannot be read: Permission denied"):
        find(tmp_path)


def _about(*accounts: str, **more: Any) -> RunSummary:
    regions = more.pop("regions", ["us-east-1"])
    made = run(day=1, **more.pop("selection", {}))
    return RunSummary(
        "",
        {**made.run, "accounts": [{"account_id": one, "regions": regions} for one in accounts], **more},
        made.items,
    )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (_about("1"), _about("1"), True),
        (_about("1"), _about("2"), False),
        (_about("1"), _about("1", "2"), False),
        (_about("1", "2", "3"), _about("2", "3", "4"), True),
        (_about("1", "2"), _about("3", "4"), False),
        (_about("1", regions=["a", "b"]), _about("1", regions=["b", "a"]), True),
        (_about("1", regions=["a"]), _about("1", regions=["a", "b"]), False),
        (_about("1", scope="account"), _about("1", scope="workload"), False),
        (_about("1", selection={"items": [4]}), _about("1"), False),
        (
            _about("1", selection={"controls": ["a", "b"]}),
            _about("1", selection={"controls": ["b", "a"]}),
            True,
        ),
    ],
)
def test_runs_that_asked_the_same_can_be_compared(one: RunSummary, other: RunSummary, same: bool) -> None:
    """The account, the Regions, the scope and the controls; an organization's accounts come and go."""
    assert alike(one, other) is alike(other, one) is same
