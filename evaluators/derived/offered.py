"""Services that a Region does not offer: what cannot exist there is not unknown."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from assessor.model.reading import UnseenError, Why

T = TypeVar("T")

_NOT_THERE = frozenset(
    {
        "AuthFailure",
        "EndpointConnectionError",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "OptInRequired",
        "RegionDisabledException",
        "UnrecognizedClientException",
    }
)
"""Refusals for which a whole service, or Region, is the reason."""
_WITH_CLOUDFRONT = frozenset({"aws", "aws-cn"})


def offered(things: Iterable[T]) -> Iterator[T]:
    """The things, or none where the service that lists them is not offered in the Region.

    For controls that say so in a line of their own. Raises UnseenError for every other reason.
    """
    try:
        yield from things
    except UnseenError as error:
        if error.why is not Why.UNSUPPORTED:
            raise


def surely(things: Iterable[T]) -> Iterator[T]:
    """The things, or none where nothing of the service that lists them is offered in the Region.

    For what a verdict hangs on: where the service answers other calls, one operation that it refuses is a gap in what
    was seen, and no proof that there is nothing. Raises UnseenError.
    """
    try:
        yield from things
    except UnseenError as error:
        if error.why is not Why.UNSUPPORTED or error.offered:
            raise


def reached(things: Iterable[T]) -> Iterator[T]:
    """The things, or none where the service that lists them has no endpoint in the Region, or the Region is not enabled.

    A service that answers, if only that it does not know the operation, is there. Raises UnseenError.
    """
    try:
        yield from things
    except UnseenError as error:
        if error.why is not Why.UNSUPPORTED or error.offered or error.code not in _NOT_THERE:
            raise


def distributed(partition: str, things: Iterable[T]) -> Iterator[T]:
    """CloudFront's things, or none in a partition that has no CloudFront.

    Everywhere else a refusal of its one listing is a gap. Raises UnseenError.
    https://docs.aws.amazon.com/general/latest/gr/cf_region.html
    """
    yield from things if partition in _WITH_CLOUDFRONT else offered(things)
