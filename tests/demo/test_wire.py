"""The ways a request reaches the stand-in: protocols, hosts, proxies, other processes, and no socket at all."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import botocore.model
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from assessor.demo import DEFAULT_ACCOUNT, StandIn
from assessor.demo.answers import access_key_of
from tests.demo.clients import ONCE, REGION, SECRET, client, code_of, session

ALARM = {
    "AlarmName": "é<&>",
    "StateUpdatedTimestamp": "2026-11-01T12:00:00Z",
    "Threshold": 0.5,
    "Period": 300,
}
DATA = {
    "accounts": {
        DEFAULT_ACCOUNT: {
            "global": {
                "s3": {"buckets": {"docs": {"GetBucketVersioning": {"Status": "Enabled"}}, "with.dots": {}}},
                "s3control": {
                    "GetPublicAccessBlock": [
                        {
                            "when": {"AccountId": DEFAULT_ACCOUNT},
                            "answer": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
                        }
                    ]
                },
            },
            "regions": {
                REGION: {
                    "cloudwatch": {"DescribeAlarms": {"MetricAlarms": [ALARM]}},
                    "eventbridgev2": {"ListEventBuses": {"EventBuses": []}},
                    "bedrock": {"ListGuardrails": {"guardrails": []}},
                }
            },
        }
    }
}


@pytest.fixture(scope="module")
def aws() -> Iterator[StandIn]:
    with StandIn(DATA) as running:
        yield running


@pytest.mark.parametrize(
    ("protocol", "header", "value"),
    [
        ("json", "Content-Type", "application/x-amz-json-1.0"),
        ("smithy-rpc-v2-cbor", "Content-Type", "application/cbor"),
        ("query", "Content-Type", "text/xml"),
    ],
)
def test_cloudwatch_is_answered_in_the_protocol_it_was_asked_in(
    aws: StandIn, monkeypatch: pytest.MonkeyPatch, protocol: str, header: str, value: str
) -> None:
    """Its model offers three, and SDKs choose differently."""
    monkeypatch.setattr(botocore.model, "PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", (protocol, "json"))
    cloudwatch: Any = botocore.session.Session().create_client(
        "cloudwatch",
        region_name=REGION,
        endpoint_url=aws.endpoint_url,
        aws_access_key_id=access_key_of(DEFAULT_ACCOUNT),
        aws_secret_access_key=SECRET,
        config=ONCE,
    )
    assert cloudwatch.meta.service_model.resolved_protocol == protocol
    answer = cloudwatch.describe_alarms(AlarmNames=["é<&>"], MaxRecords=5, StateValue="OK")
    assert answer["MetricAlarms"][0]["AlarmName"] == "é<&>"
    assert answer["MetricAlarms"][0]["Threshold"] == 0.5
    assert answer["MetricAlarms"][0]["StateUpdatedTimestamp"].isoformat() == "2026-11-01T12:00:00+00:00"
    assert answer["ResponseMetadata"]["HTTPHeaders"][header.lower()] == value
    assert aws.calls[-1].params == {"AlarmNames": ["é<&>"], "MaxRecords": 5, "StateValue": "OK"}
    aws.faults.deny = ["cloudwatch:*"]
    try:
        with pytest.raises(cloudwatch.exceptions.ClientError) as raised:
            cloudwatch.describe_alarms()
    finally:
        aws.faults.deny = []
    assert raised.value.response["Error"]["Code"] == "AccessDenied"


def test_a_service_that_only_speaks_rpc_v2_is_answered(aws: StandIn) -> None:
    """Plain botocore, nothing patched."""
    assert client(aws, "eventbridgev2").meta.service_model.resolved_protocol == "smithy-rpc-v2-cbor"
    assert client(aws, "eventbridgev2").list_event_buses()["EventBuses"] == []


@pytest.mark.parametrize("style", ["path", "virtual"])
@pytest.mark.parametrize("bucket", ["docs", "with.dots"])
def test_s3_is_answered_in_both_styles(aws: StandIn, style: str, bucket: str) -> None:
    """A virtual host names the bucket; a proxy spares the look-up of that host."""
    endpoint = aws.endpoint_url.replace("127.0.0.1", "localhost")
    addressing: Any = {"addressing_style": style}
    config = Config(s3=addressing, proxies={"http": aws.endpoint_url})
    s3 = session().client("s3", endpoint_url=endpoint, config=config)
    assert s3.get_bucket_versioning(Bucket=bucket).get("Status") == ("Enabled" if bucket == "docs" else None)
    assert aws.calls[-1].params == {"Bucket": bucket}
    assert s3.list_buckets()["Buckets"][0]["Name"] == "docs"


def test_s3_control_is_answered_at_the_plain_host_too(aws: StandIn) -> None:
    """A client whose requests are sent to the plain endpoint names the account in a header."""
    control = session().client("s3control", endpoint_url=aws.endpoint_url, config=ONCE)

    def plain(request: Any, **_: Any) -> None:
        request.url = request.url.replace(f"{DEFAULT_ACCOUNT}.", "")

    control.meta.events.register("before-send", plain)
    answer = control.get_public_access_block(AccountId=DEFAULT_ACCOUNT)
    assert answer["PublicAccessBlockConfiguration"] == {"BlockPublicAcls": True}


def test_s3_control_takes_the_account_from_the_host(aws: StandIn) -> None:
    """A signed request without the header still says whose settings it asks for."""
    headers = {
        "host": f"{DEFAULT_ACCOUNT}.127.0.0.1:80",
        "authorization": f"AWS4-HMAC-SHA256 Credential={access_key_of(DEFAULT_ACCOUNT)}/20260101/us-east-1/s3/aws4_request",
    }
    status, _, body = aws.respond("GET", "/v20180820/configuration/publicAccessBlock", headers, b"")
    assert (status, b"<BlockPublicAcls>true" in body) == (200, True)


ASK_ALL = """
import json, boto3
print(json.dumps([
    boto3.client("sts").get_caller_identity()["Account"],
    boto3.client("s3").get_bucket_versioning(Bucket="docs")["Status"],
    boto3.client("s3control").get_public_access_block(AccountId="111122223333")["PublicAccessBlockConfiguration"],
    boto3.client("cloudwatch").describe_alarms()["MetricAlarms"][0]["Threshold"],
    boto3.client("ec2").describe_vpcs()["Vpcs"],
]))
"""


def test_another_process_needs_the_environment_only(aws: StandIn) -> None:
    """boto3 with nothing but variables reaches every service, S3 Control included."""
    done = subprocess.run(
        [sys.executable, "-c", ASK_ALL],
        env={**os.environ, "NO_PROXY": "127.0.0.1", **aws.environment()},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert json.loads(done.stdout) == [DEFAULT_ACCOUNT, "Enabled", {"BlockPublicAcls": True}, 0.5, []]


def test_most_services_need_the_endpoint_variable_alone(aws: StandIn) -> None:
    """What a person would export by hand."""
    environment = aws.environment()
    kept = {
        name: environment[name] for name in ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    }
    script = "import boto3; print(boto3.client('s3').list_buckets()['Buckets'][0]['Name'])"
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=clean | kept,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "docs"


@pytest.mark.parametrize("kind", ["boto3", "botocore"])
def test_a_session_can_be_answered_without_a_socket(kind: str) -> None:
    """AWS's own host names, never contacted: virtual-host S3 and prefixed S3 Control included."""
    aws = StandIn(DATA)
    mine: Any = session()
    if kind == "botocore":
        mine = botocore.session.Session()
        mine.set_credentials(access_key_of(DEFAULT_ACCOUNT), SECRET)
    aws.attach(mine)
    make = mine.client if kind == "boto3" else mine.create_client
    s3 = make("s3", region_name=REGION)
    assert s3.get_bucket_versioning(Bucket="docs")["Status"] == "Enabled"
    assert s3.get_bucket_location(Bucket="with.dots").get("LocationConstraint") is None
    assert s3.head_bucket(Bucket="docs")["BucketRegion"] == REGION
    control = make("s3control", region_name=REGION)
    answer = control.get_public_access_block(AccountId=DEFAULT_ACCOUNT)
    assert answer["PublicAccessBlockConfiguration"] == {"BlockPublicAcls": True}
    assert make("cloudwatch", region_name=REGION).describe_alarms()["MetricAlarms"][0]["Period"] == 300
    with pytest.raises(RuntimeError, match="not started"):
        _ = aws.endpoint_url
    assert [call.operation for call in aws.calls] == [
        "GetBucketVersioning",
        "GetBucketLocation",
        "HeadBucket",
        "GetPublicAccessBlock",
        "DescribeAlarms",
    ]


