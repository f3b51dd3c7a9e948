"""Faults on purpose: denials, gates, throttles, latency and any other error, per operation.

Patterns are IAM-style, over botocore's names: ``bedrock:GetGuardrail``, ``s3:Get*``, ``*``. What follows ``@``
narrows one to a place: a Region, an account, or both (``@eu-west-1``, ``@444455556666``, ``@444455556666/eu-west-1``).
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from assessor.demo import models

_GATED = "Your account is not authorized to invoke this API operation."
_THROTTLES: Mapping[str, tuple[str, int]] = {
    "json": ("ThrottlingException", 400),
    "rest-json": ("ThrottlingException", 429),
    "query": ("Throttling", 400),
    "ec2": ("RequestLimitExceeded", 503),
    "rest-xml": ("Throttling", 400),
    models.CBOR: ("ThrottlingException", 429),
}
_THROTTLES_OF_SERVICE: Mapping[str, tuple[str, int]] = {
    "s3": ("SlowDown", 503),
    "s3control": ("SlowDown", 503),
    "cloudwatch": ("Throttling", 400),
    "lambda": ("TooManyRequestsException", 429),
    "apigateway": ("TooManyRequestsException", 429),
    "apigatewayv2": ("TooManyRequestsException", 429),
    "organizations": ("TooManyRequestsException", 400),
    "cognito-idp": ("TooManyRequestsException", 400),
    "cognito-identity": ("TooManyRequestsException", 400),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """An error to answer with."""

    code: str
    status: int
    message: str


def matches(pattern: str, service: str, operation: str, region: str, account: str = "") -> bool:
    """Whether a pattern names this operation in this place."""
    name, _, place = pattern.partition("@")
    if place and not any(fnmatchcase(here, place) for here in (region, account, f"{account}/{region}")):
        return False
    return fnmatchcase(f"{service}:{operation}", name)


def denied(service: str, operation: str, caller: str = "the caller") -> Fault:
    """The access-denied error in the words of the service."""
    message = f"User: {caller} is not authorized to perform: {service}:{operation}"
    protocol = models.protocol_of(service)
    if service == "sns":
        return Fault("AuthorizationError", 403, message)
    if protocol == "ec2":
        return Fault("UnauthorizedOperation", 403, "You are not authorized to perform this operation.")
    if protocol in ("query", "rest-xml") or models.query_compatible(service):
        return Fault("AccessDenied", 403, "Access Denied" if service == "s3" else message)
    # Clients classify by the code; the status is the one REST front ends use.
    return Fault("AccessDeniedException", 403, message)


def throttled(service: str) -> Fault:
    """The slow-down error in the words of the service."""
    code, status = _THROTTLES_OF_SERVICE.get(service) or _THROTTLES[models.protocol_of(service)]
    return Fault(code, status, "Rate exceeded")


class _Bucket:
    """A token bucket on the monotonic clock."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self.tokens, self.last = burst, time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self.tokens = min(self.burst, self.tokens + (now - self.last) * self.rate)
        self.last = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class Faults:
    """What goes wrong, and where.

    ``deny`` and ``gate`` are patterns, ``except_`` exempts from both. ``throttle`` maps a pattern to a probability
    (drawn from ``seed``) or to ``(rate per second, burst)``; a bucket is kept per account, Region and service.
    ``latency`` maps a pattern to seconds, ``errors`` to ``(code, status)``.
    """

    deny: Sequence[str] = ()
    except_: Sequence[str] = ()
    gate: Sequence[str] = ()
    throttle: Mapping[str, float | tuple[float, float]] = field(default_factory=dict)
    latency: Mapping[str, float] = field(default_factory=dict)
    errors: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    seed: int = 0

    def __post_init__(self) -> None:
        """Set up the random source and the buckets, shared by the server's threads."""
        self._random = random.Random(self.seed)
        self._buckets: dict[tuple[str, str, str, str], _Bucket] = {}
        self._lock = threading.Lock()

    def delay(self, service: str, operation: str, region: str, account: str = "") -> float:
        """Seconds to wait before answering: the longest that applies."""
        place = (service, operation, region, account)
        return max((wait for pattern, wait in self.latency.items() if matches(pattern, *place)), default=0.0)

    def fault(
        self, service: str, operation: str, region: str, account: str, caller: str = "the caller"
    ) -> Fault | None:
        """The error this request gets, or None. Throttling comes first, as it does at AWS's front door."""
        place = (service, operation, region, account)
        if self._throttled(service, operation, region, account):
            return throttled(service)
        for pattern, (code, status) in self.errors.items():
            if matches(pattern, *place):
                return Fault(code, status, f"{code} on purpose")
        if any(matches(pattern, *place) for pattern in self.except_):
            return None
        if any(matches(pattern, *place) for pattern in self.gate):
            # Which of the two codes a gated API uses differs by service; bedrock's planes answer with the first.
            if service.startswith("bedrock"):
                return Fault("ValidationException", 400, _GATED)
            return Fault("AccessDeniedException", 403, _GATED)
        if any(matches(pattern, *place) for pattern in self.deny):
            return denied(service, operation, caller)
        return None

    def _throttled(self, service: str, operation: str, region: str, account: str) -> bool:
        for pattern, limit in self.throttle.items():
            if not matches(pattern, service, operation, region, account):
                continue
            with self._lock:
                if isinstance(limit, tuple):
                    key = (pattern, account, region, service)
                    bucket = self._buckets.setdefault(key, _Bucket(*limit))
                    if not bucket.take():
                        return True
                elif self._random.random() < limit:
                    return True
        return False
