"""GAI-4.01: A READY guardrail exists in every Region where models are used."""

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import bedrock
from evaluators.derived import activity
from evaluators.derived.activity import active_region
from evaluators.derived.offered import surely
from evaluators.derived.screening import guardrails
from evaluators.derived.screening.guardrail_versions import definition, filters, policies
from evaluators.derived.screening.guardrails import InUse, Source, guardrails_in_use, hinted_by

READS: tuple[Operation, ...] = (*activity.READS, *guardrails.READS, *guardrails.HINT_READS)


@control(
    "GAI-4.01",
    slug="guardrail-ready-in-active-region",
    item=Item.INPUT_OUTPUT,
    title="A READY guardrail exists in every Region where models are used",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Bedrock::Guardrail",
    subjects=active_region,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="The Region shows no model use.",
    why="Without a guardrail nothing managed stands between a stranger's text and the model, nor between its answers and them.",
    remediation=(
        "Create a guardrail, publish a version, and refer to that version: from an enforcement, an agent, a flow or an "
        "IAM condition."
    ),
    fix_cli=(
        'aws bedrock create-guardrail --name baseline --blocked-input-messaging "Request blocked"'
        ' --blocked-outputs-messaging "Response blocked" --content-policy-config '
        "file://content.json"
    ),
    answers=("S4.2",),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "owasp_llm_2025": ("LLM01",),
        "mitre_atlas": ("AML.M0020",),
        "nist_ai_600_1": ("MG-3.2-005",),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-AI-01",),
        "finos_ccc": ("CCC.GenAI.CN01.AR01",),
    },
    parameters=(),
    edge_cases=(
        ("ListGuardrails without an identifier lists DRAFTs only; call it again per ARN for versions."),
        "A guardrail can exist with every filter disabled: 4.05-4.09 judge content.",
        "FAILED status guardrails do not count.",
    ),
    workload_aware=False,
)
def guardrail_ready_in_active_region(subject: Subject, aws: View) -> Verdict:
    """Every Region in which models are used has a guardrail that is READY, holds a policy and is in use.

    A guardrail that exists protects nothing by itself: something must refer to it. What counts is the account's or
    the organization's enforcement, an agent version or flow version behind an alias, an IAM condition on
    `bedrock:GuardrailIdentifier`, or calls with it in the metrics of the last two weeks.

    Passes: one guardrail version that something refers to is `READY` and holds at least one policy (what it filters
    is judged by GAI-4.05 to GAI-4.09), or the organization enforces one. Fails: there is none, none is in use, or
    those in use do not exist, are not ready or hold no policy. Not assessed: no configuration refers to one that is
    there, but a variable of a function hints that code passes it; which one is not kept, and no metric shows it yet.

    By hand:

    ```sh
    aws bedrock list-guardrails --query 'guardrails[].[id,status]'
    aws bedrock list-enforced-guardrails-configuration
    ```
    """
    found = aws.derive(guardrails_in_use)
    unseen = found.unseen
    faults: list[str] = []
    for used in found.known:
        organization = any(reference.source is Source.ORGANIZATION for reference in used.references)
        if organization and used.guardrail.account != aws.account_id:
            return passed(f"The organization enforces guardrail {used.guardrail.arn} in this Region")
        try:
            fault = _fault(aws, used)
        except UnseenError as error:
            unseen = unseen or error
            continue
        if not fault:
            return passed(f"Guardrail {used.guardrail.arn} is ready and used by {used.users}")
        faults.append(fault)
    if unseen is not None:
        raise unseen
    listed = list(surely(aws.items(bedrock.LIST_GUARDRAILS)))
    used_ones = {used.guardrail.guardrail for used in found.known}
    idle = [str(one.get("arn", "")) for one in listed if one.get("arn") not in used_ones and filters(one)]
    hint = hinted_by(aws) if idle else ""
    if hint:
        return not_assessed(
            Why.LINK_UNKNOWN,
            ". ".join(
                (
                    f"{_list(idle)} exists, and no configuration refers to it, but {hint} hints that code may pass it",
                    *faults[:3],
                )
            ),
        )
    if faults:
        return failed(". ".join(faults[:3]))
    existing = [str(one.get("arn", "")) for one in listed]
    if existing:
        return failed(
            f"{_list(existing)} exists, in use by nothing. The Region is active: {subject.about['because']}"
        )
    return failed(f"There is no guardrail. The Region is active: {subject.about['because']}")


def _fault(aws: View, used: InUse) -> str:
    who = f"Guardrail {used.guardrail.arn}, used by {used.users},"
    answer = definition(aws, used.guardrail)
    if answer is None:
        return f"{who} does not exist"
    if not filters(answer):
        return f"{who} has status {answer.get('status')}"
    return "" if policies(answer) else f"{who} holds no policy"


def _list(arns: list[str]) -> str:
    more = f" and {len(arns) - 3} more" if len(arns) > 3 else ""
    return ("Guardrail " if len(arns) == 1 else "Each of ") + ", ".join(arns[:3]) + more
