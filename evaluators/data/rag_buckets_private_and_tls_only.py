"""GAI-5.02: RAG source buckets are not public, admit only trusted accounts and require TLS."""

from collections.abc import Iterator

from assessor.iam.policy import Policy
from assessor.iam.principals import Kind
from assessor.model.control import Level, Subject, control
from assessor.model.path import first, values
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable
from assessor.model.view import View
from collectors import s3
from evaluators.data.rag_buckets_use_customer_keys import subjects
from evaluators.derived.data import buckets, rag
from evaluators.derived.data.buckets import Bucket
from evaluators.derived.principals.statements import listed
from evaluators.derived.sharing import bucket_openness, bucket_policy, outsiders
from evaluators.derived.sharing.bucket_openness import FLAGS, Known, blocked, known
from evaluators.derived.sharing.bucket_policy import (
    AccessPoint,
    admitted_directly,
    admitted_through,
    point_restricts,
)
from evaluators.derived.sharing.outsiders import TRUSTED, Outsiders, how, said
from evaluators.derived.weighing import Problem, weighed

_STRANGERS = ("/groups/global/AllUsers", "/groups/global/AuthenticatedUsers")
_BLOCK = "the public access block"


@control(
    "GAI-5.02",
    slug="rag-buckets-private-and-tls-only",
    item=Item.DATA,
    title="RAG source buckets are not public, admit only trusted accounts and require TLS",
    severity=Severity.CRITICAL,
    level=Level.REGION,
    kind=buckets.KIND,
    subjects=subjects,
    reads=[
        *rag.READS,
        *bucket_openness.READS,
        *bucket_policy.READS,
        *bucket_policy.ACCESS_POINT_READS,
    ],
    when_none=Status.NOT_APPLICABLE,
    none_because="No knowledge base or Kendra index of this Region reads from S3.",
    why=(
        "A public corpus gives a stranger everything the assistant knows; one he can write to lets him decide what"
        " it says."
    ),
    remediation=(
        "Turn on all four settings of the public access block, take accounts nobody trusts out of the policy, and deny"
        " requests without TLS."
    ),
    fix_cli=(
        "aws s3api put-public-access-block --bucket $B --public-access-block-configuration BlockPublicAcls=true,"
        "IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
    ),
    answers=("S5.1", "S5.4", "S6.2"),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "owasp_llm_2025": ("LLM02", "LLM08"),
        "mitre_atlas": ("AML.T0070", "AML.M0005"),
        "iso_42001": ("A.7.2",),
        "prowler_aisf": ("AISF-DATA-04",),
    },
    parameters=(TRUSTED,),
    edge_cases=(
        "No public access block is all four settings off; each is in force when the bucket or its account has it.",
        "The account's answer holds what its organization prescribes: no call to Organizations is needed for it.",
        "RestrictPublicBuckets and IgnorePublicAcls shut what is open; the other two only keep it from being opened.",
        "A bucket policy that hands over to access points opens what their policies open.",
        "No bucket policy is closed, but denies no request without TLS either: FAIL at low.",
        "An AWS service without a source condition acts for whoever asks it (confused deputy): FAIL at medium.",
        "Resource control policies that could be read keep out whom the policy lets in: told; unseen ones never help.",
        "A Region that does not offer knowledge bases or Kendra has no sources of that kind.",
        "TLS is asked for, not looked up: a Deny that exempts somebody, or covers some actions, does not pass.",
    ),
)
def rag_buckets_private_and_tls_only(subject: Subject, aws: View) -> Verdict:
    """Strangers, accounts nobody trusts and eavesdroppers get nothing from a bucket that retrieval reads from.

    Judged are the sources of knowledge bases and Kendra indices, their supplemental and intermediate storage; in
    account scope every bucket.

    Passes: all four settings of the public access block are in force (on the bucket or its account), the policy is not
    public and admits only this account, its organization and `trusted_accounts`, no access list or access point admits
    others, and requests without TLS are refused for reading, writing and deleting objects.

    Fails at critical: strangers get in, by policy, access list or access point. At high: a public policy that only
    RestrictPublicBuckets stands against; one of the four settings is off; the policy, an access list or an access
    point admits an account that `trusted_accounts` does not name, or anybody from certain addresses. At low: a request
    without TLS is not refused.

    Not assessed: the policy names another account and `trusted_accounts` is not set. Access lists of single objects
    are not read: IgnorePublicAcls, or ownership enforced by the bucket's owner, makes them harmless.

    By hand::

        aws s3api get-public-access-block --bucket $B
        aws s3control get-public-access-block --account-id $ACCOUNT
        aws s3api get-bucket-policy-status --bucket $B; aws s3api get-bucket-policy --bucket $B
        aws s3api get-bucket-acl --bucket $B; aws s3api get-bucket-ownership-controls --bucket $B
        aws s3control list-access-points --account-id $ACCOUNT --bucket $B
    """
    bucket = subject.about["bucket"]
    assert isinstance(bucket, Bucket)
    at = buckets.home(aws, bucket)
    if at is None:
        return not_applicable(f"There is no {bucket.what}")
    where = _Where(at, bucket)
    return weighed(bucket.what, [where.block, where.policy, where.acl, where.points, where.transport])


