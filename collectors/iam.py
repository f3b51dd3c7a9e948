"""AWS IAM: principals with their policies, long-lived credentials and what was used last.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation, Scope
from collectors import bedrock, naming

_PAGE = ("Marker", "Marker")
_MORE = "IsTruncated"

# One crawl holds every user, group, role and managed policy. The answer has four lists.
GET_ACCOUNT_AUTHORIZATION_DETAILS = Operation(
    "iam",
    "GetAccountAuthorizationDetails",
    "iam:GetAccountAuthorizationDetails",
    token=_PAGE,
    more=_MORE,
    params={"Filter": ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"]},
    scope=Scope.GLOBAL,
)

GET_ACCOUNT_SUMMARY = Operation("iam", "GetAccountSummary", "iam:GetAccountSummary", scope=Scope.GLOBAL)

# Of the role that writes the invocation logs; every other role is in the crawl.
GET_ROLE = Operation(
    "iam",
    "GetRole",
    "iam:GetRole",
    each=(
        Each(
            bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION,
            {"RoleName": Bind("loggingConfig.cloudWatchConfig.roleArn", via=naming.role_name)},
        ),
    ),
    absent=("NoSuchEntity",),
    scope=Scope.GLOBAL,
)

# Short-term Bedrock keys are never listed; these are the ones that last.
LIST_SERVICE_SPECIFIC_CREDENTIALS = Operation(
    "iam",
    "ListServiceSpecificCredentials",
    "iam:ListServiceSpecificCredentials",
    items="ServiceSpecificCredentials",
    token=_PAGE,
    more=_MORE,
    params={"AllUsers": True, "ServiceName": "bedrock.amazonaws.com"},
    scope=Scope.GLOBAL,
)

LIST_ACCESS_KEYS = Operation(
    "iam",
    "ListAccessKeys",
    "iam:ListAccessKeys",
    items="AccessKeyMetadata",
    token=_PAGE,
    more=_MORE,
    each=(Each(GET_ACCOUNT_AUTHORIZATION_DETAILS, {"UserName": "UserName"}, items="UserDetailList"),),
    absent=("NoSuchEntity",),
    scope=Scope.GLOBAL,
)

GET_ACCESS_KEY_LAST_USED = Operation(
    "iam",
    "GetAccessKeyLastUsed",
    "iam:GetAccessKeyLastUsed",
    each=(Each(LIST_ACCESS_KEYS, {"AccessKeyId": "AccessKeyId"}, where={"Status": ("Active",)}),),
    scope=Scope.GLOBAL,
)

# Starts a report and returns its id. AWS classes it as a read: nothing of the account changes.
GENERATE_SERVICE_LAST_ACCESSED_DETAILS = Operation(
    "iam",
    "GenerateServiceLastAccessedDetails",
    "iam:GenerateServiceLastAccessedDetails",
    each=(Each(GET_ACCOUNT_AUTHORIZATION_DETAILS, {"Arn": "Arn"}, items="RoleDetailList"),),
    absent=("NoSuchEntity",),
    scope=Scope.GLOBAL,
)

# The report may not be ready: JobStatus says so, and what is not COMPLETED is not known.
GET_SERVICE_LAST_ACCESSED_DETAILS = Operation(
    "iam",
    "GetServiceLastAccessedDetails",
    "iam:GetServiceLastAccessedDetails",
    items="ServicesLastAccessed",
    token=_PAGE,
    more=_MORE,
    each=(Each(GENERATE_SERVICE_LAST_ACCESSED_DETAILS, {"JobId": "JobId"}),),
    scope=Scope.GLOBAL,
)

# A cross-check of our own evaluation, one call per role: only for runs that ask for it.
SIMULATE_PRINCIPAL_POLICY = Operation(
    "iam",
    "SimulatePrincipalPolicy",
    "iam:SimulatePrincipalPolicy",
    items="EvaluationResults",
    token=_PAGE,
    more=_MORE,
    params={"ActionNames": ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]},
    each=(Each(GET_ACCOUNT_AUTHORIZATION_DETAILS, {"PolicySourceArn": "Arn"}, items="RoleDetailList"),),
    absent=("NoSuchEntity",),
    scope=Scope.GLOBAL,
)
