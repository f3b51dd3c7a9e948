"""Cognito user pools: who signs the callers of a workload in.

A pool with a hosted domain is a front door of its own, on which requests arrive; otherwise it is identity.
https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain.html
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.reading import Call, UnseenError, Why
from assessor.model.view import Answer, Gathered, View, gather
from collectors import cognito_idp

READS: tuple[Operation, ...] = (cognito_idp.LIST_USER_POOLS,)
DOMAIN_READS: tuple[Operation, ...] = (*READS, cognito_idp.DESCRIBE_USER_POOL)


@dataclass(frozen=True, slots=True)
class UserPool:
    """A user pool."""

    pool_id: str
    arn: str
    evidence: tuple[Call, ...]

    @property
    def what(self) -> str:
        """The pool in words."""
        return f"user pool {self.pool_id}"


def user_pools(aws: View) -> Gathered[UserPool]:
    """Every user pool of the Region."""
    return gather(_pools(aws))


def _pools(aws: View) -> Iterator[UserPool]:
    for call, pool in aws.items_with_call(cognito_idp.LIST_USER_POOLS):
        pool_id = str(pool.get("Id", ""))
        arn = f"arn:{aws.account.partition}:cognito-idp:{aws.region}:{aws.account_id}:userpool/{pool_id}"
        yield UserPool(pool_id, arn, (call,))


def described(aws: View, pool: UserPool) -> Answer:
    """What DescribeUserPool says of the pool. Raises UnseenError."""
    answer = aws.get(cognito_idp.DESCRIBE_USER_POOL, UserPoolId=pool.pool_id)
    return (answer or {}).get("UserPool") or {}


def told(aws: View, pool: UserPool) -> Answer:
    """As `described`, for what a verdict hangs on. Raises UnseenError also where AWS describes nothing."""
    answer = described(aws, pool)
    if not answer:
        raise UnseenError(Why.LINK_UNKNOWN, f"AWS describes nothing of {pool.what}")
    return answer


def hosted_domain(aws: View, pool: UserPool) -> str:
    """The pool's hosted domain, "" where it has none. Raises UnseenError."""
    pool_answer = described(aws, pool)
    return str(pool_answer.get("CustomDomain") or pool_answer.get("Domain") or "")
