"""Amazon VPC Lattice: services and whether they ask who is calling.

https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

LIST_SERVICES = Operation(
    "vpc-lattice",
    "ListServices",
    "vpc-lattice:ListServices",
    items="items",
    token=("nextToken", "nextToken"),
)

GET_SERVICE = Operation(
    "vpc-lattice",
    "GetService",
    "vpc-lattice:GetService",
    each=(Each(LIST_SERVICES, {"serviceIdentifier": "arn"}),),
)

LIST_TARGET_GROUPS = Operation(
    "vpc-lattice",
    "ListTargetGroups",
    "vpc-lattice:ListTargetGroups",
    items="items",
    token=("nextToken", "nextToken"),
)

LIST_TARGETS = Operation(
    "vpc-lattice",
    "ListTargets",
    "vpc-lattice:ListTargets",
    items="items",
    token=("nextToken", "nextToken"),
    each=(Each(LIST_TARGET_GROUPS, {"targetGroupIdentifier": "arn"}),),
)
