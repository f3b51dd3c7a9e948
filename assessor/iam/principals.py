"""Who calls, and whom a Principal element names.

Rests on "AWS JSON policy elements: Principal" and "NotPrincipal".
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from assessor.iam.patterns import ARN_PARTS

ROOT = "root"
IDENTITY_POOLS = frozenset(
    {
        "cognito-identity.amazonaws.com",
        "cognito-identity-us-gov.amazonaws.com",
        "cognito-identity.us-gov-east-1.amazonaws.com",
        "cognito-identity.cn-north-1.amazonaws.com.cn",
    }
)
"""Cognito's identity pools by the names that trust policies know them by: each partition has its own.

https://docs.aws.amazon.com/govcloud-us/latest/UserGuide/govcloud-cog.html
"""
WEB_IDENTITY = frozenset({*IDENTITY_POOLS, "accounts.google.com", "graph.facebook.com", "www.amazon.com"})
"""Identity providers that trust policies name by host name, without a provider of the account's own."""
_ACCOUNT_DIGITS = 12


class Kind(StrEnum):
    """What kind of caller a principal is."""

    ANONYMOUS = "anonymous"
    USER = "user"
    ROLE = "role"
    SESSION = "assumed-role session"
    FEDERATED_USER = "federated user"
    ROOT = "root user"
    SERVICE = "service"
    FEDERATED = "federated identity"
    CANONICAL = "canonical user"


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller as authorization sees it.

    arn: the ARN (or the service's name, or the identity provider's), "" for an unsigned request.
    account: twelve digits, "" where there is none.
    role: for a session the ARN of its role, for a role its own.
    """

    kind: Kind
    arn: str = ""
    account: str = ""
    role: str = ""

    @property
    def name(self) -> str:
        """The last part of the ARN: user or role name, session name."""
        return self.arn.rsplit("/", 1)[-1]

    @property
    def service_linked(self) -> bool:
        """Whether it is a service-linked role, which neither SCPs nor RCPs bind."""
        return ":role/aws-service-role/" in self.role


ANONYMOUS = Caller(Kind.ANONYMOUS)


def parse_caller(principal: str | None) -> Caller:
    """A caller from an IAM or STS ARN, a service's or web identity provider's name, or None for unsigned.

    The role of a session is taken to have no path, as the session's ARN does not tell it. Raises ValueError
    for other text.
    """
    if principal is None:
        return ANONYMOUS
    parts = principal.split(":", ARN_PARTS - 1)
    if len(parts) != ARN_PARTS:
        if principal in WEB_IDENTITY:
            return Caller(Kind.FEDERATED, principal)
        if principal.endswith((".amazonaws.com", ".amazonaws.com.cn", ".aws.internal", ".api.aws")):
            return Caller(Kind.SERVICE, principal)
        raise ValueError(f"{principal!r} is neither a principal's ARN nor a service's name")
    _, partition, service, _, account, resource = parts
    kind, _, rest = resource.partition("/")
    if service == "sts" and kind == "assumed-role":
        role = f"arn:{partition}:iam::{account}:role/{rest.partition('/')[0]}"
        return Caller(Kind.SESSION, principal, account, role)
    if service == "sts" and kind == "federated-user":
        return Caller(Kind.FEDERATED_USER, principal, account)
    if service == "iam" and kind == "role":
        return Caller(Kind.ROLE, principal, account, principal)
    if service == "iam" and kind == "user":
        return Caller(Kind.USER, principal, account)
    if service == "iam" and resource == ROOT:
        return Caller(Kind.ROOT, principal, account)
    if service == "iam" and kind in {"saml-provider", "oidc-provider"}:
        return Caller(Kind.FEDERATED, principal, account)
    raise ValueError(f"{principal!r} is not the ARN of a principal")


UNSIGNED = frozenset({Kind.ANONYMOUS, Kind.SERVICE, Kind.FEDERATED, Kind.CANONICAL})
"""Callers without identity policies of their own: only the resource's policy can let them in."""


