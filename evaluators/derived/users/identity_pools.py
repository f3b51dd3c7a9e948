"""Cognito identity pools: who gets which role, and whether the role lets the pool's users in at all.

https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.iam.decide import Verdict, decide
from assessor.iam.holders import Principal
from assessor.iam.policy import Policy
from assessor.iam.principals import IDENTITY_POOLS, Caller, Kind
from assessor.iam.request import Given, Layers, Request, context, everything_open
from assessor.model.control import Subject
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.view import View
from collectors import cognito_identity
from evaluators.derived.offered import offered
from evaluators.derived.principals.universe import Estate

READS: tuple[Operation, ...] = (
    cognito_identity.LIST_IDENTITY_POOLS,
    cognito_identity.DESCRIBE_IDENTITY_POOL,
    cognito_identity.GET_IDENTITY_POOL_ROLES,
)

KIND = "AWS::Cognito::IdentityPool"
GUEST = "unauthenticated"
USER = "authenticated"


@dataclass(frozen=True, slots=True)
class Pool:
    """What AWS says of a pool: the answers of DescribeIdentityPool and GetIdentityPoolRoles, None where not seen.

    unseen: why one of them is None.
    """

    id: str
    detail: Mapping[str, Any] | None
    roles: Mapping[str, Any] | None
    unseen: UnseenError | None

    def role(self, who: str) -> str:
        """ARN of the role of guests or users; empty where none is set (or the roles were not seen)."""
        return str(((self.roles or {}).get("Roles") or {}).get(who) or "")


def pool_subjects(aws: View) -> Iterator[Subject]:
    """Every identity pool of this Region; none where Cognito is not offered."""
    for item in offered(aws.items(cognito_identity.LIST_IDENTITY_POOLS)):
        ident = str(item.get("IdentityPoolId", ""))
        arn = (
            f"arn:{aws.account.partition}:cognito-identity:{aws.region}:{aws.account_id}:identitypool/{ident}"
        )
        yield Subject(arn, KIND, about={"pool": ident})


def pool(aws: View, ident: str) -> Pool:
    """A pool with what could be read of it; never raises."""
    found: list[Mapping[str, Any] | None] = []
    unseen: UnseenError | None = None
    for operation in (cognito_identity.DESCRIBE_IDENTITY_POOL, cognito_identity.GET_IDENTITY_POOL_ROLES):
        try:
            found.append(aws.get(operation, IdentityPoolId=ident) or {})
        except UnseenError as error:
            unseen = unseen or error
            found.append(None)
    return Pool(ident, found[0], found[1], unseen)


def admits(role: Principal, ident: str, who: str) -> bool:
    """Whether the trust policy of a role lets guests or users of a pool take it on."""
    return any(_admits(role, provider, ident, who) for provider in _providers(role))


def _providers(role: Principal) -> list[str]:
    """Identity pools by the names the trust policy calls them; all of them where it names nobody in particular."""
    return sorted(IDENTITY_POOLS & _named(role)) or sorted(IDENTITY_POOLS)


def _named(role: Principal) -> set[str]:
    """Whom the trust policy names."""
    return {
        one.value
        for statement in (role.trust.statements if role.trust is not None else ())
        if statement.principals is not None
        for one in statement.principals.named
    }


def _admits(role: Principal, provider: str, ident: str, who: str) -> bool:
    if role.trust is None:
        return False
    methods = (who,) if who == GUEST else (who, *_sign_ins(role.trust, f"{provider}:amr"))
    given: Given = {f"{provider}:aud": ident, f"{provider}:amr": methods}
    caller = Caller(Kind.FEDERATED, provider)
    known = context(given, opened=everything_open)
    request = Request(caller, "sts:AssumeRoleWithWebIdentity", role.arn, role.account, known)
    decision = decide(request, Layers(resource=role.trust))
    return decision.possible or decision.verdict is Verdict.UNSUPPORTED


def _sign_ins(trust: Policy, key: str) -> Iterator[str]:
    """How users may have signed in, as the trust policy asks for it: their token names that beside "authenticated"."""
    for statement in trust.statements:
        for condition in statement.conditions:
            if condition.key == key and not condition.operator.negated:
                for value in condition.values:
                    text = (value.constant or "").replace("*", "zz").replace("?", "z")
                    if text and text not in (GUEST, USER):
                        yield text


def trusting(known: Estate, ident: str, who: str) -> Iterator[Principal]:
    """The roles of this account that let guests or users of a pool in and name identity pools."""
    for role in known.universe.principals:
        if _named(role) & IDENTITY_POOLS and admits(role, ident, who):
            yield role
