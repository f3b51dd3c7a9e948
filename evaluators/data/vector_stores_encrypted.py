"""GAI-5.05: Vector stores behind knowledge bases are encrypted at rest with a known key."""

from collections.abc import Callable, Iterator

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import Answer, View
from collectors import naming
from evaluators.derived.data import collection_keys, key_facts, stores
from evaluators.derived.data.stores import CLUSTER, DOMAIN, GRAPH, SERVERLESS, VECTORS, Store


def subjects(aws: View) -> Iterator[Subject]:
    """The vector stores of this Region's knowledge bases, each once."""
    found = aws.derive(stores.vector_stores)
    for store in found.known:
        region = naming.region(store.arn) or aws.region
        yield Subject(
            store.arn,
            store.resource,
            key=store.kind if store.outside else "",
            region=region,
            about={"store": store},
            evidence=store.evidence,
        )
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-5.05",
    slug="vector-stores-encrypted",
    item=Item.DATA,
    title="Vector stores behind knowledge bases are encrypted at rest with a known key",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::OpenSearchServerless::Collection",
    subjects=subjects,
    reads=[
        *stores.SETTING_READS,
        *key_facts.READS,
        *collection_keys.READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="No knowledge base of this Region has a vector store of its own (MANAGED, KENDRA and SQL have none).",
    why=(
        "Embeddings can be turned back into the text they were made of: whoever gets at the store or a copy of it has "
        "the corpus."
    ),
    remediation="Recreate the store with a key of your own: most stores cannot be re-encrypted in place.",
    fix_cli=(
        "aws s3vectors create-vector-bucket --vector-bucket-name $B --encryption-configuration "
        "sseType=aws:kms,kmsKeyArn=$K"
    ),
    answers=("S5.2",),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "owasp_llm_2025": ("LLM08",),
        "mitre_atlas": ("AML.M0012",),
        "iso_42001": ("A.7.2",),
        "prowler_aisf": ("AISF-INFRA-05", "AISF-AI-10"),
    },
    parameters=("require_cmk",),
    edge_cases=(
        'Serverless collections are always encrypted; kmsKeyArn "auto" means a key AWS owns.',
        "Where a collection does not tell its key, the encryption policy that fits its name best does.",
        "The encryption of an Aurora cluster cannot be switched on in place.",
        "An index of S3 Vectors may have encryption of its own, which counts before the bucket's.",
        "An OpenSearch domain must encrypt between its nodes and towards its clients too.",
        "Pinecone, Redis Enterprise Cloud and MongoDB Atlas answer to no AWS API (ATT-5.2).",
        "A Region that does not offer Bedrock has none of this: not applicable.",
    ),
)
def vector_stores_encrypted(subject: Subject, aws: View) -> Verdict:
    """Whether the store of a knowledge base is encrypted at rest, and with whose key.

    Passes when it is encrypted with a customer key: collection, vector index or bucket, graph, Aurora cluster, or a
    domain that also encrypts between nodes and enforces HTTPS. With require_cmk false a key of AWS passes.

    Fails at critical when data lies unencrypted, at high when a domain does not encrypt on the wire, at medium when
    the key is AWS's. Not assessed for stores outside AWS and for stores of another account. Not applicable when the
    store named does not exist.

    By hand:

        aws bedrock-agent get-knowledge-base --knowledge-base-id KB --query knowledgeBase.storageConfiguration
        aws opensearchserverless batch-get-collection --ids ID; aws s3vectors get-index --index-arn ARN
        aws rds describe-db-clusters --db-cluster-identifier ARN; aws opensearch describe-domain --domain-name NAME
        aws neptune-graph get-graph --graph-identifier ID
    """
    store = subject.about["store"]
    assert isinstance(store, Store)
    if store.outside:
        return not_assessed(
            Why.OUTSIDE_AWS,
            f"{store.what} lies outside AWS: its encryption is a question to its owner (ATT-5.2)",
        )
    judge = _JUDGES.get(store.kind)
    if judge is None:
        return not_assessed(Why.LINK_UNKNOWN, f"{store.what} is of a kind that this version does not know")
    if store.resource == "AWS::Bedrock::KnowledgeBase":
        return not_assessed(Why.LINK_UNKNOWN, f"Which {store.what} it is, AWS does not say")
    answer = stores.settings(aws, store)
    if answer is None:
        owner = naming.account(store.arn)
        if owner not in (None, aws.account_id):
            return not_assessed(
                Why.CROSS_ACCOUNT, f"{store.what} belongs to account {owner} and cannot be seen from here"
            )
        return not_applicable(f"There is no {store.what}: {store.arn} does not exist")
    return judge(aws.at(naming.region(store.arn) or aws.region), store, answer)


