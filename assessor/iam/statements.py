"""What a policy document is made of once it is read: statements, how they are named, and what could not be judged."""

from dataclasses import dataclass, field
from enum import StrEnum

from assessor.iam.conditions import Atom, Condition, Opaque, ResourceTest
from assessor.iam.operators import resource_like
from assessor.iam.patterns import Pattern
from assessor.iam.principals import Principals
from assessor.iam.templates import Template


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something in a policy that cannot be judged, and where it stands."""

    reason: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.reason}" if self.where else self.reason


class Use(StrEnum):
    """What a document is used as; decides whether it must, or must not, name principals."""

    IDENTITY = "identity policy"
    GROUP = "group policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource policy"
    TRUST = "trust policy"
    SCP = "service control policy"
    RCP = "resource control policy"
    ENDPOINT = "VPC endpoint policy"

    @property
    def names_principals(self) -> bool:
        """Whether statements have a Principal element."""
        return self in {Use.RESOURCE, Use.TRUST, Use.RCP, Use.ENDPOINT}


class Effect(StrEnum):
    """What a statement does when it applies."""

    ALLOW = "Allow"
    DENY = "Deny"


@dataclass(frozen=True, slots=True)
class StatementRef:
    """A statement, named so that a report can point at it."""

    policy: str
    use: Use
    index: int
    sid: str = ""
    effect: Effect | None = None

    def __str__(self) -> str:
        if self.index < 0:
            return f"{self.use} {self.policy or '(unnamed)'}"
        sid = f' "{self.sid}"' if self.sid else ""
        return f"{self.use} {self.policy or '(unnamed)'}, statement {self.index + 1}{sid}"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``effect`` is None where it could not be read: it may then allow or deny."""

    ref: StatementRef
    effect: Effect | None
    actions: tuple[Pattern, ...] = ()
    not_actions: bool = False
    resources: tuple[Template, ...] | None = None
    not_resources: bool = False
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    problems: tuple[Unsupported, ...] = ()

    def covers_action(self, action: str) -> bool:
        """Whether the action (``service:Name``, any case) is among the statement's."""
        lowered = action.lower()
        return any(p.matches(lowered) for p in self.actions) is not self.not_actions

    @property
    def resource_variables(self) -> bool:
        """Whether its resources depend on the request."""
        return any(t.constant is None for t in self.resources or ())

    def resource_atoms(self, arn: str) -> tuple[Atom, ...] | bool:
        """Whether the statement covers ``arn``: True, False, or atoms of which one (with NotResource: all) decide."""
        if self.resources is None:
            return True
        pending: list[Atom] = []
        for template in self.resources:
            text = template.constant
            if text is None:
                pending.append(ResourceTest(template, arn, self.not_resources))
            elif resource_like(text).matches(arn):
                return not self.not_resources
        return tuple(pending) if pending else self.not_resources

    @property
    def opaque(self) -> tuple[Opaque, ...]:
        """Its problems as atoms whose truth is never known."""
        return tuple(Opaque(f"{self.ref}: {problem}") for problem in self.problems)


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A parsed document. Two policies are the same only when they are the same object."""

    name: str
    use: Use
    statements: tuple[Statement, ...] = ()
    problems: tuple[Unsupported, ...] = ()
    version: str = "2008-10-17"
    arn: str = field(default="")

    @property
    def unsupported(self) -> tuple[Unsupported, ...]:
        """Everything in the document that cannot be judged."""
        return self.problems + tuple(p for s in self.statements for p in s.problems)
