"""Whether a resource's policy lets an AWS service act for this account: a bucket for Bedrock, a key for CloudWatch.

A service has no identity policy; only the resource's own policy can admit it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
"""

from assessor.iam.conditions import ABSENT, Missing
from assessor.iam.evaluate import authorize, opaque_reasons
from assessor.iam.policy import Use, parse_policy
from assessor.iam.principals import parse_caller
from assessor.iam.request import Layers, Request, context, everything_open
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View

# A service calls under its own name: nothing of a caller's organization, account, role or network is in its request.
_CALLERS = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
)


def admits(
    aws: View,
    document: object,
    *,
    service: str,
    action: str,
    resource: str,
    source: str,
    via: str = "",
    use: Use = Use.RESOURCE,
) -> bool:
    """Whether the policy allows ``service`` the action when it acts for this account on behalf of ``source``.

    document: the policy as AWS gives it. source: the ARN the service names as ``aws:SourceArn``. via: the service
    through which a key is used. Raises UnseenError(UNSUPPORTED_POLICY_CONSTRUCT) where it turns on something that
    is not known.
    """
    given: dict[str, str | Missing] = {
        "aws:SourceAccount": aws.account_id,
        "aws:SourceArn": source,
        "aws:PrincipalIsAWSService": "true",
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": aws.region,
        **dict.fromkeys(_CALLERS, ABSENT),
    }
    if via:
        given["kms:ViaService"] = via
    policy = parse_policy(document, use=use, name=resource, arn=resource)
    known = context(given, opened=everything_open)
    request = Request(parse_caller(service), action, resource, aws.account_id, known)
    formula = authorize(request, Layers(resource=policy))
    allowed = formula.value(known.lookup)
    if allowed is None:
        reasons = "; ".join(opaque_reasons(formula)) or "it turns on a condition whose value is not known"
        raise UnseenError(
            Why.UNSUPPORTED_POLICY_CONSTRUCT,
            f"whether the policy of {resource} admits {service} cannot be told: {reasons}",
        )
    return allowed
