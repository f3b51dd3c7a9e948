"""GAI-1.07: Where Audit Manager is in use, a generative-AI framework assessment is active."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from collectors import auditmanager
from evaluators.derived.offered import offered

_FRAMEWORK = "generative ai"


def subjects(aws: View) -> Iterator[Subject]:
    """The account in each Region in which Audit Manager is on."""
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            for call, answer in offered(there.items_with_call(auditmanager.GET_ACCOUNT_STATUS, "")):
                if answer.get("status") == "ACTIVE":
                    yield Subject(aws.root_arn, "AWS::::Account", region=there.region, evidence=(call,))
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


@control(
    "GAI-1.07",
    slug="audit-manager-genai-assessment",
    item=Item.GOVERNANCE,
    title="Where Audit Manager is in use, a generative-AI framework assessment is active",
    severity=Severity.LOW,
    level=Level.ACCOUNT,
    kind="AWS::AuditManager::Assessment",
    subjects=subjects,
    reads=(auditmanager.GET_ACCOUNT_STATUS, auditmanager.LIST_ASSESSMENTS, auditmanager.GET_ASSESSMENT),
    when_none=Status.NOT_APPLICABLE,
    none_because="Audit Manager is not on in any Region; it is closed to new customers, and GAI-1.02 asks about what replaces it.",
    why="The service is closed to new customers, so absence proves nothing.",
    remediation="Create the assessment, or record why Config/Security Hub evidence replaces it.",
    fix_cli="aws auditmanager list-assessment-frameworks --framework-type Standard",
    answers=("S1.8",),
    frameworks={"nist_ai_rmf": ("GOVERN 1.5",), "nist_ai_600_1": ("GV-1.5-003",), "iso_42001": ("A.6.2.7",)},
    parameters=(),
    edge_cases=("Standard frameworks are matched by name: the id differs per account.",),
    workload_aware=False,
)
def audit_manager_genai_assessment(subject: Subject, aws: View) -> Verdict:
    """Where Audit Manager is on and assesses something, it assesses against a generative AI framework.

    The service is closed to new customers: an account without it is not applicable, one that AWS keeps out of it is
    not assessed, and neither ever fails. Passes: an active assessment uses a framework whose name says generative AI.
    Fails: there are active assessments, none on such a framework. Not applicable: no active assessment.

    By hand:

    ```sh
    aws auditmanager list-assessments --status ACTIVE
    aws auditmanager get-assessment --assessment-id $ID
    ```
    """
    there = aws.at(subject.region)
    unseen: UnseenError | None = None
    names: list[str] = []
    for assessment in there.items(auditmanager.LIST_ASSESSMENTS):
        if assessment.get("status") not in (None, "ACTIVE"):
            continue
        try:
            detail = there.get(auditmanager.GET_ASSESSMENT, assessmentId=assessment.get("id"))
        except UnseenError as error:
            unseen = unseen or error
            continue
        if detail is None:
            continue  # it was deleted meanwhile
        name = str(first(detail, "assessment.framework.metadata.name") or "")
        if _FRAMEWORK in name.lower():
            return passed(f'Assessment {assessment.get("id")} is active on the framework "{name}"')
        names.append(name or "unnamed")
    if unseen is not None:
        raise unseen
    if not names:
        return not_applicable("Audit Manager is on, and no assessment is active")
    return failed(
        f"{len(names)} active assessments, on {', '.join(sorted(set(names))[:5])}; none on generative AI"
    )
