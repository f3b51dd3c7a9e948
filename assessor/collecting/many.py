"""Many accounts under one scheduler, each handed over as soon as it is read.

Only so many accounts are open at a time, and a finished one is forgotten: memory does not grow with their number.
While one account's last answers come in, the others' requests keep the workers busy.
"""

import queue
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import botocore.session
from botocore import exceptions
from botocore.config import Config

from assessor import __version__
from assessor.collecting import regions
from assessor.collecting.calls import Book, CallTask, Reader
from assessor.collecting.identity import Identity, RoleRefusedError, advice, assume, sign_in
from assessor.collecting.progress import SILENT, Observer
from assessor.collecting.queue import Finished, Step, Task
from assessor.collecting.request import ALL_REGIONS, CannotStartError, CollectRequest, Target
from assessor.collecting.scheduler import PLAIN_CONNECTION, TLS_CONNECTION, Scheduler, Tally
from assessor.collecting.sessions import Clients, Sessions, client_config, default_region
from assessor.collecting.shared import OneAccounts, WhoeverAsks
from assessor.model.plan import Plan, closure
from assessor.model.reading import Call, Reading, Seen, Unseen, Why
from assessor.model.snapshot import GLOBAL, Account, Run, Snapshot

OPEN_ACCOUNTS = 8
"""Most accounts being read at once."""

ASSUME = "sts:AssumeRole"
_HANDED_OVER = OPEN_ACCOUNTS
"""Accounts that may wait to be taken; more of them hold up reading. Those that are read at once end together."""


@dataclass(frozen=True, slots=True)
class Member:
    """One account to read. ``role_arn`` empty: with the credentials at hand, which must belong to the account."""

    account: str
    role_arn: str = ""
    external_id: str = ""
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """What came of one account: its readings, and why it could not be entered ("" where it could)."""

    snapshot: Snapshot
    refused: str = ""
    complete: bool = True


Deliver = Callable[[ReadAccount], None]


@dataclass(frozen=True)
class Entry:
    """Who reads: signed in once, for all accounts.

    account and partition are the reader's own; ``regions`` what an account that cannot be entered is listed with.
    """

    who: Identity
    login: botocore.session.Session
    sessions: Sessions
    config: Config
    regions: tuple[str, ...]

    @property
    def account(self) -> str:
        """The reader's own account."""
        return self.who.account

    @property
    def partition(self) -> str:
        """The partition of all accounts: no role leads from one into another."""
        return self.who.partition


def enter(request: CollectRequest, sessions: Sessions | None = None) -> Entry:
    """Sign in with the request's own credentials. Raises `CannotStartError`.

    sessions: of an earlier run of the same process, which spares this one reading the services' models again.
    """
    sessions = sessions or Sessions(closure(request.operations))
    config = client_config(request.timeout)
    target = Target(request.profile, request.role_arn, request.external_id)
    try:
        login = sessions.login(target)
        home = default_region(login)
        named = tuple(dict.fromkeys(request.regions))
        every = ALL_REGIONS in named
        names = () if every else named or ((home,) if home else ())
        if not names and not every:
            raise CannotStartError(
                "No Region was named. Use --region NAME (or --region all), or set AWS_REGION, or give the profile a "
                "region."
            )
        regions.check(login, names)
        ask_in = home or (names[0] if names else regions.HOME["aws"])
        who = sign_in(sessions, login, target, ask_in, config, request.endpoint_url)
        if every:
            names = _enabled(who.clients, who.region)
        regions.check(login, names, who.partition)
    except exceptions.BotoCoreError as error:
        raise CannotStartError(advice(error, request.profile)) from error
    return Entry(who, login, sessions, config, names)


def _enabled(clients: Clients, region: str) -> tuple[str, ...]:
    try:
        return regions.enabled(clients.get("ec2", region))
    except (exceptions.ClientError, exceptions.BotoCoreError) as error:
        raise CannotStartError(
            "The enabled Regions could not be listed. Grant ec2:DescribeRegions, or name the Regions with --region."
        ) from error


