"""The last step but one: all shards of a run as one report, held against the plan.

Every planned shard has to have left findings or a failure record. One that left neither makes the run incomplete, and
so do more failures than the deployment tolerates. Rows of lost shards are NOT_ASSESSED, never absent.
"""

import csv
import gzip
import io
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from assessor import __version__
from assessor.lambda_handler import conditions, failing, nights, settings
from assessor.lambda_handler.failing import Comparison
from assessor.lambda_handler.gather import AT_ONCE, FAILED, HUB, MISSING, Gathered, Outcome, gather
from assessor.lambda_handler.notice import notice
from assessor.lambda_handler.settings import Settings
from assessor.lambda_handler.shards import Keys, Night, Shard
from assessor.lambda_handler.store import Store, client
from assessor.lambda_handler.telemetry import COMPLETED, Telemetry, telling
from assessor.model.score import ItemScore
from assessor.model.snapshot import Account, Run
from assessor.model.verdict import Severity
from assessor.organization import stored
from assessor.organization.combined import Combined, added, report_of, scored, summary
from assessor.organization.parts import Conditions
from assessor.organization.stored import StoredFindings, of_file
from assessor.organization.sums import Sums
from assessor.reports import WRITERS
from assessor.reports.findings_csv import cell
from assessor.waivers import Applied

COMPLETE, INCOMPLETE = "COMPLETE", "INCOMPLETE"
_PLACES_AT_MOST = 20_000
"""Entries of ``by_place`` beyond which it is left to ``items.csv``."""

_ROWS, _REMEMBERED = "rows.jsonl.gz", "failing.jsonl.gz"
_REASONS = 5
"""Why Security Hub was not told: so many different reasons are kept."""

_PACKED = {"findings.json": "findings.json.gz"}
"""A million findings are a gigabyte of JSON."""

_TYPES = {".csv": "text/csv", ".json": "application/json", ".html": "text/html", ".gz": "application/gzip"}
_SHARD_COLUMNS = (
    "account_id",
    "place",
    "status",
    "entered",
    "complete",
    "findings",
    "coverage",
    "seconds",
    "error",
    *HUB,
)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Make the report of ``event["run"]``; counts, whether it is complete, and where its files are."""
    night = Night.of(event["run"])
    given = settings.read()
    with telling("aggregate", context, run_id=night.run_id) as told:
        store = Store(client("s3", AT_ONCE), given.bucket)
        whole = conditions.load(store, Keys(given.prefix, night), given)
        return aggregate(store, night, given, whole, told)


@dataclass
class _Hub:
    """What Security Hub was told. shards: that were to tell it; untold: those of them that could not, or not of all."""

    shards: int = 0
    imported: int = 0
    archived: int = 0
    lost: int = 0
    untold: int = 0
    said: dict[str, None] = field(default_factory=dict)

    def add(self, told: Mapping[str, Any]) -> None:
        """One shard's record of it."""
        self.shards += 1
        self.imported += told["hub_imported"]
        self.archived += told["hub_archived"]
        self.lost += told["hub_lost"]
        if told["hub_error"]:
            self.untold += 1
            if len(self.said) < _REASONS:
                self.said[told["hub_error"]] = None

    def as_json(self) -> dict[str, Any] | None:
        """For ``summary.json``; null where it was not to be told."""
        if not self.shards:
            return None
        return {
            "imported": self.imported,
            "archived": self.archived,
            "lost": self.lost,
            "shards_untold": self.untold,
            "reasons": list(self.said),
        }


@dataclass
class _Whole:
    """What is known of the run as a whole while its accounts go by. scattered: its places are too many to count in."""

    sums: Sums = field(default_factory=Sums)
    accounts: list[Account] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    scattered: bool = False
    cut: int = 0
    waived: int = 0
    calls: list[Mapping[str, Any]] = field(default_factory=list)
    scores: dict[str, Sequence[ItemScore]] = field(default_factory=dict)
    hub: _Hub = field(default_factory=_Hub)


