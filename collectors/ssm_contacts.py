"""AWS Systems Manager Incident Manager contacts: that somebody is called, not who.

https://docs.aws.amazon.com/incident-manager/latest/APIReference/API_Operations_AWS_Systems_Manager_Incident_Manager_Contacts.html
"""

from assessor.model.operation import Each, Operation

_PAGE = ("NextToken", "NextToken")

LIST_CONTACTS = Operation(
    "ssm-contacts",
    "ListContacts",
    "ssm-contacts:ListContacts",
    items="Contacts",
    token=_PAGE,
    redact=("Contacts[].DisplayName",),
)

GET_CONTACT = Operation(
    "ssm-contacts",
    "GetContact",
    "ssm-contacts:GetContact",
    each=(Each(LIST_CONTACTS, {"ContactId": "ContactArn"}),),
    absent=("ResourceNotFoundException",),
    redact=("DisplayName",),
)

LIST_CONTACT_CHANNELS = Operation(
    "ssm-contacts",
    "ListContactChannels",
    "ssm-contacts:ListContactChannels",
    items="ContactChannels",
    token=_PAGE,
    # Channels belong to people; plans and rotations have none.
    each=(Each(LIST_CONTACTS, {"ContactId": "ContactArn"}, where={"Type": ("PERSONAL",)}),),
    absent=("ResourceNotFoundException",),
    redact=("ContactChannels[].Name", "ContactChannels[].DeliveryAddress.SimpleAddress"),
)
