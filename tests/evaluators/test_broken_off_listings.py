"""One call that breaks, or a listing that breaks off, never makes a PASS or a FAIL.

`test_cases` denies whole operations. Here single answers are lost, one at a time: replaced by an error, or by the first
half of their items, as when AWS stops answering between two pages.
"""

from collections.abc import Iterator, Mapping

import pytest

from assessor.demo.faults import Faults
from assessor.model.evaluation import evaluate
from assessor.model.operation import Operation
from assessor.model.parameters import Parameters
from assessor.model.path import first
from assessor.model.plan import closure
from assessor.model.reading import Reading, Seen, Unseen, Why
from assessor.model.snapshot import Snapshot
from assessor.model.verdict import Status
from tests.aws.account import snapshot_of
from tests.evaluators.losses import chosen
from tests.evaluators.test_cases import BY_ID, CASES, Case, load, only_before


def losses(operation: Operation, reading: Reading) -> Iterator[Unseen]:
    """The ways in which an answer can be lost."""
    if not isinstance(reading, Seen):
        return
    yield Unseen(Why.ERROR, "InternalServerException", "the service stumbled")
    if operation.token and operation.items:
        items = first(reading.value, operation.items) or []
        partial: Mapping[str, object] = {**reading.value, operation.items: items[: len(items) // 2]}
        yield Unseen(Why.THROTTLED, "ThrottlingException", "rate exceeded", partial=partial)


def seen(case: Case) -> Snapshot:
    """What the case's control reads."""
    faults = Faults(deny=case.deny, gate=case.gate, errors=case.errors)
    control = BY_ID[case.control]
    return snapshot_of(
        case.content, control.operations(case.scope), regions=case.regions, scope=case.scope, faults=faults
    )


@pytest.mark.parametrize("control_id", sorted(BY_ID))
def test_losing_one_answer_never_makes_a_pass_or_a_fail(control_id: str) -> None:
    control = BY_ID[control_id]
    operations = {operation.id: operation for operation in closure(control.operations("workload"))}
    tried = 0
    for case in load(CASES / f"{control_id}.yaml"):
        snapshot, parameters = seen(case), Parameters(case.parameters)
        before = {row.finding_id: row.status for row in evaluate(snapshot, [control], parameters)}
        lost = (
            (call, loss)
            for call, reading in snapshot.items()
            for loss in losses(operations[call.operation], reading)
        )
        for call, loss in chosen(lost, case.name):
            tried += 1
            left = Snapshot(snapshot.run, {**snapshot.readings, call: loss})
            for row in evaluate(left, [control], parameters):
                if only_before(row, call.service) and call.service == "sts":
                    continue
                if row.status in (Status.PASS, Status.FAIL):
                    assert before.get(row.finding_id) == row.status, (
                        f"{case.name}: without {call.operation} {call.params}: {row.status} {row.observed}"
                    )
    assert tried > 0
