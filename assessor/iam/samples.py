"""Values worth trying for a key: one for each way in which the comparisons of a policy can come out.

Two values that no comparison tells apart need not both be tried. Numbers, dates and addresses are taken from
the edges of the intervals the policy mentions; texts by searching the product of all patterns (and of the key's
shape) for a shortest text of every reachable combination, which is exact as long as the search is not cut off.
"""

import base64
import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from assessor.iam.operators import Family, Test, arn_like, like, moment, network, number
from assessor.iam.patterns import Steps, literal_steps, restore
from assessor.iam.shapes import Shape, shape_of

STATE_LIMIT = 2_000
"""States of the product searched for one key; beyond it the samples are not exhaustive."""
STEP_LIMIT = 20_000
"""Characters of all patterns on one key; with more, only simple samples are tried."""
TEXT_LIMIT = 512
SAMPLE_LIMIT = 64


@dataclass(frozen=True, slots=True)
class Samples:
    """Values to try, and whether they stand for all possible values."""

    values: tuple[str, ...]
    exhaustive: bool = True


Group = tuple[Test, ...]
"""Comparisons of one condition: what counts is whether one of them holds."""


@lru_cache(maxsize=8192)
def samples(
    key: str, groups: frozenset[Group], extra: tuple[str, ...] = (), *, keep_all: bool = False
) -> Samples:
    """Values of a lower-cased key that stand for all its values under the comparisons of some conditions.

    ``extra`` are further values of interest. ``keep_all`` keeps values that no condition tells apart (for keys
    that are compared with other keys).
    """
    shape = shape_of(key)
    ordered = sorted(groups, key=lambda g: [(t.family, t.relation, t.value) for t in g])
    tests = list(dict.fromkeys(test for group in ordered for test in group))
    found: dict[object, str] = {}
    ways = 1 << len(ordered)

    def offer(values: Iterable[str]) -> None:
        for value in values:
            if _fits(shape, value):
                outcome = tuple(any(test.holds(value) for test in group) for group in ordered)
                found.setdefault(value if keep_all else outcome, value)

    if shape.closed:
        offer(shape.examples)
        return Samples(tuple(found.values()))
    offer(extra)
    for test in tests:
        offer(_typed(test))
    offer(shape.examples)
    for test in tests:
        offer(_literals(test))
    exhaustive = True
    if any(_wild(test) for test in tests) and (keep_all or len(found) < ways):
        texts, exhaustive = _product(shape, ordered)
        offer(texts)
        exhaustive = exhaustive or (not keep_all and len(found) == ways)
    if len(found) > SAMPLE_LIMIT:
        return Samples(tuple(found.values())[:SAMPLE_LIMIT], exhaustive=False)
    return Samples(tuple(found.values()), exhaustive)


@lru_cache(maxsize=1024)
def combinations_within(alternatives: tuple[Steps, ...], conditions: tuple[Group, ...]) -> tuple[str, ...]:
    """A text of one of the ``alternatives`` for every combination of conditions that one of them can pass.

    Not complete where the search is cut off; for resources, which are compared as keys are.
    """
    return tuple(_product(Shape(alternatives), list(conditions))[0])


def _wild(test: Test) -> bool:
    match test.family:
        case Family.LIKE:
            return like(test.value).literal is None and test.value != "*"
        case Family.ARN:
            return arn_like(test.value).literal is None and test.value != "*"
        case _:
            return False


def _literals(test: Test) -> Iterator[str]:
    text = restore(test.value)
    match test.family:
        case Family.STRING:
            yield text
        case Family.IGNORE_CASE:
            yield text
            yield text.swapcase()
        case Family.LIKE | Family.ARN:
            yield text.replace("*", "").replace("?", "a")
            yield text.replace("*", "a").replace("?", "a")
        case _:
            return


def _typed(test: Test) -> Iterator[str]:
    match test.family:
        case Family.NUMERIC:
            value = number(test.value)
            if value is not None:
                for near in (value, value - 1, value + 1):
                    yield f"{near:g}" if abs(near) < 1e6 else f"{near:.0f}"
        case Family.DATE:
            when = moment(test.value)
            if when is not None:
                yield from (text for near in (when, when - 1, when + 1) if (text := _date(near)) is not None)
        case Family.IP:
            block = network(test.value)
            if block is not None:
                yield from _around(block)
        case Family.BOOL:
            yield from ("true", "false")
        case Family.BINARY:
            yield test.value
            yield base64.b64encode(b"other").decode()
        case _:
            return


def _date(seconds: float) -> str | None:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError, ValueError):
        return None


def _around(block: ipaddress.IPv4Network | ipaddress.IPv6Network) -> Iterator[str]:
    """The ends of a block and its neighbours outside."""
    first, last = int(block.network_address), int(block.broadcast_address)
    make = ipaddress.IPv4Address if block.version == 4 else ipaddress.IPv6Address
    for value in (min(first + 9, last), first, last, first - 1, last + 1):
        if 0 <= value < 1 << block.max_prefixlen:
            yield str(make(value))


