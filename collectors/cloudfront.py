"""Amazon CloudFront: distributions in front of a workload's doors.

https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation, Scope

# The value of a custom header is the secret by which an origin knows its distribution.
LIST_DISTRIBUTIONS = Operation(
    "cloudfront",
    "ListDistributions",
    "cloudfront:ListDistributions",
    items="DistributionList.Items",
    token=("Marker", "DistributionList.NextMarker"),
    more="DistributionList.IsTruncated",
    redact=("DistributionList.Items[].Origins.Items[].CustomHeaders.Items[].HeaderValue",),
    scope=Scope.GLOBAL,
)

GET_DISTRIBUTION_CONFIG = Operation(
    "cloudfront",
    "GetDistributionConfig",
    "cloudfront:GetDistributionConfig",
    each=(Each(LIST_DISTRIBUTIONS, {"Id": "Id"}),),
    redact=("DistributionConfig.Origins.Items[].CustomHeaders.Items[].HeaderValue",),
    scope=Scope.GLOBAL,
)
