"""What a control sees of the snapshot: one account, one Region, and a record of every call it looked at.

The accessor, not the author, turns Unseen into NOT_ASSESSED and keeps the evidence.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from assessor.model.operation import Operation, Scope
from assessor.model.parameters import Parameters
from assessor.model.path import values
from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, UnseenError, Why
from assessor.model.snapshot import GLOBAL, Account, Snapshot, call_of

T = TypeVar("T")
Answer = Mapping[str, Any]


class View:
    """Reads of one account and Region; ``trail`` lists the calls looked at, in order."""

    def __init__(
        self,
        snapshot: Snapshot,
        account: Account,
        region: str,
        parameters: Parameters | None = None,
        memo: dict[Any, Any] | None = None,
        trail: list[Call] | None = None,
    ) -> None:
        self.snapshot = snapshot
        self.account = account
        self.region = region
        self.parameters = parameters or Parameters()
        self._memo: dict[Any, Any] = {} if memo is None else memo
        self.trail: list[Call] = [] if trail is None else trail

    # -- where ---------------------------------------------------------------------------------
    @property
    def account_id(self) -> str:
        """Twelve digits."""
        return self.account.id

    @property
    def root_arn(self) -> str:
        """The account's own ARN, for rows about the account as a whole."""
        return f"arn:{self.account.partition}:iam::{self.account.id}:root"

    @property
    def now(self) -> datetime:
        """When the run was made: controls never read the clock."""
        return datetime.fromisoformat(self.snapshot.run.assessed_at)

    @property
    def scope(self) -> str:
        """``workload`` or ``account``: whether only what lies on a path to a model is judged."""
        return self.snapshot.run.scope

    def at(self, region: str) -> "View":
        """The same view in another Region, sharing the trail."""
        if region == self.region:
            return self
        return View(self.snapshot, self.account, region, self.parameters, self._memo, self.trail)

    def afresh(self) -> "View":
        """The same view with an empty trail: what one row looked at."""
        return View(self.snapshot, self.account, self.region, self.parameters, self._memo)

    def regions(self) -> Iterator["View"]:
        """A view for each Region in scope."""
        for region in self.account.regions:
            yield self.at(region)

    # -- reading -------------------------------------------------------------------------------
    def read(self, operation: Operation, **params: Any) -> Reading:
        """The reading of one call, recorded as evidence; never raises.

        An operation that is asked in a resource's own Region (a bucket, a key) is found wherever it was asked.
        """
        call = call_of(operation, self.account.id, self.region, params)
        if call not in self.snapshot.readings:
            elsewhere = self.snapshot.same_question(call)
            if elsewhere is not None:
                call = elsewhere
            else:
                unseen = self._parent_unseen(operation)
                if unseen is not None:
                    return unseen
        self.trail.append(call)
        return self.snapshot.reading(call)

    def region_of(self, operation: Operation, **params: Any) -> str:
        """The Region in which that question was asked (``global`` for global operations)."""
        call = call_of(operation, self.account.id, self.region, params)
        if call not in self.snapshot.readings:
            call = self.snapshot.same_question(call) or call
        return call.region

    def get(self, operation: Operation, **params: Any) -> Answer | None:
        """The answer, or None where AWS said the thing does not exist. Raises UnseenError."""
        reading = self.read(operation, **params)
        match reading:
            case Seen(value):
                return value
            case Absent():
                return None
            case Unseen():
                # The call looked at last: this one, or the parent's that left it unasked.
                raise self._failure(reading, operation, self.trail[-1])

    def items(self, operation: Operation, path: str | None = None, **params: Any) -> Iterator[Any]:
        """The items of one listing, or of every call to it when no parameters are given.

        Yields what is known of a partly read listing first, then raises UnseenError(PARTIAL_PAGE);
        a listing that could not be read raises UnseenError.
        """
        for _, item in self.items_with_call(operation, path, **params):
            yield item

    def items_with_call(
        self, operation: Operation, path: str | None = None, **params: Any
    ) -> Iterator[tuple[Call, Any]]:
        """As `items`, with the call each item came from (its request names the parent)."""
        where = (operation.items if path is None else path) or ""
        calls = self._calls(operation, params)
        failure: UnseenError | None = None
        for call in calls:
            self.trail.append(call)
            reading = self.snapshot.reading(call)
            match reading:
                case Seen(value):
                    for item in values(value, f"{where}[]" if where else ""):
                        yield call, item
                case Absent():
                    continue
                case Unseen(partial=partial):
                    if partial is not None:
                        for item in values(partial, f"{where}[]" if where else ""):
                            yield call, item
                    failure = failure or self._failure(reading, operation, call)
        if failure is not None:
            raise failure
        blocked = None if params else self._parent_unseen(operation)
        if blocked is not None:
            raise self._failure(blocked, operation, self.trail[-1])

    def _failure(self, reading: Unseen, operation: Operation, call: Call) -> UnseenError:
        error = unseen_error(reading, operation, call)
        error.offered = self.snapshot.answers(call)
        error.code = reading.code
        return error

    def _calls(self, operation: Operation, params: Mapping[str, Any]) -> list[Call]:
        if params:
            return [call_of(operation, self.account.id, self.region, params)]
        calls = self.snapshot.calls(operation, self.account.id, self.region)
        if not calls and not operation.each:
            if operation.asks:
                return [call_of(operation, self.account.id, self.region, ask) for ask in operation.asks]
            return [call_of(operation, self.account.id, self.region, {})]
        return calls

    def _parent_unseen(self, operation: Operation) -> Unseen | None:
        """Why calls that hang on a parent's answer were not made: the first parent that was not fully seen."""
        for each in operation.each:
            parent = each.parent
            calls = self.snapshot.calls(parent, self.account.id, self.region)
            if not calls and not parent.each:
                calls = [call_of(parent, self.account.id, self.region, a) for a in parent.asks or ({},)]
            for call in calls:
                reading = self.snapshot.reading(call)
                if isinstance(reading, Unseen):
                    self.trail.append(call)
                    return reading
            above = self._parent_unseen(parent)
            if above is not None:
                return above
        return None

    # -- derived -------------------------------------------------------------------------------
    def derive(self, make: "Callable[[View], T]") -> T:
        """``make(self)`` once per account and Region, with its evidence (and its UnseenError) replayed."""
        key = (make.__module__, make.__qualname__, self.account.id, self.region)
        if key not in self._memo:
            inner = View(self.snapshot, self.account, self.region, self.parameters, self._memo)
            try:
                outcome: tuple[Any, UnseenError | None] = (make(inner), None)
            except UnseenError as error:
                outcome = (None, error)
            self._memo[key] = (*outcome, list(dict.fromkeys(inner.trail)))
        value, failure, calls = self._memo[key]
        self.trail.extend(calls)
        if failure is not None:
            raise failure
        return value  # type: ignore[no-any-return]

    def whole(self, make: "Callable[[View], T]") -> T:
        """``make`` once for the whole account, without replaying its evidence.

        For structures that keep the evidence of each of their parts: what a row rests on is then that part's
        calls, which the control adds to ``trail`` itself. ``make`` must not let an UnseenError escape.
        """
        key = (make.__module__, make.__qualname__, self.account.id)
        if key not in self._memo:
            region = self.account.regions[0] if self.account.regions else self.region
            self._memo[key] = make(View(self.snapshot, self.account, region, self.parameters, self._memo))
        return self._memo[key]  # type: ignore[no-any-return]


