"""GAI-7.03: CloudTrail records Bedrock data events for the resource types in use."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from assessor.model.control import Level, Subject, control
from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View, gather
from collectors import bedrock, bedrock_agent, bedrock_agentcore_control
from evaluators.derived.foundation import models
from evaluators.derived.foundation.agents import TEST_ALIAS
from evaluators.derived.watch import data_events
from evaluators.derived.watch.data_events import Recorder


@dataclass(frozen=True, slots=True)
class TypeInUse:
    """A resource type of data events that something of this Region falls under.

    names: the spellings AWS uses for it. what: one of them in words. arns: the resources; empty where calls leave no
    resource behind. unseen: why there may be more of them.
    """

    names: tuple[str, ...]
    what: str
    arns: tuple[str, ...]
    evidence: tuple[Call, ...]
    unseen: UnseenError | None = None


_PREFIX = "AWS::Bedrock::"
_CORE = "AWS::BedrockAgentCore::"
Source = Callable[[View], Iterable[tuple[Call, str]]]


def _arn(aws: View, resource: str) -> str:
    return f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:{resource}"


def _listed(operation: Operation, *members: str) -> Source:
    def found(aws: View) -> Iterator[tuple[Call, str]]:
        for call, item in aws.items_with_call(operation):
            yield call, next((str(item[member]) for member in members if item.get(member)), "")

    return found


def _gateways(aws: View) -> Iterator[tuple[Call, str]]:
    here = f"arn:{aws.account.partition}:bedrock-agentcore:{aws.region}:{aws.account_id}"
    for call, item in aws.items_with_call(bedrock_agentcore_control.LIST_GATEWAYS):
        yield call, f"{here}:gateway/{item.get('gatewayId', '')}"


def _bases(aws: View) -> Iterator[tuple[Call, str]]:
    for call, item in aws.items_with_call(bedrock_agent.LIST_KNOWLEDGE_BASES):
        yield call, _arn(aws, f"knowledge-base/{item.get('knowledgeBaseId', '')}")


def _agents(aws: View) -> Iterator[tuple[Call, str]]:
    found = [
        (call, str(call.request.get("agentId", "")), str(item.get("agentAliasId", "")))
        for call, item in aws.items_with_call(bedrock_agent.LIST_AGENT_ALIASES)
    ]
    for call, agent, alias in _without_test_aliases(found):
        yield call, _arn(aws, f"agent-alias/{agent}/{alias}")


def _flows(aws: View) -> Iterator[tuple[Call, str]]:
    found = [
        (call, str(item.get("flowId") or call.request.get("flowIdentifier", "")), str(item.get("id", "")))
        for call, item in aws.items_with_call(bedrock_agent.LIST_FLOW_ALIASES)
    ]
    for call, flow, alias in _without_test_aliases(found):
        yield call, _arn(aws, f"flow/{flow}/alias/{alias}")


def _without_test_aliases(found: list[tuple[Call, str, str]]) -> Iterator[tuple[Call, str, str]]:
    """The built-in test alias counts only where there is no other way in."""
    deployed = {owner for _, owner, alias in found if alias != TEST_ALIAS}
    for call, owner, alias in found:
        if alias != TEST_ALIAS or owner not in deployed:
            yield call, owner, alias


def _own(operation: Operation, member: str) -> Source:
    """What the account made itself: AWS's own browsers and interpreters are listed in every account."""

    def found(aws: View) -> Iterator[tuple[Call, str]]:
        for call, arn in _listed(operation, member)(aws):
            if ":aws:" not in arn.partition(":bedrock-agentcore:")[2]:
                yield call, arn

    return found


def _generating(kind: str) -> Source:
    """Models whose calls are data events: speech streams both ways, video is made in the background."""

    def found(aws: View) -> Iterator[tuple[Call, str]]:
        for model in aws.derive(models.invoked_models):
            if kind in model.outputs:
                yield model.evidence[0], ""

    return found


