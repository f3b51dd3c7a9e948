"""Workers that empty the queue: children after their parents, nothing after the deadline, nobody asleep.

A worker never sleeps for a retry: what is to be repeated waits in the queue, and its worker takes the next job. The
number of workers follows the measured ratio of latency to CPU per request; beyond 2 x (1 + latency / CPU) more
threads only contend for the interpreter.
"""

import math
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from assessor.collecting.lanes import LIMIT
from assessor.collecting.queue import (
    POLICIES,
    Again,
    Finished,
    Job,
    NextPage,
    Policy,
    Step,
    Task,
    Trouble,
    WorkQueue,
)

MOST_WORKERS = 64
_FIRST_WORKERS = 16
_SAMPLE = 0.05
_BUSY = 0.9
"""The share of one processor, over that many seconds, at which Python threads have no room left."""
_GRACE_LEAST = 0.02
_GRACE_MOST = 5.0
_POLL = 0.5
"""Seconds between two looks of the waiting main thread: on some systems a signal does not end its wait."""

TLS_CONNECTION = 0.04
PLAIN_CONNECTION = 0.001
"""CPU seconds that a new connection costs: over TLS the certificate bundle is read again for each."""


@dataclass(slots=True)
class Tally:
    """What became of the planned calls: ``planned == results + failed + skipped`` when a run ends.

    results: answered, with a value or with "does not exist". failed: asked, and not answered. skipped: not answered
    because the deadline passed. requests: everything sent, pages and repeats included; throttled: those of them
    that were refused for their rate. latency and cpu: seconds per request, smoothed. overshoot: seconds between
    the deadline and the end.
    """

    planned: int = 0
    results: int = 0
    failed: int = 0
    skipped: int = 0
    requests: int = 0
    throttled: int = 0
    workers: int = 0
    latency: float = 0.0
    cpu: float = 0.0
    overshoot: float = 0.0


