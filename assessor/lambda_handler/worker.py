"""The worker: reads one shard, judges it, keeps both. It stops before its time is over, with what it has."""

import io
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from assessor.collecting.many import Member, ReadAccount, enter, read_many
from assessor.collecting.request import CollectRequest
from assessor.collecting.sessions import Sessions
from assessor.lambda_handler import conditions, settings
from assessor.lambda_handler.settings import Settings
from assessor.lambda_handler.shards import ALL, Keys, Night, Shard
from assessor.lambda_handler.store import Store, client
from assessor.lambda_handler.telemetry import Telemetry, telling
from assessor.model import archive
from assessor.model.finding import Finding
from assessor.model.operation import Operation
from assessor.model.plan import closure
from assessor.model.snapshot import GLOBAL
from assessor.model.verdict import Severity, Status
from assessor.organization import stored
from assessor.organization.parts import Conditions
from assessor.reports.report import Report, make_report

_SHARE = 0.25
_LEAST, _MOST = 4.0, 120.0
"""Seconds kept for judging and storing: a quarter of what is left when the function starts, within these."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Assess ``event["shard"]`` of ``event["run"]``; where its files are, and counts.

    Raises what keeps it from storing anything. An account that cannot be entered is no such thing: its rows say so.
    """
    night, shard = Night.of(event["run"]), Shard.of(event["shard"])
    given = settings.read()
    with telling("worker", context, run_id=night.run_id, account=shard.account, place=shard.place) as told:
        store = Store(client("s3"), given.bucket)
        whole = conditions.load(store, Keys(given.prefix, night), given)
        return assess(Work(night, shard, given, store, time_left(context)), whole, told)


@dataclass(frozen=True)
class Work:
    """One shard to do. seconds: until the function has to be done."""

    night: Night
    shard: Shard
    settings: Settings
    store: Store
    seconds: float

    @property
    def keys(self) -> Keys:
        """Where its files go."""
        return Keys(self.settings.prefix, self.night)


def time_left(context: Any) -> float:
    """Seconds until Lambda ends the function."""
    return float(context.get_remaining_time_in_millis()) / 1000.0


def assess(work: Work, whole: Conditions, told: Telemetry) -> dict[str, Any]:
    """Read, judge and keep one shard; its record, which is also kept, last of all."""
    begun = time.monotonic()
    asked = conditions.at(work.shard.place, whole)
    member, one = _read(work, asked, models(conditions.operations(whole, work.settings.scope)), begun)
    snapshot = one.snapshot
    packed = io.BytesIO()
    digest = archive.write(snapshot, packed)
    work.store.put(work.keys.snapshot(work.shard), packed.getvalue(), "application/gzip")
    report = make_report(
        snapshot,
        asked.controls,
        asked.parameters,
        asked.selection,
        min_coverage=asked.min_coverage,
        questions=asked.questions,
        answers=asked.answers,
        waivers=asked.waivers,
        snapshot_sha256=digest,
    )
    files = {}
    for place, rows in _by_place(work.shard, report.findings).items():
        packed = io.BytesIO()
        stored.write(rows, snapshot.run, packed)
        files[place] = work.keys.findings(work.shard.account, place)
        work.store.put(files[place], packed.getvalue(), "application/gzip")
    calls = archive.tally(snapshot.readings)
    record: dict[str, Any] = {
        **work.night.as_json(),
        **work.shard.as_json(),
        "status": "assessed",
        "entered": not one.refused,
        "complete": one.complete,
        "regions": list(snapshot.run.accounts[0].regions),
        "caller": snapshot.run.accounts[0].caller,
        "partition": snapshot.run.accounts[0].partition,
        "findings": len(report.findings),
        "counts": dict(report.counts),
        "failed_by_severity": {severity.value: number for severity, number in report.failed.items()},
        "coverage": report.coverage,
        "calls": calls,
        "waived": report.waivers.waived,
        "snapshot": work.store.url(work.keys.snapshot(work.shard)),
        "snapshot_sha256": digest,
        "files": sorted(files.values()),
        "tool_version": snapshot.run.tool_version,
        "error": one.refused[:_SAID],
        "seconds": round(time.monotonic() - begun, 1),
    }
    _keep(work, record, member, report, begun, told)
    _tell(told, record)
    return {name: record[name] for name in _ANSWERED}


