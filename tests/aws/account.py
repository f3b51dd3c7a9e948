"""A declared account as a snapshot, without a wire: the plan is walked and the stand-in's document answers.

The calls are the ones a scan makes (the same `Plan`), the answers are validated against botocore's output shapes by
`Document`, and what a test denies is denied call by call. `tests/aws/test_wire.py` holds this against real HTTP.
"""

import base64
from collections import deque
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from assessor.collecting.errors import reading_of_error
from assessor.collecting.redaction import redacted
from assessor.demo.answers import Answerer, access_key_of
from assessor.demo.document import DEFAULT_ACCOUNT, Document
from assessor.demo.faults import Fault, Faults
from assessor.demo.protocol import Request
from assessor.model.operation import Operation
from assessor.model.plan import Plan, Planned
from assessor.model.reading import Call, Reading, Seen
from assessor.model.snapshot import Account, Run, Snapshot

ASSESSED_AT = "2026-11-20T03:00:00Z"
NOW = datetime.fromisoformat(ASSESSED_AT)


def snapshot_of(
    content: Mapping[str, Any],
    operations: Iterable[Operation],
    *,
    regions: tuple[str, ...] = ("us-east-1",),
    scope: str = "account",
    faults: Faults | None = None,
    document: Document | None = None,
) -> Snapshot:
    """What a scan of the declared account reads. ``content``: ``{"global": {...}, "us-east-1": {...}}``."""
    account = Account(DEFAULT_ACCOUNT, regions, "aws", f"arn:aws:iam::{DEFAULT_ACCOUNT}:role/auditor")
    held = document or document_of(content)
    answerer = Answerer(held, None, faults or Faults())
    plan = Plan(operations, scope)
    waiting = deque(plan.first(account))
    readings: dict[Call, Reading] = {}
    while waiting:
        planned = waiting.popleft()
        if planned.call in readings:
            continue
        reading = _ask(answerer, planned)
        readings[planned.call] = reading
        waiting.extend(plan.after(planned, reading, account))
    run = Run("test-run", ASSESSED_AT, "test", (account,), scope)
    return Snapshot(run, readings)


def document_of(content: Mapping[str, Any]) -> Document:
    """A document of one account; everything but ``global`` and ``roles`` is a Region."""
    body: dict[str, Any] = {"global": content.get("global", {})}
    body["regions"] = {name: part for name, part in content.items() if name != "global"}
    return Document({"accounts": {DEFAULT_ACCOUNT: body}}, NOW)


def _ask(answerer: Answerer, planned: Planned) -> Reading:
    operation = planned.operation
    request = Request(
        operation.service,
        operation.name,
        planned.endpoint_region,
        access_key_of(planned.call.account),
        planned.call.request,
    )
    answer = answerer.fault(request, planned.call.account) or answerer.answer(request, planned.call.account)
    if isinstance(answer, Fault):
        return reading_of_error(operation, answer.code, answer.message, answer.status)
    return Seen(redacted(plain(answer), operation.redact))


def plain(value: Any) -> Any:
    """An answer as readings hold it: times as ISO 8601 text in UTC, bytes as base64 text."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
