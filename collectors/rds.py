"""Amazon Aurora clusters that knowledge bases store vectors in.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import bedrock_agent, naming

_CLUSTER = "knowledgeBase.storageConfiguration.rdsConfiguration.resourceArn"

# The name is taken as an ARN too, which also finds a cluster that is shared with the account.
DESCRIBE_DB_CLUSTERS = Operation(
    "rds",
    "DescribeDBClusters",
    "rds:DescribeDBClusters",
    items="DBClusters",
    token=("Marker", "Marker"),
    each=(
        Each(
            bedrock_agent.GET_KNOWLEDGE_BASE,
            {"DBClusterIdentifier": _CLUSTER},
            region=Bind(_CLUSTER, via=naming.region),
        ),
    ),
    absent=("DBClusterNotFoundFault",),
)

DESCRIBE_DB_INSTANCES = Operation(
    "rds",
    "DescribeDBInstances",
    "rds:DescribeDBInstances",
    items="DBInstances",
    token=("Marker", "Marker"),
    each=(
        Each(
            DESCRIBE_DB_CLUSTERS,
            {"DBInstanceIdentifier": "DBInstanceIdentifier"},
            items="DBClusters[].DBClusterMembers",
        ),
    ),
    absent=("DBInstanceNotFound",),
)
