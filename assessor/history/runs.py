"""Stored runs: a ``findings.json``, the directory it lies in, or a bundle that holds it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assessor.reports import bundle
from assessor.reports.report import SCHEMA

FILE = "findings.json"

Row = Mapping[str, Any]
"""A finding as ``findings.json`` holds it."""


class RunError(Exception):
    """What was given holds no run this version can read. The message is one line, for people."""


@dataclass(frozen=True, slots=True)
class StoredRun:
    """One run as it was written."""

    source: str
    run: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    findings: Sequence[Row]

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.run["run_id"])

    @property
    def assessed_at(self) -> str:
        """When it was made, UTC, ISO 8601."""
        return str(self.run["assessed_at"])


def load(source: Path) -> StoredRun:
    """The run in a file, a directory or a bundle. Raises `RunError`."""
    try:
        if source.is_dir():
            return parse((source / FILE).read_bytes(), str(source))
        if source.suffix.lower() == ".zip":
            return parse(bundle.read(source, FILE), str(source))
        return parse(source.read_bytes(), str(source))
    except OSError as error:
        raise RunError(
            f"{source} cannot be read: {error.strerror or error}. Give a {FILE}, the directory it lies in, or a bundle."
        ) from error
    except bundle.BundleError as error:
        raise RunError(str(error)) from error


def parse(content: bytes, source: str) -> StoredRun:
    """The run in the bytes of a ``findings.json``. Raises `RunError`."""
    try:
        document = json.loads(content)
        if document["schema"] > SCHEMA:
            raise RunError(f"{source} was written by a newer version; upgrade to read it.")
        run = StoredRun(source, document["run"], document["items"], document["findings"])
        for row in run.findings:
            row["finding_id"], row["status"], row["control_id"], row["account_id"], row["region"]
        run.run["run_id"], run.run["assessed_at"], run.run["accounts"], run.run["selection"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(f"{source} holds no findings of this tool; give a {FILE}.") from error
    return run