def test_an_unsigned_request_is_refused(aws: StandIn) -> None:
    """Without a signature neither service nor account is known."""
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint_url).netloc)
    connection.request("GET", "/guardrails")
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("x-amzn-ErrorType")) == (403, "MissingAuthenticationToken")
    connection.close()


@pytest.mark.parametrize(
    ("method", "target", "scope", "headers", "body"),
    [
        ("GET", "/no/such/path", "bedrock", {}, b""),
        ("GET", "/", "no-such-service", {}, b""),
        ("POST", "/", "kms", {"X-Amz-Target": "TrentService.NoSuchThing"}, b"{}"),
        ("POST", "/", "kms", {"X-Amz-Target": "NoSuchService.ListKeys"}, b"{}"),
        ("POST", "/", "kms", {"X-Amz-Target": "TrentService.ListKeys"}, b"{no json"),
        (
            "POST",
            "/",
            "iam",
            {"Content-Type": "application/x-www-form-urlencoded"},
            b"Action=No&Version=2010-05-08",
        ),
        ("POST", "/service/X/operation/Y", "monitoring", {"smithy-protocol": "rpc-v2-cbor"}, b""),
        ("POST", "/elsewhere", "monitoring", {"smithy-protocol": "rpc-v2-cbor"}, b""),
    ],
)
def test_an_unknown_request_is_an_error_that_nobody_retries(
    aws: StandIn, method: str, target: str, scope: str, headers: dict[str, str], body: bytes
) -> None:
    """404 with a code of its own, logged as unknown; the connection stays usable."""
    signed = f"AWS4-HMAC-SHA256 Credential={access_key_of(DEFAULT_ACCOUNT)}/20260101/us-east-1/{scope}/aws4_request"
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint_url).netloc)
    for _ in range(2):
        connection.request(method, target, body=body, headers={**headers, "Authorization": signed})
        answer = connection.getresponse()
        content = json.loads(answer.read())
        assert (answer.status, content["__type"]) == (404, "UnknownOperationException")
    connection.close()
    assert (aws.calls[-1].service, aws.calls[-1].status) == ("?", 404)


