"""The vector stores behind knowledge bases: which there are and how each is encrypted.

Named by ``storageConfiguration`` of ``GetKnowledgeBase``. Knowledge bases of type MANAGED, KENDRA and SQL have none
of their own. Pinecone, Redis Enterprise Cloud and MongoDB Atlas lie outside AWS: no AWS API tells their settings.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import (
    bedrock_agent,
    naming,
    neptune_graph,
    opensearch,
    opensearchserverless,
    rds,
    s3vectors,
)
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (bedrock_agent.GET_KNOWLEDGE_BASE,)
SETTING_READS: tuple[Operation, ...] = (
    *READS,
    opensearchserverless.LIST_COLLECTIONS,
    opensearchserverless.BATCH_GET_COLLECTION,
    opensearch.DESCRIBE_DOMAIN,
    rds.DESCRIBE_DB_CLUSTERS,
    neptune_graph.GET_GRAPH,
    s3vectors.GET_VECTOR_BUCKET,
    s3vectors.GET_INDEX,
)

SERVERLESS = "OPENSEARCH_SERVERLESS"
DOMAIN = "OPENSEARCH_MANAGED_CLUSTER"
CLUSTER = "RDS"
GRAPH = "NEPTUNE_ANALYTICS"
VECTORS = "S3_VECTORS"
OUTSIDE = frozenset({"PINECONE", "REDIS_ENTERPRISE_CLOUD", "MONGO_DB_ATLAS"})
"""Store types that no AWS API describes."""

_NAMED: dict[str, tuple[str, str, str]] = {
    SERVERLESS: (
        "opensearchServerlessConfiguration",
        "collectionArn",
        "AWS::OpenSearchServerless::Collection",
    ),
    DOMAIN: ("opensearchManagedClusterConfiguration", "domainArn", "AWS::OpenSearchService::Domain"),
    CLUSTER: ("rdsConfiguration", "resourceArn", "AWS::RDS::DBCluster"),
    GRAPH: ("neptuneAnalyticsConfiguration", "graphArn", "AWS::NeptuneGraph::Graph"),
}


@dataclass(frozen=True, slots=True)
class Store:
    """One vector store and the knowledge bases on it.

    kind: the value of ``storageConfiguration.type``. arn: the store's; the knowledge base's where the store lies
    outside AWS or is not named. resource: CloudFormation type of what ``arn`` names.
    """

    kind: str
    arn: str
    resource: str
    bases: tuple[str, ...]
    evidence: tuple[Call, ...] = ()

    @property
    def outside(self) -> bool:
        """Whether no AWS API describes it."""
        return self.kind in OUTSIDE

    @property
    def what(self) -> str:
        """The store in words."""
        return f"{self.kind} store of knowledge base {', '.join(self.bases)}"


def vector_stores(aws: View) -> Gathered[Store]:
    """The vector stores of this Region's knowledge bases, each once; what cannot be read is raised after them.

    A Region that does not offer knowledge bases has none.
    """
    found = gather(surely(_stores(aws)))
    stores: dict[tuple[str, str], Store] = {}
    for store in found.known:
        same = (store.kind, store.arn)
        held = stores.get(same)
        stores[same] = (
            store
            if held is None
            else replace(
                held,
                bases=tuple(dict.fromkeys(held.bases + store.bases)),
                evidence=tuple(dict.fromkeys(held.evidence + store.evidence)),
            )
        )
    return Gathered(stores.values(), found.unseen)


def _stores(aws: View) -> Iterator[Store]:
    for call, answer in aws.items_with_call(bedrock_agent.GET_KNOWLEDGE_BASE, ""):
        base = answer.get("knowledgeBase") or {}
        storage = base.get("storageConfiguration")
        if isinstance(storage, dict) and storage.get("type"):
            yield _store(aws, str(call.request.get("knowledgeBaseId", "")), base, storage, call)


def _store(aws: View, base_id: str, base: Answer, storage: Answer, call: Call) -> Store:
    kind = str(storage["type"])
    arn, resource = "", ""
    if kind == VECTORS:
        named = storage.get("s3VectorsConfiguration") or {}
        bucket = str(named.get("vectorBucketArn") or "")
        arn = str(named.get("indexArn") or "")
        if not arn and bucket and named.get("indexName"):
            arn = f"{bucket}/index/{named['indexName']}"
        resource = "AWS::S3Vectors::Index" if arn else "AWS::S3Vectors::VectorBucket"
        arn = arn or bucket
    elif kind in _NAMED:
        member, name, resource = _NAMED[kind]
        arn = str((storage.get(member) or {}).get(name) or "")
    if not arn:
        resource = "AWS::Bedrock::KnowledgeBase"
        own = f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:knowledge-base/{base_id}"
        arn = str(base.get("knowledgeBaseArn") or own)
    return Store(kind, arn, resource, (base_id,), (call,))


def settings(aws: View, store: Store) -> Answer | None:
    """What AWS says of the store itself, in the words of its own service; None when it does not exist.

    Asked in the store's own Region. For S3 Vectors the settings are those of the index, with the bucket's encryption
    where the index has none of its own. Raises UnseenError.
    """
    at = aws.at(naming.region(store.arn) or aws.region)
    match store.kind:
        case "OPENSEARCH_SERVERLESS":
            return _collection(at, naming.last_name(store.arn) or "")
        case "OPENSEARCH_MANAGED_CLUSTER":
            answer = at.get(opensearch.DESCRIBE_DOMAIN, DomainName=naming.last_name(store.arn) or "")
            return None if answer is None else answer.get("DomainStatus") or {}
        case "RDS":
            return next(at.items(rds.DESCRIBE_DB_CLUSTERS, DBClusterIdentifier=store.arn), None)
        case "NEPTUNE_ANALYTICS":
            return at.get(neptune_graph.GET_GRAPH, graphIdentifier=naming.last_name(store.arn) or "")
        case "S3_VECTORS":
            return _index(at, store.arn)
        case _:
            return None


def _collection(aws: View, collection: str) -> Answer | None:
    listed = any(item.get("id") == collection for item in aws.items(opensearchserverless.LIST_COLLECTIONS))
    if not listed:
        return None
    return next(aws.items(opensearchserverless.BATCH_GET_COLLECTION, ids=[collection]), None)


def _index(aws: View, arn: str) -> Answer | None:
    bucket = arn
    if "/index/" in arn:
        bucket = arn.partition("/index/")[0]
        answer = aws.get(s3vectors.GET_INDEX, indexArn=arn)
        if answer is None:
            return None
        index = answer.get("index") or {}
        if index.get("encryptionConfiguration"):
            return dict(index)
    found = aws.get(s3vectors.GET_VECTOR_BUCKET, vectorBucketArn=bucket)
    return None if found is None else found.get("vectorBucket") or {}
