"""AWS Systems Manager Incident Manager: response plans.

https://docs.aws.amazon.com/incident-manager/latest/APIReference/API_Operations_AWS_Systems_Manager_Incident_Manager.html
"""

from assessor.model.operation import Each, Operation

LIST_RESPONSE_PLANS = Operation(
    "ssm-incidents",
    "ListResponsePlans",
    "ssm-incidents:ListResponsePlans",
    items="responsePlanSummaries",
    token=("nextToken", "nextToken"),
)

GET_RESPONSE_PLAN = Operation(
    "ssm-incidents",
    "GetResponsePlan",
    "ssm-incidents:GetResponsePlan",
    each=(Each(LIST_RESPONSE_PLANS, {"arn": "arn"}),),
    absent=("ResourceNotFoundException",),
    redact=("actions[].ssmAutomation.parameters",),
)
