"""AWS Security Hub: the standards that are switched on. An account without it is told so as an error of its own.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_Operations.html
"""

from assessor.model.operation import Operation

GET_ENABLED_STANDARDS = Operation(
    "securityhub",
    "GetEnabledStandards",
    "securityhub:GetEnabledStandards",
    items="StandardsSubscriptions",
    # The account is not subscribed to Security Hub.
    absent=("InvalidAccessException",),
    token=("NextToken", "NextToken"),
)
