"""What an error of AWS means: a fact (absent), or one of the reasons why the truth was not learned.

Errors are told apart by code, never by exception class: botocore models only some of them. The codes are those of
the services' API references and of https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html.
"""

import re

from assessor.model.operation import Operation
from assessor.model.reading import Absent, Unseen, Why

DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Client.UnauthorizedOperation",
        "ForbiddenException",
        "Forbidden",
        "403",
        "KMSAccessDeniedException",
        "NotAuthorized",
        "NotAuthorizedException",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
"""The caller's permissions do not allow the call: a grant would let us see."""

NOT_ENABLED = frozenset(
    {
        "AuthFailure",
        "InvalidClientTokenId",
        "OptInRequired",
        "RegionDisabledException",
        "SubscriptionRequiredException",
        "UnrecognizedClientException",
    }
)
"""The Region is not enabled for the account, or the account is not signed up for the service."""

UNSUPPORTED = frozenset(
    {
        "UnknownOperationException",
        "UnknownOperation",
        "UnsupportedOperation",
        "UnsupportedOperationException",
        "InvalidAction",
        "NotImplemented",
        "NotSupported",
    }
)
"""The service does not offer the operation in this Region."""

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException.Throttling",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
        "429",
    }
)
"""AWS asked for fewer requests."""

TRANSIENT = frozenset(
    {
        "500",
        "502",
        "503",
        "504",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServerException",
        "InternalServiceError",
        "InternalServiceException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "ServiceUnavailableError",
    }
)
"""The service stumbled; the same call may succeed a moment later."""

_GATE = re.compile(
    r"account is not authorized to (invoke|perform|use)|not allow-?listed|not whitelisted"
    r"|no longer (open|available) to new customers|not available (to|for) (new customers|your account)",
    re.IGNORECASE,
)
"""The account as a whole is kept out: no grant helps."""

_FACTS: dict[str, re.Pattern[str]] = {
    "macie2": re.compile(r"macie is not enabled", re.IGNORECASE),
}
"""Services that say "not switched on" with the code of a denial."""

_MESSAGE_LIMIT = 300


def reading_of_error(operation: Operation, code: str, message: str = "", status: int = 0) -> Absent | Unseen:
    """The reading that an error answer gives."""
    if code in operation.absent:
        return Absent(code)
    fact = _FACTS.get(operation.service)
    if fact is not None and fact.search(message):
        return Absent("NotEnabled")
    said = " ".join(message.split())[:_MESSAGE_LIMIT]
    if _GATE.search(message):
        return Unseen(Why.GATED, code, said)
    if code in NOT_ENABLED or code in UNSUPPORTED:
        return Unseen(Why.UNSUPPORTED, code, said)
    if code in DENIED or (status == 403 and code not in THROTTLED):
        return Unseen(Why.DENIED, code, said, " ".join(operation.actions))
    if is_throttle(code, status):
        return Unseen(Why.THROTTLED, code, said)
    return Unseen(Why.ERROR, code, said)


def is_throttle(code: str, status: int = 0) -> bool:
    """Whether AWS asked for fewer requests."""
    return code in THROTTLED or status == 429


def is_transient(code: str, status: int = 0) -> bool:
    """Whether the same call may succeed a moment later."""
    return code in TRANSIENT or (status >= 500 and code not in UNSUPPORTED and not is_throttle(code, status))
