"""One account's share of a run: its snapshot, its findings and what they add up to, in a directory of its own.

A part is whole when its ``part.json`` is there, which is written together with the findings; a run that was
interrupted goes on with the accounts that have none.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any

from assessor.attestations.answers import Answer
from assessor.attestations.questions import ATTESTATIONS, Attestation
from assessor.model import archive
from assessor.model.control import Control
from assessor.model.parameters import Parameters
from assessor.model.snapshot import Account, Run, Snapshot
from assessor.organization import stored
from assessor.organization.sums import Sums
from assessor.reports.files import Batch
from assessor.reports.report import Selection, make_report
from assessor.waivers import Waiver

SNAPSHOT = "snapshot.json.gz"
FINDINGS = "findings.jsonl.gz"
PART = "part.json"
SCHEMA = 1


@dataclass(frozen=True)
class Conditions:
    """Under which every account of a run is judged. It travels to other processes: controls and questions by id."""

    controls: tuple[Control, ...]
    questions: tuple[Attestation, ...] = ()
    parameters: Parameters = field(default_factory=Parameters)
    answers: tuple[Answer, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    selection: Selection = field(default_factory=Selection)
    min_coverage: float = 50.0

    def __reduce__(self) -> tuple[Any, ...]:
        """What crosses into another process: plain data."""
        answers = [
            (
                one.question.id,
                {f.name: getattr(one, f.name) for f in fields(Answer) if f.name != "question"},
            )
            for one in self.answers
        ]
        return _conditions, (
            tuple(one.id for one in self.controls),
            tuple(one.id for one in self.questions),
            dict(self.parameters.given),
            dict(self.parameters.documents),
            answers,
            self.waivers,
            self.selection,
            self.min_coverage,
        )


def _conditions(
    controls: Sequence[str],
    questions: Sequence[str],
    given: Mapping[str, Any],
    documents: Mapping[str, Any],
    answers: Sequence[tuple[str, Mapping[str, Any]]],
    waivers: tuple[Waiver, ...],
    selection: Selection,
    min_coverage: float,
) -> Conditions:
    import evaluators

    asked = {one.id: one for one in ATTESTATIONS}
    known = {one.id: one for one in evaluators.CONTROLS}
    return Conditions(
        tuple(known[ident] for ident in controls),
        tuple(asked[ident] for ident in questions),
        Parameters(given, documents),
        tuple(Answer(question=asked[ident], **members) for ident, members in answers),
        waivers,
        selection,
        min_coverage,
    )


@dataclass(frozen=True)
class Part:
    """What one account came to.

    refused: why it could not be entered, "" where it could. complete: whether the time sufficed. calls: how many were
    seen, absent and unseen. waived, expired, unmatched: as `assessor.waivers.Applied` counts them.
    """

    directory: Path
    run_id: str
    account: Account
    refused: str
    complete: bool
    sums: Sums
    calls: Mapping[str, Any]
    snapshot_sha256: str
    waived: int
    expired: tuple[str, ...]
    unmatched: tuple[str, ...]

    @property
    def done(self) -> bool:
        """Whether another attempt has nothing to add."""
        return self.complete and not self.refused


def keep(snapshot: Snapshot, directory: Path) -> None:
    """Store what was read of an account. Raises `CannotWriteError`."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / PART).unlink(missing_ok=True)
    with Batch(directory) as batch:
        batch.add(SNAPSHOT, partial(archive.write, snapshot))


def judge(directory: Path, conditions: Conditions, refused: str = "", complete: bool = True) -> None:
    """Make the findings of a stored snapshot, and store them with their sums.

    Raises `CannotWriteError` and `ArchiveError`.
    """
    path = directory / SNAPSHOT
    snapshot = archive.read(path)
    digest = archive.sha256_of(path)
    report = make_report(
        snapshot,
        conditions.controls,
        conditions.parameters,
        conditions.selection,
        min_coverage=conditions.min_coverage,
        questions=conditions.questions,
        answers=conditions.answers,
        waivers=conditions.waivers,
        snapshot_sha256=digest,
    )
    account = snapshot.run.accounts[0]
    sums = Sums.of(report.findings, conditions.controls, conditions.questions)
    document = {
        "schema": SCHEMA,
        "run_id": snapshot.run.run_id,
        "account": {
            "id": account.id,
            "regions": list(account.regions),
            "partition": account.partition,
            "caller": account.caller,
        },
        "refused": refused,
        "complete": complete,
        "sums": sums.as_json(),
        "calls": archive.tally(snapshot.readings),
        "snapshot_sha256": digest,
        "waived": report.waivers.waived,
        "expired": [one.named for one in report.waivers.expired],
        "unmatched": [one.named for one in report.waivers.unmatched],
    }
    with Batch(directory) as batch:
        batch.add(FINDINGS, partial(stored.write, report.findings, snapshot.run))
        batch.add(PART, lambda out: out.write(stored.encoded(document)))


def load(directory: Path, run_id: str) -> Part | None:
    """The part of that run in a directory; None where there is none, or what is there cannot be read."""
    try:
        document = json.loads((directory / PART).read_bytes())
        if document["schema"] != SCHEMA or document["run_id"] != run_id:
            return None
        account = document["account"]
        return Part(
            directory,
            run_id,
            Account(account["id"], tuple(account["regions"]), account["partition"], account["caller"]),
            document["refused"],
            document["complete"],
            Sums.from_json(document["sums"]),
            document["calls"],
            document["snapshot_sha256"],
            document["waived"],
            tuple(document["expired"]),
            tuple(document["unmatched"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


__all__ = ["FINDINGS", "PART", "SNAPSHOT", "Conditions", "Part", "Run", "judge", "keep", "load"]
