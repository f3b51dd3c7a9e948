"""Sessions and clients: one attempt, text for times, the right host, the right Region."""

import threading
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError, ProfileNotFound
from botocore.parsers import ResponseParserError

from assessor import __version__
from assessor.collecting.lanes import LIMIT
from assessor.collecting.request import Target
from assessor.collecting.sessions import Clients, Sessions, client_config, default_region, is_aws_host
from tests.collecting.conftest import Answer, answering

ACCOUNT = "111122223333"
FAILURES: dict[str, Answer] = {
    "server error": (500, {}, b""),
    "unavailable": (503, {}, b"<html></html>"),
    "throttled": (429, {"Content-Type": "application/x-amz-json-1.1"}, b'{"__type":"ThrottlingException"}'),
    "throttled by code": (400, {}, b'{"__type":"ThrottlingException","message":"Rate exceeded"}'),
    "clock skew": (400, {}, b'{"__type":"RequestTimeTooSkewed"}'),
    "hung up": (0, {}, b""),
}


def clients(url: str = "", timeout: float | None = None) -> Clients:
    """Clients with credentials of the test account."""
    sessions = Sessions()
    session = sessions.reading(sessions.login(Target()), Credentials(f"AKIA{ACCOUNT}DEMO", "stand-in-secret"))
    return Clients(session, client_config(timeout), url)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("mode", ["standard", "legacy", "adaptive"])
def test_a_request_is_sent_once_however_it_fails(
    failure: str, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment cannot bring botocore's own retries back."""
    monkeypatch.setenv("AWS_RETRY_MODE", mode)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "5")
    with answering(lambda _: FAILURES[failure]) as (url, log):
        with pytest.raises((ClientError, BotoCoreError, ResponseParserError)):
            clients(url).get("kms", "us-east-1").list_keys()
        with pytest.raises((ClientError, BotoCoreError, ResponseParserError)):
            clients(url).get("s3", "us-east-1").get_bucket_policy(Bucket="bucket")
        with pytest.raises((ClientError, BotoCoreError, ResponseParserError)):
            clients(url).get("iam", "us-east-1").list_roles()
    assert len(log) == 3


def test_only_a_bucket_in_another_region_is_asked_again_there() -> None:
    def answer(request: dict[str, Any]) -> Answer:
        if "/us-east-1/s3/" in request["headers"]["authorization"]:
            return 301, {"x-amz-bucket-region": "eu-west-1"}, b"<Error><Code>PermanentRedirect</Code></Error>"
        return 200, {}, b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"

    with answering(answer) as (url, log):
        found = clients(url).get("s3", "us-east-1").get_bucket_versioning(Bucket="bucket")
    assert found["Status"] == "Enabled"
    assert [request["headers"]["authorization"].split("/")[2] for request in log][-1] == "eu-west-1"


def test_requests_say_who_sends_them() -> None:
    with answering(lambda _: (200, {}, b"{}")) as (url, log):
        clients(url).get("kms", "us-east-1").list_keys()
    assert log[0]["headers"]["user-agent"] == f"genai-readiness-assessor/{__version__}"


def test_a_pool_holds_what_a_lane_may_use_and_no_read_outlasts_the_run() -> None:
    config: Any = client_config(7.0)
    assert (config.max_pool_connections, config.read_timeout, config.connect_timeout) == (LIMIT, 7.0, 5.0)
    config = client_config()
    assert (config.read_timeout, config.connect_timeout) == (30.0, 5.0)


@pytest.mark.parametrize("configured", ["argument", "environment", "service"])
def test_s3control_requests_go_to_the_configured_host_itself(
    configured: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = b"<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"
    with answering(lambda _: (200, {}, answer)) as (url, log):
        name = {"environment": "AWS_ENDPOINT_URL", "service": "AWS_ENDPOINT_URL_S3_CONTROL"}.get(configured)
        if name is not None:
            monkeypatch.setenv(name, url)
        made = clients(url if configured == "argument" else "").get("s3control", "us-east-1")
        found = made.get_public_access_block(AccountId=ACCOUNT)
        made.list_access_points(AccountId=ACCOUNT)
    assert found["PublicAccessBlockConfiguration"]["BlockPublicAcls"] is True
    assert {request["host"] for request in log} == {url.removeprefix("http://")}
    assert {request["headers"]["x-amz-account-id"] for request in log} == {ACCOUNT}


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("", "111122223333.s3-control.us-east-1.amazonaws.com"),
        (
            "https://control.vpce-1.s3.us-east-1.vpce.amazonaws.com",
            "111122223333.control.vpce-1.s3.us-east-1.vpce.amazonaws.com",
        ),
        ("http://stand-in.internal:9000", "stand-in.internal:9000"),
    ],
)
def test_aws_and_its_private_endpoints_still_get_the_account_in_front(url: str, host: str) -> None:
    sent: list[str] = []
    made = clients(url).get("s3control", "us-east-1")

    def note(request: Any, **_: Any) -> None:
        sent.append(request.url)
        raise ConnectionAbortedError

    made.meta.events.register("before-send.s3-control", note)
    with pytest.raises(Exception):  # noqa: B017, PT011 - nothing is sent, whatever botocore makes of that
        made.get_public_access_block(AccountId=ACCOUNT)
    assert sent[0].split("/")[2] == host


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_all_buckets_of_a_region_share_its_connections(region: str) -> None:
    hosts: set[str] = set()
    made = clients().get("s3", region)

    def note(request: Any, **_: Any) -> None:
        hosts.add(request.url.split("/")[2])
        raise ConnectionAbortedError

    made.meta.events.register("before-send.s3", note)
    for bucket in ("one", "two", "with.dots"):
        with pytest.raises(Exception):  # noqa: B017, PT011 - nothing is sent, whatever botocore makes of that
            made.get_bucket_policy(Bucket=bucket)
    assert hosts == {f"s3.{region}.amazonaws.com"}


