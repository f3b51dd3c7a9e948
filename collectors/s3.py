"""Amazon S3 buckets that hold retrieval data or invocation logs, each asked in its own Region.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
The permission each operation needs: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from assessor.model.operation import Bind, Each, Operation, Scope
from collectors import bedrock, bedrock_agent, kendra, naming

LIST_BUCKETS = Operation(
    "s3",
    "ListBuckets",
    "s3:ListAllMyBuckets",
    items="Buckets",
    token=("ContinuationToken", "ContinuationToken"),
    scope=Scope.GLOBAL,
)

_SOURCE = "dataSource.dataSourceConfiguration.s3Configuration.bucketArn"
_INTERMEDIATE = (
    "dataSource.vectorIngestionConfiguration.customTransformationConfiguration.intermediateStorage"
    ".s3Location.uri"
)
_SUPPLEMENTAL = "supplementalDataStorageConfiguration.storageLocations[].s3Location.uri"
_VECTOR = f"knowledgeBase.knowledgeBaseConfiguration.vectorKnowledgeBaseConfiguration.{_SUPPLEMENTAL}"
_MANAGED = f"knowledgeBase.knowledgeBaseConfiguration.managedKnowledgeBaseConfiguration.{_SUPPLEMENTAL}"
_CONNECTOR = (
    "dataSource.dataSourceConfiguration.managedKnowledgeBaseConnectorConfiguration.connectorParameters"
)
# The member's name in Kendra's own schema for S3 sources, which AWS keeps outside the API's model:
# https://docs.aws.amazon.com/kendra/latest/dg/ds-schemas.html
_TEMPLATE = "Configuration.TemplateConfiguration.Template.connectionConfiguration.repositoryEndpointMetadata.BucketName"
_LARGE = "loggingConfig.cloudWatchConfig.largeDataDeliveryS3Config.bucketName"

# The only S3 operation that one endpoint answers for every bucket; the others are asked where the bucket is.
GET_BUCKET_LOCATION = Operation(
    "s3",
    "GetBucketLocation",
    "s3:GetBucketLocation",
    each=(
        Each(bedrock_agent.GET_DATA_SOURCE, {"Bucket": Bind(_SOURCE, via=naming.bucket)}),
        Each(bedrock_agent.GET_DATA_SOURCE, {"Bucket": Bind(_INTERMEDIATE, via=naming.bucket)}),
        Each(bedrock_agent.GET_KNOWLEDGE_BASE, {"Bucket": Bind(_VECTOR, via=naming.bucket)}),
        Each(bedrock_agent.GET_KNOWLEDGE_BASE, {"Bucket": Bind(_MANAGED, via=naming.bucket)}),
        Each(
            bedrock_agent.GET_DATA_SOURCE,
            {"Bucket": f"{_CONNECTOR}.connectionConfiguration.bucketName"},
            where={f"{_CONNECTOR}.type": ("S3",)},
        ),
        Each(kendra.DESCRIBE_DATA_SOURCE, {"Bucket": "Configuration.S3Configuration.BucketName"}),
        Each(kendra.DESCRIBE_DATA_SOURCE, {"Bucket": _TEMPLATE}),
        Each(
            bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION,
            {"Bucket": "loggingConfig.s3Config.bucketName"},
        ),
        Each(bedrock.GET_MODEL_INVOCATION_LOGGING_CONFIGURATION, {"Bucket": _LARGE}),
        Each(LIST_BUCKETS, {"Bucket": "Name"}, only="account"),
    ),
    absent=("NoSuchBucket",),
    scope=Scope.GLOBAL,
)

# A bucket in us-east-1 has no LocationConstraint.
_EVERY_BUCKET = (
    Each(
        GET_BUCKET_LOCATION,
        {"Bucket": "$.Bucket"},
        items="",
        region=Bind("LocationConstraint", via=naming.bucket_region, default="us-east-1"),
    ),
)

# Every bucket has had default encryption since 2023; the code remains for what predates it.
GET_BUCKET_ENCRYPTION = Operation(
    "s3",
    "GetBucketEncryption",
    "s3:GetEncryptionConfiguration",
    each=_EVERY_BUCKET,
    absent=("ServerSideEncryptionConfigurationNotFoundError",),
)

GET_BUCKET_VERSIONING = Operation("s3", "GetBucketVersioning", "s3:GetBucketVersioning", each=_EVERY_BUCKET)

GET_BUCKET_POLICY = Operation(
    "s3", "GetBucketPolicy", "s3:GetBucketPolicy", each=_EVERY_BUCKET, absent=("NoSuchBucketPolicy",)
)

GET_BUCKET_POLICY_STATUS = Operation(
    "s3",
    "GetBucketPolicyStatus",
    "s3:GetBucketPolicyStatus",
    each=_EVERY_BUCKET,
    absent=("NoSuchBucketPolicy",),
)

GET_PUBLIC_ACCESS_BLOCK = Operation(
    "s3",
    "GetPublicAccessBlock",
    "s3:GetBucketPublicAccessBlock",
    each=_EVERY_BUCKET,
    absent=("NoSuchPublicAccessBlockConfiguration",),
)

GET_BUCKET_ACL = Operation(
    "s3",
    "GetBucketAcl",
    "s3:GetBucketAcl",
    each=_EVERY_BUCKET,
    redact=("Grants[].Grantee.EmailAddress",),
)

GET_BUCKET_OWNERSHIP_CONTROLS = Operation(
    "s3",
    "GetBucketOwnershipControls",
    "s3:GetBucketOwnershipControls",
    each=_EVERY_BUCKET,
    absent=("OwnershipControlsNotFoundError",),
)

GET_BUCKET_LIFECYCLE_CONFIGURATION = Operation(
    "s3",
    "GetBucketLifecycleConfiguration",
    "s3:GetLifecycleConfiguration",
    items="Rules",
    each=_EVERY_BUCKET,
    absent=("NoSuchLifecycleConfiguration",),
)

GET_OBJECT_LOCK_CONFIGURATION = Operation(
    "s3",
    "GetObjectLockConfiguration",
    "s3:GetBucketObjectLockConfiguration",
    each=_EVERY_BUCKET,
    absent=("ObjectLockConfigurationNotFoundError",),
)

GET_BUCKET_NOTIFICATION_CONFIGURATION = Operation(
    "s3", "GetBucketNotificationConfiguration", "s3:GetBucketNotification", each=_EVERY_BUCKET
)
