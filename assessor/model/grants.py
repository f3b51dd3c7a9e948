"""Which IAM actions stand between a run and what it could not see.

A refused listing hides the calls that would have followed from it: whoever grants only what was refused is refused
again one step later. So what a control still lacks is both: what was refused, and what was not even asked.
"""

from collections.abc import Iterable

from assessor.model.operation import Operation
from assessor.model.plan import closure
from assessor.model.reading import Unseen, Why
from assessor.model.snapshot import Snapshot

_ENTER = "sts:AssumeRole"


class Lacking:
    """What the caller was refused in one account.

    Where it was not even let in, nothing is known of what else it lacks.
    """

    def __init__(self, snapshot: Snapshot, account: str) -> None:
        self._asked: set[str] = set()
        self._refused: set[str] = set()
        self._outside = False
        self._known: dict[tuple[Operation, ...], tuple[str, ...]] = {}
        for call, reading in snapshot.readings.items():
            if call.account != account:
                continue
            self._asked.add(call.operation)
            if isinstance(reading, Unseen) and reading.why is Why.DENIED:
                self._refused.add(call.operation)
                self._outside = self._outside or reading.grant == _ENTER

    def actions(self, operations: Iterable[Operation]) -> tuple[str, ...]:
        """The actions that reading ``operations`` still lacks, parents' before children's, each once.

        Every refused row of a control asks the same, so an answer is worked out once.
        """
        if self._outside:
            return ()
        asked = tuple(operations)
        if asked not in self._known:
            self._known[asked] = self._lacked(asked)
        return self._known[asked]

    def _lacked(self, operations: tuple[Operation, ...]) -> tuple[str, ...]:
        blocked: set[str] = set()
        actions: dict[str, None] = {}
        for operation in closure(operations):
            hidden = operation.id not in self._asked and any(
                each.parent.id in blocked for each in operation.each
            )
            if operation.id in self._refused or hidden:
                blocked.add(operation.id)
                actions.update(dict.fromkeys(operation.actions))
        return tuple(actions)
