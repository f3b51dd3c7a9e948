"""From the names found in answers to the names that requests take: ARNs to buckets, keys, Regions and the like.

Each function takes the text found and returns the text to send, or None when there is nothing to ask. ARN formats:
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

_S3_URI = "s3://"
_ARN_PARTS = 6
_OWNED_BY_AWS = frozenset({"auto", "AWS_OWNED_KMS_KEY", "AWS_OWNED_KEY"})


def _parts(arn: str) -> list[str]:
    """The six parts of an ARN; empty when the text is none."""
    parts = arn.split(":", _ARN_PARTS - 1)
    return parts if len(parts) == _ARN_PARTS and parts[0] == "arn" else []


def bucket(text: str) -> str | None:
    """The bucket of an S3 URI (``s3://name/key``) or ARN (``arn:aws:s3:::name/key``); a plain name is one."""
    if text.startswith(_S3_URI):
        return text.removeprefix(_S3_URI).partition("/")[0] or None
    if not text.startswith("arn:"):
        return text or None
    parts = _parts(text)
    return parts[5].partition("/")[0] or None if parts and parts[2] == "s3" and not parts[4] else None


def bucket_region(constraint: str) -> str | None:
    """The Region of a bucket's LocationConstraint: ``EU`` is the old word for eu-west-1.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
    """
    return {"EU": "eu-west-1", "": "us-east-1"}.get(constraint, constraint)


def key(text: str) -> str | None:
    """A KMS key or alias as DescribeKey takes it; None for the words that stand for a key AWS owns."""
    return None if text in _OWNED_BY_AWS or not text else text


def region(arn: str) -> str | None:
    """The Region of an ARN; None when the text is no ARN or has no Region."""
    parts = _parts(arn)
    return parts[3] or None if parts else None


def account(arn: str) -> str | None:
    """The account of an ARN; None when the text is no ARN or has no account."""
    parts = _parts(arn)
    return parts[4] or None if parts else None


def own(arn: str) -> str | None:
    """The ARN itself; None for what AWS provides in every account (``arn:aws:bedrock-agentcore:us-east-1:aws:...``)."""
    return None if account(arn) == "aws" else arn or None


def _of_service(arn: str, service: str) -> str | None:
    parts = _parts(arn)
    return arn if parts and parts[2] == service else None


def topic(arn: str) -> str | None:
    """The ARN itself when it is an SNS topic's; None for the other things an alarm or a rule may act on."""
    return _of_service(arn, "sns")


def function(arn: str) -> str | None:
    """The ARN itself when it is a Lambda function's, None otherwise."""
    return _of_service(arn, "lambda")


def web_acl(text: str) -> str | None:
    """The ARN itself when it is a web ACL's of WAF; None for ids and ARNs of WAF Classic."""
    return _of_service(text, "wafv2")


def role_name(arn: str) -> str | None:
    """The name in a role's ARN, without its path."""
    parts = _parts(arn)
    if not parts or not parts[5].startswith("role/"):
        return None
    return parts[5].rpartition("/")[2] or None


def last_name(arn: str) -> str | None:
    """What follows the last ``/`` of an ARN's resource (a collection, a graph, a data store)."""
    parts = _parts(arn)
    return parts[5].rpartition("/")[2] or None if parts else None


def after_colon(arn: str) -> str | None:
    """What follows the last ``:`` of an ARN (a database cluster, a log group)."""
    parts = _parts(arn)
    return parts[5].rpartition(":")[2] or None if parts else None


def guardrail(text: str) -> str | None:
    """The ARN itself when it is a guardrail's; None for a plain id, which names one of the account's own."""
    parts = _parts(text)
    return text if parts and parts[2] == "bedrock" and parts[5].startswith("guardrail/") else None


def log_group(arn: str) -> str | None:
    """The log group's name in its ARN, with or without the trailing ``:*``."""
    parts = _parts(arn)
    if not parts or not parts[5].startswith("log-group:"):
        return None
    return parts[5].removeprefix("log-group:").removesuffix(":*") or None


def numbered(version: str) -> str | None:
    """A version that is a number; None for DRAFT, which some operations do not take."""
    return version if version.isdecimal() else None


def not_draft(version: str) -> str | None:
    """Any version but the working draft."""
    return None if version == "DRAFT" else version


def foundation_model(text: str) -> str | None:
    """The id of a foundation model, from its ARN or as it stands; None for profiles, custom and other models."""
    parts = _parts(text)
    if parts:
        kind, _, name = parts[5].partition("/")
        return name or None if kind == "foundation-model" else None
    # An inference profile's id carries a geography before the provider: us.anthropic.claude-...
    geography = text.partition(".")[0]
    return None if geography in _GEOGRAPHIES or "." not in text else text


_GEOGRAPHIES = frozenset(
    {"us", "us-gov", "eu", "apac", "ap", "jp", "au", "ca", "sa", "me", "af", "in", "global"}
)


def vector_bucket(arn: str) -> str | None:
    """The vector bucket's ARN in that of one of its indices (``...:bucket/<name>/index/<name>``)."""
    return arn.partition("/index/")[0] if _of_service(arn, "s3vectors") else None


def number(text: str) -> int | None:
    """A whole number, for the members that take one where an answer spells it as text."""
    return int(text) if text.isdecimal() else None
