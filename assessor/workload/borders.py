"""Where the account, the run and the readings end: gaps at nodes that something names and nothing describes."""

from collections.abc import Iterator

from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from assessor.workload import names
from assessor.workload.graph import TERMINAL, Gap, Graph, Kind, Node
from assessor.workload.listing import gap, listed, one
from collectors import (
    apigateway,
    apigatewayv2,
    appsync,
    bedrock_agent,
    bedrock_agentcore_control,
    ec2,
    ecs,
    elbv2,
    events,
    lambda_,
    stepfunctions,
)

LISTINGS: dict[tuple[str, str], tuple[Operation, ...]] = {
    ("lambda", "function"): (lambda_.LIST_FUNCTIONS, lambda_.LIST_ALIASES),
    ("states", "stateMachine"): (stepfunctions.LIST_STATE_MACHINES,),
    ("bedrock", "agent-alias"): (bedrock_agent.LIST_AGENTS, bedrock_agent.LIST_AGENT_ALIASES),
    ("bedrock", "flow"): (bedrock_agent.LIST_FLOWS, bedrock_agent.LIST_FLOW_ALIASES),
    ("bedrock-agentcore", "runtime"): (bedrock_agentcore_control.LIST_AGENT_RUNTIMES,),
    ("bedrock-agentcore", "gateway"): (bedrock_agentcore_control.LIST_GATEWAYS,),
    ("elasticloadbalancing", "loadbalancer"): (elbv2.DESCRIBE_LOAD_BALANCERS,),
    ("elasticloadbalancing", "listener"): (elbv2.DESCRIBE_LOAD_BALANCERS, elbv2.DESCRIBE_LISTENERS),
    ("elasticloadbalancing", "targetgroup"): (elbv2.DESCRIBE_TARGET_GROUPS,),
    ("ec2", "instance"): (ec2.DESCRIBE_INSTANCES,),
    ("ecs", "service"): (ecs.LIST_CLUSTERS, ecs.LIST_SERVICES, ecs.DESCRIBE_SERVICES),
    ("appsync", "apis"): (appsync.LIST_GRAPHQL_APIS, appsync.LIST_APIS),
    ("bedrock-agentcore", "harness"): (bedrock_agentcore_control.LIST_HARNESSES,),
    ("execute-api", "*"): (apigateway.GET_REST_APIS, apigatewayv2.GET_APIS),
    ("apigateway", "/restapis"): (apigateway.GET_REST_APIS, apigateway.GET_STAGES),
    ("apigateway", "/apis"): (apigatewayv2.GET_APIS, apigatewayv2.GET_STAGES),
}
"""What describes the things of each kind: a thing that is not in a listing that was seen does not exist."""

FED: dict[str, tuple[Operation, ...]] = {
    "sqs": (lambda_.LIST_EVENT_SOURCE_MAPPINGS,),
    "kinesis": (lambda_.LIST_EVENT_SOURCE_MAPPINGS,),
    "dynamodb": (lambda_.LIST_EVENT_SOURCE_MAPPINGS,),
    "sns": (lambda_.GET_POLICY,),
    "events": (events.LIST_EVENT_BUSES, events.LIST_RULES),
}
"""What shows who takes from a queue, stream, table, topic or bus: what is known of it may not be all."""

_ANYWHERE = frozenset({Kind.IDENTITY, Kind.ACL, Kind.GUARDRAIL, Kind.STORE, Kind.NETWORK, Kind.HINT})
"""Kinds that lead no further, wherever they are."""


def borders(aws: View, graph: Graph) -> Iterator[Gap]:
    """A gap at each node that has no further hops because nobody could look."""
    unseen: dict[tuple[str, Operation], UnseenError | None] = {}
    for node in list(graph.nodes.values()):
        if node.described or node.kind in TERMINAL or node.kind in _ANYWHERE:
            continue
        arn = names.arn(node.id)
        if arn is None or graph.lost(node.id):
            continue
        own = arn.account in ("", aws.account_id)
        if next(graph.onward(node.id), None) is not None and not (own and arn.service in FED):
            continue
        rule = next((edge.rule for edge in graph.into(node.id)), "E1")
        if not own:
            yield Gap(
                rule,
                node.id,
                Why.CROSS_ACCOUNT,
                f"{node.what} belongs to account {arn.account[:64]}: what it leads to is not known",
            )
            continue
        if node.kind is Kind.PRINCIPAL:
            continue
        yield from _in_region(aws, graph, node, arn, rule, unseen)


def _in_region(
    aws: View,
    graph: Graph,
    node: Node,
    arn: names.Arn,
    rule: str,
    unseen: dict[tuple[str, Operation], UnseenError | None],
) -> Iterator[Gap]:
    if arn.region and arn.region not in aws.account.regions:
        yield Gap(
            rule,
            node.id,
            Why.LINK_UNKNOWN,
            f"{node.what} is in {arn.region[:32]}, which this run did not read",
        )
        return
    if arn.service == "servicediscovery":
        detail = f"what registers itself in {node.what} is not known"
        yield Gap(rule, node.id, Why.LINK_UNKNOWN, detail)
        return
    if arn.service == "lambda" and names.qualifier(node.id)[1].isdecimal():
        yield from _version(aws, graph, node, arn, rule)
        return
    for operation in _listings(arn):
        key = (arn.region, operation)
        if key not in unseen:
            unseen[key] = listed(aws.at(arn.region), operation).unseen
        failure = unseen[key]
        if failure is not None:
            yield gap(rule, node.id, failure, f"what {node.what} leads to is not known")
            return


def _version(aws: View, graph: Graph, node: Node, arn: names.Arn, rule: str) -> Iterator[Gap]:
    """A published version runs as the role it was published with, not as the function's of today."""
    there = aws.at(arn.region)
    plain = names.qualifier(node.id)[0]
    said = f"the role that {node.what} runs as was not read"
    functions = listed(there, lambda_.LIST_FUNCTIONS).unseen
    if next(graph.onward(plain), None) is None and not graph.lost(plain):
        if functions is not None:
            yield gap(rule, node.id, functions, said)
        return  # otherwise there is no such function
    found = one(there, lambda_.LIST_VERSIONS_BY_FUNCTION, FunctionName=names.last(plain))
    if found.unseen is not None:
        yield gap(rule, node.id, found.unseen, said)


def _listings(arn: names.Arn) -> tuple[Operation, ...]:
    if arn.service in FED:
        return FED[arn.service]
    kind = arn.resource.partition(":")[0].partition("/")[0]
    if arn.service == "apigateway":
        kind = "/" + arn.resource.strip("/").partition("/")[0]
    return LISTINGS.get((arn.service, kind)) or LISTINGS.get((arn.service, "*"), ())
