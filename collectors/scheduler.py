"""Amazon EventBridge Scheduler: schedules, which start work without a caller.

https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Operation

LIST_SCHEDULES = Operation(
    "scheduler",
    "ListSchedules",
    "scheduler:ListSchedules",
    items="Schedules",
    token=("NextToken", "NextToken"),
)
