"""A bucket's policy as strangers meet it, directly and through the bucket's access points; and who may use plain HTTP.

A request through an access point needs both policies: the bucket's, which may hand the decision over
(``s3:DataAccessPointAccount``), and the access point's.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from assessor.iam.conditions import ABSENT, Missing
from assessor.iam.decide import Verdict, decide, open_context
from assessor.iam.exposure import Setting
from assessor.iam.policy import Policy, Use, parse_policy
from assessor.iam.principals import parse_caller
from assessor.iam.request import Given, Layers, Request
from assessor.model.operation import Operation
from assessor.model.reading import UnseenError, Why
from assessor.model.view import View
from collectors import s3, s3control
from evaluators.derived.data import buckets
from evaluators.derived.data.buckets import Bucket
from evaluators.derived.sharing import outsiders
from evaluators.derived.sharing.outsiders import Outsiders

READS: tuple[Operation, ...] = (s3.GET_BUCKET_POLICY, *buckets.READS, *outsiders.READS)
ACCESS_POINT_READS: tuple[Operation, ...] = (
    s3control.LIST_ACCESS_POINTS,
    s3control.GET_ACCESS_POINT,
    s3control.GET_ACCESS_POINT_POLICY,
)

ACTIONS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:ListBucketVersions",
    "s3:PutObject",
    "s3:PutObjectAcl",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetBucketPolicy",
    "s3:PutBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutLifecycleConfiguration",
)
"""What an outsider could do with a corpus: read it, change it, open it further."""
DATA = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject")
"""What moves the content."""
WRITES = ("s3:PutObject", "s3:DeleteObject")

_DIRECT = ("s3:DataAccessPointAccount", "s3:DataAccessPointArn", "s3:AccessPointNetworkOrigin")
DIRECT: tuple[tuple[str, str | Missing], ...] = tuple((key, ABSENT) for key in _DIRECT)
"""The keys that only a request through an access point carries."""
_ADMINISTRATOR = parse_policy(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]},
    name="an administrator of the account",
)


def bucket_policy(at: View, bucket: Bucket) -> Policy | None:
    """The bucket's policy, None where it has none. ``at``: in the bucket's Region. Raises UnseenError."""
    answer = buckets.ask(at, bucket, s3.GET_BUCKET_POLICY)
    text = str((answer or {}).get("Policy") or "")
    return parse_policy(text, use=Use.RESOURCE, name=f"the policy of bucket {bucket.name}") if text else None


def admitted_directly(
    at: View,
    bucket: Bucket,
    policy: Policy,
    actions: tuple[str, ...] | None = None,
    prefix: str | None = None,
) -> Outsiders:
    """Whom the bucket's policy lets in that do not come through an access point.

    actions: what they may do; by default anything that matters and anything the policy names. prefix: of the objects
    in question; by default the bucket itself is in question too.
    """
    return outsiders.weighed(
        at,
        policy,
        arn=bucket.arn if prefix is None else f"{bucket.arn}/{prefix}*",
        what=policy.name,
        actions=actions or (*ACTIONS, *_named(policy)),
        setting=Setting(fixed=DIRECT),
        account=bucket.owner,
    )


def _named(policy: Policy) -> tuple[str, ...]:
    """Further actions that statements name outright."""
    known = {action.lower() for action in ACTIONS}
    return tuple(
        pattern.text
        for statement in policy.statements
        for pattern in statement.actions
        if not statement.not_actions and "*" not in pattern.text and "?" not in pattern.text
        if pattern.text not in known and pattern.text.startswith("s3:")
    )[:20]


# -- transport -----------------------------------------------------------------------------------------
def plain_http(at: View, bucket: Bucket, policy: Policy | None) -> Iterator[str]:
    """The actions on the bucket's content that a request without TLS is not refused for. Raises UnseenError.

    Asked as an administrator of the account, whom only an explicit Deny can stop; ``aws:SecureTransport`` is false
    and there is no TLS version.
    """
    given: Given = {"aws:SecureTransport": "false", "s3:TlsVersion": ABSENT, **dict(DIRECT)}
    for action, resources in _content(bucket).items():
        if not all(_refused(at, bucket, policy, action, resource, given) for resource in resources):
            yield action


def _content(bucket: Bucket) -> Mapping[str, tuple[str, ...]]:
    prefixes = dict.fromkeys(prefix for use in bucket.uses for prefix in use.prefixes)
    objects = tuple(f"{bucket.arn}/{prefix}zz99" for prefix in prefixes or ("",))
    return {**dict.fromkeys(DATA, objects), "s3:ListBucket": (bucket.arn,)}


def _refused(
    at: View, bucket: Bucket, policy: Policy | None, action: str, resource: str, given: Given
) -> bool:
    if policy is None:
        return False
    account = bucket.owner or at.account_id
    caller = parse_caller(f"arn:{at.account.partition}:iam::{account}:role/zz99-administrator")
    who: Given = {"aws:PrincipalArn": caller.arn, "aws:PrincipalAccount": account}
    request = Request(caller, action, resource, account, open_context(action, {**who, **given}))
    decision = decide(request, Layers(identity=(_ADMINISTRATOR,), resource=policy))
    if decision.undecided:
        why = "; ".join(decision.unsupported) or "it has too many conditions to try them all"
        raise UnseenError(
            Why.UNSUPPORTED_POLICY_CONSTRUCT,
            f"whether {policy.name} refuses requests without TLS cannot be judged: {why}",
        )
    return decision.verdict is Verdict.DENIED


# -- access points -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class AccessPoint:
    """An access point of a bucket. vpc: the network it is limited to, "" for the internet."""

    name: str
    arn: str
    account: str
    vpc: str


def access_points(at: View, bucket: Bucket) -> Iterator[AccessPoint]:
    """The access points this account has on the bucket. Raises UnseenError."""
    for item in at.items(s3control.LIST_ACCESS_POINTS, AccountId=at.account_id, Bucket=bucket.name):
        name = str(item.get("Name") or "")
        own = f"arn:{at.account.partition}:s3:{at.region}:{at.account_id}:accesspoint/{name}"
        vpc = str((item.get("VpcConfiguration") or {}).get("VpcId") or "")
        if item.get("NetworkOrigin") == "VPC":
            vpc = vpc or "a VPC"
        yield AccessPoint(name, str(item.get("AccessPointArn") or own), at.account_id, vpc)


def through(point: AccessPoint) -> Given:
    """The keys of a request through an access point, as the bucket's policy sees it."""
    return {
        "s3:DataAccessPointAccount": point.account,
        "s3:DataAccessPointArn": point.arn,
        "s3:AccessPointNetworkOrigin": "VPC" if point.vpc else "Internet",
    }


