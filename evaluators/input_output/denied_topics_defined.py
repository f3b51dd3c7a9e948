"""GAI-4.07: Denied topics are defined and blocking."""

from collections.abc import Mapping, Sequence
from typing import Any

from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import Answer, View
from evaluators.derived.screening.guardrail_content import KIND, READS, guardrail_subjects, judged, weakness


@control(
    "GAI-4.07",
    slug="denied-topics-defined",
    item=Item.INPUT_OUTPUT,
    title="Denied topics are defined and blocking",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=KIND,
    subjects=guardrail_subjects,
    reads=READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no guardrail, and nothing refers to one.",
    why=(
        "Without denied topics the application answers whatever it is asked: medical, legal or financial advice, "
        "competitors, internal affairs."
    ),
    remediation=(
        "Define the topics your legal and product owners name, with action BLOCK in both directions, publish a version "
        "and refer to it. If the workload needs none, say so with the parameter no_denied_topics_needed."
    ),
    fix_cli=(
        "aws bedrock update-guardrail --guardrail-identifier $G --name $N "
        '--blocked-input-messaging "$B" --blocked-outputs-messaging "$B" --topic-policy-config '
        "file://topics.json"
    ),
    answers=("S4.4",),
    frameworks={
        "gensec": ("GENSEC02-BP01",),
        "owasp_llm_2025": ("LLM09",),
        "mitre_atlas": ("AML.M0020",),
        "nist_ai_600_1": ("GV-1.4-002",),
        "iso_42001": ("A.9.2",),
    },
    parameters=("required_topics", "no_denied_topics_needed"),
    edge_cases=("Topic text can be sensitive: store names and hashes.",),
    workload_aware=False,
)
def denied_topics_defined(subject: Subject, aws: View) -> Verdict:
    """Every guardrail version in use denies at least one topic, in both directions.

    Judged is the version that is referred to. A guardrail that nothing refers to is shown as INFO (not
    assessed where a function's environment hints that code passes one). Whether the topics are the right ones
    is for people to say; definitions are not kept, their presence is.

    Passes: at least one `DENY` topic with a definition blocks on input and output, and every name in
    `required_topics` is among those that block. Fails: no topic, only topics that detect or are disabled, or a
    required one is missing. Not applicable: `no_denied_topics_needed` is set.

    By hand:

    ```sh
    aws bedrock get-guardrail --guardrail-identifier $G --guardrail-version $V --query topicPolicy.topics
    ```
    """
    if aws.parameters.get("no_denied_topics_needed"):
        return not_applicable("The workload is declared to need no denied topic (no_denied_topics_needed)")
    required = [str(name) for name in aws.parameters.get("required_topics")]
    good = f"Denied topics block in both directions, {', '.join(required) or 'at least one'} among them"
    return judged(subject, aws, lambda together: _faults(together, required), good)


def _faults(together: Sequence[Answer], required: list[str]) -> list[str]:
    topics = [topic for answer in together for topic in (answer.get("topicPolicy") or {}).get("topics") or ()]
    if not topics:
        return ["no topic is denied"]
    names = {_plain(str(topic.get("name", ""))) for topic in topics}
    acting = {name for name in names if all(_blocked(topics, name, way) for way in ("input", "output"))}
    missing = [name for name in required if _plain(name) not in acting]
    if missing:
        return [f"topic {name} does not block in both directions" for name in missing]
    return [] if acting else ["no topic blocks in both directions: " + "; ".join(_why_not(topics))]


def _blocked(topics: Sequence[Mapping[str, Any]], name: str, way: str) -> bool:
    return any(_plain(str(topic.get("name", ""))) == name and not _weakness(topic, way) for topic in topics)


def _weakness(topic: Mapping[str, Any], way: str) -> str:
    if topic.get("type", "DENY") != "DENY" or not topic.get("definition"):
        return "has no definition"
    return weakness(topic, "input" if way == "input" else "output")


def _why_not(topics: Sequence[Mapping[str, Any]]) -> list[str]:
    return [
        f"{topic.get('name')} is {_weakness(topic, 'input') or _weakness(topic, 'output')}"
        for topic in topics[:3]
    ]


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
