"""AWS Security Token Service: who is asking.

https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Operation, Scope

GET_CALLER_IDENTITY = Operation("sts", "GetCallerIdentity", "sts:GetCallerIdentity", scope=Scope.GLOBAL)