def point_policy(at: View, point: AccessPoint) -> Policy | None:
    """The access point's own policy, None where it has none. Raises UnseenError."""
    answer = at.get(s3control.GET_ACCESS_POINT_POLICY, AccountId=point.account, Name=point.name)
    text = (answer or {}).get("Policy") or ""
    document = text if isinstance(text, str) else json.dumps(text)
    if not document:
        return None
    return parse_policy(document, use=Use.RESOURCE, name=f"the policy of access point {point.name}")


def admitted_through(
    at: View, bucket: Bucket, policy: Policy | None, point: AccessPoint, actions: tuple[str, ...] = DATA
) -> Outsiders | None:
    """Whom the bucket's policy and the access point's let in together; None where no policy admits anybody.

    The access point's policy is asked for only where the bucket's lets somebody from outside come through it.
    Raises UnseenError.
    """
    if policy is None:
        return None
    fixed = tuple((key, value) for key, value in through(point).items() if isinstance(value, str))
    let = outsiders.weighed(
        at, policy, arn=bucket.arn, what=policy.name, actions=actions, setting=Setting(fixed=fixed)
    )
    let_in = {opening.label for opening in (*let.everyone, *let.services)}
    if not let_in and let.unseen is None:
        return None
    own = point_policy(at, point)
    if own is None:
        return None
    found = outsiders.weighed(at, own, arn=point.arn, what=own.name, actions=actions)
    if not let.anyone:
        found = found.only(lambda opening: opening.label in let_in)
    return replace(found, unseen=found.unseen or let.unseen)


def point_restricts(at: View, point: AccessPoint) -> bool:
    """Whether the access point's own block keeps strangers from what a public policy gives. Raises UnseenError."""
    answer = at.get(s3control.GET_ACCESS_POINT, AccountId=point.account, Name=point.name)
    block = (answer or {}).get("PublicAccessBlockConfiguration") or {}
    return bool(block.get("RestrictPublicBuckets"))
