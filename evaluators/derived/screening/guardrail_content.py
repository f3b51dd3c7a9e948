"""How what a guardrail filters is judged: the version in use, together with what is enforced beside it.

Older guardrails leave ``inputAction`` and ``inputEnabled`` (and their output twins) out: that means BLOCK and enabled.
Action NONE only reports what it finds; a filter that is not enabled does not look.
https://docs.aws.amazon.com/bedrock/latest/APIReference/API_GuardrailContentFilter.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from assessor.model.control import Subject
from assessor.model.operation import Operation
from assessor.model.reading import Why
from assessor.model.verdict import Verdict, failed, info, not_applicable, not_assessed, passed
from assessor.model.view import Answer, Gathered, View, gather
from evaluators.derived.screening import guardrail_versions, guardrails
from evaluators.derived.screening.enforcement import complete_enforcement
from evaluators.derived.screening.guardrail_versions import DRAFT, GuardrailVersion, definition
from evaluators.derived.screening.guardrails import InUse, guardrails_in_use, hinted_by, idle_guardrails

READS: tuple[Operation, ...] = (*guardrails.READS, *guardrails.HINT_READS)

KIND = "AWS::Bedrock::Guardrail"
Direction = Literal["input", "output"]
Faults = Callable[[Sequence[Answer]], list[str]]
"""What guardrails that act on the same call lack together, each fault in a few words; nothing when they suffice."""

STRENGTHS: Mapping[str, int] = {"NONE": 0, "LOW": 1, "MEDIUM": 2, "HIGH": 3}
_BLOCKS = frozenset({"BLOCK"})
_BLOCKS_OR_MASKS = frozenset({"BLOCK", "ANONYMIZE"})


# -- one filter --------------------------------------------------------------------------------------
def weakness(
    entry: Mapping[str, Any],
    direction: Direction,
    accepted: frozenset[str] = _BLOCKS,
    fallback: str = "BLOCK",
) -> str:
    """Why a filter does not act in a direction (``detect only``, ``disabled``), or the empty text.

    accepted: the actions that count. fallback: the action in force where the direction has none of its own.
    """
    if entry.get(f"{direction}Enabled") is False:
        return f"disabled on {direction}"
    action = entry.get(f"{direction}Action") or fallback
    return "" if action in accepted else f"{action} on {direction}, which only detects"


def masks(entry: Mapping[str, Any], direction: Direction) -> str:
    """As `weakness`, for a filter of sensitive information: masking counts, and ``action`` is the fallback."""
    return weakness(entry, direction, _BLOCKS_OR_MASKS, str(entry.get("action") or "BLOCK"))


def sees_text(entry: Mapping[str, Any], direction: Direction) -> bool:
    """Whether a content filter looks at text; without modalities it does."""
    modalities = entry.get(f"{direction}Modalities")
    return not modalities or "TEXT" in modalities


# -- the subjects ------------------------------------------------------------------------------------
def guardrail_subjects(aws: View) -> Iterator[Subject]:
    """Every guardrail version in use; then every guardrail nothing refers to, which is shown and not scored."""
    found = aws.derive(guardrails_in_use)
    for used in found.known:
        yield used_subject(used)
    if found.unseen is not None:
        raise found.unseen
    for idle in idle_guardrails(aws):
        meant = GuardrailVersion(str(idle.get("arn", "")), str(idle.get("version") or DRAFT))
        yield Subject(meant.arn, KIND, about={"idle": meant}, evidence=tuple(aws.trail[-1:]))


def used_subject(used: InUse) -> Subject:
    """The subject of one guardrail version in use."""
    return Subject(used.guardrail.arn, KIND, about={"used": used}, evidence=used.evidence)


# -- the verdict -------------------------------------------------------------------------------------
def judged(subject: Subject, aws: View, faults: Faults, good: str) -> Verdict:
    """The verdict on one guardrail version: what it lacks, alone and together with what is enforced beside it.

    good: what a version that lacks nothing does, as a sentence about it. Raises UnseenError.
    """
    idle = subject.about.get("idle")
    if isinstance(idle, GuardrailVersion):
        return _idle(aws, idle, faults)
    used = subject.about["used"]
    assert isinstance(used, InUse)
    answer = definition(aws, used.guardrail)
    if answer is None:
        return not_applicable(
            f"{used.users} refers to version {used.guardrail.version}, which does not exist: GAI-4.04 carries it"
        )
    if not guardrail_versions.filters(answer):
        return failed(f"Its status is {answer.get('status')}: it filters nothing. Used by {used.users}")
    lacks = faults([answer])
    if not lacks:
        return passed(f"{good}. Used by {used.users}")
    beside = _beside(aws, used.guardrail)
    if beside.known:
        lacks = faults([answer, *(other for _, other in beside.known)])
        if not lacks:
            others = " and ".join(version.arn for version, _ in beside.known)
            return passed(f"{good}, together with the enforced guardrail {others}. Used by {used.users}")
    if beside.unseen is not None:
        raise beside.unseen
    lacking = "; ".join(lacks)
    if lacking.startswith("no "):  # names, which may come first too, stay as they are
        lacking = f"No {lacking.removeprefix('no ')}"
    return failed(f"{lacking}. Used by {used.users}")


Beside = tuple[GuardrailVersion, Answer]


def _beside(aws: View, judged_one: GuardrailVersion) -> Gathered[Beside]:
    """The other guardrails that AWS applies to the same calls: those enforced for every model and message."""
    enforced = complete_enforcement(aws)
    others = [one.guardrail for one in enforced.known if one.guardrail != judged_one]
    found = gather(*(_in_force(aws, other) for other in others))
    return Gathered(found.known, enforced.unseen or found.unseen)


def _in_force(aws: View, other: GuardrailVersion) -> Iterator[Beside]:
    answer = definition(aws, other)
    if answer is not None and guardrail_versions.filters(answer):
        yield other, answer


def _idle(aws: View, idle: GuardrailVersion, faults: Faults) -> Verdict:
    answer = definition(aws, idle)
    lacks = faults([answer]) if answer is not None else []
    name = "working draft" if idle.version == DRAFT else f"version {idle.version}"
    would = f"its {name} would fail: {'; '.join(lacks)}" if lacks else f"its {name} would pass"
    hint = hinted_by(aws)
    if hint:
        return not_assessed(
            Why.LINK_UNKNOWN,
            f"No configuration refers to this guardrail, but {hint} hints that code may pass it, in a version that is "
            f"not known; {would}",
        )
    return info(f"Nothing refers to this guardrail; {would}")


# -- what two controls ask in the same words ---------------------------------------------------------
def filter_faults(
    together: Sequence[Answer], kind: str, required: str, directions: Sequence[Direction]
) -> list[str]:
    """What the content filter of one type lacks, per direction: each must block text at the required strength."""
    entries = [
        entry
        for answer in together
        for entry in (answer.get("contentPolicy") or {}).get("filters") or ()
        if entry.get("type") == kind
    ]
    if not entries:
        return [f"no {kind} filter"]
    found = []
    for direction in directions:
        faults = [_filter_fault(entry, direction, required) for entry in entries]
        if all(faults):
            found.append(f"{kind} {faults[0]}")
    return found


def _filter_fault(entry: Mapping[str, Any], direction: Direction, required: str) -> str:
    strength = str(entry.get(f"{direction}Strength", "NONE"))
    if STRENGTHS.get(strength, 0) < STRENGTHS[required]:
        return f"has strength {strength} on {direction}, {required} is required"
    acts = weakness(entry, direction)
    if acts:
        return f"is {acts}"
    return "" if sees_text(entry, direction) else f"looks at images only on {direction}"


def sensitive_information(subject: Subject, aws: View, direction: Direction) -> Verdict:
    """Whether every required kind of sensitive data is blocked or masked in one direction. Raises UnseenError."""
    if aws.parameters.get("no_personal_data"):
        return not_applicable("The workload is declared to hold no personal data (no_personal_data)")
    required = [str(kind) for kind in aws.parameters.get("required_pii")]
    if not required:
        return not_applicable("The parameter required_pii is empty: no kind of data is required")

    def faults(together: Sequence[Answer]) -> list[str]:
        return _unfiltered(together, required, direction)

    return judged(subject, aws, faults, f"{', '.join(required)} are blocked or masked on {direction}")


def _unfiltered(together: Sequence[Answer], required: Sequence[str], direction: Direction) -> list[str]:
    policies = [answer.get("sensitiveInformationPolicy") or {} for answer in together]
    entries = [
        (str(entry.get(name, "")), entry)
        for policy in policies
        for member, name in (("piiEntities", "type"), ("regexes", "name"))
        for entry in policy.get(member) or ()
    ]
    if not entries:
        return ["no filter of sensitive information"]
    held = {name for name, _ in entries}
    missing = [kind for kind in required if kind not in held]
    faults = [f"no filter for {', '.join(missing)}"] if missing else []
    for kind in required:
        weak = [masks(entry, direction) for name, entry in entries if name == kind]
        if weak and all(weak):
            faults.append(f"{kind} is {weak[0]}")
    return faults
