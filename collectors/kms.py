"""AWS KMS: the keys that answers name, and in account scope every key of the Region.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import (
    bedrock,
    bedrock_agent,
    bedrock_agentcore_control,
    cloudtrail,
    logs,
    naming,
    neptune_graph,
    opensearch,
    opensearchserverless,
    rds,
    s3,
    s3vectors,
    secretsmanager,
    sns,
)

_PAGE = ("Marker", "NextMarker")

LIST_KEYS = Operation("kms", "ListKeys", "kms:ListKeys", items="Keys", token=_PAGE, more="Truncated")

_BUCKET_KEY = Bind(
    "ServerSideEncryptionConfiguration.Rules[].ApplyServerSideEncryptionByDefault.KMSMasterKeyID",
    via=naming.key,
)
_MANAGED_KEY = (
    "knowledgeBase.knowledgeBaseConfiguration.managedKnowledgeBaseConfiguration"
    ".serverSideEncryptionConfiguration.kmsKeyArn"
)

# Keys live in the Region of what they encrypt; a trail's key lives with its bucket, so its ARN decides.
DESCRIBE_KEY = Operation(
    "kms",
    "DescribeKey",
    "kms:DescribeKey",
    each=(
        Each(bedrock.GET_GUARDRAIL, {"KeyId": "kmsKeyArn"}),
        Each(bedrock.GET_CUSTOM_MODEL, {"KeyId": "modelKmsKeyArn"}),
        Each(bedrock.GET_IMPORTED_MODEL, {"KeyId": "modelKmsKeyArn"}),
        Each(bedrock.GET_AUTOMATED_REASONING_POLICY, {"KeyId": "kmsKeyArn"}),
        Each(bedrock_agent.GET_AGENT, {"KeyId": "agent.customerEncryptionKeyArn"}),
        Each(bedrock_agent.GET_AGENT_VERSION, {"KeyId": "agentVersion.customerEncryptionKeyArn"}),
        Each(bedrock_agent.GET_PROMPT, {"KeyId": "customerEncryptionKeyArn"}),
        Each(bedrock_agent.GET_FLOW, {"KeyId": "customerEncryptionKeyArn"}),
        Each(bedrock_agent.GET_FLOW_VERSION, {"KeyId": "customerEncryptionKeyArn"}),
        Each(bedrock_agent.GET_KNOWLEDGE_BASE, {"KeyId": _MANAGED_KEY}),
        Each(
            bedrock_agent.GET_DATA_SOURCE, {"KeyId": "dataSource.serverSideEncryptionConfiguration.kmsKeyArn"}
        ),
        Each(bedrock_agentcore_control.GET_GATEWAY, {"KeyId": "kmsKeyArn"}),
        Each(bedrock_agentcore_control.GET_MEMORY, {"KeyId": "memory.encryptionKeyArn"}),
        Each(bedrock_agentcore_control.GET_POLICY_ENGINE, {"KeyId": "encryptionKeyArn"}),
        Each(bedrock_agentcore_control.GET_TOKEN_VAULT, {"KeyId": "kmsConfiguration.kmsKeyArn"}),
        Each(logs.DESCRIBE_LOG_GROUPS, {"KeyId": "kmsKeyId"}),
        Each(s3.GET_BUCKET_ENCRYPTION, {"KeyId": _BUCKET_KEY}),
        Each(opensearchserverless.LIST_COLLECTIONS, {"KeyId": Bind("kmsKeyArn", via=naming.key)}),
        Each(opensearchserverless.BATCH_GET_COLLECTION, {"KeyId": Bind("kmsKeyArn", via=naming.key)}),
        Each(opensearchserverless.GET_SECURITY_POLICY, {"KeyId": "securityPolicyDetail.policy.KmsARN"}),
        Each(opensearch.DESCRIBE_DOMAIN, {"KeyId": "DomainStatus.EncryptionAtRestOptions.KmsKeyId"}),
        Each(rds.DESCRIBE_DB_CLUSTERS, {"KeyId": "KmsKeyId"}),
        Each(neptune_graph.GET_GRAPH, {"KeyId": Bind("kmsKeyIdentifier", via=naming.key)}),
        Each(s3vectors.GET_VECTOR_BUCKET, {"KeyId": "vectorBucket.encryptionConfiguration.kmsKeyArn"}),
        Each(s3vectors.GET_INDEX, {"KeyId": "index.encryptionConfiguration.kmsKeyArn"}),
        Each(secretsmanager.DESCRIBE_SECRET, {"KeyId": "KmsKeyId"}),
        Each(sns.GET_TOPIC_ATTRIBUTES, {"KeyId": "Attributes.KmsMasterKeyId"}),
        Each(cloudtrail.DESCRIBE_TRAILS, {"KeyId": "KmsKeyId"}, region=Bind("KmsKeyId", via=naming.region)),
        Each(LIST_KEYS, {"KeyId": "KeyArn"}, only="account"),
    ),
    absent=("NotFoundException",),
)

_ARN = "KeyMetadata.Arn"
_PRIMARY = "KeyMetadata.MultiRegionConfiguration.PrimaryKey"

# Keys that AWS manages rotate by themselves; asymmetric and HMAC keys answer that they cannot. A replica follows its
# primary, which is asked where it lives.
_ROTATING = (
    Each(
        DESCRIBE_KEY,
        {"KeyId": _ARN},
        where={"KeyMetadata.KeyManager": ("CUSTOMER",)},
    ),
    Each(
        DESCRIBE_KEY,
        {"KeyId": f"{_PRIMARY}.Arn"},
        where={"KeyMetadata.MultiRegionConfiguration.MultiRegionKeyType": ("REPLICA",)},
        region=f"{_PRIMARY}.Region",
    ),
)

GET_KEY_ROTATION_STATUS = Operation(
    "kms",
    "GetKeyRotationStatus",
    "kms:GetKeyRotationStatus",
    each=_ROTATING,
    # The answer for a key that cannot rotate.
    absent=("UnsupportedOperationException",),
)

LIST_KEY_ROTATIONS = Operation(
    "kms",
    "ListKeyRotations",
    "kms:ListKeyRotations",
    items="Rotations",
    token=_PAGE,
    more="Truncated",
    each=_ROTATING,
    absent=("UnsupportedOperationException",),
)

_CUSTOMER = (Each(DESCRIBE_KEY, {"KeyId": _ARN}, where={"KeyMetadata.KeyManager": ("CUSTOMER",)}),)

GET_KEY_POLICY = Operation(
    "kms", "GetKeyPolicy", "kms:GetKeyPolicy", params={"PolicyName": "default"}, each=_CUSTOMER
)

LIST_GRANTS = Operation(
    "kms",
    "ListGrants",
    "kms:ListGrants",
    items="Grants",
    token=_PAGE,
    more="Truncated",
    each=_CUSTOMER,
)

# The keys of topics that EventBridge rules speak to.
DESCRIBE_KEY_RULES = Operation(
    "kms",
    "DescribeKey",
    "kms:DescribeKey",
    each=(Each(sns.GET_TOPIC_ATTRIBUTES_RULES, {"KeyId": "Attributes.KmsMasterKeyId"}),),
    absent=("NotFoundException",),
    variant="rules",
)

GET_KEY_POLICY_RULES = Operation(
    "kms",
    "GetKeyPolicy",
    "kms:GetKeyPolicy",
    params={"PolicyName": "default"},
    each=(Each(DESCRIBE_KEY_RULES, {"KeyId": _ARN}, where={"KeyMetadata.KeyManager": ("CUSTOMER",)}),),
    variant="rules",
)
