"""The recorder: a shard that failed for good leaves a record, not a gap."""

import json
from collections.abc import Mapping
from typing import Any

from assessor import __version__
from assessor.lambda_handler import settings
from assessor.lambda_handler.shards import Keys, Night, Shard
from assessor.lambda_handler.store import Store, client
from assessor.lambda_handler.telemetry import telling

_LONGEST = 1_000


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Record the error in ``event["error"]`` (Step Functions' Error and Cause) for its shard."""
    night, shard = Night.of(event["run"]), Shard.of(event["shard"])
    given = settings.read()
    error = event.get("error") or {}
    said = f"{error.get('Error', 'Unknown')}: {_cause(str(error.get('Cause', '')))}"[:_LONGEST]
    with telling("failure", context, run_id=night.run_id, account=shard.account, place=shard.place) as told:
        record = {
            **night.as_json(),
            **shard.as_json(),
            "status": "failed",
            "entered": False,
            "complete": False,
            "findings": 0,
            "error": said,
            "tool_version": __version__,
        }
        Store(client("s3"), given.bucket).put_json(Keys(given.prefix, night).record(shard), record)
        told.count(ShardsFailed=1)
        told.warn("the shard failed for good", error=said)
    return {**shard.as_json(), "status": "failed"}


def _cause(text: str) -> str:
    """What a function's error said; the rest of what Lambda tells of it is in the function's log."""
    try:
        told = json.loads(text)
    except ValueError:
        return text
    return str(told.get("errorMessage", text)) if isinstance(told, dict) else text


__all__ = ["handler"]
