"""GAI-4.05: Prompt-attack filter blocks at the required strength on input."""

from collections.abc import Sequence

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import Answer, View
from evaluators.derived.screening.guardrail_content import (
    KIND,
    READS,
    filter_faults,
    guardrail_subjects,
    judged,
)


@control(
    "GAI-4.05",
    slug="prompt-attack-filter-blocks",
    item=Item.INPUT_OUTPUT,
    title="Prompt-attack filter blocks at the required strength on input",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=KIND,
    subjects=guardrail_subjects,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no guardrail, and nothing refers to one.",
    why=(
        "Whoever can type into the application can take the model over: ignore its instructions, read them out, or "
        "use the tools and data it was given."
    ),
    remediation=(
        "Set the prompt-attack filter to HIGH with action BLOCK on input, publish a version and refer to that version."
    ),
    fix_cli=(
        "aws bedrock update-guardrail --guardrail-identifier $G --name $N "
        '--blocked-input-messaging "$B" --blocked-outputs-messaging "$B" --content-policy-config '
        '"filtersConfig=[{type=PROMPT_ATTACK,inputStrength=HIGH,outputStrength=NONE}]"'
    ),
    answers=("S4.3",),
    frameworks={
        "gensec": ("GENSEC04-BP02",),
        "owasp_llm_2025": ("LLM01", "LLM07"),
        "mitre_atlas": ("AML.T0051", "AML.T0054", "AML.M0015"),
        "nist_ai_600_1": ("MS-2.6-006",),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-AI-02",),
        "finos_ccc": ("CCC.GenAI.CN01.AR02",),
    },
    parameters=("required_strength",),
    edge_cases=(
        "outputStrength is NONE by design: never fail on it.",
        "Older guardrails omit inputAction/inputEnabled: absence means BLOCK and enabled.",
        (
            "With InvokeModel the filter looks only at input-tagged text: PASS here does not "
            "prove it runs (ATT-4.2; 4.02 COMPREHENSIVE helps)."
        ),
        "Judge the referenced version, not DRAFT.",
    ),
    workload_aware=False,
)
def prompt_attack_filter_blocks(subject: Subject, aws: View) -> Verdict:
    """Every guardrail version in use has the prompt-attack filter, blocking input at the required strength.

    Judged is the version that is referred to (by an enforcement, an agent or flow behind an alias, an IAM
    condition, or calls seen in metrics), never the working draft unless the draft is what is referred to. A
    guardrail that nothing refers to is shown as INFO (not assessed where a function's environment hints that
    code passes one).

    Passes: `PROMPT_ATTACK` is there, its `inputStrength` is at least `required_strength`, `inputAction` is `BLOCK` or
    left out, `inputEnabled` is not false. Fails: the filter is missing, weaker, set to `NONE` (detect only), disabled,
    or looks at images only. A guardrail enforced for every call may supply what this one lacks.

    By hand:

    ```sh
    aws bedrock get-guardrail --guardrail-identifier $G --guardrail-version $V --query contentPolicy.filters
    ```
    """
    required = str(aws.parameters.get("required_strength"))

    def faults(together: Sequence[Answer]) -> list[str]:
        return filter_faults(together, "PROMPT_ATTACK", required, ("input",))

    return judged(subject, aws, faults, f"The prompt-attack filter blocks input at {required} or stronger")
