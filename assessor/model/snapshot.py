"""All readings of one run, with indexed look-up. Pure data: no network behind it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from assessor.model.operation import Operation, Scope
from assessor.model.reading import Call, Reading, Unseen, Why, canonical

GLOBAL = "global"
_ANSWERS = frozenset({Why.DENIED, Why.GATED, Why.THROTTLED})
_RESTS_ON = {"bedrock": ("bedrock", "bedrock-agent")}
"""Where agents are offered, Bedrock itself is."""


@dataclass(frozen=True, slots=True)
class Account:
    """One account that was read: its id, its partition and the Regions in scope, in the order asked."""

    id: str
    regions: tuple[str, ...]
    partition: str = "aws"
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The conditions of a run. Times are UTC, ISO 8601 with a trailing ``Z``."""

    run_id: str
    assessed_at: str
    tool_version: str
    accounts: tuple[Account, ...]
    scope: str = "workload"


@dataclass(frozen=True)
class Snapshot:
    """Readings keyed by call, indexed by operation, account and Region.

    A call that was never made reads as ``Unseen(OPERATION_UNAVAILABLE)``: an old snapshot under a newer
    control says so instead of passing.
    """

    run: Run
    readings: Mapping[Call, Reading]
    _index: dict[tuple[str, str, str], list[Call]] = field(default_factory=dict, repr=False, compare=False)

    _questions: dict[tuple[str, str, str], Call] = field(default_factory=dict, repr=False, compare=False)

    _answering: set[tuple[str, str, str]] = field(default_factory=set, repr=False, compare=False)

    def __post_init__(self) -> None:
        for call in sorted(self.readings, key=_order):
            self._index.setdefault((call.operation, call.account, call.region), []).append(call)
            self._questions.setdefault((call.operation, call.account, call.params), call)
            reading = self.readings[call]
            if not isinstance(reading, Unseen) or reading.partial is not None or reading.why in _ANSWERS:
                self._answering.add((call.service, call.account, call.region))

    def answers(self, call: Call) -> bool:
        """Whether the service of ``call`` answered anything there, if only with a denial: it is offered there."""
        services = _RESTS_ON.get(call.service, (call.service,))
        return any((service, call.account, call.region) in self._answering for service in services)

    def same_question(self, call: Call) -> Call | None:
        """The same question as ``call``, asked in whichever Region it was asked."""
        return self._questions.get((call.operation, call.account, call.params))

    def reading(self, call: Call) -> Reading:
        """The reading of ``call``."""
        found = self.readings.get(call)
        if found is None:
            return Unseen(Why.OPERATION_UNAVAILABLE, "", "this call was not made in the run")
        return found

    def calls(self, operation: Operation, account: str, region: str) -> list[Call]:
        """Every call made to ``operation`` in that account and Region, in a stable order."""
        where = GLOBAL if operation.scope is Scope.GLOBAL else region
        return list(self._index.get((operation.id, account, where), ()))

    def regions_of(self, operation: Operation, account: str) -> Iterator[str]:
        """Regions in which ``operation`` was asked (a bucket's own Region may lie outside the run's)."""
        for op, acct, region in sorted(self._index):
            if op == operation.id and acct == account:
                yield region

    def items(self) -> Iterable[tuple[Call, Reading]]:
        """Every call with its reading, in a stable order."""
        return sorted(self.readings.items(), key=lambda pair: _order(pair[0]))


def _order(call: Call) -> tuple[str, str, str, str]:
    return (call.account, call.region, call.operation, call.params)


def call_of(operation: Operation, account: str, region: str, params: Mapping[str, Any]) -> Call:
    """The call that asks ``operation`` with ``params`` (its fixed parameters are added)."""
    where = GLOBAL if operation.scope is Scope.GLOBAL else region
    return Call(account, where, operation.id, canonical({**operation.params, **params}))
