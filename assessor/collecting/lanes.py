"""Lanes: how fast and how wide one quota may be used.

AWS limits requests per account, Region and service (by token buckets, see
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html); every client that draws on such a quota
shares one lane. A lane starts without a rate. Once AWS refuses, the lane counts in rounds: a round with refusals sets
the rate to what got through, a round without raises it. Only requests sent in a round count in it: what was under way
before says nothing about the new rate.

Some refusals have nothing to do with the rate (a service in trouble, an account-wide limit used up by others). When a
much lower rate is refused as often as the higher one was, slowness only costs, and the lane goes back to full speed.
"""

import math
from collections import deque
from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

LIMIT = 32
"""Most requests of one lane under way at once; also the size of its clients' connection pool."""

SLOWEST = 0.5
"""Requests per second below which a lane is never slowed."""

_FIRST = 20.0
"""Requests per second below which the first refusal alone does not slow a lane: it may have had little to send."""

_ROUND = 12
"""Outcomes that make a round."""

_REFUSED_ENOUGH = 4
"""Refusals that end a round early: the rate is plainly too high."""

_SEARCH = (5, 1.6)
"""Outcomes that make a round, and what a round without refusal multiplies the rate with, while the lane still looks
for the rate: until a round with answers and refusals shows it."""

_DEEPEST_CUT = 0.25
_GROWTH = (1.1, 1.3, 1.6)
"""What the rate is multiplied with after so many rounds in a row without refusal."""

_TOLERATED = 0.09
"""A refused share that is no reason to slow down: a rate just above the quota uses all of it."""

_RELIEF = 1.4
"""By what factor the answered share must have grown at half the rate, or slowing down does not help."""

_FINE = 0.92
"""An answered share at which there is nothing to relieve."""

_TELLING = (5, 24)
"""Answers, and outcomes, at no more than half the rate that are enough to tell."""

_UNTOLD = 1 / 16
"""The part of the rate below which a lane does not go before it can tell."""

_NEARLY = 0.9
"""After a cut, the part of a rate without refusals that is tried before anything lower."""

_FULL_SPEED = 64
"""Outcomes for which refusals are ignored once slowing down did not help; four times as many the next time."""

_LATENESS = 0.02
"""Seconds by which a late worker may be early the next time: or lateness would add up to a lower rate."""


