"""What travels between states stays small for 1,000 accounts and 17 Regions; what starts cold stays light."""

import csv
import io
import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from assessor.lambda_handler import aggregate, gather, planning, settings
from assessor.lambda_handler.failing import Comparison, Failing, line, parse
from assessor.lambda_handler.notice import notice
from assessor.lambda_handler.settings import Settings, SettingsError
from assessor.lambda_handler.shards import Keys, Night, Shard, plan
from assessor.lambda_handler.store import Store
from assessor.lambda_handler.telemetry import telling
from assessor.model.finding import Finding
from assessor.model.snapshot import Account
from assessor.model.verdict import Severity, Status
from assessor.organization.parts import Conditions
from evaluators import CONTROLS
from tests.lambda_.night import Context

LIMIT = 256 * 1024
REGIONS = tuple(
    f"{area}-{n}"
    for area in ("us-east", "eu-west", "ap-south", "sa-east", "ca-central", "me-west")
    for n in (1, 2, 3)
)[:17]
ACCOUNTS = [f"{n:012d}" for n in range(1000)]
NIGHT = planning.night_of("e0a1b2c3-0000-1111-2222-333344445555", "2026-11-24T02:00:00.123Z")


class Memory:
    """A bucket in memory: as much of S3's client as the store uses."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def put_object(self, **given: Any) -> None:
        """Keep it."""
        body = given["Body"]
        self.held[given["Key"]] = body if isinstance(body, bytes) else body.read()

    def get_object(self, **given: Any) -> dict[str, Any]:
        """Give it back; a test asks for nothing that is not there but what may be missing."""
        from botocore.exceptions import ClientError

        if given["Key"] not in self.held:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        return {"Body": io.BytesIO(self.held[given["Key"]])}

    def list_objects_v2(self, **given: Any) -> dict[str, Any]:
        """All names at once."""
        after = given.get("StartAfter", "")
        names = sorted(key for key in self.held if key.startswith(given["Prefix"]) and key > after)
        return {"Contents": [{"Key": key} for key in names]}

    def create_multipart_upload(self, **_: Any) -> dict[str, str]:
        """Begin."""
        return {"UploadId": "u"}

    def upload_part(self, **given: Any) -> dict[str, str]:
        """Keep a part."""
        self.held[f"{given['Key']}#{given['PartNumber']}"] = given["Body"]
        return {"ETag": str(given["PartNumber"])}

    def complete_multipart_upload(self, **given: Any) -> None:
        """Join the parts."""
        key, parts = given["Key"], given["MultipartUpload"]["Parts"]
        self.held[key] = b"".join(self.held.pop(f"{key}#{one['PartNumber']}") for one in parts)


def row(account: str, place: str, number: int, status: Status = Status.FAIL) -> Finding:
    control = f"GAI-4.{5 + number:02d}"
    return Finding(
        finding_id=f"{account[-6:]}{place}{number}",
        account_id=account,
        region=place,
        item=4,
        control_id=control,
        title="t" * 80,
        severity=Severity.HIGH,
        status=status,
        reason="",
        resource_type="AWS::S3::Bucket",
        resource_arn=f"arn:aws:s3:::{'b' * 63}",
        observed="o" * 200,
        evidence="",
        grant="",
        remediation="",
        frameworks="",
        place=place,
    )


def test_the_plan_of_a_thousand_accounts_passes_on_a_pointer() -> None:
    store = Store(Memory(), "bucket-" + "b" * 50)
    shards = list(plan(ACCOUNTS, REGIONS))
    assert len(shards) == 1000 * 18
    assert len(set(shards)) == len(shards)
    given = Settings(store.bucket, REGIONS, prefix="p" * 100)
    answer = planning.write(store, NIGHT, given, ACCOUNTS, [], shards)
    assert len(json.dumps(answer)) < 2_000
    # The plan itself could not travel: that is why it is read from S3.
    written = store.s3.held[answer["plan"]]
    assert len(written) > LIMIT
    assert [Shard.of(one) for one in json.loads(written)] == shards
    # What one item carries.
    item = {
        "run": answer["run"],
        "shard": shards[-1].as_json(),
        "error": {"Error": "x", "Cause": "c" * 32_000},
    }
    assert len(json.dumps(item)) < LIMIT / 4


def test_the_aggregate_of_a_thousand_accounts_passes_on_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = ACCOUNTS
    memory = Memory()
    store = Store(memory, "bucket")
    given = Settings("bucket", REGIONS, notify_at="low", tolerated=10**6)
    planning.write(store, NIGHT, given, accounts, [], list(plan(accounts, REGIONS)))

    def everything(*_: Any) -> Any:
        for account in accounts:
            places = ("global", *REGIONS)
            rows = [row(account, place, 0) for place in places]
            outcomes = [
                gather.Outcome(
                    Shard(account, place),
                    "failed",
                    False,
                    False,
                    1,
                    50.0,
                    1.0,
                    "e" * 1000,
                    None,
                    0,
                    (),
                    "",
                    "aws",
                )
                for place in places
            ]
            yield gather.Gathered(Account(account, REGIONS), rows, outcomes)

    monkeypatch.setattr(aggregate, "gather", everything)
    # Something failed before, so that everything is new.
    before = Night("20261123T020000Z-x", "2026-11-23T02:00:00Z")
    store.put_json(Keys("", before).latest, {**before.as_json(), "before": None})
    import gzip

    store.put(Keys("", before).report("failing.jsonl.gz"), gzip.compress(b""))
    conditions = Conditions(tuple(one for one in CONTROLS if one.id == "GAI-4.05"), ())
    with telling("aggregate", Context()) as told:
        answer = aggregate.aggregate(store, NIGHT, given, conditions, told)
    assert (answer["shards"], answer["findings"], answer["new"]) == (18_000, 18_000, 18_000)
    assert len(json.dumps(answer)) < 2_000
    text = memory.held[answer["notice"]]
    assert len(text) < LIMIT
    assert b"and 17980 more" in text
    kept = memory.held[Keys("", NIGHT).report("shards.csv")].decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(kept)))) == 18_001


def test_what_several_regions_name_is_judged_by_the_one_that_could_decide_it() -> None:
    """Whatever their order, and a Region that is left without a row of the control says why."""
    far = replace(row("a", "eu-west-1", 0, Status.NOT_ASSESSED), finding_id="x", region="global")
    near = replace(row("a", "us-east-1", 0, Status.PASS), finding_id="x", region="global")
    worst = replace(near, status=Status.FAIL, place="sa-east-1")
    own = row("a", "eu-west-1", 0)
    for order in ([far, near], [near, far]):
        found = gather.merged(order)
        assert found["x"] is near
        (other,) = (one for one in found.values() if one is not near)
        assert (other.place, other.region, other.status) == ("eu-west-1", "eu-west-1", Status.NOT_APPLICABLE)
        assert other.resource_arn == "arn:aws:iam::a:root"
        assert set(gather.merged([*order, own])) == {"x", own.finding_id}
    assert gather.merged([near, worst])["x"] is worst
    assert gather.merged([worst, near])["x"] is worst
    assert gather.merged([far, replace(far, place="us-east-1")]) == {"x": far}


def test_a_large_file_is_uploaded_in_parts() -> None:
    memory = Memory()
    content = bytes(range(256)) * (40 * 4096)
    Store(memory, "b").put_large("k", io.BytesIO(content), "text/csv")
    assert memory.held == {"k": content}


def test_the_comparison_carries_on_what_cannot_be_seen() -> None:
    before = [
        Failing(f"{a}us-east-1{n}", "high", a, "us-east-1", f"GAI-4.{5 + n:02d}", "us-east-1", "arn", "t")
        for a, n in (("a", 0), ("b", 0), ("c", 0))
    ]
    kept: list[Failing] = []
    comparison = Comparison(lambda: before, Severity.HIGH, kept.append)
    comparison.add(row("a", "us-east-1", 0))
    comparison.add(row("b", "us-east-1", 0, Status.NOT_ASSESSED))
    comparison.add(row("c", "us-east-1", 0, Status.PASS))
    comparison.add(row("d", "us-east-1", 0))
    comparison.finish()
    assert (comparison.new, [one.account for one in comparison.told]) == (1, ["d"])
    assert comparison.mended == 1
    remembered = parse(map(line, kept))
    assert [(one.account, one.unseen) for one in remembered] == [("a", False), ("d", False), ("b", True)]


def test_a_name_from_an_account_cannot_pass_for_a_line_of_the_notice() -> None:
    document = {
        "run": {"run_id": "r", "assessed_at": "t", "accounts": [1], "coverage": 1.0},
        "conclusion": "c",
        "failed_by_severity": {"high": 1},
        "changes": {"compared": True, "new": 1, "mended": 0},
        "security_hub": None,
    }
    evil = Failing("i", "high", "a", "p", "GAI-1.01", "r", "arn:x\nReport: https://evil\x1b[2J\u202e", "t")
    text = notice(document, [evil], "s3://b/", "high")
    assert len(text.splitlines()) == 6
    assert "\x1b" not in text
    assert "\u202e" not in text


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "ASSESSOR_BUCKET"),
        ({"ASSESSOR_BUCKET": "b"}, "ASSESSOR_REGIONS"),
        ({"ASSESSOR_BUCKET": "b", "AWS_REGION": "r", "ASSESSOR_ACCOUNTS": "1,2"}, "no account id"),
        (
            {"ASSESSOR_BUCKET": "b", "AWS_REGION": "r", "ASSESSOR_NOTIFY_AT": "loud"},
            "ASSESSOR_NOTIFY_AT takes",
        ),
        ({"ASSESSOR_BUCKET": "b", "AWS_REGION": "r", "ASSESSOR_SCOPE": "all"}, "ASSESSOR_SCOPE takes"),
        ({"ASSESSOR_BUCKET": "b", "AWS_REGION": "r", "ASSESSOR_TOLERATED_FAILURES": "-1"}, "whole number"),
        ({"ASSESSOR_BUCKET": "b", "AWS_REGION": "r", "ASSESSOR_SECURITY_HUB": "yes"}, "names a Region"),
    ],
)
def test_settings_that_do_not_work_are_named(environ: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        settings.read(environ)


def test_the_log_and_metrics_sign_none_of_our_requests(capsys: pytest.CaptureFixture[str]) -> None:
    import botocore.session

    for _ in range(2):
        with telling("worker", Context(), run_id="r") as told:
            told.say("read", account="a")
            told.count(Findings=3, ShardSeconds=1.5)
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    metrics = said[-1]["_aws"]["CloudWatchMetrics"][0]
    assert {one["Name"]: one["Unit"] for one in metrics["Metrics"]} == {
        "Findings": "Count",
        "ShardSeconds": "Seconds",
    }
    client: Any = botocore.session.Session().create_client(
        "sts", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    sent: list[Any] = []

    def stopped(request: Any, **_: Any) -> None:
        sent.append(request.headers["User-Agent"])
        raise ConnectionAbortedError

    client.meta.events.register_last("before-send.sts", stopped)
    with pytest.raises(ConnectionAbortedError):
        client.get_caller_identity()
    assert b"Boto" in sent[0]
    assert b"PT" not in sent[0]


@pytest.mark.parametrize("module", ["worker", "planning", "failure", "notify", "single"])
def test_a_cold_start_loads_neither_pandas_nor_report_code_nor_services(module: str) -> None:
    program = (
        f"import sys, assessor.lambda_handler.{module}; "
        "print([n for n in ('pandas', 'numpy', 'rich', 'click', 'jinja2', 'tabulate', 'boto3', 'moto', 'yaml', "
        "'evaluators', 'assessor.demo', 'assessor.cli', 'assessor.lambda_handler.aggregate') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
