"""One planned call as a task of the scheduler: requests page by page, until there is a reading.

The answer is redacted and made plain page by page, before anything of it is kept.
"""

import socket
import threading
from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from botocore import exceptions, xform_name
from botocore.parsers import ResponseParserError
from botocore.response import StreamingBody

from assessor.collecting.errors import NOT_ENABLED, is_throttle, is_transient, readable, reading_of_error
from assessor.collecting.paging import Pages, PagingError
from assessor.collecting.plain import NotPlainError, plain
from assessor.collecting.progress import Observer
from assessor.collecting.queue import Again, Finished, NextPage, Step, Task, Trouble
from assessor.collecting.redaction import redacted
from assessor.collecting.sessions import Clients, is_aws_host
from assessor.model.operation import Operation
from assessor.model.plan import Plan, Planned
from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, Why
from assessor.model.snapshot import Account


class Book:
    """The readings of a run, and the promise that no call is made twice. Safe to use from several threads."""

    def __init__(self, plan: Plan, observer: Observer) -> None:
        self.readings: dict[Call, Reading] = {}
        self.plan = plan
        self._observer = observer
        self._claimed: set[Call] = set()
        self._parents = {each.parent.id for operation in plan.operations for each in operation.each}
        self._lock = threading.Lock()
        self._telling = threading.Lock()

    def leads_on(self, operation: Operation) -> bool:
        """Whether further calls may follow from the operation's answer."""
        return operation.id in self._parents

    def first(self, reader: "Reader") -> tuple["CallTask", ...]:
        """The tasks to start an account with."""
        return self._tasks(self.plan.first(reader.account), reader)

    def keep(self, task: "CallTask", reading: Reading) -> tuple[Task, ...]:
        """Record the reading of a task; the tasks that follow from it.

        An answer that the plan cannot follow is unseen, lest calls that were never made pass for an empty listing.
        """
        followers: tuple[Planned, ...] = ()
        try:
            followers = tuple(self.plan.after(task.planned, reading, task.reader.account))
        except Exception as error:  # noqa: BLE001 - whatever an odd answer does to a declaration
            said = f"what follows from this answer could not be worked out ({type(error).__name__})"
            answer = reading.value if isinstance(reading, Seen) else getattr(reading, "partial", None)
            reading = Unseen(Why.ERROR, "NotFollowed", said, partial=answer)
        self.record(task.planned.call, reading)
        return self._tasks(followers, task.reader)

    def record(self, call: Call, reading: Reading) -> None:
        """Record the reading of a call."""
        self.readings[call] = reading
        with self._telling:
            self._observer.done(call, reading)

    def tell_throttled(self, call: Call) -> None:
        """AWS asked to slow down."""
        with self._telling:
            self._observer.throttled(call)

    def tell_planned(self, calls: int) -> None:
        """More calls are known to be needed."""
        with self._telling:
            self._observer.planned(calls)

    def _tasks(self, planned: Iterable[Planned], reader: "Reader") -> tuple["CallTask", ...]:
        """A task for each planned call that nobody has claimed yet."""
        followers = {one.call: one for one in planned}
        with self._lock:
            fresh = [one for call, one in followers.items() if call not in self._claimed]
            self._claimed.update(one.call for one in fresh)
        return tuple(CallTask(one, reader, self) for one in fresh)


