"""`assessor scan --demo`: a real scan over HTTP of an account that is not there."""

import json
import os
from pathlib import Path

import pytest

import evaluators
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


REAL = evaluators.CONTROLS
"""The product's own controls, as they were before a test replaced them."""


@pytest.fixture
def _the_products_controls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluators, "CONTROLS", REAL)


@pytest.mark.usefixtures("_the_products_controls")
def test_the_company_is_assessed_by_every_control_and_again_from_its_snapshot() -> None:
    """No control vanishes, ids are unique, every verdict has evidence, and the snapshot gives the same bytes."""
    result = run("scan", "--demo", "--output-dir", "scanned")
    assert result.exit_code in {0, 3, 4}, result.stderr
    document = json.loads(Path("scanned/findings.json").read_bytes())
    findings = document["findings"]
    ids = [finding["finding_id"] for finding in findings]
    assert len(set(ids)) == len(ids)
    assert all(finding["resource_arn"].startswith("arn:") for finding in findings)
    assert all(finding["evidence"] for finding in findings if finding["status"] in {"PASS", "FAIL"})
    for control in REAL:
        assert control.id in {finding["control_id"] for finding in findings}
    run("evaluate", "scanned/snapshot.json.gz", "--output-dir", "again")
    for name in ("findings.csv", "findings.json", "summary.json"):
        assert Path("scanned", name).read_bytes() == Path("again", name).read_bytes()
