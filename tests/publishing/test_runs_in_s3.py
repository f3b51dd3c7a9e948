"""Runs in a bucket: listed page by page, summaries alone read, and one line where something is wrong."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import CliRunner, Result
from moto import mock_aws

from assessor.cli import main
from assessor.history.runs import RunError, StoredRun
from assessor.publishing.runs_in_s3 import NotAnAddressError, Place, summaries
from tests.history.stored import row, run

BUCKET = "nights"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """An empty bucket."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        client = boto3.client("s3", "us-east-1")
        client.create_bucket(Bucket=BUCKET)
        yield client


def keep(s3: Any, one: StoredRun, prefix: str = "") -> None:
    """As the nightly run keeps a run: the report, and beside it what is large."""
    there = f"{prefix}reports/dt={one.assessed_at[:10]}/run={one.id}/"
    content = json.dumps({"schema": 1, "run": one.run, "items": one.items, "by_place": []}).encode()
    s3.put_object(Bucket=BUCKET, Key=f"{there}summary.json", Body=content)
    for name in ("findings.csv", "findings.json.gz", "report.html"):
        s3.put_object(Bucket=BUCKET, Key=there + name, Body=b"not to be read")
    for kind in ("findings", "snapshots"):
        key = f"{prefix}{kind}/dt={one.assessed_at[:10]}/account=111122223333/region=us-east-1/{one.id}.gz"
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"not to be listed")


class Watched:
    """A client that gives two names a page, and remembers what was asked."""

    def __init__(self, s3: Any) -> None:
        self._s3 = s3
        self.listed: list[str] = []
        self.read: list[str] = []

    def list_objects_v2(self, **request: Any) -> Any:
        """Two at a time."""
        answer = self._s3.list_objects_v2(**{"MaxKeys": 2, **request})
        self.listed += [one["Key"] for one in answer.get("Contents", ())]
        return answer

    def get_object(self, **request: Any) -> Any:
        """As it is."""
        self.read.append(request["Key"])
        return self._s3.get_object(**request)


def week() -> list[StoredRun]:
    """Five nights."""
    return [run(row("a", "FAIL"), day=day, low=10.0 * day) for day in range(1, 6)]


@pytest.mark.parametrize("prefix", ["", "assessor/"])
def test_only_summaries_are_read_and_only_reports_are_listed(s3: Any, prefix: str) -> None:
    """Page by page to the end; the folders of findings and snapshots may hold millions of names."""
    for one in week():
        keep(s3, one, prefix)
    watched = Watched(s3)
    found = list(summaries(watched, Place.of(f"s3://{BUCKET}/{prefix}")))
    assert [one.id for one in found] == [one.id for one in week()]
    assert [dict(one.run) for one in found] == [one.run for one in week()]
    assert all(key.endswith("/summary.json") for key in watched.read)
    assert len(watched.read) == 5
    assert all(key.startswith(f"{prefix}reports/") for key in watched.listed)


def test_nothing_is_listed_before_it_is_asked_for(s3: Any) -> None:
    """A night that is not wanted costs nothing."""
    for day in range(1, 32):
        keep(s3, run(day=day))
        keep(s3, run(day=day), "again/")
    watched = Watched(s3)
    found = summaries(watched, Place.of(f"s3://{BUCKET}"))
    assert watched.listed == []
    assert next(found).id == "run-01"
    summaries_listed = len({key for key in watched.listed if key.endswith("summary.json")})
    assert summaries_listed <= 32
    since = list(summaries(Watched(s3), Place.of(f"s3://{BUCKET}"), since="2026-01-30"))
    assert [one.id for one in since] == ["run-30", "run-31"]


@pytest.mark.parametrize(
    "key",
    [
        "dt=2026-01-01/account=111122223333/region=us-east-1/summary.json",
        "out/summary.json",
        "summary.json",
        "a/b/c/summary.json",
    ],
)
def test_any_layout_is_found(s3: Any, key: str) -> None:
    """Output directories copied by hand, a folder an account and Region; another file of that ending is none."""
    content = json.dumps({"schema": 1, "run": run().run, "items": run().items}).encode()
    s3.put_object(Bucket=BUCKET, Key=f"mine/{key}", Body=content)
    s3.put_object(Bucket=BUCKET, Key="mine/not-a-summary.json", Body=b"x")
    s3.put_object(Bucket=BUCKET, Key="minefield/summary.json", Body=b"x")
    assert [one.id for one in summaries(s3, Place.of(f"s3://{BUCKET}/mine"))] == ["run-01"]


