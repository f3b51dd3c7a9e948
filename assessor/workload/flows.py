"""Bedrock flows: from an alias to the version it routes to, and from there to what its nodes call (E19, E13).

https://docs.aws.amazon.com/bedrock/latest/userguide/flows-nodes.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.agents import DRAFT, guarded
from assessor.workload.graph import EVERYWHERE, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed, one
from collectors import bedrock_agent

READS: tuple[Operation, ...] = (
    bedrock_agent.LIST_FLOWS,
    bedrock_agent.LIST_FLOW_ALIASES,
    bedrock_agent.GET_FLOW,
    bedrock_agent.GET_FLOW_VERSION,
    bedrock_agent.GET_PROMPT,
)

_NODES = "definition.nodes[].configuration"


def flows(aws: View) -> Iterator[Piece]:
    """Every flow of the Region, as its aliases put it in force."""
    versions: dict[tuple[str, str], None] = {}
    aliases = listed(aws, bedrock_agent.LIST_FLOW_ALIASES)
    if aliases.unseen is not None:
        yield gap("E19", EVERYWHERE, aliases.unseen, "which flows there are is not known")
    for call, alias in aliases:
        flow = str(alias.get("flowId") or call.request.get("flowIdentifier", ""))
        ident = str(alias.get("id", ""))
        arn = str(alias.get("arn") or names.flow_alias(aws, flow, ident))
        yield Node(arn, Kind.AGENT, f"alias {ident} of flow {flow}", aws.region, ident)
        for route in alias.get("routingConfiguration") or ():
            version = str(route.get("flowVersion") or "")
            if version:
                versions[flow, version] = None
                where = "flowAliasSummaries[].routingConfiguration[].flowVersion"
                yield declared("E19", arn, at_version(aws, flow, version), call, where, version)
    for flow, version in versions:
        yield from _version(aws, flow, version)


def at_version(aws: View, flow: str, version: str) -> str:
    """One version of a flow."""
    return names.on(names.flow(aws, flow), version)


def _version(aws: View, flow: str, version: str) -> Iterator[Piece]:
    arn = at_version(aws, flow, version)
    yield Node(arn, Kind.AGENT, f"flow {flow}, version {version}", aws.region, flow)
    if version == DRAFT:
        found = one(aws, bedrock_agent.GET_FLOW, flowIdentifier=flow)
    else:
        found = one(aws, bedrock_agent.GET_FLOW_VERSION, flowIdentifier=flow, flowVersion=version)
    if found.unseen is not None:
        yield gap("E19", arn, found.unseen, "what its nodes call is not known")
    if found.answer is None:
        return
    role = str(found.answer.get("executionRoleArn") or "")
    if role:
        yield targets.role(role)
        yield declared("E13", arn, role, found.call, "executionRoleArn", role)
    for node in nodes(found.answer.get("definition") or {}):
        yield from _node(aws, arn, node.get("configuration") or {}, found.call)


def nodes(definition: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The nodes of a flow, those inside its loops included."""
    for node in definition.get("nodes") or ():
        yield node
        inner = ((node.get("configuration") or {}).get("loop") or {}).get("definition")
        if inner:
            yield from nodes(inner)


def _node(aws: View, arn: str, configuration: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    prompt = configuration.get("prompt") or {}
    source = prompt.get("sourceConfiguration") or {}
    model = str((source.get("inline") or {}).get("modelId") or "")
    if model:
        yield from _model(aws, arn, model, call, f"{_NODES}.prompt.sourceConfiguration.inline.modelId")
    managed = str((source.get("resource") or {}).get("promptArn") or "")
    if managed:
        yield from _prompt(aws, arn, managed, call)
    base = configuration.get("knowledgeBase") or {}
    if base.get("knowledgeBaseId"):
        ident = names.knowledge_base(aws, str(base["knowledgeBaseId"]))
        yield from targets.leads("E19", arn, ident, call, f"{_NODES}.knowledgeBase.knowledgeBaseId")
    if base.get("modelId"):
        yield from _model(aws, arn, str(base["modelId"]), call, f"{_NODES}.knowledgeBase.modelId")
    for member in ("prompt", "knowledgeBase"):
        named = (configuration.get(member) or {}).get("guardrailConfiguration")
        yield from guarded(aws, "E19", arn, named, call, f"{_NODES}.{member}.guardrailConfiguration")
    for member, name in (("agent", "agentAliasArn"), ("lambdaFunction", "lambdaArn")):
        named = str((configuration.get(member) or {}).get(name) or "")
        if named:
            yield from targets.leads("E19", arn, named, call, f"{_NODES}.{member}.{name}")


def _model(aws: View, arn: str, model: str, call: Call, where: str) -> Iterator[Piece]:
    node = targets.model(aws, model)
    yield node
    yield declared("E19", arn, node.id, call, where, model)


def _prompt(aws: View, arn: str, prompt: str, call: Call) -> Iterator[Piece]:
    """A managed prompt asks a model in any case; which one, its variants say."""
    yield targets.plane("bedrock-runtime")
    yield declared(
        "E19",
        arn,
        "plane:bedrock-runtime",
        call,
        f"{_NODES}.prompt.sourceConfiguration.resource.promptArn",
        prompt,
    )
    ident, _, version = (
        (names.arn(prompt) or names.Arn("", "", "", "", prompt))
        .resource.removeprefix("prompt/")
        .partition(":")
    )
    params = {"promptIdentifier": ident, **({"promptVersion": version} if version else {})}
    found = one(aws, bedrock_agent.GET_PROMPT, **params)
    for variant in (found.answer or {}).get("variants") or ():
        if variant.get("modelId"):
            yield from _model(aws, arn, str(variant["modelId"]), found.call, "variants[].modelId")
