"""The key of an OpenSearch Serverless collection by its encryption policy.

An encryption policy names collections by pattern; the most specific one that fits decides.
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-encryption.html
"""

from collections.abc import Iterator
from typing import Any

from assessor.iam.patterns import glob_matches
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View, gather
from collectors import opensearchserverless

READS: tuple[Operation, ...] = (
    opensearchserverless.LIST_SECURITY_POLICIES,
    opensearchserverless.GET_SECURITY_POLICY,
)


def key_of_policy(aws: View, collection: str) -> str:
    """The key the encryption policies give a collection of that name; "" for one that AWS owns.

    Raises UnseenError when a policy could not be read, LINK_UNKNOWN when none fits.
    """
    found = gather(_fitting(aws, collection))
    if found.unseen is not None:
        raise found.unseen
    if not found:
        raise UnseenError(Why.LINK_UNKNOWN, f"no encryption policy fits collection {collection}")
    return max(found.known, key=lambda pair: len(pair[0]))[1]


def _fitting(aws: View, collection: str) -> Iterator[tuple[str, str]]:
    """The pattern that fits and the key, for each encryption policy; a policy is a document of AWS's own shape."""
    for item in aws.items(opensearchserverless.LIST_SECURITY_POLICIES, type="encryption"):
        answer = aws.get(opensearchserverless.GET_SECURITY_POLICY, type="encryption", name=item.get("name"))
        if answer is None:
            continue  # it was deleted meanwhile
        policy = (answer.get("securityPolicyDetail") or {}).get("policy")
        if policy is None:
            said = f"AWS gave the encryption policy {item.get('name')} without what it says"
            raise UnseenError(Why.LINK_UNKNOWN, said)
        if isinstance(policy, dict):
            yield from _patterns(policy, collection)


def _patterns(policy: dict[str, Any], collection: str) -> Iterator[tuple[str, str]]:
    key = "" if policy.get("AWSOwnedKey") else str(policy.get("KmsARN") or "")
    for rule in policy.get("Rules") or ():
        for resource in rule.get("Resource") or ():
            if glob_matches(str(resource), f"collection/{collection}"):
                yield str(resource), key
