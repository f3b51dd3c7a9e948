"""Amazon EventBridge: buses, rules and what the rules call.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("NextToken", "NextToken")

LIST_EVENT_BUSES = Operation(
    "events", "ListEventBuses", "events:ListEventBuses", items="EventBuses", token=_PAGE
)

LIST_RULES = Operation(
    "events",
    "ListRules",
    "events:ListRules",
    items="Rules",
    token=_PAGE,
    each=(Each(LIST_EVENT_BUSES, {"EventBusName": "Name"}),),
)

# A target's fixed input is what it is called with: it may hold a prompt or a secret.
LIST_TARGETS_BY_RULE = Operation(
    "events",
    "ListTargetsByRule",
    "events:ListTargetsByRule",
    items="Targets",
    token=_PAGE,
    each=(Each(LIST_RULES, {"Rule": "Name", "EventBusName": "EventBusName"}),),
    absent=("ResourceNotFoundException",),
    redact=(
        "Targets[].Input",
        "Targets[].InputTransformer.InputTemplate",
        "Targets[].HttpParameters.HeaderParameters{}",
        "Targets[].HttpParameters.QueryStringParameters{}",
    ),
)