_TYPES: tuple[tuple[tuple[str, ...], str, Source], ...] = (
    ((f"{_PREFIX}AgentAlias",), "agent", _agents),
    ((f"{_PREFIX}KnowledgeBase",), "knowledge base", _bases),
    ((f"{_PREFIX}FlowAlias",), "flow", _flows),
    ((f"{_PREFIX}Guardrail",), "guardrail", _listed(bedrock.LIST_GUARDRAILS, "arn")),
    (
        (f"{_PREFIX}PromptVersion", f"{_PREFIX}Prompt"),
        "prompt",
        _listed(bedrock_agent.LIST_PROMPTS, "arn"),
    ),
    ((f"{_PREFIX}Model",), "model that streams both ways", _generating("SPEECH")),
    ((f"{_PREFIX}AsyncInvoke",), "model that answers in the background", _generating("VIDEO")),
    (
        (f"{_CORE}Runtime", f"{_CORE}RuntimeEndpoint"),
        "AgentCore runtime",
        _listed(bedrock_agentcore_control.LIST_AGENT_RUNTIMES, "agentRuntimeArn"),
    ),
    ((f"{_CORE}Gateway",), "AgentCore gateway", _gateways),
    ((f"{_CORE}Memory",), "AgentCore memory", _listed(bedrock_agentcore_control.LIST_MEMORIES, "arn")),
    (
        (f"{_CORE}CodeInterpreterCustom",),
        "AgentCore code interpreter",
        _own(bedrock_agentcore_control.LIST_CODE_INTERPRETERS, "codeInterpreterArn"),
    ),
    (
        (f"{_CORE}BrowserCustom",),
        "AgentCore browser",
        _own(bedrock_agentcore_control.LIST_BROWSERS, "browserArn"),
    ),
)


_READS: tuple[Operation, ...] = (
    bedrock_agent.LIST_AGENT_ALIASES,
    bedrock_agent.LIST_KNOWLEDGE_BASES,
    bedrock_agent.LIST_FLOW_ALIASES,
    bedrock.LIST_GUARDRAILS,
    bedrock_agent.LIST_PROMPTS,
    bedrock_agentcore_control.LIST_AGENT_RUNTIMES,
    bedrock_agentcore_control.LIST_GATEWAYS,
    bedrock_agentcore_control.LIST_MEMORIES,
    bedrock_agentcore_control.LIST_CODE_INTERPRETERS,
    bedrock_agentcore_control.LIST_BROWSERS,
    *models.INVOKED_READS,
    *data_events.READS,
)


def subjects(aws: View) -> Iterator[Subject]:
    """The resource types of data events that something of this Region falls under.

    A service that is not offered in the Region has nothing there, as long as another one answered.
    """
    unseen: UnseenError | None = None
    unsupported: UnseenError | None = None
    answered = False
    for names, what, source in _TYPES:
        found = gather(source(aws))
        failure = found.unseen
        if failure is None:
            answered = True
        elif failure.why is Why.UNSUPPORTED:
            unsupported, failure = unsupported or failure, None
        unseen = unseen or failure
        if found.known:
            yield _subject(aws, names, what, found.known, failure)
    if unseen is None and not answered:
        unseen = unsupported
    if unseen is not None:
        raise unseen


def _subject(
    aws: View, names: tuple[str, ...], what: str, found: list[tuple[Call, str]], unseen: UnseenError | None
) -> Subject:
    calls = tuple(dict.fromkeys(call for call, _ in found))
    arns = tuple(dict.fromkeys(arn for _, arn in found if arn))
    about = {"type": TypeInUse(names, what, arns, calls, unseen)}
    return Subject(aws.root_arn, "AWS::::Account", key=names[0], about=about, evidence=calls)


