"""AWS and the workers in simulated time: the queue itself decides, seconds pass only in a counter."""

import heapq
import random
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field

from assessor.collecting.queue import Finished, Job, NextPage, Step, Task, Trouble, WorkQueue


@dataclass(eq=False)
class Fake:
    """A task of ``pages`` requests that gives rise to ``followers``."""

    lane: Hashable = "lane"
    pages: int = 1
    followers: tuple["Fake", ...] = ()
    urgent: bool = False
    given_up: bool | None = None
    taken: int = 0

    def prepare(self) -> None:
        """Nothing is needed."""

    def send(self) -> object:
        """Nothing is sent."""
        return None

    def take(self, outcome: object) -> Step:
        """Every outcome is a page."""
        self.taken += 1
        return NextPage() if self.taken < self.pages else Finished(True, self.followers)

    def give_up(self, deadline: bool) -> tuple[Task, ...]:
        """Remember why."""
        self.given_up = deadline
        return ()


@dataclass
class Bucket:
    """AWS's token bucket for one quota: ``rate`` requests a second, ``burst`` at once."""

    rate: float
    burst: float
    tokens: float = field(init=False)
    last: float = 0.0

    def __post_init__(self) -> None:
        """Full at first."""
        self.tokens = self.burst

    def __call__(self, now: float) -> bool:
        """Whether a request that arrives now is refused."""
        self.tokens = min(self.burst, self.tokens + (now - self.last) * self.rate)
        self.last = now
        if self.tokens < 1.0:
            return True
        self.tokens -= 1.0
        return False


@dataclass
class Outcome:
    """What a simulated run came to."""

    seconds: float = 0.0
    sent: int = 0
    throttled: int = 0
    answered: int = 0
    given_up: int = 0
    widest: int = 0


def simulate(
    tasks: Iterable[Task],
    *,
    latency: float = 0.05,
    workers: int = 32,
    refuses: Callable[[Hashable], Callable[[float], bool]] | None = None,
    jitter: float = 0.2,
    seed: int = 1,
    horizon: float = 1e5,
) -> Outcome:
    """Run the tasks through a `WorkQueue` with so many workers; ``refuses`` gives each lane its server."""
    chance = random.Random(seed)
    queue, outcome = WorkQueue(), Outcome()
    queue.payoff = 1000.0
    servers: dict[Hashable, Callable[[float], bool]] = {}
    queue.add(tasks)
    now, free = 0.0, workers
    arrivals: list[tuple[float, int, Job, bool]] = []
    order = 0
    while queue and now < horizon:
        while free and (job := queue.take(now)) is not None:
            free -= 1
            outcome.sent += 1
            outcome.widest = max(outcome.widest, len(queue.under_way))
            order += 1
            delay = latency * chance.uniform(1.0 - jitter, 1.0 + jitter)
            refused = False
            if refuses is not None:
                server = servers.setdefault(job.task.lane, refuses(job.task.lane))
                refused = server(now)
            heapq.heappush(arrivals, (now + delay, order, job, refused))
        upcoming = arrivals[0][0] if arrivals else queue.wake_at()
        if free:
            upcoming = min(upcoming, queue.wake_at())
        now = max(now, upcoming)
        while arrivals and arrivals[0][0] <= now:
            _, _, job, refused = heapq.heappop(arrivals)
            free += 1
            _settle(queue, job, refused, now, outcome)
    outcome.seconds = now
    return outcome


def _settle(queue: WorkQueue, job: Job, refused: bool, now: float, outcome: Outcome) -> None:
    assert queue.back(job)
    if refused:
        outcome.throttled += 1
        if not queue.again(job, Trouble.THROTTLED, now):
            outcome.given_up += 1
        return
    queue.answered(job, now)
    match job.task.take(None):
        case NextPage():
            queue.next_page(job)
        case Finished(_, followers):
            outcome.answered += 1
            queue.add(followers)
        case other:
            raise AssertionError(other)
