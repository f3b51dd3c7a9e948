"""Doors straight to AWS: identity pools with their roles, and long-lived keys with their users (E24)."""

import re
from collections.abc import Iterator

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import Call, Why
from assessor.model.snapshot import GLOBAL
from assessor.model.view import View
from assessor.workload import names, targets
from assessor.workload.graph import EVERYWHERE, Gap, Kind, Node, Piece, declared
from assessor.workload.listing import gap, listed, one
from assessor.workload.pins import tagged
from assessor.workload.principals import identities
from collectors import cognito_identity, cognito_idp, iam

READS: tuple[Operation, ...] = (
    cognito_identity.LIST_IDENTITY_POOLS,
    cognito_identity.DESCRIBE_IDENTITY_POOL,
    cognito_identity.GET_IDENTITY_POOL_ROLES,
    cognito_idp.LIST_USER_POOLS,
    cognito_idp.LIST_GROUPS,
    iam.LIST_SERVICE_SPECIFIC_CREDENTIALS,
    iam.LIST_ACCESS_KEYS,
)

_USER_POOL = re.compile(
    r"cognito-idp\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<pool>[A-Za-z0-9_-]+)(?::|$)"
)


def identity_pools(aws: View) -> Iterator[Piece]:
    """Every identity pool of the Region with the roles that it hands out."""
    pools = listed(aws, cognito_identity.LIST_IDENTITY_POOLS)
    if pools.unseen is not None:
        yield gap("E24", EVERYWHERE, pools.unseen, "which identity pools there are is not known")
    for _, pool in pools:
        ident = str(pool.get("IdentityPoolId", ""))
        arn = names.identity_pool(aws, ident)
        yield Node(
            arn, Kind.DOOR, f"identity pool {ident}", aws.region, str(pool.get("IdentityPoolName") or ident)
        )
        detail = one(aws, cognito_identity.DESCRIBE_IDENTITY_POOL, IdentityPoolId=ident)
        if detail.answer is not None:
            yield from tagged(arn, detail.answer.get("IdentityPoolTags"), detail.call, "IdentityPoolTags")
        found = one(aws, cognito_identity.GET_IDENTITY_POOL_ROLES, IdentityPoolId=ident)
        if found.unseen is not None:
            yield gap("E24", arn, found.unseen, "its roles are not known")
        for where in ("Roles{}", "RoleMappings{}.RulesConfiguration.Rules[].RoleARN"):
            for role in values(found.answer or {}, where):
                yield targets.role(str(role))
                yield declared("E24", arn, str(role), found.call, where, role)
        for provider, mapping in sorted(((found.answer or {}).get("RoleMappings") or {}).items()):
            if (mapping or {}).get("Type") == "Token":
                yield from _by_groups(aws, arn, str(provider), found.call)


def _by_groups(aws: View, arn: str, provider: str, call: Call) -> Iterator[Piece]:
    """The roles that a user pool's groups name: the token of a user claims them, and the identity pool hands them out.

    https://docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
    """
    known = _USER_POOL.match(provider)
    if known is None:
        return
    region, pool = known["region"], known["pool"]
    if region not in aws.account.regions:
        detail = f"the groups of user pool {pool} are in {region}, which this run did not read"
        yield Gap("E24", arn, Why.LINK_UNKNOWN, detail, call=call)
        return
    groups = listed(aws.at(region), cognito_idp.LIST_GROUPS, UserPoolId=pool)
    if groups.unseen is not None:
        yield gap("E24", arn, groups.unseen, f"the roles that groups of user pool {pool} name are not known")
    for groups_call, group in groups:
        role = str(group.get("RoleArn") or "")
        if role:
            yield targets.role(role)
            yield declared("E24", arn, role, groups_call, "Groups[].RoleArn", role)


def bedrock_keys(aws: View) -> Iterator[Piece]:
    """Long-lived Bedrock API keys and access keys, each a door to what its user may do."""
    keys = listed(aws, iam.LIST_SERVICE_SPECIFIC_CREDENTIALS)
    if keys.unseen is not None:
        yield gap("E24", EVERYWHERE, keys.unseen, "which Bedrock API keys there are is not known")
    for call, key in keys:
        if key.get("Status", "Active") != "Active":
            continue
        ident = str(key.get("ServiceSpecificCredentialId", ""))
        where = "ServiceSpecificCredentials[].UserName"
        yield from _key(aws, str(key.get("UserName", "")), ident, "Bedrock API key", call, where)
    access_keys = listed(aws, iam.LIST_ACCESS_KEYS)
    if access_keys.unseen is not None:
        yield gap("E24", EVERYWHERE, access_keys.unseen, "which access keys there are is not known")
    for call, key in access_keys:
        if key.get("Status") == "Active":
            name = str(key.get("UserName") or call.request.get("UserName", ""))
            where = "AccessKeyMetadata[].UserName"
            yield from _key(aws, name, str(key.get("AccessKeyId", "")), "access key", call, where)


def _key(aws: View, user: str, ident: str, what: str, call: Call, where: str) -> Iterator[Piece]:
    arn = aws.whole(_users).get(user) or f"arn:{aws.account.partition}:iam::{aws.account_id}:user/{user}"
    door = names.on(arn, ident)
    yield Node(door, Kind.DOOR, f"{what} {ident} of user {user}", GLOBAL, user)
    yield targets.role(arn)
    yield declared("E24", door, arn, call, where, user)


def _users(aws: View) -> dict[str, str]:
    """The ARN of each user by name: a path may stand before the name."""
    return {one.name: one.arn for one in identities(aws).universe.principals if not one.is_role}
