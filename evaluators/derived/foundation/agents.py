"""Bedrock agents as they are deployed: the versions that aliases route to.

``ListAgents`` and ``GetAgent`` show the working draft, which is not what callers reach:
https://docs.aws.amazon.com/bedrock/latest/userguide/agents-deploy.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call, Reading, Seen, Unseen, UnseenError
from assessor.model.view import Gathered, View, gather, unseen_error
from collectors import bedrock_agent
from evaluators.derived.offered import surely

DRAFT = "DRAFT"
TEST_ALIAS = "TSTALIASID"
"""The alias every agent and flow has from the start; it routes to the working draft."""

READS: tuple[Operation, ...] = (
    bedrock_agent.LIST_AGENTS,
    bedrock_agent.LIST_AGENT_ALIASES,
    bedrock_agent.LIST_AGENT_VERSIONS,
    bedrock_agent.GET_AGENT,
    bedrock_agent.GET_AGENT_VERSION,
)

# An alias that is going or has lost its version answers no calls.
_GONE = frozenset({"DELETING", "DISSOCIATED"})


@dataclass(frozen=True, slots=True)
class AgentVersion:
    """One version of an agent and the aliases that route to it.

    aliases: ids of the aliases through which it can be invoked.
    rejecting: ids of the aliases that are set to reject invocations.
    """

    agent_id: str
    arn: str
    version: str
    aliases: tuple[str, ...]
    rejecting: tuple[str, ...]
    evidence: tuple[Call, ...]

    @property
    def reachable(self) -> bool:
        """Whether an alias takes calls for it."""
        return bool(self.aliases)

    @property
    def only_for_tests(self) -> bool:
        """Whether the built-in test alias is the only way to it."""
        return self.aliases == (TEST_ALIAS,)

    @property
    def said(self) -> str:
        """The version and its aliases in words."""
        return f"version {self.version} behind {named_aliases(self.aliases or self.rejecting)}"


def named_aliases(ids: tuple[str, ...]) -> str:
    """Aliases in words, the test alias by what it is."""
    shown = ["the test alias" if alias == TEST_ALIAS else f"alias {alias}" for alias in ids[:3]]
    more = [f"{len(ids) - 3} more aliases"] if len(ids) > 3 else []
    return " and ".join((*shown, *more))


def deployed_agents(aws: View) -> Gathered[AgentVersion]:
    """Every agent version an alias of this Region routes to, the test alias's working draft included."""
    return gather(_deployed(aws))


def _deployed(aws: View) -> Iterator[AgentVersion]:
    accepting: dict[tuple[str, str], list[str]] = {}
    rejecting: dict[tuple[str, str], list[str]] = {}
    calls: dict[str, Call] = {}

    unseen: UnseenError | None = None
    try:
        for call, alias in surely(aws.items_with_call(bedrock_agent.LIST_AGENT_ALIASES)):
            if alias.get("agentAliasStatus") in _GONE:
                continue
            agent_id = str(call.request.get("agentId", ""))
            calls[agent_id] = call
            closed = alias.get("aliasInvocationState") == "REJECT_INVOCATIONS"
            for route in alias.get("routingConfiguration") or ():
                if route.get("agentVersion"):
                    found = rejecting if closed else accepting
                    key = (agent_id, str(route["agentVersion"]))
                    found.setdefault(key, []).append(str(alias.get("agentAliasId", "")))
    except UnseenError as error:
        unseen = error
    for agent_id, version in sorted({**accepting, **rejecting}):
        open_ones = tuple(dict.fromkeys(accepting.get((agent_id, version), ())))
        if not open_ones and unseen is not None:
            continue  # another alias, not seen, may take the calls these reject
        yield AgentVersion(
            agent_id,
            f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:agent/{agent_id}",
            version,
            open_ones,
            tuple(dict.fromkeys(rejecting.get((agent_id, version), ()))),
            (calls[agent_id],),
        )
    if unseen is not None:
        raise unseen


def agent_guardrail(aws: View, agent: AgentVersion) -> tuple[str, str] | None:
    """The guardrail identifier (id or ARN) and version an agent version names, None for none.

    GetAgentVersion (GetAgent for the draft) and the summary in ListAgentVersions both say so; either is enough.
    Raises UnseenError when neither could be read.
    """
    operation, member, detail = _detail(aws, agent)
    answers: list[Mapping[str, object]] = []
    if isinstance(detail, Seen):
        answers.append(detail.value.get(member) or {})
        named = configured(answers[0].get("guardrailConfiguration"))
        if named is not None:
            return named
    summaries = aws.read(bedrock_agent.LIST_AGENT_VERSIONS, agentId=agent.agent_id)
    listed = summaries.value if isinstance(summaries, Seen) else None
    if isinstance(summaries, Unseen):
        listed = summaries.partial
    summarised = (listed or {}).get("agentVersionSummaries") or ()
    answers += [summary for summary in summarised if summary.get("agentVersion") == agent.version]
    for answer in answers:
        named = configured(answer.get("guardrailConfiguration"))
        if named is not None:
            return named
    if not answers and isinstance(detail, Unseen):
        raise unseen_error(detail, operation, detail_call(aws, operation, agent))
    return None


def _detail(aws: View, agent: AgentVersion) -> tuple[Operation, str, Reading]:
    """The operation that describes the version, the member that holds it, and what it gave."""
    if agent.version == DRAFT:
        return bedrock_agent.GET_AGENT, "agent", aws.read(bedrock_agent.GET_AGENT, agentId=agent.agent_id)
    operation = bedrock_agent.GET_AGENT_VERSION
    detail = aws.read(operation, agentId=agent.agent_id, agentVersion=agent.version)
    return operation, "agentVersion", detail


def agent_works_alone(aws: View, agent: AgentVersion) -> bool:
    """Whether the version says itself that it has no collaborators; where it does not, they have to be listed."""
    _, member, detail = _detail(aws, agent)
    return (
        isinstance(detail, Seen) and (detail.value.get(member) or {}).get("agentCollaboration") == "DISABLED"
    )


def detail_call(aws: View, operation: Operation, agent: AgentVersion) -> Call | None:
    """The call among those looked at that asked for this agent, for the evidence of a failure."""
    wanted = {"agentId": agent.agent_id}
    return next(
        (
            call
            for call in reversed(aws.trail)
            if call.operation == operation.id and wanted.items() <= call.request.items()
        ),
        None,
    )


def configured(configuration: object) -> tuple[str, str] | None:
    """Identifier and version of a ``guardrailConfiguration``; None when it names no guardrail."""
    if not isinstance(configuration, Mapping):
        return None
    identifier = str(configuration.get("guardrailIdentifier") or "")
    return (identifier, str(configuration.get("guardrailVersion") or "")) if identifier else None
