"""Whether strangers can read a bucket: its policy and its access list, as far as the public access block lets them.

Each setting of the block is in force when the bucket or the account has it. Rests on ``GetBucketPolicyStatus``,
``GetBucketAcl``, ``GetBucketOwnershipControls`` and the two ``GetPublicAccessBlock``.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from assessor.model.operation import Operation
from assessor.model.path import first, values
from assessor.model.reading import UnseenError
from assessor.model.view import View
from collectors import s3, s3control
from evaluators.derived.data import buckets
from evaluators.derived.data.buckets import Bucket

READS: tuple[Operation, ...] = (
    s3.GET_BUCKET_POLICY_STATUS,
    s3.GET_BUCKET_ACL,
    s3.GET_BUCKET_OWNERSHIP_CONTROLS,
    s3.GET_PUBLIC_ACCESS_BLOCK,
    s3control.GET_PUBLIC_ACCESS_BLOCK,
    *buckets.READS,
)

FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
_STRANGERS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")


@dataclass(frozen=True, slots=True)
class Known:
    """Something that holds, does not hold, or could not be seen (``holds`` None, with the reason)."""

    holds: bool | None
    unseen: UnseenError | None = None


def known(ask: Callable[[], bool]) -> Known:
    """The answer of ``ask``, or why there is none."""
    try:
        return Known(ask())
    except UnseenError as error:
        return Known(None, error)


def blocked(at: View, bucket: Bucket, flag: str) -> Known:
    """Whether a setting of the public access block is in force: on the bucket or on its account."""
    own = known(lambda: _own_flag(at, bucket, flag))
    if own.holds or bucket.owner not in ("", at.account_id):
        return own
    account = known(lambda: _account_flag(at, flag))
    if account.holds:
        return account
    return own if own.holds is None else account


def _own_flag(at: View, bucket: Bucket, flag: str) -> bool:
    answer = buckets.ask(at, bucket, s3.GET_PUBLIC_ACCESS_BLOCK)
    return bool(first(answer, f"PublicAccessBlockConfiguration.{flag}"))


def _account_flag(at: View, flag: str) -> bool:
    answer = at.get(s3control.GET_PUBLIC_ACCESS_BLOCK, AccountId=at.account_id)
    return bool(first(answer, f"PublicAccessBlockConfiguration.{flag}"))


def open_because(at: View, bucket: Bucket) -> Iterator[str]:
    """Why strangers can read the bucket, in words; nothing where they cannot.

    at: a view in the bucket's own Region. Raises UnseenError after what is proven.
    """
    policy = _open(known(lambda: _policy(at, bucket)), lambda: blocked(at, bucket, "RestrictPublicBuckets"))
    if policy.holds:
        yield "its policy is public and nothing restricts it"
    acl = _open(known(lambda: _acl(at, bucket)), lambda: _acls_off(at, bucket))
    if acl.holds:
        yield "its access list admits everyone and is not ignored"
    unseen = policy.unseen or acl.unseen
    if unseen is not None:
        raise unseen


def _open(public: Known, shut: Callable[[], Known]) -> Known:
    """Public and not shut: the second is asked only where the first does not settle it."""
    if public.holds is False:
        return public
    closed = shut()
    if closed.holds:
        return Known(False)
    if public.holds and closed.holds is False:
        return Known(True)
    return Known(None, public.unseen or closed.unseen)


def _policy(at: View, bucket: Bucket) -> bool:
    return bool(first(buckets.ask(at, bucket, s3.GET_BUCKET_POLICY_STATUS), "PolicyStatus.IsPublic"))


def _acl(at: View, bucket: Bucket) -> bool:
    uris = values(buckets.ask(at, bucket, s3.GET_BUCKET_ACL) or {}, "Grants[].Grantee.URI")
    return any(str(uri).endswith(_STRANGERS) for uri in uris)


def _acls_off(at: View, bucket: Bucket) -> Known:
    ignored = blocked(at, bucket, "IgnorePublicAcls")
    if ignored.holds:
        return ignored
    enforced = known(lambda: _owner_enforced(at, bucket))
    if enforced.holds:
        return enforced
    return ignored if ignored.holds is None else enforced


def _owner_enforced(at: View, bucket: Bucket) -> bool:
    """Access lists are switched off altogether."""
    answer = buckets.ask(at, bucket, s3.GET_BUCKET_OWNERSHIP_CONTROLS) or {}
    return "BucketOwnerEnforced" in values(answer, "OwnershipControls.Rules[].ObjectOwnership")
