"""Facts about data: knowledge bases, their sources, stores outside AWS, classes, Regions in use."""

from collections.abc import Iterator, Mapping
from typing import Any

from assessor.attestations.facts import Fact
from assessor.model.path import first
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View
from evaluators.derived.activity import activity as region_activity

_EXTERNAL_STORES = ("PINECONE", "REDIS_ENTERPRISE_CLOUD", "MONGO_DB_ATLAS")
_INSIDE_SOURCES = ("S3", "CUSTOM")
_CLASS_TAG = "data-classification"


def external_store(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """A knowledge base whose vectors are kept outside AWS."""
    kind = first(answer, "knowledgeBase.storageConfiguration.type")
    if kind in _EXTERNAL_STORES:
        yield f"a knowledge base's store of the kind {kind}", True


def connector(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """A data source that reads from outside AWS."""
    kind = first(answer, "dataSource.dataSourceConfiguration.type")
    if kind and kind not in _INSIDE_SOURCES:
        yield f"a data source of the kind {kind}", True


def data_source(_: View, call: Call, answer: Any) -> Iterator[Fact]:
    """A data source and what it reads."""
    source = answer.get("dataSource") or {}
    ident = source.get("dataSourceId") or call.request.get("dataSourceId")
    base = source.get("knowledgeBaseId") or call.request.get("knowledgeBaseId")
    yield f"data source {ident} of {base}", True
    bucket = first(source, "dataSourceConfiguration.s3Configuration.bucketArn")
    if bucket:
        yield str(bucket), True


def kendra_index(aws: View, _: Call, item: Any) -> Iterator[Fact]:
    """An index of Kendra."""
    yield f"Kendra index {item.get('Id')} in {aws.region}", True


def kendra_source(aws: View, call: Call, item: Any) -> Iterator[Fact]:
    """A data source of a Kendra index."""
    yield f"Kendra data source {item.get('Id')} of {call.request.get('IndexId')} in {aws.region}", True


def table(aws: View, _: Call, name: Any) -> Iterator[Fact]:
    """A table, where state may be kept."""
    yield f"table {name} in {aws.region}", True


def memory(_: View, __: Call, item: Any) -> Iterator[Fact]:
    """A memory of AgentCore."""
    yield str(item.get("arn") or item.get("id")), True


def _data_class(tags: Any) -> Iterator[Fact]:
    pairs = (
        tags.items()
        if isinstance(tags, Mapping)
        else ((tag.get("key"), tag.get("value")) for tag in tags or ())
    )
    for key, value in pairs:
        if str(key).lower() == _CLASS_TAG:
            yield f"data class {value}", True


def class_of_list(_: View, __: Call, answer: Any) -> Iterator[Fact]:
    """The data class that tags declare."""
    yield from _data_class(answer.get("tags"))


def active_regions(aws: View) -> Iterator[Fact]:
    """The Regions in which generative AI is in use."""
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            if there.derive(region_activity).active:
                yield there.region, True
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen
