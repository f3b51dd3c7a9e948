"""GAI-5.02: RAG source buckets are not public, admit only trusted accounts and require TLS."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import organizations, s3, s3control

# evaluated per: RAG source bucket (KB S3 source, supplemental, intermediate, Kendra S3 source); resource: AWS::S3::Bucket; reads: organizations.DescribeEffectivePolicy, s3.GetBucketOwnershipControls, s3.GetBucketPolicy, s3.GetBucketPolicyStatus, s3.GetPublicAccessBlock, s3control.GetPublicAccessBlock; parameters: {'trusted_accounts': []}


@control(
    "GAI-5.02",
    slug="rag-buckets-private-and-tls-only",
    item=Item.DATA,
    title="RAG source buckets are not public, admit only trusted accounts and require TLS",
    severity=Severity.CRITICAL,
    level=Level.ACCOUNT,
    kind="AWS::S3::Bucket",
    subjects=_subjects,
    reads=[],
    when_none=Status.NOT_APPLICABLE,
    none_because="No S3 RAG source.",
    why="A public corpus leaks everything the assistant knows; a writable one poisons it.",
    remediation="Turn on all four settings and add the TLS deny.",
    fix_cli=(
        "aws s3api put-public-access-block --bucket $B --public-access-block-configuration Bl"
        "ockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBucket"
        "s=true"
    ),
    answers=('S5.1', 'S5.4', 'S6.2'),
    frameworks={'gensec': ('GENSEC01-BP03',), 'owasp_llm_2025': ('LLM02', 'LLM08'), 'mitre_atlas': ('AML.T0070', 'AML.M0005'), 'iso_42001': ('A.7.2',), 'prowler_aisf': ('AISF-DATA-04',)},
    parameters=('trusted_accounts',),
    edge_cases=(
        "NoSuchPublicAccessBlockConfiguration = all false.",
        "Effective = bucket OR account setting, per flag.",
        "Access points and their policies can open a private bucket: list them.",
        "NoSuchBucketPolicy is fine.",
    ),
    workload_aware=False,
)
def rag_buckets_private_and_tls_only(subject: Subject, aws: View) -> Verdict:
    """What passes, what fails and how to check by hand.

    PASS: Effective block (account OR bucket) has all four settings, policy not public, no untrusted
        account principal, Deny when aws:SecureTransport false.
    FAIL: IsPublic true (critical); any of the four settings effectively off (high); untrusted
        account (high); TLS deny missing (low).
    NOT_APPLICABLE: No S3 RAG source.
    NOT_ASSESSED: Common reasons only.
    """
