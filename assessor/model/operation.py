"""What may be asked of AWS: one read-only API operation, declared once.

A collector module is a list of these declarations and nothing else; the IAM policy, the collection
plan, the pagination and the redaction are all derived from them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any


class Scope(StrEnum):
    """Where an operation answers: once in every Region, or once for the account."""

    REGIONAL = "regional"
    GLOBAL = "global"


@dataclass(frozen=True, slots=True)
class Bind:
    """One request parameter taken from a parent's answer.

    path: written in the path language of `assessor.model.path`, with the prefixes of `Each.bind`.
    via: turns the value found into the value sent (``None`` from it means: nothing to ask for this value).
    default: the value found where the path yields nothing; ``via`` is then not asked.
    template: composes the value of several, instead of ``path``: ``{partition}``, ``{region}`` and ``{account}`` are
        the parent call's, every other name in braces is a path (``arn:{partition}:s3:::{Name}``).
    listed: sends the value as a list of one, for a request member that takes a list.
    """

    path: str = ""
    via: Callable[[str], str | int | None] | None = None
    default: str | None = None
    template: str = ""
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Each:
    """Fan out over the answers of ``parent``: one call per item of its listing.

    parent: the operation whose answers are walked.
    bind: request member -> path in the item (or a `Bind`). A path that starts with ``$.`` reads the
        parent call's own request parameters, ``^.`` the parent's whole answer instead of the item.
    items: the list to walk, where it is not the parent's own ``items``; ``""`` walks the answer itself.
    where: path -> accepted values; items that do not match are not asked about.
    region: the Region to ask in, where it is not the parent call's (a bucket's, a key's own).
    fixed: further request members with fixed values.
    only: the run's scope this fan-out belongs to (``account``); empty means every run.
    """

    parent: "Operation"
    bind: Mapping[str, "str | Bind"]
    items: str | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    region: "str | Bind | None" = None
    fixed: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    only: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One read-only operation of the AWS API.

    service: botocore client name (``bedrock-agent``).
    name: operation name as AWS spells it (``GetAgent``).
    action: the IAM action that allows it (``bedrock:GetAgent``); 15 of the usual ones differ from the name.
    items: path of the list in the answer; None where the answer is one thing.
    token: (request member, answer path) of the page token; None where the answer is never paged.
    more: answer path of a flag that says there are more pages (``IsTruncated``), where AWS has one.
    params: request members that are always sent.
    asks: several sets of fixed members, one call each (WAF scopes, log classes); merged over ``params``.
    each: the parents it fans out over; empty means asked once per Region (or account).
    absent: error codes that are an answer: the thing does not exist.
    redact: paths in the answer whose text is replaced before anything is kept.
    scope: regional or global; ``region`` is where a global one is asked.
    also: further IAM actions the call needs.
    variant: tells two declarations of one operation apart (listing guardrails, listing versions).
    """

    service: str
    name: str
    action: str
    items: str | None = None
    token: tuple[str, str] | None = None
    more: str | None = None
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    asks: tuple[Mapping[str, Any], ...] = ()
    each: tuple[Each, ...] = ()
    absent: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()
    scope: Scope = Scope.REGIONAL
    region: str = "us-east-1"
    variant: str = ""
    also: tuple[str, ...] = ()

    def __hash__(self) -> int:
        return hash((self.service, self.name, self.variant))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Operation) and self.id == other.id

    @property
    def id(self) -> str:
        """``service:Name``, with ``/variant`` where one operation is declared more than once."""
        return f"{self.service}:{self.name}" + (f"/{self.variant}" if self.variant else "")

    @property
    def actions(self) -> tuple[str, ...]:
        """Every IAM action that the call needs."""
        return (self.action, *self.also)