def _keep(
    work: Work, record: dict[str, Any], member: Member, report: Report, begun: float, told: Telemetry
) -> None:
    """The shard's record, before Security Hub is told where it is to be, and again with what came of that."""
    key = work.keys.record(work.shard)
    if not work.settings.hub:
        work.store.put_json(key, record)
        return
    from assessor.lambda_handler import hub

    record |= hub.unfinished()
    work.store.put_json(key, record)
    sent = hub.Import(work.store, work.settings, work.keys, work.shard, member, until=begun + work.seconds)
    record |= hub.tell(sent, report, record["entered"], told)
    work.store.put_json(key, record)


_SAID = 1_000
_SHORTEST = 0.5
"""Seconds of reading at least: even a function that is late asks once."""

_ANSWERED = (
    "account",
    "place",
    "status",
    "entered",
    "complete",
    "findings",
    "failed_by_severity",
    "coverage",
    "snapshot",
)


@lru_cache(maxsize=1)
def models(operations: tuple[Operation, ...]) -> Sessions:
    """What botocore has loaded of the services: a function that is invoked again need not read it again.

    operations: of the whole run, since the next shard may be of another place.
    """
    return Sessions(closure(operations))


def _read(work: Work, asked: Conditions, sessions: Sessions, begun: float) -> tuple[Member, ReadAccount]:
    given, shard = work.settings, work.shard
    reserve = min(_MOST, max(_LEAST, _SHARE * work.seconds))
    request = CollectRequest(
        operations=conditions.operations(asked, given.scope),
        regions=given.regions if shard.place in (GLOBAL, ALL) else (shard.place,),
        timeout=max(_SHORTEST, work.seconds - reserve),
        scope=given.scope,
        endpoint_url=given.endpoint,
        run_id=work.night.run_id,
        assessed_at=work.night.assessed_at,
    )
    entry = enter(request, sessions)
    role = f"arn:{entry.partition}:iam::{shard.account}:role/{given.role_name}" if given.role_name else ""
    member = Member(shard.account, role, given.external_id if role else "", request.regions)
    found: list[ReadAccount] = []
    left = work.seconds - reserve - (time.monotonic() - begun)  # signing in takes its time too
    read_many(replace(request, timeout=max(_SHORTEST, left)), [member], found.append, entry)
    return member, found[0]


def _by_place(shard: Shard, findings: Any) -> dict[str, list[Finding]]:
    """Findings by the partition they belong to: the Region they were asked in. A shard always leaves its own."""
    places: dict[str, list[Finding]] = {} if shard.place == ALL else {shard.place: []}
    for row in findings:
        places.setdefault(row.place or row.region, []).append(row)
    return places


def _tell(told: Telemetry, record: Mapping[str, Any]) -> None:
    failed = record["failed_by_severity"]
    told.count(
        ShardsAssessed=1,
        ShardsRefused=int(not record["entered"]),
        ShardsCutShort=int(not record["complete"]),
        Findings=record["findings"],
        Calls=record["calls"]["calls"],
        ShardSeconds=record["seconds"],
        **{f"Failed{severity.value.capitalize()}": failed[severity.value] for severity in Severity},
    )
    counts = {status: record["counts"][status.value] for status in Status}
    said = {"coverage": record["coverage"], "counts": counts, "seconds": record["seconds"]}
    if not record["entered"]:
        told.warn("the account could not be entered", reason=record["error"], **said)
    elif not record["complete"]:
        told.warn("the time was over before everything was read; what was not is not assessed", **said)
    else:
        told.say("assessed", **said)


__all__ = ["Work", "assess", "handler", "models", "time_left"]
