"""GAI-5.18: Sensitive information is masked or blocked before it reaches the model."""

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import View
from evaluators.derived.screening.guardrail_content import (
    KIND,
    READS,
    guardrail_subjects,
    sensitive_information,
)


@control(
    "GAI-5.18",
    slug="sensitive-information-filtered-on-input",
    item=Item.DATA,
    title="Sensitive information is masked or blocked before it reaches the model",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=KIND,
    subjects=guardrail_subjects,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no guardrail, and nothing refers to one.",
    why=("What is not masked here goes to the model, into prompts, logs and memories that others can read."),
    remediation=(
        "Add the missing kinds with inputAction BLOCK or ANONYMIZE, publish a version and refer to that version."
    ),
    fix_cli=(
        "aws bedrock update-guardrail --guardrail-identifier $G --name $N "
        '--blocked-input-messaging "$B" --blocked-outputs-messaging "$B" '
        "--sensitive-information-policy-config file://pii.json"
    ),
    answers=("S5.6",),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "owasp_llm_2025": ("LLM02",),
        "mitre_atlas": ("AML.M0020",),
        "nist_ai_600_1": ("MP-4.1-001",),
        "iso_42001": ("A.7.2",),
        "prowler_aisf": ("AISF-AI-03",),
        "finos_ccc": ("CCC.GenAI.CN04.AR01",),
    },
    parameters=("required_pii", "no_personal_data"),
    edge_cases=(
        "Output-only configuration passes 4.08 and fails here.",
        "Masking inside the model path does not mask your own invocation logs: 5.12.",
    ),
    workload_aware=False,
)
def sensitive_information_filtered_on_input(subject: Subject, aws: View) -> Verdict:
    """Every guardrail version in use blocks or masks each required kind of sensitive data in prompts.

    Judged is the version that is referred to. A guardrail that nothing refers to is shown as INFO (not
    assessed where a function's environment hints that code passes one).

    Passes: each of `required_pii` is an entity type, or the name of a regular expression, of the guardrail, its
    `inputAction` (where left out, its `action`) is `BLOCK` or `ANONYMIZE`, and `inputEnabled` is not false. Fails: there is
    no such policy, a kind is missing, `NONE` (detect only) or disabled on input. Not applicable: `no_personal_data` is
    set. The other direction is GAI-4.08.

    By hand:

    ```sh
    aws bedrock get-guardrail --guardrail-identifier $G --guardrail-version $V --query sensitiveInformationPolicy
    ```
    """
    return sensitive_information(subject, aws, "input")
