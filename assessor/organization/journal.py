"""What a run over many accounts set out to do, kept beside its parts: what `--resume` goes on with."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from assessor import __version__
from assessor.organization import stored
from assessor.organization.parts import Conditions
from assessor.reports.files import Batch

NAME = "run.json"
SCHEMA = 1


class JournalError(ValueError):
    """There is nothing to resume, or what is asked now differs. The message is one line."""


@dataclass(frozen=True)
class Journal:
    """One run. accounts: (id, role ARN), in the order of the report. not_read: accounts that are left out, and why."""

    run_id: str
    assessed_at: str
    regions: tuple[str, ...]
    accounts: tuple[tuple[str, str], ...]
    not_read: tuple[Mapping[str, Any], ...]
    conditions: Mapping[str, str]

    def write(self, directory: Path) -> None:
        """Keep it. Raises `CannotWriteError`."""
        directory.mkdir(parents=True, exist_ok=True)
        document = {
            "schema": SCHEMA,
            "run_id": self.run_id,
            "assessed_at": self.assessed_at,
            "regions": list(self.regions),
            "accounts": [list(one) for one in self.accounts],
            "not_read": list(self.not_read),
            "conditions": dict(self.conditions),
        }
        with Batch(directory) as batch:
            batch.add(NAME, partial(_write, stored.encoded(document)))

    def resumed(self, conditions: Mapping[str, str]) -> "Journal":
        """Itself, when the same is asked again. Raises `JournalError`, naming what differs."""
        differs = [name for name in conditions if conditions[name] != self.conditions.get(name)]
        if differs:
            raise JournalError(
                f"the interrupted run was made with another {' and another '.join(differs)}: give the same options, "
                "or begin anew without --resume"
            )
        return self


def _write(content: bytes, out: BinaryIO) -> None:
    out.write(content)


def read(directory: Path) -> Journal:
    """The journal in a directory. Raises `JournalError`."""
    path = directory / NAME
    try:
        document = json.loads(path.read_bytes())
        if document["schema"] != SCHEMA:
            raise JournalError(f"{path} was written by another version: begin anew without --resume")
        return Journal(
            document["run_id"],
            document["assessed_at"],
            tuple(document["regions"]),
            tuple((account, role) for account, role in document["accounts"]),
            tuple(document["not_read"]),
            document["conditions"],
        )
    except FileNotFoundError as error:
        raise JournalError(f"there is no run to resume in {directory}: begin without --resume") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, JournalError):
            raise
        raise JournalError(f"{path} is damaged: begin anew without --resume") from error


def described(
    conditions: Conditions, *, scope: str, regions: Sequence[str], accounts: str, role: str
) -> dict[str, str]:
    """What two runs must have in common for the one to go on with the other's accounts, each under its name."""
    parts = {
        "version of assessor": __version__,
        "selection of controls": [one.id for one in conditions.controls]
        + [one.id for one in conditions.questions],
        "parameter": [conditions.parameters.given, conditions.parameters.documents],
        "file of attestations": [repr(one) for one in conditions.answers],
        "file of waivers": [repr(one) for one in conditions.waivers],
        "scope": scope,
        "Region": list(regions),
        "list of accounts": accounts,
        "role": role,
    }
    return {name: _digest(value) for name, value in parts.items()}


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


__all__ = ["NAME", "Journal", "JournalError", "described", "read"]
