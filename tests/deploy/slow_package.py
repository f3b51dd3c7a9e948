"""The real package under the real runtime client (`make deploy-test`)."""

import gzip
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from assessor.demo import Faults
from assessor.deploy.package import PACKED_BUDGET, UNPACKED_BUDGET, Package, build
from tests.deploy.runtime import function, unpacked
from tests.organization.standin import ROLE, company, document, ids, serving

BUCKET = "assessor-results"
ACCOUNT = ids(1)[0]
RUN = {"run_id": "20261124T020000Z-night", "assessed_at": "2026-11-24T02:00:00Z"}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return build("x86_64", tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def task(package: Package, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(package.path, tmp_path_factory.mktemp("lambda"))


@pytest.fixture
def s3() -> Iterator[Any]:
    server = ThreadedMotoServer("127.0.0.1", 0)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        "us-east-1",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="x",
        aws_secret_access_key="x",
    )
    client.create_bucket(Bucket=BUCKET)
    yield client
    server.stop()


def settings(s3: Any, endpoint: str, **more: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": s3.meta.endpoint_url,
        "AWS_ACCESS_KEY_ID": "AKIA111122223333DEMO",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "ASSESSOR_BUCKET": BUCKET,
        "ASSESSOR_REGIONS": "us-east-1,eu-west-1",
        "ASSESSOR_ROLE_NAME": ROLE,
        "ASSESSOR_ENDPOINT_URL": endpoint,
        **more,
    }


def objects(s3: Any) -> dict[str, bytes]:
    listed = s3.list_objects_v2(Bucket=BUCKET).get("Contents", ())
    return {one["Key"]: s3.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in listed}


def test_the_same_package_is_built_twice_within_its_budget(package: Package, tmp_path: Path) -> None:
    again = build("x86_64", tmp_path)
    assert again.sha256 == package.sha256
    assert again.bill.read_bytes() == package.bill.read_bytes()
    assert package.packed < PACKED_BUDGET
    assert package.unpacked < UNPACKED_BUDGET


def test_both_processors_have_their_own_compiled_libraries_and_bytecode(
    package: Package, tmp_path: Path
) -> None:
    arm = build("arm64", tmp_path)
    for made, name in ((package, "x86_64"), (arm, "aarch64")):
        with zipfile.ZipFile(made.path) as held:
            names = held.namelist()
        compiled = [one for one in names if one.endswith(".so")]
        assert compiled
        assert all(name in one for one in compiled), compiled
        assert any("assessor/lambda_handler/__pycache__/worker" in one for one in names)
        assert not [
            one for one in names if one.startswith(("assessor/cli", "assessor/demo", "pandas", "moto"))
        ]
    held = json.loads(package.bill.read_text())
    assert {one["name"] for one in held["components"]} >= {"botocore", "tenacity", "aws_lambda_powertools"}


def test_a_shard_stops_in_time_with_what_it_has_and_says_so(task: Path, s3: Any) -> None:
    """512 MiB, fifteen seconds, and an account whose every answer takes one and a half."""
    held = document({ACCOUNT: company()})
    with (
        serving(held, Faults(latency={"*": 1.5, "sts:*": 0.0})) as (aws, _),
        function(
            task, "assessor.lambda_handler.worker.handler", settings(s3, aws.endpoint_url), 512
        ) as worker,
    ):
        answer = worker.invoke({"run": RUN, "shard": {"account": ACCOUNT, "place": "us-east-1"}}, 15.0)
    assert answer.kind == "response", answer.log[-3000:]
    assert answer.late < 0
    assert answer.peak < 512
    said = answer.body
    assert (said["status"], said["entered"], said["complete"]) == ("assessed", True, False)
    files = objects(s3)
    record = json.loads(files[f"shards/dt=2026-11-24/run={RUN['run_id']}/{ACCOUNT}.us-east-1.json"])
    assert record["complete"] is False
    assert record["calls"]["unseen"]["TIMED_OUT"] > 0
    assert record["calls"]["seen"] > 0
    (key,) = record["files"]
    rows = [json.loads(line) for line in gzip.decompress(files[key]).splitlines()]
    assert len(rows) == said["findings"] > 50
    assert "TIMED_OUT" in {row["reason"] for row in rows}
    assert said["coverage"] < 100
    assert "the time was over before everything was read" in answer.log
    assert '"ShardsCutShort":[1.0]' in answer.log


def test_one_account_is_assessed_reported_and_compared_by_one_function(task: Path, s3: Any) -> None:
    held = document({}, company())
    more = {"ASSESSOR_ROLE_NAME": ""}
    with (
        serving(held) as (aws, _),
        function(
            task, "assessor.lambda_handler.single.handler", settings(s3, aws.endpoint_url, **more), 1769
        ) as single,
    ):
        first = single.invoke({"time": "2026-11-24T02:00:00Z"}, 120.0)
        assert first.kind == "response", first.log[-3000:]
        second = single.invoke({"time": "2026-11-25T02:00:00Z"}, 120.0)
    assert first.body["outcome"] == second.body["outcome"] == "COMPLETE"
    assert (second.body["new"], second.body["mended"]) == (0, 0)
    assert second.body["findings"] > 150
    files = objects(s3)
    places = {key.split("/")[3] for key in files if key.startswith("findings/dt=2026-11-25/")}
    assert places == {"region=us-east-1", "region=eu-west-1", "region=global"}
    report = "reports/dt=2026-11-25/"
    names = {key.rpartition("/")[2] for key in files if key.startswith(report)}
    assert {"findings.csv", "findings.json.gz", "report.html", "summary.json", "shards.csv"} <= names


def test_an_event_that_is_none_is_an_error_with_its_name(task: Path, s3: Any) -> None:
    with function(task, "assessor.lambda_handler.worker.handler", settings(s3, ""), 512) as worker:
        answer = worker.invoke({"run": {"run_id": "../x"}, "shard": {}}, 30.0)
    assert answer.kind == "error"
    assert answer.body["errorType"] == "ValueError"
