"""AWS Account Management: the account's Regions and the people AWS would write to.

https://docs.aws.amazon.com/accounts/latest/reference/API_Operations.html
"""

from assessor.model.operation import Operation, Scope

LIST_REGIONS = Operation(
    "account",
    "ListRegions",
    "account:ListRegions",
    items="Regions",
    token=("NextToken", "NextToken"),
    scope=Scope.GLOBAL,
)

# That a contact is named is the fact; who it is stays out of the record.
GET_ALTERNATE_CONTACT = Operation(
    "account",
    "GetAlternateContact",
    "account:GetAlternateContact",
    asks=(
        {"AlternateContactType": "SECURITY"},
        {"AlternateContactType": "OPERATIONS"},
        {"AlternateContactType": "BILLING"},
    ),
    absent=("ResourceNotFoundException",),
    redact=(
        "AlternateContact.Name",
        "AlternateContact.Title",
        "AlternateContact.EmailAddress",
        "AlternateContact.PhoneNumber",
    ),
    scope=Scope.GLOBAL,
)
