"""State machines: from a definition to the models, functions and machines that it calls (E17), and to its role (E13).

https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from assessor.model.operation import Operation
from assessor.model.reading import Call, Why
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Evidence, Gap, Kind, Node, Piece, Toward, declared
from assessor.workload.listing import gap, listed, one
from collectors import stepfunctions

READS: tuple[Operation, ...] = (stepfunctions.LIST_STATE_MACHINES, stepfunctions.DESCRIBE_STATE_MACHINE)

_WHERE = "definition"
_SERVICE = ":states:::"
PLANES = {
    "bedrockruntime": "bedrock-runtime",
    "bedrockagentruntime": "bedrock-agent-runtime",
    "bedrockagentcore": "bedrock-agentcore",
    "sagemakerruntime": "sagemaker-runtime",
}
_CODE = frozenset(
    {"ecs", "batch", "eks", "glue", "codebuild", "emr-containers", "emr-serverless", "elasticmapreduce"}
)
"""Services that run code as a role of its own."""
_WRITES = ("put", "update", "transactwrite", "batchwrite")
_DEPTH = 60

_Tasks = Iterator[tuple[str, Mapping[str, Any]]]


def state_machines(aws: View) -> Iterator[Piece]:
    """Every state machine of the Region."""
    machines = listed(aws, stepfunctions.LIST_STATE_MACHINES)
    if machines.unseen is not None:
        yield gap("E17", EVERYWHERE, machines.unseen, "which state machines there are is not known")
    for _, machine in machines:
        arn = str(machine.get("stateMachineArn", ""))
        yield Node(
            arn,
            Kind.COMPUTE,
            f"state machine {names.last(arn).rpartition(':')[2]}",
            aws.region,
            str(machine.get("name") or ""),
        )
        found = one(aws, stepfunctions.DESCRIBE_STATE_MACHINE, stateMachineArn=arn)
        if found.unseen is not None:
            yield gap("E17", arn, found.unseen, "what it calls is not known")
        if found.answer is None:
            continue
        role = str(found.answer.get("roleArn") or "")
        if role:
            yield targets.role(role)
            yield declared("E13", arn, role, found.call, "roleArn", role)
        try:
            definition = json.loads(str(found.answer.get("definition") or ""))
        except (ValueError, RecursionError):
            definition = None
        if not isinstance(definition, Mapping):
            yield Gap("E17", arn, Why.LINK_UNKNOWN, "its definition cannot be read", call=found.call)
            continue
        for resource, arguments in tasks(definition):
            yield from _task(aws, arn, resource, arguments, found.call)


def tasks(node: Any, depth: int = 0) -> _Tasks:
    """The Resource of every task in a definition, with its arguments, however deep it is nested."""
    if depth > _DEPTH:
        return
    if isinstance(node, Mapping):
        if isinstance(node.get("Resource"), str):
            given = node.get("Parameters") or node.get("Arguments")
            yield node["Resource"], given if isinstance(given, Mapping) else {}
        for inner in node.values():
            if isinstance(inner, (Mapping, list)):
                yield from tasks(inner, depth + 1)
    elif isinstance(node, list):
        for inner in node:
            yield from tasks(inner, depth + 1)


def _text(arguments: Mapping[str, Any], *members: str) -> str:
    """The first of the members that is written out; what a path or an expression decides is none."""
    for name in members:
        value = arguments.get(name)
        if isinstance(value, str) and value and not value.startswith(("$", "{%")):
            return value
    return ""


def _task(aws: View, arn: str, resource: str, arguments: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    if _SERVICE not in resource:
        yield from _direct(arn, resource, call)
        return
    words = resource.partition(_SERVICE)[2].lower().split(":")
    service = words[1] if words[0] == "aws-sdk" and len(words) > 1 else words[0]
    plane = PLANES.get(service, "")
    if words[:1] == ["bedrock"] and words[1:2] and words[1].startswith("invoke"):
        plane = "bedrock-runtime"  # its other tasks make models, and ask none
    if service == "bedrock" and words[-1].startswith("createmodelinvocationjob"):
        plane = "bedrock-runtime"
    if plane:
        yield from _asked(aws, arn, plane, arguments, resource, call)
        return
    match service:
        case "lambda":
            yield from _function(aws, arn, arguments, call)
        case "states" | "sfn":
            yield from _named(arn, _text(arguments, "StateMachineArn"), "a state machine", call)
        case "sqs":
            yield from _named(arn, _queue(aws, _text(arguments, "QueueUrl")), "a queue", call)
        case "sns":
            yield from _named(arn, _text(arguments, "TopicArn"), "a topic", call)
        case "http":
            yield from _address(arn, _text(arguments, "ApiEndpoint"), call)
        case "apigateway":
            host = _text(arguments, "ApiEndpoint")
            yield from _address(arn, f"https://{host}" if host else "", call)
        case "events" | "eventbridge":
            yield from _buses(aws, arn, arguments, call)
        case "dynamodb" if words[-1].startswith(_WRITES):
            yield from _named(arn, _table(aws, _text(arguments, "TableName")), "a table", call)
        case _ if service in _CODE:
            detail = f"it runs code by {resource[:80]}: what that may do is not known"
            yield Gap("E17", arn, Why.LINK_UNKNOWN, detail, call=call)


def _direct(arn: str, resource: str, call: Call) -> Iterator[Piece]:
    if ":activity:" in resource:
        detail = f"workers of {resource[:120]} do what no configuration says"
        yield Gap("E17", arn, Why.LINK_UNKNOWN, detail, call=call)
        return
    yield from targets.leads("E17", arn, resource, call, _WHERE)


def _asked(
    aws: View, arn: str, plane: str, arguments: Mapping[str, Any], resource: str, call: Call
) -> Iterator[Piece]:
    model = _text(arguments, "ModelId")
    named = [targets.model(aws, model)] if plane == "bedrock-runtime" and model else []
    agent, alias = _text(arguments, "AgentId"), _text(arguments, "AgentAliasId")
    if agent and alias:
        found = targets.node(names.agent_alias(aws, agent, alias))
        named += [found] if found is not None else []
    base = _text(arguments, "KnowledgeBaseId")
    if base:
        found = targets.node(names.knowledge_base(aws, base))
        named += [found] if found is not None else []
    for node in (*named, targets.plane(plane)):
        yield node
        yield declared("E17", arn, node.id, call, _WHERE, resource)
    guardrail = _text(arguments, "GuardrailIdentifier")
    if guardrail:
        version = _text(arguments, "GuardrailVersion")
        ident = names.guardrail(aws, guardrail, version)
        yield Node(
            ident, Kind.GUARDRAIL, f"guardrail {names.last(guardrail)}", aws.region, names.last(guardrail)
        )
        yield declared("E17", arn, ident, call, _WHERE, guardrail)


def _function(aws: View, arn: str, arguments: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    name = _text(arguments, "FunctionName")
    function = names.function_in(name)
    if not function and name:
        # A plain name, or name:qualifier; a partial ARN is account:function:name.
        owner, _, plain = name.rpartition("function:")
        spelled = names.function(aws, plain)
        if (account := owner.strip(":")).isdecimal():
            spelled = spelled.replace(f":{aws.account_id}:", f":{account}:", 1)
        function = names.function_in(spelled)
    if function is None:
        detail = "which function it calls is decided when it runs"
        yield Gap("E17", arn, Why.LINK_UNKNOWN, detail, call=call)
        return
    qualifier = _text(arguments, "Qualifier")
    if qualifier and not names.qualifier(function)[1]:
        function = names.function_in(f"{function}:{qualifier}") or function
    yield from targets.leads("E17", arn, function, call, _WHERE)


def _named(arn: str, target: str, what: str, call: Call) -> Iterator[Piece]:
    if not target:
        yield Gap("E17", arn, Why.LINK_UNKNOWN, f"{what} that it calls is chosen when it runs", call=call)
        return
    yield from targets.leads("E17", arn, target, call, _WHERE)


def _queue(aws: View, url: str) -> str:
    parts = url.rstrip("/").split("/")
    least = 2
    if len(parts) < least:
        return ""
    return f"arn:{aws.account.partition}:sqs:{aws.region}:{parts[-2]}:{parts[-1]}"


def _buses(aws: View, arn: str, arguments: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    """The buses of the entries that it puts; an entry that names none goes to the default bus."""
    entries = arguments.get("Entries")
    if not isinstance(entries, list) or not all(isinstance(entry, Mapping) for entry in entries):
        yield Gap("E17", arn, Why.LINK_UNKNOWN, "an event bus that it uses is chosen when it runs", call=call)
        return
    for entry in entries:
        name = _text(entry, "EventBusName")
        if not name and any(key.startswith("EventBusName") for key in entry):
            yield Gap(
                "E17", arn, Why.LINK_UNKNOWN, "an event bus that it uses is chosen when it runs", call=call
            )
            continue
        bus = name or "default"
        bus = bus if bus.startswith("arn:") else names.own(aws, "events", f"event-bus/{bus}")
        yield from targets.leads("E17", arn, bus, call, _WHERE)


def _table(aws: View, name: str) -> str:
    return name if not name or name.startswith("arn:") else names.own(aws, "dynamodb", f"table/{name}")


def _address(arn: str, address: str, call: Call) -> Iterator[Piece]:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    if not host:
        yield Gap("E17", arn, Why.LINK_UNKNOWN, "the address it calls is chosen when it runs", call=call)
        return
    yield Toward("E17", arn, host, Evidence(call, _WHERE, address[:300]))
