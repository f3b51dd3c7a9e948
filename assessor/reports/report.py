"""What every writer is given: one run's findings with the scores made of all of them, and the run's conditions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assessor import __version__
from assessor.attestations import state
from assessor.attestations.answers import Answer
from assessor.attestations.questions import Attestation
from assessor.model.archive import tally
from assessor.model.control import Control
from assessor.model.evaluation import evaluate
from assessor.model.finding import Finding
from assessor.model.parameters import DECLARED, Parameters
from assessor.model.score import ItemScore, coverage_of, score
from assessor.model.snapshot import Snapshot
from assessor.model.verdict import Severity, Status
from assessor.reports.permissions import missing_actions
from assessor.waivers import Applied, Waiver, apply

if TYPE_CHECKING:
    from assessor.history.runs import RunSummary

SCHEMA = 1
"""Version of ``findings.json`` and ``summary.json``."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which controls were asked for; an empty member leaves that question open.

    It decides what is run, and so what is scored. What is only shown is a `Display`.
    """

    items: tuple[int, ...] = ()
    controls: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Display:
    """What of the findings is shown. It never touches scores, coverage, readiness or counts.

    statuses: only these; empty shows all.
    limit: most findings of the terminal table; None shows all.
    """

    statuses: frozenset[Status] = frozenset()
    limit: int | None = 20

    def shows(self, finding: Finding) -> bool:
        """Whether a finding passes the filter."""
        return not self.statuses or finding.status in self.statuses


@dataclass(frozen=True)
class Report:
    """One run: the snapshot, what was concluded from it, and under which conditions.

    questions: what was asked of people. answers: how many answers the file held. waivers: what became of them.
    coverage: percent of all applicable cells that were decided; None where nothing was asked.
    snapshot_sha256: of the snapshot file, so that ``sha256sum`` verifies it.
    history: earlier runs that asked the same, the oldest first; only the page shows them.
    derived: what evaluation derived of the snapshot, by account, for writers that look at it once more.
    """

    snapshot: Snapshot
    controls: tuple[Control, ...]
    findings: Sequence[Finding]
    items: tuple[ItemScore, ...]
    coverage: float | None
    parameters: Parameters
    selection: Selection
    min_coverage: float
    snapshot_sha256: str
    tool_version: str = field(default=__version__)
    questions: tuple[Attestation, ...] = ()
    answers: int = 0
    waivers: Applied = field(default_factory=lambda: Applied(()))
    history: Sequence["RunSummary"] = ()
    derived: Mapping[str, dict[Any, Any]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def run(self) -> Mapping[str, Any]:
        """The run's conditions as JSON; the same for a scan and for the evaluation of its snapshot."""
        run = self.snapshot.run
        return {
            "run_id": run.run_id,
            "assessed_at": run.assessed_at,
            "tool_version": self.tool_version,
            "collected_with": run.tool_version,
            "accounts": [
                {
                    "account_id": account.id,
                    "partition": account.partition,
                    "caller": account.caller,
                    "regions": list(account.regions),
                }
                for account in run.accounts
            ],
            "caller": run.accounts[0].caller if run.accounts else "",
            "regions": sorted({region for account in run.accounts for region in account.regions}),
            "scope": run.scope,
            "selection": {
                "items": list(self.selection.items),
                "controls": list(self.selection.controls),
                "severities": list(self.selection.severities),
                "controls_run": len(self.controls),
                "questions_asked": len(self.questions),
            },
            "parameters": {p.name: self.parameters.get(p.name) for p in DECLARED},
            "min_coverage": self.min_coverage,
            "coverage": self.coverage,
            "calls": tally(self.snapshot.readings),
            "snapshot_sha256": self.snapshot_sha256,
        }

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Findings by status, every status named."""
        found = Counter(row.status for row in self.findings)
        return {status.value: found[status] for status in Status}

    @cached_property
    def failed(self) -> Mapping[Severity, int]:
        """FAIL rows by severity, every severity named."""
        found = Counter(row.severity for row in self.findings if row.status is Status.FAIL)
        return {severity: found[severity] for severity in Severity}

    @cached_property
    def account_items(self) -> Mapping[str, Sequence[ItemScore]]:
        """The seven items of each account alone, by its id."""
        rows: dict[str, list[Finding]] = {account.id: [] for account in self.snapshot.run.accounts}
        for finding in self.findings:
            rows.setdefault(finding.account_id, []).append(finding)
        return {
            ident: score(own, self.controls, self.min_coverage, self.questions) for ident, own in rows.items()
        }

    @cached_property
    def open_questions(self) -> tuple[str, ...]:
        """Ids of the questions to people without an answer that holds, in the checklist's order."""
        return tuple(dict.fromkeys(ident for item in self.items for ident in item.open_questions))

    @cached_property
    def missing(self) -> list[str]:
        """The IAM actions whose lack left something unassessed."""
        return missing_actions(self.findings)


def make_report(
    snapshot: Snapshot,
    controls: Sequence[Control],
    parameters: Parameters,
    selection: Selection,
    *,
    min_coverage: float,
    snapshot_sha256: str,
    questions: Sequence[Attestation] = (),
    answers: Sequence[Answer] = (),
    waivers: Sequence[Waiver] = (),
) -> Report:
    """Evaluate, ask the answers of people, waive and score: all findings are scored, whatever will be shown of them."""
    memos: dict[str, dict[Any, Any]] = {}
    found = evaluate(snapshot, controls, parameters, memos=memos)
    found += state.findings(snapshot, questions, answers, parameters, memos)
    asked = frozenset((*(one.id for one in controls), *(one.id for one in questions)))
    applied = apply(found, waivers, datetime.fromisoformat(snapshot.run.assessed_at), asked)
    findings = applied.findings
    return Report(
        snapshot=snapshot,
        controls=tuple(controls),
        findings=findings,
        items=tuple(score(findings, controls, min_coverage, questions)),
        coverage=coverage_of(findings, controls),
        parameters=parameters,
        selection=selection,
        min_coverage=min_coverage,
        snapshot_sha256=snapshot_sha256,
        questions=tuple(questions),
        answers=len(answers),
        waivers=applied,
        derived=memos,
    )
