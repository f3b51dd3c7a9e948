"""Every control against its cases in ``tests/cases/<control id>.yaml``: the expected rows, no more and no fewer.

A case declares an account in AWS's own answers (validated against botocore's output shapes), what is denied, and the
rows it must give. For every case, denying any one operation must not make a PASS or a FAIL of anything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pytest
import yaml

from assessor.demo.document import Document
from assessor.demo.faults import Faults
from assessor.model.control import Control
from assessor.model.evaluation import evaluate
from assessor.model.finding import Finding
from assessor.model.parameters import Parameters
from assessor.model.reading import Unseen
from assessor.model.snapshot import Snapshot
from assessor.model.verdict import Status
from evaluators import CONTROLS
from tests.aws.account import document_of, snapshot_of
from tests.evaluators.losses import chosen

CASES = Path(__file__).parent.parent / "cases"
BY_ID = {control.id: control for control in CONTROLS}
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
ORGANIZATION = ("organizations", "sts")
"""Services that show the policies above the account; without them an answer is "before SCP" or RCP, and says so."""
_FIELDS = {"status", "resource", "region", "reason", "severity", "observed", "evidence", "grant"}
_CASE_FIELDS = {"name", "aws", "deny", "gate", "errors", "regions", "scope", "parameters", "expect"}


@dataclass(frozen=True)
class Case:
    """One declared account and the rows it must give."""

    control: str
    name: str
    content: Mapping[str, Any]
    regions: tuple[str, ...]
    scope: str
    deny: tuple[str, ...]
    gate: tuple[str, ...]
    errors: Mapping[str, tuple[str, int]]
    parameters: Mapping[str, Any]
    expect: tuple[Mapping[str, Any], ...]

    @cached_property
    def document(self) -> Document:
        """The declared account, validated once."""
        return document_of(self.content)

    def snapshot(self, *also_denied: str) -> Snapshot:
        """What a scan of the account reads, with further operations denied."""
        faults = Faults(deny=(*self.deny, *also_denied), gate=self.gate, errors=self.errors)
        return snapshot_of(
            {},
            BY_ID[self.control].operations(self.scope),
            regions=self.regions,
            scope=self.scope,
            faults=faults,
            document=self.document,
        )

    def findings(self, *also_denied: str) -> list[Finding]:
        """The rows the control gives, with further operations denied."""
        parameters = Parameters(self.parameters)
        return evaluate(self.snapshot(*also_denied), [BY_ID[self.control]], parameters, strict=True)

    def answered(self) -> list[tuple[str, str]]:
        """The (service, operation) pairs whose loss changes anything: those that were asked and not refused."""
        return sorted(
            {(c.service, c.name) for c, reading in self.snapshot().items() if not isinstance(reading, Unseen)}
        )


def merged(base: Any, over: Any) -> Any:
    """Mappings merged key by key; everything else replaced."""
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return {
            key: merged(base.get(key), over[key]) if key in over else base[key] for key in {**base, **over}
        }
    return base if over is None else over


@cache
def load(path: Path) -> tuple[Case, ...]:
    """The cases of one file."""
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
    return tuple(_case(data["control"], data.get("base") or {}, raw) for raw in data["cases"])


def _case(control: str, base: Mapping[str, Any], raw: Mapping[str, Any]) -> Case:
    unknown = set(raw) - _CASE_FIELDS | {name for row in raw["expect"] for name in set(row) - _FIELDS}
    assert not unknown, f"{control} / {raw.get('name')}: unknown fields {unknown}"
    return Case(
        control=control,
        name=raw["name"],
        content=merged(base, raw.get("aws") or {}),
        regions=tuple(raw.get("regions", ("us-east-1",))),
        scope=raw.get("scope", "account"),
        deny=tuple(raw.get("deny", ())),
        gate=tuple(raw.get("gate", ())),
        errors={pattern: (code, status) for pattern, (code, status) in raw.get("errors", {}).items()},
        parameters=raw.get("parameters", {}),
        expect=tuple(raw["expect"]),
    )


def every_case() -> Iterator[Any]:
    """All cases, named after their control and what they show."""
    for path in sorted(CASES.glob("GAI-*.yaml")):
        for case in load(path):
            yield pytest.param(case, id=f"{case.control}: {case.name}")


EVERY_CASE = list(every_case())


@pytest.mark.parametrize("case", EVERY_CASE)
def test_a_case_gives_exactly_the_expected_rows(case: Case) -> None:
    found = case.findings()
    left = list(found)
    missing = []
    for expected in case.expect:
        match = next((row for row in left if fits(row, expected)), None)
        if match is None:
            missing.append(expected)
        else:
            left.remove(match)
    shown = "\n".join(f"  {described(row)}" for row in found)
    assert not missing, f"no row for {missing}; rows were:\n{shown}"
    assert not left, f"unexpected {[described(row) for row in left]}; all rows were:\n{shown}"


@pytest.mark.parametrize("case", EVERY_CASE)
def test_losing_one_permission_never_makes_a_pass_or_a_fail(case: Case) -> None:
    before = {row.finding_id: row.status for row in case.findings()}
    for service, name in chosen(case.answered(), case.name):
        for row in case.findings(f"{service}:{name}"):
            if service == "sts":
                continue  # who the caller is, is asked before anything else
            if only_before(row, service) and any("organizations:" in pattern for pattern in case.deny):
                continue  # half of the layer was refused already: without the rest of it, it is left out
            if row.status in (Status.PASS, Status.FAIL):
                assert before.get(row.finding_id) == row.status, (
                    f"with {service}:{name} denied: {described(row)} (before: {before.get(row.finding_id)})"
                )


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.id)
def test_a_control_has_at_least_five_cases_among_them_the_four_usual(control: Control) -> None:
    cases = load(CASES / f"{control.id}.yaml")
    assert len(cases) >= 5
    statuses = {row["status"] for case in cases for row in case.expect}
    assert {"PASS", "NOT_ASSESSED"} <= statuses
    assert statuses & {"FAIL", "INFO"}
    assert any(case.deny for case in cases), "no case denies anything"


def only_before(row: Finding, denied_service: str) -> bool:
    """Whether a FAIL leaves out the organization's policies, which were not seen, and says so."""
    said = "before SCP" in row.observed or "before RCP" in row.observed
    return row.status is Status.FAIL and said and denied_service in ORGANIZATION


def fits(row: Finding, expected: Mapping[str, Any]) -> bool:
    """Whether a row is the expected one; texts may be given in part."""
    exact = {
        "status": row.status.value,
        "resource": row.resource_arn,
        "region": row.region,
        "reason": row.reason,
        "severity": row.severity.value,
    }
    for name, wanted in expected.items():
        if name in exact:
            if exact[name] != wanted:
                return False
            continue
        text = getattr(row, name)
        if not all(part in text for part in ([wanted] if isinstance(wanted, str) else wanted)):
            return False
    return True


def described(row: Finding) -> str:
    """A row in one line, for a failing test."""
    return f"{row.status} {row.reason} {row.severity} {row.region} {row.resource_arn} | {row.observed} | {row.grant}"
