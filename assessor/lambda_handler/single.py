"""One account every night: plan, read, judge, report and tell, in one function."""

from collections.abc import Mapping
from typing import Any

from assessor.collecting.many import enter
from assessor.collecting.request import CollectRequest
from assessor.lambda_handler import conditions, settings
from assessor.lambda_handler.planning import night_of, write
from assessor.lambda_handler.shards import ALL, Keys, Shard
from assessor.lambda_handler.store import Store, client
from assessor.lambda_handler.telemetry import telling
from assessor.lambda_handler.worker import Work, assess, time_left

_AFTERWARDS = 0.25
"""Share of the time that is kept for making the report of what was read."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Assess the function's own account; counts, whether it is complete, and where the files are.

    ``event["time"]`` is the time of the schedule, which together with the request's id names the run: a repeated
    event overwrites its own files.
    """
    given = settings.read()
    started = str(event.get("time") or _now())
    night = night_of(str(context.aws_request_id), started)
    with telling("single", context, run_id=night.run_id) as told:
        store = Store(client("s3"), given.bucket)
        whole = conditions.load(store, Keys(given.prefix, night), given)
        account = enter(CollectRequest((), given.regions[:1], endpoint_url=given.endpoint)).account
        shard = Shard(account, ALL)
        write(store, night, given, [account], [], [shard])
        assess(Work(night, shard, given, store, time_left(context) * (1 - _AFTERWARDS)), whole, told)
        # Only now what makes reports is loaded: reading does not wait for it.
        from assessor.lambda_handler.aggregate import aggregate
        from assessor.lambda_handler.notify import publish

        answer = aggregate(store, night, given, whole, told)
        return {**answer, "told": publish(store, given, answer, told)}


def _now() -> str:
    from datetime import UTC, datetime

    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"


__all__ = ["handler"]