class _Where:
    """The looks at one bucket, from its own Region."""

    def __init__(self, at: View, bucket: Bucket) -> None:
        self._at = at
        self._bucket = bucket

    def block(self) -> Iterator[Problem | str]:
        """The four settings, each on the bucket or its account."""
        found = {flag: blocked(self._at, self._bucket, flag) for flag in FLAGS}
        off = [flag for flag, one in found.items() if one.holds is False]
        if off:
            whose = "bucket" if self._foreign else "bucket and the account"
            yield Problem(Severity.HIGH, f"{', '.join(off)} off on the {whose}")
        unseen = next((one.unseen for one in found.values() if one.holds is None), None)
        if unseen is not None:
            raise unseen
        yield "all four settings of the public access block are on"

    @property
    def _foreign(self) -> bool:
        return self._bucket.owner not in {"", self._at.account_id}

    def policy(self) -> Iterator[Problem | str]:
        """The bucket's policy, as AWS judges it and as strangers meet it."""
        status = known(self._is_public)
        text = known(lambda: self._policy() is not None)
        policy = self._policy() if text.holds else None
        found = admitted_directly(self._at, self._bucket, policy) if policy is not None else None
        if status.holds or (found is not None and found.anyone):
            yield self._public(found)
        if found is not None:
            yield from _accounts(found, "the policy")
            yield from _services(found, "the policy")
        for one in (text, status):
            if one.unseen is not None:
                raise one.unseen
        if found is None:
            yield "no bucket policy"
            return
        found.settled()
        yield f"the policy admits {found.admitted}"

    def _public(self, found: Outsiders | None) -> Problem:
        if found is not None and found.anyone:
            opening = found.anyone[0]
            what = f"the policy admits {said([opening])} ({how(opening)})"
        else:
            what = "AWS calls the policy public"
            if found is not None and any(opening.level.public for opening in found.kept_out):
                return Problem(Severity.HIGH, f"{what}; only {found.refused}")
        return self._shut(what, "RestrictPublicBuckets")

    def _shut(self, what: str, flag: str) -> Problem:
        """A problem that a setting of the block may stand against."""
        restricted = blocked(self._at, self._bucket, flag)
        if restricted.holds:
            return Problem(Severity.HIGH, f"{what}; only {flag} stands against it")
        if restricted.holds is None:
            return Problem(Severity.HIGH, f"{what}; whether {flag} stands against it is not known")
        return Problem(Severity.CRITICAL, f"{what}, and {_BLOCK} does not stand against it")

    def _is_public(self) -> bool:
        answer = buckets.ask(self._at, self._bucket, s3.GET_BUCKET_POLICY_STATUS)
        return bool(first(answer, "PolicyStatus.IsPublic"))

    def _policy(self) -> Policy | None:
        return bucket_policy.bucket_policy(self._at, self._bucket)

    def acl(self) -> Iterator[Problem | str]:
        """The bucket's access list, unless ownership switches it off."""
        enforced = known(self._owner_enforced)
        if enforced.holds:
            yield "access lists are off"
            return
        answer = buckets.ask(self._at, self._bucket, s3.GET_BUCKET_ACL) or {}
        proven = enforced.holds is False
        owner = str(first(answer, "Owner.ID") or "")
        foreign: dict[str, str] = {}
        for grant in answer.get("Grants") or ():
            grantee = grant.get("Grantee") or {}
            permission = str(grant.get("Permission") or "access")
            if str(grantee.get("URI") or "").endswith(_STRANGERS):
                if not proven:
                    continue
                who = "everyone" if str(grantee["URI"]).endswith("AllUsers") else "every AWS account"
                ignored = blocked(self._at, self._bucket, "IgnorePublicAcls")
                if ignored.holds is False:
                    yield Problem(Severity.CRITICAL, f"the access list gives {who} {permission}")
            elif grantee.get("ID") and owner and grantee["ID"] != owner:
                foreign[str(grantee["ID"])] = permission
        if foreign or not proven:
            yield from self._foreign_grants(foreign, enforced)
        yield (
            "the access list admits the owner only"
            if not foreign
            else "the access list admits trusted accounts"
        )

    def _owner_enforced(self) -> bool:
        answer = buckets.ask(self._at, self._bucket, s3.GET_BUCKET_OWNERSHIP_CONTROLS) or {}
        return "BucketOwnerEnforced" in values(answer, "OwnershipControls.Rules[].ObjectOwnership")

    def _foreign_grants(self, foreign: dict[str, str], enforced: Known) -> Iterator[Problem]:
        undecided = []
        for ident, permission in foreign.items():
            trust = outsiders.trusted(self._at, ident)
            if trust is None:
                undecided.append(f"canonical user {ident[:16]} ({permission})")
            elif not trust and enforced.holds is False:
                yield Problem(
                    Severity.HIGH,
                    f"the access list gives canonical user {ident[:16]}, another account, {permission}",
                )
        if enforced.unseen is not None:
            raise enforced.unseen
        if undecided:
            raise UnseenError(
                Why.PARAMETER_MISSING,
                f"parameter {TRUSTED} is not set; the access list of bucket {self._bucket.name} admits "
                f"{listed(undecided, 'grant')}",
            )

    def points(self) -> Iterator[Problem | str]:
        """The access points of the bucket."""
        names: list[str] = []
        unseen: UnseenError | None = None
        for point in bucket_policy.access_points(self._at, self._bucket):
            names.append(point.name)
            try:
                yield from self._point(point)
            except UnseenError as error:
                unseen = unseen or error
        if unseen is not None:
            raise unseen
        if names:
            yield f"access points {listed(names, 'access point')} admit nobody else"

    def _point(self, point: AccessPoint) -> Iterator[Problem | str]:
        found = admitted_through(self._at, self._bucket, self._policy(), point)
        if found is None:
            return
        what = f"access point {point.name}"
        if found.anyone and not point.vpc and not point_restricts(self._at, point):
            text = f"{what} admits {said(found.anyone)} ({how(found.anyone[0])})"
            yield self._shut(text, "RestrictPublicBuckets")
        yield from _accounts(found, what)
        yield from _services(found, what)
        found.settled()

    def transport(self) -> Iterator[Problem | str]:
        """Requests without TLS."""
        open_to_all = list(bucket_policy.plain_http(self._at, self._bucket, self._policy()))
        content = [action for action in open_to_all if action in bucket_policy.DATA]
        if content:
            yield Problem(Severity.LOW, f"requests without TLS are not refused ({', '.join(content)})")
            return
        yield "requests without TLS are refused" + (" but for s3:ListBucket" if open_to_all else "")


def _accounts(found: Outsiders, what: str) -> Iterator[Problem]:
    for opening in found.strangers:
        yield Problem(
            Severity.HIGH, f"{what} admits {said([opening])}, which {TRUSTED} does not name ({how(opening)})"
        )
    for opening in found.addresses:
        yield Problem(Severity.HIGH, f"{what} admits {said([opening])} ({how(opening)})")
    for opening in found.providers:
        yield Problem(
            Severity.HIGH,
            f"{what} admits sessions of {said([opening])} from whatever account ({how(opening)})",
        )


def _services(found: Outsiders, what: str) -> Iterator[Problem | str]:
    """AWS services that any account can make act on the bucket: they are nobody's in particular."""
    free = [one for one in found.services if one.caller.kind is Kind.SERVICE]
    if free:
        yield Problem(
            Severity.MEDIUM,
            f"{what} lets {said(free)} act for any account: no source condition binds it ({how(free[0])})",
        )
    distributions = [one for one in found.services if one not in free]
    if distributions:
        yield f"{what} admits {said(distributions)} ({how(distributions[0])})"
