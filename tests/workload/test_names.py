"""The graph and the controls spell the same things the same way."""

from assessor.demo import company
from assessor.model.view import View
from assessor.workload.build import READS, workload
from assessor.workload.names import function_url, on
from evaluators.derived.doors import web_doors
from evaluators.derived.doors.doors import (
    doors_function_urls,
    doors_http_apis,
    doors_http_routes,
    doors_http_stages,
    doors_on_the_web,
    doors_rest_methods,
    doors_rest_stages,
)
from evaluators.derived.foundation.agents import deployed_agents
from tests.aws.account import snapshot_of


def test_every_door_that_a_control_judges_is_a_node_of_the_graph() -> None:
    operations = (*READS, *web_doors.READS)
    read = snapshot_of(
        {}, operations, regions=("us-east-1", "eu-west-1"), scope="workload", document=company()
    )
    aws = View(read, read.run.accounts[0], "us-east-1")
    nodes = workload(aws).graph.nodes
    for there in aws.regions():
        wanted = [
            *(on(method.arn, method.stage.name) for method in doors_rest_methods(there)),
            *(stage.arn for stage in doors_rest_stages(there)),
            *(api.arn for api in doors_http_apis(there)),
            *(route.arn for route in doors_http_routes(there)),
            *(stage.arn for stage in doors_http_stages(there)),
            *(function_url(url.arn) for url in doors_function_urls(there)),
            *(on(agent.arn, agent.version) for agent in deployed_agents(there)),
            *(
                function_url(one.arn) if one.kind == web_doors.FUNCTION_URL else one.arn
                for one in doors_on_the_web(there)
                if one.kind != web_doors.POOL
            ),
        ]
        assert wanted
        assert [ident for ident in wanted if ident not in nodes] == []
