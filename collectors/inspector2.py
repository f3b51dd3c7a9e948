"""Amazon Inspector: whether the code and images of a workload are scanned.

Every Region has its own status and coverage. https://docs.aws.amazon.com/inspector/v2/APIReference/API_Operations.html
"""

from collections.abc import Mapping

from assessor.model.operation import Operation

# What the coverage is asked for: of Lambda functions, and of container images in ECR.
FUNCTIONS: Mapping[str, object] = {
    "filterCriteria": {"resourceType": [{"comparison": "EQUALS", "value": "AWS_LAMBDA_FUNCTION"}]}
}
IMAGES: Mapping[str, object] = {
    "filterCriteria": {"resourceType": [{"comparison": "EQUALS", "value": "AWS_ECR_CONTAINER_IMAGE"}]}
}

# Without account ids the caller's own is meant. An account that the caller has no say over is among ``failedAccounts``.
BATCH_GET_ACCOUNT_STATUS = Operation(
    "inspector2", "BatchGetAccountStatus", "inspector2:BatchGetAccountStatus", items="accounts"
)

# A delegated administrator is told of its members' resources too.
LIST_COVERAGE = Operation(
    "inspector2",
    "ListCoverage",
    "inspector2:ListCoverage",
    items="coveredResources",
    token=("nextToken", "nextToken"),
    asks=(FUNCTIONS, IMAGES),
)
