"""A stand-in organization: the demo's company in as many accounts as a test wants."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import assessor.demo
from assessor.demo import DEFAULT_ACCOUNT, Document, Faults, StandIn, source

ROLE = "GenAIReadinessAssessor"
REGIONS = ("eu-west-1", "us-east-1")


def company() -> dict[str, Any]:
    """The company's account as the document declares it, open to any role."""
    content = Path(assessor.demo.__file__).with_name("company.yaml").read_text(encoding="utf-8")
    account: dict[str, Any] = dict(source.parse(content)["accounts"][DEFAULT_ACCOUNT])
    account.pop("roles", None)
    return account


def small() -> dict[str, Any]:
    """An account with one guardrail and one bucket."""
    guardrail = {
        "id": "abcdefghij12",
        "arn": "arn:aws:bedrock:us-east-1:111122223333:guardrail/abcdefghij12",
        "status": "READY",
        "name": "g",
        "version": "DRAFT",
        "createdAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-01-01T00:00:00Z",
    }
    return {
        "global": {"s3": {"buckets": {"things": {"region": "us-east-1"}}}},
        "regions": {"us-east-1": {"bedrock": {"ListGuardrails": {"guardrails": [guardrail]}}}},
    }


def ids(count: int) -> list[str]:
    """Account ids, the first with leading zeros."""
    return [f"{10_000_000_000 + number:012d}" for number in range(count)]


def document(accounts: Mapping[str, Mapping[str, Any]], caller: Mapping[str, Any] | None = None) -> Document:
    """Those accounts, and the caller's own."""
    content = {"accounts": {DEFAULT_ACCOUNT: dict(caller or {"global": {}}), **accounts}}
    # Made half an hour ago: the ages of its things do not turn a day older while a test runs.
    return Document(content, datetime.now(UTC) - timedelta(minutes=30))


@contextlib.contextmanager
def serving(held: Document, faults: Faults | None = None) -> Iterator[tuple[StandIn, dict[str, str]]]:
    """The stand-in, and the environment of who reads it."""
    with StandIn(held, faults=faults) as aws:
        settings = {k: v for k, v in aws.environment().items() if v and k.startswith("AWS_")}
        yield aws, settings
