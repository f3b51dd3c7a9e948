"""The report of many accounts, made of their parts: scores from sums, findings read from disk as they are written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from assessor.model.finding import Finding
from assessor.model.score import ItemScore
from assessor.model.snapshot import Run, Snapshot
from assessor.model.verdict import Severity, Status
from assessor.organization.parts import FINDINGS, Conditions, Part
from assessor.organization.stored import StoredFindings, of_file
from assessor.organization.sums import Sums
from assessor.reports.files import Written
from assessor.reports.report import Report
from assessor.reports.summary import outcome
from assessor.waivers import Applied


@dataclass(frozen=True)
class Combined(Report):
    """A report that every writer takes, though it holds no findings and no readings in memory."""

    sums: Sums = field(default_factory=Sums)
    calls: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Sequence[ItemScore]] = field(default_factory=dict)

    @cached_property
    def account_items(self) -> Mapping[str, Sequence[ItemScore]]:
        """The seven items of each account alone, by its id."""
        return self.scores

    @cached_property
    def run(self) -> Mapping[str, Any]:
        """The run's conditions; the digests of the snapshots stand with the accounts in ``summary.json``."""
        return {**super().run, "calls": self.calls}

    @cached_property
    def counts(self) -> Mapping[str, int]:
        """Findings by status, every status named."""
        found: Counter[str] = Counter()
        for item in self.sums.items.values():
            found.update(item.counts)
        return {status.value: found[status.value] for status in Status}

    @cached_property
    def failed(self) -> Mapping[Severity, int]:
        """FAIL rows by severity, every severity named."""
        return {severity: self.sums.failed[severity.value] for severity in Severity}

    @cached_property
    def missing(self) -> list[str]:
        """The IAM actions whose lack left something unassessed."""
        return sorted(self.sums.missing)


def combine(run: Run, parts: Sequence[Part], conditions: Conditions) -> Combined:
    """One report of all parts, in their order."""
    sums = Sums()
    for part in parts:
        sums.add(part.sums)
    findings = StoredFindings([of_file(part.directory / FINDINGS) for part in parts], sums.findings)
    unmatched = set.intersection(*(set(part.unmatched) for part in parts)) if parts else set()
    expired = {name for part in parts for name in part.expired}
    waivers = Applied(
        (),
        sum(part.waived for part in parts),
        tuple(one for one in conditions.waivers if one.named in expired),
        tuple(one for one in conditions.waivers if one.named in unmatched),
    )
    calls = added(part.calls for part in parts)
    scores = {part.account.id: scored(part.sums, conditions) for part in parts}
    return report_of(run, findings, sums, calls, waivers, conditions, scores)


def scored(sums: Sums, conditions: Conditions) -> tuple[ItemScore, ...]:
    """The seven items of what was added up."""
    return sums.scores(conditions.controls, conditions.min_coverage, conditions.questions)


def report_of(
    run: Run,
    findings: Sequence[Finding],
    sums: Sums,
    calls: Mapping[str, Any],
    waivers: Applied,
    conditions: Conditions,
    scores: Mapping[str, Sequence[ItemScore]],
) -> Combined:
    """The report of findings that are stored somewhere; ``scores`` are those of each account."""
    return Combined(
        snapshot=Snapshot(run, {}),
        controls=conditions.controls,
        findings=findings,
        items=scored(sums, conditions),
        coverage=sums.coverage,
        parameters=conditions.parameters,
        selection=conditions.selection,
        min_coverage=conditions.min_coverage,
        snapshot_sha256="",
        questions=conditions.questions,
        answers=len(conditions.answers),
        waivers=waivers,
        sums=sums,
        calls=calls,
        scores=scores,
    )


def added(tallies: Any) -> dict[str, Any]:
    """How many calls were seen, absent and unseen, over several snapshots."""
    numbers: Counter[str] = Counter()
    unseen: Counter[str] = Counter()
    for one in tallies:
        numbers.update({name: one[name] for name in ("calls", "seen", "absent")})
        unseen.update(one["unseen"])
    return {
        **{name: numbers[name] for name in ("calls", "seen", "absent")},
        "unseen": dict(sorted(unseen.items())),
    }


def summary(
    report: Combined,
    files: Sequence[Written],
    exit_code: int,
    conclusion: str,
    accounts: Sequence[Mapping[str, Any]],
    not_read: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """``summary.json`` as a scan of one account has it, with every account's own line.

    not_read: accounts that were not to be read, with the reason.
    """
    return {
        **outcome(report, report.sums.by_place(), exit_code, conclusion),
        "accounts": list(accounts),
        "accounts_not_read": list(not_read),
        "files": [file.as_json() for file in files],
    }


def account_line(part: Part) -> dict[str, Any]:
    """One account in ``summary.json``."""
    return {
        "account_id": part.account.id,
        "regions": list(part.account.regions),
        "entered": not part.refused,
        "refused": part.refused,
        "complete": part.complete,
        "coverage": part.sums.coverage,
        "findings": part.sums.findings,
        "failed_by_severity": {severity.value: part.sums.failed[severity.value] for severity in Severity},
        "snapshot_sha256": part.snapshot_sha256,
    }


__all__ = ["Combined", "account_line", "added", "combine", "report_of", "scored", "summary"]
