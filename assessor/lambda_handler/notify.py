"""The last step: tells people, when there is something new or the run is incomplete."""

from collections.abc import Mapping
from typing import Any

from assessor.lambda_handler import settings
from assessor.lambda_handler.settings import Settings
from assessor.lambda_handler.shards import Night
from assessor.lambda_handler.store import Store, client
from assessor.lambda_handler.telemetry import Telemetry, telling

_SUBJECT = 100
"""Most characters of a subject; ASCII, on one line."""


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Publish the notice of a run where ``event["notify"]`` says so; the event goes on, with whether it was told."""
    given = settings.read()
    night = Night.of(event["run"])
    with telling("notify", context, run_id=night.run_id) as told:
        return {**event, "told": publish(Store(client("s3"), given.bucket), given, event, told)}


def publish(store: Store, given: Settings, answer: Mapping[str, Any], told: Telemetry) -> bool:
    """Send what the aggregate wrote for people; whether there was something to send, and a topic for it."""
    if not answer["notify"] or not given.topic:
        return False
    new, outcome = answer["new"], answer["outcome"]
    subject = f"AI readiness: {outcome.lower()}, {new} new at or above {given.notify_at}"
    text = store.get(answer["notice"]).decode("utf-8")
    client("sns").publish(TopicArn=given.topic, Subject=subject[:_SUBJECT], Message=text)
    told.say("told", topic=given.topic)
    return True


__all__ = ["handler", "publish"]
