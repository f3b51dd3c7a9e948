"""GAI-5.15: Key policies admit only trusted principals and services."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import kms

# evaluated per: customer key in use; resource: AWS::KMS::Key; reads: kms.GetKeyPolicy, kms.ListGrants; parameters: []


@control(
    "GAI-5.15",
    slug="key-policies-narrow",
    item=Item.DATA,
    title="Key policies admit only trusted principals and services",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::KMS::Key",
    subjects=_subjects,
    reads=[],
    when_none=Status.NOT_APPLICABLE,
    none_because="No customer key in use.",
    why="A key open to the world nullifies encryption.",
    remediation="Tighten the policy.",
    fix_cli="aws kms put-key-policy --key-id $K --policy-name default --policy file://key.json",
    answers=('S5.3', 'S5.4'),
    frameworks={'gensec': ('GENSEC01-BP03',), 'mitre_atlas': ('AML.M0005',), 'iso_42001': ('A.7.2',), 'prowler_aisf': ('AISF-INFRA-07',)},
    parameters=(),
    edge_cases=(
        "Root-account statement merely delegates to IAM: not open.",
        "Large grant lists: page and cap, mark partial.",
    ),
    workload_aware=False,
)
def key_policies_narrow(subject: Subject, aws: View) -> Verdict:
    """What passes, what fails and how to check by hand.

    PASS: No * principal without kms:CallerAccount/ViaService/PrincipalOrgID; no untrusted account;
        service grants carry SourceAccount/encryption context.
    FAIL: Open or untrusted statement; wildcard kms:* to non-admin roles.
    NOT_APPLICABLE: No customer key in use.
    NOT_ASSESSED: Common reasons only.
    """
