"""AWS Security Incident Response: memberships. That a team is named is the fact; who is in it stays out.

https://docs.aws.amazon.com/security-ir/latest/APIReference/API_Operations.html
"""

from assessor.model.operation import Each, Operation

_INACTIVE = ("SecurityIncidentResponseNotActiveException",)

LIST_MEMBERSHIPS = Operation(
    "security-ir",
    "ListMemberships",
    "security-ir:ListMemberships",
    items="items",
    token=("nextToken", "nextToken"),
    absent=_INACTIVE,
)

GET_MEMBERSHIP = Operation(
    "security-ir",
    "GetMembership",
    "security-ir:GetMembership",
    each=(Each(LIST_MEMBERSHIPS, {"membershipId": "membershipId"}),),
    absent=(*_INACTIVE, "ResourceNotFoundException"),
    redact=(
        "incidentResponseTeam[].name",
        "incidentResponseTeam[].jobTitle",
        "incidentResponseTeam[].email",
    ),
)
