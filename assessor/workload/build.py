"""The workload of an account: built once from its readings, then asked by controls and shown to people."""

from collections.abc import Callable, Iterator

from assessor.model.operation import Operation
from assessor.model.view import View
from assessor.workload import (
    acls,
    agentcore,
    agents,
    appsync,
    async_entries,
    containers,
    distributions,
    flows,
    function_urls,
    functions,
    http,
    identity,
    identity_pools,
    invokers,
    load_balancers,
    network,
    permissions,
    rest,
    sightings,
    state_machines,
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
    appsync.appsync_apis,
    load_balancers.load_balancers,
    load_balancers.lattice_services,
    containers.app_runner_services,
    agentcore.gateways,
    agentcore.runtimes,
    agentcore.harnesses,
    identity_pools.identity_pools,
    async_entries.event_source_mappings,
    async_entries.bucket_notifications,
    async_entries.rules,
    async_entries.schedules,
    invokers.invokers,
    functions.functions,
    containers.ecs_services,
    containers.instances,
    state_machines.state_machines,
    agents.agents,
    flows.flows,
    stores.knowledge_bases,
    acls.web_acls,
    identity.rest_identities,
    identity.http_identities,
    identity.balancer_identities,
    identity.appsync_identities,
    identity.agentcore_identities,
    identity.pool_identities,
    network.endpoints,
    sightings.invocations,
)
"""What is read of every Region, doors first."""

GLOBAL: tuple[Callable[[View], Iterator[Piece]], ...] = (
    distributions.distributions,
    acls.distribution_acls,
    identity_pools.bedrock_keys,
    sightings.last_used,
)
"""What is read of the account as a whole."""

READS: tuple[Operation, ...] = tuple(
    dict.fromkeys(
        operation
        for module in (
            rest,
            http,
            function_urls,
            appsync,
            load_balancers,
            containers,
            agentcore,
            identity_pools,
            async_entries,
            invokers,
            functions,
            state_machines,
            agents,
            flows,
            stores,
            acls,
            identity,
            network,
            distributions,
            permissions,
        )
        for operation in module.READS
    )
)
"""Every operation that the graph uses, but for those of a run that observes."""


def workload(aws: View) -> Workload:
    """The account's workload: all Regions of the run together."""
    return aws.whole(_built)


def _built(aws: View) -> Workload:
    graph = Graph()
    for there in aws.regions():
        for extract in REGIONAL:
            graph.take(extract(there))
    for extract in GLOBAL:
        graph.take(extract(aws))
    graph.take(resolve(graph))
    graph.take(permissions.permissions(aws, graph))
    graph.take(borders(aws, graph))
    return Workload(graph, Pins(graph, aws.parameters))