def test_many_clients_are_served_at_once(aws: StandIn) -> None:
    """Sixteen threads, each with a connection of its own; every request is in the log."""
    before = len(aws.calls)
    found: list[int] = []

    def ask() -> None:
        mine = client(aws, "bedrock")
        found.extend(len(mine.list_guardrails()["guardrails"]) for _ in range(10))

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [0] * 160
    assert len(aws.calls) - before == 160


def test_a_stopped_server_can_be_started_again() -> None:
    """Stopping frees the port and forgets nothing."""
    aws = StandIn(DATA)
    for started in range(1, 3):
        with aws:
            assert client(aws, "bedrock").list_guardrails()["guardrails"] == []
        assert len(aws.calls) == started
    aws.stop()


def test_starting_twice_is_starting_once() -> None:
    """`with start() as aws` enters a server that runs already; it keeps its port and leaves nothing behind."""
    aws = StandIn(DATA).start()
    endpoint, listening = aws.endpoint_url, aws._thread
    assert listening is not None
    with aws as entered:
        assert (entered, entered.endpoint_url, entered._thread) == (aws, endpoint, listening)
    assert not listening.is_alive()


def test_a_chunked_body_is_read_whole(aws: StandIn) -> None:
    """Some clients do not say beforehand how long a body is; the next request on the connection is unharmed."""
    headers = {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={access_key_of(DEFAULT_ACCOUNT)}/20260101/us-east-1/monitoring/aws4_request",
        "X-Amz-Target": "GraniteServiceVersion20100801.DescribeAlarms",
    }
    connection = http.client.HTTPConnection(urlsplit(aws.endpoint_url).netloc)
    for _ in range(2):
        parts = iter([b'{"MaxRe', b'cords": 9}'])
        connection.request("POST", "/", body=parts, headers=headers, encode_chunked=True)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["MetricAlarms"][0]["Period"]) == (200, 300)
        assert aws.calls[-1].params == {"MaxRecords": 9}
    connection.close()


def test_a_failure_of_the_server_itself_is_no_broken_connection(
    aws: StandIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is answered as an internal error, and logged with its trace."""

    def broken(*_: object) -> None:
        raise LookupError("a mistake in the stand-in")

    monkeypatch.setattr(aws._answerer, "reply", broken)
    with pytest.raises(ClientError, match="a mistake in the stand-in") as raised:
        client(aws, "bedrock").list_guardrails()
    assert code_of(raised.value) == "InternalFailure"
    assert "LookupError" in caplog.text