def aggregate(
    store: Store, night: Night, given: Settings, whole: Conditions, told: Telemetry
) -> dict[str, Any]:
    """The report of a run, from what its shards left."""
    keys = Keys(given.prefix, night)
    shards = [Shard.of(one) for one in store.get_json(keys.plan)]
    conditions_of_run = store.get_json(keys.run)
    with tempfile.TemporaryDirectory() as directory:
        spool = Path(directory)
        with _packed(spool / _REMEMBERED) as remembered:
            comparison = Comparison(
                _before(store, keys), _least(given), lambda one: remembered.write(failing.line(one))
            )
            seen = _spool(spool, gather(store, night, given, shards, whole), night, whole, comparison)
            comparison.finish()
        report = _report(spool, seen, night, given, whole)
        report = replace(report, history=nights.before(store, keys, report.run, told))
        outcome = _outcome(seen.statuses, given)
        files = _write(store, keys, spool, report)
        failed, missing = seen.statuses.get(FAILED, 0), seen.statuses.get(MISSING, 0)
        conclusion = f"{outcome}: {len(shards)} shards planned, {failed} failed, {missing} missing, {seen.cut} cut short"
        document = summary(
            report,
            files,
            0 if outcome == COMPLETE else 1,
            conclusion,
            seen.lines,
            conditions_of_run["not_read"],
        )
        if seen.scattered:
            document["by_place"] = None
        document["shards"] = {
            "planned": len(shards),
            "failed": failed,
            "missing": missing,
            "cut_short": seen.cut,
        }
        document["changes"] = {
            "compared": not comparison.first,
            "new": comparison.new,
            "mended": comparison.mended,
            "least_severity": given.notify_at,
        }
        document["security_hub"] = seen.hub.as_json()
        store.put(keys.report("summary.json"), stored.encoded(document), "application/json")
        with (spool / _REMEMBERED).open("rb") as stream:
            store.put_large(keys.report(_REMEMBERED), stream, "application/gzip")
    text = notice(document, comparison.told, store.url(keys.report("")), given.notify_at)
    store.put(
        keys.report("notice.txt"), text.encode("utf-8", "backslashreplace"), "text/plain; charset=utf-8"
    )
    answer = {
        "run": night.as_json(),
        "outcome": outcome,
        "shards": len(shards),
        "failed": failed,
        "missing": missing,
        "cut_short": seen.cut,
        "accounts": len(seen.accounts),
        "findings": report.sums.findings,
        "failed_by_severity": {severity.value: number for severity, number in report.failed.items()},
        "coverage": report.coverage,
        "new": comparison.new,
        "mended": comparison.mended,
        "hub_untold": seen.hub.untold,
        "report": store.url(keys.report("")),
        "notice": keys.report("notice.txt"),
        "notify": bool(comparison.new) or outcome != COMPLETE,
    }
    store.put_json(
        keys.outcome, {**night.as_json(), **{k: v for k, v in answer.items() if k not in _NOT_KEPT}}
    )
    if outcome == COMPLETE:
        _remember(store, keys)
    _tell(told, answer)
    return answer


_NOT_KEPT = ("run", "notice", "notify", "failed_by_severity")


def _spool(
    spool: Path,
    gathered: Iterable[Gathered],
    night: Night,
    whole: Conditions,
    comparison: Comparison,
) -> _Whole:
    """Every account's rows into one compressed file, its shards into another; what they add up to."""
    seen = _Whole()
    run = Run(night.run_id, night.assessed_at, __version__, ())
    with (
        _packed(spool / _ROWS) as rows,
        (spool / "shards.csv").open("w", encoding="utf-8-sig", newline="") as lines,
    ):
        writer = csv.writer(lines, lineterminator="\r\n")
        writer.writerow(_SHARD_COLUMNS)
        for one in gathered:
            own = Sums.of(one.rows, whole.controls, whole.questions)
            if seen.scattered or len(seen.sums.places) + len(own.places) > _PLACES_AT_MOST:
                seen.scattered = True
                seen.sums.places.clear()
                own.places.clear()
            seen.sums.add(own)
            seen.accounts.append(one.account)
            seen.scores[one.account.id] = scored(own, whole)
            seen.lines.append(_account_line(one, own))
            for row in one.rows:
                rows.write(stored.line(row, run))
                comparison.add(row)
            for outcome in one.outcomes:
                seen.statuses[outcome.status] = seen.statuses.get(outcome.status, 0) + 1
                seen.cut += outcome.status not in (FAILED, MISSING) and not outcome.complete
                seen.waived += outcome.waived
                if outcome.hub is not None:
                    seen.hub.add(outcome.hub)
                if outcome.calls is not None:
                    seen.calls = [added([*seen.calls, outcome.calls])]
                writer.writerow([cell(value) for value in _shard_row(outcome)])
    return seen


def _shard_row(one: Outcome) -> tuple[str, ...]:
    shard, coverage = one.shard, "" if one.coverage is None else str(one.coverage)
    yes = {True: "true", False: "false"}
    return (
        shard.account,
        shard.place,
        one.status,
        yes[one.entered],
        yes[one.complete],
        str(one.findings),
        coverage,
        str(one.seconds),
        one.error,
        *("" if one.hub is None else str(one.hub[name]) for name in HUB),
    )


