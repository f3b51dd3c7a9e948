"""Guardrails that IAM policies demand by the condition key ``bedrock:GuardrailIdentifier``.

The key holds the guardrail's ARN for the working draft and ``ARN:<n>`` for version n:
https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.iam.operators import Family, Test
from assessor.iam.patterns import has_wildcard
from assessor.iam.policy import Effect, Policy, Statement, Use, parse_policy
from assessor.model.operation import Operation
from assessor.model.reading import Call, Seen, Unseen, UnseenError
from assessor.model.view import Gathered, View, gather, unseen_error
from collectors import iam

READS: tuple[Operation, ...] = (iam.GET_ACCOUNT_AUTHORIZATION_DETAILS,)

KEY = "bedrock:guardrailidentifier"
_INVOKE = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
_TEXTUAL = frozenset({Family.STRING, Family.IGNORE_CASE, Family.LIKE, Family.ARN})
_PATTERNS = frozenset({Family.LIKE, Family.ARN})


@dataclass(frozen=True, slots=True)
class Demand:
    """A policy of a principal that lets it invoke models with a certain guardrail only.

    principal: ARN of the role, user or group. policy: the policy's name or ARN. test: the condition's comparison
    with one value; its ``value`` is what the policy says.
    """

    principal: str
    policy: str
    test: Test
    evidence: Call

    @property
    def pattern(self) -> bool:
        """Whether the value stands for several guardrails or versions."""
        return self.test.family in _PATTERNS and has_wildcard(self.test.value)


def guardrail_demands(aws: View) -> Gathered[Demand]:
    """Every demand of a policy in force for a principal of this account.

    A policy attached to nobody, and a group without users, are not in force.
    """
    return aws.whole(_all)


def _all(aws: View) -> Gathered[Demand]:
    return gather(_demands(aws))


def _demands(aws: View) -> Iterator[Demand]:
    operation = iam.GET_ACCOUNT_AUTHORIZATION_DETAILS
    reading = aws.read(operation)
    call = aws.trail[-1]
    crawl: Mapping[str, Any] = {}
    unseen: UnseenError | None = None
    if isinstance(reading, Seen):
        crawl = reading.value
    elif isinstance(reading, Unseen):
        crawl, unseen = reading.partial or {}, unseen_error(reading, operation, call)
    managed = {str(policy.get("Arn")): policy for policy in crawl.get("Policies") or ()}
    parsed: dict[str, Policy | None] = {}
    for principal, policies in _principals(crawl):
        for name, document, use in policies:
            if document is None:
                if name not in parsed:
                    parsed[name] = _interesting(_default_version(managed.get(name)), use, name)
                policy = parsed[name]
            else:
                policy = _interesting(document, use, name)
            for statement in policy.statements if policy is not None else ():
                for test in _tests(statement):
                    yield Demand(principal, name, test, call)
    if unseen is not None:
        raise unseen


Named = tuple[str, object, Use]
"""A policy's name or ARN, its document (None for a managed policy, found by ARN), and what it is used as."""


def _principals(crawl: Mapping[str, Any]) -> Iterator[tuple[str, list[Named]]]:
    users = crawl.get("UserDetailList") or ()
    inhabited = {name for user in users for name in user.get("GroupList") or ()}
    for role in crawl.get("RoleDetailList") or ():
        yield str(role.get("Arn", "")), _policies(role, "RolePolicyList")
    for user in users:
        yield str(user.get("Arn", "")), _policies(user, "UserPolicyList")
    for group in crawl.get("GroupDetailList") or ():
        if group.get("GroupName") in inhabited:
            yield str(group.get("Arn", "")), _policies(group, "GroupPolicyList")


def _policies(principal: Mapping[str, Any], inline: str) -> list[Named]:
    found: list[Named] = [
        (str(policy.get("PolicyName", "")), policy.get("PolicyDocument") or {}, Use.IDENTITY)
        for policy in principal.get(inline) or ()
    ]
    found += [
        (str(policy.get("PolicyArn", "")), None, Use.IDENTITY)
        for policy in principal.get("AttachedManagedPolicies") or ()
    ]
    boundary = (principal.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    if boundary:
        found.append((str(boundary), None, Use.BOUNDARY))
    return found


def _default_version(policy: Mapping[str, Any] | None) -> object:
    if policy is None:
        return None
    default = policy.get("DefaultVersionId")
    for version in policy.get("PolicyVersionList") or ():
        if version.get("IsDefaultVersion") is True or version.get("VersionId") == default:
            return version.get("Document")
    return None


def _interesting(document: object, use: Use, name: str) -> Policy | None:
    """The policy, parsed only where its text holds the key at all."""
    return parse_policy(document, use=use, name=name) if document and KEY in str(document).lower() else None


def _tests(statement: Statement) -> Iterator[Test]:
    """The values a request must have: those of an Allow, or those a Deny spares."""
    if not any(statement.covers_action(action) for action in _INVOKE):
        return
    for condition in statement.conditions:
        demanding = condition.operator.negated is (statement.effect is Effect.DENY)
        if condition.key == KEY and demanding and condition.operator.family in _TEXTUAL:
            yield from condition.tests or ()