class Lane(Generic[T]):
    """The queue and the pace of one (account, Region, service). Not locked: the scheduler holds its own lock.

    Times are seconds on the scheduler's monotonic clock; rates are requests per second.
    """

    __slots__ = (
        "_answered",
        "_clean",
        "_deaf",
        "_deaf_for",
        "_fine_at",
        "_from",
        "_last",
        "_next_at",
        "_refused",
        "_searching",
        "_slow_answered",
        "_slow_refused",
        "_success",
        "_tried",
        "active",
        "in_flight",
        "key",
        "limit",
        "queue",
        "rate",
        "widest",
        "width",
    )

    def __init__(self, key: Hashable, limit: int = LIMIT) -> None:
        self.key = key
        self.limit = limit
        self.queue: deque[T] = deque()
        self.in_flight = 0
        self.widest = 0
        self.active = False
        self.width: float = limit
        self.rate: float | None = None
        self._next_at = 0.0
        # the round
        self._from = 0.0
        self._last = 0.0
        self._answered = 0
        self._refused = 0
        self._clean = 0
        self._fine_at = 0.0
        self._searching = False
        # whether slowing down helps: the rate it began at, the answered share there, the outcomes at half of it
        self._tried = 0.0
        self._success = 0.0
        self._slow_answered = 0
        self._slow_refused = 0
        self._deaf = 0
        self._deaf_for = _FULL_SPEED

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
        self.in_flight += 1
        self.widest = max(self.widest, self.in_flight)
        if self.rate is not None:
            gap = 1.0 / self.rate
            self._next_at = max(self._next_at, now - min(gap / 2, _LATENESS)) + gap

    def succeeded(self, begun: float, now: float) -> None:
        """A request begun at ``begun`` was answered (also with an error that is no throttling)."""
        if self.width < self.limit:
            self.width = min(float(self.limit), self.width + 1.0 / self.width)
        if self.rate is not None:
            self._count(begun, now, refused=False)
        elif self._deaf > 0:
            self._deaf -= 1

    def throttled(self, begun: float, now: float, latency: float = math.inf) -> None:
        """A request begun at ``begun`` was refused for its rate.

        latency: seconds an undisturbed request takes; this one may have waited for its client to be made.
        """
        if self.rate is not None:
            self._count(begun, now, refused=True)
        elif self._deaf > 0:
            self._deaf -= 1
        else:
            self._slow_down(min(latency, now - begun), now)

    def _slow_down(self, latency: float, now: float) -> None:
        """The first refusal: from here on there is a rate."""
        # What is sent while one request is under way is what AWS did not like.
        rate = max(_FIRST, 0.5 * (self.in_flight + 1) / max(latency, 0.01))
        self.width = max(2.0, self.width / 2)
        self._searching = True
        self._tried = 0.0
        self._next_at = now + 1.0 / rate
        self._new_round(rate, now)

    def _count(self, begun: float, now: float, *, refused: bool) -> None:
        if begun < self._from:
            return
        self._last = max(self._last, begun)
        if refused:
            self._refused += 1
        else:
            self._answered += 1
        enough = _SEARCH[0] if self._searching else _ROUND
        if self._refused >= _REFUSED_ENOUGH or self._refused + self._answered >= enough:
            self._end_round(now)

    def _end_round(self, now: float) -> None:
        assert self.rate is not None
        total = self._refused + self._answered
        share = self._refused / total
        if not self._helps():
            self._full_speed()
        elif not self._refused:
            self._fine_at = self.rate
            self._clean += 1
            growth = _SEARCH[1] if self._searching else _GROWTH[min(self._clean, len(_GROWTH)) - 1]
            self._new_round(self.rate * growth, now)
        elif share <= _TOLERATED:
            self._clean = 0
            self._new_round(self.rate, now)
        else:
            self._clean = 0
            self._new_round(self._lower(share), now)

    def _lower(self, share: float) -> float:
        """The rate after a round with that refused share."""
        rate = self.rate or 0.0
        total = self._refused + self._answered
        sent = min(rate, total / max(self._last - self._from, total / rate))
        self._searching = self._searching and not self._answered
        lower = max(sent * max(_DEEPEST_CUT, 0.97 * (1.0 - share)), self._tried * _UNTOLD)
        nearly, self._fine_at = self._fine_at * _NEARLY, 0.0
        return nearly if lower < nearly < rate else lower

    def _helps(self) -> bool:
        """Whether slowing down is, as far as is known, what makes AWS refuse less."""
        assert self.rate is not None
        answered, total = self._answered, self._answered + self._refused
        success = (answered + 0.5) / (total + 1)
        if self._tried == 0.0:
            self._since(success)
            return True
        if self.rate > self._tried / 2:
            self._success = (self._success + success) / 2
            return True
        self._slow_answered += answered
        self._slow_refused += self._refused
        slow = self._slow_answered + self._slow_refused
        if slow < _TELLING[1]:
            return True
        success = self._slow_answered / slow
        if self._slow_answered >= _TELLING[0] and success < min(_FINE, _RELIEF * self._success):
            return False
        self._since(success)
        return True

    def _since(self, success: float) -> None:
        """From here on, slowing down has to show its use anew."""
        self._tried, self._success = self.rate or 0.0, success
        self._slow_answered = self._slow_refused = 0

    def _full_speed(self) -> None:
        self.rate = None
        self.width = float(self.limit)
        self._deaf = self._deaf_for
        self._deaf_for *= 4
        self._clean = 0
        self._fine_at = 0.0

    def _new_round(self, rate: float, now: float) -> None:
        self.rate = max(SLOWEST, rate)
        self._from = self._last = now
        self._answered = self._refused = 0
        self._next_at = min(max(self._next_at, now), now + 1.0 / self.rate)


__all__ = ["LIMIT", "SLOWEST", "Lane"]
