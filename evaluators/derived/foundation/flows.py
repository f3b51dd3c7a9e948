"""Bedrock flows as they are deployed: the versions aliases route to, and their nodes that make text.

https://docs.aws.amazon.com/bedrock/latest/userguide/flows-nodes.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Answer, Gathered, View, gather
from collectors import bedrock_agent
from evaluators.derived.foundation.agents import DRAFT, TEST_ALIAS, configured, named_aliases
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (
    bedrock_agent.LIST_FLOWS,
    bedrock_agent.LIST_FLOW_ALIASES,
    bedrock_agent.GET_FLOW,
    bedrock_agent.GET_FLOW_VERSION,
)


@dataclass(frozen=True, slots=True)
class FlowVersion:
    """One version of a flow and the ids of the aliases that route to it."""

    flow_id: str
    arn: str
    version: str
    aliases: tuple[str, ...]
    evidence: tuple[Call, ...]

    @property
    def only_for_tests(self) -> bool:
        """Whether the built-in test alias is the only way to it."""
        return self.aliases == (TEST_ALIAS,)

    @property
    def said(self) -> str:
        """The version and its aliases in words."""
        return f"version {self.version} behind {named_aliases(self.aliases)}"


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a flow; ``within`` names the loops around it, outermost first."""

    name: str
    kind: str
    configuration: Mapping[str, Any]
    within: tuple[str, ...] = ()

    @property
    def generates(self) -> bool:
        """Whether a model answers here: a prompt, or a knowledge base with a model (without one it only retrieves)."""
        if "prompt" in self.configuration:
            return True
        return bool((self.configuration.get("knowledgeBase") or {}).get("modelId"))

    @property
    def retrieves(self) -> bool:
        """Whether it asks a knowledge base."""
        return "knowledgeBase" in self.configuration

    @property
    def guardrail(self) -> tuple[str, str] | None:
        """Identifier and version of the guardrail it names."""
        for member in ("prompt", "knowledgeBase"):
            named = configured((self.configuration.get(member) or {}).get("guardrailConfiguration"))
            if named is not None:
                return named
        return None

    @property
    def agent_alias(self) -> str:
        """ARN of the agent alias it calls, or the empty text."""
        return str((self.configuration.get("agent") or {}).get("agentAliasArn") or "")

    @property
    def path(self) -> str:
        """Its name, with the loops it stands in."""
        return "/".join((*self.within, self.name))


def deployed_flows(aws: View) -> Gathered[FlowVersion]:
    """Every flow version an alias of this Region routes to, the test alias's working draft included."""
    return gather(_deployed(aws))


def _deployed(aws: View) -> Iterator[FlowVersion]:
    routed: dict[tuple[str, str], list[str]] = {}
    calls: dict[str, Call] = {}
    unseen: UnseenError | None = None
    try:
        for call, alias in surely(aws.items_with_call(bedrock_agent.LIST_FLOW_ALIASES)):
            flow_id = str(alias.get("flowId") or call.request.get("flowIdentifier", ""))
            calls[flow_id] = call
            for route in alias.get("routingConfiguration") or ():
                if route.get("flowVersion"):
                    key = (flow_id, str(route["flowVersion"]))
                    routed.setdefault(key, []).append(str(alias.get("id", "")))
    except UnseenError as error:
        unseen = error
    for flow_id, version in sorted(routed):
        arn = f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:flow/{flow_id}"
        aliases = tuple(dict.fromkeys(routed[flow_id, version]))
        yield FlowVersion(flow_id, arn, version, aliases, (calls[flow_id],))
    if unseen is not None:
        raise unseen


def flow_nodes(aws: View, flow: FlowVersion) -> list[Node]:
    """The nodes of a flow version, those inside loops included. Raises UnseenError."""
    answer: Answer | None
    if flow.version == DRAFT:
        answer = aws.get(bedrock_agent.GET_FLOW, flowIdentifier=flow.flow_id)
    else:
        answer = aws.get(
            bedrock_agent.GET_FLOW_VERSION, flowIdentifier=flow.flow_id, flowVersion=flow.version
        )
    # A flow that has just been made has no definition yet.
    return list(_nodes((answer or {}).get("definition") or {}, ()))


def _nodes(definition: Mapping[str, Any], within: tuple[str, ...]) -> Iterator[Node]:
    for raw in definition.get("nodes") or ():
        configuration = raw.get("configuration") or {}
        node = Node(str(raw.get("name", "")), str(raw.get("type", "")), configuration, within)
        yield node
        inner = (configuration.get("loop") or {}).get("definition")
        if inner:
            yield from _nodes(inner, (*within, node.name))
