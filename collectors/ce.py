"""AWS Cost Explorer: cost anomaly detection.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Cost_Explorer_Service.html
"""

from assessor.model.operation import Operation, Scope

_PAGE = ("NextPageToken", "NextPageToken")

GET_ANOMALY_MONITORS = Operation(
    "ce",
    "GetAnomalyMonitors",
    "ce:GetAnomalyMonitors",
    items="AnomalyMonitors",
    token=_PAGE,
    scope=Scope.GLOBAL,
)

GET_ANOMALY_SUBSCRIPTIONS = Operation(
    "ce",
    "GetAnomalySubscriptions",
    "ce:GetAnomalySubscriptions",
    items="AnomalySubscriptions",
    token=_PAGE,
    scope=Scope.GLOBAL,
)
