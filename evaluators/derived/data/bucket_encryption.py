"""Who controls the key that a bucket encrypts new objects with.

Every bucket is encrypted by default since 2023, so that it is encrypted says nothing; the key does. Rests on
``GetBucketEncryption`` and ``DescribeKey``.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
"""

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Why
from assessor.model.verdict import Verdict, failed, not_applicable, not_assessed, passed
from assessor.model.view import Answer, View
from collectors import s3
from evaluators.derived.data import buckets, key_facts
from evaluators.derived.data.buckets import Bucket

READS: tuple[Operation, ...] = (s3.GET_BUCKET_ENCRYPTION, *buckets.READS, *key_facts.READS)

_KMS = ("aws:kms", "aws:kms:dsse")


def bucket_key_verdict(aws: View, bucket: Bucket) -> Verdict:
    """Whether the bucket's default encryption uses a customer-managed key. Raises UnseenError.

    With ``require_cmk`` false any default encryption passes. A bucket that does not exist is not applicable.
    """
    at = buckets.home(aws, bucket)
    if at is None:
        return not_applicable(f"There is no {bucket.what}")
    rules = (buckets.ask(at, bucket, s3.GET_BUCKET_ENCRYPTION) or {}).get(
        "ServerSideEncryptionConfiguration"
    ) or {}
    rule = next((r for r in rules.get("Rules") or () if r.get("ApplyServerSideEncryptionByDefault")), None)
    if rule is None:
        return failed(f"{bucket.what} has no default encryption")
    default = rule["ApplyServerSideEncryptionByDefault"]
    return _judged(at, bucket, default, _notes(rule))


def _notes(rule: Answer) -> tuple[str, ...]:
    if "SSE-C" in values(rule, "BlockedEncryptionTypes.EncryptionType[]"):
        return ()
    return ("uploads under keys of the uploader's own (SSE-C) are not blocked",)


def _judged(at: View, bucket: Bucket, default: Answer, notes: tuple[str, ...]) -> Verdict:
    algorithm, ref = str(default.get("SSEAlgorithm") or ""), str(default.get("KMSMasterKeyID") or "")
    if not at.parameters.get("require_cmk"):
        return passed(f"{bucket.what} encrypts by default ({algorithm}); require_cmk is false", *notes)
    if algorithm == "AES256":
        return failed(f"{bucket.what} encrypts with keys S3 owns (AES256)", None, *notes)
    if algorithm not in _KMS:
        return not_assessed(
            Why.LINK_UNKNOWN, f"{bucket.what} encrypts with {algorithm}, whose key is not told"
        )
    if not ref or key_facts.aws_managed_alias(ref):
        return failed(
            f"{bucket.what} encrypts with {algorithm} under the key AWS manages for S3", None, *notes
        )
    key = key_facts.key_facts(at, ref)
    warning = key_facts.named_elsewhere(at, ref)
    notes = (*((warning,) if warning else ()), *notes)
    if not key.exists:
        return failed(f"{bucket.what} names a key that does not exist: {ref}", None, *notes)
    if not key.customer:
        return failed(
            f"{bucket.what} encrypts with {algorithm} under {key.arn}, which AWS manages", None, *notes
        )
    notes = (*((key.caveat,) if key.caveat else ()), *notes)
    return passed(f"{bucket.what} encrypts with {algorithm} under customer key {key.arn}", *notes)