def _account_line(one: Gathered, own: Sums) -> dict[str, Any]:
    assessed = [outcome for outcome in one.outcomes if outcome.status not in (FAILED, MISSING)]
    return {
        "account_id": one.account.id,
        "entered": bool(assessed) and all(outcome.entered for outcome in assessed),
        "complete": len(assessed) == len(one.outcomes) and all(outcome.complete for outcome in assessed),
        "shards_failed": len(one.outcomes) - len(assessed),
        "coverage": own.coverage,
        "findings": own.findings,
        "failed_by_severity": {severity.value: own.failed[severity.value] for severity in Severity},
    }


def _report(spool: Path, seen: _Whole, night: Night, given: Settings, whole: Conditions) -> Combined:
    run = Run(night.run_id, night.assessed_at, __version__, tuple(seen.accounts), given.scope)
    findings = StoredFindings([of_file(spool / _ROWS)], seen.sums.findings)
    return report_of(
        run, findings, seen.sums, added(seen.calls), Applied((), seen.waived), whole, seen.scores
    )


def _outcome(statuses: Mapping[str, int], given: Settings) -> str:
    lost = statuses.get(FAILED, 0)
    return COMPLETE if not statuses.get(MISSING, 0) and lost <= given.tolerated else INCOMPLETE


def _write(store: Store, keys: Keys, spool: Path, report: Combined) -> Sequence[Any]:
    """Every file of the report, one after the other, through the function's disk."""
    from assessor.reports.files import Batch

    with Batch(spool) as batch:
        for name, writer in WRITERS.items():
            packed = _PACKED.get(name, name)

            def write(out: BinaryIO, writer: Any = writer, packed: bool = packed != name) -> None:
                if not packed:
                    writer(report, out)
                    return
                with gzip.GzipFile(
                    filename="", mode="wb", fileobj=out, mtime=0, compresslevel=6
                ) as compressed:
                    buffered = io.BufferedWriter(compressed, 1 << 18)
                    writer(report, buffered)
                    buffered.flush()

            batch.add(packed, write)

        def shards(out: BinaryIO) -> None:
            with (spool / "shards.csv").open("rb") as source:
                shutil.copyfileobj(source, out)

        batch.add("shards.csv", shards)
        files = list(batch.written)
    for file in files:
        kind = _TYPES.get(Path(file.name).suffix, "application/octet-stream")
        with (spool / file.name).open("rb") as stream:
            store.put_large(keys.report(file.name), stream, kind)
    return files


def _least(given: Settings) -> Severity | None:
    return None if given.notify_at == "none" else Severity(given.notify_at)


@contextmanager
def _packed(path: Path) -> Iterator[BinaryIO]:
    """A file to write compressed; the same content as the same bytes."""
    with path.open("wb") as out, gzip.GzipFile("", "wb", 1, out, 0) as packed:
        buffered = io.BufferedWriter(packed, 1 << 18)
        yield buffered
        buffered.flush()


def _before(store: Store, keys: Keys) -> failing.Before | None:
    """What failed in the last complete run; None where there was none. A repeated step compares as it did first."""
    latest = _latest(store, keys)
    if latest is not None and latest["run_id"] == keys.night.run_id:
        latest = latest["before"]
    if latest is None:
        return None
    night = Night.of(latest)
    content = store.find(Keys(keys.prefix, night).report(_REMEMBERED))
    if content is None:
        return None  # its files may have been removed: then there is nothing to compare with

    def read() -> Iterator[failing.Failing]:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            yield from failing.parse(packed)

    return read


def _latest(store: Store, keys: Keys) -> dict[str, Any] | None:
    content = store.find(keys.latest)
    return None if content is None else stored.json_of(content)


def _remember(store: Store, keys: Keys) -> None:
    latest = _latest(store, keys)
    if latest is not None and latest["run_id"] == keys.night.run_id:
        return
    if latest is not None and str(latest["assessed_at"]) > keys.night.assessed_at:
        return  # a later run has ended before this one
    before = None if latest is None else {k: latest[k] for k in ("run_id", "assessed_at")}
    store.put_json(keys.latest, {**keys.night.as_json(), "before": before})


def _tell(told: Telemetry, answer: Mapping[str, Any]) -> None:
    failed = answer["failed_by_severity"]
    told.count(
        **{COMPLETED: int(answer["outcome"] == COMPLETE)},
        RunsIncomplete=int(answer["outcome"] != COMPLETE),
        ShardsMissing=answer["missing"],
        NewFailures=answer["new"],
        ShardsUntold=answer["hub_untold"],
        **{f"RunFailed{severity.value.capitalize()}": failed[severity.value] for severity in Severity},
    )
    tell = told.say if answer["outcome"] == COMPLETE else told.warn
    tell(
        "the run is done",
        **{name: answer[name] for name in ("outcome", "shards", "failed", "missing", "new", "report")},
    )


__all__ = ["COMPLETE", "INCOMPLETE", "aggregate", "handler"]
