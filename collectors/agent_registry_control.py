"""AWS Agent Registry: where agents and tools are listed and approved. The IAM prefix is ``agent-registry``.

https://docs.aws.amazon.com/agent-registry-control/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

LIST_REGISTRIES = Operation(
    "agent-registry-control",
    "ListRegistries",
    "agent-registry:ListRegistries",
    items="registries",
    token=("nextToken", "nextToken"),
)

GET_REGISTRY = Operation(
    "agent-registry-control",
    "GetRegistry",
    "agent-registry:GetRegistry",
    each=(Each(LIST_REGISTRIES, {"registryId": "registryId"}),),
)