@lru_cache(maxsize=1024)
def _shape_automaton(alternatives: tuple[Steps, ...]) -> "_Automaton":
    return _Automaton([alternatives])


def _fits(shape: Shape, value: str) -> bool:
    if shape.closed:
        return value in shape.examples
    if not shape.alternatives:
        return True
    if len(value) > TEXT_LIMIT:
        return False
    return _shape_automaton(shape.alternatives).accepts(value)


class _Automaton:
    """Several alternatives of several patterns, run together: a state is a set of positions, as bits."""

    def __init__(self, groups: list[tuple[Steps, ...]]) -> None:
        self.steps: list[tuple[int, Steps]] = []
        self.accepting: list[int] = []
        self.start = 0
        self.repeats = 0
        offset = 0
        for alternatives in groups:
            accept = 0
            for steps in alternatives:
                self.steps.append((offset, steps))
                self.start |= 1 << offset
                for i, step in enumerate(steps):
                    if step.repeated:
                        self.repeats |= 1 << (offset + i)
                offset += len(steps) + 1
                accept |= 1 << (offset - 1)
            self.accepting.append(accept)
        self.start = self._close(self.start)
        self._moves: dict[str, tuple[int, int]] = {}

    def _close(self, state: int) -> int:
        while True:
            wider = state | ((state & self.repeats) << 1)
            if wider == state:
                return state
            state = wider

    def move(self, state: int, char: str) -> int:
        """The state after ``char``."""
        masks = self._moves.get(char)
        if masks is None:
            stay = advance = 0
            for offset, steps in self.steps:
                for i, step in enumerate(steps):
                    if step.matches(char):
                        if step.repeated:
                            stay |= 1 << (offset + i)
                        else:
                            advance |= 1 << (offset + i)
            masks = self._moves[char] = (stay, advance)
        return self._close((state & masks[0]) | ((state & masks[1]) << 1))

    def accepts(self, text: str) -> bool:
        """Whether the first pattern accepts the text."""
        state = self.start
        for char in text:
            state = self.move(state, char)
            if not state:
                return False
        return bool(state & self.accepting[0])

    def alphabet(self) -> list[str]:
        """Characters, one for each class that the steps tell apart, plain ones first."""
        named = {s.accepts for _, steps in self.steps for s in steps if isinstance(s.accepts, str)}
        named |= {c.swapcase() for c in named if len(c.swapcase()) == 1}
        chosen: dict[tuple[int, int], str] = {}
        for char in [*"a0-A_:/ ~", *sorted(named)]:
            self.move(0, char)
            chosen.setdefault(self._moves[char], char)
        return list(chosen.values())


def _steps(test: Test) -> tuple[Steps, ...]:
    """What a text must be to pass, as step sequences; none for comparisons that are not of texts."""
    match test.family:
        case Family.LIKE:
            return like(test.value).steps()
        case Family.ARN:
            return arn_like(test.value).steps()
        case Family.STRING:
            return (literal_steps(restore(test.value)),)
        case Family.IGNORE_CASE:
            return (literal_steps(restore(test.value), ignore_case=True),)
        case _:
            return ()


def _product(shape: Shape, conditions: list[Group]) -> tuple[list[str], bool]:
    """A shortest text for every combination of conditions that a text of the shape can pass."""
    groups = [shape.alternatives] if shape.alternatives else []
    groups += [tuple(steps for test in group for steps in _steps(test)) for group in conditions]
    if sum(len(steps) for group in groups for steps in group) > STEP_LIMIT:
        return [], False
    automaton = _Automaton(groups)
    shaped = automaton.accepting[0] if shape.alternatives else 0
    alive = _positions(automaton, len(shape.alternatives))
    alphabet = automaton.alphabet()
    seen = {automaton.start: ""}
    queue = [automaton.start]
    found: dict[tuple[bool, ...], str] = {}
    for state in queue:
        text = seen[state]
        if text and (not shaped or state & shaped):
            found.setdefault(tuple(bool(state & accept) for accept in automaton.accepting), text)
        if len(text) >= TEXT_LIMIT:
            return list(found.values()), False
        for char in alphabet:
            after = automaton.move(state, char)
            if after in seen or (shaped and not after & alive):
                continue
            seen[after] = text + char
            if len(seen) > STATE_LIMIT:
                return list(found.values()), False
            queue.append(after)
    return list(found.values()), True


def _positions(automaton: _Automaton, alternatives: int) -> int:
    """The bits of the first ``alternatives`` step sequences: those of the shape."""
    if not alternatives:
        return 0
    offset, steps = automaton.steps[alternatives - 1]
    return (1 << (offset + len(steps) + 1)) - 1
