"""Facts from the items of listings, Region by Region. What a listing could not show is raised after what it did."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from assessor.attestations.facts import Fact
from assessor.model.operation import Operation, Scope
from assessor.model.path import first
from assessor.model.reading import Call, UnseenError
from assessor.model.view import View
from evaluators.derived.offered import offered

Take = Callable[[View, Call, Any], Iterable[Fact]]


def walk(*sources: tuple[Operation, str | None, Take]) -> Callable[[View], Iterator[Fact]]:
    """Facts of the items of some listings, in every Region; the first failure is raised after all that was seen."""

    def make(aws: View) -> Iterator[Fact]:
        unseen: UnseenError | None = None
        for operation, path, take in sources:
            places = [aws] if operation.scope is Scope.GLOBAL else list(aws.regions())
            for there in places:
                try:
                    for call, item in offered(there.items_with_call(operation, path)):
                        yield from take(there, call, item)
                except UnseenError as error:
                    unseen = unseen or error
        if unseen is not None:
            raise unseen

    return make


def both(*makes: Callable[[View], Iterator[Fact]]) -> Callable[[View], Iterator[Fact]]:
    """Facts of all these; the first failure is raised after all that was seen."""

    def make(aws: View) -> Iterator[Fact]:
        unseen: UnseenError | None = None
        for one in makes:
            try:
                yield from one(aws)
            except UnseenError as error:
                unseen = unseen or error
        if unseen is not None:
            raise unseen

    return make


def plain(*path: str) -> Take:
    """One fact an item: named by the first of the paths that it has, its being there is all there is to it."""

    def take(_: View, __: Call, item: Any) -> Iterator[Fact]:
        name = next((found for p in path if (found := first(item, p))), None)
        if name:
            yield str(name), True

    return take
