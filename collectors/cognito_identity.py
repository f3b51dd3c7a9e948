"""Amazon Cognito identity pools: doors that lead straight to AWS credentials.

https://docs.aws.amazon.com/cognitoidentity/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

# MaxResults is a required member here; 60 is the most it takes.
LIST_IDENTITY_POOLS = Operation(
    "cognito-identity",
    "ListIdentityPools",
    "cognito-identity:ListIdentityPools",
    items="IdentityPools",
    token=("NextToken", "NextToken"),
    params={"MaxResults": 60},
)

DESCRIBE_IDENTITY_POOL = Operation(
    "cognito-identity",
    "DescribeIdentityPool",
    "cognito-identity:DescribeIdentityPool",
    each=(Each(LIST_IDENTITY_POOLS, {"IdentityPoolId": "IdentityPoolId"}),),
)

GET_IDENTITY_POOL_ROLES = Operation(
    "cognito-identity",
    "GetIdentityPoolRoles",
    "cognito-identity:GetIdentityPoolRoles",
    each=(Each(LIST_IDENTITY_POOLS, {"IdentityPoolId": "IdentityPoolId"}),),
)

GET_PRINCIPAL_TAG_ATTRIBUTE_MAP = Operation(
    "cognito-identity",
    "GetPrincipalTagAttributeMap",
    "cognito-identity:GetPrincipalTagAttributeMap",
    each=(
        Each(
            DESCRIBE_IDENTITY_POOL,
            {"IdentityPoolId": "^.IdentityPoolId", "IdentityProviderName": "ProviderName"},
            items="CognitoIdentityProviders",
        ),
        Each(
            DESCRIBE_IDENTITY_POOL,
            {"IdentityPoolId": "^.IdentityPoolId", "IdentityProviderName": ""},
            items="OpenIdConnectProviderARNs",
        ),
        Each(
            DESCRIBE_IDENTITY_POOL,
            {"IdentityPoolId": "^.IdentityPoolId", "IdentityProviderName": ""},
            items="SamlProviderARNs",
        ),
    ),
    absent=("ResourceNotFoundException",),
)
