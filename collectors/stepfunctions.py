"""AWS Step Functions: state machines that call models. The IAM prefix is ``states``.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

LIST_STATE_MACHINES = Operation(
    "stepfunctions",
    "ListStateMachines",
    "states:ListStateMachines",
    items="stateMachines",
    token=("nextToken", "nextToken"),
)

# The definition stays readable: it says which model, function or agent is called. It may hold a literal secret.
DESCRIBE_STATE_MACHINE = Operation(
    "stepfunctions",
    "DescribeStateMachine",
    "states:DescribeStateMachine",
    each=(Each(LIST_STATE_MACHINES, {"stateMachineArn": "stateMachineArn"}),),
    absent=("StateMachineDoesNotExist",),
)
