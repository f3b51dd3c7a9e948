"""GAI-4.08: Sensitive information is blocked or masked in responses."""

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
    "GAI-4.08",
    slug="sensitive-information-filtered-on-output",
    item=Item.INPUT_OUTPUT,
    title="Sensitive information is blocked or masked in responses",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=KIND,
    subjects=guardrail_subjects,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no guardrail, and nothing refers to one.",
    why=(
        "The last stop before personal data or credentials reach whoever asked, who may not be whom they belong to."
    ),
    remediation=(
        "Add the missing kinds with outputAction BLOCK or ANONYMIZE, publish a version and refer to that version."
    ),
    fix_cli=(
        "aws bedrock update-guardrail --guardrail-identifier $G --name $N "
        '--blocked-input-messaging "$B" --blocked-outputs-messaging "$B" '
        "--sensitive-information-policy-config file://pii.json"
    ),
    answers=("S4.5",),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "owasp_llm_2025": ("LLM02",),
        "mitre_atlas": ("AML.T0057", "AML.M0020"),
        "nist_ai_600_1": ("MP-4.1-009",),
        "iso_42001": ("A.7.2",),
        "prowler_aisf": ("AISF-AI-03",),
        "finos_ccc": ("CCC.GenAI.CN02.AR02",),
    },
    parameters=("required_pii", "no_personal_data"),
    edge_cases=(
        "outputAction overrides action; when absent fall back to action.",
        ("Enum has 31 entity types but no passport/ID for most countries: regexes may be the right answer."),
        "Input direction is 5.18.",
    ),
    workload_aware=False,
)
def sensitive_information_filtered_on_output(subject: Subject, aws: View) -> Verdict:
    """Every guardrail version in use blocks or masks each required kind of sensitive data in responses.

    Judged is the version that is referred to. A guardrail that nothing refers to is shown as INFO (not
    assessed where a function's environment hints that code passes one).

    Passes: each of `required_pii` is an entity type, or the name of a regular expression, of the guardrail, its
    `outputAction` (where left out, its `action`) is `BLOCK` or `ANONYMIZE`, and `outputEnabled` is not false. Fails: there is
    no such policy, a kind is missing, `NONE` (detect only) or disabled on output. Not applicable: `no_personal_data` is
    set. The other direction is GAI-5.18.

    By hand:

    ```sh
    aws bedrock get-guardrail --guardrail-identifier $G --guardrail-version $V --query sensitiveInformationPolicy
    ```
    """
    return sensitive_information(subject, aws, "output")
