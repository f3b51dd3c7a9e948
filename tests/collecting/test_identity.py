"""Who is asking: every way it can go wrong is told with what to do about it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tenacity.wait import wait_none

from assessor.collecting import identity
from assessor.collecting.request import CannotStartError, CollectRequest
from assessor.collecting.run import collect
from assessor.demo import DEFAULT_ACCOUNT, Document, StandIn
from tests.collecting import account as of
from tests.collecting.conftest import Answer, answering

REQUEST = CollectRequest((of.VPCS,), ("us-east-1",))
ROLE = "arn:aws:iam::444455556666:role/auditor"


def refusal(code: str, message: str = "no", status: int = 403) -> Callable[[dict[str, Any]], Answer]:
    """A server whose STS refuses."""
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>".encode()
    return lambda _: (status, {"Content-Type": "text/xml"}, body)


def said(request: CollectRequest = REQUEST) -> str:
    """What a run that cannot start says."""
    with pytest.raises(CannotStartError) as raised:
        collect(request)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_without_credentials_the_ways_to_get_them_are_named() -> None:
    text = said()
    assert "No AWS credentials" in text
    assert "`aws sso login`" in text
    assert "AWS_ACCESS_KEY_ID" in text


def test_a_missing_profile_is_named_with_those_there_are(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("[profile audit]\nregion = eu-west-1\n", encoding="utf-8")
    text = said(CollectRequest((of.VPCS,), ("us-east-1",), profile="adit"))
    assert "no AWS profile named 'adit' (there is: audit)" in text
    assert "`aws configure --profile adit`" in text


def test_half_a_key_is_incomplete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA111122223333DEMO")
    assert "incomplete" in said()


@pytest.mark.parametrize("cached", [False, True])
def test_an_expired_sso_session_gives_the_command_that_renews_it(
    cached: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "config").write_text(
        "[profile audit]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Audit\n"
        "[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n",
        encoding="utf-8",
    )
    if cached:
        import hashlib

        cache = tmp_path / ".aws" / "sso" / "cache"
        cache.mkdir(parents=True)
        expired = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        token = {
            "accessToken": "secret-token",
            "expiresAt": expired,
            "startUrl": "https://corp.awsapps.com/start",
            "region": "us-east-1",
        }
        (cache / f"{hashlib.sha1(b'corp').hexdigest()}.json").write_text(json.dumps(token), encoding="utf-8")
    text = said(CollectRequest((of.VPCS,), ("us-east-1",), profile="audit"))
    assert "SSO session has expired" in text
    assert "`aws sso login --profile audit`" in text
    assert "secret-token" not in text


@pytest.mark.parametrize(
    ("code", "status", "part"),
    [
        ("ExpiredToken", 403, "have expired"),
        ("InvalidClientTokenId", 403, "does not know these credentials"),
        ("SignatureDoesNotMatch", 403, "secret access key does not belong"),
        ("RequestTimeTooSkewed", 403, "clock"),
        ("AccessDenied", 403, "sts:GetCallerIdentity"),
    ],
)
def test_a_refusal_by_sts_says_what_is_wrong_with_the_credentials(
    code: str, status: int, part: str, pointed: Callable[[str], None]
) -> None:
    with answering(refusal(code, status=status)) as (url, log):
        pointed(url)
        assert part in said()
    assert len(log) == 1


def test_a_signature_too_old_is_about_the_clock(pointed: Callable[[str], None]) -> None:
    with answering(refusal("SignatureDoesNotMatch", "Signature expired: 20261120 is now earlier than")) as (
        url,
        _,
    ):
        pointed(url)
        assert "clock" in said()


def test_an_unreachable_endpoint_is_told_apart(pointed: Callable[[str], None]) -> None:
    pointed("http://127.0.0.1:9")
    text = said()
    assert "could not be reached" in text
    assert "AWS_ENDPOINT_URL" in text


def test_sts_is_asked_again_when_it_stumbles(
    pointed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity._PATIENT, "wait", wait_none())
    with answering(refusal("ServiceUnavailable", status=503)) as (url, log):
        pointed(url)
        said()
    assert len(log) == 8


def test_an_endpoint_that_is_not_aws_is_told_apart(
    pointed: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity._PATIENT, "wait", wait_none())
    with answering(lambda _: (200, {}, b"<html><b>Please log in<br></html>")) as (url, _):
        pointed(url)
        text = said()
    assert "does not speak AWS's protocol" in text
    assert "Please log in" not in text


@pytest.mark.parametrize(
    ("role", "external_id", "part"),
    [
        ("auditor", "", "not the ARN of a role"),
        ("arn:aws:iam::1:role/x", "", "not the ARN of a role"),
        (ROLE, "x", "external id is not one"),
        (ROLE, "has space", "external id is not one"),
        ("", "ext", "without a role"),
    ],
)
def test_a_role_or_external_id_that_cannot_be_one_is_refused_before_anything_is_sent(
    role: str, external_id: str, part: str
) -> None:
    assert part in said(CollectRequest((of.VPCS,), ("us-east-1",), role_arn=role, external_id=external_id))


def test_the_credentials_of_a_profile_that_assumes_a_role_work(
    serving: Callable[[StandIn], StandIn], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """botocore's own providers expect dates where our sessions read text."""
    both = {DEFAULT_ACCOUNT: {}, "444455556666": of.content() | {"roles": {"auditor": {}}}}
    serving(StandIn(Document({"accounts": both})))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    (tmp_path / "config").write_text(
        f"[profile base]\nregion = us-east-1\n[profile audit]\nrole_arn = {ROLE}\nsource_profile = base\n",
        encoding="utf-8",
    )
    (tmp_path / "credentials").write_text(
        "[base]\naws_access_key_id = AKIA111122223333DEMO\naws_secret_access_key = stand-in-secret\n",
        encoding="utf-8",
    )
    snapshot = collect(CollectRequest((of.VPCS,), ("us-east-1",), profile="audit"))
    assert snapshot.run.accounts[0].id == "444455556666"


def test_assumed_credentials_are_renewed_before_they_end(
    serving: Callable[[StandIn], StandIn], monkeypatch: pytest.MonkeyPatch
) -> None:
    from assessor.demo.answers import Answerer

    real = Answerer._assume_role

    def short(self: Answerer, *asked: Any) -> Any:
        answer: Any = real(self, *asked)
        if isinstance(answer, dict):
            answer["Credentials"]["Expiration"] = datetime.now(UTC) + timedelta(minutes=5)
        return answer

    monkeypatch.setattr(Answerer, "_assume_role", short)
    both = {DEFAULT_ACCOUNT: {}, "444455556666": of.content() | {"roles": {"auditor": {}}}}
    aws = serving(StandIn(Document({"accounts": both})))
    collect(CollectRequest((of.KEY,), ("us-east-1",), role_arn=ROLE))
    # Five minutes are less than botocore's margin: every use asks for new ones, and all of them work.
    assert len([call for call in aws.calls if call.operation == "AssumeRole"]) > 1
    assert {call.status for call in aws.calls} == {200}
