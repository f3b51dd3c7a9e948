"""AWS Artifact: agreements the account has accepted. Answers for the account, in us-east-1.

https://docs.aws.amazon.com/artifact/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Operation, Scope

LIST_CUSTOMER_AGREEMENTS = Operation(
    "artifact",
    "ListCustomerAgreements",
    "artifact:ListCustomerAgreements",
    items="customerAgreements",
    token=("nextToken", "nextToken"),
    scope=Scope.GLOBAL,
)
