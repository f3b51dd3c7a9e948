"""Names found in answers become the names that requests take; whatever does not fit asks nothing."""

from collections.abc import Callable

import pytest

from collectors import naming

CASES: list[tuple[Callable[[str], str | int | None], str, str | int | None]] = [
    (naming.bucket, "s3://documents/incoming/a.pdf", "documents"),
    (naming.bucket, "s3://documents", "documents"),
    (naming.bucket, "arn:aws:s3:::documents", "documents"),
    (naming.bucket, "arn:aws-cn:s3:::documents/incoming/*", "documents"),
    (naming.bucket, "documents", "documents"),
    (naming.bucket, "s3://", None),
    (naming.bucket, "", None),
    (naming.bucket, "arn:aws:s3:eu-west-1:111122223333:accesspoint/readers", None),
    (naming.bucket, "arn:aws:sqs:eu-west-1:111122223333:queue", None),
    (naming.bucket_region, "EU", "eu-west-1"),
    (naming.bucket_region, "", "us-east-1"),
    (naming.bucket_region, "ap-southeast-2", "ap-southeast-2"),
    (naming.key, "alias/documents", "alias/documents"),
    (naming.key, "auto", None),
    (naming.key, "AWS_OWNED_KMS_KEY", None),
    (naming.key, "", None),
    (naming.region, "arn:aws:kms:eu-west-1:111122223333:key/1", "eu-west-1"),
    (naming.region, "arn:aws:iam::111122223333:role/x", None),
    (naming.region, "alias/aws/sns", None),
    (naming.account, "arn:aws:kms:eu-west-1:111122223333:key/1", "111122223333"),
    (naming.account, "arn:aws:bedrock:eu-west-1::foundation-model/x.y", None),
    (naming.account, "x", None),
    (naming.topic, "arn:aws:sns:eu-west-1:111122223333:alerts", "arn:aws:sns:eu-west-1:111122223333:alerts"),
    (naming.topic, "arn:aws:automate:eu-west-1:ec2:reboot", None),
    (naming.topic, "security@example.com", None),
    (
        naming.web_acl,
        "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/1",
        "arn:aws:wafv2:us-east-1:111122223333:global/webacl/a/1",
    ),
    (naming.web_acl, "arn:aws:waf-regional:us-east-1:111122223333:webacl/b1a2", None),
    (naming.web_acl, "473e64fd-f30b-4765-81a0-62ad96dd167a", None),
    (
        naming.function,
        "arn:aws:lambda:eu-west-1:111122223333:function:f",
        "arn:aws:lambda:eu-west-1:111122223333:function:f",
    ),
    (naming.function, "arn:aws:sns:eu-west-1:111122223333:alerts", None),
    (naming.role_name, "arn:aws:iam::111122223333:role/service-role/logs", "logs"),
    (naming.role_name, "arn:aws:iam::111122223333:user/somebody", None),
    (naming.role_name, "logs", None),
    (naming.last_name, "arn:aws:aoss:eu-west-1:111122223333:collection/abc", "abc"),
    (naming.last_name, "arn:aws:es:eu-west-1:111122223333:domain/vectors", "vectors"),
    (naming.last_name, "abc", None),
    (naming.after_colon, "arn:aws:cloudwatch:eu-west-1:111122223333:alarm-mute-rule:nightly", "nightly"),
    (naming.after_colon, "nightly", None),
    (naming.log_group, "arn:aws:logs:eu-west-1:111122223333:log-group:/trail:*", "/trail"),
    (naming.log_group, "arn:aws:logs:eu-west-1:111122223333:log-group:/trail", "/trail"),
    (naming.log_group, "/trail", None),
    (
        naming.own,
        "arn:aws:bedrock-agentcore:eu-west-1:111122223333:browser-custom/b1",
        "arn:aws:bedrock-agentcore:eu-west-1:111122223333:browser-custom/b1",
    ),
    (naming.own, "arn:aws:bedrock-agentcore:eu-west-1:aws:browser/aws.browser.v1", None),
    (naming.own, "", None),
    (naming.numbered, "12", "12"),
    (naming.numbered, "DRAFT", None),
    (naming.not_draft, "12", "12"),
    (naming.not_draft, "DRAFT", None),
    (naming.foundation_model, "anthropic.claude-x-v1:0", "anthropic.claude-x-v1:0"),
    (naming.foundation_model, "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-x", "amazon.nova-x"),
    (naming.foundation_model, "us.anthropic.claude-x-v1:0", None),
    (naming.foundation_model, "global.anthropic.claude-x-v1:0", None),
    (
        naming.foundation_model,
        "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.anthropic.x",
        None,
    ),
    (naming.foundation_model, "arn:aws:bedrock:us-east-1:111122223333:custom-model/a.b/c", None),
    (naming.foundation_model, "nonsense", None),
    (
        naming.vector_bucket,
        "arn:aws:s3vectors:eu-west-1:111122223333:bucket/vectors/index/documents",
        "arn:aws:s3vectors:eu-west-1:111122223333:bucket/vectors",
    ),
    (naming.vector_bucket, "documents", None),
    (naming.number, "12", 12),
    (naming.number, "ssm-document-v2", None),
]


@pytest.mark.parametrize(
    ("function", "text", "expected"), CASES, ids=[f"{f.__name__}-{t}" for f, t, _ in CASES]
)
def test_a_name_is_taken_from_the_text_or_nothing_is(
    function: Callable[[str], str | int | None], text: str, expected: str | int | None
) -> None:
    """One text, one answer."""
    assert function(text) == expected


HOSTILE = [
    "",
    "arn:",
    "arn:::::",
    "arn:aws:s3:::",
    "s3:///",
    "::::::",
    "arn:aws:iam::1:role/",
    "\x00",
    "²",
    "{region}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_a_conversion(text: str) -> None:
    """An account may hold any text; a conversion answers with text, a number or nothing."""
    for name, function in vars(naming).items():
        if callable(function) and not name.startswith("_") and function.__module__ == naming.__name__:
            assert function(text) is None or isinstance(function(text), str | int)
