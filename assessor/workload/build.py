"""The workload of an account: built once from its readings, then asked by controls and shown to people."""

from collections.abc import Callable, Iterator

from assessor.model.operation import Operation
from assessor.model.view import View
from assessor.workload import (
    agents,
    flows,
    function_urls,
    functions,
    http,
    network,
    permissions,
    rest,
    stores,
)
from assessor.workload.borders import borders
from assessor.workload.graph import Graph, Piece
from assessor.workload.hosts import resolve
from assessor.workload.pins import Pins
from assessor.workload.workload import Workload

REGIONAL: tuple[Callable[[View], Iterator[Piece]], ...] = (
    rest.rest_apis,
    http.http_apis,
    function_urls.function_urls,
    functions.functions,
    agents.agents,
    flows.flows,
    stores.knowledge_bases,
    network.endpoints,
)
"""What is read of every Region, doors first."""

READS: tuple[Operation, ...] = tuple(
    dict.fromkeys(
        operation
        for module in (
            rest,
            http,
            function_urls,
            functions,
            agents,
            flows,
            stores,
            network,
            permissions,
        )
        for operation in module.READS
    )
)
"""Every operation that the graph uses."""


def workload(aws: View) -> Workload:
    """The account's workload: all Regions of the run together."""
    return aws.whole(_built)


def _built(aws: View) -> Workload:
    graph = Graph()
    for there in aws.regions():
        for extract in REGIONAL:
            graph.take(extract(there))
    graph.take(resolve(graph))
    graph.take(permissions.permissions(aws, graph))
    graph.take(borders(aws, graph))
    return Workload(graph, Pins(graph, aws.parameters))