def test_a_summary_that_was_removed_meanwhile_is_left_out(s3: Any) -> None:
    """The bucket forgets after its days; a listing may still name what is gone."""
    for one in week():
        keep(s3, one)

    class Forgetful(Watched):
        def get_object(self, **request: Any) -> Any:
            if "run-03" in request["Key"]:
                s3.delete_object(**request)
            return super().get_object(**request)

    found = summaries(Forgetful(s3), Place.of(f"s3://{BUCKET}"))
    assert [one.id for one in found] == ["run-01", "run-02", "run-04", "run-05"]


def invoke(*args: str) -> Result:
    """The command line."""
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def test_the_trend_of_a_bucket(s3: Any, tmp_path: Path) -> None:
    """Scores and counts of every night; what takes the findings is a dash, and no guess."""
    for one in week():
        keep(s3, one)
    done = invoke("trend", f"s3://{BUCKET}", "--plot", str(tmp_path / "t.svg"))
    assert done.exit_code == 0, done.output
    assert "[50.0-60.0]" in done.stdout
    assert "Mean days" not in done.stdout
    assert (tmp_path / "t.svg").read_text().count('class="low"') == 7
    parsed = json.loads(invoke("trend", f"s3://{BUCKET}", "--format", "json").stdout)
    assert len(parsed["items"]) == 35
    assert {one["new"] for one in parsed["runs"]} == {None}
    assert parsed["failures"] == []


def refused(code: str, message: str = "no") -> ClientError:
    """An answer of S3."""
    return ClientError({"Error": {"Code": code, "Message": message}}, "ListObjectsV2")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            refused("AccessDenied"),
            "s3:ListBucket on arn:aws:s3:::nights and s3:GetObject on arn:aws:s3:::nights/p/*",
        ),
        (refused("AccessDenied", "no kms:Decrypt for it"), "kms:Decrypt"),
        (refused("ExpiredToken"), "have expired (ExpiredToken). Get new ones: `aws sso login --profile dev`"),
        (refused("InvalidAccessKeyId"), "does not know these credentials"),
        (refused("SignatureDoesNotMatch"), "refused the signature"),
        (
            refused("SlowDown", "slower\n\x1b[2J"),
            "s3://nights/p/ cannot be read (ListObjectsV2): SlowDown: slower [2J",
        ),
    ],
)
def test_what_a_bucket_refuses_is_said_in_one_line(error: ClientError, said: str) -> None:
    """What happened and what to do."""

    class Refusing:
        def list_objects_v2(self, **_: Any) -> Any:
            raise error

    with pytest.raises(RunError) as caught:
        list(summaries(Refusing(), Place.of("s3://nights/p"), "dev"))
    assert said in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_bucket_that_is_not_there_ends_with_one(s3: Any) -> None:
    """As does one without a run, and a profile that is not there; an address that is none is a mistake of usage."""
    for args, said in (
        (("s3://absent-bucket",), "There is no bucket named absent-bucket"),
        ((f"s3://{BUCKET}/p",), "s3://nights/p/ holds no summary.json of a run."),
        ((f"s3://{BUCKET}", "--profile", "nobody"), "There is no AWS profile named 'nobody'"),
    ):
        done = invoke("trend", *args)
        assert done.exit_code == 1
        assert done.stdout == ""
        assert said in done.stderr
        assert done.stderr.count("\n") == 1
    for address in ("s3://", "s3:///x", "s3://UPPER/x", "s3://a b"):
        assert invoke("trend", address).exit_code == 2
        with pytest.raises(NotAnAddressError):
            Place.of(address)


def test_without_credentials_the_way_to_get_some_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Before anything is sent."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    done = invoke("trend", "s3://nights")
    assert done.exit_code == 1
    assert "No AWS credentials were found. Run `aws sso login`" in done.stderr


def test_a_summary_that_is_none_names_itself(s3: Any) -> None:
    """The address of the file is in the line."""
    s3.put_object(Bucket=BUCKET, Key="x/summary.json", Body=b"{}")
    done = invoke("trend", f"s3://{BUCKET}/x")
    assert done.exit_code == 1
    assert "s3://nights/x/summary.json holds no summary of this tool" in done.stderr
