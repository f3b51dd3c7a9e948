"""Whether the roles that workloads run as must pass a guardrail in every call: the question of GAI-4.03.

The seam between GAI-4.02 and GAI-4.03: `every_path_role_must_pass_a_guardrail` is what the first asks of the second.
"""

from collections.abc import Iterator

from assessor.iam.guardrail import INFERENCE, Mandate, representative_targets, ruling
from assessor.iam.holders import Principal
from assessor.iam.policy import Effect
from assessor.iam.principals import PrincipalKind
from assessor.iam.universe import Universe
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.view import View
from evaluators.derived import universe
from evaluators.derived.invokers import names_inference
from evaluators.derived.universe import estate

READS: tuple[Operation, ...] = universe.READS

# Agents, flows and knowledge bases take their guardrail from their own configuration: GAI-4.12.
_JUDGED_ELSEWHERE = frozenset({"bedrock.amazonaws.com", "preprod.bedrock.amazonaws.com"})
_WORKLOAD_IDENTITIES = ("cognito-identity.amazonaws.com", ":oidc-provider/oidc.eks.")


def every_path_role_must_pass_a_guardrail(aws: View) -> str:
    """A sentence naming the roles when each of them must pass a guardrail in this Region; the empty text otherwise.

    One role that need not is enough for the empty text, and so is the absence of any such role; without the service
    control policies this is said before SCP. Raises UnseenError when no role is known that need not, and something
    about the roles could not be read.
    """
    return aws.derive(_carried)


def _carried(aws: View) -> str:
    known = estate(aws)
    names: list[str] = []
    unknown: UnseenError | None = known.unseen
    for role in workload_roles(known.universe):
        mandates = _mandates(known.universe, role, aws)
        if any(not one.covered and one is not Mandate.UNKNOWN for one in mandates):
            return ""
        if mandates <= {Mandate.NO_ACCESS, Mandate.LOCKED_OUT}:
            continue  # it reaches no model after all
        if Mandate.UNKNOWN in mandates:
            unknown = unknown or known.undecidable(f"whether role {role.name} must pass a guardrail")
        names.append(role.name)
    if unknown is not None:
        raise unknown
    if not names:
        return ""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"Every workload role that may invoke a model must pass a guardrail ({', '.join(names[:3])}{more})"


def _mandates(universe: Universe, role: Principal, aws: View) -> set[Mandate]:
    targets = representative_targets(aws.account_id, aws.region, partition=aws.account.partition)
    subject = universe.subject(role)
    return {ruling(subject, action, target).mandate for action in INFERENCE for target in targets}


def workload_roles(universe: Universe) -> Iterator[Principal]:
    """Roles that services and end users run as and whose policies name a way to invoke a model.

    A role that reaches models only through ``Action: "*"`` is a suspicion, not a path; a role of people (single
    sign-on, other accounts) is not on a path either.
    """
    for principal in universe.principals:
        if principal.is_role and _runs_a_workload(principal) and names_inference(principal):
            yield principal


def _runs_a_workload(role: Principal) -> bool:
    if role.trust is None or role.path.startswith("/aws-service-role/"):
        return False
    return any(
        (named.kind is PrincipalKind.SERVICE and named.value not in _JUDGED_ELSEWHERE)
        or (
            named.kind is PrincipalKind.FEDERATED
            and any(identity in named.value for identity in _WORKLOAD_IDENTITIES)
        )
        for statement in role.trust.statements
        if statement.effect is not Effect.DENY and statement.principals is not None
        for named in statement.principals.named
    )
