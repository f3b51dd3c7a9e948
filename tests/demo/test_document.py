"""A document only holds answers that AWS could give, and says where it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from assessor.demo import Document, InvalidDocumentError, StandIn, validate_answer
from tests.demo.clients import client, holding

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def refusal(data: Any) -> str:
    with pytest.raises(InvalidDocumentError) as raised:
        Document(data)
    return str(raised.value)


@pytest.mark.parametrize(
    ("service", "operation", "answer", "where", "why"),
    [
        ("bedrock", "ListGuardrails", [{"nmae": "x"}], "guardrails[0]", "has no member nmae"),
        (
            "bedrock",
            "ListGuardrails",
            [{"status": "READY!"}],
            "guardrails[0].status",
            "not a GuardrailStatus",
        ),
        ("bedrock", "ListGuardrails", [{"name": 7}], "guardrails[0].name", "quote it"),
        ("bedrock", "ListGuardrails", [{"createdAt": "yesterday"}], "guardrails[0].createdAt", "ISO 8601"),
        ("kms", "GetKeyRotationStatus", {"KeyRotationEnabled": "yes"}, "KeyRotationEnabled", "boolean"),
        ("kms", "GetKeyRotationStatus", {"RotationPeriodInDays": 1.5}, "RotationPeriodInDays", "integer"),
        ("kms", "GetKeyPolicy", {"Policy": {"a": 1}}, "Policy", "expected string"),
        ("sns", "GetTopicAttributes", {"Attributes": ["a"]}, "Attributes", "expected a mapping"),
        ("bedrock", "NoSuchThing", {}, "bedrock:NoSuchThing", "no operation named"),
        ("bedrok", "ListGuardrails", {}, "bedrok:ListGuardrails", "no service named"),
        (
            "bedrock-agent",
            "GetPrompt",
            {"variants": [{"templateConfiguration": {"text": {}, "chat": {}}}]},
            "variants[0].templateConfiguration",
            "exactly one",
        ),
    ],
)
def test_an_answer_aws_cannot_give_is_refused_with_its_path(
    service: str, operation: str, answer: Any, where: str, why: str
) -> None:
    """Member, enum, type, timestamp, union, operation and service are checked when the document is loaded."""
    message = refusal(holding(service, operation, answer))
    assert message.startswith("111122223333/us-east-1/")
    assert where in message
    assert why in message


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"acounts": {}}, "unknown keys acounts"),
        ({"accounts": {111122223333: {}}}, "quote account ids"),
        ({"accounts": {"1234": {}}}, "twelve digits"),
        ({"accounts": {"111122223333": {"regoins": {}}}}, "unknown keys regoins"),
        ({"accounts": {"111122223333": {"regions": {"eu-wast-1": {}}}}}, "no Region"),
        ({"accounts": {"111122223333": {"regions": ["us-east-1"]}}}, "expected a mapping, got list"),
        (holding("kms", "DescribeKey", [{"when": {"Key": "x"}, "answer": {}}]), "'when' names no parameter"),
        (holding("kms", "DescribeKey", [{"when": {}, "error": {"kode": "X"}}]), "unknown keys kode"),
        (holding("kms", "DescribeKey", [{"when": {}, "error": {"status": 400}}]), "needs a code"),
        (holding("kms", "ListKeys", "nothing"), "expected an answer or a list"),
        (holding("cloudwatch", "DescribeAlarms", [{"AlarmName": "a"}]), "a bare list needs"),
    ],
)
def test_a_malformed_document_is_refused(data: Any, why: str) -> None:
    """What the document itself gets wrong is named, not skipped."""
    assert why in refusal(data)


def test_a_key_written_twice_is_refused_with_its_line() -> None:
    """YAML would keep the last and lose the first without a word."""
    text = "accounts:\n  '111122223333':\n    global: {}\n    global: {}\n"
    with pytest.raises(InvalidDocumentError, match="line 4: the key 'global' is repeated"):
        Document.load(text)


def test_what_is_no_yaml_is_refused() -> None:
    """The parser's own message says where."""
    with pytest.raises(InvalidDocumentError, match="line 2, column 1"):
        Document.load("accounts: [")


