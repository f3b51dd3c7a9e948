"""AWS Audit Manager: assessments and the frameworks behind them. Closed to new customers.

https://docs.aws.amazon.com/audit-manager/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

GET_ACCOUNT_STATUS = Operation("auditmanager", "GetAccountStatus", "auditmanager:GetAccountStatus")

LIST_ASSESSMENTS = Operation(
    "auditmanager",
    "ListAssessments",
    "auditmanager:ListAssessments",
    items="assessmentMetadata",
    token=("nextToken", "nextToken"),
    asks=({"status": "ACTIVE"},),
)

GET_ASSESSMENT = Operation(
    "auditmanager",
    "GetAssessment",
    "auditmanager:GetAssessment",
    each=(Each(LIST_ASSESSMENTS, {"assessmentId": "id"}),),
    absent=("ResourceNotFoundException",),
    redact=(
        "assessment.awsAccount.emailAddress",
        "assessment.metadata.scope.awsAccounts[].emailAddress",
    ),
)
