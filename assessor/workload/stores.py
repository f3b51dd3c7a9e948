"""Knowledge bases: from each to its stores, buckets, secrets and models (E20), and to its role (E13)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed, one
from collectors import bedrock_agent, naming

READS: tuple[Operation, ...] = (
    bedrock_agent.LIST_KNOWLEDGE_BASES,
    bedrock_agent.GET_KNOWLEDGE_BASE,
    bedrock_agent.LIST_DATA_SOURCES,
    bedrock_agent.GET_DATA_SOURCE,
)

_ARN = re.compile(r"arn:[a-z-]+:(aoss|es|rds|neptune-graph|s3vectors|kendra|redshift|secretsmanager):")
_URI = "s3://"


def knowledge_bases(aws: View) -> Iterator[Piece]:
    """Every knowledge base of the Region."""
    bases = listed(aws, bedrock_agent.LIST_KNOWLEDGE_BASES)
    if bases.unseen is not None:
        yield gap("E20", EVERYWHERE, bases.unseen, "which knowledge bases there are is not known")
    for _, base in bases:
        ident = str(base.get("knowledgeBaseId", ""))
        arn = names.knowledge_base(aws, ident)
        yield Node(arn, Kind.KNOWLEDGE, f"knowledge base {ident}", aws.region, str(base.get("name") or ident))
        yield from _detail(aws, arn, ident)
    for call, answer in listed(aws, bedrock_agent.GET_DATA_SOURCE, ""):
        arn = names.knowledge_base(aws, str(call.request.get("knowledgeBaseId", "")))
        yield from _buckets(aws, arn, answer, call)
    unseen = (
        listed(aws, bedrock_agent.LIST_DATA_SOURCES).unseen
        or listed(aws, bedrock_agent.GET_DATA_SOURCE, "").unseen
    )
    if unseen is not None:
        for _, base in bases:
            arn = names.knowledge_base(aws, str(base.get("knowledgeBaseId", "")))
            yield gap("E20", arn, unseen, "what it reads from is not known")


def _detail(aws: View, arn: str, ident: str) -> Iterator[Piece]:
    found = one(aws, bedrock_agent.GET_KNOWLEDGE_BASE, knowledgeBaseId=ident)
    if found.unseen is not None:
        yield gap("E20", arn, found.unseen, "its stores, model and role are not known")
    base = (found.answer or {}).get("knowledgeBase") or {}
    role = str(base.get("roleArn") or "")
    if role:
        yield targets.role(role)
        yield declared("E13", arn, role, found.call, "knowledgeBase.roleArn", role)
    configuration = base.get("knowledgeBaseConfiguration") or {}
    for model in values(configuration, "vectorKnowledgeBaseConfiguration.embeddingModelArn"):
        node = targets.model(aws, str(model))
        yield node
        where = "knowledgeBase.knowledgeBaseConfiguration.vectorKnowledgeBaseConfiguration.embeddingModelArn"
        yield declared("E20", arn, node.id, found.call, where, model)
    yield from _stores(
        arn, {"storageConfiguration": base.get("storageConfiguration")}, found.call, "knowledgeBase"
    )
    yield from _stores(arn, {"knowledgeBaseConfiguration": configuration}, found.call, "knowledgeBase")
    yield from _buckets(aws, arn, {"knowledgeBase": base}, found.call)


def _texts(node: Any, where: str) -> Iterator[tuple[str, str]]:
    """Every text in an answer, with the field it stands in."""
    if isinstance(node, str):
        yield where, node
    elif isinstance(node, Mapping):
        for name, inner in node.items():
            yield from _texts(inner, f"{where}.{name}" if where else str(name))
    elif isinstance(node, list):
        for inner in node:
            yield from _texts(inner, f"{where}[]")


def _stores(arn: str, part: Mapping[str, Any], call: Call, at: str) -> Iterator[Piece]:
    for where, text in _texts(part, at):
        found = _ARN.match(text)
        if found is None:
            continue
        what = "secret" if found.group(1) == "secretsmanager" else "store"
        yield Node(
            text, Kind.STORE, f"{what} {names.last(text)}", naming.region(text) or "", names.last(text)
        )
        yield declared("E20", arn, text, call, where, text)


def _buckets(aws: View, arn: str, answer: Mapping[str, Any], call: Call) -> Iterator[Piece]:
    for where, text in _texts(answer, ""):
        leaf = where.rpartition(".")[2]
        named = leaf in {"bucketName", "bucketArn"} or (leaf == "uri" and text.startswith(_URI))
        name = naming.bucket(text) if named else None
        if name:
            bucket = names.bucket(aws, name)
            yield Node(bucket, Kind.STORE, f"bucket {name}", "", name)
            yield declared("E20", arn, bucket, call, where, text)
