"""GAI-6.17: A budget or cost-anomaly monitor watches model spend and reaches someone."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import View
from collectors import organizations
from evaluators.derived.activity import READS as ACTIVITY_READS
from evaluators.derived.activity import activity
from evaluators.derived.watch import spend
from evaluators.derived.watch.spend import watches

_SHOWN = 4


def subjects(aws: View) -> Iterator[Subject]:
    """The account."""
    yield Subject(aws.root_arn, "AWS::::Account")


@control(
    "GAI-6.17",
    slug="spend-watch-on-model-usage",
    item=Item.PERIMETER,
    title="A budget or cost-anomaly monitor watches model spend and reaches someone",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::Budgets::Budget",
    subjects=subjects,
    reads=[*spend.READS, organizations.DESCRIBE_ORGANIZATION, *ACTIVITY_READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="The account uses no model.",
    why="Cost is often the first visible sign of hijacked invocation.",
    remediation="Create a cost-anomaly monitor by service, or a budget filtered to Bedrock, with a subscriber.",
    fix_cli=(
        "aws ce create-anomaly-monitor --anomaly-monitor "
        "MonitorName=services,MonitorType=DIMENSIONAL,MonitorDimension=SERVICE"
    ),
    answers=("S6.4", "S7.2"),
    frameworks={
        "owasp_llm_2025": ("LLM10",),
        "mitre_atlas": ("AML.T0034",),
        "nist_ai_600_1": ("MG-4.1-002",),
        "iso_42001": ("A.6.2.6",),
    },
    parameters=("account_budgets_cover_models",),
    edge_cases=(
        "Third-party models may be billed under names of their own: a filter on Amazon Bedrock alone may miss them.",
        "A budget whose filter takes models out, or only a tag or Region of them in, is no watch.",
        "An unconfirmed SNS subscription reaches nobody; neither does a weekly one in time.",
        "A linked account cannot see what the payer has: without a watch of its own it is not assessed.",
        "Cost Explorer's anomaly calls are billed per request: they are made once a run.",
    ),
)
def spend_watch_on_model_usage(subject: Subject, aws: View) -> Verdict:  # noqa: ARG001 - the account is one subject
    """Somebody is told when spending on models rises.

    Judged is the account, where it uses models in any Region of the run.

    Passes: a budget of cost or usage whose filter lets all spend on Bedrock or SageMaker through (or an unfiltered
    one, where ``account_budgets_cover_models`` says so) with a notification of a rise that reaches an address or a
    topic with a confirmed subscription; or an anomaly monitor by SERVICE with a daily or immediate subscription
    that is confirmed.

    Fails: none of these.

    Does not apply: no Region of the run uses models.

    Not assessed: nothing of the kind in a linked account, whose payer may have it.

    By hand::

        aws budgets describe-budgets --account-id $ACCOUNT --show-filter-expression
        aws budgets describe-notifications-for-budget --account-id $ACCOUNT --budget-name $B
        aws ce get-anomaly-monitors
        aws ce get-anomaly-subscriptions
    """
    found = watches(aws)
    if not _used(aws):
        return not_applicable("No Region of the run uses models")
    good = [watch.what for watch in found.known if not watch.fault]
    if good:
        return passed(f"{', '.join(good[:_SHOWN])} watches what models cost and reaches someone")
    if found.unseen is not None:
        raise found.unseen
    faults = [f"{watch.what}: {watch.fault}" for watch in found.known]
    more = f"; and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
    said = f"Nothing watches what models cost: {'; '.join(faults[:_SHOWN])}{more}" if faults else _NOTHING
    payer = _payer(aws)
    if payer:
        return not_assessed(
            Why.ORG_LAYER_UNKNOWN, f"{said}; what the payer, account {payer}, has cannot be seen from here"
        )
    return failed(said)


_NOTHING = "Nothing watches what models cost: the account has no budget and no anomaly monitor"


def _used(aws: View) -> bool:
    """Whether any Region uses models. Raises UnseenError where none is known to, and one is not known not to."""
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            if there.derive(activity).active:
                return True
        except UnseenError as error:
            unseen = unseen or (error if error.why is not Why.UNSUPPORTED else None)
    if unseen is not None:
        raise unseen
    return False


def _payer(aws: View) -> str:
    """The account that pays for this one, "" where it pays for itself. Raises UnseenError."""
    answer = aws.get(organizations.DESCRIBE_ORGANIZATION) or {}
    organization = answer.get("Organization") or {}
    payer = str(organization.get("MasterAccountId") or "")
    return payer if payer != aws.account_id else ""
