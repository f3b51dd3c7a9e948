"""The KMS keys the workload rests on (Ruling 8): whatever its buckets, logs, agents, stores and topics name.

A key that AWS owns is never named, so it is never one of them. In account scope every customer key of the Region is.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from collectors import bedrock, bedrock_agent, kms, logs, naming, s3, secretsmanager, sns
from evaluators.derived.data import buckets, key_facts, rag, stores
from evaluators.derived.offered import surely
from evaluators.derived.watch import alarms, logging

T = TypeVar("T")
_MANAGED = (
    "knowledgeBase.knowledgeBaseConfiguration.managedKnowledgeBaseConfiguration"
    ".serverSideEncryptionConfiguration.kmsKeyArn"
)
_ANSWERS: tuple[tuple[Operation, str, str], ...] = (
    (bedrock.GET_GUARDRAIL, "kmsKeyArn", "guardrail {guardrailIdentifier}"),
    (bedrock.GET_CUSTOM_MODEL, "modelKmsKeyArn", "custom model {modelIdentifier}"),
    (bedrock.GET_IMPORTED_MODEL, "modelKmsKeyArn", "imported model {modelIdentifier}"),
    (bedrock_agent.GET_AGENT, "agent.customerEncryptionKeyArn", "agent {agentId}"),
    (bedrock_agent.GET_AGENT_VERSION, "agentVersion.customerEncryptionKeyArn", "agent {agentId}"),
    (bedrock_agent.GET_PROMPT, "customerEncryptionKeyArn", "prompt {promptIdentifier}"),
    (bedrock_agent.GET_FLOW, "customerEncryptionKeyArn", "flow {flowIdentifier}"),
    (bedrock_agent.GET_FLOW_VERSION, "customerEncryptionKeyArn", "flow {flowIdentifier}"),
    (
        bedrock_agent.GET_DATA_SOURCE,
        "dataSource.serverSideEncryptionConfiguration.kmsKeyArn",
        "data source {dataSourceId}",
    ),
    (
        bedrock_agent.GET_KNOWLEDGE_BASE,
        _MANAGED,
        "knowledge base {knowledgeBaseId}",
    ),
)
"""Operation whose answers name a key, where, and the thing in words."""

_STORE = "knowledgeBase.storageConfiguration"
_ENGINE = (
    "knowledgeBase.knowledgeBaseConfiguration.sqlKnowledgeBaseConfiguration.redshiftConfiguration"
    ".queryEngineConfiguration"
)
_BASE_SECRETS = (
    *(f"{_STORE}.{kind}.credentialsSecretArn" for kind in (
        "pineconeConfiguration", "redisEnterpriseCloudConfiguration", "rdsConfiguration", "mongoDbAtlasConfiguration",
    )),
    *(f"{_ENGINE}.{kind}.authConfiguration.usernamePasswordSecretArn" for kind in (
        "serverlessConfiguration", "provisionedConfiguration",
    )),
)  # fmt: skip
_SOURCE_SECRETS = tuple(
    f"dataSource.dataSourceConfiguration.{kind}Configuration.sourceConfiguration.credentialsSecretArn"
    for kind in ("confluence", "salesforce", "sharePoint")
)

READS: tuple[Operation, ...] = (
    *(operation for operation, _, _ in _ANSWERS),
    s3.GET_BUCKET_ENCRYPTION,
    secretsmanager.DESCRIBE_SECRET,
    sns.GET_TOPIC_ATTRIBUTES,
    kms.LIST_KEYS,
    *rag.READS,
    *logging.DESTINATION_READS,
    *stores.SETTING_READS,
    *alarms.LISTING_READS,
    *key_facts.READS,
)

BUCKET_KEY = "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID"


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key as something names it. region: where it must be asked for. listed: named by nothing but the key list."""

    ref: str
    region: str
    what: str
    evidence: tuple[Call, ...] = ()
    listed: bool = False


def keys_in_use(aws: View) -> Gathered[KeyUse]:
    """Every naming of a key in this Region, then what could not be read. The same key may be named many times.

    What a Region does not offer names no key there.
    """
    return gather(
        *(surely(_named(aws, *source)) for source in _ANSWERS), *(surely(make(aws)) for make in _PLACES)
    )


def _named(aws: View, operation: Operation, path: str, words: str) -> Iterator[KeyUse]:
    for call, answer in aws.items_with_call(operation, ""):
        for ref in values(answer, path):
            if ref:
                yield KeyUse(str(ref), call.region, words.format_map(call.request), (call,))