def read_many(
    request: CollectRequest,
    members: Iterable[Member],
    deliver: Deliver,
    entry: Entry,
    observer: Observer = SILENT,
    *,
    open_accounts: int = OPEN_ACCOUNTS,
) -> Tally:
    """Read every member and deliver each once, in the order they are finished, from one thread of its own.

    An account that cannot be entered is delivered with its first calls denied; one that the deadline left no time for
    with its first calls TIMED_OUT. What ``deliver`` raises ends the run and is raised here.
    """
    begun = time.monotonic()
    hand_over = _HandOver(deliver)
    many = _Many(request, entry, deque(members), hand_over, _OneAtATime(observer))
    plain = many.shared.plain and entry.who.clients.plain
    scheduler = Scheduler(
        None if request.timeout is None else begun + request.timeout,
        most_workers=request.max_workers,
        connection_cost=PLAIN_CONNECTION if plain else TLS_CONNECTION,
        planned=many.observer.planned,
    )
    try:
        with hand_over:
            tally = scheduler.run([task for _ in range(open_accounts) for task in many.next()])
    finally:
        many.shared.close()
        entry.who.clients.close()
    observer.finished(not tally.skipped)
    return tally


class _HandOver:
    """A thread that takes finished accounts one by one; whoever finishes them waits when it falls behind."""

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._queue: queue.Queue[ReadAccount | None] = queue.Queue(_HANDED_OVER)
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="deliver", daemon=True)

    def put(self, one: ReadAccount) -> None:
        """Hand one over. Raises what delivering an earlier one raised."""
        self._raise()
        self._queue.put(one)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None and self._fault is None:
            return  # interrupted: what waits is left to the next run
        self._queue.put(None)
        self._thread.join()
        self._raise()

    def _raise(self) -> None:
        if self._fault is not None:
            raise self._fault

    def _work(self) -> None:
        while (one := self._queue.get()) is not None:
            if self._fault is None:
                try:
                    self._deliver(one)
                except BaseException as error:  # noqa: BLE001 - raised again where the run can end
                    self._fault = error


class _Many:
    """The accounts that wait, and what all of them share."""

    def __init__(
        self,
        request: CollectRequest,
        entry: Entry,
        waiting: deque[Member],
        hand_over: _HandOver,
        observer: Observer,
    ) -> None:
        self.request = request
        self.entry = entry
        self.observer = observer
        self.plan = Plan(request.operations, request.scope)
        self._waiting = waiting
        self._hand_over = hand_over
        self._lock = threading.Lock()
        now = request.assessed_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        ident = request.run_id or f"{now.replace('-', '').replace(':', '')}-{secrets.token_hex(4)}"
        self._run = Run(ident, now, __version__, (), request.scope)
        self.whoever = WhoeverAsks()
        wide = Config(max_pool_connections=request.max_workers)
        self.shared = Clients(
            entry.sessions.reading(entry.login, self.whoever), entry.config.merge(wide), request.endpoint_url
        )

    def next(self) -> Iterator["_Enter"]:
        """The next account's first task, if one waits."""
        with self._lock:
            member = self._waiting.popleft() if self._waiting else None
        if member is not None:
            yield _Enter(member, self)

    def regions_of(self, member: Member) -> tuple[str, ...]:
        """The Regions named for an account, where they need not be asked of it."""
        names = member.regions or self.request.regions
        return self.entry.regions if ALL_REGIONS in names or not names else tuple(dict.fromkeys(names))

    def done(self, book: "_AccountBook", refused: str = "") -> tuple[Task, ...]:
        """One account is read: hand it over, and go on with the next."""
        snapshot = Snapshot(replace(self._run, accounts=(book.account,)), book.readings)
        complete = not any(
            isinstance(reading, Unseen) and reading.why is Why.TIMED_OUT for reading in book.readings.values()
        )
        self._hand_over.put(ReadAccount(snapshot, refused, complete))
        return tuple(self.next())


class _AccountBook(Book):
    """One account's readings; knows when the last of them is in."""

    def __init__(self, many: _Many, account: Account) -> None:
        super().__init__(many.plan, many.observer)
        self.account = account
        self._many = many
        self._open = 0
        self._counting = threading.Lock()

    def first(self, reader: Reader) -> tuple[CallTask, ...]:
        """The tasks to start the account with."""
        tasks = super().first(reader)
        self._open = len(tasks)
        return tasks

    def keep(self, task: CallTask, reading: Reading) -> tuple[Task, ...]:
        """As ever; what follows from the account's last reading is the next account."""
        followers = super().keep(task, reading)
        with self._counting:
            self._open += len(followers) - 1
            last = not self._open
        return self._many.done(self) if last else followers


