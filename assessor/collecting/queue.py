"""What may be sent next: one queue over all accounts, services and Regions.

Pure bookkeeping: no thread, no clock and no lock of its own. Times are seconds on whatever monotonic clock the
caller uses, so that the tests can run it in simulated time.
"""

import heapq
import math
from collections import deque
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from tenacity import RetryCallState, Retrying
from tenacity.stop import stop_after_attempt, stop_after_delay, stop_base
from tenacity.wait import wait_base, wait_random_exponential

from assessor.collecting.lanes import LIMIT, Lane


class Trouble(Enum):
    """Why a request has to be sent again."""

    THROTTLED = "throttled"
    TRANSIENT = "transient"


@dataclass(frozen=True, slots=True)
class Policy:
    """How long to wait before a request is repeated, and when to give up: tenacity's strategies as objects."""

    wait: wait_base
    stop: stop_base


POLICIES: Mapping[Trouble, Policy] = {
    # The pace is the lane's business; the wait only keeps refused requests from returning together.
    Trouble.THROTTLED: Policy(
        wait_random_exponential(multiplier=0.1, max=5), stop_after_attempt(60) | stop_after_delay(900)
    ),
    Trouble.TRANSIENT: Policy(wait_random_exponential(multiplier=0.2, max=5), stop_after_attempt(5)),
}


@dataclass(frozen=True, slots=True)
class Again:
    """The request failed in a way that passes."""

    trouble: Trouble


@dataclass(frozen=True, slots=True)
class NextPage:
    """The request succeeded and its task needs another one."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The task is over: whether AWS answered it, and the tasks it gave rise to."""

    answered: bool
    followers: tuple["Task", ...] = ()


Step = Again | NextPage | Finished


class Task(Protocol):
    """One planned call, made in one or more requests."""

    @property
    def lane(self) -> Hashable:
        """The quota it draws on."""

    @property
    def urgent(self) -> bool:
        """Whether others wait for its answer."""

    def prepare(self) -> None:
        """Have ready what a request needs, such as a client. Never raises: ``send`` says what is wrong."""

    def send(self) -> object:
        """Send one request and wait for what comes of it. Runs in a worker; changes nothing in the task."""

    def take(self, outcome: object) -> Step:
        """Take in what ``send`` gave. Never called for a task that was given up."""

    def give_up(self, deadline: bool) -> tuple["Task", ...]:
        """No more requests: the deadline passed, or (False) the policy stopped. The tasks it gave rise to."""


@dataclass(slots=True, eq=False)
class Job:
    """A task in the queue, with what is known about its repeats."""

    task: Task
    lane: "Lane[Job]"
    repeats: dict[Trouble, RetryCallState] = field(default_factory=dict)
    begun: float = 0.0


