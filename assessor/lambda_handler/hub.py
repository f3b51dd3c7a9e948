"""Security Hub is told what a shard found, where the deployment asks for it.

The worker does it, not the aggregate: findings are imported with credentials of the account they are about
(https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_BatchImportFindings.html), and the worker has them. What is
active in the hub is kept beside, shard by shard, so that what was mended, waived or removed is archived there once, and
what did not arrive is sent again the next night. Nothing that goes wrong here costs the shard its findings.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from assessor.collecting.many import Member
from assessor.history.runs import StoredRun
from assessor.lambda_handler.settings import Settings
from assessor.lambda_handler.shards import Keys, Shard
from assessor.lambda_handler.store import Store
from assessor.lambda_handler.telemetry import Telemetry
from assessor.publishing.changes import Told, active, told
from assessor.publishing.securityhub import (
    CannotPublishError,
    Outcome,
    Sender,
    attempt,
    client_for,
    most_seconds,
)
from assessor.reports.report import Report
from assessor.reports.rows import rows

_SAID = 500
_NAMED = 3
UNFINISHED = "the function ended before the import did"
"""What the record says until it knows better."""


@dataclass(frozen=True)
class Import:
    """One shard's findings on their way to the hub. member: whose findings they are. until: by ``time.monotonic``."""

    store: Store
    settings: Settings
    keys: Keys
    shard: Shard
    member: Member
    until: float

    def left(self) -> float:
        """Seconds that are left."""
        return self.until - time.monotonic()


def unfinished() -> dict[str, Any]:
    """What a shard's record says of the import before it has begun."""
    return _record(0, 0, 0, UNFINISHED)


def tell(given: Import, report: Report, entered: bool, telemetry: Telemetry) -> dict[str, Any]:
    """Import a shard's failures and what became of earlier ones; what the shard's record says of it. Never raises."""
    try:
        return _tell(given, report, entered, telemetry)
    except CannotPublishError as error:
        said = str(error)
    except Exception as error:  # noqa: BLE001 - the shard's findings are kept already, and must not be lost for this
        said = f"{type(error).__name__}: {error}"
    telemetry.warn("Security Hub was not told", reason=said[:_SAID])
    return _record(0, 0, 0, said)


def _tell(given: Import, report: Report, entered: bool, telemetry: Telemetry) -> dict[str, Any]:
    now = StoredRun(given.shard.place, report.run, (), tuple(rows(report)))
    before = _before(given)
    if before is not None and str(before["assessed_at"]) > now.assessed_at:
        return _record(0, 0, 0, "a later run has told Security Hub already")
    earlier = () if before is None else tuple(before["rows"])
    sent = list(told(now, StoredRun("", report.run, (), earlier), given.settings.hub))
    if not sent:
        return _record(0, 0, 0, "")
    if not entered:
        return _record(0, 0, len(sent), "the account could not be entered")
    outcome = _send(given, sent)
    kept = {"run_id": now.id, "assessed_at": now.assessed_at, "rows": active(earlier, sent, outcome.lost)}
    given.store.put_json(given.keys.hub(given.shard), kept)
    arrived = [one for one in sent if one.found["Id"] not in outcome.lost]
    said = outcome.error or _named(outcome)
    archived = sum(one.archived for one in arrived)
    record = _record(len(arrived) - archived, archived, len(outcome.lost), said)
    (telemetry.warn if said else telemetry.say)("Security Hub was told", **record)
    return record


def _send(given: Import, sent: list[Told]) -> Outcome:
    left = given.left()
    needed = most_seconds(left)
    found = [one.found for one in sent]
    if left < needed:
        return Outcome(late=[str(one["Id"]) for one in found], error="there was no time left for it")
    member = given.member
    sender = Sender(member.role_arn, member.external_id, endpoint=given.settings.endpoint)
    client = client_for(sender, given.settings.hub, left)
    return attempt(client, found, lambda: given.left() >= needed)


def _before(given: Import) -> Mapping[str, Any] | None:
    content = given.store.find(given.keys.hub(given.shard))
    found: Mapping[str, Any] | None = None if content is None else json.loads(content)
    return found


def _named(outcome: Outcome) -> str:
    """The first findings that were refused, with the reasons."""
    every = [f"{ident}: {reason}" for ident, reason in outcome.refused]
    every += [f"{ident}: larger than Security Hub takes" for ident in outcome.too_large]
    more = f", and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return "; ".join(every[:_NAMED]) + more


def _record(imported: int, archived: int, lost: int, said: str) -> dict[str, Any]:
    return {"hub_imported": imported, "hub_archived": archived, "hub_lost": lost, "hub_error": said[:_SAID]}


__all__ = ["Import", "tell", "unfinished"]
