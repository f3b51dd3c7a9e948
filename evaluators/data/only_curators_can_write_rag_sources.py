"""GAI-5.08: Only curators can write to RAG sources."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import bedrock_agent, iam, s3, s3control

# evaluated per: RAG source bucket (KB S3 source, supplemental, intermediate, Kendra S3 source); resource: AWS::S3::Bucket; reads: bedrock_agent.ListDataSources, iam.GetAccountAuthorizationDetails, s3.GetBucketPolicy, s3control.ListAccessPoints; parameters: {'curators': []}


@control(
    "GAI-5.08",
    slug="only-curators-can-write-rag-sources",
    item=Item.DATA,
    title="Only curators can write to RAG sources",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::S3::Bucket",
    subjects=_subjects,
    reads=[],
    when_none=Status.NOT_APPLICABLE,
    none_because="No S3 RAG source and no direct ingestion.",
    why="Whoever writes the corpus writes the model's instructions (indirect injection).",
    remediation="Deny writes except curators in the bucket policy.",
    fix_cli="aws s3api put-bucket-policy --bucket $B --policy file://curators-only.json",
    answers=('S5.4', 'S5.5'),
    frameworks={'gensec': ('GENSEC06-BP01',), 'owasp_llm_2025': ('LLM04', 'LLM08'), 'mitre_atlas': ('AML.T0070', 'AML.T0066', 'AML.M0005'), 'nist_ai_600_1': ('MG-4.1-006',), 'iso_42001': ('A.7.3',), 'finos_ccc': ('CCC.GenAI.CN03.AR01',)},
    parameters=('curators',),
    edge_cases=(
        (
            "A user-upload feature makes the handler a writer by design: require malware scan"
            " (5.20) and prefix separation, then waive."
        ),
        "Cross-account writers come through the bucket policy only.",
    ),
    workload_aware=False,
)
def only_curators_can_write_rag_sources(subject: Subject, aws: View) -> Verdict:
    """What passes, what fails and how to check by hand.

    PASS: Principals effectively allowed s3:PutObject/DeleteObject on the bucket, or
        bedrock:StartIngestionJob / IngestKnowledgeBaseDocuments, are all on the curator list.
    FAIL: Others can write - worst: a path role (user-facing handler) or a web-identity role.
    NOT_APPLICABLE: No S3 RAG source and no direct ingestion.
    NOT_ASSESSED: curators not supplied: report the writer list as INFO.
    """
