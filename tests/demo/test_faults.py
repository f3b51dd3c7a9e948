"""Faults arrive at boto3 with the codes AWS's services really use."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from assessor.demo import Faults, StandIn
from assessor.demo.faults import matches
from tests.demo.clients import client, code_of

EMPTY: dict[str, Any] = {"accounts": {"111122223333": {}, "444455556666": {}}}
ASK: dict[str, Callable[[Any], Any]] = {
    "bedrock": lambda c: c.list_guardrails(),
    "kms": lambda c: c.list_keys(),
    "iam": lambda c: c.list_users(),
    "sns": lambda c: c.list_topics(),
    "ec2": lambda c: c.describe_vpcs(),
    "s3": lambda c: c.get_bucket_policy(Bucket="some-bucket"),
    "cloudfront": lambda c: c.list_distributions(),
    "cloudwatch": lambda c: c.describe_alarms(),
    "lambda": lambda c: c.list_functions(),
    "organizations": lambda c: c.list_accounts(),
    "apigateway": lambda c: c.get_rest_apis(),
    "cognito-idp": lambda c: c.list_user_pools(MaxResults=1),
    "sts": lambda c: c.get_caller_identity(),
}
DENIED = {
    "bedrock": "AccessDeniedException",
    "kms": "AccessDeniedException",
    "iam": "AccessDenied",
    "sns": "AuthorizationError",
    "ec2": "UnauthorizedOperation",
    "s3": "AccessDenied",
    "cloudfront": "AccessDenied",
    "cloudwatch": "AccessDenied",
    "lambda": "AccessDeniedException",
    "organizations": "AccessDeniedException",
    "apigateway": "AccessDeniedException",
    "cognito-idp": "AccessDeniedException",
    "sts": "AccessDenied",
}
THROTTLED = {
    "bedrock": "ThrottlingException",
    "kms": "ThrottlingException",
    "iam": "Throttling",
    "sns": "Throttling",
    "ec2": "RequestLimitExceeded",
    "s3": "SlowDown",
    "cloudfront": "Throttling",
    "cloudwatch": "Throttling",
    "lambda": "TooManyRequestsException",
    "organizations": "TooManyRequestsException",
    "apigateway": "TooManyRequestsException",
    "cognito-idp": "TooManyRequestsException",
    "sts": "Throttling",
}


@pytest.fixture(scope="module")
def aws() -> Iterator[StandIn]:
    with StandIn(EMPTY) as running:
        yield running


def refused(aws: StandIn, service: str, **place: str) -> ClientError:
    with pytest.raises(ClientError) as raised:
        ASK[service](client(aws, service, **place))
    return raised.value


@pytest.mark.parametrize("service", sorted(ASK))
def test_a_denial_has_the_services_own_code(aws: StandIn, service: str) -> None:
    """boto3 reports the code that the service denies with, whatever the protocol."""
    aws.faults.deny = ["*"]
    try:
        error = refused(aws, service)
    finally:
        aws.faults.deny = []
    assert code_of(error) == DENIED[service]
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403


@pytest.mark.parametrize("service", sorted(ASK))
def test_a_throttle_has_the_services_own_code(aws: StandIn, service: str) -> None:
    """boto3 reports the code that the service slows callers down with."""
    aws.faults.throttle = {"*": 1.0}
    try:
        assert code_of(refused(aws, service)) == THROTTLED[service]
    finally:
        aws.faults.throttle = {}


@pytest.mark.parametrize("service", ["bedrock", "ec2", "s3", "iam", "kms", "cloudwatch"])
def test_any_other_error_can_be_injected(aws: StandIn, service: str) -> None:
    """Code and status come through every protocol as declared."""
    aws.faults.errors = {f"{service}:*": ("OptInRequired", 403)}
    try:
        error = refused(aws, service)
    finally:
        aws.faults.errors = {}
    assert code_of(error) == "OptInRequired"
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert "on purpose" in error.response["Error"]["Message"]


def test_a_gate_speaks_of_the_account_not_of_the_caller(aws: StandIn) -> None:
    """Bedrock's planes gate with a validation error, others with a denial; both blame the account."""
    aws.faults.gate = ["bedrock:ListGuardrails", "kms:*"]
    try:
        gated, other = refused(aws, "bedrock"), refused(aws, "kms")
    finally:
        aws.faults.gate = []
    assert (code_of(gated), code_of(other)) == ("ValidationException", "AccessDeniedException")
    for error in (gated, other):
        assert "account is not authorized" in error.response["Error"]["Message"]


