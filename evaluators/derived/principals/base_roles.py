"""The roles knowledge bases work with, and what of theirs each needs: buckets, secrets, vector stores.

https://docs.aws.amazon.com/bedrock/latest/userguide/kb-permissions.html
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Gathered, View, gather
from collectors import bedrock_agent
from evaluators.derived.data import rag, stores
from evaluators.derived.data.rag import rag_buckets
from evaluators.derived.data.stores import vector_stores
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (
    bedrock_agent.GET_KNOWLEDGE_BASE,
    bedrock_agent.GET_DATA_SOURCE,
    *rag.READS,
    *stores.READS,
)

_SECRET_MEMBERS = frozenset({"credentialsSecretArn", "usernamePasswordSecretArn"})


@dataclass(frozen=True, slots=True)
class BaseRole:
    """A role, and what the knowledge bases that work with it name.

    bases: their ids. buckets: names. secrets and stores: ARNs (of an S3 Vectors index also its bucket's). unseen: why
    they may name more.
    """

    role: str
    bases: tuple[str, ...] = ()
    buckets: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    unseen: UnseenError | None = None
    evidence: tuple[Call, ...] = ()


@dataclass
class _Making:
    bases: dict[str, None] = field(default_factory=dict)
    buckets: set[str] = field(default_factory=set)
    secrets: set[str] = field(default_factory=set)
    stores: set[str] = field(default_factory=set)
    calls: dict[Call, None] = field(default_factory=dict)
    unseen: UnseenError | None = None


def base_roles(aws: View) -> Gathered[BaseRole]:
    """Each role of the account's knowledge bases, in all Regions; what could not be read is raised after them."""
    made: dict[str, _Making] = {}
    unseen: UnseenError | None = None
    for at in aws.regions():
        listed = gather(surely(at.items_with_call(bedrock_agent.GET_KNOWLEDGE_BASE, "")))
        unseen = unseen or listed.unseen
        buckets, found_stores = at.derive(rag_buckets), at.derive(vector_stores)
        sources = gather(surely(at.items_with_call(bedrock_agent.GET_DATA_SOURCE, "")))
        for call, answer in listed.known:
            role = str(first(answer, "knowledgeBase.roleArn") or "")
            if not role:
                continue
            base = str(call.request.get("knowledgeBaseId") or "")
            one = made.setdefault(role, _Making())
            one.bases[base] = None
            one.calls[call] = None
            one.secrets.update(_secrets(answer))
            for source_call, source in sources.known:
                if source_call.request.get("knowledgeBaseId") == base:
                    one.secrets.update(_secrets(source))
                    one.calls[source_call] = None
            one.buckets.update(bucket.name for bucket in buckets.known if _used_by(bucket.evidence, base))
            for store in found_stores.known:
                if base in store.bases:
                    one.stores.update((store.arn, store.arn.partition("/index/")[0]))
            one.unseen = one.unseen or buckets.unseen or sources.unseen or found_stores.unseen
    roles = [
        BaseRole(
            role,
            tuple(one.bases),
            frozenset(one.buckets),
            frozenset(one.secrets),
            frozenset(one.stores),
            one.unseen,
            tuple(one.calls),
        )
        for role, one in made.items()
    ]
    return Gathered(roles, unseen)


def _used_by(evidence: tuple[Call, ...], base: str) -> bool:
    return any(call.request.get("knowledgeBaseId") == base for call in evidence)


def _secrets(node: Any) -> Iterator[str]:
    """Every secret that an answer names, wherever it stands."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name in _SECRET_MEMBERS and isinstance(value, str):
                yield value
            else:
                yield from _secrets(value)
    elif isinstance(node, list):
        for value in node:
            yield from _secrets(value)
