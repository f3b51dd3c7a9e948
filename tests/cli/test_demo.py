"""`assessor scan --demo`: a real scan over HTTP of an account that is not there."""

import json
import os

import pytest

from assessor import demo
from tests.cli import sample
from tests.cli.conftest import run


@pytest.fixture
def _sample_company(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "company", lambda: demo.Document(sample.DOCUMENT))


@pytest.mark.usefixtures("_sample_company")
def test_the_demo_is_a_scan_of_every_region_it_has_something_in() -> None:
    """Real calls, real findings, the usual exit code; stderr says that the company is invented."""
    result = run("scan", "--demo", "--format", "json")
    document = json.loads(result.stdout)
    assert result.exit_code == 3
    assert document["run"]["regions"] == ["eu-west-1", "us-east-1"]
    assert document["run"]["calls"]["seen"] > 0
    assert "invented company" in result.stderr


@pytest.mark.usefixtures("_sample_company")
def test_the_users_settings_neither_matter_nor_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist, a proxy that does not answer: the demo runs, and both are as before."""
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_REGION", "ap-south-1")
    before = dict(os.environ)
    assert run("scan", "--demo", "--region", "us-east-1", "--fail-on", "none").exit_code == 0
    assert dict(os.environ) == before


def test_a_missing_extra_is_said_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the stand-in's libraries: exit 1, and how to get them."""
    import sys

    monkeypatch.setitem(sys.modules, "assessor.demo", None)
    monkeypatch.delattr("assessor.demo", raising=False)
    result = run("scan", "--demo")
    assert result.exit_code == 1
    assert "pip install 'genai-readiness-assessor[demo]'" in result.stderr
