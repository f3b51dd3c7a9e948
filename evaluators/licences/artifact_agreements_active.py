"""GAI-2.09: Customer agreements named by policy (e.g. a BAA) are active in AWS Artifact."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import artifact, organizations
from evaluators.derived.moments import days_since

_LIST = "required_agreements"


def subjects(aws: View) -> Iterator[Subject]:
    """Each agreement the owner requires."""
    for name in aws.parameters.get(_LIST) or ():
        yield Subject(
            aws.root_arn, "AWS::Artifact::CustomerAgreement", key=str(name), about={"name": str(name)}
        )


@control(
    "GAI-2.09",
    slug="artifact-agreements-active",
    item=Item.LICENCES,
    title="Customer agreements named by policy (e.g. a BAA) are active in AWS Artifact",
    severity=Severity.LOW,
    level=Level.ACCOUNT,
    kind="AWS::Artifact::CustomerAgreement",
    subjects=subjects,
    reads=(artifact.LIST_CUSTOMER_AGREEMENTS, organizations.DESCRIBE_ORGANIZATION),
    when_none=Status.NOT_APPLICABLE,
    none_because="required_agreements names no agreement.",
    why="Only meaningful when the regulation list says so.",
    remediation="Accept the agreement in Artifact.",
    fix_cli="aws artifact list-customer-agreements",
    answers=("S1.4", "S2.1"),
    frameworks={"nist_ai_rmf": ("GOVERN 1.1",), "nist_ai_600_1": ("GV-1.1-001",), "iso_42001": ("A.10.3",)},
    parameters=("required_agreements",),
    edge_cases=("Organization-level agreements carry organizationArn and apply to members.",),
    workload_aware=False,
)
def artifact_agreements_active(subject: Subject, aws: View) -> Verdict:
    """Every agreement that your policy names is active in AWS Artifact, for the account or its organization.

    Passes: an agreement of that name is ACTIVE and has not ended. Fails: it was terminated, has ended, or is not there.
    Not assessed: it is not listed in a member of an organization, whose management account may hold it. Not applicable:
    `required_agreements` is empty.

    By hand:

    ```sh
    aws artifact list-customer-agreements
    ```
    """
    name = str(subject.about["name"])
    found = [
        one
        for one in aws.items(artifact.LIST_CUSTOMER_AGREEMENTS)
        if str(one.get("name") or "").casefold() == name.casefold()
    ]
    for one in found:
        age = days_since(one.get("effectiveEnd"), aws.now)
        if one.get("state") == "ACTIVE" and (age is None or age < 0):
            whose = "the organization" if one.get("organizationArn") else "the account"
            return passed(f'"{name}" is active for {whose}')
    if found:
        states = ", ".join(sorted({str(one.get("state")) for one in found}))
        return failed(f'"{name}" is not active: {states}')
    answer = aws.get(organizations.DESCRIBE_ORGANIZATION)
    management = str(((answer or {}).get("Organization") or {}).get("MasterAccountId") or "")
    if answer is not None and management != aws.account_id:
        return not_assessed(
            Why.ORG_LAYER_UNKNOWN, f'"{name}" is not listed here; management account {management} may hold it'
        )
    return failed(f'"{name}" was never accepted')
