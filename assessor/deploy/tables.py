"""Tables and views over what the nights leave in the bucket, as AWS Glue and Amazon Athena know them.

https://docs.aws.amazon.com/athena/latest/ug/querying-glue-catalog.html
"""

import json
from collections.abc import Mapping
from typing import Any

from assessor.organization.stored import COLUMNS

FINDINGS: Mapping[str, str] = COLUMNS
SHARDS: Mapping[str, str] = {
    "run_id": "string",
    "assessed_at": "string",
    "account": "string",
    "place": "string",
    "status": "string",
    "entered": "boolean",
    "complete": "boolean",
    "findings": "int",
    "coverage": "double",
    "seconds": "double",
    "snapshot": "string",
    "snapshot_sha256": "string",
    "error": "string",
    "tool_version": "string",
    "hub_imported": "int",
    "hub_archived": "int",
    "hub_lost": "int",
    "hub_error": "string",
}
RUNS: Mapping[str, str] = {
    "run_id": "string",
    "assessed_at": "string",
    "outcome": "string",
    "accounts": "int",
    "shards": "int",
    "failed": "int",
    "missing": "int",
    "cut_short": "int",
    "findings": "int",
    "coverage": "double",
    "new": "int",
    "mended": "int",
    "hub_untold": "int",
    "report": "string",
}
NIGHTLY: Mapping[str, str] = {**FINDINGS, "dt": "string"}

_LISTED = ", ".join(f"f.{name}" for name in NIGHTLY)

NIGHTLY_SQL = (
    f"SELECT {_LISTED} FROM findings f JOIN "  # noqa: S608 - the names are ours
    "(SELECT dt, max_by(run_id, assessed_at) AS run_id FROM runs WHERE outcome = 'COMPLETE' GROUP BY dt) r "
    "ON f.dt = r.dt AND f.run_id = r.run_id"
)
"""Of each night the findings of its last complete run."""

LATEST_SQL = (
    f"SELECT {', '.join(NIGHTLY)} FROM findings_nightly "  # noqa: S608 - the names are ours
    "WHERE dt = (SELECT max(dt) FROM runs WHERE outcome = 'COMPLETE')"
)
"""The findings of the last complete run."""

_VIEW_TYPES = {"string": "varchar", "int": "integer"}


def columns(of: Mapping[str, str]) -> list[dict[str, str]]:
    """A table's columns, as Glue wants them."""
    return [{"Name": name, "Type": kind} for name, kind in of.items()]


def view(sql: str, of: Mapping[str, str]) -> dict[str, Any]:
    """A view's text: Athena keeps a view as a comment with JSON in Base64."""
    document = json.dumps(
        {
            "originalSql": sql,
            "catalog": "awsdatacatalog",
            "schema": "${DatabaseName}",
            "columns": [{"name": name, "type": _VIEW_TYPES.get(kind, kind)} for name, kind in of.items()],
        }
    )
    return {"Fn::Join": ["", ["/* Presto View: ", {"Fn::Base64": {"Fn::Sub": document}}, " */"]]}


__all__ = ["FINDINGS", "LATEST_SQL", "NIGHTLY", "NIGHTLY_SQL", "RUNS", "SHARDS", "columns", "view"]
