"""Amazon Kendra: search indices that a retrieval workload may read.

https://docs.aws.amazon.com/kendra/latest/APIReference/API_Operations_AWSKendraFrontendService.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("NextToken", "NextToken")

LIST_INDICES = Operation(
    "kendra", "ListIndices", "kendra:ListIndices", items="IndexConfigurationSummaryItems", token=_PAGE
)

DESCRIBE_INDEX = Operation(
    "kendra", "DescribeIndex", "kendra:DescribeIndex", each=(Each(LIST_INDICES, {"Id": "Id"}),)
)

LIST_DATA_SOURCES = Operation(
    "kendra",
    "ListDataSources",
    "kendra:ListDataSources",
    items="SummaryItems",
    token=_PAGE,
    each=(Each(LIST_INDICES, {"IndexId": "Id"}),),
)

DESCRIBE_DATA_SOURCE = Operation(
    "kendra",
    "DescribeDataSource",
    "kendra:DescribeDataSource",
    each=(Each(LIST_DATA_SOURCES, {"IndexId": "$.IndexId", "Id": "Id"}, where={"Type": ("S3", "TEMPLATE")}),),
)
