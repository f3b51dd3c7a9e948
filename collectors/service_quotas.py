"""Service Quotas: the limits of Bedrock. The IAM prefix is ``servicequotas``.

https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_Operations.html
"""

from assessor.model.operation import Operation

LIST_SERVICE_QUOTAS = Operation(
    "service-quotas",
    "ListServiceQuotas",
    "servicequotas:ListServiceQuotas",
    items="Quotas",
    token=("NextToken", "NextToken"),
    asks=({"ServiceCode": "bedrock"},),
    # The service is not known in this Region.
    absent=("NoSuchResourceException",),
)

GET_AUTO_MANAGEMENT_CONFIGURATION = Operation(
    "service-quotas",
    "GetAutoManagementConfiguration",
    "servicequotas:GetAutoManagementConfiguration",
    absent=("NoSuchResourceException",),
)