def unseen_error(reading: Unseen, operation: Operation, call: Call | None) -> UnseenError:
    """The exception for a reading that could not be had; a broken-off listing is a PARTIAL_PAGE."""
    why = Why.PARTIAL_PAGE if reading.partial is not None and reading.why is not Why.DENIED else reading.why
    said = reading.message or reading.code
    where = f" in {call.region}" if call is not None else ""
    asked = operation if call is None else call  # where a parent was not seen, the call is the parent's
    detail = f"{asked.service}:{asked.name}{where} could not be read ({reading.code or reading.why.value})"
    if said and said != reading.code:
        detail += f": {said}"
    return UnseenError(why, detail, reading.grant, call)


class Gathered(list[T]):
    """Things found over several sources, with the first failure among the sources kept, not thrown away."""

    def __init__(self, found: Iterable[T] = (), unseen: UnseenError | None = None) -> None:
        super().__init__(found)
        self.unseen = unseen

    def __iter__(self) -> Iterator[T]:
        """Every thing found; then the failure, so that nobody takes the known part for the whole."""
        yield from super().__iter__()
        if self.unseen is not None:
            raise self.unseen

    @property
    def known(self) -> list[T]:
        """What was found, whether or not every source could be read."""
        return [self[i] for i in range(len(self))]


def gather(*sources: Iterable[T]) -> "Gathered[T]":
    """Everything the sources yield. A source that cannot be read does not silence the others."""
    found: list[T] = []
    unseen: UnseenError | None = None
    for source in sources:
        try:
            for thing in source:
                found.append(thing)  # noqa: PERF402 - what came before a failure must be kept
        except UnseenError as error:
            unseen = unseen or error
    return Gathered(found, unseen)


__all__ = ["GLOBAL", "Answer", "Gathered", "Scope", "View", "gather", "unseen_error"]