def test_what_is_an_aws_host() -> None:
    assert is_aws_host("https://kms.us-east-1.amazonaws.com/")
    assert is_aws_host("https://vpce-1.kms.eu-west-1.vpce.amazonaws.com")
    assert is_aws_host("https://bedrock.us-east-1.api.aws")
    assert not is_aws_host("http://127.0.0.1:5000")
    assert not is_aws_host("https://amazonaws.com.example.org")


@pytest.mark.parametrize(
    ("service", "method", "body", "path"),
    [
        ("kms", "list_grants", b'{"Grants":[{"CreationDate":1700000000.5}]}', ("Grants", "CreationDate")),
        (
            "lambda",
            "list_event_source_mappings",
            b'{"EventSourceMappings":[{"LastModified":1700000000.5}]}',
            ("EventSourceMappings", "LastModified"),
        ),
        (
            "s3",
            "list_buckets",
            b"<R><Buckets><Bucket><CreationDate>2023-11-14T22:13:20.500Z</CreationDate></Bucket></Buckets></R>",
            ("Buckets", "CreationDate"),
        ),
        (
            "iam",
            "list_groups",
            b"<R><ListGroupsResult><Groups><member><CreateDate>2023-11-14T22:13:20.500Z</CreateDate></member></Groups></ListGroupsResult></R>",
            ("Groups", "CreateDate"),
        ),
    ],
)
def test_times_of_every_protocol_are_text(
    service: str, method: str, body: bytes, path: tuple[str, str]
) -> None:
    needed = {"list_grants": {"KeyId": "k"}}.get(method, {})
    with answering(lambda _: (200, {}, body)) as (url, _):
        found = getattr(clients(url).get(service, "us-east-1"), method)(**needed)
    assert found[path[0]][0][path[1]] == "2023-11-14T22:13:20.500000Z"


def test_a_client_is_made_once_whoever_asks() -> None:
    held = clients()
    made: list[Any] = []
    threads = [threading.Thread(target=lambda: made.append(held.get("kms", "us-east-1"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, made))) == 1
    assert held.get("kms", "eu-west-1") is not made[0]


def test_models_are_read_from_disk_once_for_all_accounts() -> None:
    sessions = Sessions()
    login = sessions.login(Target())
    one = sessions.reading(login, Credentials("AKIA", "s"))
    other = sessions.reading(sessions.login(Target()), Credentials("AKIA", "s"))
    assert one.get_component("data_loader") is other.get_component("data_loader")


def test_each_session_reads_with_its_own_credentials() -> None:
    sessions = Sessions()
    login = sessions.login(Target())
    with answering(lambda _: (200, {}, b"{}")) as (url, log):
        for key in ("AKIA111111111111", "AKIA222222222222"):
            session = sessions.reading(login, Credentials(key, "s"))
            Clients(session, client_config(), url).get("kms", "us-east-1").list_keys()
    assert ["1111" in log[0]["headers"]["authorization"], "2222" in log[1]["headers"]["authorization"]] == [
        True,
        True,
    ]


@pytest.mark.parametrize(
    ("environment", "profile", "expected"),
    [
        ({"AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-3", "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-3", "eu-west-2"),
        ({"AWS_REGION": ""}, "eu-west-3", "eu-west-3"),
        ({}, "", ""),
    ],
)
def test_the_region_comes_from_the_environment_and_then_the_profile(
    environment: dict[str, str], profile: str, expected: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    if profile:
        (tmp_path / "config").write_text(f"[profile audit]\nregion = {profile}\n", encoding="utf-8")
        monkeypatch.setenv("AWS_PROFILE", "audit")
    assert default_region(Sessions().login(Target())) == expected


def test_a_profile_comes_from_the_target_and_then_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(
        "[profile one]\nregion = eu-west-1\n[profile two]\nregion = eu-west-2\n", encoding="utf-8"
    )
    monkeypatch.setenv("AWS_PROFILE", "two")
    assert Sessions().login(Target()).profile == "two"
    assert Sessions().login(Target(profile="one")).profile == "one"
    with pytest.raises(ProfileNotFound):
        Sessions().login(Target(profile="three"))


def test_an_empty_profile_is_no_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "")
    assert Sessions().login(Target()).profile is None


def test_where_a_service_is_offered_is_known_or_unknown() -> None:
    held = clients()
    assert held.offers("kms", "eu-north-1") is True
    assert held.offers("kendra", "eu-north-1") is False
    assert held.offers("bedrock-agent", "eu-north-1") is None
    assert held.offers("kms", "nowhere") is None


def test_no_aws_library_is_loaded_by_the_package_and_its_request(tmp_path: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys, assessor.collecting, assessor.collecting.request, assessor.collecting.progress, "
        "assessor.collecting.errors, assessor.collecting.redaction, assessor.model.archive;"
        "sys.exit(any(name.startswith('boto') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_botocore_itself_would_have_repeated_the_request() -> None:
    """The test above proves something: with botocore's defaults the same server is asked several times."""
    session = botocore.session.Session()
    with answering(lambda _: FAILURES["server error"]) as (url, log):
        plain: Any = session.create_client(
            "kms", "us-east-1", endpoint_url=url, aws_access_key_id="AKIA", aws_secret_access_key="s"
        )
        with pytest.raises(ClientError):
            plain.list_keys()
    assert len(log) > 1