class _Enter:
    """Signing in to one account, as a task: its followers are the account's first calls."""

    urgent = True

    def __init__(self, member: Member, many: _Many) -> None:
        self._member = member
        self._many = many

    @property
    def lane(self) -> Hashable:
        """One quota of STS for all roles: it is the caller's."""
        return (self._many.entry.account, self._many.entry.who.region, "sts")

    def prepare(self) -> None:
        """Nothing: one client signs in to all accounts."""

    def send(self) -> object:
        """A reader of the account, or why there is none."""
        try:
            return self._reader()
        except CannotStartError as error:
            return error
        except (exceptions.BotoCoreError, exceptions.ClientError) as error:
            return CannotStartError(advice(error, ""))

    def take(self, outcome: object) -> Step:
        """The account's first calls; or all of them unanswered."""
        if isinstance(outcome, Reader):
            book = _AccountBook(self._many, outcome.account)
            tasks = book.first(outcome)
            self._tell(Seen({}))
            return Finished(answered=True, followers=tasks or self._many.done(book))
        assert isinstance(outcome, CannotStartError)
        said = str(outcome)
        reading: Reading = Unseen(Why.ERROR, "NotEntered", said)
        if isinstance(outcome, RoleRefusedError):
            denied = outcome.code in ("AccessDenied", "AccessDeniedException")
            reading = Unseen(
                Why.DENIED if denied else Why.ERROR, outcome.code, said, ASSUME if denied else ""
            )
        return Finished(answered=False, followers=self._unread(reading, said))

    def give_up(self, deadline: bool) -> tuple[Task, ...]:
        """No time left for this account."""
        del deadline  # signing in repeats itself, so only the deadline gives it up
        said = "the run's time was over before this account was read"
        return self._unread(Unseen(Why.TIMED_OUT, "Deadline", said), "")

    def _unread(self, reading: Reading, refused: str) -> tuple[Task, ...]:
        """Every first call of the account has the same reading."""
        member, many = self._member, self._many
        account = Account(member.account, many.regions_of(member), many.entry.partition, "")
        book = _AccountBook(many, account)
        for planned in many.plan.first(account):
            book.tell_planned(1)
            book.record(planned.call, reading)
        self._tell(reading)
        return many.done(book, refused)

    def _tell(self, reading: Reading) -> None:
        """Signing in was a planned call too."""
        self._many.observer.done(Call(self._member.account, GLOBAL, ASSUME), reading)

    def _reader(self) -> Reader:
        member, many = self._member, self._many
        entry = many.entry
        identity = entry.who

        def of_account(session: botocore.session.Session) -> Clients:
            return OneAccounts(many.shared, many.whoever, session)

        if member.role_arn:
            target = Target(
                many.request.profile, member.role_arn, member.external_id, session_name=_SESSION_NAME
            )
            identity = assume(entry.sessions, entry.login, entry.who, target, of_account)
        if identity.account != member.account:
            raise CannotStartError(
                f"The credentials for account {member.account} belong to account {identity.account}: name a role of "
                "that account."
            )
        clients = of_account(identity.session)
        names = member.regions or many.request.regions
        found = many.regions_of(member)
        if ALL_REGIONS in names:
            found = _enabled(clients, identity.region)
        account = Account(identity.account, found, identity.partition, identity.caller)
        return Reader(account, clients, identity.region, identity.answer)


_SESSION_NAME = "genai-readiness-assessor"


class _OneAtATime:
    """An observer that several accounts share: it is told one thing at a time."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._lock = threading.Lock()

    def planned(self, calls: int) -> None:
        with self._lock:
            self._observer.planned(calls)

    def done(self, call: Call, reading: Reading) -> None:
        with self._lock:
            self._observer.done(call, reading)

    def throttled(self, call: Call) -> None:
        with self._lock:
            self._observer.throttled(call)

    def finished(self, complete: bool) -> None:
        with self._lock:
            self._observer.finished(complete)


__all__ = ["ASSUME", "OPEN_ACCOUNTS", "Entry", "Member", "ReadAccount", "enter", "read_many"]
