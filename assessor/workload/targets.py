"""What configurations name as the next hop: from an ARN to a node of the graph.

Only what may lead to a model is followed: functions, state machines, agents, flows, knowledge bases, runtimes, load
balancers, APIs, model endpoints, and the queues, streams, topics and buses between them.
"""

from collections.abc import Iterator
from dataclasses import replace

from assessor.model.reading import Call
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.graph import Edge, Kind, Node, Piece, declared

PLANES = {
    "bedrock-runtime": "Amazon Bedrock inference (bedrock-runtime)",
    "bedrock-agent-runtime": "Bedrock agents, flows and retrieval (bedrock-agent-runtime)",
    "bedrock-mantle": "Bedrock's second inference plane (bedrock-mantle)",
    "bedrock-agentcore": "AgentCore runtimes and gateways (bedrock-agentcore)",
    "sagemaker-runtime": "SageMaker endpoints (sagemaker-runtime)",
}
"""The planes that answer with a model's output, in words."""


def plane(name: str) -> Node:
    """An inference plane; it answers in every Region, so it is one node."""
    return Node(f"plane:{name}", Kind.PLANE, PLANES[name], label=name)


def model(aws: View, text: str) -> Node:
    """A model by whatever names it."""
    found = names.model(aws, text)
    return Node(found, Kind.MODEL, f"model {names.last(text)}", _region(found), names.last(text))


def role(arn: str) -> Node:
    """A role or user."""
    kind = "user" if ":user/" in arn else "role"
    return Node(arn, Kind.PRINCIPAL, f"{kind} {names.last(arn)}", "", names.last(arn), False)


def function(arn: str) -> Node:
    """A function, or one of its aliases or versions."""
    plain, qualifier = names.qualifier(arn)
    word = "version" if qualifier.isdecimal() else "alias"
    suffix = f", {word} {qualifier}" if qualifier else ""
    return Node(
        arn, Kind.COMPUTE, f"function {names.last(plain)}{suffix}", _region(arn), names.last(arn), False
    )


def node(text: str) -> Node | None:
    """The node that an ARN stands for, or None where it leads to no model by itself."""
    arn = names.arn(text)
    if arn is None:
        return None
    if arn.service == "lambda":
        found = names.function_in(text)
        return function(found) if found else None
    kind = arn.resource.partition(":")[0].partition("/")[0]
    known = _KINDS.get((arn.service, kind)) or _KINDS.get((arn.service, "*"))
    if known is None:
        return None
    node_kind, what = known
    ident = text
    if (arn.service, kind) == ("states", "stateMachine"):
        # A version or alias is one of the machine's: what it may run as is the machine's role.
        ident = ":".join(text.split(":")[:7])
    elif arn.service == "execute-api":
        return _api(arn)
    elif arn.service == "dynamodb":
        ident = text.partition("/stream/")[0]
    elif (arn.service, kind) == ("bedrock-agentcore", "runtime"):
        ident = text.partition("/runtime-endpoint/")[0]
    return Node(ident, node_kind, f"{what} {names.last(ident)}", arn.region, names.last(ident), False)


def _api(arn: names.Arn) -> Node:
    """``arn:aws:execute-api:region:account:api/stage/...`` as the API it calls, whichever kind it is of."""
    api = arn.resource.partition("/")[0]
    ident = f"arn:{arn.partition}:execute-api:{arn.region}:{arn.account}:{api}"
    return Node(ident, Kind.RELAY, f"API {api}", arn.region, api, False)


_KINDS: dict[tuple[str, str], tuple[Kind, str]] = {
    ("states", "stateMachine"): (Kind.COMPUTE, "state machine"),
    ("states", "express"): (Kind.COMPUTE, "state machine"),
    ("bedrock", "agent-alias"): (Kind.AGENT, "agent alias"),
    ("bedrock", "flow"): (Kind.AGENT, "flow"),
    ("bedrock", "knowledge-base"): (Kind.KNOWLEDGE, "knowledge base"),
    ("bedrock", "foundation-model"): (Kind.MODEL, "model"),
    ("bedrock", "inference-profile"): (Kind.MODEL, "inference profile"),
    ("bedrock", "application-inference-profile"): (Kind.MODEL, "inference profile"),
    ("bedrock", "provisioned-model"): (Kind.MODEL, "provisioned model"),
    ("bedrock", "imported-model"): (Kind.MODEL, "imported model"),
    ("bedrock", "custom-model-deployment"): (Kind.MODEL, "custom model"),
    ("bedrock", "prompt-router"): (Kind.MODEL, "prompt router"),
    ("bedrock", "default-prompt-router"): (Kind.MODEL, "prompt router"),
    ("bedrock-agentcore", "runtime"): (Kind.COMPUTE, "AgentCore runtime"),
    ("bedrock-agentcore", "gateway"): (Kind.DOOR, "AgentCore gateway"),
    ("bedrock-agentcore", "harness"): (Kind.DOOR, "AgentCore harness"),
    ("sagemaker", "endpoint"): (Kind.MODEL, "SageMaker endpoint"),
    ("elasticloadbalancing", "loadbalancer"): (Kind.DOOR, "load balancer"),
    ("elasticloadbalancing", "listener"): (Kind.RELAY, "listener"),
    ("elasticloadbalancing", "targetgroup"): (Kind.RELAY, "target group"),
    ("servicediscovery", "service"): (Kind.RELAY, "Cloud Map service"),
    ("execute-api", "*"): (Kind.RELAY, "API"),
    ("appsync", "apis"): (Kind.DOOR, "AppSync API"),
    ("sqs", "*"): (Kind.RELAY, "queue"),
    ("sns", "*"): (Kind.RELAY, "topic"),
    ("kinesis", "stream"): (Kind.RELAY, "stream"),
    ("dynamodb", "table"): (Kind.RELAY, "table"),
    ("events", "event-bus"): (Kind.RELAY, "event bus"),
    ("ecs", "service"): (Kind.COMPUTE, "ECS service"),
    ("ecs", "task-definition"): (Kind.COMPUTE, "task definition"),
}


def leads(rule: str, source: str, text: str, call: Call, where: str, note: str = "") -> Iterator[Piece]:
    """The hop to what an ARN names; nothing where that leads to no model by itself."""
    target = node(text)
    if target is not None:
        yield target
        yield from joins(rule, source, target, call, where, text, note)


def joins(
    rule: str, source: str, target: Node, call: Call, where: str, value: str, note: str = ""
) -> Iterator[Edge]:
    """A declared hop between two nodes."""
    if source != target.id:
        edge = declared(rule, source, target.id, call, where, value)
        yield replace(edge, note=note) if note else edge


def _region(text: str) -> str:
    found = names.arn(text)
    return found.region if found is not None else ""
