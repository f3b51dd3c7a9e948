"""GAI-5.01: RAG source buckets encrypt with a customer-managed key."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import View
from evaluators.derived.data import bucket_encryption, buckets, rag
from evaluators.derived.data.buckets import Bucket


def subjects(aws: View) -> Iterator[Subject]:
    """The buckets retrieval reads from, each in its own Region."""
    found = aws.derive(rag.rag_buckets)
    for bucket in found.known:
        yield buckets.subject(aws, bucket)
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-5.01",
    slug="rag-buckets-use-customer-keys",
    item=Item.DATA,
    title="RAG source buckets encrypt with a customer-managed key",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=buckets.KIND,
    subjects=subjects,
    reads=[*rag.READS, *bucket_encryption.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="No knowledge base or Kendra index of this Region reads from S3.",
    why=(
        "Whoever controls the key decides who can read the corpus: with a key of AWS's a leaked copy or a "
        "careless bucket policy is all it takes, with your own the key policy still stands in the way."
    ),
    remediation=(
        "Set default encryption to SSE-KMS with a key of your own, and copy the objects that are already "
        "there."
    ),
    fix_cli=(
        "aws s3api put-bucket-encryption --bucket $B --server-side-encryption-configuration "
        "file://sse-kms.json"
    ),
    answers=("S5.2", "S5.3"),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "owasp_llm_2025": ("LLM02",),
        "mitre_atlas": ("AML.M0012",),
        "iso_42001": ("A.7.2",),
        "prowler_aisf": ("AISF-INFRA-05",),
    },
    parameters=("require_cmk",),
    edge_cases=(
        "GetBucketEncryption always answers with SSE-S3 at least: that encryption exists is no test.",
        (
            "An alias in KMSMasterKeyID means a key of whichever account writes; an alias of another "
            "account may be moved."
        ),
        "Default encryption says nothing of objects written before it was set.",
        "SSE-C that is not blocked lets a thief lock objects under a key of his own: a note, not a fail.",
        "The bucket may live in another Region than the knowledge base: the row carries the bucket's.",
        "A Region that does not offer knowledge bases or Kendra has no sources of that kind.",
    ),
)
def rag_buckets_use_customer_keys(subject: Subject, aws: View) -> Verdict:
    """Whether new objects of a retrieval source are encrypted with a key the customer controls.

    Judged are the buckets that knowledge bases and Kendra indices read from: sources, supplemental storage and the
    intermediate storage of transformations; in account scope every bucket. Passes when default encryption is aws:kms
    or aws:kms:dsse with a key whose KeyManager is CUSTOMER; with require_cmk false any default encryption passes.

    Fails for AES256, for aws:kms without a key (that is the one AWS manages for S3), for a key AWS manages and for a
    key that does not exist. Not assessed when the bucket or its key belongs to another account that lets nobody look.
    Not applicable when the bucket a source names does not exist.

    By hand:

        aws bedrock-agent get-data-source --knowledge-base-id KB --data-source-id DS
        aws s3api get-bucket-encryption --bucket BUCKET
        aws kms describe-key --key-id KEY --query KeyMetadata.KeyManager
    """
    bucket = subject.about["bucket"]
    assert isinstance(bucket, Bucket)
    return bucket_encryption.bucket_key_verdict(aws, bucket)
