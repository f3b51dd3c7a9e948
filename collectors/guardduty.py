"""Amazon GuardDuty: detectors with their features, and malware protection of buckets.

https://docs.aws.amazon.com/guardduty/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("NextToken", "NextToken")

LIST_DETECTORS = Operation(
    "guardduty", "ListDetectors", "guardduty:ListDetectors", items="DetectorIds", token=_PAGE
)

GET_DETECTOR = Operation(
    "guardduty", "GetDetector", "guardduty:GetDetector", each=(Each(LIST_DETECTORS, {"DetectorId": ""}),)
)

LIST_MALWARE_PROTECTION_PLANS = Operation(
    "guardduty",
    "ListMalwareProtectionPlans",
    "guardduty:ListMalwareProtectionPlans",
    items="MalwareProtectionPlans",
    token=_PAGE,
)

GET_MALWARE_PROTECTION_PLAN = Operation(
    "guardduty",
    "GetMalwareProtectionPlan",
    "guardduty:GetMalwareProtectionPlan",
    each=(Each(LIST_MALWARE_PROTECTION_PLANS, {"MalwareProtectionPlanId": "MalwareProtectionPlanId"}),),
    absent=("ResourceNotFoundException",),
)
