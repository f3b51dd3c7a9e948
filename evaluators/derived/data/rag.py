"""The buckets that retrieval reads from: sources of knowledge bases and of Kendra indices, and what lies beside them.

Named by ``GetDataSource`` (S3 source, managed S3 connector, intermediate storage of a transformation),
``GetKnowledgeBase`` (supplemental storage) and Kendra's ``DescribeDataSource``. In account scope every bucket of the
account is one of them, in the Region it lives in.
"""

from collections.abc import Iterator

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import bedrock_agent, kendra, naming, s3
from evaluators.derived.data import buckets
from evaluators.derived.data.buckets import Bucket, Use
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (
    bedrock_agent.GET_DATA_SOURCE,
    bedrock_agent.GET_KNOWLEDGE_BASE,
    kendra.DESCRIBE_DATA_SOURCE,
    s3.LIST_BUCKETS,
    *buckets.READS,
)

_CONFIGURATION = "dataSource.dataSourceConfiguration"
_CONNECTOR = f"{_CONFIGURATION}.managedKnowledgeBaseConnectorConfiguration.connectorParameters"
_INTERMEDIATE = (
    "dataSource.vectorIngestionConfiguration.customTransformationConfiguration.intermediateStorage"
    ".s3Location.uri"
)
_SUPPLEMENTAL = tuple(
    f"knowledgeBase.knowledgeBaseConfiguration.{kind}KnowledgeBaseConfiguration"
    ".supplementalDataStorageConfiguration.storageLocations[].s3Location.uri"
    for kind in ("vector", "managed")
)


def rag_buckets(aws: View) -> Gathered[Bucket]:
    """Every bucket that retrieval in this Region reads from, each once.

    What cannot be read (a data source, a listing) is raised after the buckets that are known. A Region that does not
    offer Kendra or knowledge bases has no sources of that kind.
    """
    found = gather(
        surely(_sources(aws)), surely(_supplements(aws)), surely(_kendra(aws)), _account_scope(aws)
    )
    return Gathered(buckets.merged(aws, found.known), found.unseen)


def _prefixes(found: Iterator[object]) -> tuple[str, ...]:
    return tuple(str(prefix) for prefix in found) or ("",)


def _location(uri: object, what: str, call: Call) -> Iterator[tuple[str, Use]]:
    name = naming.bucket(str(uri))
    if name is not None:
        prefix = str(uri).removeprefix("s3://").partition("/")[2]
        yield name, Use(what, (prefix,), evidence=(call,))


def _sources(aws: View) -> Iterator[tuple[str, Use]]:
    for call, answer in aws.items_with_call(bedrock_agent.GET_DATA_SOURCE, ""):
        base, source = call.request.get("knowledgeBaseId", ""), call.request.get("dataSourceId", "")
        owner = f"data source {source} of knowledge base {base}"
        yield from _source(answer, owner, call)
        for uri in values(answer, _INTERMEDIATE):
            yield from _location(uri, f"intermediate storage of {owner}", call)


def _source(answer: Answer, owner: str, call: Call) -> Iterator[tuple[str, Use]]:
    what = f"source of {owner}"
    plain = first(answer, f"{_CONFIGURATION}.s3Configuration")
    if isinstance(plain, dict):
        name = naming.bucket(str(plain.get("bucketArn") or ""))
        if name is not None:
            prefixes = _prefixes(values(plain, "inclusionPrefixes[]"))
            yield name, Use(what, prefixes, str(plain.get("bucketOwnerAccountId") or ""), (call,))
    managed = first(answer, _CONNECTOR)
    if isinstance(managed, dict) and managed.get("type") == "S3":
        name = str(first(managed, "connectionConfiguration.bucketName") or "")
        if name:
            prefixes = _prefixes(values(managed, "filterConfiguration.inclusionPrefixes[]"))
            account = str(first(managed, "connectionConfiguration.bucketOwnerAccountId") or "")
            yield name, Use(what, prefixes, account, (call,))


def _supplements(aws: View) -> Iterator[tuple[str, Use]]:
    for call, answer in aws.items_with_call(bedrock_agent.GET_KNOWLEDGE_BASE, ""):
        what = f"supplemental storage of knowledge base {call.request.get('knowledgeBaseId', '')}"
        for path in _SUPPLEMENTAL:
            for uri in values(answer, path):
                yield from _location(uri, what, call)


def _kendra(aws: View) -> Iterator[tuple[str, Use]]:
    for call, answer in aws.items_with_call(kendra.DESCRIBE_DATA_SOURCE, ""):
        what = f"source of Kendra data source {call.request.get('Id', '')}"
        plain = first(answer, "Configuration.S3Configuration")
        if isinstance(plain, dict) and plain.get("BucketName"):
            prefixes = _prefixes(values(plain, "InclusionPrefixes[]"))
            yield str(plain["BucketName"]), Use(what, prefixes, evidence=(call,))
        template = first(answer, "Configuration.TemplateConfiguration.Template")
        if isinstance(template, dict):
            name = first(template, "connectionConfiguration.repositoryEndpointMetadata.BucketName")
            if name:
                inclusion = values(template, "additionalProperties.inclusionPrefixes[]")
                yield str(name), Use(what, _prefixes(inclusion), evidence=(call,))


def _account_scope(aws: View) -> Iterator[tuple[str, Use]]:
    """In account scope the buckets that live here, whatever names them."""
    if aws.scope != "account":
        return
    for call, item in aws.items_with_call(s3.LIST_BUCKETS):
        name = str(item.get("Name") or "")
        if not name:
            continue
        bucket = Bucket(name, buckets.bucket_arn(aws, name))
        at = item.get("BucketRegion")
        if not at:
            place = buckets.home(aws, bucket)
            at = None if place is None else place.region
        if at == aws.region:
            yield name, Use("in scope as a bucket of the account", owner=aws.account_id, evidence=(call,))
