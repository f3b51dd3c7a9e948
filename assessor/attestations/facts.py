"""Named facts of a snapshot that answers of people rest on, each as a short digest.

A fact set maps what a person would call the thing (a guardrail's ARN with its version) to a digest of what matters of
it, so that a stale answer can say what changed. Nothing of the account's texts is kept, only the digests.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View

Fact = tuple[str, Any]
Make = Callable[[View], Iterator[Fact]]

_DIGITS = 16


@dataclass(frozen=True, slots=True)
class FactSet:
    """One set of facts.

    what: one of its members in words (``guardrail version``). make: the facts of an account; it may yield some and
    then raise UnseenError. The same name twice is one fact with both values.
    """

    name: str
    what: str
    reads: tuple[Operation, ...]
    make: Make

    def of(self, aws: View) -> "Facts":
        """The facts of the view's account, as far as they could be seen."""
        looking = aws.afresh()
        found: dict[str, list[Any]] = {}
        unseen: UnseenError | None = None
        try:
            for name, value in self.make(looking):
                found.setdefault(name, []).append(value)
        except UnseenError as error:
            unseen = error
        digests = {name: digest(sorted(map(_plain, values))) for name, values in found.items()}
        return Facts(dict(sorted(digests.items())), unseen, tuple(dict.fromkeys(looking.trail)))


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found: name of the thing -> digest; ``unseen`` where more may be there that could not be read."""

    digests: Mapping[str, str]
    unseen: UnseenError | None = None
    evidence: tuple[Call, ...] = field(default=())


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def digest(value: Any) -> str:
    """The first digits of the SHA-256 of a value's JSON: enough to tell a change, nothing to guess a text from."""
    return hashlib.sha256(_plain(value).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]


def without(item: Mapping[str, Any], *left_out: str) -> dict[str, Any]:
    """A mapping without some members: those that change by themselves."""
    return {name: value for name, value in item.items() if name not in left_out}
