"""GAI-5.09: Knowledge-base roles read only their own sources."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import bedrock_agent, iam

# evaluated per: knowledge-base role; resource: AWS::IAM::Role; reads: bedrock_agent.GetDataSource, bedrock_agent.GetKnowledgeBase, iam.GetAccountAuthorizationDetails; parameters: []


@control(
    "GAI-5.09",
    slug="kb-role-limited-to-its-sources",
    item=Item.DATA,
    title="Knowledge-base roles read only their own sources",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=_subjects,
    reads=[],
    when_none=Status.NOT_APPLICABLE,
    none_because="No knowledge base.",
    why="Limits blast radius of a mis-set data source.",
    remediation="Scope the role.",
    fix_cli=(
        "aws iam put-role-policy --role-name $ROLE --policy-name s3 --policy-document "
        "file://one-bucket.json"
    ),
    answers=('S5.4',),
    frameworks={'gensec': ('GENSEC01-BP03',), 'owasp_llm_2025': ('LLM08',), 'mitre_atlas': ('AML.M0005',), 'iso_42001': ('A.9.2',)},
    parameters=(),
    edge_cases=(
        "Console-made roles are named per KB and scoped; hand-made ones are the risk.",
    ),
    workload_aware=False,
)
def kb_role_limited_to_its_sources(subject: Subject, aws: View) -> Verdict:
    """What passes, what fails and how to check by hand.

    PASS: s3:GetObject/ListBucket, secrets, aoss/s3vectors actions name this KB's resources, with
        aws:ResourceAccount where S3 is used.
    FAIL: Wildcard buckets or services.
    NOT_APPLICABLE: No knowledge base.
    NOT_ASSESSED: Common reasons only.
    """
