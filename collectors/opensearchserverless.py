"""Amazon OpenSearch Serverless: vector collections and their policies. The IAM prefix is ``aoss``.

https://docs.aws.amazon.com/opensearch-service/latest/ServerlessAPIReference/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation

_PAGE = ("nextToken", "nextToken")

LIST_COLLECTIONS = Operation(
    "opensearchserverless",
    "ListCollections",
    "aoss:ListCollections",
    items="collectionSummaries",
    token=_PAGE,
)

# Takes lists of ids; one collection is asked at a time.
BATCH_GET_COLLECTION = Operation(
    "opensearchserverless",
    "BatchGetCollection",
    "aoss:BatchGetCollection",
    items="collectionDetails",
    each=(Each(LIST_COLLECTIONS, {"ids": Bind("id", listed=True)}),),
)

LIST_SECURITY_POLICIES = Operation(
    "opensearchserverless",
    "ListSecurityPolicies",
    "aoss:ListSecurityPolicies",
    items="securityPolicySummaries",
    token=_PAGE,
    asks=({"type": "encryption"}, {"type": "network"}),
)

GET_SECURITY_POLICY = Operation(
    "opensearchserverless",
    "GetSecurityPolicy",
    "aoss:GetSecurityPolicy",
    each=(Each(LIST_SECURITY_POLICIES, {"type": "type", "name": "name"}),),
)

LIST_ACCESS_POLICIES = Operation(
    "opensearchserverless",
    "ListAccessPolicies",
    "aoss:ListAccessPolicies",
    items="accessPolicySummaries",
    token=_PAGE,
    asks=({"type": "data"},),
)

GET_ACCESS_POLICY = Operation(
    "opensearchserverless",
    "GetAccessPolicy",
    "aoss:GetAccessPolicy",
    each=(Each(LIST_ACCESS_POLICIES, {"type": "type", "name": "name"}),),
)
