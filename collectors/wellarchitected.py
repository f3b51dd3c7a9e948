"""AWS Well-Architected Tool: workloads and the lenses they were reviewed with.

https://docs.aws.amazon.com/wellarchitected/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("NextToken", "NextToken")

LIST_WORKLOADS = Operation(
    "wellarchitected",
    "ListWorkloads",
    "wellarchitected:ListWorkloads",
    items="WorkloadSummaries",
    token=_PAGE,
)

LIST_LENS_REVIEWS = Operation(
    "wellarchitected",
    "ListLensReviews",
    "wellarchitected:ListLensReviews",
    items="LensReviewSummaries",
    token=_PAGE,
    each=(Each(LIST_WORKLOADS, {"WorkloadId": "WorkloadId"}),),
    absent=("ResourceNotFoundException",),
)
