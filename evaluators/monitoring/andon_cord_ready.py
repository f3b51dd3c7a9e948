"""GAI-7.18: A kill switch for model use is wired and pullable."""

from collections.abc import Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from evaluators.derived import activity
from evaluators.derived.principals import path_roles
from evaluators.derived.watch import kill_switches
from evaluators.derived.watch.kill_switches import candidates, operator, switch

PARAMETER = "kill_switches"


def subjects(aws: View) -> Iterator[Subject]:
    """The account, where a model is used. Raises UnseenError where that is not known."""
    unseen: UnseenError | None = None
    because = ""
    for there in aws.regions():
        try:
            found = there.derive(activity.activity)
        except UnseenError as error:
            unseen = unseen or error
            continue
        if found.active:
            because = f"{found.because} in {there.region}"
            break
    if not because:
        roles = path_roles.path_roles(aws)
        named = next((role for role in roles.known if not role.suspected), None)
        because = named.said if named is not None else ""
        unseen = unseen or roles.unseen
    if because:
        yield Subject(aws.root_arn, "AWS::::Account", about={"because": because})
    elif unseen is not None:
        raise unseen


@control(
    "GAI-7.18",
    slug="andon-cord-ready",
    item=Item.MONITORING,
    title="A kill switch for model use is wired and pullable",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::::Account",
    subjects=subjects,
    reads=[*activity.READS, *path_roles.READS, *kill_switches.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "No sign of model use in any Region of this run, and no identity of a workload that may reach a"
        " model."
    ),
    why=(
        "When a model is misused the first need is to stop it at once. A switch that nobody can pull, "
        "or that was never wired, is found out in the middle of the incident."
    ),
    remediation="Create the switch and declare it.",
    fix_cli=(
        "aws bedrock-agent update-agent-alias --agent-id $A --agent-alias-id $AL --agent-"
        "alias-name $N --alias-invocation-state REJECT_INVOCATIONS"
    ),
    answers=("S7.8",),
    frameworks={
        "nist_ai_rmf": ("MANAGE 2.4",),
        "nist_ai_600_1": ("GV-1.7-001", "GV-1.3-007", "MG-2.4-004"),
        "owasp_llm_2025": ("LLM06",),
        "iso_42001": ("A.6.2.6",),
    },
    parameters=("kill_switches",),
    edge_cases=(
        (
            "An agent's alias is a cord of its own (aliasInvocationState REJECT_INVOCATIONS), reserved "
            "concurrency 0 one for a function."
        ),
        (
            "A feature flag counts once it was deployed; whether the code honours it is asked of people"
            " (ATT-7.3)."
        ),
        "Neither keys nor values of a flag are read: a declared profile counts as a whole.",
        "A budget action that needs no approval pulls itself.",
        "A policy counts when it denies, without a condition, an action that reaches a model.",
        ("Whoever runs as the workload is no operator: whoever steers the model would hold the switch."),
        "An empty list is an answer: there is none.",
    ),
    workload_aware=False,
)
def andon_cord_ready(subject: Subject, aws: View) -> Verdict:
    """Whether one of the switches in ``kill_switches`` is ready, and somebody other than the workload may pull it.

    Passes: at least one is a deployed feature flag, an Automation document, a budget action in STANDBY, a policy that
    denies model use, a function, an agent's alias or a parameter that exists; and a user or role that is no identity
    of the workload may pull it (StartDeployment, StartAutomationExecution, AttachRolePolicy, InvokeFunction,
    PutFunctionConcurrency, UpdateAgentAlias, ...), or it acts by itself.

    Fails: the list is empty, or every switch is missing, never deployed, spent, or for the workload's own roles only.

    Does not apply: no model is used. Not assessed: the list is not set; the row then names what could be declared.

    By hand::

        aws appconfig list-deployments --application-id $APP --environment-id $ENV
        aws ssm list-documents --filters Key=Owner,Values=Self Key=DocumentType,Values=Automation
        aws budgets describe-budget-actions-for-budget --account-id $ACCOUNT --budget-name $BUDGET
        aws iam simulate-principal-policy --policy-source-arn $OPERATOR --action-names appconfig:StartDeployment
    """
    declared = aws.parameters.get(PARAMETER)
    if declared is None:
        declared = aws.parameters.need(PARAMETER, candidates(aws))
    used = f"Models are used: {subject.about['because']}"
    if not declared:
        return failed("No kill switch is declared (kill_switches is empty)", None, used)
    faults: list[str] = []
    unseen: UnseenError | None = None
    for arn in map(str, declared):
        try:
            held = switch(aws, arn)
            if held.fault:
                faults.append(f"{held.what}: {held.fault}")
                continue
            by = "it acts by itself" if held.alone else operator(aws, held)
        except UnseenError as error:
            unseen = unseen or error
            continue
        if by:
            return passed(f"{held.what[:1].upper()}{held.what[1:]} is ready and {by}")
        faults.append(f"{held.what}: nobody but the workload's own roles may pull it")
    if unseen is not None:
        raise unseen
    return failed(f"No declared kill switch can be pulled: {'; '.join(faults[:5])}", None, used)
