"""The principals of the account with the policies that bind them, built once for the graph and all controls.

Rests on ``GetAccountAuthorizationDetails``; what is decided with it is decided before any service control policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessor.iam.build import build_universe
from assessor.iam.universe import Universe
from assessor.model.operation import Operation
from assessor.model.reading import Call, Seen, Unseen, UnseenError
from assessor.model.view import View, unseen_error
from collectors import iam

READS: tuple[Operation, ...] = (iam.GET_ACCOUNT_AUTHORIZATION_DETAILS,)


@dataclass(frozen=True, slots=True)
class Identities:
    """The account's principals, as far as they are known.

    unseen: why the crawl is not complete, None when it is. What a known principal may do holds all the same, unless
    a document it depends on is missing: the universe says UNSUPPORTED then.
    """

    universe: Universe
    unseen: UnseenError | None
    evidence: Call


def identities(aws: View) -> Identities:
    """The account's principals; the crawl is added to the evidence of whoever asks."""
    found = aws.whole(_built)
    aws.trail.append(found.evidence)
    return found


def crawl(aws: View) -> Mapping[str, Any]:
    """IAM's own answer as far as it was read, for what the universe leaves out (instance profiles)."""
    reading = aws.read(iam.GET_ACCOUNT_AUTHORIZATION_DETAILS)
    match reading:
        case Seen(value):
            return value
        case Unseen(partial=partial) if partial is not None:
            return partial
        case _:
            return {}


def _built(aws: View) -> Identities:
    operation = iam.GET_ACCOUNT_AUTHORIZATION_DETAILS
    reading = aws.read(operation)
    call = aws.trail[-1]
    unseen = unseen_error(reading, operation, call) if isinstance(reading, Unseen) else None
    universe = build_universe(crawl(aws), account=aws.account_id, partition=aws.account.partition)
    return Identities(universe, unseen, call)