def test_a_policy_version_needs_no_quotes() -> None:
    """Dates are text unless the service's model says timestamp."""
    text = """
accounts:
  '111122223333':
    global:
      iam:
        GetRole: {Role: {AssumeRolePolicyDocument: {Version: 2012-10-17}, CreateDate: 2026-01-02}}
"""
    entry = next(Document.load(text).entries("111122223333", "us-east-1", "iam", "GetRole"))
    assert entry.answer["Role"]["AssumeRolePolicyDocument"] == '{"Version": "2012-10-17"}'
    assert entry.answer["Role"]["CreateDate"] == datetime(2026, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{now}", NOW),
        ("{now-2h}", NOW - timedelta(hours=2)),
        ("{now-3w}", NOW - timedelta(weeks=3)),
        ("{now+90d}", NOW + timedelta(days=90)),
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (0, datetime.fromtimestamp(0, UTC)),
    ],
)
def test_timestamps_may_be_relative(text: Any, expected: datetime) -> None:
    """A document stays true as time passes."""
    document = Document(holding("bedrock", "ListGuardrails", [{"createdAt": text}]), NOW)
    entry = next(document.entries("111122223333", "us-east-1", "bedrock", "ListGuardrails"))
    assert entry.answer["guardrails"][0]["createdAt"] == expected


def test_an_answer_can_be_checked_for_completeness() -> None:
    """Members that the model says are always there can be demanded."""
    partial = {"guardrails": [{"id": "abc"}]}
    validate_answer("bedrock", "ListGuardrails", partial)
    with pytest.raises(InvalidDocumentError, match=r"guardrails\[0\]\.arn"):
        validate_answer("bedrock", "ListGuardrails", partial, complete=True)


def test_the_most_particular_answer_wins() -> None:
    """Declarations with more parameters come first, whatever their order; an ARN meets its identifier."""
    answers = [
        {"answer": {"Policy": "any"}},
        {"when": {"KeyId": "k-1"}, "answer": {"Policy": "of one"}},
        {"when": {"KeyId": ["k-2", "k-3"], "PolicyName": "default"}, "answer": {"Policy": "named"}},
    ]
    with StandIn(holding("kms", "GetKeyPolicy", answers)) as aws:
        kms = client(aws, "kms")
        assert kms.get_key_policy(KeyId="k-9")["Policy"] == "any"
        assert kms.get_key_policy(KeyId="arn:aws:kms:us-east-1:111122223333:key/k-1")["Policy"] == "of one"
        assert kms.get_key_policy(KeyId="k-3", PolicyName="default")["Policy"] == "named"
        assert kms.get_key_policy(KeyId="k-3")["Policy"] == "any"


def test_an_answer_may_be_an_error() -> None:
    """A declared error reaches boto3 with its code, message and status."""
    answers = [{"error": {"code": "KMSInternalException", "message": "once more", "status": 500}}]
    with StandIn(holding("kms", "DescribeKey", answers)) as aws:
        kms = client(aws, "kms")
        with pytest.raises(kms.exceptions.KMSInternalException, match="once more"):
            kms.describe_key(KeyId="k")
    assert [call.status for call in aws.calls] == [500]


def test_regions_hold_their_own_answers_and_global_ones_stand_behind() -> None:
    """A Region's answer hides the global one; a Region without one falls back on it."""
    data = {
        "accounts": {
            "111122223333": {
                "global": {"kms": {"ListAliases": {"Aliases": [{"AliasName": "global"}]}}},
                "regions": {"eu-west-1": {"kms": {"ListAliases": {"Aliases": [{"AliasName": "west"}]}}}},
            }
        }
    }
    with StandIn(data) as aws:
        names = {
            region: client(aws, "kms", region=region).list_aliases()["Aliases"][0]["AliasName"]
            for region in ("eu-west-1", "us-east-1")
        }
    assert names == {"eu-west-1": "west", "us-east-1": "global"}
