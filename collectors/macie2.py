"""Amazon Macie: whether buckets are looked through for sensitive data. A disabled Macie answers with a denial of its own.

https://docs.aws.amazon.com/macie/latest/APIReference/resources.html
"""

from assessor.model.operation import Each, Operation

GET_MACIE_SESSION = Operation("macie2", "GetMacieSession", "macie2:GetMacieSession")

GET_AUTOMATED_DISCOVERY_CONFIGURATION = Operation(
    "macie2", "GetAutomatedDiscoveryConfiguration", "macie2:GetAutomatedDiscoveryConfiguration"
)

GET_CLASSIFICATION_SCOPE = Operation(
    "macie2",
    "GetClassificationScope",
    "macie2:GetClassificationScope",
    each=(Each(GET_AUTOMATED_DISCOVERY_CONFIGURATION, {"id": "classificationScopeId"}),),
    absent=("ResourceNotFoundException",),
)

DESCRIBE_BUCKETS = Operation(
    "macie2",
    "DescribeBuckets",
    "macie2:DescribeBuckets",
    items="buckets",
    token=("nextToken", "nextToken"),
)
