"""Stored runs for tests: few findings, each with what a comparison looks at."""

from collections.abc import Sequence
from typing import Any

from assessor.history.runs import StoredRun

ACCOUNT = "111122223333"


def row(ident: str, status: str, **more: Any) -> dict[str, Any]:
    """One finding."""
    return {
        "finding_id": ident,
        "run_id": "r",
        "assessed_at": "2026-01-01T00:00:00Z",
        "account_id": ACCOUNT,
        "region": "us-east-1",
        "item": 4,
        "control_id": "GAI-4.01",
        "title": "Guardrail is ready",
        "severity": "high",
        "status": status,
        "reason": "DENIED" if status == "NOT_ASSESSED" else "",
        "resource_type": "AWS::Bedrock::Guardrail",
        "resource_arn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:guardrail/{ident}",
        "observed": f"{ident} seen",
        "evidence": "aws bedrock list-guardrails --region us-east-1",
        "grant": "bedrock:ListGuardrails" if status == "NOT_ASSESSED" else "",
        "remediation": "",
        "frameworks": "",
        "waiver": "",
        "tool_version": "0.1.0",
        **more,
    }


def run(
    *rows: dict[str, Any],
    day: int = 1,
    regions: Sequence[str] = ("us-east-1", "eu-west-1"),
    low: float = 50.0,
    **selection: Any,
) -> StoredRun:
    """A run of these findings."""
    return StoredRun(
        f"run {day}",
        {
            "run_id": f"run-{day:02d}",
            "assessed_at": f"2026-01-{day:02d}T06:00:00Z",
            "tool_version": "0.1.0",
            "accounts": [
                {"account_id": ACCOUNT, "partition": "aws", "caller": "x", "regions": list(regions)}
            ],
            "regions": list(regions),
            "coverage": 90.0,
            "selection": {"items": [], "controls": [], "severities": [], **selection},
        },
        [
            {
                "item": item,
                "title": f"Item {item}",
                "score": {"low": low, "high": low + 10},
                "coverage": 90.0,
                "readiness": "READY",
                "blockers": [],
                "counts": {"PASS": 1},
            }
            for item in range(1, 8)
        ],
        list(rows),
    )
