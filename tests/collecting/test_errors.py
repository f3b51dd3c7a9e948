"""What errors mean, by code."""

from typing import Any

import pytest
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from assessor.collecting.errors import (
    DENIED,
    GATED,
    NOT_ENABLED,
    THROTTLED,
    TRANSIENT,
    UNSUPPORTED,
    is_throttle,
    is_transient,
    readable,
    reading_of_error,
)
from assessor.model.operation import Operation
from assessor.model.reading import Absent, Unseen, Why

BUCKET = Operation(
    "s3",
    "GetBucketEncryption",
    "s3:GetEncryptionConfiguration",
    also=("kms:DescribeKey",),
    absent=("ServerSideEncryptionConfigurationNotFoundError", "AccessDenied"),
)
MACIE = Operation("macie2", "GetMacieSession", "macie2:GetMacieSession")


def why(code: str, message: str = "", status: int = 400, operation: Operation = BUCKET) -> Why:
    """The reason, where there is one."""
    reading = reading_of_error(operation, code, message, status)
    assert isinstance(reading, Unseen)
    return reading.why


def test_no_code_means_two_things() -> None:
    tables = [DENIED, GATED, NOT_ENABLED, UNSUPPORTED, THROTTLED, TRANSIENT]
    codes = [code for table in tables for code in table]
    assert len(codes) == len(set(codes))


def test_what_botocore_takes_for_throttling_we_take_for_throttling() -> None:
    throttled: Any = ThrottledRetryableChecker
    transient: Any = TransientRetryableChecker
    assert set(throttled._THROTTLED_ERROR_CODES) <= THROTTLED
    assert set(transient._TRANSIENT_ERROR_CODES) <= TRANSIENT | THROTTLED


def test_a_declared_code_is_a_fact_whether_or_not_botocore_models_it() -> None:
    code = "ServerSideEncryptionConfigurationNotFoundError"
    assert reading_of_error(BUCKET, code, "none", 404) == Absent(code)


def test_a_denial_is_never_a_fact_even_when_it_was_declared_one() -> None:
    assert why("AccessDenied", status=403) is Why.DENIED


@pytest.mark.parametrize(
    "code", [*sorted(DENIED), "Client.UnauthorizedOperation", "SomethingOfAServiceException"]
)
def test_a_denial_names_every_action_that_would_let_us_see(code: str) -> None:
    reading = reading_of_error(BUCKET, code, "no", 403)
    assert isinstance(reading, Unseen)
    assert (reading.why, reading.grant) == (Why.DENIED, "s3:GetEncryptionConfiguration kms:DescribeKey")


@pytest.mark.parametrize(
    "message",
    [
        "User: arn:aws:sts::1:assumed-role/r is not authorized to perform: s3:GetEncryptionConfiguration with an explicit deny in a service control policy",
        "User: arn:aws:iam::1:user/u is not authorized to perform: s3:GetEncryptionConfiguration with an explicit deny in a VPC endpoint policy",
    ],
)
def test_an_explicit_deny_is_a_denial_and_says_where_it_is(message: str) -> None:
    reading = reading_of_error(BUCKET, "AccessDenied", message, 403)
    assert isinstance(reading, Unseen)
    assert reading.why is Why.DENIED
    assert reading.message == message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("AccessDeniedException", "Your account is not authorized to invoke this API operation."),
        ("ValidationException", "Your account is not authorized to invoke this API operation."),
        ("AccessDeniedException", "The account 111122223333 is not authorized to invoke this API operation"),
        ("AccessDeniedException", "Your account is not allow-listed for this feature"),
        ("ValidationException", "Amazon Lookout is no longer open to new customers"),
        ("SubscriptionRequiredException", "Premium Support Subscription is required"),
    ],
)
def test_a_gate_of_the_whole_account_needs_no_grant(code: str, message: str) -> None:
    reading = reading_of_error(BUCKET, code, message, 403)
    assert isinstance(reading, Unseen)
    assert (reading.why, reading.grant) == (Why.GATED, "")


@pytest.mark.parametrize(
    ("service", "code", "message"),
    [
        ("macie2", "AccessDeniedException", "Macie is not enabled"),
        (
            "auditmanager",
            "AccessDeniedException",
            "Please complete AWS Audit Manager setup from home page to enable this action in this account.",
        ),
        (
            "securityhub",
            "InvalidAccessException",
            "Account 111122223333 is not subscribed to AWS Security Hub",
        ),
        (
            "ssm-contacts",
            "ValidationException",
            "Invalid value provided - Account not found for the request",
        ),
    ],
)
def test_a_service_that_is_not_switched_on_is_a_fact(service: str, code: str, message: str) -> None:
    assert reading_of_error(Operation(service, "Get", f"{service}:Get"), code, message, 403) == Absent(
        "NotEnabled"
    )


def test_a_denial_by_the_same_service_is_none() -> None:
    said = "User: arn:aws:iam::1:user/u is not authorized to perform: macie2:GetMacieSession"
    assert why("AccessDeniedException", said, 403, MACIE) is Why.DENIED


@pytest.mark.parametrize("code", sorted(NOT_ENABLED | UNSUPPORTED))
def test_a_region_without_the_service_or_the_account_is_unsupported(code: str) -> None:
    assert why(code, status=403) is Why.UNSUPPORTED


@pytest.mark.parametrize(
    "code", ["ExpiredToken", "RequestExpired", "SignatureDoesNotMatch", "RequestTimeTooSkewed"]
)
def test_a_bad_signature_is_no_denial(code: str) -> None:
    assert why(code, status=403) is Why.ERROR


@pytest.mark.parametrize(
    ("code", "status"), [("Throttling", 400), ("Strange", 429), ("RequestLimitExceeded", 503)]
)
def test_throttling_is_known_by_code_or_status(code: str, status: int) -> None:
    assert is_throttle(code, status)
    assert not is_transient(code, status)
    assert why(code, status=status) is Why.THROTTLED


def test_throttling_is_known_by_its_words_too() -> None:
    assert is_throttle("ValidationException", 400, "Rate exceeded")


@pytest.mark.parametrize(
    ("code", "status"), [("InternalFailure", 500), ("Strange", 502), ("503", 503), ("RequestTimeout", 400)]
)
def test_a_stumble_passes_and_is_an_error_when_it_does_not(code: str, status: int) -> None:
    assert is_transient(code, status)
    assert why(code, status=status) is Why.ERROR


@pytest.mark.parametrize("code", ["ValidationException", "MalformedInput", ""])
def test_everything_else_is_an_error(code: str) -> None:
    assert why(code) is Why.ERROR
    assert not is_throttle(code, 400)
    assert not is_transient(code, 400)


def test_a_message_is_one_line_of_limited_length_without_keys_and_tokens() -> None:
    said = readable(
        "The key AKIAIOSFODNN7EXAMPLE\r\nis\x1b[31m bad\u202e: https://x/?X-Amz-Signature=abcdef0123456789&a=1 "
        "Encoded authorization failure message: 8Q0Jk9 SecretAccessKey=wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY"
    )
    assert said == (
        "The key AKIA... is [31m bad : https://x/?X-Amz-Signature=...&a=1 "
        "Encoded authorization failure message: ... SecretAccessKey=..."
    )
    assert len(readable("x" * 5000)) == 300
    assert "web page" in readable("\n<!DOCTYPE html><html><body>Bad gateway</body></html>")
    assert readable("account 111122223333 is named payments") == "account 111122223333 is named payments"
