"""What an error of AWS means: a fact (absent), or one of the reasons why the truth was not learned.

Errors are told apart by code, never by exception class: botocore models only some of them. The codes are those of
the services' API references and of https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html.
"""

import re

from assessor.model.operation import Operation
from assessor.model.reading import Absent, Unseen, Why

DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "AccessDeniedFault",
        "AuthorizationError",
        "AuthorizationErrorException",
        "Forbidden",
        "ForbiddenException",
        "InsufficientPrivilegesException",
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
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "OptInRequired",
        "RegionDisabledException",
        "UnrecognizedClientException",
    }
)
"""The Region is not enabled for the account: its endpoints do not know credentials that are good elsewhere."""

UNSUPPORTED = frozenset(
    {
        "InvalidAction",
        "NotImplemented",
        "NotSupported",
        "UnknownOperation",
        "UnknownOperationException",
        "UnsupportedOperation",
        "UnsupportedOperationException",
    }
)
"""The service does not offer the operation in this Region."""

GATED = frozenset({"SubscriptionRequiredException"})
"""The account is not signed up for the service (a support plan, for instance): no grant helps."""

THROTTLED = frozenset(
    {
        "429",
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
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
    }
)
"""AWS asked for fewer requests; at least the codes botocore's standard retry mode takes for that."""

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
        "ServiceUnavailableError",
        "ServiceUnavailableException",
    }
)
"""The service stumbled; the same call may succeed a moment later."""

_UNSIGNED = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "RequestTimeTooSkewed",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
    }
)
"""Answered with status 403 too, but about the signature or the session: no IAM policy is behind them."""

_GATE = re.compile(
    r"account is not authorized to (invoke|perform|use)|account is not (on the )?allow-?list|not (allow|white)-?listed"
    r"|not authorized to invoke this API operation|(closed to|no longer (open|available) to) new customers"
    r"|not available (to|for) (new customers|your account)",
    re.IGNORECASE,
)
"""The account as a whole is kept out: no grant helps."""

_FACTS: dict[str, re.Pattern[str]] = {
    "auditmanager": re.compile(r"complete AWS Audit Manager setup", re.IGNORECASE),
    "macie2": re.compile(r"macie is not enabled", re.IGNORECASE),
    "securityhub": re.compile(r"not subscribed to AWS Security Hub", re.IGNORECASE),
    "ssm-contacts": re.compile(r"Account not found for the request", re.IGNORECASE),
}
"""Services that say "not switched on" with the code of a denial, or of a wrong request."""

_MESSAGE_LIMIT = 300
_SECRETS = (
    (re.compile(r"(Encoded authorization failure message:\s*)\S+", re.IGNORECASE), r"\1..."),
    (re.compile(r"\b(A[SK]IA)[A-Z0-9]{12,}\b"), r"\1..."),
    (re.compile(r"(X-Amz-(?:Security-Token|Signature|Credential)=)[^&\s]+", re.IGNORECASE), r"\1..."),
    (re.compile(r"((?:Secret|Token|Signature)\w*\s*[=:]\s*)[A-Za-z0-9/+=%]{20,}", re.IGNORECASE), r"\1..."),
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def reading_of_error(operation: Operation, code: str, message: str = "", status: int = 0) -> Absent | Unseen:
    """The reading that an error answer gives, once it is not going to be asked again.

    A denial stays a denial even where its code was declared to mean "absent": nothing follows from it.
    """
    said = readable(message)
    fact = _FACTS.get(operation.service)
    if fact is not None and fact.search(message):
        return Absent("NotEnabled")
    if code in GATED or _GATE.search(message):
        return Unseen(Why.GATED, code, said)
    if code in operation.absent and _bare(code) not in DENIED:
        return Absent(code)
    if is_throttle(code, status, message):
        return Unseen(Why.THROTTLED, code, said)
    if code in NOT_ENABLED or code in UNSUPPORTED:
        return Unseen(Why.UNSUPPORTED, code, said)
    if _bare(code) in DENIED or (status == 403 and code not in _UNSIGNED):
        return Unseen(Why.DENIED, code, said, " ".join(operation.actions))
    return Unseen(Why.ERROR, code, said)


def is_throttle(code: str, status: int = 0, message: str = "") -> bool:
    """Whether AWS asked for fewer requests."""
    return _bare(code) in THROTTLED or status == 429 or message.startswith("Rate exceeded")


def is_transient(code: str, status: int = 0) -> bool:
    """Whether the same call may succeed a moment later."""
    return code in TRANSIENT or (status >= 500 and code not in UNSUPPORTED and not is_throttle(code, status))


def readable(message: str) -> str:
    """A message of AWS in one line of at most 300 characters, without keys, tokens and control characters."""
    said = " ".join(_UNPRINTABLE.sub(" ", message[:4000]).split())
    if said[:14].lower().startswith(("<!doctype html", "<html")):
        return "a web page came instead of an answer of AWS: look at the proxy and the endpoint in between"
    for secret, instead in _SECRETS:
        said = secret.sub(instead, said)
    return said if len(said) <= _MESSAGE_LIMIT else said[: _MESSAGE_LIMIT - 3] + "..."


def _bare(code: str) -> str:
    return code.removeprefix("Client.")


__all__ = [
    "DENIED",
    "GATED",
    "NOT_ENABLED",
    "THROTTLED",
    "TRANSIENT",
    "UNSUPPORTED",
    "is_throttle",
    "is_transient",
    "readable",
    "reading_of_error",
]