def _of_each(found: Gathered[T], make: Callable[[T], Iterable[KeyUse]]) -> Iterator[KeyUse]:
    """The keys of each thing; one that cannot be read does not silence the others."""
    made = gather(*(make(thing) for thing in found.known))
    yield from made.known
    unseen = found.unseen or made.unseen
    if unseen is not None:
        raise unseen


def _bucket_keys(aws: View) -> Iterator[KeyUse]:
    yield from _of_each(aws.derive(rag.rag_buckets), lambda bucket: _bucket_key(aws, bucket))


def _bucket_key(aws: View, bucket: buckets.Bucket) -> Iterator[KeyUse]:
    at = buckets.home(aws, bucket)
    answer = None if at is None else buckets.ask(at, bucket, s3.GET_BUCKET_ENCRYPTION)
    for ref in values(answer or {}, BUCKET_KEY):
        yield KeyUse(str(ref), aws.region if at is None else at.region, bucket.what, bucket.evidence)


def _log_keys(aws: View) -> Iterator[KeyUse]:
    found = aws.derive(logging.invocation_logging)
    yield from _of_each(Gathered(found.buckets), lambda bucket: _bucket_key(aws, bucket))


def _log_group_key(aws: View) -> Iterator[KeyUse]:
    group = aws.derive(logging.invocation_logging).group
    if group is None:
        return
    for call, found in aws.items_with_call(logs.DESCRIBE_LOG_GROUPS, logGroupNamePrefix=group.name):
        if found.get("logGroupName") == group.name and found.get("kmsKeyId"):
            yield KeyUse(str(found["kmsKeyId"]), aws.region, f"log group {group.name}", (call,))


def _store_keys(aws: View) -> Iterator[KeyUse]:
    yield from _of_each(aws.derive(stores.vector_stores), lambda store: _store_key(aws, store))


def _store_key(aws: View, store: stores.Store) -> Iterator[KeyUse]:
    region = naming.region(store.arn)
    if store.outside or region is None:
        return
    answer = stores.settings(aws, store) or {}
    for ref in _at(answer, *_STORE_KEYS):
        if naming.key(ref) is not None:
            yield KeyUse(ref, region, store.what, store.evidence)


def _at(answer: Answer, *paths: str) -> Iterator[str]:
    for path in paths:
        for value in values(answer, path):
            if value:
                yield str(value)


_STORE_KEYS = (
    "kmsKeyArn",
    "KmsKeyId",
    "kmsKeyIdentifier",
    "EncryptionAtRestOptions.KmsKeyId",
    "encryptionConfiguration.kmsKeyArn",
)


def _topic_keys(aws: View) -> Iterator[KeyUse]:
    yield from _of_each(alarms.topics(aws), lambda topic: _topic_key(aws, topic))


def _topic_key(aws: View, topic: str) -> Iterator[KeyUse]:
    region = naming.region(topic) or aws.region
    answer = aws.at(region).get(sns.GET_TOPIC_ATTRIBUTES, TopicArn=topic) or {}
    for ref in _at(answer, "Attributes.KmsMasterKeyId"):
        yield KeyUse(ref, region, f"topic {topic}")


def _secret_keys(aws: View) -> Iterator[KeyUse]:
    found = gather(
        _secrets(aws, bedrock_agent.GET_KNOWLEDGE_BASE, _BASE_SECRETS),
        _secrets(aws, bedrock_agent.GET_DATA_SOURCE, _SOURCE_SECRETS),
    )
    named = Gathered(dict.fromkeys(found.known), found.unseen)
    yield from _of_each(named, lambda secret: _secret_key(aws, secret))


def _secrets(aws: View, operation: Operation, paths: tuple[str, ...]) -> Iterator[str]:
    for answer in aws.items(operation, ""):
        yield from _at(answer, *paths)


def _secret_key(aws: View, secret: str) -> Iterator[KeyUse]:
    region = naming.region(secret) or aws.region
    answer = aws.at(region).get(secretsmanager.DESCRIBE_SECRET, SecretId=secret) or {}
    # A secret without a key of its own uses the one AWS manages for Secrets Manager.
    for ref in _at(answer, "KmsKeyId"):
        yield KeyUse(ref, region, f"secret {secret}")


def _every_key(aws: View) -> Iterator[KeyUse]:
    if aws.scope != "account":
        return
    for call, item in aws.items_with_call(kms.LIST_KEYS):
        ref = str(item.get("KeyArn") or item.get("KeyId") or "")
        if ref:
            yield KeyUse(ref, aws.region, "in scope as a key of the account", (call,), listed=True)


_PLACES: tuple[Callable[[View], Iterator[KeyUse]], ...] = (
    _bucket_keys,
    _log_keys,
    _log_group_key,
    _secret_keys,
    _store_keys,
    _topic_keys,
    _every_key,
)
