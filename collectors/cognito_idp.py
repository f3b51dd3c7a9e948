"""Amazon Cognito user pools. The pool's ARN is ``arn:<partition>:cognito-idp:<region>:<account>:userpool/<id>``.

https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("NextToken", "NextToken")

# MaxResults is a required member here; 60 is the most it takes.
LIST_USER_POOLS = Operation(
    "cognito-idp",
    "ListUserPools",
    "cognito-idp:ListUserPools",
    items="UserPools",
    token=_PAGE,
    params={"MaxResults": 60},
)

DESCRIBE_USER_POOL = Operation(
    "cognito-idp",
    "DescribeUserPool",
    "cognito-idp:DescribeUserPool",
    each=(Each(LIST_USER_POOLS, {"UserPoolId": "Id"}),),
)

GET_USER_POOL_MFA_CONFIG = Operation(
    "cognito-idp",
    "GetUserPoolMfaConfig",
    "cognito-idp:GetUserPoolMfaConfig",
    each=(Each(LIST_USER_POOLS, {"UserPoolId": "Id"}),),
)

DESCRIBE_RISK_CONFIGURATION = Operation(
    "cognito-idp",
    "DescribeRiskConfiguration",
    "cognito-idp:DescribeRiskConfiguration",
    each=(Each(LIST_USER_POOLS, {"UserPoolId": "Id"}),),
    # A pool below the tier that has threat protection has no risk configuration.
    absent=("UserPoolAddOnNotEnabledException",),
)

LIST_GROUPS = Operation(
    "cognito-idp",
    "ListGroups",
    "cognito-idp:ListGroups",
    items="Groups",
    token=_PAGE,
    each=(Each(LIST_USER_POOLS, {"UserPoolId": "Id"}),),
)

LIST_USER_POOL_CLIENTS = Operation(
    "cognito-idp",
    "ListUserPoolClients",
    "cognito-idp:ListUserPoolClients",
    items="UserPoolClients",
    token=_PAGE,
    each=(Each(LIST_USER_POOLS, {"UserPoolId": "Id"}),),
)

DESCRIBE_USER_POOL_CLIENT = Operation(
    "cognito-idp",
    "DescribeUserPoolClient",
    "cognito-idp:DescribeUserPoolClient",
    each=(Each(LIST_USER_POOL_CLIENTS, {"UserPoolId": "UserPoolId", "ClientId": "ClientId"}),),
    redact=("UserPoolClient.ClientSecret",),
)

# What a client has of its own comes before what the pool has.
DESCRIBE_RISK_CONFIGURATION_CLIENTS = Operation(
    "cognito-idp",
    "DescribeRiskConfiguration",
    "cognito-idp:DescribeRiskConfiguration",
    each=(Each(LIST_USER_POOL_CLIENTS, {"UserPoolId": "UserPoolId", "ClientId": "ClientId"}),),
    absent=("UserPoolAddOnNotEnabledException",),
    variant="clients",
)
