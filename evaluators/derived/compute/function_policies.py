"""Functions and their aliases, each with the policy that says who may call it.

The policy of a function and that of each alias are different documents; no policy is an answer too.
https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import Gathered, View, gather
from collectors import lambda_
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (lambda_.LIST_FUNCTIONS, lambda_.LIST_ALIASES, lambda_.GET_POLICY)


@dataclass(frozen=True, slots=True)
class Invocable:
    """A function, or one of its aliases (``alias``)."""

    arn: str
    function: str
    alias: str
    evidence: tuple[Call, ...]

    @property
    def what(self) -> str:
        """In words."""
        return (
            f"alias {self.alias} of function {self.function}" if self.alias else f"function {self.function}"
        )


def invocables(aws: View) -> Gathered[Invocable]:
    """Every function and alias of the Region."""
    return gather(surely(_functions(aws)), surely(_aliases(aws)))


def _arn(aws: View, name: str) -> str:
    return f"arn:{aws.account.partition}:lambda:{aws.region}:{aws.account_id}:function:{name}"


def _functions(aws: View) -> Iterator[Invocable]:
    for call, item in aws.items_with_call(lambda_.LIST_FUNCTIONS):
        name = str(item.get("FunctionName") or "")
        if name:
            yield Invocable(str(item.get("FunctionArn") or _arn(aws, name)), name, "", (call,))


def _aliases(aws: View) -> Iterator[Invocable]:
    for call, item in aws.items_with_call(lambda_.LIST_ALIASES):
        function, alias = str(call.request.get("FunctionName") or ""), str(item.get("Name") or "")
        if function and alias:
            own = f"{_arn(aws, function)}:{alias}"
            yield Invocable(str(item.get("AliasArn") or own), function, alias, (call,))


def policy_of(aws: View, one: Invocable) -> str:
    """The policy of the function or alias, "" where it has none. Raises UnseenError."""
    qualifier = {"Qualifier": one.alias} if one.alias else {}
    answer = aws.get(lambda_.GET_POLICY, FunctionName=one.function, **qualifier)
    return str((answer or {}).get("Policy") or "")
