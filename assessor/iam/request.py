"""What is asked: who does what to which resource, in which circumstances, under which policies."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from assessor.iam.conditions import ABSENT, UNKNOWN, Missing, Values
from assessor.iam.patterns import ARN_PARTS
from assessor.iam.policy import Policy
from assessor.iam.principals import Caller

Given = Mapping[str, "str | Iterable[str] | Missing"]


def nothing_open(key: str) -> bool:  # noqa: ARG001 - one answer for every key
    """No key is open: what is not named is absent."""
    return False


def everything_open(key: str) -> bool:  # noqa: ARG001 - one answer for every key
    """Every key that is not named is open."""
    return True


@dataclass(frozen=True, slots=True)
class Context:
    """The request context: keys with values, keys known to be absent, and keys that are not known.

    ``opened`` says which of the keys not in ``known`` are unknown (absent or any value); others are absent.
    Keys are compared without case.
    """

    known: Mapping[str, "Values | Missing"] = field(default_factory=lambda: MappingProxyType({}))
    opened: Callable[[str], bool] = nothing_open

    def lookup(self, key: str) -> Values | Missing:
        """The values of a lower-cased key, ABSENT or UNKNOWN."""
        found = self.known.get(key)
        if found is not None:
            return found
        return UNKNOWN if self.opened(key) else ABSENT

    def with_values(self, given: Given) -> "Context":
        """The same context with more keys fixed."""
        return replace(self, known=MappingProxyType({**self.known, **_known(given)}))

    def closed(self) -> "Context":
        """The same context with every unknown key absent."""
        return Context(MappingProxyType({k: ABSENT if v is UNKNOWN else v for k, v in self.known.items()}))


def _known(given: Given) -> "dict[str, Values | Missing]":
    found: dict[str, Values | Missing] = {}
    for key, value in given.items():
        if isinstance(value, Missing):
            found[key.lower()] = value
        elif isinstance(value, str):
            found[key.lower()] = (value,)
        else:
            found[key.lower()] = tuple(value)
    return found


def context(given: Given | None = None, *, opened: Callable[[str], bool] | Iterable[str] = ()) -> Context:
    """A context from plain values: ``opened`` lists the unknown keys, or is a predicate over lower-cased keys."""
    if callable(opened):
        return Context(MappingProxyType(_known(given or {})), opened)
    keys = frozenset(key.lower() for key in opened)
    return Context(MappingProxyType(_known(given or {})), keys.__contains__ if keys else nothing_open)


@dataclass(frozen=True, slots=True)
class Layers:
    """The policies that apply to a request.

    boundary, session, resource: None where there is none. scps: one tuple of policies for each level, root
    first (an empty level allows nothing); None where none apply or they are not known. rcps: the same, of which
    only denials count (the full-access RCP is always attached). endpoint: the policy of the VPC endpoint the
    request passes.
    """

    identity: tuple[Policy, ...] = ()
    boundary: Policy | None = None
    session: tuple[Policy, ...] | None = None
    resource: Policy | None = None
    scps: tuple[tuple[Policy, ...], ...] | None = None
    rcps: tuple[tuple[Policy, ...], ...] | None = None
    endpoint: Policy | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One question. ``account`` is the account that owns the resource; "" means the caller's own."""

    caller: Caller
    action: str
    resource: str = "*"
    account: str = ""
    context: Context = field(default_factory=Context)

    @property
    def service(self) -> str:
        """The IAM prefix of the action, lower-cased."""
        return self.action.partition(":")[0].lower()

    @property
    def same_account(self) -> bool:
        """Whether the caller's account owns the resource."""
        return not self.account or self.caller.account == self.account

    def within(self, given: Given) -> "Request":
        """The same question with more of its context fixed."""
        return replace(self, context=self.context.with_values(given))


def arn_field(arn: str, number: int) -> str:
    """A colon-separated part of an ARN (3: Region, 4: account), "" when the text is no ARN."""
    parts = arn.split(":", ARN_PARTS - 1)
    return parts[number] if len(parts) == ARN_PARTS else ""
