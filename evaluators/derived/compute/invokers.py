"""Functions that may invoke a model: use of models that no Bedrock resource shows.

A function counts when a policy of its role names an inference action (``bedrock:InvokeModel``, ``bedrock:*``) and the
role may do it in this Region. A role that may do so only through ``Action: "*"`` is a suspicion and does not count.
"""

from assessor.iam.guardrail import INFERENCE
from assessor.iam.holders import Principal
from assessor.iam.policy import Effect, Statement
from assessor.iam.request import arn_field
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError
from assessor.model.view import View
from collectors import lambda_
from evaluators.derived.offered import offered
from evaluators.derived.principals import universe
from evaluators.derived.principals.universe import Estate, estate

READS: tuple[Operation, ...] = (lambda_.LIST_FUNCTIONS, *universe.READS)


def invoking_function(aws: View) -> str:
    """The first function of this Region that may invoke a model here, in words; the empty text when there is none.

    Raises UnseenError when none is known and something could not be read.
    """
    unknown: UnseenError | None = None
    try:
        for function in offered(aws.items(lambda_.LIST_FUNCTIONS)):
            known = estate(aws)
            role = known.universe.find(str(function.get("Role") or ""))
            if role is None:
                unknown = unknown or known.unseen
                continue
            if not names_inference(role):
                continue
            if _may_invoke(known, role, aws):
                return f"function {function.get('FunctionName', '')}, whose role may invoke a model,"
            if role.problems:
                unknown = unknown or known.undecidable(f"whether role {role.name} may invoke a model")
    except UnseenError as error:
        unknown = unknown or error
    if unknown is not None:
        raise unknown
    return ""


def _may_invoke(known: Estate, role: Principal, aws: View) -> bool:
    for action in INFERENCE:
        probes = known.universe.probes(role, action, (aws.region,))
        here = [arn for arn in probes if arn_field(arn, 3) in {aws.region, "", "*"}]
        if here and known.universe.can(role, action, here).possible:
            return True
    return False


def names_inference(role: Principal) -> bool:
    """Whether a policy of the role allows an inference action by name, or could not be read."""
    if any(policy.problems for policy in role.identity):
        return True
    return any(_allows_by_name(statement) for policy in role.identity for statement in policy.statements)


def _allows_by_name(statement: Statement) -> bool:
    if statement.effect is Effect.DENY or statement.not_actions:
        return False
    return any(
        pattern.text != "*" and pattern.matches(action.lower())
        for pattern in statement.actions
        for action in INFERENCE
    )
