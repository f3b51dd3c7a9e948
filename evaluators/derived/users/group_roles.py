"""Role mappings of identity pools: the groups and claims of a user that decide which role the user gets.

A role that a group names is only a claim in the user's token, until an identity pool chooses roles by it.
https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Gathered, View, gather
from assessor.workload import names
from collectors import cognito_identity, cognito_idp
from evaluators.derived.doors.mechanisms import Mechanism
from evaluators.derived.offered import surely
from evaluators.derived.users.user_pools import UserPool, described, user_pools

READS: tuple[Operation, ...] = (
    cognito_idp.LIST_USER_POOLS,
    cognito_idp.DESCRIBE_USER_POOL,
    cognito_idp.LIST_GROUPS,
    cognito_identity.LIST_IDENTITY_POOLS,
    cognito_identity.GET_IDENTITY_POOL_ROLES,
)


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """How an identity pool chooses the roles of one provider's users. pool: ARN of the user pool, "" for none.

    kind: ``Token`` (by what groups name) or ``Rules`` (on claims). rules: how many.
    """

    identity_pool: str
    provider: str
    pool: str
    kind: str
    rules: int


def role_mappings(aws: View) -> Gathered[RoleMapping]:
    """The role mappings of every identity pool of the Region."""
    return gather(surely(_mappings(aws)))


def _mappings(aws: View) -> Iterator[RoleMapping]:
    for _, answer in aws.items_with_call(cognito_identity.GET_IDENTITY_POOL_ROLES, ""):
        for provider, mapping in sorted((answer.get("RoleMappings") or {}).items()):
            host, _, rest = str(provider).partition("/")
            pool = rest.partition(":")[0] if host.startswith("cognito-idp.") else ""
            yield RoleMapping(
                str(answer.get("IdentityPoolId") or ""),
                str(provider),
                names.user_pool(aws, pool) if pool else "",
                str(mapping.get("Type") or ""),
                len(first(mapping, "RulesConfiguration.Rules") or ()),
            )


def by_groups(aws: View, pool: str) -> Iterator[Mechanism]:
    """The identity pools of the run's Regions that choose roles by what a user pool says of its users.

    Raises UnseenError after what could be seen.
    """
    unseen: UnseenError | None = None
    for at in aws.regions():
        found = at.derive(role_mappings)
        unseen = unseen or found.unseen
        for mapping in found.known:
            if mapping.pool and names.last(mapping.pool) == names.last(pool):
                try:
                    yield chosen(aws, mapping)
                except UnseenError as error:
                    unseen = unseen or error
    if unseen is not None:
        raise unseen


def chosen(aws: View, mapping: RoleMapping) -> Mechanism:
    """What a mapping is worth. Raises UnseenError where the groups of the user pool are not known."""
    said = f"identity pool {mapping.identity_pool} chooses roles"
    if mapping.kind == "Rules":
        rules = f"{mapping.rules} rule{'' if mapping.rules == 1 else 's'}"
        return Mechanism(f"{said} by {rules} on the claims of {mapping.provider}", mapping.rules > 0)
    if mapping.kind != "Token" or not mapping.pool:
        raise UnseenError(
            Why.LINK_UNKNOWN, f"AWS states role mapping {mapping.kind or 'none'} for {mapping.provider}"
        )
    groups = groups_with_roles(aws, mapping.pool)
    named = f"{', '.join(groups[:3])}{' and more' if len(groups) > 3 else ''}"
    pool = mapping.pool.rpartition("/")[2]
    if not groups:
        return Mechanism(f"{said} by group, but no group of user pool {pool} names a role", decides=False)
    return Mechanism(f"{said} by the groups of user pool {pool} ({named})", decides=True)


def groups_with_roles(aws: View, pool: str) -> list[str]:
    """The groups of a user pool that name a role. Raises UnseenError, CROSS_ACCOUNT for a pool of another account."""
    held = _held(aws, pool)
    at = aws.at(pool.split(":")[3])
    return sorted(
        str(group.get("GroupName") or "")
        for group in at.items(cognito_idp.LIST_GROUPS, UserPoolId=held.pool_id)
        if group.get("RoleArn")
    )


def only_in_code(aws: View, pool: str) -> Iterator[str]:
    """What a user pool writes into its tokens that code alone can make something of, in words. Raises UnseenError."""
    held = _held(aws, pool)
    answer = described(aws.at(pool.split(":")[3]), held)
    trigger = first(answer, "LambdaConfig.PreTokenGenerationConfig.LambdaArn") or first(
        answer, "LambdaConfig.PreTokenGeneration"
    )
    if trigger:
        yield f"function {names.last(str(trigger))} writes claims into the tokens of {held.what}"
    groups = groups_with_roles(aws, pool)
    if groups:
        yield f"groups of {held.what} name roles ({', '.join(groups[:3])}), by which no identity pool chooses"


def own_pool(aws: View, pool: str) -> UserPool | None:
    """The user pool of an ARN, None where this account has none of it. Raises UnseenError."""
    parts = pool.split(":")
    region = parts[3] if len(parts) > 3 else ""
    if parts[4:5] != [aws.account_id]:
        return None
    if region not in aws.account.regions:
        raise UnseenError(
            Why.LINK_UNKNOWN, f"user pool {names.last(pool)} lies in {region}, which is not read"
        )
    held = aws.at(region).derive(user_pools)
    found = next((one for one in held.known if one.arn == pool), None)
    if found is None and held.unseen is not None:
        raise held.unseen
    return found


def _held(aws: View, pool: str) -> UserPool:
    found = own_pool(aws, pool)
    if found is None:
        raise UnseenError(Why.CROSS_ACCOUNT, f"user pool {names.last(pool)} is not one of this account")
    return found
