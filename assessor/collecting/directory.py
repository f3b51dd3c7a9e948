"""Which accounts an organization has.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html: answered in the management account
and in those it delegated to, at most 20 accounts a page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore import exceptions

from assessor.collecting.errors import readable
from assessor.collecting.identity import patiently
from assessor.collecting.many import Entry
from assessor.collecting.regions import HOME
from assessor.collecting.request import CannotStartError

ACTIVE = "ACTIVE"
LIST_ACCOUNTS = "organizations:ListAccounts"


@dataclass(frozen=True, slots=True)
class Listed:
    """One account of the organization. state: ACTIVE, SUSPENDED, PENDING_ACTIVATION, PENDING_CLOSURE or CLOSED."""

    account: str
    name: str
    state: str


def accounts(entry: Entry) -> tuple[Listed, ...]:
    """Every account, by id; those that are not active cannot be read. Raises `CannotStartError`."""
    client = entry.who.clients.get("organizations", HOME.get(entry.partition, entry.who.region))
    try:
        found = list(_pages(client))
    except exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code == "AWSOrganizationsNotInUseException":
            raise CannotStartError(
                f"Account {entry.account} belongs to no organization. Name the accounts with --accounts FILE."
            ) from error
        raise CannotStartError(
            f"The accounts of the organization could not be listed ({code}). The management account or a delegated "
            f"administrator may, with {LIST_ACCOUNTS}; or name the accounts with --accounts FILE."
        ) from error
    except exceptions.BotoCoreError as error:
        raise CannotStartError(
            f"The accounts of the organization could not be listed: {readable(str(error))}"
        ) from error
    return tuple(sorted(found, key=lambda one: one.account))


def _pages(client: Any) -> Iterator[Listed]:
    token = ""
    while True:
        answer = patiently(client.list_accounts, **({"NextToken": token} if token else {}))
        for one in answer.get("Accounts", ()):
            # `State` takes the place of `Status`, which AWS retires.
            state = one.get("State") or one.get("Status") or ""
            yield Listed(str(one["Id"]), str(one.get("Name", "")), str(state))
        following = answer.get("NextToken") or ""
        if not following or following == token:
            return
        token = following


__all__ = ["ACTIVE", "LIST_ACCOUNTS", "Listed", "accounts"]
