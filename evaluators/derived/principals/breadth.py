"""How wide a role is in ordinary requests: whole services, everything at all, actions on things nobody named.

Asked of the role with its groups, boundary and service control policies, not read from a policy's text: what a boundary
or a Deny takes away is not held against it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from assessor.iam.grants import grants
from assessor.iam.holders import Principal
from assessor.iam.policy import Effect, Policy, Use, parse_policy
from assessor.iam.reach import typical
from assessor.iam.universe import Access
from evaluators.derived.principals.universe import Estate

ANYTHING = "zz99service"
_TELEMETRY = frozenset({"logs", "xray", "cloudwatch"})
"""Writing logs, traces and metrics is no finding."""
_LOOSE_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Breadth:
    """What a role may do everywhere.

    everything: anything at all. services: those of which it may do anything, to anything. loose: actions that could
    be limited to certain resources and are not, in other services. unknown: a policy on the way cannot be judged.
    """

    everything: Access | None
    services: tuple[Access, ...]
    loose: tuple[Access, ...]
    unknown: bool


def breadth(known: Estate, role: Principal) -> Breadth:
    """How wide a role is."""
    unknown = False
    everything = _ask(known, role, f"{ANYTHING}:Zz99", "*")
    unknown = unknown or everything.unknown
    if everything.possible:
        return Breadth(everything, (), (), unknown)
    whole: list[Access] = []
    for service in dict.fromkeys(_whole_services(role)):
        access = _ask(known, role, f"{service}:Zz99", "*")
        unknown = unknown or access.unknown
        whole += [access] if access.possible else []
    wide = {access.action.partition(":")[0] for access in whole} | _TELEMETRY
    loose: list[Access] = []
    for action in list(dict.fromkeys(_loose_actions(role, wide)))[:_LOOSE_LIMIT]:
        fresh = typical(action, known.universe.account, known.universe.partition, known.regions)
        access = known.ordinary.can(role, action, fresh, resource_policy=_usual(known, action))
        unknown = unknown or access.unknown
        loose += [access] if access.possible else []
    return Breadth(None, tuple(whole), tuple(loose), unknown)


def on_anything(known: Estate, role: Principal, action: str) -> Access:
    """Whether the role may use an action on something nobody named."""
    fresh = typical(action, known.universe.account, known.universe.partition, known.regions)
    return known.ordinary.can(role, action, fresh or ("*",))


def _usual(known: Estate, action: str) -> Policy | None:
    """A key that nobody named leaves the decision to the account's own policies, as keys usually do; else None."""
    if not action.startswith("kms:"):
        return None
    root = f"arn:{known.universe.partition}:iam::{known.universe.account}:root"
    statement = {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return parse_policy(document, use=Use.RESOURCE, name="a key's usual policy")


def _ask(known: Estate, role: Principal, action: str, resource: str) -> Access:
    return Access(role, action, resource, known.ordinary.ask(role, action, resource))


def _whole_services(role: Principal) -> Iterator[str]:
    """Services of which a statement allows every action."""
    for policy in role.identity:
        for statement in policy.statements:
            if statement.effect is not Effect.DENY and not statement.not_actions:
                for pattern in statement.actions:
                    service, _, name = pattern.text.partition(":")
                    if name == "*":
                        yield service


def _loose_actions(role: Principal, without: set[str]) -> Iterator[str]:
    for grant in grants(role.identity):
        if grant.loose and grant.action.name.partition(":")[0].lower() not in without:
            yield grant.action.name
