"""Workers: everything is done once, nothing after the deadline, and nobody waits for nothing."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import partial

import pytest
from tenacity.stop import stop_after_attempt
from tenacity.wait import wait_fixed

from assessor.collecting.queue import Again, Finished, NextPage, Policy, Step, Task, Trouble
from assessor.collecting.scheduler import Scheduler, Tally

QUICK = {trouble: Policy(wait_fixed(0.001), stop_after_attempt(4)) for trouble in Trouble}


@dataclass(eq=False)
class Sleeping:
    """A task whose requests take some time and end as told."""

    seconds: float = 0.0
    lane: Hashable = "lane"
    urgent: bool = False
    steps: list[Step] = field(default_factory=lambda: [Finished(True)])
    sent: int = 0
    taken: int = 0
    given_up: list[bool] = field(default_factory=list)
    last_words: tuple[Task, ...] = ()
    on_send: Callable[[], object] = lambda: None
    preparation: float = 0.0

    def prepare(self) -> None:
        """Take that time, once."""
        time.sleep(self.preparation)
        self.preparation = 0.0

    def send(self) -> object:
        """Take the time."""
        self.sent += 1
        self.on_send()
        time.sleep(self.seconds)
        return None

    def take(self, outcome: object) -> Step:
        """The next step told."""
        self.taken += 1
        return self.steps[min(self.taken, len(self.steps)) - 1]

    def give_up(self, deadline: bool) -> tuple[Task, ...]:
        """Remember it."""
        self.given_up.append(deadline)
        return self.last_words


class Counter:
    """How many are under way at once, and the most there ever were."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self.now -= 1


@dataclass(eq=False)
class Counted(Sleeping):
    """One whose requests are counted while they are under way."""

    counter: Counter = field(default_factory=Counter)

    def send(self) -> object:
        """Take the time, counted."""
        with self.counter:
            return super().send()


def balanced(tally: Tally) -> bool:
    """Whether every planned call is accounted for."""
    return tally.planned == tally.results + tally.failed + tally.skipped


def test_nothing_to_do_ends_at_once() -> None:
    assert Scheduler().run([]) == Tally()


def test_every_task_is_done_once_and_so_are_its_followers() -> None:
    leaves = [Sleeping(lane=n % 5) for n in range(200)]
    roots = [Sleeping(steps=[NextPage(), Finished(True, tuple(leaves[n::10]))]) for n in range(10)]
    tally = Scheduler(connection_cost=0.001).run(roots)
    assert (tally.planned, tally.results, tally.requests) == (210, 210, 220)
    assert balanced(tally)
    assert {task.sent for task in leaves} == {1}


def test_requests_overlap() -> None:
    under_way = Counter()
    tasks = [Counted(0.1, counter=under_way) for _ in range(16)]
    assert Scheduler(connection_cost=1e-6).run(tasks).results == 16
    assert under_way.most >= 4


def test_a_lane_is_never_wider_than_its_limit() -> None:
    under_way = Counter()
    Scheduler(connection_cost=1e-6, lane_limit=3).run([Counted(0.005, counter=under_way) for _ in range(40)])
    assert under_way.most == 3


def test_a_failure_that_passes_is_repeated_by_whichever_worker_is_free() -> None:
    task = Sleeping(steps=[Again(Trouble.TRANSIENT), Again(Trouble.THROTTLED), Finished(True)])
    tally = Scheduler(policies=QUICK).run([task])
    assert (tally.results, tally.requests, tally.throttled, task.given_up) == (1, 3, 1, [])


def test_a_failure_that_does_not_pass_is_given_up_and_what_follows_is_done() -> None:
    follower = Sleeping()
    task = Sleeping(steps=[Again(Trouble.TRANSIENT)], last_words=(follower,))
    tally = Scheduler(policies=QUICK).run([task])
    assert (tally.planned, tally.results, tally.failed, tally.requests) == (2, 1, 1, 5)
    assert task.given_up == [False]
    assert follower.sent == 1


def test_no_worker_sleeps_for_a_repeat() -> None:
    slow = {trouble: Policy(wait_fixed(1.0), stop_after_attempt(9)) for trouble in Trouble}
    stubborn = [Sleeping(steps=[Again(Trouble.TRANSIENT), Finished(True)], lane=n) for n in range(4)]
    others = [Sleeping(0.01, lane="other") for _ in range(20)]
    sent: list[str] = []
    for task in (*stubborn, *others):
        task.on_send = partial(sent.append, str(task.lane))
    Scheduler(most_workers=2, policies=slow, connection_cost=1e-6).run([*stubborn, *others])
    assert set(sent[-4:]) == {"0", "1", "2", "3"}, "a repeat was waited for before other work was done"


def test_after_the_deadline_nothing_starts_and_everything_is_accounted_for() -> None:
    children = tuple(Sleeping() for _ in range(3))
    tasks = [Sleeping(0.05, last_words=children if n == 99 else ()) for n in range(100)]
    tally = Scheduler(time.monotonic() + 0.3, most_workers=2, connection_cost=1e-6).run(tasks)
    sent = [task for task in tasks if task.sent]
    assert tally.results == len([task for task in sent if not task.given_up])
    assert 0 < len(sent) < 20
    assert {tuple(child.given_up) for child in children} == {(True,)}
    assert (tally.planned, tally.skipped) == (103, 103 - tally.results)
    assert balanced(tally)


def test_an_answer_that_does_not_come_is_not_waited_for() -> None:
    hanging, quick = Sleeping(60.0), Sleeping(0.01)
    tally = Scheduler(time.monotonic() + 0.2, connection_cost=1e-6).run([hanging, quick])
    assert tally.overshoot < 60.0 / 2, "the run waited for the answer"
    assert (tally.results, tally.skipped) == (1, 1)
    assert hanging.given_up == [True]
    assert hanging.taken == 0


def test_making_a_client_is_not_taken_for_the_time_of_an_answer() -> None:
    tasks = [Sleeping(0.001, lane=n, preparation=0.5) for n in range(4)]
    tally = Scheduler(connection_cost=1e-6).run(tasks)
    assert tally.results == 4
    assert tally.latency < 0.25


def test_what_is_ready_only_after_the_deadline_is_not_sent() -> None:
    slow, quick = Sleeping(preparation=0.6), Sleeping(0.01, lane="other")
    tally = Scheduler(time.monotonic() + 0.3, connection_cost=1e-6).run([slow, quick])
    assert (tally.results, tally.skipped) == (1, 1)
    assert (slow.sent, slow.given_up) == (0, [True])


def test_a_listing_under_way_at_the_deadline_asks_for_no_further_page() -> None:
    listing = Sleeping(0.1, steps=[NextPage()])
    tally = Scheduler(time.monotonic() + 0.25).run([listing])
    assert listing.given_up == [True]
    assert listing.sent <= 3
    assert (tally.planned, tally.skipped) == (1, 1)


def test_a_fault_of_ours_ends_the_run_and_is_raised() -> None:
    class Faulty(Sleeping):
        """Breaks."""

        def take(self, outcome: object) -> Step:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Scheduler().run([Faulty(), *(Sleeping(0.01) for _ in range(50))])


def test_workers_follow_the_ratio_of_latency_to_cpu() -> None:
    tally = Scheduler(connection_cost=1e-6, most_workers=40).run(
        [Sleeping(0.02, lane=n % 8) for n in range(400)]
    )
    assert tally.workers == 40
    assert 0.015 < tally.latency < 0.1
    few = Scheduler(connection_cost=1e-6).run([Sleeping(0.02) for _ in range(3)])
    assert few.workers <= 3