def _keyed(aws: View, what: str, ref: str, *notes: str) -> Verdict:
    """The verdict on a store that is encrypted; ``ref`` names its key, "" one that AWS owns."""
    require = aws.parameters.get("require_cmk")
    if not ref or naming.key(ref) is None:
        if require:
            return failed(f"{what} is encrypted with a key AWS owns", Severity.MEDIUM, *notes)
        return passed(f"{what} is encrypted with a key AWS owns; require_cmk is false", *notes)
    if not require:
        return passed(f"{what} is encrypted with key {ref}; require_cmk is false", *notes)
    if key_facts.aws_managed_alias(ref):
        return failed(f"{what} is encrypted with {ref}, which AWS manages", Severity.MEDIUM, *notes)
    key = key_facts.key_facts(aws, ref)
    if not key.exists:
        return failed(f"{what} names a key that does not exist: {ref}", Severity.MEDIUM, *notes)
    if not key.customer:
        return failed(f"{what} is encrypted with {key.arn}, which AWS manages", Severity.MEDIUM, *notes)
    caveat = (key.caveat,) if key.caveat else ()
    return passed(f"{what} is encrypted with customer key {key.arn}", *caveat, *notes)


def _collection(aws: View, store: Store, answer: Answer) -> Verdict:
    ref = str(answer.get("kmsKeyArn") or "")
    if not ref:
        name = str(answer.get("name") or "")
        if not name:
            return not_assessed(Why.LINK_UNKNOWN, f"AWS says neither key nor name of the {store.what}")
        ref = collection_keys.key_of_policy(aws, name)
    return _keyed(aws, store.what, ref)


def _vectors(aws: View, store: Store, answer: Answer) -> Verdict:
    settings = answer.get("encryptionConfiguration") or {}
    if settings.get("sseType") == "aws:kms" and settings.get("kmsKeyArn"):
        return _keyed(aws, store.what, str(settings["kmsKeyArn"]))
    # Without a choice S3 Vectors encrypts with keys of its own (AES256).
    return _keyed(aws, store.what, "")


def _cluster(aws: View, store: Store, answer: Answer) -> Verdict:
    kind = answer.get("StorageEncryptionType")
    if kind == "none" or (kind is None and not answer.get("StorageEncrypted")):
        return failed(f"{store.what} is not encrypted: StorageEncrypted is false", Severity.CRITICAL)
    return _keyed(aws, store.what, "" if kind == "sse-rds" else str(answer.get("KmsKeyId") or ""))


def _graph(aws: View, store: Store, answer: Answer) -> Verdict:
    return _keyed(aws, store.what, str(answer.get("kmsKeyIdentifier") or ""))


def _domain(aws: View, store: Store, answer: Answer) -> Verdict:
    # CreateDomain: encryption at rest, between nodes and towards clients are off unless asked for.
    at_rest = answer.get("EncryptionAtRestOptions") or {}
    if not at_rest.get("Enabled"):
        return failed(f"{store.what} is not encrypted at rest", Severity.CRITICAL)
    open_wires = [
        said
        for path, said in (
            ("NodeToNodeEncryptionOptions.Enabled", "between its nodes"),
            ("DomainEndpointOptions.EnforceHTTPS", "towards its clients"),
        )
        if not first(answer, path)
    ]
    if open_wires:
        return failed(f"{store.what} does not enforce encryption {' and '.join(open_wires)}")
    return _keyed(aws, store.what, str(at_rest.get("KmsKeyId") or ""))


_JUDGES: dict[str, Callable[[View, Store, Answer], Verdict]] = {
    SERVERLESS: _collection,
    VECTORS: _vectors,
    CLUSTER: _cluster,
    GRAPH: _graph,
    DOMAIN: _domain,
}
