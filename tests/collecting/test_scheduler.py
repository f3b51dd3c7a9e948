"""Workers: everything is done once, nothing after the deadline, and nobody waits for nothing."""

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

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
    on_send: Callable[[], None] = lambda: None

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
    begun = time.monotonic()
    Scheduler(connection_cost=1e-6).run([Sleeping(0.1) for _ in range(16)])
    assert time.monotonic() - begun < 0.8


def test_a_lane_is_never_wider_than_its_limit() -> None:
    busy, most, lock = 0, 0, threading.Lock()

    class Counting(Sleeping):
        """Counts itself."""

        def send(self) -> object:
            nonlocal busy, most
            with lock:
                busy += 1
                most = max(most, busy)
            time.sleep(0.005)
            with lock:
                busy -= 1
            return None

    Scheduler(connection_cost=1e-6, lane_limit=3).run([Counting() for _ in range(40)])
    assert most == 3


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
    slow = {trouble: Policy(wait_fixed(0.3), stop_after_attempt(9)) for trouble in Trouble}
    stubborn = [Sleeping(steps=[Again(Trouble.TRANSIENT), Finished(True)], lane=n) for n in range(4)]
    others = [Sleeping(0.01, lane="other") for _ in range(20)]
    ended: list[float] = []
    others[-1].on_send = lambda: ended.append(time.monotonic())
    begun = time.monotonic()
    Scheduler(most_workers=2, policies=slow, connection_cost=1e-6).run([*stubborn, *others])
    assert ended[0] - begun < 0.3


def test_after_the_deadline_nothing_starts_and_everything_is_accounted_for() -> None:
    children = tuple(Sleeping() for _ in range(3))
    tasks = [Sleeping(0.05, last_words=children if n == 99 else ()) for n in range(100)]
    deadline = time.monotonic() + 0.3
    tally = Scheduler(deadline, most_workers=2, connection_cost=1e-6).run(tasks)
    assert time.monotonic() - deadline < 0.05 + 0.05
    sent = [task for task in tasks if task.sent]
    assert tally.results == len([task for task in sent if not task.given_up])
    assert 0 < len(sent) < 20
    assert {tuple(child.given_up) for child in children} == {(True,)}
    assert (tally.planned, tally.skipped) == (103, 103 - tally.results)
    assert balanced(tally)


def test_an_answer_that_does_not_come_is_not_waited_for() -> None:
    hanging, quick = Sleeping(5.0), Sleeping(0.01)
    deadline = time.monotonic() + 0.2
    tally = Scheduler(deadline, connection_cost=1e-6).run([hanging, quick])
    assert time.monotonic() - deadline < 0.5
    assert (tally.results, tally.skipped) == (1, 1)
    assert hanging.given_up == [True]
    assert hanging.taken == 0


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