class WorkQueue:
    """Tasks by lane; lanes take turns, and one whose rate or width is used up waits without holding up the rest.

    lane_limit: most requests of one lane under way at once. ``latency`` and ``payoff`` (see `Lane.has_room`) are
    what the caller has measured.
    """

    def __init__(self, lane_limit: int = LIMIT, policies: Mapping[Trouble, Policy] = POLICIES) -> None:
        self.under_way: dict[int, Job] = {}
        self.waiting = 0
        self.payoff = 1.0
        self.latency = math.inf
        self._lane_limit = lane_limit
        self._policies = policies
        self._lanes: dict[Hashable, Lane[Job]] = {}
        self._ready: deque[Lane[Job]] = deque()
        self._later: list[tuple[float, int, Job | Lane[Job]]] = []
        self._order = 0

    def __bool__(self) -> bool:
        """Whether anything waits or is under way."""
        return bool(self.waiting or self.under_way)

    @property
    def lanes(self) -> Iterable[Lane[Job]]:
        """Every lane so far."""
        return self._lanes.values()

    def add(self, tasks: Iterable[Task]) -> int:
        """Take in new tasks; how many."""
        count = 0
        for task in tasks:
            lane = self._lanes.get(task.lane)
            if lane is None:
                lane = self._lanes[task.lane] = Lane(task.lane, self._lane_limit)
            self._put(Job(task, lane), first=task.urgent)
            count += 1
        self.waiting += count
        return count

    def take(self, now: float) -> Job | None:
        """The next job to send, or None when none may leave at ``now`` (see `wake_at`)."""
        self._release(now)
        while self._ready:
            lane = self._ready.popleft()
            lane.active = False
            # A full lane comes back when one of its requests does.
            if not lane.queue or not lane.has_room(self.payoff):
                continue
            wait = lane.wait(now)
            if wait > 0.0:
                lane.active = True
                self._at(now + wait, lane)
                continue
            job = lane.queue.popleft()
            lane.begin(now)
            job.begun = now
            self.waiting -= 1
            self.under_way[id(job)] = job
            self._activate(lane)
            return job
        return None

    def ready(self) -> bool:
        """Whether a lane has something to send, as far as is known without looking closely."""
        return bool(self._ready)

    def wake_at(self) -> float:
        """When the next waiting job or lane may move; infinity when only an answer can change anything."""
        return self._later[0][0] if self._later else math.inf

    def back(self, job: Job) -> bool:
        """The job's request came back; False when the job was abandoned meanwhile."""
        if self.under_way.pop(id(job), None) is None:
            return False
        job.lane.in_flight -= 1
        self._activate(job.lane)
        return True

    def answered(self, job: Job, now: float) -> None:
        """What came back was an answer."""
        job.lane.succeeded(job.begun, now)
        self._activate(job.lane)

    def next_page(self, job: Job) -> None:
        """Its task needs another request: it goes before anything else of its lane."""
        job.repeats.clear()
        self.waiting += 1
        self._put(job, first=True)

    def again(self, job: Job, trouble: Trouble, now: float) -> bool:
        """What came back was a failure that passes; whether the request waits to be sent again, or is given up."""
        if trouble is Trouble.THROTTLED:
            job.lane.throttled(job.begun, now, self.latency)
        self._activate(job.lane)
        policy = self._policies[trouble]
        state = job.repeats.get(trouble)
        if state is None:
            state = job.repeats[trouble] = RetryCallState(_UNUSED, None, (), {})
            state.start_time = job.begun
        else:
            state.attempt_number += 1
        state.outcome_timestamp = now
        if policy.stop(state):
            return False
        self.waiting += 1
        self._at(now + policy.wait(state), job)
        return True

    def drain(self) -> list[Job]:
        """Everything that waits, taken out; what is under way stays."""
        jobs = [job for lane in self._lanes.values() for job in lane.queue]
        jobs += [entry for _, _, entry in self._later if isinstance(entry, Job)]
        for lane in self._lanes.values():
            lane.queue.clear()
            lane.active = False
        self._ready.clear()
        self._later.clear()
        self.waiting = 0
        return jobs

    def abandon(self, job: Job) -> bool:
        """Forget a job under way; False when it came back already."""
        return self.under_way.pop(id(job), None) is not None

    def _put(self, job: Job, *, first: bool) -> None:
        if first:
            job.lane.queue.appendleft(job)
        else:
            job.lane.queue.append(job)
        self._activate(job.lane)

    def _activate(self, lane: Lane[Job]) -> None:
        if not lane.active and lane.queue:
            lane.active = True
            self._ready.append(lane)

    def _at(self, when: float, entry: Job | Lane[Job]) -> None:
        self._order += 1
        heapq.heappush(self._later, (when, self._order, entry))

    def _release(self, now: float) -> None:
        while self._later and self._later[0][0] <= now:
            entry = heapq.heappop(self._later)[2]
            if isinstance(entry, Lane):
                entry.active = False
                self._activate(entry)
            else:
                self._put(entry, first=True)


_UNUSED = Retrying()
"""tenacity's states name the caller they belong to; the strategies do not look at it."""
