"""The shards of a run, account by account: their records, their rows, and rows for those that left none."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from assessor import __version__
from assessor.lambda_handler import conditions
from assessor.lambda_handler.settings import Settings
from assessor.lambda_handler.shards import ALL, Keys, Night, Shard
from assessor.lambda_handler.store import Store
from assessor.model.finding import Finding, finding_id
from assessor.model.reading import Why
from assessor.model.snapshot import GLOBAL, Account, Run
from assessor.model.verdict import Status
from assessor.organization import stored
from assessor.organization.parts import Conditions
from assessor.organization.unread import unread
from assessor.reports.report import make_report

AT_ONCE = 24
_AHEAD = 3
"""Accounts that are fetched while one is worked on."""

ASSESSED, FAILED, MISSING = "assessed", "failed", "missing"
HUB = ("hub_imported", "hub_archived", "hub_lost", "hub_error")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one shard. error: why it failed, or why its account could not be entered.

    hub: what its record says of Security Hub, where that was to be told.
    """

    shard: Shard
    status: str
    entered: bool
    complete: bool
    findings: int
    coverage: float | None
    seconds: float
    error: str
    calls: Mapping[str, Any] | None
    waived: int
    regions: tuple[str, ...]
    caller: str
    partition: str
    hub: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """One account: its rows in the order of the report, and what became of its shards."""

    account: Account
    rows: Sequence[Finding]
    outcomes: Sequence[Outcome]


def gather(
    store: Store, night: Night, given: Settings, shards: Sequence[Shard], whole: Conditions
) -> Iterator[Gathered]:
    """Every account of the plan, in its order; at most a few are in memory.

    A shard whose findings cannot be read counts as missing, whatever its record says.
    """
    accounts: dict[str, list[Shard]] = {}
    for shard in shards:
        accounts.setdefault(shard.account, []).append(shard)
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="gather") as pool:
        keys = Keys(given.prefix, night)
        waiting: list[tuple[str, list[Future[tuple[Outcome, list[Finding]]]]]] = []
        left = iter(accounts.items())
        while True:
            while len(waiting) <= _AHEAD and (following := next(left, None)) is not None:
                ident, own = following
                waiting.append((ident, [pool.submit(_fetch, store, keys, shard) for shard in own]))
            if not waiting:
                return
            ident, futures = waiting.pop(0)
            yield _gathered(ident, [future.result() for future in futures], night, given, whole)


def _fetch(store: Store, keys: Keys, shard: Shard) -> tuple[Outcome, list[Finding]]:
    """A shard's record and rows."""
    content = store.find(keys.record(shard))
    if content is None:
        return _lost(shard, "it left neither findings nor a record of its failure"), []
    record = stored.json_of(content)
    if record.get("status") != ASSESSED:
        return replace(_lost(shard, str(record.get("error", ""))), status=FAILED), []
    rows: list[Finding] = []
    for key in record["files"]:
        packed = store.find(str(key))
        if packed is None:
            return _lost(shard, "its findings are gone"), []
        rows += stored.read(io.BytesIO(packed))
    if len(rows) != record["findings"]:
        return _lost(shard, f"it recorded {record['findings']} findings and {len(rows)} are there"), []
    return (
        Outcome(
            shard,
            ASSESSED,
            bool(record["entered"]),
            bool(record["complete"]),
            len(rows),
            record["coverage"],
            float(record["seconds"]),
            str(record["error"]),
            record["calls"],
            int(record["waived"]),
            tuple(record["regions"]),
            str(record["caller"]),
            str(record["partition"]),
            {name: record[name] for name in HUB} if "hub_error" in record else None,
        ),
        rows,
    )


def _lost(shard: Shard, error: str) -> Outcome:
    return Outcome(shard, MISSING, False, False, 0, None, 0.0, error, None, 0, (), "", "aws")


def _gathered(
    ident: str,
    shards: Sequence[tuple[Outcome, list[Finding]]],
    night: Night,
    given: Settings,
    whole: Conditions,
) -> Gathered:
    found = merged(row for outcome, rows in shards if outcome.status == ASSESSED for row in rows)
    for outcome, _ in shards:
        if outcome.status != ASSESSED:
            for row in _rows_of_lost(outcome, night, given, whole):
                found.setdefault(row.finding_id, row)
    order = {one.id: number for number, one in enumerate(whole.controls)}
    order |= {one.id: len(order) + number for number, one in enumerate(whole.questions)}
    rows = sorted(found.values(), key=lambda row: order.get(row.control_id, len(order)))
    outcomes = [outcome for outcome, _ in shards]
    known = next((one for one in outcomes if one.status == ASSESSED), None)
    account = Account(
        ident,
        given.regions,
        known.partition if known else "aws",
        known.caller if known else "",
    )
    return Gathered(account, rows, outcomes)


def merged(rows: Iterable[Finding]) -> dict[str, Finding]:
    """The rows of an account's shards by their ids.

    What several Regions name (a CloudFront distribution, say) each of their shards has judged, seeing its own Region
    only: what one of them could decide counts, and a failure before all else. Where that leaves a Region without a row
    of the control, one says so.
    """
    found: dict[str, Finding] = {}
    yielded: list[Finding] = []
    for row in rows:
        other = found.setdefault(row.finding_id, row)
        if other is row:
            continue
        better, worse = (row, other) if _weight(row) > _weight(other) else (other, row)
        found[row.finding_id] = better
        if better.place != worse.place and _weight(better) > 0:
            yielded.append(worse)
    there = {(row.control_id, row.place) for row in found.values()}
    for row in yielded:
        if (row.control_id, row.place) not in there:
            none = _elsewhere(row)
            found[none.finding_id] = none
    return found


def _weight(row: Finding) -> int:
    if row.status in (Status.NOT_ASSESSED, Status.MANUAL):
        return 0
    return 2 if row.status is Status.FAIL else 1


def _elsewhere(row: Finding) -> Finding:
    partition = row.resource_arn.split(":")[1]
    root = f"arn:{partition}:iam::{row.account_id}:root"
    return replace(
        row,
        finding_id=finding_id(row.account_id, row.place, row.control_id, root, "none"),
        region=row.place,
        status=Status.NOT_APPLICABLE,
        reason="",
        resource_type="AWS::::Account",
        resource_arn=root,
        observed="What it asks about here is judged in another Region.",
        grant="",
        remediation="",
        waiver="",
        listing_unseen=False,
    )


def _rows_of_lost(outcome: Outcome, night: Night, given: Settings, whole: Conditions) -> Sequence[Finding]:
    """NOT_ASSESSED rows for every control of a shard that left none."""
    shard = outcome.shard
    asked = conditions.at(shard.place, whole)
    account = Account(shard.account, given.regions if shard.place in (GLOBAL, ALL) else (shard.place,))
    run = Run(night.run_id, night.assessed_at, __version__, (account,), given.scope)
    said = f"this part of the run {'failed' if outcome.status == FAILED else 'is missing'}: {outcome.error}"
    snapshot = unread(run, account, conditions.operations(asked, given.scope), Why.ERROR, "ShardFailed", said)
    return make_report(
        snapshot,
        asked.controls,
        asked.parameters,
        asked.selection,
        min_coverage=asked.min_coverage,
        questions=asked.questions,
        answers=asked.answers,
        waivers=asked.waivers,
        snapshot_sha256="",
    ).findings


__all__ = ["ASSESSED", "FAILED", "HUB", "MISSING", "Gathered", "Outcome", "gather", "merged"]
