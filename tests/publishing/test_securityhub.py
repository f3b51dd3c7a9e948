"""Security Hub: batches, what is archived, what is refused, and against moto's own hub."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner
from moto import mock_aws

from assessor.cli import main
from assessor.history.runs import StoredRun
from assessor.publishing.changes import active
from assessor.publishing.changes import told as changes
from assessor.publishing.securityhub import CannotPublishError, attempt, most_seconds, publish
from tests.history.stored import row, run

REGION = "us-east-1"


def found(count: int, description: str = "x") -> list[dict[str, Any]]:
    """Findings, as far as batches look at them."""
    return [{"Id": str(n), "Description": description} for n in range(count)]


class Hub:
    """Answers as Security Hub does, and refuses the ids it is told to."""

    def __init__(self, refuse: Callable[[str], bool] = lambda _: False) -> None:
        self.batches: list[list[str]] = []
        self.bytes: list[int] = []
        self._refuse = refuse

    def batch_import_findings(self, *, Findings: Sequence[Mapping[str, Any]]) -> Any:  # noqa: N803 - boto3's name
        """Take a batch."""
        self.batches.append([one["Id"] for one in Findings])
        self.bytes.append(len(json.dumps(list(Findings)).encode()))
        failed = [one["Id"] for one in Findings if self._refuse(one["Id"])]
        return {
            "SuccessCount": len(Findings) - len(failed),
            "FailedCount": len(failed),
            "FailedFindings": [
                {"Id": ident, "ErrorCode": "InvalidInput", "ErrorMessage": "no"} for ident in failed
            ],
        }


def test_batches_hold_a_hundred_at_most() -> None:
    """All are sent, in order, once."""
    hub = Hub()
    outcome = publish(hub, found(250))
    assert [len(batch) for batch in hub.batches] == [100, 100, 50]
    assert [ident for batch in hub.batches for ident in batch] == [str(n) for n in range(250)]
    assert outcome.sent == 250


def test_batches_keep_within_six_megabytes_and_large_findings_are_named() -> None:
    """240 KB a finding: what is larger would make the whole call fail, so it is never sent."""
    hub = Hub()
    outcome = publish(hub, [*found(60, "x" * 200_000), {"Id": "big", "Description": "x" * 250_000}])
    assert outcome.too_large == ["big"]
    assert outcome.sent == 60
    assert max(hub.bytes) < 6_100_000


def test_a_refused_finding_does_not_keep_the_others_out() -> None:
    """It is reported with the service's reason."""
    outcome = publish(Hub(lambda ident: ident == "7"), found(120))
    assert outcome.sent == 119
    assert outcome.refused == [("7", "InvalidInput: no")]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AccessDeniedException", "grant securityhub:BatchImportFindings"),
        ("InvalidAccessException", "Security Hub is not enabled in this Region"),
        ("LimitExceededException", "Security Hub refused"),
    ],
)
def test_errors_say_what_to_do(code: str, said: str) -> None:
    """And how much was imported before."""

    class Refusing(Hub):
        def batch_import_findings(self, *, Findings: Sequence[Mapping[str, Any]]) -> Any:  # noqa: N803 - boto3's name
            if self.batches:
                raise ClientError({"Error": {"Code": code, "Message": "no"}}, "BatchImportFindings")
            return super().batch_import_findings(Findings=Findings)

    with pytest.raises(CannotPublishError, match=said) as error:
        publish(Refusing(), found(150))
    assert "100 findings were imported before" in str(error.value)


def told(before: StoredRun | None, after: StoredRun) -> dict[str, tuple[str, str]]:
    """Finding id -> (compliance, record state), as the hub is told."""
    return {
        one.found["Id"].split("/")[1]: (one.found["Compliance"]["Status"], one.found["RecordState"])
        for one in changes(after, before, REGION)
    }


def test_what_was_fixed_is_archived_and_what_is_unseen_stays() -> None:
    """Only failures of the run before are told about; a permission lost archives nothing."""
    before = run(
        row("fixed", "FAIL"),
        row("open", "FAIL"),
        row("waived", "FAIL"),
        row("unseen", "FAIL", region="eu-west-1"),
        row("gone", "FAIL"),
        row("passing", "PASS"),
        row("hidden", "FAIL", control_id="GAI-7.01"),
        row("elsewhere", "FAIL", control_id="GAI-3.01"),
    )
    after = run(
        row("fixed", "PASS"),
        row("open", "FAIL"),
        row("waived", "WAIVED", waiver="accepted"),
        row("new", "FAIL"),
        row("passing", "PASS"),
        row("unseen", "NOT_ASSESSED", region="eu-west-1"),
        row("listing", "NOT_ASSESSED", control_id="GAI-7.01"),
        day=2,
    )
    assert told(before, after) == {
        "open": ("FAILED", "ACTIVE"),
        "new": ("FAILED", "ACTIVE"),
        "fixed": ("PASSED", "ARCHIVED"),
        "waived": ("WARNING", "ARCHIVED"),
        "gone": ("NOT_AVAILABLE", "ARCHIVED"),
        "unseen": ("NOT_AVAILABLE", "ACTIVE"),
        "hidden": ("NOT_AVAILABLE", "ACTIVE"),
    }
    assert told(None, after) == {"open": ("FAILED", "ACTIVE"), "new": ("FAILED", "ACTIVE")}


