"""The principals of the account: `evaluators.derived.universe` under the name that earlier controls know."""

from dataclasses import dataclass

from assessor.iam.universe import Universe
from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View
from evaluators.derived import universe

READS: tuple[Operation, ...] = universe.READS


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
    found = universe.estate(aws)
    return Identities(found.universe, found.unseen, found.evidence[0])