@dataclass(frozen=True, slots=True)
class Reader:
    """An account with the clients that read it.

    home: the Region that answered who the caller is; there, "unknown credentials" does not mean "not enabled".
    identity: that answer; it is not asked for again.
    """

    account: Account
    clients: Clients
    home: str
    identity: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a request gave no answer."""

    code: str
    message: str = ""
    status: int = 0
    trouble: Trouble | None = None
    why: Why | None = None


class CallTask:
    """One call of the plan."""

    __slots__ = ("_book", "_last", "_pages", "planned", "reader")

    def __init__(self, planned: Planned, reader: Reader, book: Book) -> None:
        self.planned = planned
        self.reader = reader
        self._book = book
        self._pages = Pages(planned.operation)
        self._last: _Refusal | None = None

    @property
    def lane(self) -> Hashable:
        """AWS limits requests per account, Region and service."""
        return (self.planned.call.account, self.planned.endpoint_region, self.planned.operation.service)

    @property
    def urgent(self) -> bool:
        """Listings go before details: more may follow from them."""
        return self._book.leads_on(self.planned.operation) or self.planned.operation.token is not None

    def prepare(self) -> None:
        """Make the client, for whoever comes first: it takes longer than most requests, and is none of them."""
        if (self.planned.operation.service, self.planned.operation.name) != _WHO:
            with suppress(Exception):
                self.reader.clients.get(self.planned.operation.service, self.planned.endpoint_region)

    def send(self) -> "dict[str, Any] | _Refusal":
        """One request: a page that is plain and redacted, or why there is none."""
        operation = self.planned.operation
        if (operation.service, operation.name) == _WHO:
            return dict(self.reader.identity)
        try:
            client = self.reader.clients.get(operation.service, self.planned.endpoint_region)
            if operation.name not in client.meta.service_model.operation_names:
                return _Refusal("UnknownOperation", _TOO_OLD, why=Why.OPERATION_UNAVAILABLE)
            request = self.planned.call.request
            if self._pages.token is not None and operation.token is not None:
                request[operation.token[0]] = self._pages.token
            answer = getattr(client, xform_name(operation.name))(**request)
            answer.pop("ResponseMetadata", None)
            streams = [member for member in answer.values() if isinstance(member, StreamingBody)]
            try:
                page: dict[str, Any] = plain(redacted(answer, operation.redact))
            finally:
                for stream in streams:
                    stream.close()  # never read: what is declared secret need not even arrive
        except Exception as error:  # noqa: BLE001 - whatever an odd answer does to botocore is a reading, not an end
            return self._refusal(error)
        return page

    def take(self, outcome: object) -> Step:
        """A page or a refusal becomes a reading, another request, or another attempt."""
        if isinstance(outcome, _Refusal):
            self._last = outcome
            if outcome.trouble is None:
                return self._finish(self._unseen(outcome))
            if outcome.trouble is Trouble.THROTTLED:
                self._book.tell_throttled(self.planned.call)
            return Again(outcome.trouble)
        assert isinstance(outcome, dict)
        try:
            if self._pages.add(outcome):
                return NextPage()
        except PagingError as error:
            return self._finish(Unseen(Why.ERROR, error.code, str(error), partial=self._pages.merged))
        return self._finish(Seen(self._pages.merged or {}))

    def give_up(self, deadline: bool) -> tuple[Task, ...]:
        """The reading when nothing more is sent: not had in time, or what was wrong to the last."""
        if deadline:
            what = "the run's time was over before this listing was read to its end"
            if self._pages.merged is None:
                what = "the run's time was over before this call was answered"
            reading: Reading = Unseen(Why.TIMED_OUT, "Deadline", what, partial=self._pages.merged)
        else:
            assert self._last is not None
            reading = self._unseen(self._last)
        return self._book.keep(self, reading)

    def _finish(self, reading: Reading) -> Finished:
        return Finished(not isinstance(reading, Unseen), self._book.keep(self, reading))

    def _unseen(self, refusal: _Refusal) -> Reading:
        if refusal.why is not None:
            return Unseen(refusal.why, refusal.code, refusal.message, partial=self._pages.merged)
        reading = reading_of_error(self.planned.operation, refusal.code, refusal.message, refusal.status)
        if isinstance(reading, Absent):
            if self._pages.merged is None:
                return reading
            # The thing went away between two pages: what was read of it is no longer a whole.
            return Unseen(Why.ERROR, refusal.code, readable(refusal.message), partial=self._pages.merged)
        why = reading.why
        if refusal.code in NOT_ENABLED and self.planned.endpoint_region == self.reader.home:
            why = Why.ERROR  # these credentials are known here: the Region is not what is wrong
        return Unseen(why, reading.code, reading.message, reading.grant, self._pages.merged)

    def _refusal(self, error: Exception) -> _Refusal:
        match error:
            case exceptions.ClientError():
                return self._answered_error(error)
            case exceptions.UnknownServiceError() | exceptions.DataNotFoundError():
                return _Refusal("UnknownService", _TOO_OLD, why=Why.OPERATION_UNAVAILABLE)
            case exceptions.EndpointConnectionError() if self._not_offered(error):
                region = self.planned.endpoint_region
                said = f"{self.planned.operation.service} has no endpoint in {region}"
                return _Refusal("EndpointConnectionError", said, why=Why.UNSUPPORTED)
            case exceptions.SSLError():
                return _Refusal(type(error).__name__, readable(str(error)), why=Why.ERROR)
            case (
                exceptions.ConnectionError() | exceptions.HTTPClientError() | exceptions.IncompleteReadError()
            ):
                said = readable(str(error))
                return _Refusal(type(error).__name__, said, trouble=Trouble.TRANSIENT, why=Why.ERROR)
            case ResponseParserError():
                said = "the answer could not be parsed"
                return _Refusal("ResponseParserError", said, trouble=Trouble.TRANSIENT, why=Why.ERROR)
            case exceptions.BotoCoreError() | NotPlainError():
                return _Refusal(type(error).__name__, readable(str(error)), why=Why.ERROR)
            case _:
                # What an unforeseen error says may quote the answer, and with it a secret.
                said = "botocore could not make or read this call"
                return _Refusal(type(error).__name__, said, why=Why.ERROR)

    def _answered_error(self, error: exceptions.ClientError) -> _Refusal:
        said = error.response.get("Error", {})
        code, message = str(said.get("Code", "")), str(said.get("Message", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        operation = self.planned.operation
        if error.operation_name != operation.name:
            # Credentials are renewed while a call is made; a refusal of that is none of the call itself.
            what = f"the credentials could not be renewed ({error.operation_name}: {code})"
            return _Refusal("CredentialsNotRenewed", what, why=Why.ERROR)
        trouble = None
        if code not in operation.absent:
            if is_throttle(code, status, message):
                trouble = Trouble.THROTTLED
            elif is_transient(code, status):
                trouble = Trouble.TRANSIENT
        return _Refusal(code, message, status, trouble)

    def _not_offered(self, error: exceptions.EndpointConnectionError) -> bool:
        """Whether the endpoint's name does not exist, for a service not known to be in the Region."""
        if not _no_such_name(error) or not is_aws_host(str(error.kwargs.get("endpoint_url", ""))):
            return False
        offered = self.reader.clients.offers(self.planned.operation.service, self.planned.endpoint_region)
        return not offered


_WHO = ("sts", "GetCallerIdentity")
_TOO_OLD = "the installed botocore does not know this operation: upgrade it"


def _no_such_name(error: BaseException) -> bool:
    """Whether name resolution said "no such host" (and not "try again later")."""
    return any(
        isinstance(cause, socket.gaierror) and cause.errno in _NO_SUCH_HOST for cause in _causes(error)
    )


_NO_SUCH_HOST = {
    getattr(socket, name) for name in ("EAI_NONAME", "EAI_NODATA", "EAI_ADDRFAMILY") if hasattr(socket, name)
} | {11001, 11004}


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and everything it was raised from or wraps."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        wrapped = getattr(one, "kwargs", None)
        inner = wrapped.get("error") if isinstance(wrapped, dict) else None
        waiting += [one.__cause__, one.__context__, inner if isinstance(inner, BaseException) else None]


__all__ = ["Book", "CallTask", "Reader"]
