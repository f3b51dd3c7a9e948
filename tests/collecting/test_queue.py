"""The order in which things leave the queue."""

import math

import pytest
from tenacity.stop import stop_after_attempt
from tenacity.wait import wait_fixed

from assessor.collecting.queue import Policy, Trouble, WorkQueue
from tests.collecting.simulation import Fake, simulate

QUICK = {trouble: Policy(wait_fixed(2.0), stop_after_attempt(3)) for trouble in Trouble}


def test_lanes_take_turns() -> None:
    queue = WorkQueue()
    queue.payoff = 1000.0
    queue.add([Fake(lane=lane) for lane in "aaabbc"])
    taken = [job.task.lane for _ in range(6) if (job := queue.take(0.0)) is not None]
    assert taken == list("abcaba")
    assert queue.take(0.0) is None


def test_listings_leave_before_details() -> None:
    queue = WorkQueue()
    detail, listing = Fake(), Fake(urgent=True)
    queue.add([detail, listing])
    job = queue.take(0.0)
    assert job is not None
    assert job.task is listing


def test_the_next_page_of_a_listing_leaves_before_everything_else_of_its_lane() -> None:
    queue = WorkQueue()
    listing = Fake(pages=2)
    queue.add([listing, Fake(), Fake()])
    job = queue.take(0.0)
    assert job is not None
    assert queue.back(job)
    queue.next_page(job)
    again = queue.take(0.0)
    assert again is job


def test_a_full_lane_waits_for_its_own_requests() -> None:
    queue = WorkQueue(lane_limit=2)
    queue.payoff = 1000.0
    queue.add([Fake(lane="a") for _ in range(3)])
    first, second = queue.take(0.0), queue.take(0.0)
    assert first is not None
    assert second is not None
    assert queue.take(0.0) is None
    assert queue.wake_at() == math.inf
    assert queue.back(first)
    assert queue.take(0.0) is not None


def test_a_repeat_waits_as_its_policy_says_and_stops_when_it_says_so() -> None:
    queue = WorkQueue(policies=QUICK)
    queue.add([Fake()])
    now = 0.0
    for attempt in range(3):
        job = queue.take(now)
        assert job is not None
        assert queue.back(job)
        assert queue.again(job, Trouble.TRANSIENT, now) is (attempt < 2)
        if attempt < 2:
            assert queue.take(now + 1.9) is None
            assert queue.wake_at() == now + 2.0
            now += 2.0
    assert not queue


def test_a_page_that_was_read_starts_the_count_of_attempts_anew() -> None:
    queue = WorkQueue(policies=QUICK)
    queue.add([Fake(pages=9)])
    now = 0.0
    for _ in range(6):
        for failed in (True, True, False):
            job = queue.take(now)
            assert job is not None
            assert queue.back(job)
            if failed:
                assert queue.again(job, Trouble.THROTTLED, now)
            else:
                queue.answered(job, now)
                queue.next_page(job)
            now += 10.0


def test_what_is_drained_is_everything_that_waits() -> None:
    queue = WorkQueue(policies=QUICK)
    tasks = [Fake(lane=n % 2) for n in range(6)]
    queue.add(tasks)
    waiting, under_way = queue.take(0.0), queue.take(0.0)
    assert waiting is not None
    assert under_way is not None
    assert queue.back(waiting)
    queue.again(waiting, Trouble.TRANSIENT, 0.0)
    drained = [job.task for job in queue.drain()]
    assert sorted(map(id, drained)) == sorted(id(task) for task in tasks if task is not under_way.task)
    assert queue.take(100.0) is None
    assert queue
    assert queue.abandon(under_way)
    assert not queue.back(under_way)
    assert not queue


@pytest.mark.parametrize("workers", [1, 7, 64])
def test_a_tree_of_tasks_is_emptied_in_the_time_its_requests_need(workers: int) -> None:
    leaves = [tuple(Fake(lane=(n, 0)) for _ in range(20)) for n in range(10)]
    outcome = simulate(
        [Fake(lane=(n, 1), pages=3, followers=leaves[n], urgent=True) for n in range(10)],
        workers=workers,
        latency=0.05,
        jitter=0.0,
    )
    assert (outcome.answered, outcome.sent) == (210, 230)
    requests_in_a_row = math.ceil(230 / workers) if workers < 10 else 3 + math.ceil(200 / workers)
    assert outcome.seconds <= 1.1 * requests_in_a_row * 0.05
