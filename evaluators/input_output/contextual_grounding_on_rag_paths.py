"""GAI-4.09: Grounding and relevance checks run where answers come from retrieval."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import Answer, View
from evaluators.derived.screening import guardrail_content, retrieval
from evaluators.derived.screening.guardrail_content import KIND, judged, used_subject
from evaluators.derived.screening.guardrails import InUse, guardrails_in_use
from evaluators.derived.screening.retrieval import retrieval_behind


def subjects(aws: View) -> Iterator[Subject]:
    """Every guardrail version in use."""
    for used in aws.derive(guardrails_in_use):
        yield used_subject(used)


@control(
    "GAI-4.09",
    slug="contextual-grounding-on-rag-paths",
    item=Item.INPUT_OUTPUT,
    title="Grounding and relevance checks run where answers come from retrieval",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=KIND,
    subjects=subjects,
    reads=(*guardrail_content.READS, *retrieval.READS),
    when_none=Status.NOT_APPLICABLE,
    none_because="No guardrail is in use; GAI-4.01 and GAI-4.12 say where one is missing.",
    why=(
        "Answers that the retrieved text does not support are given as if it did: wrong policies, prices and advice "
        "in the owner's name, and a way to make planted text look sourced."
    ),
    remediation=(
        "Add the GROUNDING and RELEVANCE filters at 0.7 with action BLOCK, publish a version, refer to that version, "
        "and tune the thresholds."
    ),
    fix_cli=(
        "aws bedrock update-guardrail --guardrail-identifier $G --name $N "
        '--blocked-input-messaging "$B" --blocked-outputs-messaging "$B" '
        "--contextual-grounding-policy-config "
        '"filtersConfig=[{type=GROUNDING,threshold=0.7},{type=RELEVANCE,threshold=0.7}]"'
    ),
    answers=("S4.6",),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "owasp_llm_2025": ("LLM09",),
        "mitre_atlas": ("AML.T0062",),
        "nist_ai_600_1": ("MS-2.5-003",),
        "iso_42001": ("A.6.2.4",),
        "prowler_aisf": ("AISF-AI-09",),
        "finos_ccc": ("CCC.GenAI.CN05.AR01",),
    },
    parameters=("min_threshold",),
    edge_cases=(
        "Threshold 0 always passes text: treat as disabled.",
        "The check needs a grounding source in the call; Converse callers must mark it.",
    ),
    workload_aware=False,
)
def contextual_grounding_on_rag_paths(subject: Subject, aws: View) -> Verdict:
    """Every guardrail version on a path that answers from retrieval checks grounding and relevance.

    Judged is the version that is referred to by an agent with an enabled knowledge base, by a flow with a knowledge
    base node, by an IAM condition of a principal that may retrieve, or by an enforcement or by code where a knowledge
    base or Kendra index is asked by code or by an agent or flow without a guardrail of its own. Where no such path
    exists the row says not applicable.

    Passes: the filters `GROUNDING` and `RELEVANCE` are there, each with a threshold of at least `min_threshold`,
    action `BLOCK` or none given, and not disabled. Fails: one is missing, its threshold is lower (0 lets everything
    pass), its action is `NONE`, or it is disabled. That the calls carry a grounding source is for people to say.

    By hand:

    ```sh
    aws bedrock get-guardrail --guardrail-identifier $G --guardrail-version $V --query contextualGroundingPolicy
    ```
    """
    used = subject.about["used"]
    assert isinstance(used, InUse)
    because = retrieval_behind(aws, used)
    if not because:
        return not_applicable(
            f"No path under this guardrail asks a knowledge base or Kendra. Used by {used.users}"
        )
    least = float(aws.parameters.get("min_threshold"))
    good = f"Grounding and relevance are checked at {least:g} or more; {because}"
    return judged(subject, aws, lambda together: _faults(together, least), good)


def _faults(together: Sequence[Answer], least: float) -> list[str]:
    faults = []
    for kind in ("GROUNDING", "RELEVANCE"):
        entries = [
            entry
            for answer in together
            for entry in (answer.get("contextualGroundingPolicy") or {}).get("filters") or ()
            if entry.get("type") == kind
        ]
        weak = [_weakness(entry, least) for entry in entries]
        if all(weak):
            faults.append(f"{kind} {weak[0]}" if weak else f"no {kind} filter")
    return faults


def _weakness(entry: Mapping[str, Any], least: float) -> str:
    if entry.get("enabled") is False:
        return "is disabled"
    if entry.get("action", "BLOCK") != "BLOCK":
        return f"has action {entry.get('action')}, which only detects"
    threshold = float(entry.get("threshold") or 0)
    if threshold <= 0:
        return "has threshold 0, which lets everything pass"
    return "" if threshold >= least else f"has threshold {threshold:g}, {least:g} is required"
