"""Network and data access policies of OpenSearch Serverless, and which of them bear on a collection.

Several policies can match one collection by name patterns; what any of them allows is allowed.
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-network.html
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Gathered, View, gather
from collectors import opensearchserverless

READS: tuple[Operation, ...] = (
    opensearchserverless.LIST_SECURITY_POLICIES,
    opensearchserverless.GET_SECURITY_POLICY,
    opensearchserverless.LIST_ACCESS_POLICIES,
    opensearchserverless.GET_ACCESS_POLICY,
)


@dataclass(frozen=True, slots=True)
class NetworkRule:
    """One rule of a network policy that matches a collection. ``what``: its endpoint or its dashboard."""

    policy: str
    what: str
    public: bool
    endpoints: tuple[str, ...]
    services: tuple[str, ...]


def network_rules(aws: View, collection: str) -> Gathered[NetworkRule]:
    """Every network rule that matches the collection of that name."""
    return gather(_rules(aws, collection))


def _rules(aws: View, collection: str) -> Iterator[NetworkRule]:
    for name, block in _blocks(aws, network=True):
        for rule in values(block, "Rules[]"):
            kind = str(rule.get("ResourceType", ""))
            if _covers(rule, f"{kind}/{collection}"):
                yield NetworkRule(
                    name,
                    kind,
                    bool(block.get("AllowFromPublic")),
                    tuple(map(str, block.get("SourceVPCEs") or ())),
                    tuple(map(str, block.get("SourceServices") or ())),
                )


@dataclass(frozen=True, slots=True)
class DataRule:
    """One rule of a data access policy that lets principals at vectors: read, write, change or remove an index."""

    policy: str
    principals: tuple[str, ...]
    permissions: tuple[str, ...]


def data_rules(aws: View, collection: str, indices: Sequence[str]) -> Gathered[DataRule]:
    """Every rule that bears on one of the indices of a collection; without names, on any index of it."""
    return gather(_data_rules(aws, collection, indices))


_HARMLESS = "aoss:DescribeIndex"


def _data_rules(aws: View, collection: str, indices: Sequence[str]) -> Iterator[DataRule]:
    for name, block in _blocks(aws, network=False):
        for rule in values(block, "Rules[]"):
            permissions = tuple(str(one) for one in values(rule, "Permission[]") if one != _HARMLESS)
            if rule.get("ResourceType") != "index" or not permissions:
                continue
            if indices:
                bears = any(_covers(rule, f"index/{collection}/{index}") for index in indices)
            else:
                start = f"index/{collection}/"
                bears = _covers(rule, start) or any(
                    str(one).startswith(start) for one in values(rule, "Resource[]")
                )
            if bears:
                yield DataRule(name, tuple(map(str, values(block, "Principal[]"))), permissions)


def readers(aws: View, collection: str) -> Gathered[str]:
    """The principals that data access policies let at the collection of that name or its indices."""
    return gather(_readers(aws, collection))


def _readers(aws: View, collection: str) -> Iterator[str]:
    for _, block in _blocks(aws, network=False):
        for rule in values(block, "Rules[]"):
            kind = str(rule.get("ResourceType", ""))
            wanted = f"{kind}/{collection}" + ("/" if kind == "index" else "")
            if any(
                fnmatchcase(wanted, str(one)) or str(one).startswith(wanted)
                for one in values(rule, "Resource[]")
            ):
                yield from map(str, values(block, "Principal[]"))
                break


def _covers(rule: Any, name: str) -> bool:
    return any(fnmatchcase(name, str(pattern)) for pattern in values(rule, "Resource[]"))


def _blocks(aws: View, *, network: bool) -> Iterator[tuple[str, Any]]:
    """The blocks of every policy of a kind, with the policy's name; what cannot be read is raised after the rest."""
    if network:
        listing, kind, detail = opensearchserverless.LIST_SECURITY_POLICIES, "network", "securityPolicyDetail"
        reading = opensearchserverless.GET_SECURITY_POLICY
    else:
        listing, kind, detail = opensearchserverless.LIST_ACCESS_POLICIES, "data", "accessPolicyDetail"
        reading = opensearchserverless.GET_ACCESS_POLICY
    listed = gather(aws.items(listing, type=kind))
    failure = listed.unseen
    for summary in listed.known:
        name = str(summary.get("name", ""))
        try:
            answer = aws.get(reading, type=kind, name=name)
        except UnseenError as error:
            failure = failure or error
            continue
        if answer is None:
            continue  # it was deleted meanwhile
        document = (answer.get(detail) or {}).get("policy")
        if document is None:
            failure = failure or UnseenError(
                Why.LINK_UNKNOWN, f"AWS gave the {kind} policy {name} without what it says"
            )
            continue
        try:
            blocks = json.loads(document) if isinstance(document, str) else document
        except ValueError:
            failure = failure or UnseenError(
                Why.UNSUPPORTED_POLICY_CONSTRUCT, f"the {kind} policy {name} is no JSON"
            )
            continue
        for block in blocks if isinstance(blocks, list) else [blocks]:
            if isinstance(block, dict):
                yield name, block
    if failure is not None:
        raise failure
