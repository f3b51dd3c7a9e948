"""SARIF 2.1.0 for code scanning: what failed, what was waived, and what is still open.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. A result points to its line of ``findings.csv``,
which has one line per finding, and to the resource as a logical location.
"""

import json
from collections.abc import Sequence
from typing import Any, BinaryIO

from assessor.reports.formats import Row, Run, cut

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_TEXT = 4_000
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0"}
_KINDS = {"FAIL": "fail", "WAIVED": "fail", "NOT_ASSESSED": "open", "MANUAL": "review"}


def write(run: Run, rows: Sequence[Row], out: BinaryIO) -> None:
    """The whole document, one result a line, as they come; the rules before them."""
    rules: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["status"] in _KINDS and row["control_id"] not in rules:
            rules[row["control_id"]] = _rule(row)
    places = {ident: place for place, ident in enumerate(rules)}
    driver = {
        "name": "genai-readiness-assessor",
        "version": str(run["tool_version"]),
        "rules": list(rules.values()),
    }
    head = {"$schema": SCHEMA, "version": "2.1.0"}
    out.write(json.dumps(head).encode("ascii")[:-1])
    out.write(b', "runs": [{"tool": {"driver": ' + json.dumps(driver).encode("ascii") + b"},\n")
    details = {"id": f"genai-readiness/{run['run_id']}"}
    out.write(b'"automationDetails": ' + json.dumps(details).encode("ascii") + b',\n"results": [')
    separator = b"\n"
    for line, row in enumerate(rows, 2):
        if row["status"] in _KINDS:
            out.write(separator + json.dumps(_result(row, line, places[row["control_id"]])).encode("ascii"))
            separator = b",\n"
    out.write(b"\n]}]}\n")


def _rule(row: Row) -> dict[str, Any]:
    return {
        "id": row["control_id"],
        "shortDescription": {"text": cut(row["title"], 1_000)},
        "help": {"text": cut(row["remediation"] or row["title"], _TEXT)},
        "defaultConfiguration": {"level": _LEVELS[row["severity"]]},
        "properties": {
            "security-severity": _SCORES[row["severity"]],
            "tags": ["security", "generative-ai", f"item-{row['item']}"],
        },
    }


def _result(row: Row, line: int, index: int) -> dict[str, Any]:
    kind = _KINDS[row["status"]]
    made: dict[str, Any] = {
        "ruleId": row["control_id"],
        "ruleIndex": index,
        "kind": kind,
        "level": _LEVELS[row["severity"]] if kind == "fail" else "none",
        "message": {"text": cut(row["observed"], _TEXT) or "-"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "findings.csv"},
                    "region": {"startLine": line},
                },
                "logicalLocations": [
                    {"fullyQualifiedName": cut(row["resource_arn"], _TEXT), "kind": "resource"}
                ],
            }
        ],
        "partialFingerprints": {"findingId/v1": row["finding_id"]},
        "properties": {
            "account": row["account_id"],
            "region": row["region"],
            "status": row["status"],
            "reason": row["reason"],
            "severity": row["severity"],
        },
    }
    if row["status"] == "WAIVED":
        made["suppressions"] = [{"kind": "external", "justification": cut(row["waiver"], _TEXT)}]
    return made
