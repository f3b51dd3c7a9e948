"""Amazon ECS: services and the task definitions that they and rules run.

Of environment variables the names are kept, of their values only what they looked like.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Operations.html
"""

from assessor.model.looks import Looks
from assessor.model.operation import Bind, Each, Operation
from collectors import events

_PAGE = ("nextToken", "nextToken")

LIST_CLUSTERS = Operation("ecs", "ListClusters", "ecs:ListClusters", items="clusterArns", token=_PAGE)

LIST_SERVICES = Operation(
    "ecs",
    "ListServices",
    "ecs:ListServices",
    items="serviceArns",
    token=_PAGE,
    each=(Each(LIST_CLUSTERS, {"cluster": ""}),),
)

# Takes a list of services; one is asked at a time.
DESCRIBE_SERVICES = Operation(
    "ecs",
    "DescribeServices",
    "ecs:DescribeServices",
    items="services",
    each=(Each(LIST_SERVICES, {"cluster": "$.cluster", "services": Bind(listed=True)}),),
)

# Commands and log options carry tokens as often as variables do.
DESCRIBE_TASK_DEFINITION = Operation(
    "ecs",
    "DescribeTaskDefinition",
    "ecs:DescribeTaskDefinition",
    each=(
        Each(DESCRIBE_SERVICES, {"taskDefinition": "taskDefinition"}),
        Each(DESCRIBE_SERVICES, {"taskDefinition": "taskSets[].taskDefinition"}),
        Each(events.LIST_TARGETS_BY_RULE, {"taskDefinition": "EcsParameters.TaskDefinitionArn"}),
    ),
    redact=(
        Looks("taskDefinition.containerDefinitions[].environment[].value"),
        "taskDefinition.containerDefinitions[].command",
        "taskDefinition.containerDefinitions[].entryPoint",
        "taskDefinition.containerDefinitions[].healthCheck.command",
        "taskDefinition.containerDefinitions[].logConfiguration.options",
        "taskDefinition.containerDefinitions[].firelensConfiguration.options",
    ),
)
