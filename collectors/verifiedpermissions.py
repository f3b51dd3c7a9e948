"""Amazon Verified Permissions: policy stores, their policies and who they take for a user.

https://docs.aws.amazon.com/verifiedpermissions/latest/apireference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("nextToken", "nextToken")

LIST_POLICY_STORES = Operation(
    "verifiedpermissions",
    "ListPolicyStores",
    "verifiedpermissions:ListPolicyStores",
    items="policyStores",
    token=_PAGE,
)

_EVERY_STORE = (Each(LIST_POLICY_STORES, {"policyStoreId": "policyStoreId"}),)

GET_POLICY_STORE = Operation(
    "verifiedpermissions", "GetPolicyStore", "verifiedpermissions:GetPolicyStore", each=_EVERY_STORE
)

LIST_POLICIES = Operation(
    "verifiedpermissions",
    "ListPolicies",
    "verifiedpermissions:ListPolicies",
    items="policies",
    token=_PAGE,
    each=_EVERY_STORE,
)

# Whether a static policy has a condition stands only in its statement. BatchGetPolicy is allowed by the same action.
GET_POLICY = Operation(
    "verifiedpermissions",
    "GetPolicy",
    "verifiedpermissions:GetPolicy",
    each=(
        Each(
            LIST_POLICIES,
            {"policyStoreId": "$.policyStoreId", "policyId": "policyId"},
            where={"policyType": ("STATIC",)},
        ),
    ),
)

LIST_IDENTITY_SOURCES = Operation(
    "verifiedpermissions",
    "ListIdentitySources",
    "verifiedpermissions:ListIdentitySources",
    items="identitySources",
    token=_PAGE,
    each=_EVERY_STORE,
)
