"""Whether a door can be reached past the distributions before it: APIs, function URLs and what has no lock of its own.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assessor.iam.exposure import Exposure, Level
from assessor.model.operation import Operation
from assessor.model.reading import Why
from assessor.model.verdict import Severity
from assessor.model.view import View
from collectors import naming
from evaluators.derived.doors import admission, function_urls
from evaluators.derived.doors.admission import cloudfronts
from evaluators.derived.doors.distributions import Distribution
from evaluators.derived.doors.function_urls import FunctionUrl, url_policy
from evaluators.derived.doors.openness import (
    admitted,
    distributions_named,
    is_open,
    url_openness,
    whole_api_openness,
)
from evaluators.derived.doors.rest_doors import RestStage

READS: tuple[Operation, ...] = (*admission.READS, *function_urls.POLICY_READS)

ANY_CUSTOMER = "from which any distribution of any customer sends"
_CLOUDFRONT = "cloudfront.amazonaws.com"


@dataclass(frozen=True, slots=True)
class Shut:
    """Whether the distributions before a door are the only way to it: True, False, or None where that is not known.

    severity: of a way round that weighs less. reason: why it is not known.
    """

    only: bool | None
    why: str
    severity: Severity | None = None
    reason: Why = Why.LINK_UNKNOWN


def by_header(before: Sequence[Distribution], why: str) -> Shut:
    """A door that is open; where CloudFront adds a header of its own, what lies behind may refuse requests without it."""
    if all(one.headers for one in before):
        return Shut(
            None,
            f"{why}; whether what lies behind refuses requests without the header that CloudFront adds is decided there",
        )
    return Shut(False, why)


def api_policy(aws: View, stage: RestStage) -> Exposure | None:
    """Who may call a REST API under its resource policy, None where it has none. Raises UnseenError."""
    policy = str(stage.api.get("policy") or "")
    if not policy:
        return None
    return whole_api_openness(
        policy,
        account=aws.account_id,
        region=aws.region,
        partition=aws.account.partition,
        api=stage.api_id,
        private=stage.private,
    )


def api_shut(
    aws: View, policy: Exposure | None, direct: Sequence[str], before: Sequence[Distribution]
) -> Shut:
    """An API. direct: its default endpoint and domains that ask for no client certificate. Raises UnseenError."""
    if not direct:
        return Shut(True, "its default endpoint is disabled and its domains ask for client certificates")
    said = f"{' and '.join(direct)} can be called directly"
    if policy is None or is_open(policy):
        return by_header(before, said)
    theirs = cloudfronts(aws, [one.who for one in policy.at(Level.IP_RANGE)])
    if theirs:
        return by_header(before, f"its resource policy admits CloudFront's addresses, {ANY_CUSTOMER}")
    return Shut(True, f"its resource policy refuses strangers (it admits {admitted(policy)})")


def url_shut(aws: View, url: FunctionUrl, before: Sequence[Distribution]) -> Shut:
    """A function URL. Raises UnseenError."""
    signed = url.config.get("AuthType") == "AWS_IAM"
    policy = url_policy(aws, url)
    if not policy:
        return Shut(True, "no policy lets anybody outside the account call the URL")
    found = url_openness(policy, arn=url.arn, account=aws.account_id, auth="AWS_IAM" if signed else "NONE")
    if is_open(found):
        why = "its policy admits callers of every account" if signed else "the URL asks for no signature"
        return by_header(before, f"{why}, so it can be called directly")
    named = distributions_named(policy)
    foreign = [arn for arn in named if _one(arn) and naming.account(arn) != aws.account_id]
    strangers = any(one.who.startswith(_CLOUDFRONT) for one in found.at(Level.SERVICE))
    if strangers and not (foreign and all(map(_one, named))):
        return Shut(False, "its policy lets CloudFront in for any distribution of any customer")
    if foreign:
        return Shut(
            None,
            f"its policy lets in {foreign[0]} of another account, which cannot be looked into",
            reason=Why.CROSS_ACCOUNT,
        )
    if not signed:
        return Shut(True, "its policy admits nobody without a signature")
    unsigned = [one.name for one in before if not one.signs]
    if unsigned:
        return Shut(
            False,
            f"distribution {', '.join(unsigned)} has no origin access control for it: callers sign for themselves, and "
            "may call the URL as well",
        )
    return Shut(True, "the URL takes signed requests only, and its policy names who may send them")


def _one(arn: str) -> bool:
    """Whether the ARN is that of one distribution."""
    return "*" not in arn and "?" not in arn and bool(naming.account(arn))
