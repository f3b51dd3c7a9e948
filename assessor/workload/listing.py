"""Reading for the graph: what is known of a listing beside why the rest is not, and gaps in the words of the failure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessor.model.operation import Operation
from assessor.model.plan import Plan, Planned
from assessor.model.reading import Absent, Call, Seen, Unseen, UnseenError, Why
from assessor.model.view import Answer, View, unseen_error
from assessor.workload.graph import Gap

_WHOLE = frozenset({"apigateway", "apigatewayv2", "appsync", "elbv2", "lambda"})
"""Services whose operations are offered together: one that is refused where others are answered is a gap."""
_LATER = frozenset({"appsync:ListApis", "lambda:ListFunctionUrlConfigs"})
"""Operations that came later, and not to every Region."""


@dataclass(frozen=True, slots=True)
class Listed:
    """The items of a listing, each with its call, and the first failure among its calls."""

    known: tuple[tuple[Call, Any], ...]
    unseen: UnseenError | None

    def __iter__(self) -> Iterator[tuple[Call, Any]]:
        return iter(self.known)


def listed(aws: View, operation: Operation, path: str | None = None, **params: Any) -> Listed:
    """What is known of a listing. A service that is not offered in the Region has nothing there.

    One that refuses a single operation of those that come with it hides what that would show. Calls that a run should
    have made, and did not, are unseen: an older snapshot, or one of fewer controls, must not pass for an account with
    less in it.
    """
    known: list[tuple[Call, Any]] = []
    try:
        for pair in aws.items_with_call(operation, path, **params):
            known.append(pair)  # noqa: PERF402 - what came before a failure must be kept
    except UnseenError as error:
        nothing = error.why is Why.UNSUPPORTED and not (error.offered and _offered_whole(error, operation))
        return Listed(tuple(known), None if nothing else error)
    if known or params or not operation.each:
        return Listed(tuple(known), None)
    return Listed((), _never_asked(aws, operation))


def _offered_whole(error: UnseenError, operation: Operation) -> bool:
    """Whether the refused operation, the one asked or a parent of it, comes with its service."""
    refused = operation.id if error.call is None else error.call.operation
    return refused.partition(":")[0] in _WHOLE and refused not in _LATER


def _never_asked(aws: View, operation: Operation) -> UnseenError | None:
    """Whether answers that are there call for this operation although it was never called in the Region."""
    snapshot, account = aws.snapshot, aws.account
    if snapshot.calls(operation, account.id, aws.region):
        return None
    plan = Plan((operation,), aws.scope)
    for each in operation.each:
        for call in snapshot.calls(each.parent, account.id, aws.region):
            asked = Planned(each.parent, call, aws.region)
            for due in plan.after(asked, snapshot.reading(call), account):
                if due.call.operation == operation.id:
                    detail = f"{operation.service}:{operation.name} was not read in this run"
                    return UnseenError(Why.OPERATION_UNAVAILABLE, detail, "", due.call)
    return None


@dataclass(frozen=True, slots=True)
class One:
    """One answer with its call; None with ``unseen`` where it could not be had, None alone where there is none."""

    call: Call
    answer: Answer | None
    unseen: UnseenError | None = None


def one(aws: View, operation: Operation, **params: Any) -> One:
    """One call's answer, whatever became of it."""
    reading = aws.read(operation, **params)
    call = aws.trail[-1]
    match reading:
        case Seen(value):
            return One(call, value)
        case Absent():
            return One(call, None)
        case Unseen():
            return One(call, None, unseen_error(reading, operation, call))


def gap(rule: str, at: str, unseen: UnseenError, lost: str) -> Gap:
    """The gap that a failed reading leaves; ``lost`` says what is unknown for it."""
    return Gap(rule, at, unseen.why, f"{lost}: {unseen.detail}", unseen.grant, unseen.call)
