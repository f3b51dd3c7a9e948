"""Policy engines of AgentCore gateways: whether they decide who may call which tool, or only write down what they would.

A gateway's mode and each policy's own mode both have to enforce.
https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/policy.html
"""

from collections.abc import Iterator

from assessor.model.operation import Operation
from assessor.model.path import values
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, View, gather
from collectors import bedrock_agentcore_control as agentcore
from evaluators.derived.doors.mechanisms import Mechanism
from evaluators.derived.users import cedar

READS: tuple[Operation, ...] = (agentcore.LIST_POLICY_ENGINES, agentcore.LIST_POLICIES)

_STATEMENTS = ("definition.cedar.statement", "definition.policy.statement")
_CHANGING = frozenset({"UPDATING", "UPDATE_FAILED", "DELETING", "DELETE_FAILED"})
"""Statuses of a policy that may decide still; AWS does not say."""


def engine_of(aws: View, gateway: Answer) -> Iterator[Mechanism]:
    """What the policy engine of a gateway decides, as GetGateway answered; nothing where it has none.

    Raises UnseenError where the engine's policies cannot be read.
    """
    configuration = gateway.get("policyEngineConfiguration") or {}
    ident = str(configuration.get("arn") or "").rpartition("/")[2]
    if not ident:
        return
    mode = str(configuration.get("mode") or "")
    said = f"policy engine {ident} is in mode {mode or 'unknown'}"
    if mode != "ENFORCE":
        yield Mechanism(f"{said}: it stops nothing", decides=False)
        return
    engines = gather(aws.items(agentcore.LIST_POLICY_ENGINES))
    if not any(one.get("policyEngineId") == ident for one in engines.known):
        raise engines.unseen or UnseenError(Why.LINK_UNKNOWN, f"{said}, but is not listed in {aws.region}")
    policies = list(aws.items(agentcore.LIST_POLICIES, policyEngineId=ident))
    meant = [policy for policy in policies if policy.get("enforcementMode") != "LOG_ONLY"]
    active = [policy for policy in meant if policy.get("status") == "ACTIVE"]
    if not active:
        if any(policy.get("status") in _CHANGING for policy in meant):
            raise UnseenError(Why.LINK_UNKNOWN, f"the policies of policy engine {ident} are being changed")
        what = f"none of its {len(policies)} policies is in force" if policies else "it has no policy"
        yield Mechanism(f"{said}, but {what}", decides=False)
        return
    yield _weighed(ident, said, active)


def _weighed(ident: str, said: str, active: list[Answer]) -> Mechanism:
    read = [
        cedar.statement(str(text))
        for policy in active
        for where in _STATEMENTS
        for text in values(policy, where)
    ]
    known = [one for one in read if one is not None]
    if not any(one.effect == cedar.FORBID for one in known):
        if len(known) < len(active):
            raise UnseenError(
                Why.UNSUPPORTED_POLICY_CONSTRUCT, f"a policy of policy engine {ident} cannot be judged"
            )
        # Every policy names its gateway as the resource.
        if any(one.unlimited for one in known):
            return Mechanism(
                f"{said}, but a policy permits anybody every tool, and none forbids", decides=False
            )
    return Mechanism(
        f"{said} ({len(active)} polic{'y' if len(active) == 1 else 'ies'} in force)", decides=True
    )
