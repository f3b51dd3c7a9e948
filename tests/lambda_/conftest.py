"""Nobody else's AWS settings, a directory of its own, and a few controls for all: reading is not what is tested."""

import os
from pathlib import Path

import pytest

import evaluators
from assessor.attestations.questions import ATTESTATIONS
from assessor.lambda_handler import conditions

CONTROLS = ("GAI-3.17", "GAI-3.18", "GAI-4.01", "GAI-4.05", "GAI-5.01", "GAI-7.01")


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(("ASSESSOR_", "AWS_")) or name in {"NO_COLOR", "FORCE_COLOR", "CI"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def few(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some controls of both levels and one question, unless the test wants all of them."""
    if "all_controls" in request.fixturenames:
        return
    chosen = tuple(one for one in evaluators.CONTROLS if one.id in CONTROLS)
    assert {one.level.value for one in chosen} == {"account", "region"}
    monkeypatch.setattr(evaluators, "CONTROLS", chosen)
    monkeypatch.setattr(conditions, "ATTESTATIONS", ATTESTATIONS[:1])


@pytest.fixture
def all_controls() -> None:
    """Asks for the whole catalogue."""
