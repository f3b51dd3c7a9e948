"""What a call gave: seen, absent or unseen - never an empty default.

The three kinds are types, so that code which forgets one of them does not type-check.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Why(StrEnum):
    """Why a truth could not be learned; the reason codes of NOT_ASSESSED."""

    DENIED = "DENIED"
    GATED = "GATED"
    UNSUPPORTED = "UNSUPPORTED"
    THROTTLED = "THROTTLED"
    TIMED_OUT = "TIMED_OUT"
    ERROR = "ERROR"
    OPERATION_UNAVAILABLE = "OPERATION_UNAVAILABLE"
    PARAMETER_MISSING = "PARAMETER_MISSING"
    LINK_UNKNOWN = "LINK_UNKNOWN"
    CROSS_ACCOUNT = "CROSS_ACCOUNT"
    PARTIAL_PAGE = "PARTIAL_PAGE"
    UNSUPPORTED_POLICY_CONSTRUCT = "UNSUPPORTED_POLICY_CONSTRUCT"
    ORG_LAYER_UNKNOWN = "ORG_LAYER_UNKNOWN"
    OUTSIDE_AWS = "OUTSIDE_AWS"


@dataclass(frozen=True, slots=True)
class Call:
    """One question put to AWS: the identity of a reading and the unit of evidence.

    ``region`` is the Region asked, or ``global`` for an operation that answers for the account.
    ``params`` is the canonical JSON of the request, page token and page size left out.
    """

    account: str
    region: str
    operation: str
    params: str = "{}"

    @property
    def request(self) -> dict[str, Any]:
        """The request members as a mapping."""
        parsed: dict[str, Any] = json.loads(self.params)
        return parsed

    @property
    def service(self) -> str:
        """botocore client name."""
        return self.operation.partition(":")[0]

    @property
    def name(self) -> str:
        """Operation name as AWS spells it."""
        return self.operation.partition(":")[2].partition("/")[0]


def canonical(params: Mapping[str, Any]) -> str:
    """Request members as JSON in one spelling only."""
    return json.dumps(params, sort_keys=True, separators=(",", ":"), default=str)


@dataclass(frozen=True, slots=True)
class Seen:
    """AWS answered. A listing holds every page, merged under its own member name."""

    value: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Absent:
    """AWS answered that the thing does not exist: a fact."""

    code: str


@dataclass(frozen=True, slots=True)
class Unseen:
    """The answer could not be had; nothing follows from it.

    ``grant`` names the IAM action(s) that would let us see (only for DENIED). ``partial`` keeps the pages
    read before a listing broke off.
    """

    why: Why
    code: str = ""
    message: str = ""
    grant: str = ""
    partial: Mapping[str, Any] | None = field(default=None, hash=False)


Reading = Seen | Absent | Unseen


class UnseenError(Exception):
    """Raised by a view when a control needs what could not be seen; the engine turns it into NOT_ASSESSED.

    ``offered``: the service answered other calls in that Region, so that it is there, whatever one operation says.
    ``code``: the error code of the call that failed, "" where none did.
    """

    offered = False
    code = ""

    def __init__(self, why: Why, detail: str = "", grant: str = "", call: Call | None = None) -> None:
        super().__init__(detail or why.value)
        self.why = why
        self.detail = detail
        self.grant = grant
        self.call = call
