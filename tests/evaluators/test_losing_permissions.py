"""Whatever one permission is taken away from a scan of the invented company: nothing gets better, nothing gets worse.

No finding becomes a PASS or a FAIL that it was not before, no item's low end rises, and no coverage rises.
"""

from functools import cache

import pytest

from assessor.demo import Faults, company
from assessor.demo.document import Document
from assessor.model.evaluation import evaluate
from assessor.model.finding import Finding
from assessor.model.plan import closure
from assessor.model.score import score
from assessor.model.verdict import Status
from evaluators import CONTROLS
from tests.aws.account import snapshot_of

REGIONS = ("us-east-1", "eu-west-1")
READS = tuple(operation for control in CONTROLS for operation in control.reads)
OPERATIONS = sorted({f"{operation.service}:{operation.name}" for operation in closure(READS)})


@cache
def document() -> Document:
    """The company, read once."""
    return company()


def findings(*denied: str) -> list[Finding]:
    """All rows of a scan with some operations denied."""
    faults = Faults(deny=denied)
    held = snapshot_of({}, READS, regions=REGIONS, scope="workload", faults=faults, document=document())
    return evaluate(held, CONTROLS, strict=True)


@cache
def whole() -> list[Finding]:
    """All rows of a scan that sees everything."""
    return findings()


def test_the_company_shows_something_of_every_item() -> None:
    seen = {(row.item, row.status) for row in whole()}
    for item in range(2, 8):
        assert {(item, Status.PASS), (item, Status.FAIL)} & seen, f"nothing decided in item {item}"
    assert (1, Status.PASS) in seen


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_lost_permission_never_decides_anything(operation: str) -> None:
    before = {row.finding_id: row.status for row in whole()}
    after = findings(operation)
    for row in after:
        if row.status in (Status.PASS, Status.FAIL):
            assert before.get(row.finding_id) == row.status, (
                f"{row.control_id} {row.resource_arn}: {row.observed}"
            )
    for old, new in zip(score(whole(), CONTROLS), score(after, CONTROLS), strict=True):
        assert (new.low or 0.0) <= (old.low or 0.0), f"item {new.item}: low rose from {old.low} to {new.low}"
        assert (new.coverage or 0.0) <= (old.coverage or 0.0), f"item {new.item}: coverage rose"


def test_everything_denied_decides_nothing_and_names_every_action() -> None:
    rows = findings("*")
    by_parameter = {
        row.control_id for row in rows if row.status is Status.NOT_APPLICABLE and not row.evidence
    }
    seen = [row for row in rows if row.control_id not in by_parameter]
    assert by_parameter <= {"GAI-2.09"}, "only what no call is needed for may be decided"
    assert {row.status for row in seen} == {Status.NOT_ASSESSED}
    asking = [control for control in CONTROLS if control.id not in by_parameter]
    needed = {action for control in asking for op in closure(control.reads) for action in op.actions}
    named = {action for row in seen for action in row.grant.split()}
    assert needed - named - {"sts:GetCallerIdentity"} == set()
    assert all(item.low in (0.0, None) and item.coverage in (0.0, None) for item in score(rows, CONTROLS))
