"""Amazon S3 Vectors: vector buckets and indices that knowledge bases store vectors in.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_S3_Vectors.html
"""

from assessor.model.operation import Bind, Each, Operation
from collectors import bedrock_agent, naming

_STORE = "knowledgeBase.storageConfiguration.s3VectorsConfiguration"
_BUCKET = f"{_STORE}.vectorBucketArn"
_INDEX = f"{_STORE}.indexArn"
_GONE = ("NotFoundException",)

GET_INDEX = Operation(
    "s3vectors",
    "GetIndex",
    "s3vectors:GetIndex",
    each=(
        Each(
            bedrock_agent.GET_KNOWLEDGE_BASE,
            {"indexArn": _INDEX},
            region=Bind(_INDEX, via=naming.region),
        ),
        Each(
            bedrock_agent.GET_KNOWLEDGE_BASE,
            {"indexArn": Bind(template=f"{{{_BUCKET}}}/index/{{{_STORE}.indexName}}")},
            region=Bind(_BUCKET, via=naming.region),
        ),
    ),
    absent=_GONE,
)

# A knowledge base may name the index only; the bucket is the ARN in front of it.
_EVERY_BUCKET = (
    Each(
        bedrock_agent.GET_KNOWLEDGE_BASE,
        {"vectorBucketArn": _BUCKET},
        region=Bind(_BUCKET, via=naming.region),
    ),
    Each(
        bedrock_agent.GET_KNOWLEDGE_BASE,
        {"vectorBucketArn": Bind(_INDEX, via=naming.vector_bucket)},
        region=Bind(_INDEX, via=naming.region),
    ),
)

GET_VECTOR_BUCKET = Operation(
    "s3vectors", "GetVectorBucket", "s3vectors:GetVectorBucket", each=_EVERY_BUCKET, absent=_GONE
)

GET_VECTOR_BUCKET_POLICY = Operation(
    "s3vectors", "GetVectorBucketPolicy", "s3vectors:GetVectorBucketPolicy", each=_EVERY_BUCKET, absent=_GONE
)
