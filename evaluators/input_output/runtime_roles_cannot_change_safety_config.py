"""GAI-4.15: Roles that run the workload cannot edit prompts, guardrails, agents, logging or enforcement."""

from collections.abc import Iterator
from functools import cache

from assessor.iam.actions import matching_actions
from assessor.iam.holders import Principal, Source
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from evaluators.derived.principals import path_roles
from evaluators.derived.principals.path_roles import PathRole, path_role_subjects, suspicion
from evaluators.derived.principals.statements import granted, granted_by_any, listed
from evaluators.derived.principals.universe import Estate, estate

_SAFETY = (
    "bedrock:CreateGuardrailVersion",
    "bedrock:UpdateGuardrail",
    "bedrock:DeleteGuardrail",
    "bedrock:PutEnforcedGuardrailConfiguration",
    "bedrock:DeleteEnforcedGuardrailConfiguration",
    "bedrock:UpdatePrompt",
    "bedrock:CreatePromptVersion",
    "bedrock:DeletePrompt",
    "bedrock:UpdateAgent*",
    "bedrock:UpdateFlow*",
    "bedrock:PutModelInvocationLoggingConfiguration",
    "bedrock:DeleteModelInvocationLoggingConfiguration",
    "bedrock:PutAccountDataRetention",
    "bedrock:PutResourcePolicy",
    "bedrock:DeleteResourcePolicy",
    "bedrock-agentcore:CreatePolicy*",
    "bedrock-agentcore:UpdatePolicy*",
    "bedrock-agentcore:DeletePolicy*",
    "bedrock-agentcore:Manage*Policy",
    "bedrock-agentcore:PutResourcePolicy",
    "bedrock-agentcore:DeleteResourcePolicy",
)
# On itself: whoever may do one of these gives itself the rest.
_OF_ROLES = (
    "iam:PutRolePolicy",
    "iam:AttachRolePolicy",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
)
_OF_USERS = (
    "iam:PutUserPolicy",
    "iam:AttachUserPolicy",
    "iam:DeleteUserPolicy",
    "iam:DetachUserPolicy",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
)
_OF_POLICIES = ("iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion")


def subjects(aws: View) -> Iterator[Subject]:
    """Every identity of the workload that may reach a model."""
    yield from path_role_subjects(aws)


@control(
    "GAI-4.15",
    slug="runtime-roles-cannot-change-safety-config",
    item=Item.INPUT_OUTPUT,
    title="Roles that run the workload cannot edit prompts, guardrails, agents, logging or enforcement",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=path_roles.READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="No role that a workload runs as may reach a model.",
    why="Otherwise a handler (or an agent) that was taken over switches its own protection and its own records off.",
    remediation="Remove the write actions from runtime roles; leave them to the role that deploys.",
    fix_cli="aws iam delete-role-policy --role-name $ROLE --policy-name $P",
    answers=("S4.7", "S4.8", "S1.7"),
    frameworks={
        "gensec": ("GENSEC04-BP01", "GENSEC05-BP01"),
        "owasp_llm_2025": ("LLM06",),
        "mitre_atlas": ("AML.T0081", "AML.M0026"),
        "iso_42001": ("A.6.1.3",),
    },
    edge_cases=(
        "Wildcards such as bedrock:Update* count; so does what comes by a managed policy.",
        "A role that may edit its own policies, or those attached to it, may give itself the rest.",
        "Boundaries and denials are taken into account.",
        "Roles that deploy (CloudFormation, CodeBuild, people) are not judged here.",
        "Where service control policies cannot be read, the answer stands before them and says so.",
    ),
    workload_aware=True,
)
def runtime_roles_cannot_change_safety_config(subject: Subject, aws: View) -> Verdict:
    """No identity a workload runs as may change what keeps it safe.

    Asked is whether it may, on anything: change, version or delete guardrails, switch enforced configurations, change
    prompts, agents and flows, switch invocation logging, change the account's data retention, write resource policies
    of Bedrock and AgentCore, write AgentCore policies and policy engines; or edit its own IAM policies.

    Passes: none of these. Fails: any of them, in any circumstances; the row names the actions and the statement.
    Not applicable: no workload role reaches a model. Shown only: a role that reaches models because it may do everything.

    By hand:

    ```sh
    aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names bedrock:UpdateGuardrail \
      bedrock:DeleteModelInvocationLoggingConfiguration bedrock:UpdateAgent bedrock:UpdatePrompt
    ```
    """
    role = subject.about["role"]
    assert isinstance(role, PathRole)
    known = estate(aws)
    if role.suspected:
        return suspicion(known, role)
    accesses = [*_on_anything(known, role.principal), *_on_itself(known, role.principal)]
    possible = [one for one in accesses if one.possible]
    if possible:
        others = list(dict.fromkeys(one.action for one in possible[1:]))
        said = f"{role.said} may call {granted(possible[0])}"
        said += f"; likewise {listed(others, 'action')}" if others else ""
        return failed(known.marked(said))
    if any(one.unknown for one in accesses):
        what = f"whether {role.principal.name} may change its own safeguards"
        raise known.undecidable(what, role.principal)
    return passed(
        f"{role.said} may change no guardrail, enforcement, prompt, agent, flow, logging, retention or policy"
    )


def _on_anything(known: Estate, principal: Principal) -> Iterator[Access]:
    for action in _safety_actions():
        if granted_by_any(principal, action):
            yield known.universe.can(principal, action, regions=known.regions)


@cache
def _safety_actions() -> tuple[str, ...]:
    """The actions behind the patterns, by the service authorization reference."""
    return tuple(action.name for pattern in _SAFETY for action in matching_actions(pattern.lower()))


def _on_itself(known: Estate, principal: Principal) -> Iterator[Access]:
    """Editing the principal's own policies, and the customer's policies that are attached to it."""
    own = [(action, principal.arn) for action in (_OF_ROLES if principal.is_role else _OF_USERS)]
    attached = [
        held.policy.arn
        for held in principal.held
        if held.source in {Source.ATTACHED, Source.GROUP_ATTACHED} and ":iam::aws:" not in held.policy.arn
    ]
    own += [(action, arn) for action in _OF_POLICIES for arn in attached]
    for action, arn in own:
        if granted_by_any(principal, action):
            yield Access(principal, action, arn, known.universe.ask(principal, action, arn))