class Naming(IntEnum):
    """How closely a Principal element names a caller; what follows from it differs."""

    NONE = 0
    ACCOUNT = 1
    """Its account: delegates to the account's own identity policies."""
    ROLE = 2
    """The role of a session: limited by boundary and session policy."""
    EVERYONE = 3
    """``*``."""
    ITSELF = 4
    """The user, the session, the service."""


class PrincipalKind(StrEnum):
    """The members of a Principal element."""

    AWS = "AWS"
    SERVICE = "Service"
    FEDERATED = "Federated"
    CANONICAL = "CanonicalUser"


@dataclass(frozen=True, slots=True)
class Named:
    """One entry of a Principal element. ``*`` alone is the entry ``AWS: *``."""

    kind: PrincipalKind
    value: str

    @property
    def everyone(self) -> bool:
        """Whether it is ``*``."""
        return self.kind is PrincipalKind.AWS and self.value == "*"

    @property
    def account(self) -> str:
        """The account it names or belongs to, "" when the text does not tell."""
        if self.kind is not PrincipalKind.AWS and self.kind is not PrincipalKind.FEDERATED:
            return ""
        if _is_account(self.value):
            return self.value
        parts = self.value.split(":", ARN_PARTS - 1)
        return parts[4] if len(parts) == ARN_PARTS and _is_account(parts[4]) else ""

    @property
    def whole_account(self) -> bool:
        """Whether it names an account as such (``123456789012`` or its ``:root``)."""
        return self.kind is PrincipalKind.AWS and (
            _is_account(self.value) or (self.value.endswith(":root") and self.account != "")
        )

    def names(self, caller: Caller) -> Naming:
        """How this entry names ``caller``."""
        if self.everyone:
            return Naming.EVERYONE
        match self.kind:
            case PrincipalKind.SERVICE:
                matches = caller.kind is Kind.SERVICE and self.value in {caller.arn, "*"}
                return Naming.ITSELF if matches else Naming.NONE
            case PrincipalKind.FEDERATED:
                matches = caller.kind is Kind.FEDERATED and self.value in {caller.arn, "*"}
                return Naming.ITSELF if matches else Naming.NONE
            case PrincipalKind.CANONICAL:
                matches = caller.kind is Kind.CANONICAL and self.value == caller.arn
                return Naming.ITSELF if matches else Naming.NONE
            case PrincipalKind.AWS:
                return self._names_aws(caller)

    def _names_aws(self, caller: Caller) -> Naming:
        if caller.kind in UNSIGNED:
            return Naming.NONE
        if self.whole_account:
            if self.account != caller.account:
                return Naming.NONE
            return Naming.ITSELF if caller.kind is Kind.ROOT else Naming.ACCOUNT
        if self.value == caller.arn:
            return Naming.ROLE if caller.kind is Kind.ROLE else Naming.ITSELF
        if caller.kind is Kind.SESSION and self.value == caller.role:
            return Naming.ROLE
        return Naming.NONE

    def excepts(self, caller: Caller) -> bool:
        """Whether a NotPrincipal entry exempts ``caller``: only its own ARN does, never just its account."""
        naming = self.names(caller)
        return naming in {Naming.ITSELF, Naming.EVERYONE} or (
            naming is Naming.ROLE and caller.kind is Kind.ROLE
        )


def _is_account(text: str) -> bool:
    return len(text) == _ACCOUNT_DIGITS and text.isascii() and text.isdigit()


@dataclass(frozen=True, slots=True)
class Principals:
    """A Principal (or NotPrincipal) element."""

    named: tuple[Named, ...]
    negated: bool = False

    @property
    def everybody(self) -> bool:
        """Whether it is ``*``, for whoever calls."""
        return not self.negated and any(entry.everyone for entry in self.named)

    def names(self, caller: Caller) -> Naming:
        """The closest way in which the element names ``caller``; NotPrincipal names everyone not excepted."""
        if self.negated:
            excepted = any(entry.excepts(caller) for entry in self.named)
            return Naming.NONE if excepted else Naming.EVERYONE
        return max((entry.names(caller) for entry in self.named), default=Naming.NONE)
