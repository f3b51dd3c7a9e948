"""Lanes under throttling, in simulated time."""

import random
from collections.abc import Callable, Hashable

import pytest

from assessor.collecting.lanes import LIMIT, Lane
from tests.collecting.simulation import Bucket, Fake, simulate


def refusing(share: float, seed: int) -> Callable[[Hashable], Callable[[float], bool]]:
    """A server that refuses by chance, whatever the rate."""
    chance = random.Random(seed)
    return lambda _: lambda _: chance.random() < share


def test_a_lane_that_is_never_refused_has_no_rate() -> None:
    lane: Lane[object] = Lane("kms")
    for n in range(100):
        assert lane.wait(n * 0.001) == 0.0
        lane.begin(n * 0.001)
        lane.succeeded(n * 0.001, n * 0.001 + 0.05)
    assert lane.rate is None


def test_a_refusal_sets_a_rate_and_narrows_the_lane() -> None:
    lane: Lane[object] = Lane("kms")
    for n in range(10):
        lane.begin(n * 0.01)
    lane.in_flight -= 1
    lane.throttled(0.0, 0.1)
    assert lane.rate == pytest.approx(0.5 * 10 / 0.1)
    assert lane.width == LIMIT / 2
    assert lane.wait(0.1) > 0.0


def test_requests_sent_before_a_cut_do_not_cut_again() -> None:
    lane: Lane[object] = Lane("kms")
    for n in range(20):
        lane.begin(n * 0.01)
    lane.throttled(0.0, 0.2)
    rate = lane.rate
    for n in range(1, 20):
        lane.throttled(n * 0.01, 0.21)
    assert lane.rate == rate


@pytest.mark.parametrize("latency", [0.02, 0.05, 0.08])
@pytest.mark.parametrize("share", [1 / 5, 1 / 20, 1 / 100])
@pytest.mark.parametrize("burst", [10, 50])
def test_a_token_bucket_is_used_to_the_full_and_little_is_refused(
    latency: float, share: float, burst: int
) -> None:
    """A quota of a fifth, a twentieth and a hundredth of what 32 connections could send."""
    rate = LIMIT / latency * share
    calls = 1000
    outcome = simulate([Fake() for _ in range(calls)], latency=latency, refuses=lambda _: Bucket(rate, burst))
    ideal = max(calls * latency / LIMIT, (calls - burst) / rate)
    assert (outcome.answered, outcome.given_up) == (calls, 0)
    assert outcome.seconds <= 1.10 * ideal
    assert outcome.throttled <= 0.20 * outcome.sent


def test_a_quota_that_grows_back_is_used_again() -> None:
    class Recovering(Bucket):
        """Thirty times the rate from the tenth second on."""

        def __call__(self, now: float) -> bool:
            self.rate = 10.0 if now < 10 else 300.0
            return super().__call__(now)

    outcome = simulate([Fake() for _ in range(3000)], refuses=lambda _: Recovering(10.0, 10))
    assert outcome.seconds <= 10 + 1.75 * (3000 - 110) / 300


@pytest.mark.parametrize("share", [0.1, 0.4])
@pytest.mark.parametrize("seed", range(5))
def test_refusals_that_do_not_depend_on_the_rate_do_not_slow_a_lane_to_a_crawl(
    share: float, seed: int
) -> None:
    outcome = simulate([Fake() for _ in range(500)], latency=0.02, refuses=refusing(share, seed))
    assert (outcome.answered, outcome.given_up) == (500, 0)
    assert outcome.seconds < 20


def test_one_throttled_lane_does_not_hold_up_the_others() -> None:
    slow = [Fake(lane="slow") for _ in range(50)]
    quick = [Fake(lane="quick") for _ in range(400)]

    def server(lane: Hashable) -> Callable[[float], bool]:
        return Bucket(5.0, 1) if lane == "slow" else lambda _: False

    outcome = simulate([*slow, *quick], workers=8, refuses=server)
    assert outcome.answered == 450
    # The slow lane alone needs about ten seconds; with the quick one in its way it would need no less.
    assert outcome.seconds < 1.6 * 50 / 5.0


def test_a_lane_opens_no_more_connections_than_pay_off() -> None:
    lane: Lane[int] = Lane("kms")
    lane.queue.extend(range(20))
    payoff = 0.05 / 0.04
    while lane.has_room(payoff):
        lane.queue.popleft()
        lane.begin(0.0)
    assert lane.in_flight == 5
    generous: Lane[int] = Lane("kms")
    generous.queue.extend(range(20))
    while generous.queue and generous.has_room(50.0):
        generous.queue.popleft()
        generous.begin(0.0)
    assert generous.in_flight == 20
