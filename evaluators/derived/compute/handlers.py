"""Lambda functions that handle requests, with the aliases by which they are called.

A path may lead to a function, to an alias or to a version of it: any of them makes the function part of the path.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.view import Answer, Gathered, View, gather
from assessor.workload import names
from collectors import lambda_
from evaluators.derived.offered import surely

READS: tuple[Operation, ...] = (lambda_.LIST_FUNCTIONS, lambda_.LIST_ALIASES)

KIND = "AWS::Lambda::Function"


@dataclass(frozen=True, slots=True)
class Handler:
    """A function. ``aliases``: as far as they could be listed."""

    name: str
    arn: str
    settings: Answer
    aliases: tuple[Answer, ...]
    evidence: tuple[Call, ...]

    @property
    def what(self) -> str:
        """The function in words."""
        return f"function {self.name}"

    @property
    def stands_for(self) -> tuple[str, ...]:
        """The nodes of the workload that make it part of a path."""
        qualifiers = dict.fromkeys(
            str(text)
            for alias in self.aliases
            for text in (alias.get("Name"), alias.get("FunctionVersion"))
            if text and text != "$LATEST"
        )
        return (self.arn, *(f"{self.arn}:{qualifier}" for qualifier in qualifiers))


def handlers(aws: View) -> Gathered[Handler]:
    """Every function of the Region."""
    return gather(surely(_handlers(aws)))


def _handlers(aws: View) -> Iterator[Handler]:
    aliases: dict[str, list[Answer]] = {}
    # Without its aliases a function still stands for itself; whoever judges aliases reads them.
    for call, alias in gather(aws.items_with_call(lambda_.LIST_ALIASES)).known:
        aliases.setdefault(str(call.request.get("FunctionName") or ""), []).append(alias)
    for call, function in aws.items_with_call(lambda_.LIST_FUNCTIONS):
        name = str(function.get("FunctionName") or "")
        arn = names.function_in(str(function.get("FunctionArn") or "")) or names.function(aws, name)
        yield Handler(name, arn, function, tuple(aliases.get(name, ())), (call,))
