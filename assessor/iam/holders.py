"""Users and roles with the policies they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from assessor.iam.policy import Effect, Policy, Unsupported
from assessor.iam.principals import Caller, Kind


class Source(StrEnum):
    """How a policy came to bind a principal."""

    INLINE = "inline"
    ATTACHED = "attached"
    GROUP_INLINE = "group inline"
    GROUP_ATTACHED = "group attached"


@dataclass(frozen=True, slots=True)
class Held:
    """A policy a principal holds. ``group``: the group it comes by, "" when it is its own."""

    policy: Policy
    source: Source
    group: str = ""


@dataclass(frozen=True, slots=True)
class Principal:
    """A user or role with its effective policies.

    last_used: ISO time of RoleLastUsed, "" when IAM names none (never, or longer ago than it keeps track of).
    problems: what about its policies could not be read; answers that depend on it are UNSUPPORTED.
    """

    caller: Caller
    name: str
    id: str
    path: str
    created: str
    held: tuple[Held, ...]
    boundary: Policy | None = None
    trust: Policy | None = None
    tags: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    groups: tuple[str, ...] = ()
    last_used: str = ""
    last_region: str = ""
    problems: tuple[Unsupported, ...] = ()
    tags_told: bool = True
    """Whether IAM's answer said anything about its tags; where it did not, any tag is possible."""

    @property
    def arn(self) -> str:
        """The IAM ARN."""
        return self.caller.arn

    @property
    def account(self) -> str:
        """The account it belongs to."""
        return self.caller.account

    @property
    def is_role(self) -> bool:
        """Whether it is a role."""
        return self.caller.kind is Kind.ROLE

    @property
    def identity(self) -> tuple[Policy, ...]:
        """Its identity policies, each once."""
        return tuple(held.policy for held in self.held)

    @property
    def unjudged(self) -> tuple[str, ...]:
        """What about its policies could not be read, each with the statement or document it stands in."""
        bounds = () if self.boundary is None else (self.boundary,)
        found: list[str] = []
        for policy in (*self.identity, *bounds):
            found += [str(problem) for problem in policy.problems]
            found += [atom.reason for statement in policy.statements for atom in statement.opaque]
        return tuple(dict.fromkeys(found))

    @property
    def taggable_sessions(self) -> bool:
        """Whether a request may carry tags beside those that are known.

        Its trust policy lets sessions bring their own (sts:TagSession), or nothing was said of its tags.
        """
        return not self.tags_told or self._may_bring_tags

    @property
    def _may_bring_tags(self) -> bool:
        return self.trust is not None and (
            bool(self.trust.problems)
            or any(
                s.effect is not Effect.DENY and s.covers_action("sts:TagSession")
                for s in self.trust.statements
            )
        )
