"""Amazon Neptune Analytics graphs that knowledge bases store vectors in.

https://docs.aws.amazon.com/neptune-analytics/latest/apiref/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import bedrock_agent, naming

_GRAPH = "knowledgeBase.storageConfiguration.neptuneAnalyticsConfiguration.graphArn"

GET_GRAPH = Operation(
    "neptune-graph",
    "GetGraph",
    "neptune-graph:GetGraph",
    each=(
        Each(
            bedrock_agent.GET_KNOWLEDGE_BASE,
            {"graphIdentifier": Bind(_GRAPH, via=naming.last_name)},
            region=Bind(_GRAPH, via=naming.region),
        ),
    ),
    absent=("ResourceNotFoundException",),
)
