"""Bedrock agents: from an alias to the version it routes to, and from there to all that it uses (E18, E13).

Its model, guardrail, knowledge bases, action functions, collaborators and role.

https://docs.aws.amazon.com/bedrock/latest/userguide/agents-deploy.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed, one
from collectors import bedrock_agent

READS: tuple[Operation, ...] = (
    bedrock_agent.LIST_AGENTS,
    bedrock_agent.LIST_AGENT_ALIASES,
    bedrock_agent.GET_AGENT,
    bedrock_agent.GET_AGENT_VERSION,
    bedrock_agent.LIST_AGENT_KNOWLEDGE_BASES,
    bedrock_agent.LIST_AGENT_ACTION_GROUPS,
    bedrock_agent.GET_AGENT_ACTION_GROUP,
    bedrock_agent.LIST_AGENT_COLLABORATORS,
)

DRAFT = "DRAFT"
_GONE = frozenset({"DELETING", "DISSOCIATED"})


def agents(aws: View) -> Iterator[Piece]:
    """Every agent of the Region, as its aliases put it in force."""
    versions: dict[tuple[str, str], None] = {}
    aliases = listed(aws, bedrock_agent.LIST_AGENT_ALIASES)
    if aliases.unseen is not None:
        yield gap("E18", EVERYWHERE, aliases.unseen, "which agents there are is not known")
    for call, alias in aliases:
        if alias.get("agentAliasStatus") in _GONE:
            continue
        agent, ident = str(call.request.get("agentId", "")), str(alias.get("agentAliasId", ""))
        arn = names.agent_alias(aws, agent, ident)
        yield Node(arn, Kind.AGENT, f"alias {ident} of agent {agent}", aws.region, ident)
        for route in alias.get("routingConfiguration") or ():
            version = str(route.get("agentVersion") or "")
            if version:
                versions[agent, version] = None
                where = "agentAliasSummaries[].routingConfiguration[].agentVersion"
                yield declared("E18", arn, at_version(aws, agent, version), call, where, version)
    for agent, version in versions:
        yield from _version(aws, agent, version)


def at_version(aws: View, agent: str, version: str) -> str:
    """One version of an agent."""
    return names.on(names.agent(aws, agent), version)


def _version(aws: View, agent: str, version: str) -> Iterator[Piece]:
    arn = at_version(aws, agent, version)
    yield Node(arn, Kind.AGENT, f"agent {agent}, version {version}", aws.region, agent)
    if version == DRAFT:
        found, member = one(aws, bedrock_agent.GET_AGENT, agentId=agent), "agent"
    else:
        found = one(aws, bedrock_agent.GET_AGENT_VERSION, agentId=agent, agentVersion=version)
        member = "agentVersion"
    # Whatever its details: an agent asks a model.
    yield targets.plane("bedrock-runtime")
    yield declared("E18", arn, "plane:bedrock-runtime", found.call, member, version)
    if found.unseen is not None:
        yield gap("E18", arn, found.unseen, "its model, guardrail and role are not known")
    detail: Mapping[str, Any] = (found.answer or {}).get(member) or {}
    yield from _detail(aws, arn, detail, found.call, member)
    yield from _knowledge(aws, arn, agent, version)
    yield from _actions(aws, arn, agent, version)
    yield from _collaborators(aws, arn, agent, version)


def _detail(aws: View, arn: str, detail: Mapping[str, Any], call: Call, member: str) -> Iterator[Piece]:
    model = str(detail.get("foundationModel") or "")
    if model:
        node = targets.model(aws, model)
        yield node
        yield declared("E18", arn, node.id, call, f"{member}.foundationModel", model)
    role = str(detail.get("agentResourceRoleArn") or "")
    if role:
        yield targets.role(role)
        yield declared("E13", arn, role, call, f"{member}.agentResourceRoleArn", role)
    yield from guarded(
        aws, "E18", arn, detail.get("guardrailConfiguration"), call, f"{member}.guardrailConfiguration"
    )


def guarded(aws: View, rule: str, arn: str, configuration: Any, call: Call, where: str) -> Iterator[Piece]:
    """The guardrail that a configuration names."""
    named = configuration if isinstance(configuration, Mapping) else {}
    identifier = str(named.get("guardrailIdentifier") or "")
    if identifier:
        version = str(named.get("guardrailVersion") or "")
        guardrail = names.guardrail(aws, identifier, version)
        label = f"{names.last(identifier)} version {version}" if version else names.last(identifier)
        yield Node(guardrail, Kind.GUARDRAIL, f"guardrail {label}", aws.region, label)
        yield declared(rule, arn, guardrail, call, f"{where}.guardrailIdentifier", identifier)


def _knowledge(aws: View, arn: str, agent: str, version: str) -> Iterator[Piece]:
    bases = listed(aws, bedrock_agent.LIST_AGENT_KNOWLEDGE_BASES, agentId=agent, agentVersion=version)
    if bases.unseen is not None:
        yield gap("E18", arn, bases.unseen, "its knowledge bases are not known")
    for call, base in bases:
        if base.get("knowledgeBaseState", "ENABLED") == "ENABLED":
            ident = names.knowledge_base(aws, str(base.get("knowledgeBaseId", "")))
            yield from targets.leads("E18", arn, ident, call, "agentKnowledgeBaseSummaries[].knowledgeBaseId")


def _actions(aws: View, arn: str, agent: str, version: str) -> Iterator[Piece]:
    groups = listed(aws, bedrock_agent.LIST_AGENT_ACTION_GROUPS, agentId=agent, agentVersion=version)
    if groups.unseen is not None:
        yield gap("E18", arn, groups.unseen, "its action groups are not known")
    for _, group in groups:
        if group.get("actionGroupState", "ENABLED") != "ENABLED":
            continue
        found = one(
            aws,
            bedrock_agent.GET_AGENT_ACTION_GROUP,
            agentId=agent,
            agentVersion=version,
            actionGroupId=group.get("actionGroupId"),
        )
        if found.unseen is not None:
            yield gap(
                "E18", arn, found.unseen, f"what action group {group.get('actionGroupId')} runs is not known"
            )
        executor = ((found.answer or {}).get("agentActionGroup") or {}).get("actionGroupExecutor") or {}
        if executor.get("lambda"):
            where = "agentActionGroup.actionGroupExecutor.lambda"
            yield from targets.leads("E18", arn, str(executor["lambda"]), found.call, where)


def _collaborators(aws: View, arn: str, agent: str, version: str) -> Iterator[Piece]:
    others = listed(aws, bedrock_agent.LIST_AGENT_COLLABORATORS, agentId=agent, agentVersion=version)
    if others.unseen is not None:
        yield gap("E18", arn, others.unseen, "its collaborators are not known")
    for call, other in others:
        alias = str((other.get("agentDescriptor") or {}).get("aliasArn") or "")
        if alias:
            yield from targets.leads(
                "E18", arn, alias, call, "agentCollaboratorSummaries[].agentDescriptor.aliasArn"
            )
