"""Amazon Inspector: whether the code and images of a workload are scanned.

https://docs.aws.amazon.com/inspector/v2/APIReference/API_Operations.html
"""

from assessor.model.operation import Operation

# Without account ids the caller's own is meant.
BATCH_GET_ACCOUNT_STATUS = Operation(
    "inspector2", "BatchGetAccountStatus", "inspector2:BatchGetAccountStatus", items="accounts"
)

LIST_COVERAGE = Operation(
    "inspector2",
    "ListCoverage",
    "inspector2:ListCoverage",
    items="coveredResources",
    token=("nextToken", "nextToken"),
    asks=(
        {"filterCriteria": {"resourceType": [{"comparison": "EQUALS", "value": "AWS_LAMBDA_FUNCTION"}]}},
        {"filterCriteria": {"resourceType": [{"comparison": "EQUALS", "value": "AWS_ECR_CONTAINER_IMAGE"}]}},
    ),
)
