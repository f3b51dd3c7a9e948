"""Lanes: how fast and how wide one quota may be used.

AWS limits requests per account, Region and service; every client that draws on that quota shares one lane. A
lane starts without a rate. When AWS throttles, the rate is cut - once per round trip, since requests already
under way say nothing about the new rate - and grows again with every success (additive increase,
multiplicative decrease, on rate and on concurrency).
"""

from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

LIMIT = 32
"""Most requests of one lane under way at once; also the size of its clients' connection pool."""

SLOWEST = 0.2
"""Requests per second below which a lane is never slowed."""

_ENOUGH = 5
"""Successes between two cuts from which a cut counts as having helped."""

_STUBBORN = 6
"""Cuts in a row without relief after which the rate is not what AWS is limiting (a cut is at most a halving,
so by then the rate has fallen up to 64 times)."""


class Lane(Generic[T]):
    """The queue and the pace of one (account, Region, service). Not locked: the scheduler holds its own lock.

    Times are seconds on the scheduler's monotonic clock; rates are requests per second.
    """

    __slots__ = (
        "_blind",
        "_cut_at",
        "_cuts",
        "_ignore",
        "_ignore_for",
        "_next_at",
        "_outcomes",
        "_since",
        "_started",
        "_successes",
        "_wins",
        "active",
        "in_flight",
        "key",
        "limit",
        "queue",
        "rate",
        "rate_before",
        "widest",
        "width",
    )

    def __init__(self, key: Hashable, limit: int = LIMIT) -> None:
        self.key = key
        self.limit = limit
        self.width: float = limit
        self.rate: float | None = None
        self.rate_before: float = 0.0
        self.queue: deque[T] = deque()
        self.in_flight = 0
        self.widest = 0
        self.active = False
        self._next_at = 0.0
        self._started: float | None = None
        self._cut_at = -1.0
        self._cuts = 0
        self._since = 0
        self._successes = 0
        self._outcomes = 0
        self._wins = 0
        self._blind = False
        self._ignore = 0
        self._ignore_for = 32

    def has_room(self, payoff: float) -> bool:
        """Whether one more request may be under way.

        payoff: latency over the CPU time of a new connection. A wider lane ends its backlog sooner by about
        backlog x latency / width², so a connection beyond those already open must be worth what it costs.
        """
        if self.in_flight == 0:
            return True
        if self.in_flight >= int(self.width):
            return False
        if self.in_flight < self.widest:
            return True
        return self.widest * self.widest < payoff * (len(self.queue) + self.in_flight)

    def wait(self, now: float) -> float:
        """Seconds until the rate allows the next request; 0 when it does now."""
        return 0.0 if self.rate is None else max(0.0, self._next_at - now)

    def begin(self, now: float) -> None:
        """One request leaves."""
        if self._started is None:
            self._started = now
        self.in_flight += 1
        self.widest = max(self.widest, self.in_flight)
        if self.rate is not None:
            gap = 1.0 / self.rate
            # A worker wakes a little late; without this allowance lateness would add up to a lower rate.
            self._next_at = max(self._next_at, now - min(gap, 0.05)) + gap

    def succeeded(self) -> None:
        """A request was answered (also with an error that is no throttling)."""
        self._successes += 1
        self._since += 1
        self._outcomes += 1
        self._wins += 1
        if self.width < self.limit:
            self.width = min(float(self.limit), self.width + 1.0 / self.width)
        if self.rate is not None:
            self.rate *= 1.0 + self._growth()

    def throttled(self, begun: float, now: float) -> None:
        """A request begun at ``begun`` was refused for its rate."""
        self._outcomes += 1
        if self._ignore > 0:
            self._ignore -= 1
            return
        if begun < self._cut_at:
            return
        self._cut(now)

    def _growth(self) -> float:
        if self._blind:
            return 0.05
        return 0.01 if self._since < 60 else 0.03

    def _cut(self, now: float) -> None:
        if self.rate is None:
            begun = self._started if self._started is not None else now
            self.rate = max(SLOWEST, 0.5 * max(1, self._successes) / max(now - begun, 0.02))
            self._blind = True
            self._fresh_series()
        else:
            elapsed = now - self._cut_at
            if self._since >= _ENOUGH:
                self._fresh_series()
            else:
                self._cuts += 1
            if self._cuts >= _STUBBORN and self._wins >= 0.35 * self._outcomes:
                self._stop_cutting()
                return
            # Between two refusals the quota was used up: what passed in between is the quota itself.
            measured = self._since / elapsed if elapsed > 0.2 and self._since >= 3 else None
            if measured is None:
                self.rate *= 0.5
                self._blind = True
            else:
                self.rate = max(0.5 * self.rate, min(0.95 * measured, 0.95 * self.rate))
                self._blind = False
        self.rate = max(self.rate, SLOWEST)
        self.width = max(2.0, self.width * 0.5)
        self._cut_at = now
        self._since = 0
        self._next_at = now + 1.0 / self.rate

    def _fresh_series(self) -> None:
        """A cut that is the first, or follows one that helped: remember the rate it started from."""
        self._cuts = 0
        self._outcomes = 0
        self._wins = 0
        self.rate_before = self.rate or 0.0

    def _stop_cutting(self) -> None:
        """Slower did not mean fewer refusals: AWS refuses for another reason, and going slow only costs."""
        self.rate = max(self.rate_before, 1.0)
        self.width = max(4.0, self.width)
        self._ignore = self._ignore_for
        self._ignore_for = min(self._ignore_for * 4, 1 << 20)
        self._since = 0
        self._fresh_series()
