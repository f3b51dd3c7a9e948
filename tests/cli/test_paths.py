"""`assessor paths`: on the demo and offline, in every format."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from assessor.cli import main
from assessor.model import archive
from tests.workload.accounts import plain_workload, snapshot


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args, catch_exceptions=False, standalone_mode=False)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paths") / "snapshot.json.gz"
    with path.open("wb") as out:
        archive.write(snapshot(plain_workload()), out)
    return path


def test_a_snapshot_is_read_offline(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assessor.cli.paths.read_operations", lambda *_: pytest.fail("the network was asked"))
    done = run("paths", str(stored))
    assert done.return_value == 0
    assert "POST /chat on stage prod of REST API chat: on a path" in done.stdout


@pytest.mark.parametrize(
    ("format", "start"),
    [("json", '{\n  "schema": 1'), ("mermaid", "flowchart LR\n"), ("dot", "digraph workload {\n")],
)
def test_every_format_goes_to_stdout_alone(stored: Path, format: str, start: str) -> None:
    assert run("paths", str(stored), "--format", format).stdout.startswith(start)


def test_parameters_pin_and_exclude(stored: Path) -> None:
    done = run("paths", str(stored), "--set", "excluded_doors=*/restapis/chat/*")
    assert "owner's word: parameter excluded_doors" in done.stdout


def test_the_models_of_an_account_are_listed(stored: Path) -> None:
    assert "permissions to call a model" in run("paths", str(stored), "--models").stdout
    assert json.loads(run("paths", str(stored), "--models", "--format", "json").stdout)["schema"] == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--models", "--format", "dot"), "--models is a list"),
        (("--demo",), "read offline"),
        (("--set", "no_such=1"), "unknown parameter"),
    ],
)
def test_what_does_not_fit_is_a_mistake_of_usage(stored: Path, arguments: tuple[str, ...], said: str) -> None:
    done = run("paths", str(stored), *arguments)
    assert done.return_value == 2
    assert said in done.stderr


def test_a_file_that_is_no_snapshot_is_said_to_be_none(tmp_path: Path) -> None:
    other = tmp_path / "x.json.gz"
    other.write_bytes(b"no")
    done = run("paths", str(other))
    assert done.return_value == 1


def test_the_demo_company_has_doors_of_every_standing_a_reader_should_meet() -> None:
    done = run("paths", "--demo", "-q", "--format", "json")
    doors = json.loads(done.stdout)["accounts"][0]["doors"]
    assert {one["kind"] for one in doors} == {"door", "asynchronous entry"}
    assert any(one["web_acls"] for one in doors)
    assert any(one["identity"] for one in doors)
    assert not any("/health" in one["what"] for one in doors)


def test_observing_reads_who_called_models() -> None:
    done = run("paths", "--demo", "-q", "--observe", "5", "--models", "--format", "json")
    assert done.return_value == 0
    assert json.loads(done.stdout)["accounts"]
