"""GAI-4.06: Harmful-content filters block on input and output."""

from collections.abc import Sequence

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import Answer, View
from evaluators.derived.screening.guardrail_content import (
    KIND,
    READS,
    filter_faults,
    guardrail_subjects,
    judged,
)


@control(
    "GAI-4.06",
    slug="harmful-content-filters-block",
    item=Item.INPUT_OUTPUT,
    title="Harmful-content filters block on input and output",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=KIND,
    subjects=guardrail_subjects,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no guardrail, and nothing refers to one.",
    why=(
        "Without it the application gives strangers hate, sexual, violent or criminal text in the owner's name."
    ),
    remediation=(
        "Set every required category to MEDIUM or HIGH with action BLOCK in both directions, publish a version and "
        "refer to that version."
    ),
    fix_cli=(
        "aws bedrock update-guardrail --guardrail-identifier $G --name $N "
        '--blocked-input-messaging "$B" --blocked-outputs-messaging "$B" --content-policy-config '
        "file://content.json"
    ),
    answers=("S4.3",),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "owasp_llm_2025": ("LLM05",),
        "mitre_atlas": ("AML.M0020",),
        "nist_ai_600_1": ("MG-3.2-005", "GV-1.4-001"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-AI-01",),
        "finos_ccc": ("CCC.GenAI.CN02.AR01",),
    },
    parameters=("categories", "min_strength"),
    edge_cases=(
        "PROMPT_ATTACK is judged by 4.05 only.",
        (
            "A dedicated output-only guardrail may exist on the same path: merge the guardrails "
            "of one path before failing."
        ),
    ),
    workload_aware=False,
)
def harmful_content_filters_block(subject: Subject, aws: View) -> Verdict:
    """Every guardrail version in use blocks each harmful-content category, on input and on output.

    Judged is the version that is referred to. A guardrail that nothing refers to is shown as INFO (not
    assessed where a function's environment hints that code passes one).

    Passes: each of `categories` has a filter whose `inputStrength` and `outputStrength` are at least `min_strength`,
    whose actions are `BLOCK` or left out, and which is not disabled. Fails: a category is missing, `NONE`, weaker,
    detect only, disabled or limited to images in a direction. What a guardrail enforced for every call supplies is
    counted before anything fails.

    By hand:

    ```sh
    aws bedrock get-guardrail --guardrail-identifier $G --guardrail-version $V --query contentPolicy.filters
    ```
    """
    categories = [str(category) for category in aws.parameters.get("categories")]
    strength = str(aws.parameters.get("min_strength"))
    if not categories:
        return not_applicable("The parameter categories is empty: no category is required")

    def faults(together: Sequence[Answer]) -> list[str]:
        return [
            fault
            for category in categories
            for fault in filter_faults(together, category, strength, ("input", "output"))
        ]

    good = f"{', '.join(categories)} are blocked on input and output at {strength} or stronger"
    return judged(subject, aws, faults, good)
