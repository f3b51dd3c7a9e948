"""Amazon DynamoDB: tables that may hold conversations.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html
"""

from assessor.model.operation import Each, Operation

LIST_TABLES = Operation(
    "dynamodb",
    "ListTables",
    "dynamodb:ListTables",
    items="TableNames",
    token=("ExclusiveStartTableName", "LastEvaluatedTableName"),
)

DESCRIBE_TIME_TO_LIVE = Operation(
    "dynamodb",
    "DescribeTimeToLive",
    "dynamodb:DescribeTimeToLive",
    each=(Each(LIST_TABLES, {"TableName": ""}),),
    absent=("ResourceNotFoundException",),
)
