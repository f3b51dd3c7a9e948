"""GAI-7.17: Security contact and escalation chain are set and activated."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import account, naming, ssm_contacts
from evaluators.derived.offered import surely

_PLAN = "AWS::SSMContacts::Contact"


def subjects(aws: View) -> Iterator[Subject]:
    """The account, for its security contact; then every escalation plan."""
    yield Subject(aws.root_arn, "AWS::::Account")
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            for call, contact in surely(there.items_with_call(ssm_contacts.LIST_CONTACTS)):
                if contact.get("Type") == "ESCALATION":
                    yield Subject(
                        str(contact.get("ContactArn")), _PLAN, region=there.region, evidence=(call,)
                    )
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


def _plan(subject: Subject, aws: View) -> Verdict:
    there = aws.at(subject.region)
    plan = there.get(ssm_contacts.GET_CONTACT, ContactId=subject.arn)
    if plan is None:
        return not_assessed(Why.LINK_UNKNOWN, "The escalation plan is listed, and not found when it is read")
    people = list(
        dict.fromkeys(map(str, values(plan, "Plan.Stages[].Targets[].ContactTargetInfo.ContactId")))
    )
    if not people:
        return failed("The escalation plan engages nobody")
    kinds = {str(one.get("ContactArn")): one.get("Type") for one in there.items(ssm_contacts.LIST_CONTACTS)}
    unseen: UnseenError | None = None
    beyond = False
    for person in people:
        if kinds.get(person) != "PERSONAL":
            beyond = True
            continue
        try:
            channels = list(there.items(ssm_contacts.LIST_CONTACT_CHANNELS, ContactId=person))
        except UnseenError as error:
            unseen = unseen or error
            continue
        if any(channel.get("ActivationStatus") == "ACTIVATED" for channel in channels):
            return passed(f"The escalation plan reaches {naming.last_name(person)} by an activated channel")
    if unseen is not None:
        raise unseen
    if beyond:
        return not_assessed(
            Why.LINK_UNKNOWN, "The escalation plan engages an on-call schedule or a contact elsewhere"
        )
    return failed(f"The escalation plan engages {len(people)} contacts, none with an activated channel")


@control(
    "GAI-7.17",
    slug="escalation-contacts-set",
    item=Item.MONITORING,
    title="Security contact and escalation chain are set and activated",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::::Account",
    subjects=subjects,
    reads=(
        account.GET_ALTERNATE_CONTACT,
        ssm_contacts.LIST_CONTACTS,
        ssm_contacts.GET_CONTACT,
        ssm_contacts.LIST_CONTACT_CHANNELS,
    ),
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no account to ask about.",
    why="AWS abuse notices about model misuse go here.",
    remediation="Set the contact.",
    fix_cli=(
        'aws account put-alternate-contact --alternate-contact-type SECURITY --name "AI '
        'security" --title SecOps --email-address $E --phone-number $P'
    ),
    answers=("S7.7",),
    frameworks={
        "nist_ai_600_1": ("GV-2.1-001",),
        "nist_ai_rmf": ("MANAGE 4.3",),
        "iso_42001": ("A.8.4",),
        "prowler_aisf": ("AISF-GOV-03",),
    },
    parameters=(),
    edge_cases=(
        "ResourceNotFoundException means not set.",
        "Store a boolean and domain, not the person.",
    ),
    workload_aware=False,
)
def escalation_contacts_set(subject: Subject, aws: View) -> Verdict:
    """AWS knows whom to call about security, and escalation plans reach somebody.

    Judged are the account's SECURITY alternate contact and every escalation plan of Incident Manager. Passes: the
    contact is set; the plan engages a person with an ACTIVATED channel. Fails: no security contact; a plan that engages
    nobody, or nobody with an activated channel. Not assessed: a plan that engages an on-call schedule, whose people
    this does not follow. That a contact is set is kept, who it is is not.

    By hand:

    ```sh
    aws account get-alternate-contact --alternate-contact-type SECURITY
    aws ssm-contacts list-contact-channels --contact-id $CONTACT
    ```
    """
    if subject.kind == _PLAN:
        return _plan(subject, aws)
    answer = aws.get(account.GET_ALTERNATE_CONTACT, AlternateContactType="SECURITY")
    if answer is None:
        return failed("No SECURITY alternate contact is set")
    if not answer.get("AlternateContact"):
        return not_assessed(Why.LINK_UNKNOWN, "AWS answered about the SECURITY alternate contact without one")
    return passed("A SECURITY alternate contact is set")
