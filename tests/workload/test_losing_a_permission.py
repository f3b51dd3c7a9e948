"""Losing one permission may make a standing unknown; it never makes a path safe, nor a path out of none."""

import functools
from collections.abc import Iterator

import pytest

from assessor.demo import Document, company
from assessor.demo.faults import Faults
from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.plan import closure
from assessor.model.reading import Call, Seen, Unseen, Why
from assessor.model.snapshot import Snapshot
from assessor.model.view import View
from assessor.workload.build import READS, workload
from assessor.workload.graph import Kind
from assessor.workload.workload import Standing, Workload
from tests.aws.account import snapshot_of

REGIONS = ("us-east-1", "eu-west-1")
JUDGED = {
    Kind.DOOR,
    Kind.ENTRY,
    Kind.COMPUTE,
    Kind.PRINCIPAL,
    Kind.ACL,
    Kind.IDENTITY,
}
"""Kinds that workload-aware controls judge."""


@functools.cache
def held() -> Document:
    return company()


def without(*denied: str) -> Workload:
    faults = Faults(deny=denied)
    read = snapshot_of({}, READS, regions=REGIONS, scope="workload", document=held(), faults=faults)
    return workload(View(read, read.run.accounts[0], REGIONS[0]))


@functools.cache
def whole() -> dict[str, Standing]:
    known = without()
    return {
        node.id: known.reach(node.id).standing for node in known.graph.nodes.values() if node.kind in JUDGED
    }


@pytest.mark.parametrize("operation", closure(READS), ids=lambda operation: operation.id)
def test_what_is_on_a_path_stays_on_it_or_becomes_unknown(operation: Operation) -> None:
    known = without(f"{operation.service}:{operation.name}")
    wrong = {
        ident: after
        for ident, before in whole().items()
        if before is Standing.ON_PATH
        and (after := known.reach(ident).standing) not in {Standing.ON_PATH, Standing.UNKNOWN}
    }
    assert wrong == {}


@pytest.mark.parametrize("operation", closure(READS), ids=lambda operation: operation.id)
def test_what_is_on_no_path_is_never_put_on_one(operation: Operation) -> None:
    known = without(f"{operation.service}:{operation.name}")
    wrong = {
        ident: after
        for ident, before in whole().items()
        if before is Standing.NOT_ON_PATH
        and (after := known.reach(ident).standing) not in {Standing.NOT_ON_PATH, Standing.UNKNOWN}
    }
    assert wrong == {}


def test_the_company_has_something_of_every_kind_to_lose() -> None:
    known = without()
    assert {
        known.graph.nodes[ident].kind for ident, standing in whole().items() if standing is Standing.ON_PATH
    } == JUDGED
    assert Standing.NOT_ON_PATH in whole().values()


def losses(snapshot: Snapshot) -> Iterator[tuple[Call, Unseen]]:
    """Every answer lost in turn: refused by a stumbling service, or broken off in the middle."""
    operations = {operation.id: operation for operation in closure(READS)}
    for call, reading in snapshot.items():
        if isinstance(reading, Seen):
            yield call, Unseen(Why.ERROR, "InternalServerException", "the service stumbled")
            operation = operations[call.operation]
            if operation.token and operation.items:
                items = first(reading.value, operation.items) or []
                if len(items) > 1 and "." not in operation.items:
                    partial = {**reading.value, operation.items: items[: len(items) // 2]}
                    yield call, Unseen(Why.THROTTLED, "ThrottlingException", "rate exceeded", partial=partial)


def test_one_lost_answer_or_half_a_listing_is_no_different() -> None:
    read = snapshot_of({}, READS, regions=REGIONS, scope="workload", document=held())
    tried = 0
    for call, loss in losses(read):
        left = Snapshot(read.run, {**read.readings, call: loss})
        known = workload(View(left, left.run.accounts[0], REGIONS[0]))
        tried += 1
        for ident, before in whole().items():
            after = known.reach(ident).standing
            allowed = {before, Standing.UNKNOWN}
            assert before not in {Standing.ON_PATH, Standing.NOT_ON_PATH} or after in allowed, (
                f"without {call.operation} {call.params}: {ident} from {before} to {after}"
            )
    assert tried > 200
