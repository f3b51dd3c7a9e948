"""GAI-4.02: A guardrail is enforced for the account or organization in every active Region."""

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import View
from evaluators.derived import activity
from evaluators.derived.activity import active_region
from evaluators.derived.screening import enforcement, mandates

READS: tuple[Operation, ...] = (*activity.READS, *enforcement.READS, *mandates.READS)


@control(
    "GAI-4.02",
    slug="guardrail-enforced-for-account",
    item=Item.INPUT_OUTPUT,
    title="A guardrail is enforced for the account or organization in every active Region",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::Bedrock::EnforcedGuardrailConfiguration",
    subjects=active_region,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="The Region shows no model use.",
    why=(
        "Without enforcement every developer must remember the guardrail in every call, and a stranger needs only the one "
        "call that forgot it."
    ),
    remediation="Enforce a numbered guardrail version for the account, for all models and all of the messages.",
    fix_cli=(
        "aws bedrock put-enforced-guardrail-configuration --guardrail-inference-config "
        "guardrailIdentifier=$G,guardrailVersion=1,selectiveContentGuarding={system=COMPREHENSIVE,messages=COMPREHENSIVE}"
    ),
    answers=("S4.2", "S1.3"),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "owasp_llm_2025": ("LLM01",),
        "mitre_atlas": ("AML.M0020",),
        "nist_ai_600_1": ("MS-2.6-006",),
        "nist_ai_rmf": ("GOVERN 1.4",),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-AI-01",),
    },
    parameters=(),
    edge_cases=(
        (
            "owner is only ACCOUNT here; organization enforcement shows solely in the effective "
            "BEDROCK_POLICY (bedrock.guardrail_inference.<region>)."
        ),
        (
            "Public testing reports RetrieveAndGenerate without its own guardrail and "
            "bedrock-mantle calls are not covered: list those paths as residual."
        ),
        "A guardrail holding an automated-reasoning policy cannot be enforced.",
        "Embedding models must be excluded or they fail.",
        "Cross-account guardrail needs a resource policy allowing ApplyGuardrail (3.23).",
    ),
    workload_aware=False,
)
def guardrail_enforced_for_account(subject: Subject, aws: View) -> Verdict:
    """Every Region in which models are used has a guardrail that AWS applies to every call.

    Read are the account's enforced configuration and the organization's, which shows only in the account's effective
    Bedrock policy. Both apply together.

    Passes: the configurations in force cover every model the Region offers, embedding models aside, and check all of
    the messages (`COMPREHENSIVE`, or the older `inputTags` `IGNORE`). Fails: there is none; its guardrail does not
    exist, is not ready or holds an automated-reasoning policy; models that make text are left out. A configuration
    that lets the caller choose what is checked (`SELECTIVE`, `HONOR`), or leaves out only models that make images,
    sound or video, fails at medium severity. Not applicable: every role on a path must pass a guardrail anyway
    (GAI-4.03). Enforcement does not reach RetrieveAndGenerate calls without a guardrail of their own, nor the
    bedrock-mantle endpoint.

    By hand:

    ```sh
    aws bedrock list-enforced-guardrails-configuration
    aws organizations describe-effective-policy --policy-type BEDROCK_POLICY
    ```
    """
    del subject
    verdict = enforcement.enforcement(aws)
    if verdict.status is not Status.FAIL:
        return verdict
    carried = mandates.every_path_role_must_pass_a_guardrail(aws)
    if carried:
        return not_applicable(f"{verdict.observed}. {carried}: GAI-4.03 carries this")
    return verdict
