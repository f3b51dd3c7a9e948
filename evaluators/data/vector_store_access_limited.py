"""GAI-5.06: Only the knowledge-base role and named administrators can read or write the vector store."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import iam, opensearch, opensearchserverless, rds, s3vectors

# evaluated per: store of a knowledge base; resource: vector store; reads: iam.GetAccountAuthorizationDetails, opensearch.DescribeDomain, opensearchserverless.GetAccessPolicy, opensearchserverless.ListAccessPolicies, rds.DescribeDBClusters, s3vectors.GetVectorBucketPolicy; parameters: []


@control(
    "GAI-5.06",
    slug="vector-store-access-limited",
    item=Item.DATA,
    title=(
        "Only the knowledge-base role and named administrators can read or write the vector "
        "store"
    ),
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="vector store",
    subjects=_subjects,
    reads=[],
    when_none=Status.NOT_APPLICABLE,
    none_because="No store in AWS.",
    why="Direct index access skips every retrieval control.",
    remediation="Trim the data policy.",
    fix_cli=(
        "aws opensearchserverless update-access-policy --type data --name $N --policy-version"
        " $V --policy file://policy.json"
    ),
    answers=('S5.4', 'S3.4'),
    frameworks={'gensec': ('GENSEC01-BP03',), 'owasp_llm_2025': ('LLM08',), 'mitre_atlas': ('AML.T0071', 'AML.M0005'), 'iso_42001': ('A.7.2',)},
    parameters=(),
    edge_cases=(
        (
            "Serverless policies match by resource pattern (index/name/*): evaluate every "
            "policy whose pattern covers the collection."
        ),
        "A Lambda that runs its own RAG legitimately needs access: allow by parameter.",
    ),
    workload_aware=False,
)
def vector_store_access_limited(subject: Subject, aws: View) -> Verdict:
    """What passes, what fails and how to check by hand.

    PASS: Data policy principals = KB role + allow-list; no wildcard; identity policies grant
        aoss:APIAccessAll / s3vectors:* only to them.
    FAIL: Wildcard, account root principal with broad index permission, or path handler with direct
        access.
    NOT_APPLICABLE: No store in AWS.
    NOT_ASSESSED: Database-level grants unseen.
    """
