"""The first step: which shards there have to be. ``plan.json`` is what the aggregate is held against."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from assessor import __version__
from assessor.lambda_handler import settings
from assessor.lambda_handler.settings import Settings
from assessor.lambda_handler.shards import Keys, Night, Shard, plan
from assessor.lambda_handler.store import Store, client
from assessor.lambda_handler.telemetry import telling


class NothingToDoError(Exception):
    """There is no account to assess."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Write the plan of the execution in ``event`` (its name and start time); the run, and where its plan is.

    The same execution always gets the same plan's place, so repeating this step overwrites its own file.
    """
    given = settings.read()
    night = night_of(str(event["execution"]), str(event["started"]))
    with telling("plan", context, run_id=night.run_id) as told:
        accounts, not_read = _accounts(given)
        store = Store(client("s3"), given.bucket)
        written = write(store, night, given, accounts, not_read, list(plan(accounts, given.regions)))
        told.count(ShardsPlanned=written["shards"])
        told.say("planned", accounts=len(accounts), shards=written["shards"], not_read=len(not_read))
        return written


def night_of(execution: str, started: str) -> Night:
    """The run of an execution: named after both, so that names may return another night."""
    when = datetime.fromisoformat(started).astimezone(UTC)
    name = re.sub(r"[^A-Za-z0-9._-]", "-", execution)[:80].strip("-.") or "run"
    return Night(f"{when:%Y%m%dT%H%M%SZ}-{name}", f"{when:%Y-%m-%dT%H:%M:%SZ}")


def write(
    store: Store,
    night: Night,
    given: Settings,
    accounts: Sequence[str],
    not_read: Sequence[Mapping[str, str]],
    shards: Sequence[Shard],
) -> dict[str, Any]:
    """Keep the plan and the run's conditions; what the next steps need of them."""
    keys = Keys(given.prefix, night)
    content = json.dumps([shard.as_json() for shard in shards], separators=(",", ":"))
    store.put(keys.plan, content.encode("ascii"), "application/json")
    store.put_json(
        keys.run,
        {
            **night.as_json(),
            "accounts": len(accounts),
            "regions": list(given.regions),
            "shards": len(shards),
            "scope": given.scope,
            "not_read": list(not_read),
            "tool_version": __version__,
        },
    )
    return {"run": night.as_json(), "bucket": given.bucket, "plan": keys.plan, "shards": len(shards)}


def _accounts(given: Settings) -> tuple[list[str], list[dict[str, str]]]:
    """Accounts to assess, and those that are not, with the reason. Raises `CannotStartError`."""
    if given.accounts:
        return list(given.accounts), []
    from assessor.collecting.directory import ACTIVE, accounts
    from assessor.collecting.many import enter
    from assessor.collecting.request import CollectRequest

    every = accounts(enter(CollectRequest((), given.regions[:1], endpoint_url=given.endpoint)))
    active = [one.account for one in every if one.state == ACTIVE]
    if not active:
        raise NothingToDoError("the organization has no active account")
    return active, [
        {"account_id": one.account, "reason": one.state or "UNKNOWN"} for one in every if one.state != ACTIVE
    ]


__all__ = ["handler", "night_of", "write"]
