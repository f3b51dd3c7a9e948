"""Rows for what was never read: a place whose reading failed as a whole keeps every control's row."""

from collections.abc import Iterable

from assessor.model.operation import Operation
from assessor.model.plan import Plan
from assessor.model.reading import Unseen, Why
from assessor.model.snapshot import Account, Run, Snapshot


def unread(
    run: Run, account: Account, operations: Iterable[Operation], why: Why, code: str, said: str
) -> Snapshot:
    """A snapshot in which every first call of an account failed in the same way."""
    plan = Plan(operations, run.scope)
    reading = Unseen(why, code, said)
    return Snapshot(run, {planned.call: reading for planned in plan.first(account)})


__all__ = ["unread"]
