"""How a door finds out who its callers are: by which users' directory, within which limits, or not at all."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Answer, View
from assessor.workload import names
from evaluators.derived.users import group_roles, pool_clients
from evaluators.derived.users.group_roles import own_pool
from evaluators.derived.users.pool_clients import machine, settings

READS: tuple[Operation, ...] = (*group_roles.READS, *pool_clients.READS)

_COGNITO = re.compile(
    r"(?:https://)?(?:issuer-)?cognito-idp(?:-fips)?[.-][a-z0-9-]+\.amazonaws\.com(?:\.cn)?/(?P<pool>[\w-]+_[A-Za-z0-9]+)"
)
_DISCOVERY = "/.well-known/openid-configuration"
# Claims that say for which application a token was made, not what its user may do.
_APPLICATION = frozenset({"aud", "azp", "appid", "cid", "client_id", "iss", "token_use"})


@dataclass(frozen=True, slots=True)
class SignIn:
    """One way in. said: in words.

    pools: ARNs of user pools. issuers: of other providers' tokens. clients: the applications that tokens must be made
    for, where that is asked. limits: what a token must say of its user beside that, in words. machine: why only
    machines call, "" otherwise. code: what decides in code, "" where nothing is known to. anonymous: nobody is asked
    who he is. inside: why callers come from inside only, "" otherwise. gateway: GetGateway's answer.
    """

    said: str
    pools: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    clients: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    machine: str = ""
    code: str = ""
    anonymous: bool = False
    inside: str = ""
    gateway: Answer = field(default_factory=lambda: MappingProxyType({}), hash=False, compare=False)

    @property
    def whom(self) -> str:
        """Whose users sign in, in words."""
        return ", ".join((*(f"user pool {names.last(one)}" for one in self.pools), *self.issuers))


def apart(way: SignIn) -> list[SignIn]:
    """A way in that takes the users of several directories, as one for each: what tells one's apart is not the other's."""
    by_pool = [replace(way, pools=(pool,), issuers=()) for pool in way.pools]
    return [*by_pool, *(replace(way, pools=(), issuers=(one,)) for one in way.issuers)] or [way]


@dataclass(frozen=True, slots=True)
class SignedDoor:
    """A door. look: the ways in; raises UnseenError. key, stands_for: as in `assessor.model.control.Subject`."""

    arn: str
    kind: str
    what: str
    evidence: tuple[Call, ...]
    look: Callable[[View], Iterable[SignIn]] = field(compare=False)
    key: str = ""
    stands_for: tuple[str, ...] = ()


IAM = "requests are signed with AWS credentials, and the policies of whoever signs decide"
"""Why an IAM door has machines for callers."""


def by_tokens(
    aws: View, said: str, issuers: Iterable[str], clients: Iterable[str] = (), limits: Iterable[str] = ()
) -> SignIn:
    """The way in of whoever has a token of these issuers; an issuer may be a user pool's ARN or a discovery address."""
    pools: dict[str, None] = {}
    others: dict[str, None] = {}
    for issuer in issuers:
        found = _COGNITO.match(issuer)
        if ":userpool/" in issuer:
            pools[issuer] = None
        elif found is not None:
            pools[names.user_pool(aws, found["pool"])] = None
        elif issuer:
            others[issuer.removesuffix(_DISCOVERY).rstrip("/")] = None
    return SignIn(said, tuple(pools), tuple(others), tuple(clients), tuple(limits))


def scopes(held: Iterable[object]) -> tuple[str, ...]:
    """Scopes that are asked for, as one limit in words; none where none is."""
    named = [str(one) for one in held]
    return (f"scope {_some(named)}",) if named else ()


def claims(held: Iterable[str]) -> tuple[str, ...]:
    """Claims that are asked for and say something of the user, as one limit in words; none where none does."""
    named = [name for name in held if name.lower() not in _APPLICATION]
    return (f"claim {_some(named)}",) if named else ()


def _some(named: list[str]) -> str:
    return f"{', '.join(named[:3])}{' and more' if len(named) > 3 else ''}"


def by_jwt(aws: View, said: str, jwt: Mapping[str, object]) -> SignIn:
    """The way in of an AgentCore ``customJWTAuthorizer``."""
    return by_tokens(
        aws,
        said,
        [str(jwt.get("discoveryUrl") or "")],
        [str(one) for where in ("allowedClients[]", "allowedAudience[]") for one in values(jwt, where)],
        (
            *scopes(values(jwt, "allowedScopes[]")),
            *claims(map(str, values(jwt, "customClaims[].inboundTokenClaimName"))),
        ),
    )


def machines_only(aws: View, way: SignIn) -> str:
    """Why only machines come this way, "" where people may. Raises UnseenError."""
    if way.machine or way.issuers or not way.pools:
        return way.machine
    unseen: UnseenError | None = None
    for pool in way.pools:
        try:
            if not _machines(aws, pool, way.clients):
                return ""
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen
    return f"every client of {way.whom} is a machine (client_credentials only)"


def _machines(aws: View, arn: str, only: tuple[str, ...]) -> bool:
    pool = own_pool(aws, arn)
    if pool is None:
        return False
    at = aws.at(arn.split(":")[3])
    found = list(pool_clients.pool_clients(at, pool))
    named = [client for client in found if client.ident in only] or found
    kinds: list[bool] = []
    unseen: UnseenError | None = None
    for client in named:
        try:
            kinds.append(machine(settings(at, client)))
        except UnseenError as error:
            unseen = unseen or error
    if not all(kinds):
        return False
    if unseen is not None:
        raise unseen
    return bool(kinds)