@control(
    "GAI-7.03",
    slug="bedrock-data-events-recorded",
    item=Item.MONITORING,
    title="CloudTrail records Bedrock data events for the resource types in use",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::::Account",
    subjects=subjects,
    reads=_READS,
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "Nothing in this Region has data events of its own; calls to models themselves are management events (GAI-1.03)."
    ),
    why=(
        "Who asked an agent, a knowledge base, a flow or a guardrail is recorded as a data event, and those are off by "
        "default: an intruder can read out a knowledge base without leaving a line in the trail."
    ),
    remediation=(
        "Add advanced event selectors for the Bedrock resource types in use to a trail that covers the "
        "Region."
    ),
    fix_cli=(
        "aws cloudtrail put-event-selectors --trail-name $T --advanced-event-selectors "
        "file://bedrock-data-events.json"
    ),
    answers=("S7.1", "S7.6"),
    frameworks={
        "gensec": ("GENSEC03-BP01",),
        "mitre_atlas": ("AML.M0024",),
        "nist_ai_600_1": ("MG-4.1-002",),
        "iso_42001": ("A.6.2.8",),
        "prowler_aisf": ("AISF-AI-06",),
    },
    edge_cases=(
        "Basic event selectors cannot hold a Bedrock type.",
        (
            "The type of prompts is AWS::Bedrock::PromptVersion in one document and AWS::Bedrock::Prompt in"
            " another."
        ),
        "A selector narrowed by readOnly or eventName records only a part: the row says so.",
        (
            "Type Model is needed for models that stream both ways, AsyncInvoke for those that answer in "
            "the background."
        ),
        (
            "Inline agents leave no resource behind: whether they are used cannot be seen from the "
            "configuration."
        ),
        "Event data stores of Regions outside the run are not looked at.",
        "A service that the Region does not offer has nothing there, as long as another one answered.",
    ),
)
def bedrock_data_events_recorded(subject: Subject, aws: View) -> Verdict:
    """Whether calls to agents, knowledge bases, flows, guardrails, prompts and AgentCore resources are recorded.

    One row for each resource type that something in this Region falls under. Passes when live trails or event data
    stores that cover the Region hold advanced selectors with eventCategory Data and that resources.type which let
    every one of the resources through. A trail is live when it is logging and its last delivery did not fail; an
    organization trail counts.

    Fails when one of the resources is recorded by nothing. Not assessed when a trail that might record it could not
    be read, such as an organization trail of another account.

    By hand:

        aws cloudtrail describe-trails --include-shadow-trails --region REGION
        aws cloudtrail get-event-selectors --trail-name TRAIL_ARN --region HOME_REGION
        aws cloudtrail get-trail-status --name TRAIL_ARN --region HOME_REGION
        aws cloudtrail get-event-data-store --event-data-store ARN
    """
    kind = subject.about["type"]
    assert isinstance(kind, TypeInUse)
    found = aws.derive(data_events.recorders)
    live = [recorder for recorder in found.known if not recorder.dead]
    wanted = kind.arns or ("",)
    left = [arn for arn in wanted if not _recorded(live, kind, arn)]
    said = (
        f"{kind.names[0]} ({len(kind.arns)} of type {kind.what})"
        if kind.arns
        else f"{kind.names[0]} ({kind.what})"
    )
    if not left:
        if kind.unseen is not None:
            raise kind.unseen
        by = [r for r in live if any(s.records(kind.names, arn) for s in r.selectors for arn in wanted)]
        notes = dict.fromkeys(note for recorder in by for note in _narrowings(recorder, kind, wanted))
        return passed(f"Data events of {said} are recorded by {', '.join(r.what for r in by[:3])}", *notes)
    if found.unseen is not None:
        raise found.unseen
    return failed(
        f"Data events of {said} are recorded by nothing{_which(left, wanted)}",
        None,
        *_dead(found.known, kind, left),
    )


def _recorded(live: list[Recorder], kind: TypeInUse, arn: str) -> bool:
    return any(selector.records(kind.names, arn) for recorder in live for selector in recorder.selectors)


def _which(left: list[str], wanted: tuple[str, ...]) -> str:
    if len(left) == len(wanted):
        return ""
    more = f" and {len(left) - 3} more" if len(left) > 3 else ""
    return f" for {', '.join(left[:3])}{more}"


def _narrowings(recorder: Recorder, kind: TypeInUse, wanted: tuple[str, ...]) -> Iterator[str]:
    """A note where every selector that records the type asks more of an event."""
    chosen = [s for s in recorder.selectors if any(s.records(kind.names, arn) for arn in wanted)]
    if chosen and all(selector.narrowed_by for selector in chosen):
        asked = "; ".join(dict.fromkeys(said for selector in chosen for said in selector.narrowed_by))
        yield f"{recorder.what} records a part of them only: {asked}"


def _dead(found: list[Recorder], kind: TypeInUse, left: list[str]) -> Iterator[str]:
    for recorder in found:
        if recorder.dead and any(s.records(kind.names, arn) for s in recorder.selectors for arn in left):
            yield f"{recorder.what} would record them, but {recorder.dead}"
