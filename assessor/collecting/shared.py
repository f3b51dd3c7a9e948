"""Clients that many accounts share: each thread signs with the credentials of the account it works for.

A client costs 5 ms and half a megabyte, a connection 40 ms of CPU. Nothing in either belongs to an account but the
signature, and botocore asks for credentials anew for each
(https://botocore.amazonaws.com/v1/documentation/api/latest/reference/credentials.html). So a hundred accounts are
read with the clients and connections of one.
"""

import threading
from typing import Any

import botocore.session
from botocore.credentials import Credentials, ReadOnlyCredentials

from assessor.collecting.sessions import Clients


class WhoeverAsks(Credentials):
    """Credentials that are, in each thread, those it was last given."""

    def __init__(self) -> None:
        super().__init__("", "", "")
        self._here = threading.local()

    def are(self, credentials: Any) -> None:
        """What this thread signs with from now on."""
        self._here.credentials = credentials

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        """What the next request of this thread is signed with; renewed before they expire."""
        frozen: ReadOnlyCredentials = self._here.credentials.get_frozen_credentials()
        return frozen


class OneAccounts(Clients):
    """The shared clients, as one account's: whoever takes one signs for that account."""

    def __init__(self, shared: Clients, whoever: WhoeverAsks, session: botocore.session.Session) -> None:
        self._shared = shared
        self._whoever = whoever
        self._credentials = session.get_credentials()

    def get(self, service: str, region: str) -> Any:
        """The client of a service in a Region, to be used at once and in this thread."""
        self._whoever.are(self._credentials)
        return self._shared.get(service, region)

    @property
    def plain(self) -> bool:
        """Whether every client made so far speaks HTTP without TLS."""
        return self._shared.plain

    def offers(self, service: str, region: str) -> bool | None:
        """Whether botocore's endpoint data lists the service in the Region."""
        return self._shared.offers(service, region)

    def close(self) -> None:
        """Nothing: others use the clients."""


__all__ = ["OneAccounts", "WhoeverAsks"]
