"""Rights over everything of a kind: what a role that runs generated code or tools should not hold.

Asked are actions that read data or secrets, change data, run code or take on other rights, each on a resource that no
policy names: whoever may use the action there may use it on everything of that type.
"""

from assessor.iam.holders import Principal
from assessor.iam.universe import Access
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from collectors import naming
from evaluators.derived.principals import universe
from evaluators.derived.principals.statements import by, listed
from evaluators.derived.principals.universe import Estate, estate

READS: tuple[Operation, ...] = universe.READS

ACTIONS: tuple[str, ...] = (
    "iam:PutRolePolicy",
    "iam:PassRole",
    "sts:AssumeRole",
    "secretsmanager:GetSecretValue",
    "ssm:SendCommand",
    "lambda:InvokeFunction",
    "s3:GetObject",
    "s3:PutObject",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "rds-data:ExecuteStatement",
)


def wide_rights(aws: View, role_arn: str) -> str:
    """What a role may do to everything of a kind, in words; "" where nothing. Raises UnseenError."""
    known = estate(aws)
    role = known.universe.find(role_arn)
    if role is None:
        owner = naming.account(role_arn)
        if owner not in (None, aws.account_id):
            raise UnseenError(Why.CROSS_ACCOUNT, f"role {role_arn} belongs to account {owner}")
        if known.unseen is not None:
            raise known.unseen
        return ""  # a role that does not exist gives no rights
    found: list[Access] = []
    unknown: UnseenError | None = None
    for action in ACTIONS:
        try:
            access = _everywhere(known, role, action)
        except UnseenError as error:
            unknown = unknown or error
            continue
        if access is not None:
            found.append(access)
    if not found and unknown is not None:
        raise unknown
    words = [f"{access.action} on everything, by {by(role, access.decision.grants)}" for access in found]
    return known.marked(listed(words, "right")) if words else ""


def _everywhere(known: Estate, role: Principal, action: str) -> Access | None:
    reach = known.ordinary_reach(action)
    if not reach.granted(role):
        return None
    for resource in reach.on(role):
        if resource in reach.fresh:
            return reach.decided(role, resource)
    if reach.row(role).unsupported:
        raise known.undecidable(f"whether role {role.name} may use {action} on everything")
    return None
