"""A working directory of its own, no settings from outside, and the sample's controls."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import assessor.attestations.questions
import evaluators
from assessor.cli import main
from tests.cli import sample


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("ASSESSOR_", "AWS_")) or name in {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "CI"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(evaluators, "CONTROLS", sample.CONTROLS)
    monkeypatch.setattr(assessor.attestations.questions, "ATTESTATIONS", ())
    monkeypatch.chdir(tmp_path)


def run(*args: str | Path, env: dict[str, str] | None = None) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(main, [str(arg) for arg in args], env=env, catch_exceptions=False)


def last_line(result: Result) -> str:
    """The last line on stderr."""
    return result.stderr.rstrip("\n").split("\n")[-1]
