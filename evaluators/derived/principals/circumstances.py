"""The same principals in certain circumstances: ordinary requests, or requests with certain keys fixed.

An ordinary request is signed with the principal's own credentials and sent over TLS from the internet, today, without
a guardrail, second factor, VPC endpoint or tag. A condition that such a request meets restricts nothing
(``aws:SecureTransport``, an ``...IfExists`` on a key nobody sends); one that it fails does.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from assessor.iam.conditions import Missing, Values
from assessor.iam.holders import Principal
from assessor.iam.request import Context, Given
from assessor.iam.universe import Universe

# Of the organization and of the resource's owner the readings may know nothing; the request carries them all the same.
_STAYS_OPEN = ("aws:principalorg", "aws:resourceorg", "aws:resourceaccount", "aws:requestedregion")
_INTERNET = "198.51.100.9"


@dataclass(frozen=True)
class OrdinaryUniverse(Universe):
    """A universe in which every request is an ordinary one. ``moment`` is when it is made, ISO 8601 in UTC."""

    moment: str = ""
    epoch: str = ""

    def facts(self, principal: Principal) -> dict[str, Values | Missing]:
        """What the readings fix, and what an ordinary request carries."""
        known = super().facts(principal)
        known |= {
            "aws:securetransport": ("true",),
            "aws:sourceip": (_INTERNET,),
            "aws:currenttime": (self.moment,),
            "aws:epochtime": (self.epoch,),
            "aws:viaawsservice": ("false",),
            "aws:useragent": ("aws-cli/2",),
        }
        if principal.is_role:
            known |= {"aws:multifactorauthpresent": ("false",), "aws:tokenissuetime": (self.moment,)}
        return known

    def context(
        self, principal: Principal, action: str, resource: str = "*", given: Given | None = None
    ) -> Context:
        """The context of an ordinary request: keys nobody sends are absent."""
        known = super().context(principal, action, resource, given)

        def opened(key: str) -> bool:
            return key.startswith(_STAYS_OPEN) and known.opened(key)

        return Context(known.known, opened)


def ordinary(universe: Universe, now: datetime) -> OrdinaryUniverse:
    """The universe in ordinary circumstances at ``now``."""
    same = {one.name: getattr(universe, one.name) for one in fields(Universe)}
    return OrdinaryUniverse(
        **same, moment=now.strftime("%Y-%m-%dT%H:%M:%SZ"), epoch=str(int(now.timestamp()))
    )


@dataclass(frozen=True)
class PinnedUniverse(Universe):
    """A universe in which some keys are fixed in every request; ``pins`` are lower-cased keys with their values."""

    pins: tuple[tuple[str, Values | Missing], ...] = ()

    def facts(self, principal: Principal) -> dict[str, Values | Missing]:
        """What the readings fix, and the pins."""
        return {**super().facts(principal), **dict(self.pins)}


def pinned(universe: Universe, pins: Mapping[str, Values | Missing]) -> PinnedUniverse:
    """The universe with some keys fixed in every request, whoever makes it."""
    same = {one.name: getattr(universe, one.name) for one in fields(Universe)}
    return PinnedUniverse(**same, pins=tuple((key.lower(), value) for key, value in pins.items()))
