"""Stored runs: a ``findings.json``, the directory it lies in, or a bundle that holds it; and their summaries alone."""

import gzip
import json
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from assessor.reports import bundle
from assessor.reports.report import SCHEMA

FILE = "findings.json"
PACKED = "findings.json.gz"
"""As the nightly run keeps it in its bucket."""
SUMMARY = "summary.json"

Row = Mapping[str, Any]
"""A finding as ``findings.json`` holds it."""


class RunError(Exception):
    """What was given holds no run this version can read. The message is one line, for people."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """What a run came to. ``findings_in``: where its findings can be read, where they are known to be."""

    source: str
    run: Mapping[str, Any]
    items: Sequence[Mapping[str, Any]]
    findings_in: Path | None = field(default=None, kw_only=True)

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.run["run_id"])

    @property
    def assessed_at(self) -> str:
        """When it was made, UTC, ISO 8601."""
        return str(self.run["assessed_at"])

    @property
    def accounts(self) -> frozenset[str]:
        """Ids of the accounts it is about."""
        return frozenset(str(one["account_id"]) for one in self.run["accounts"])

    @property
    def controls(self) -> int:
        """How many controls it ran; 0 where it does not say."""
        return int(self.run["selection"].get("controls_run", 0))

    @property
    def open(self) -> int:
        """How many findings failed."""
        return sum(int(item["counts"].get("FAIL", 0)) for item in self.items)


@dataclass(frozen=True, slots=True)
class StoredRun(RunSummary):
    """One run as it was written."""

    findings: Sequence[Row]

    @property
    def open(self) -> int:
        """How many findings failed."""
        return sum(row["status"] == "FAIL" for row in self.findings)


def load(source: Path) -> StoredRun:
    """The run in a file, a directory or a bundle. Raises `RunError`."""
    try:
        if source.is_dir():
            whole, packed = source / FILE, source / PACKED
            return load(packed) if packed.exists() and not whole.exists() else load_file(whole, source)
        if source.suffix.lower() == ".zip":
            return parse(bundle.read(source, FILE), str(source))
        return load_file(source, source)
    except bundle.BundleError as error:
        raise RunError(str(error)) from error


def load_file(path: Path, source: Path) -> StoredRun:
    """The run in a ``findings.json``, compressed or not; messages name ``source``. Raises `RunError`."""
    try:
        content = path.read_bytes()
        return parse(gzip.decompress(content) if path.suffix == ".gz" else content, str(source))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise RunError(f"{source} is damaged: it is no whole gzip file.") from error
    except OSError as error:
        raise RunError(
            f"{source} cannot be read: {error.strerror or error}. Give a {FILE}, the directory it lies in, or a bundle."
        ) from error


def parse(content: bytes, source: str) -> StoredRun:
    """The run in the bytes of a ``findings.json``. Raises `RunError`."""
    document = _document(content, source, FILE)
    try:
        run = StoredRun(source, document["run"], document["items"], document["findings"])
        for row in run.findings:
            row["finding_id"], row["status"], row["control_id"], row["account_id"], row["region"]
    except (KeyError, TypeError) as error:
        raise _foreign(source, FILE) from error
    return run


def parse_summary(content: bytes, source: str, findings_in: Path | None = None) -> RunSummary:
    """The run in the bytes of a ``summary.json``; its other members are let go. Raises `RunError`."""
    document = _document(_head(content), source, SUMMARY)
    return RunSummary(source, document["run"], document["items"], findings_in=findings_in)


def _head(content: bytes) -> bytes:
    """A ``summary.json`` without its counts by place, of which an organization has megabytes; else as it is.

    It is written with two blanks before each of its members (`assessor.reports.summary.encoded`), and no text in JSON
    holds a line feed, so that this one begins nowhere else.
    """
    end = content.find(_BEHIND)
    return content if end < 0 else content[:end] + b"}"


_BEHIND = b',\n  "counts": {'
"""What follows the items."""


def _document(content: bytes, source: str, name: str) -> dict[str, Any]:
    """What both files hold, looked at: a run and its items."""
    try:
        document: dict[str, Any] = json.loads(content)
        if document["schema"] > SCHEMA:
            raise RunError(f"{source} was written by a newer version; upgrade to read it.")
        run = document["run"]
        run["run_id"], run["selection"]["items"], run["selection"]["controls"], run["selection"]["severities"]
        int(run["selection"].get("controls_run", 0))
        if datetime.fromisoformat(run["assessed_at"]).utcoffset() is None:
            raise ValueError("a time without its zone")
        for account in run["accounts"]:
            account["account_id"], frozenset(account["regions"])
        for item in document["items"]:
            int(item["item"]), item["title"], item["readiness"], item["counts"].get
            for value in (item["score"]["low"], item["score"]["high"], item["coverage"]):
                if value is not None and not math.isfinite(value):
                    raise ValueError("no number")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _foreign(source, name) from error
    return document


def _foreign(source: str, name: str) -> RunError:
    return RunError(f"{source} holds no {name.removesuffix('.json')} of this tool; give a {name}.")


def alike(one: RunSummary, other: RunSummary) -> bool:
    """Whether two runs asked the same, so that their scores can be held against each other.

    That is about the same account, or both about several with one in common (accounts join and leave an
    organization), in the same Regions and scope, by the same selection of controls.
    """
    same_accounts = (
        bool(one.accounts & other.accounts)
        if len(one.accounts) > 1 and len(other.accounts) > 1
        else one.accounts == other.accounts
    )
    return same_accounts and asked(one.run) == asked(other.run)


def asked(run: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a run was asked, apart from the accounts: Regions, scope, items, controls and severities."""
    selection = run["selection"]
    regions = {region for account in run["accounts"] for region in account["regions"]}
    chosen = (frozenset(map(str, selection.get(name) or ())) for name in ("items", "controls", "severities"))
    return (frozenset(regions), run.get("scope"), *chosen)


SHOWN = 30
"""Earlier runs on a page at most, the newest of them."""


def earlier(run: Mapping[str, Any], found: Sequence[RunSummary]) -> tuple[tuple[RunSummary, ...], int]:
    """Of runs in order those for the page of ``run``; and how many earlier ones asked something else.

    What was made after the run is left out, so that the evaluation of its snapshot gives the same page later on.
    """
    own = RunSummary("", run, ())
    before = [one for one in found if one.id != own.id and one.assessed_at < own.assessed_at]
    same = [one for one in before if alike(one, own)]
    return tuple(same[-SHOWN:]), len(before) - len(same)
