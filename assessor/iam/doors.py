"""Ways to a model around the condition on InvokeModel, and ways to weaken the fence itself."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assessor.iam.decide import BUDGET, Decision, decide
from assessor.iam.request import Request, arn_field
from assessor.iam.subject import Subject


def versioned(identifier: str) -> bool:
    """Whether a guardrail identifier names a numbered version, not the working draft."""
    return identifier.rpartition(":")[2].isdigit() and identifier.count(":") > 5


@dataclass(frozen=True, slots=True)
class Door:
    """Another action a principal may use: around the guardrail, or to weaken it."""

    action: str
    why: str
    decision: Decision


SIDE_DOORS: tuple[tuple[str, str, str], ...] = (
    ("bedrock-mantle:CreateInference", "arn:{p}:bedrock-mantle:{r}:{a}:project/default", "no guardrail is possible there"),
    ("bedrock:InvokeInlineAgent", "*", "the caller chooses the guardrail, or none"),
    ("bedrock:RetrieveAndGenerate", "*", "the caller chooses the guardrail, or none"),
    ("bedrock:InvokeAgent", "arn:{p}:bedrock:{r}:{a}:agent-alias/ZZ99AGENT0/ZZ99ALIAS0", "the agent's own guardrail decides"),
    ("bedrock:InvokeFlow", "arn:{p}:bedrock:{r}:{a}:flow/ZZ99FLOW00/alias/ZZ99ALIAS0", "the flow's own nodes decide"),
    ("bedrock:CreateModelInvocationJob", "arn:{p}:bedrock:{r}::foundation-model/zz99.any-model-v1:0", "runs as another role"),
    ("bedrock-agentcore:InvokeAgentRuntime", "arn:{p}:bedrock-agentcore:{r}:{a}:runtime/zz99-0000000000", "runs as another role"),
    ("bedrock-agentcore:InvokeHarness", "arn:{p}:bedrock-agentcore:{r}:{a}:harness/zz99-0000000000", "runs as another role"),
    ("sagemaker:InvokeEndpoint", "arn:{p}:sagemaker:{r}:{a}:endpoint/zz99-endpoint", "no guardrail is possible there"),
)  # fmt: skip
"""Actions that reach a model outside the condition on InvokeModel: action, ARN format, why."""

_POLICY_EDITS = [
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:PutGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:AttachGroupPolicy",
    "iam:DeleteRolePolicy",
    "iam:DeleteUserPolicy",
    "iam:DeleteGroupPolicy",
    "iam:DetachRolePolicy",
    "iam:DetachUserPolicy",
    "iam:DetachGroupPolicy",
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
    "iam:AddUserToGroup",
]
_IAM_RESOURCES = {"role": "role/zz99", "user": "user/zz99", "group": "group/zz99", "policy": "policy/zz99"}
_FENCE = ["bedrock:PutEnforcedGuardrailConfiguration", "bedrock:DeleteEnforcedGuardrailConfiguration"]
_GUARDRAIL_EDITS = ["bedrock:UpdateGuardrail", "bedrock:DeleteGuardrail"]


def _iam_resource(action: str, account: str, partition: str) -> str:
    name = action.partition(":")[2].lower()
    if name in {"createpolicyversion", "setdefaultpolicyversion"}:
        kind = "policy"
    elif "group" in name:
        kind = "group"
    elif "user" in name:
        kind = "user"
    else:
        kind = "role"
    return f"arn:{partition}:iam::{account}:{_IAM_RESOURCES[kind]}"


def _doors(subject: Subject, asked: Iterable[tuple[str, str, str]], budget: int) -> Iterator[Door]:
    for action, arn, why in asked:
        region = arn_field(arn, 3)
        known = subject.context(action, {"aws:RequestedRegion": region} if region else None)
        request = Request(subject.caller, action, arn, subject.caller.account, known)
        decision = decide(request, subject.layers, budget=budget)
        if decision.possible or decision.undecided:
            yield Door(action, why, decision)


def side_doors(
    subject: Subject, region: str, *, partition: str = "aws", budget: int = BUDGET
) -> tuple[Door, ...]:
    """The ways to a model that a condition on InvokeModel does not close, as far as the principal may use them."""
    account = subject.caller.account
    asked = [(a, arn.format(p=partition, r=region, a=account), why) for a, arn, why in SIDE_DOORS]
    return tuple(_doors(subject, asked, budget))


def fence_cutters(
    subject: Subject,
    guardrails: Iterable[str] = (),
    *,
    resources: Iterable[str] = (),
    partition: str = "aws",
    budget: int = BUDGET,
) -> tuple[Door, ...]:
    """What the principal may do to weaken its guardrails or its policies.

    ``guardrails``: identifiers of those that are mandatory. ``resources``: IAM ARNs to ask about besides any role,
    user, group and policy of the account (the principal's own role, the policies attached to it).
    """
    account = subject.caller.account
    asked = [(action, "*", "switches the enforced guardrail configuration") for action in _FENCE]
    for identifier in dict.fromkeys(g.rpartition(":")[0] if versioned(g) else g for g in guardrails):
        asked += [(action, identifier, "changes or deletes the guardrail") for action in _GUARDRAIL_EDITS]
    own = tuple(resources)
    for action in _POLICY_EDITS:
        arns = [_iam_resource(action, account, partition)]
        kind = arns[0].rsplit(":", 1)[-1].partition("/")[0]
        arns += [arn for arn in own if arn.rsplit(":", 1)[-1].startswith(f"{kind}/")]
        asked += [(action, arn, "changes the policies that make it mandatory") for arn in arns]
    found: dict[str, Door] = {}
    for door in _doors(subject, asked, budget):
        found.setdefault(door.action, door)
    return tuple(found.values())