class Scheduler:
    """Runs tasks, and those they give rise to, until none is left or the deadline passes.

    deadline: seconds on the monotonic clock, or None. After it nothing starts and nothing is repeated; requests
    under way get about one more latency, and what is then unanswered is given up.
    connection_cost: CPU seconds of a new connection, which decides how many are worth opening.
    """

    def __init__(
        self,
        deadline: float | None = None,
        *,
        most_workers: int = MOST_WORKERS,
        lane_limit: int = LIMIT,
        connection_cost: float = TLS_CONNECTION,
        policies: Mapping[Trouble, Policy] = POLICIES,
        planned: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.tally = Tally()
        self.queue = WorkQueue(lane_limit, policies)
        self._deadline = math.inf if deadline is None else deadline
        self._most = max(1, most_workers)
        self._connection_cost = connection_cost
        self._planned = planned
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._idle = 0
        self._timer_at = math.inf
        self._closed = False
        self._stopped = False
        self._settling = 0
        self._sampled = (0.0, 0.0)
        self._saturated = False
        self._slowest = 0.0
        self._fault: BaseException | None = None

    def run(self, tasks: Iterable[Task]) -> Tally:
        """Run to the end. Raises what a task raised, and KeyboardInterrupt at once.

        Workers are daemons: one that waits for an answer when the run ends is left to end by itself.
        """
        try:
            with self._changed:
                self._add(tasks)
                self._hire()
                self._end_if_done()
            self._watch()
        except BaseException:
            with self._changed:
                self._stop()
            raise
        if self._fault is not None:
            raise self._fault
        if self._deadline != math.inf:
            self.tally.overshoot = max(0.0, time.monotonic() - self._deadline)
        return self.tally

    # -- the caller's thread -----------------------------------------------------------------------------
    def _watch(self) -> None:
        """Wait for the end; at the deadline, bring it about."""
        if self._wait_until(self._deadline):
            return
        with self._changed:
            self._closed = True
            late = self.queue.drain()
            grace = min(_GRACE_MOST, max(_GRACE_LEAST, self._slowest))
            self._end_if_done()
        for job in late:
            self._skip(job.task)
        self._wait_until(self._deadline + grace)
        with self._changed:
            lost = [job for job in list(self.queue.under_way.values()) if self.queue.abandon(job)]
            self._end_if_done()
        for job in lost:
            self._skip(job.task)
        # What came back in time is still being taken in; that needs no network.
        self._wait_until(math.inf)

    def _wait_until(self, moment: float) -> bool:
        """Wait for the end of the run, but not beyond ``moment``; whether the end came."""
        while not self._ended.wait(min(_POLL, max(0.0, moment - time.monotonic()))):
            if time.monotonic() >= moment:
                return False
        return True

    def _skip(self, task: Task) -> None:
        """Give up a task for the deadline, and everything that already follows from it."""
        left = [task]
        while left:
            followers = left.pop().give_up(deadline=True)
            with self._changed:
                self.tally.skipped += 1
                self._plan(len(followers))
            left += followers

    # -- the workers -------------------------------------------------------------------------------------
    def _hire(self) -> None:
        """As many workers as the measurements justify and the queue can use. Under the lock."""
        tally = self.tally
        wanted = _FIRST_WORKERS
        if tally.cpu > 0.0 and not self._at_the_knee():
            wanted = max(wanted, math.ceil(2.0 * (1.0 + tally.latency / tally.cpu)))
        busy = len(self.queue.under_way) + self._settling
        wanted = min(self._most, wanted, busy + self.queue.waiting)
        while tally.workers < wanted:
            tally.workers += 1
            threading.Thread(target=self._work, name=f"collect-{tally.workers}", daemon=True).start()

    def _at_the_knee(self) -> bool:
        """Whether the interpreter has no time left: waiting for it looks like latency, and more workers add to it."""
        now, used = time.monotonic(), time.process_time()
        since, before = self._sampled
        if now - since >= _SAMPLE:
            self._saturated = since > 0.0 and used - before >= _BUSY * (now - since)
            self._sampled = (now, used)
        return self._saturated

    def _work(self) -> None:
        try:
            while True:
                with self._changed:
                    job = self._next()
                if job is None:
                    return
                job.task.prepare()
                begun, cpu = time.monotonic(), time.thread_time()
                if begun >= self._deadline:
                    continue  # it is given up with all others that are under way
                outcome = job.task.send()
                now, cpu = time.monotonic(), time.thread_time() - cpu
                with self._changed:
                    self._measure(now - begun, cpu)
                    if not self.queue.back(job):
                        continue
                    self._settling += 1
                self._settle(job, job.task.take(outcome), now)
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            with self._changed:
                self._fault = self._fault or error
                self._stop()

    def _next(self) -> Job | None:
        """The next job, waited for; None when the run is over. Under the lock."""
        while not self._stopped:
            now = time.monotonic()
            job = None if self._closed or now >= self._deadline else self.queue.take(now)
            if job is not None:
                self.tally.requests += 1
                # One waiting worker is woken at a time, and wakes the next: no crowd at the lock.
                if self._idle and (self.queue.ready() or self.queue.wake_at() < self._timer_at):
                    self._changed.notify()
                elif not self._idle and self.queue.waiting:
                    self._hire()
                return job
            self._end_if_done()
            if not self._stopped:
                self._rest(now)
        return None

    def _rest(self, now: float) -> None:
        """Wait for a change; the worker with the earliest appointment keeps it for all. Under the lock."""
        wake = math.inf if self._closed or now >= self._deadline else self.queue.wake_at()
        self._idle += 1
        try:
            if wake < self._timer_at:
                self._timer_at = wake
                self._changed.wait(max(0.0, wake - now))
                self._timer_at = math.inf
            else:
                self._changed.wait()
        finally:
            self._idle -= 1

    def _settle(self, job: Job, step: Step, now: float) -> None:
        """Book what a request gave, and queue what follows from it."""
        with self._changed:
            late = self._closed
            match step:
                case Finished(answered, followers):
                    self.queue.answered(job, now)
                    if answered:
                        self.tally.results += 1
                    else:
                        self.tally.failed += 1
                case NextPage():
                    self.queue.answered(job, now)
                    followers = (job.task,)
                    if not late:
                        self.queue.next_page(job)
                        followers = ()
                case Again(trouble):
                    followers = ()
                    self.tally.throttled += trouble is Trouble.THROTTLED
                    if late:
                        followers = (job.task,)
                    elif not self.queue.again(job, trouble, now):
                        followers = job.task.give_up(deadline=False)
                        self.tally.failed += 1
            if isinstance(step, Finished) or not late:
                self._plan(len(followers))
            if not late:
                self.queue.add(followers)
                followers = ()
        for task in followers:
            self._skip(task)
        with self._changed:
            self._settling -= 1
            self._end_if_done()

    def _measure(self, elapsed: float, cpu: float) -> None:
        """Smooth latency and CPU per request, near their lower ends. Under the lock.

        Waiting for the interpreter would pass for latency and for the price of a request.
        """
        tally = self.tally
        latency = max(0.0, elapsed - cpu)
        if tally.cpu == 0.0:
            tally.latency, tally.cpu = latency, cpu
        tally.latency += (latency - tally.latency) * (0.2 if latency < tally.latency else 0.02)
        tally.cpu += (cpu - tally.cpu) * (0.2 if cpu < tally.cpu else 0.02)
        self._slowest = max(elapsed, self._slowest * 0.99)
        self.queue.latency = tally.latency
        self.queue.payoff = tally.latency / self._connection_cost

    def _add(self, tasks: Iterable[Task]) -> None:
        self._plan(self.queue.add(tasks))

    def _plan(self, calls: int) -> None:
        if calls:
            self.tally.planned += calls
            self._planned(calls)

    def _end_if_done(self) -> None:
        if not self.queue and not self._settling:
            self._stop()

    def _stop(self) -> None:
        self._stopped = True
        self._ended.set()
        self._changed.notify_all()


__all__ = ["MOST_WORKERS", "PLAIN_CONNECTION", "TLS_CONNECTION", "Scheduler", "Tally"]
