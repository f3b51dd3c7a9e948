"""Integrations of API Gateway: what a URI, a link or a service call leads to, for REST, HTTP and WebSocket APIs.

The forms of an integration's URI:
https://docs.aws.amazon.com/apigateway/latest/api/API_PutIntegration.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-aws-services-reference.html
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from assessor.model.reading import Call, Why
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import Evidence, Gap, Node, Piece, Toward

_VARIABLE = re.compile(r"\$\{?stageVariables\.([A-Za-z0-9_]+)\}?")
# arn:aws:apigateway:<region>:[<subdomain>.]<service>:<path|action>/<what>
_SERVICE = re.compile(
    r"arn:[a-z-]+:apigateway:(?P<region>[a-z0-9-]+):(?P<service>[A-Za-z0-9.-]+):(?:path|action)/(?P<what>.*)",
    re.DOTALL,
)
_MODEL = re.compile(r"/?model/([^/]+)/")
_AGENT = re.compile(r"/?agents/([^/]+)/agentAliases/([^/]+)")
_FLOW = re.compile(r"/?flows/([^/]+)/aliases/([^/]+)")
_RETRIEVE = re.compile(r"/?knowledgebases/([^/]+)/retrieve")
_ENDPOINT = re.compile(r"/?endpoints/([^/]+)/")
_QUEUE = re.compile(r"/?(\d{12})/([A-Za-z0-9_.-]+)(?![A-Za-z0-9_.${#-])")
# A name that goes on with a variable of the request is none.
_NAMED = re.compile(
    r"arn:[a-z-]+:(?:states|sqs|sns|kinesis|events):[a-z0-9-]+:\d{12}:[A-Za-z0-9_:/.-]+(?![A-Za-z0-9_:/.${#-])"
)
_QUEUE_URL = re.compile(
    r"https?://(?:sqs\.(?P<region>[a-z0-9-]+)|(?P<older>[a-z0-9-]+)\.queue)\.amazonaws\.com(?:\.cn)?"
    r"/(?P<account>\d{12})/(?P<name>[A-Za-z0-9_.-]+)(?![A-Za-z0-9_.${#-])"
)
_TABLE = re.compile(r"[\"']TableName[\"']\s*:\s*[\"']([A-Za-z0-9_.-]+)[\"']")
_READING = re.compile(r"(?:Get|BatchGet|Query|Scan|Describe|List|TransactGet)", re.IGNORECASE)

_MODEL_PLANES = {
    "bedrock-runtime": "bedrock-runtime",
    "bedrock-agent-runtime": "bedrock-agent-runtime",
    "bedrock-mantle": "bedrock-mantle",
    "bedrock-agentcore": "bedrock-agentcore",
    "runtime.sagemaker": "sagemaker-runtime",
}
_HANDS_ON = frozenset({"states", "sync-states", "sqs", "sns", "kinesis", "events", "dynamodb"})
"""Services that hand a request on to something of the account."""

_LEADS_NOWHERE = frozenset({"AppConfig"})
_SUBTYPES = {
    "StepFunctions": ("StateMachineArn", "a state machine"),
    "SQS": ("QueueUrl", "a queue"),
    "Kinesis": ("StreamName", "a stream"),
    "EventBridge": ("EventBusName", "an event bus"),
}


@dataclass(frozen=True, slots=True)
class Integration:
    """One integration in either API's words, its stage variables resolved where they can be.

    where: the field of the call's answer in which its address stands. credentials: the role that calls for it.
    texts: what else may name a target (templates, parameters).
    """

    source: str
    uri: str
    call: Call
    where: str
    kind: str = ""
    connection: str = ""
    credentials: str = ""
    subtype: str = ""
    texts: tuple[str, ...] = ()
    parameters: Mapping[str, str] | None = None
    rule: str = "E1"


def resolved(text: str, variables: Mapping[str, str]) -> tuple[str, str]:
    """A text with its stage variables filled in, and the name of the first that the stage does not set ("" if none)."""
    missing = [name for name in _VARIABLE.findall(text) if name not in variables]
    return _VARIABLE.sub(lambda found: variables.get(found.group(1), found.group()), text), (
        missing[0] if missing else ""
    )


def onward(aws: View, one: Integration, links: Mapping[str, tuple[Call, tuple[str, ...]]]) -> Iterator[Piece]:
    """The hops of one integration. ``links``: the VPC links of the Region, each with its targets."""
    if one.kind == "MOCK":
        return
    if one.subtype:
        yield from _subtype(aws, one)
        return
    if one.connection:
        yield from _private(one, links)
        return
    function = names.function_in(one.uri)
    if function is not None:
        node = targets.function(function)
        yield node
        yield from targets.joins(one.rule, one.source, node, one.call, one.where, one.uri)
        return
    service = _SERVICE.fullmatch(one.uri)
    if service is not None:
        # An account's own subdomain may stand before the service: it is its last word but for runtime.sagemaker.
        name = service["service"].lower()
        name = "runtime.sagemaker" if name.endswith("runtime.sagemaker") else name.rpartition(".")[2]
        yield from _service(aws.at(service["region"]), one, name, service["what"])
    elif one.uri.startswith("arn:"):
        # A listener, a Cloud Map service: HTTP APIs name them where REST APIs have a link.
        yield from targets.leads("E3", one.source, one.uri, one.call, one.where)
    elif one.uri.lower().startswith(("http://", "https://")):
        yield from _address(one)
    elif one.uri:
        yield _lost(one, "E1", f"the integration's address cannot be read ({one.uri[:80]})")
    elif one.kind:
        yield _lost(one, "E1", f"AWS gave its integration of type {one.kind[:20]} without an address")


def _private(one: Integration, links: Mapping[str, tuple[Call, tuple[str, ...]]]) -> Iterator[Piece]:
    if one.uri.startswith("arn:"):
        yield from targets.leads("E3", one.source, one.uri, one.call, one.where)
        return
    if one.connection.startswith("arn:"):
        yield from targets.leads("E3", one.source, one.connection, one.call, one.where)
        return
    found = links.get(one.connection)
    if found is None:
        yield _lost(one, "E3", f"what VPC link {one.connection} leads to is not known")
        return
    call, arns = found
    for arn in arns:
        yield from targets.leads("E3", one.source, arn, call, "items[].targetArns[]")


def _address(one: Integration) -> Iterator[Piece]:
    try:
        host = (urlsplit(one.uri).hostname or "").lower()
    except ValueError:
        host = ""
    if not host or "{" in host or "$" in host:
        yield _lost(one, "E4", f"the HTTP back end's address cannot be read ({one.uri[:80]})")
        return
    yield Toward("E4", one.source, host, Evidence(one.call, one.where, one.uri[:300]))


def _service(aws: View, one: Integration, service: str, what: str) -> Iterator[Piece]:
    plane = _MODEL_PLANES.get(service) or ("bedrock-runtime" if service.startswith("bedrock") else "")
    if plane:
        yield from _acting(one)
        yield from _asked(aws, one, plane, unquote(what))
    elif service == "lambda":
        yield _lost(one, "E1", f"which function is called cannot be read ({one.uri[:120]})")
    elif service in _HANDS_ON:
        yield from _handed_on(aws, one, service, what)


def _acting(one: Integration) -> Iterator[Piece]:
    """The role that calls the service; ``arn:aws:iam::*:user/*`` stands for the caller's own credentials."""
    found = names.arn(one.credentials)
    if found is not None and found.account != "*" and found.resource.startswith(("role/", "user/")):
        node = targets.role(one.credentials)
        yield node
        yield from targets.joins("E2", one.source, node, one.call, one.where, one.credentials)


def _asked(aws: View, one: Integration, plane: str, what: str) -> Iterator[Piece]:
    """The model, agent or knowledge base in the path of the service; at least the plane is certain."""
    named: list[Node] = []
    if found := _MODEL.match(what):
        named.append(targets.model(aws, found.group(1)))
    elif found := _AGENT.match(what):
        alias = targets.node(names.agent_alias(aws, found.group(1), found.group(2)))
        named += [alias] if alias is not None else []
    elif found := _FLOW.match(what):
        alias = targets.node(names.flow_alias(aws, found.group(1), found.group(2)))
        named += [alias] if alias is not None else []
    elif found := _RETRIEVE.match(what):
        base = targets.node(names.knowledge_base(aws, found.group(1)))
        named += [base] if base is not None else []
    elif plane == "sagemaker-runtime" and (found := _ENDPOINT.match(what)):
        endpoint = targets.node(names.own(aws, "sagemaker", f"endpoint/{found.group(1)}"))
        named += [endpoint] if endpoint is not None else []
    if "{" in what and named and "{" in named[0].id:
        named = []
    for node in [*named, targets.plane(plane)]:
        yield node
        yield from targets.joins("E2", one.source, node, one.call, one.where, one.uri)


def _handed_on(aws: View, one: Integration, service: str, what: str) -> Iterator[Piece]:
    partition = aws.account.partition
    told = [unquote(text) for text in one.texts]
    found = [arn for text in told for arn in _NAMED.findall(text)]
    if service == "sqs":
        if queue := _QUEUE.match(what):
            found.append(f"arn:{partition}:sqs:{aws.region}:{queue.group(1)}:{queue.group(2)}")
        found += [
            f"arn:{partition}:sqs:{url['region'] or url['older']}:{url['account']}:{url['name']}"
            for text in told
            for url in _QUEUE_URL.finditer(text)
        ]
    if service == "dynamodb":
        if _READING.match(what):
            return
        found = [
            names.own(aws, "dynamodb", f"table/{name}") for text in told for name in _TABLE.findall(text)
        ]
    if service == "sns" and found:
        # A subscriber's address is not kept, and a queue among them may feed a function.
        yield _lost(one, "E2", "which queues are subscribed to the topic is not read")
    if not found:
        yield _lost(one, "E2", f"which resource of {service} is called is decided by the request")
        return
    for arn_text in dict.fromkeys(found):
        yield from targets.leads("E2", one.source, arn_text, one.call, one.where)


def _subtype(aws: View, one: Integration) -> Iterator[Piece]:
    """An HTTP API's own integration with a service: ``StepFunctions-StartSyncExecution``."""
    service = one.subtype.partition("-")[0]
    wanted = _SUBTYPES.get(service)
    if wanted is None:
        if service not in _LEADS_NOWHERE:
            yield _lost(one, "E5", f"what an integration with {one.subtype[:60]} leads to is not known")
        return
    member, what = wanted
    value = (one.parameters or {}).get(member, "")
    if service == "EventBridge" and not value:
        value = "default"
    arn = value if value.startswith("arn:") else _spelled(aws, service, value)
    if not arn or "$" in arn:
        yield _lost(one, "E5", f"which of {what}s is called is decided by the request")
        return
    yield from targets.leads("E5", one.source, arn, one.call, one.where)


def _spelled(aws: View, service: str, value: str) -> str:
    if not value or "$" in value:
        return ""
    if service == "SQS":
        try:
            parts = urlsplit(value).path.strip("/").split("/")
        except ValueError:
            return ""
        owner_and_name = 2
        if len(parts) != owner_and_name:
            return ""
        return f"arn:{aws.account.partition}:sqs:{aws.region}:{parts[0]}:{parts[1]}"
    if service == "Kinesis":
        return names.own(aws, "kinesis", f"stream/{value}")
    return names.own(aws, "events", f"event-bus/{value}") if service == "EventBridge" else ""


def _lost(one: Integration, rule: str, detail: str) -> Gap:
    return Gap(rule, one.source, Why.LINK_UNKNOWN, detail, call=one.call)


def unset(source: str, variable: str, stage: str, call: Call) -> Gap:
    """The gap of a stage variable that the stage does not set."""
    return Gap(
        "E1", source, Why.LINK_UNKNOWN, f"stage variable {variable} is not set on stage {stage}", call=call
    )


def texts(*maps: object) -> tuple[str, ...]:
    """Every text among the values of maps."""
    found: Iterable[object] = (value for one in maps if isinstance(one, Mapping) for value in one.values())
    return tuple(value for value in found if isinstance(value, str))
