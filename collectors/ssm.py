"""AWS Systems Manager: runbooks and the names of parameters. Values are never read.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Operation

_PAGE = ("NextToken", "NextToken")

# The account's own documents; AWS publishes hundreds more.
LIST_DOCUMENTS = Operation(
    "ssm",
    "ListDocuments",
    "ssm:ListDocuments",
    items="DocumentIdentifiers",
    token=_PAGE,
    params={"Filters": [{"Key": "Owner", "Values": ["Self"]}]},
)

DESCRIBE_PARAMETERS = Operation(
    "ssm", "DescribeParameters", "ssm:DescribeParameters", items="Parameters", token=_PAGE
)
