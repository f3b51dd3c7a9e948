"""Amazon SageMaker AI: models that the account hosts itself.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Operations_Amazon_SageMaker_Service.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("NextToken", "NextToken")

LIST_ENDPOINTS = Operation(
    "sagemaker", "ListEndpoints", "sagemaker:ListEndpoints", items="Endpoints", token=_PAGE
)

DESCRIBE_ENDPOINT = Operation(
    "sagemaker",
    "DescribeEndpoint",
    "sagemaker:DescribeEndpoint",
    each=(Each(LIST_ENDPOINTS, {"EndpointName": "EndpointName"}),),
)

DESCRIBE_ENDPOINT_CONFIG = Operation(
    "sagemaker",
    "DescribeEndpointConfig",
    "sagemaker:DescribeEndpointConfig",
    each=(Each(DESCRIBE_ENDPOINT, {"EndpointConfigName": "EndpointConfigName"}),),
)

LIST_INFERENCE_COMPONENTS = Operation(
    "sagemaker",
    "ListInferenceComponents",
    "sagemaker:ListInferenceComponents",
    items="InferenceComponents",
    token=_PAGE,
)

DESCRIBE_INFERENCE_COMPONENT = Operation(
    "sagemaker",
    "DescribeInferenceComponent",
    "sagemaker:DescribeInferenceComponent",
    each=(Each(LIST_INFERENCE_COMPONENTS, {"InferenceComponentName": "InferenceComponentName"}),),
    redact=(
        "Specification.Container.Environment{}",
        "Specifications[].Container.Environment{}",
    ),
)

DESCRIBE_MODEL = Operation(
    "sagemaker",
    "DescribeModel",
    "sagemaker:DescribeModel",
    each=(
        Each(DESCRIBE_ENDPOINT_CONFIG, {"ModelName": "ProductionVariants[].ModelName"}),
        Each(DESCRIBE_INFERENCE_COMPONENT, {"ModelName": "Specification.ModelName"}),
        Each(DESCRIBE_INFERENCE_COMPONENT, {"ModelName": "Specifications[].ModelName"}),
    ),
    redact=(
        "PrimaryContainer.Environment{}",
        "Containers[].Environment{}",
        "DeploymentRecommendation.RealTimeInferenceRecommendations[].Environment{}",
    ),
)

LIST_MODEL_CARDS = Operation(
    "sagemaker", "ListModelCards", "sagemaker:ListModelCards", items="ModelCardSummaries", token=_PAGE
)

LIST_TAGS = Operation(
    "sagemaker",
    "ListTags",
    "sagemaker:ListTags",
    items="Tags",
    token=_PAGE,
    each=(
        Each(LIST_ENDPOINTS, {"ResourceArn": "EndpointArn"}),
        Each(LIST_INFERENCE_COMPONENTS, {"ResourceArn": "InferenceComponentArn"}),
        Each(DESCRIBE_MODEL, {"ResourceArn": "ModelArn"}),
    ),
)
