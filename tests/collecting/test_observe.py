"""Operations that are read last, for as long as their own time allows."""

from collections.abc import Callable

import pytest

from assessor.collecting.request import CollectRequest
from assessor.collecting.run import collect
from assessor.demo import Document, Faults, StandIn
from assessor.model.reading import Seen, Unseen, Why
from collectors import cloudtrail, lambda_
from tests.aws.account import NOW

Serve = Callable[[StandIn], StandIn]
REGION = "us-east-1"
OBSERVED = cloudtrail.LOOKUP_EVENTS_INVOCATIONS


def account() -> Document:
    events = [{"EventId": f"e{n}", "EventName": "InvokeModel", "CloudTrailEvent": "{}"} for n in range(40)]
    held = {"cloudtrail": {"LookupEvents": events}, "lambda": {"ListFunctions": [{"FunctionName": "f"}]}}
    return Document({"accounts": {"111122223333": {"regions": {REGION: held}}}}, NOW)


def request(seconds: float) -> CollectRequest:
    return CollectRequest((lambda_.LIST_FUNCTIONS,), (REGION,), observed=(OBSERVED,), observe_for=seconds)


def test_they_are_read_after_everything_else(serving: Serve) -> None:
    aws = serving(StandIn(account()))
    snapshot = collect(request(30))
    found = snapshot.calls(OBSERVED, "111122223333", REGION)
    assert len(found) == 4
    assert all(isinstance(snapshot.reading(call), Seen) for call in found)
    asked = [call.operation for call in aws.calls]
    assert asked.index("ListFunctions") < asked.index("LookupEvents")


def test_when_their_time_is_over_the_rest_of_the_run_stands_and_what_was_read_counts(serving: Serve) -> None:
    serving(StandIn(account(), page_size=1, faults=Faults(latency={"cloudtrail:*": 0.05})))
    snapshot = collect(request(1.5))
    functions = snapshot.calls(lambda_.LIST_FUNCTIONS, "111122223333", REGION)
    assert [type(snapshot.reading(call)) for call in functions] == [Seen]
    readings = [snapshot.reading(call) for call in snapshot.calls(OBSERVED, "111122223333", REGION)]
    late = [reading for reading in readings if isinstance(reading, Unseen)]
    assert late
    assert {reading.why for reading in late} == {Why.TIMED_OUT}
    assert any(reading.partial for reading in late)


@pytest.mark.parametrize("scope", ["workload", "account"])
def test_a_run_that_is_not_asked_to_observe_looks_nothing_up(serving: Serve, scope: str) -> None:
    aws = serving(StandIn(account()))
    collect(CollectRequest((lambda_.LIST_FUNCTIONS,), (REGION,), scope=scope))
    assert "LookupEvents" not in {call.operation for call in aws.calls}
