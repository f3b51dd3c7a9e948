"""What can be called by an action of IAM and leads to a model, or on to what does: agents, functions, queues and the like.

The actions are those of the service authorization reference.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assessor.model.operation import Operation
from collectors import events, lambda_, stepfunctions


@dataclass(frozen=True, slots=True)
class Class:
    """Things that are called by an action.

    asks: calling one is itself asking a model (E14), not a hop (E22). listing: what shows where those lead that are a
    hop; where it cannot be read, whoever may call one has a trail that is lost.
    """

    name: str
    rule: str
    actions: tuple[str, ...]
    asks: bool
    what: str
    listing: tuple[Operation, ...] = ()


CLASSES = (
    Class("agents", "E14", ("bedrock:InvokeAgent",), True, "any agent of the account"),
    Class("flows", "E14", ("bedrock:InvokeFlow",), True, "any flow of the account"),
    Class("knowledge bases", "E14", ("bedrock:Retrieve",), True, "any knowledge base of the account"),
    Class(
        "runtimes",
        "E14",
        ("bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeAgentRuntimeForUser"),
        True,
        "any AgentCore runtime of the account",
    ),
    Class(
        "gateways", "E14", ("bedrock-agentcore:InvokeGateway",), True, "any AgentCore gateway of the account"
    ),
    Class(
        "harnesses", "E14", ("bedrock-agentcore:InvokeHarness",), True, "any AgentCore harness of the account"
    ),
    Class(
        "functions",
        "E22",
        ("lambda:InvokeFunction",),
        False,
        "any function of the account",
        (lambda_.LIST_FUNCTIONS,),
    ),
    Class(
        "machines",
        "E22",
        ("states:StartExecution", "states:StartSyncExecution"),
        False,
        "any state machine of the account",
        (stepfunctions.LIST_STATE_MACHINES,),
    ),
    Class(
        "queues",
        "E22",
        ("sqs:SendMessage",),
        False,
        "any queue of the account",
        (lambda_.LIST_EVENT_SOURCE_MAPPINGS,),
    ),
    Class("topics", "E22", ("sns:Publish",), False, "any topic of the account", (lambda_.GET_POLICY,)),
    Class(
        "tables",
        "E22",
        ("dynamodb:PutItem", "dynamodb:UpdateItem"),
        False,
        "any table of the account",
        (lambda_.LIST_EVENT_SOURCE_MAPPINGS,),
    ),
    Class("buses", "E22", ("events:PutEvents",), False, "any event bus of the account", (events.LIST_RULES,)),
)

CLASS_OF: Mapping[tuple[str, str], str] = {
    ("bedrock", "agent-alias"): "agents",
    ("bedrock", "flow"): "flows",
    ("bedrock", "knowledge-base"): "knowledge bases",
    ("bedrock-agentcore", "runtime"): "runtimes",
    ("bedrock-agentcore", "gateway"): "gateways",
    ("bedrock-agentcore", "harness"): "harnesses",
    ("lambda", "function"): "functions",
    ("states", "stateMachine"): "machines",
    ("dynamodb", "table"): "tables",
    ("events", "event-bus"): "buses",
}
"""The class of a thing, by service and kind of its ARN."""
CLASS_OF_SERVICE = {"sqs": "queues", "sns": "topics"}
"""Where the ARN names no kind."""
FOLLOWED = frozenset({"lambda", "states"})
"""Services whose things are followed one by one, so that one in a Region that was not read is lost."""
CALLED = {action.lower(): one for one in CLASSES for action in one.actions}
"""The class that an action calls, by the action in lower case."""
GATHERING = frozenset({"queues", "topics", "tables", "buses"})
"""Classes whose things in other accounts gather records and events; what else they lead to is not asked."""
