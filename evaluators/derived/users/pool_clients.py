"""App clients of user pools, and which of them sign people in with a password.

https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-client-apps.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError
from assessor.model.view import Answer, View
from collectors import cognito_idp
from evaluators.derived.users.user_pools import UserPool

READS: tuple[Operation, ...] = (
    cognito_idp.LIST_USER_POOL_CLIENTS,
    cognito_idp.DESCRIBE_USER_POOL_CLIENT,
)

_LOCAL = "COGNITO"


@dataclass(frozen=True, slots=True)
class PoolClient:
    """An app client of a user pool."""

    pool: UserPool
    ident: str
    evidence: tuple[Call, ...]

    @property
    def what(self) -> str:
        """The client in words."""
        return f"client {self.ident} of {self.pool.what}"


def pool_clients(aws: View, pool: UserPool) -> Iterator[PoolClient]:
    """The clients of a pool. Raises UnseenError."""
    for call, listed in aws.items_with_call(cognito_idp.LIST_USER_POOL_CLIENTS, UserPoolId=pool.pool_id):
        if listed.get("ClientId"):
            yield PoolClient(pool, str(listed["ClientId"]), (call,))


def settings(aws: View, client: PoolClient) -> Answer:
    """How a client is set up. Raises UnseenError."""
    answer = aws.get(
        cognito_idp.DESCRIBE_USER_POOL_CLIENT, UserPoolId=client.pool.pool_id, ClientId=client.ident
    )
    return (answer or {}).get("UserPoolClient") or {}


def without_passwords(aws: View, pool: UserPool) -> str:
    """Why nobody signs in to the pool with a password, "" where somebody can. Raises UnseenError."""
    kinds: set[str] = set()
    unseen: UnseenError | None = None
    for client in pool_clients(aws, pool):
        try:
            kinds.add(_kind(settings(aws, client)))
        except UnseenError as error:
            unseen = unseen or error
    if "people" in kinds:
        return ""
    if unseen is not None:
        raise unseen
    if not kinds:
        return ""
    if kinds == {"machine"}:
        return "every client is a machine (client_credentials only)"
    if kinds == {"federated"}:
        return "every client signs in through external identity providers only, which own MFA"
    return "every client is a machine or signs in through external identity providers only"


def machine(client: Answer) -> bool:
    """Whether only machines use a client: by client_credentials alone.

    A client has OAuth flows only with ``AllowedOAuthFlowsUserPoolClient``; an answer may leave that out.
    """
    allowed = client.get("AllowedOAuthFlowsUserPoolClient") is not False
    return allowed and set(client.get("AllowedOAuthFlows") or ()) == {"client_credentials"}


def _kind(client: Answer) -> str:
    if machine(client):
        return "machine"
    providers = set(client.get("SupportedIdentityProviders") or ())
    return "federated" if providers and _LOCAL not in providers else "people"