def test_everything_but_sts_can_be_denied() -> None:
    """An exception from the denial is answered; all else is not."""
    with StandIn(EMPTY, faults=Faults(deny=["*"], except_=["sts:*"])) as aws:
        assert client(aws, "sts").get_caller_identity()["Account"] == "111122223333"
        assert code_of(refused(aws, "kms")) == "AccessDeniedException"


def test_a_pattern_can_name_a_region_and_an_account() -> None:
    """A fault in one place leaves the other places alone."""
    faults = Faults(deny=["kms:*@eu-west-1", "iam:*@444455556666", "bedrock:*@444455556666/eu-west-1"])
    with StandIn(EMPTY, faults=faults) as aws:
        refused(aws, "kms", region="eu-west-1")
        refused(aws, "iam", account="444455556666")
        refused(aws, "bedrock", account="444455556666", region="eu-west-1")
        ASK["kms"](client(aws, "kms"))
        ASK["iam"](client(aws, "iam"))
        ASK["bedrock"](client(aws, "bedrock", account="444455556666"))
        ASK["bedrock"](client(aws, "bedrock", region="eu-west-1"))
    assert [call.status for call in aws.calls] == [403, 403, 403, 200, 200, 200, 200]


def test_patterns_are_matched_whole_and_with_case() -> None:
    """`s3:Get*` is not `s3control:Get*`, and a name in the wrong case is no name."""
    assert matches("s3:Get*", "s3", "GetBucketPolicy", "us-east-1")
    assert not matches("s3:Get*", "s3control", "GetPublicAccessBlock", "us-east-1")
    assert not matches("s3:get*", "s3", "GetBucketPolicy", "us-east-1")
    assert not matches("s3:Get", "s3", "GetBucketPolicy", "us-east-1")


def test_throttling_by_probability_repeats_with_its_seed() -> None:
    """The same seed throttles the same requests; about the share that was asked for."""

    def outcome(seed: int) -> list[bool]:
        faults = Faults(throttle={"*": 0.3}, seed=seed)
        return [faults.fault("kms", "ListKeys", "us-east-1", "111122223333") is not None for _ in range(500)]

    assert outcome(1) == outcome(1)
    assert outcome(1) != outcome(2)
    assert 100 < sum(outcome(1)) < 200


def test_a_token_bucket_serves_its_burst_and_then_its_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten at once, then five a second; every account, Region and service has a bucket of its own."""
    now = [100.0]
    monkeypatch.setattr("assessor.demo.faults.time.monotonic", lambda: now[0])
    faults = Faults(throttle={"*": (5.0, 10.0)})

    def served(service: str, region: str, account: str) -> int:
        asked = [faults.fault(service, "ListThings", region, account) for _ in range(20)]
        return sum(fault is None for fault in asked)

    assert served("kms", "us-east-1", "111122223333") == 10
    assert served("kms", "eu-west-1", "111122223333") == 10
    assert served("kms", "us-east-1", "444455556666") == 10
    assert served("s3", "us-east-1", "111122223333") == 10
    now[0] += 1.0
    assert served("kms", "us-east-1", "111122223333") == 5


def test_latency_is_the_longest_that_applies() -> None:
    """A general delay and a particular one do not add up."""
    faults = Faults(latency={"*": 0.01, "kms:*": 0.05})
    assert faults.delay("kms", "ListKeys", "us-east-1") == 0.05
    assert faults.delay("iam", "ListUsers", "us-east-1") == 0.01
    assert Faults().delay("iam", "ListUsers", "us-east-1") == 0.0


def test_a_delayed_answer_arrives_late_and_whole(aws: StandIn) -> None:
    """The server waits; the answer is the same."""
    import time

    aws.faults.latency = {"kms:ListKeys": 0.1}
    kms = client(aws, "kms")
    try:
        before = time.monotonic()
        assert kms.list_keys()["Keys"] == []
        assert time.monotonic() - before >= 0.1
    finally:
        aws.faults.latency = {}