def test_what_did_not_arrive_is_remembered_as_it_was() -> None:
    """A failure that was refused is not active; one whose archiving was refused still is."""
    before = run(row("fixed", "FAIL"), row("stuck", "FAIL"), row("unseen", "FAIL"), row("open", "FAIL"))
    after = run(
        row("fixed", "PASS"),
        row("stuck", "PASS"),
        row("unseen", "NOT_ASSESSED"),
        row("open", "FAIL", observed="worse"),
        row("new", "FAIL"),
        row("refused", "FAIL"),
        day=2,
    )
    sent = list(changes(after, before, REGION))
    lost = {"genai-readiness-assessor/stuck", "genai-readiness-assessor/refused"}
    kept = {one["finding_id"]: one for one in active(before.findings, sent, lost)}
    assert set(kept) == {"stuck", "unseen", "open", "new"}
    assert {one["status"] for one in kept.values()} == {"FAIL"}
    assert kept["open"]["observed"] == "worse"
    assert {one["finding_id"] for one in active(before.findings, sent, ())} == {
        "unseen",
        "open",
        "new",
        "refused",
    }


def test_an_import_that_runs_out_of_time_says_what_was_not_sent() -> None:
    """Asked before every batch; what was sent before stays sent."""
    hub = Hub()
    outcome = attempt(hub, found(250), lambda: len(hub.batches) < 2)
    assert (outcome.sent, len(outcome.late)) == (200, 50)
    assert outcome.lost == {str(n) for n in range(200, 250)}
    assert "200 findings were imported before" in outcome.error


def test_an_attempt_that_is_refused_as_a_whole_raises_nothing() -> None:
    """The findings of the batch and those after it did not arrive."""

    class Refusing(Hub):
        def batch_import_findings(self, *, Findings: Sequence[Mapping[str, Any]]) -> Any:  # noqa: N803 - boto3's name
            if len(self.batches) == 1:
                raise ClientError({"Error": {"Code": "LimitExceededException"}}, "BatchImportFindings")
            return super().batch_import_findings(Findings=Findings)

    outcome = attempt(Refusing(), found(250))
    assert outcome.sent == 100
    assert outcome.lost == {str(n) for n in range(100, 250)}
    assert "Security Hub refused" in outcome.error


@pytest.mark.parametrize("left", [12.0, 30.0, 60.0, 100.0, 600.0])
def test_a_request_with_its_repetitions_fits_into_the_time_that_is_left(left: float) -> None:
    """However often botocore repeats it."""
    assert most_seconds(left) <= left


def saved(path: Path, one: StoredRun) -> str:
    """The run, in a file."""
    path.write_text(
        json.dumps({"schema": 1, "run": one.run, "items": one.items, "findings": list(one.findings)})
    )
    return str(path)


def test_the_command_imports_updates_and_archives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against moto's hub: one finding per id after two runs, the fixed one archived; other accounts are left out."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    account = "123456789012"
    mine = {"account_id": account, "resource_arn": f"arn:aws:bedrock:us-east-1:{account}:guardrail/a"}
    first = run(row("a", "FAIL", **mine), row("b", "FAIL", **mine), row("other", "FAIL"))
    second = run(row("a", "PASS", **mine), row("b", "FAIL", **mine), row("other", "FAIL"), day=2)
    for one in (first, second):
        one.run["accounts"].append(
            {"account_id": account, "partition": "aws", "caller": "", "regions": [REGION]}
        )
    old, new = saved(tmp_path / "old.json", first), saved(tmp_path / "new.json", second)
    with mock_aws():
        hub = boto3.client("securityhub", region_name=REGION)
        hub.enable_security_hub()
        done = CliRunner().invoke(main, ["export", "securityhub", old, "--region", REGION])
        assert done.exit_code == 0, done.output
        assert "2 findings imported" in done.stderr
        assert "1 finding of other accounts left out" in done.stderr
        done = CliRunner().invoke(main, ["export", "securityhub", new, "--previous", old, "--region", REGION])
        assert done.exit_code == 0, done.output
        there = {one["Id"].split("/")[1]: one["RecordState"] for one in hub.get_findings()["Findings"]}
    assert there == {"a": "ARCHIVED", "b": "ACTIVE"}


def test_asff_in_a_file_needs_no_credentials(tmp_path: Path) -> None:
    """For those who send it themselves; the Region of the hub has to be said."""
    new = saved(tmp_path / "new.json", run(row("a", "FAIL")))
    out = tmp_path / "findings.asff.json"
    done = CliRunner().invoke(main, ["export", "asff", new, "--region", REGION, "--output", str(out)])
    assert done.exit_code == 0, done.output
    assert [one["Id"] for one in json.loads(out.read_bytes())] == ["genai-readiness-assessor/a"]
    done = CliRunner().invoke(main, ["export", "asff", new], env={"AWS_REGION": None})
    assert done.exit_code == 2


@pytest.mark.parametrize("format", ["ocsf", "junit", "sarif", "markdown"])
def test_every_format_goes_to_stdout_or_a_file(tmp_path: Path, format: str) -> None:
    """The same bytes; a damaged run is an error of one line."""
    new = saved(tmp_path / "new.json", run(row("a", "FAIL"), row("b", "PASS")))
    out = tmp_path / "out"
    done = CliRunner().invoke(main, ["export", format, new])
    assert done.exit_code == 0
    assert CliRunner().invoke(main, ["export", format, new, "--output", str(out)]).exit_code == 0
    assert out.read_bytes() == done.stdout_bytes
    assert CliRunner().invoke(main, ["export", format, str(tmp_path / "absent")]).exit_code == 1
