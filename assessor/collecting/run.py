"""A run: from a request to a snapshot."""

import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from botocore import exceptions
from botocore.config import Config

from assessor import __version__
from assessor.collecting import regions
from assessor.collecting.calls import Book, CallTask, Reader
from assessor.collecting.errors import readable
from assessor.collecting.identity import Identity, RoleRefusedError, advice, sign_in
from assessor.collecting.progress import SILENT, Observer
from assessor.collecting.request import ALL_REGIONS, CannotStartError, CollectRequest, Target
from assessor.collecting.scheduler import PLAIN_CONNECTION, TLS_CONNECTION, Scheduler, Tally
from assessor.collecting.sessions import Sessions, client_config, default_region
from assessor.model.plan import Plan
from assessor.model.reading import Unseen, Why
from assessor.model.snapshot import Account, Run, Snapshot


@dataclass(frozen=True, slots=True)
class _Refused:
    """An account whose role could not be assumed."""

    account: Account
    error: RoleRefusedError


def collect(request: CollectRequest, observer: Observer = SILENT) -> Snapshot:
    """Make every call the request needs, and return all readings.

    Raises `CannotStartError` when it cannot be said who is asking or which Regions to ask in; once the run has
    started, whatever goes wrong with a call is a reading. Among several accounts, one whose role cannot be assumed
    is in the snapshot with its calls denied. KeyboardInterrupt stops the workers and goes through.
    """
    return collect_with_tally(request, observer)[0]


def _observed(request: CollectRequest, snapshot: Snapshot) -> Snapshot:
    """The snapshot with the slow listings that were asked for, as far as they could be read in their time.

    Their quota is small (CloudTrail's: two requests a second in each Region), so one worker a Region asks for them.
    """
    regions = {name for account in snapshot.run.accounts for name in account.regions}
    further = replace(
        request,
        operations=request.observed,
        observed=(),
        timeout=request.observe_for,
        max_workers=max(1, len(regions)),
    )
    seen, _ = collect_with_tally(further)
    return Snapshot(snapshot.run, {**seen.readings, **snapshot.readings})


def collect_with_tally(request: CollectRequest, observer: Observer = SILENT) -> tuple[Snapshot, Tally]:
    """As `collect`, with what became of the planned calls and what they cost."""
    begun = time.monotonic()
    now = request.assessed_at or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    book = Book(Plan(request.operations, request.scope), observer)
    signed_in = list(_sign_in(request, Sessions(book.plan.operations)))
    readers = [one for one in signed_in if isinstance(one, Reader)]
    tasks: list[CallTask] = []
    denied = 0
    for one in signed_in:
        if isinstance(one, Reader):
            tasks += book.first(one)
        else:
            denied += _record(one, book)
    scheduler = Scheduler(
        None if request.timeout is None else begun + request.timeout,
        most_workers=request.max_workers,
        connection_cost=_connection_cost(readers),
        planned=book.tell_planned,
    )
    tally = scheduler.run(tasks)
    tally.planned += denied
    tally.failed += denied
    for reader in readers:
        reader.clients.close()
    run = Run(
        request.run_id or f"{now.replace('-', '').replace(':', '')}-{secrets.token_hex(4)}",
        now,
        __version__,
        tuple(one.account for one in signed_in),
        request.scope,
    )
    snapshot = Snapshot(run, book.readings)
    if request.observed:
        snapshot = _observed(request, snapshot)
    observer.finished(not tally.skipped)
    return snapshot, tally


def _record(refused: _Refused, book: Book) -> int:
    """Every first call of an account that cannot be entered is denied; how many."""
    count = 0
    for planned in book.plan.first(refused.account):
        book.tell_planned(1)
        reading = Unseen(Why.DENIED, refused.error.code, str(refused.error), "sts:AssumeRole")
        book.record(planned.call, reading)
        count += 1
    return count


def _connection_cost(readers: list[Reader]) -> float:
    plain = all(reader.clients.plain for reader in readers)
    return PLAIN_CONNECTION if readers and plain else TLS_CONNECTION


# -- who and where ---------------------------------------------------------------------------------------
def _sign_in(request: CollectRequest, sessions: Sessions) -> Iterator[Reader | _Refused]:
    config = client_config(request.timeout)
    for target in request.targets:
        try:
            yield _reader(sessions, target, request, config)
        except RoleRefusedError as error:
            if len(request.targets) == 1:
                raise
            names = target.regions or request.regions
            named = () if names == (ALL_REGIONS,) else tuple(dict.fromkeys(names))
            yield _Refused(Account(error.account, named, error.partition, ""), error)


def _reader(sessions: Sessions, target: Target, request: CollectRequest, config: Config) -> Reader:
    try:
        login = sessions.login(target)
    except exceptions.BotoCoreError as error:
        raise CannotStartError(advice(error, target.profile)) from error
    named = tuple(dict.fromkeys(target.regions or request.regions))
    every = ALL_REGIONS in named
    try:
        default = default_region(login)
        names = () if every else named or ((default,) if default else ())
        if not names and not every:
            raise CannotStartError(
                "No Region was named. Use --region NAME (or --region all), or set AWS_REGION, or give the profile a "
                "region."
            )
        regions.check(login, names)
    except exceptions.BotoCoreError as error:
        raise CannotStartError(advice(error, login.profile or "")) from error
    ask_in = default or (names[0] if names else regions.HOME["aws"])
    identity = sign_in(sessions, login, target, ask_in, config, request.endpoint_url)
    if every:
        names = _enabled(identity)
    regions.check(login, names, identity.partition)
    account = Account(identity.account, names, identity.partition, identity.caller)
    return Reader(account, identity.clients, identity.region, identity.answer)


def _enabled(identity: Identity) -> tuple[str, ...]:
    try:
        return regions.enabled(identity.clients.get("ec2", identity.region))
    except (exceptions.ClientError, exceptions.BotoCoreError) as error:
        raise CannotStartError(
            f"The enabled Regions could not be listed ({readable(str(error))}). Grant ec2:DescribeRegions, or name "
            "the Regions with --region."
        ) from error
