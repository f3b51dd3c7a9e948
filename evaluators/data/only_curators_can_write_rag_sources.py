"""GAI-5.08: Only curators can write to RAG sources."""

from collections.abc import Iterable, Iterator

from assessor.iam.exposure import Opening
from assessor.iam.operators import arn_like
from assessor.iam.policy import Policy
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View
from evaluators.data.rag_buckets_use_customer_keys import subjects as bucket_subjects
from evaluators.derived.data import buckets, rag, writers
from evaluators.derived.data.buckets import Bucket
from evaluators.derived.data.writers import Writers, base_arn, directly_fed, feeders, runs_as
from evaluators.derived.offered import surely
from evaluators.derived.principals.appointed import appointed, entries_of
from evaluators.derived.principals.statements import granted, listed, who
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.sharing import bucket_openness, bucket_policy
from evaluators.derived.sharing.bucket_openness import blocked
from evaluators.derived.sharing.bucket_policy import (
    WRITES,
    admitted_directly,
    admitted_through,
    point_restricts,
)
from evaluators.derived.sharing.outsiders import Outsiders, how, said

_LIST = "curators"
_NAMED = 25


def subjects(aws: View) -> Iterator[Subject]:
    """The buckets retrieval reads from, then knowledge bases that take documents directly."""
    yield from bucket_subjects(aws)
    for base, call in surely(directly_fed(aws)):
        yield Subject(
            base_arn(aws, base), "AWS::Bedrock::KnowledgeBase", about={"base": base}, evidence=(call,)
        )


@control(
    "GAI-5.08",
    slug="only-curators-can-write-rag-sources",
    item=Item.DATA,
    title="Only curators can write to RAG sources",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind=buckets.KIND,
    subjects=subjects,
    reads=[*writers.READS, *bucket_openness.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because=(
        "No knowledge base or Kendra index of this Region reads from S3, and none takes documents directly."
    ),
    why=(
        "Whoever writes the corpus writes the model's instructions: a sentence in a document is enough to make the"
        " assistant lie, leak or call a tool."
    ),
    remediation="Deny writes in the bucket policy to everybody but the curators' roles.",
    fix_cli="aws s3api put-bucket-policy --bucket $B --policy file://curators-only.json",
    answers=("S5.4", "S5.5"),
    frameworks={
        "gensec": ("GENSEC06-BP01",),
        "owasp_llm_2025": ("LLM04", "LLM08"),
        "mitre_atlas": ("AML.T0070", "AML.T0066", "AML.M0005"),
        "nist_ai_600_1": ("MG-4.1-006",),
        "iso_42001": ("A.7.3",),
        "finos_ccc": ("CCC.GenAI.CN03.AR01",),
    },
    parameters=(_LIST,),
    edge_cases=(
        "Writing is PutObject and DeleteObject below what retrieval reads, and feeding the knowledge base that reads it.",
        "A bucket policy may let somebody write whose own policies do not, and keep out whom they let: both count.",
        "From other accounts a writer comes through the bucket policy or an access point only.",
        "An AWS service without a source condition writes for whoever asks it (confused deputy): no list can accept that.",
        "Resource control policies of the organization count as far as they could be read.",
        "A handler behind an upload feature is a writer by design: scan what it writes (GAI-5.20), then waive.",
        "Administrators can write; name those whom you accept. Service-linked roles are AWS's own and not judged.",
        "Access lists are GAI-5.02's.",
        "A Region that does not offer knowledge bases or Kendra has no sources of that kind.",
        "Where service control policies cannot be read, the answer stands before them and says so.",
    ),
)
def only_curators_can_write_rag_sources(subject: Subject, aws: View) -> Verdict:
    r"""Nobody but the owner's `curators` can change what a knowledge base or Kendra index reads.

    Judged is each bucket that retrieval reads from (in account scope every bucket), and each knowledge base that takes
    documents directly. Every user and role is asked with its groups, boundary and the bucket's policy: may it, in any
    circumstances, call s3:PutObject or s3:DeleteObject there, or start an ingestion or put or delete documents in the
    knowledge base?

    Passes: whoever may is named in `curators` (an ARN or a name, either with `*`; an account id for writers from
    outside), or nobody may. Fails: anybody else may; strangers by a public policy that nothing restricts; an AWS
    service for any account, as nothing in the policy binds it to a source. Roles that
    web identities take on, or that compute runs as, are named first: their callers are users. Not assessed: `curators`
    is not set; the row then names everybody who may.

    By hand::

        aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names s3:PutObject \
            --resource-arns arn:aws:s3:::$B/x
        aws s3api get-bucket-policy --bucket $B
        aws s3control list-access-points --account-id $ACCOUNT --bucket $B
    """
    base = subject.about.get("base")
    if base is not None:
        found = feeders(aws, base_arn(aws, str(base)))
        return _verdict(aws, f"knowledge base {base}", _Found(found, None))
    bucket = subject.about["bucket"]
    assert isinstance(bucket, Bucket)
    at = buckets.home(aws, bucket)
    if at is None:
        return not_applicable(f"There is no {bucket.what}")
    return _verdict(aws, bucket.what, _of_bucket(aws, at, bucket))


class _Found:
    """Everybody who may write, and why there may be more.

    deputies: AWS services that any account can make write. refused: whom resource control policies keep out, in words.
    """

    def __init__(self, inside: Writers, unseen: UnseenError | None) -> None:
        self.inside = list(inside.found)
        self.undecided = inside.undecided
        self.outside: list[Opening] = []
        self.deputies: list[Opening] = []
        self.refused: list[str] = []
        self.unseen = unseen

    def add(self, let: Outsiders, at: View, bucket: Bucket, *, restricted: bool = False) -> None:
        """Take in whom a policy lets in from outside; ``restricted``: strangers get nothing of what it gives them."""
        named = (*let.addresses, *let.strangers, *let.undecided, *let.trusted, *let.providers)
        known = {(one.label, one.caller.arn) for one in self.outside}
        self.outside += [one for one in named if (one.label, one.caller.arn) not in known]
        self.deputies += let.services
        self.unseen = self.unseen or let.unseen
        if let.refused and let.refused not in self.refused:
            self.refused.append(let.refused)
        if let.anyone and not restricted:
            shut = blocked(at, bucket, "RestrictPublicBuckets")
            if shut.holds is False:
                self.outside[:0] = [one for one in let.anyone if (one.label, one.caller.arn) not in known]
            elif shut.holds is None:
                self.unseen = self.unseen or shut.unseen


def _of_bucket(aws: View, at: View, bucket: Bucket) -> _Found:
    # Without its policy nobody is known to write: it may keep out whom their own policies let.
    policy = bucket_policy.bucket_policy(at, bucket)
    # Which prefixes and knowledge bases read from it is known only when every data source is.
    found = _Found(writers.writers(aws, bucket, policy), aws.derive(rag.rag_buckets).unseen)
    try:
        known = {access.principal.arn for access in found.inside}
        for access in writers.writers_through_points(aws, at, bucket, policy):
            if access.principal.arn not in known:
                known.add(access.principal.arn)
                found.inside.append(access)
    except UnseenError as error:
        found.unseen = found.unseen or error
    if policy is not None:
        for prefix in dict.fromkeys(prefix for use in bucket.uses for prefix in use.prefixes) or ("",):
            found.add(admitted_directly(at, bucket, policy, WRITES, prefix), at, bucket)
        _through_points(at, bucket, policy, found)
    return found


def _through_points(at: View, bucket: Bucket, policy: Policy, found: _Found) -> None:
    """Whom the bucket's policy and an access point's let write together, from outside."""
    try:
        for point in bucket_policy.access_points(at, bucket):
            let = admitted_through(at, bucket, policy, point, WRITES)
            if let is not None:
                shut = bool(let.anyone) and (bool(point.vpc) or point_restricts(at, point))
                found.add(let, at, bucket, restricted=shut)
    except UnseenError as error:
        found.unseen = found.unseen or error


def _verdict(aws: View, what: str, found: _Found) -> Verdict:
    known = estate(aws)
    entries = entries_of(aws, _LIST)
    what = f"{what[:1].upper()}{what[1:]}"
    public = [opening for opening in found.outside if opening.level.public]
    if public:
        return failed(f"{what}: {said(public)} may write ({how(public[0])})")
    if found.deputies:
        return failed(
            f"{what} can be written to by {said(found.deputies)} for any account: no source condition binds it"
            f" ({how(found.deputies[0])})"
        )
    found.inside.sort(key=lambda access: not runs_as(access.principal))
    others = [access for access in found.inside if not appointed(access.principal, entries or ())]
    strangers = [opening for opening in found.outside if not _appointed(opening, entries or ())]
    if others or strangers:
        text = _said(known, others, strangers)
        if entries is None:
            raise UnseenError(
                Why.PARAMETER_MISSING, f"parameter {_LIST} is not set; {what} can be written to by {text}"
            )
        return failed(f"{what} can be written to by {text}; {_LIST} does not name them")
    unseen = found.unseen or known.unseen
    if unseen is not None:
        raise unseen
    if found.undecided:
        names = listed([who(one) for one in found.undecided], "principal")
        raise known.undecidable(f"whether {names} may write to {what}")
    if not found.inside and not found.outside:
        return passed(
            " ".join(filter(None, (f"{what} can be written to by nobody", known.before(WRITES[0])))),
            *found.refused,
        )
    return passed(
        f"{what} can be written to by {_said(known, found.inside, found.outside)}; {_LIST} names them",
        *found.refused,
    )


def _appointed(opening: Opening, entries: Iterable[str]) -> bool:
    return any(
        entry in {opening.who, opening.caller.account}
        or (entry.startswith("arn:") and arn_like(entry).matches(opening.caller.arn))
        for entry in entries
    )


def _said(known: Estate, inside: list[Access], outside: list[Opening]) -> str:
    """Everybody by name, and how the first of them comes to it."""
    names = [who(access.principal) + _face(access) for access in inside]
    names += [said([opening]) for opening in outside]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    if inside:
        way = f"{who(inside[0].principal)} may call {granted(inside[0])}"
    else:
        way = f"{said(outside[:1])} may call {how(outside[0])}"
    action = inside[0].action if inside else WRITES[0]
    scp = f" {known.before(action)}" if known.before(action) else ""
    return f"{', '.join(names[:_NAMED])}{more}{scp}. {way}"


def _face(access: Access) -> str:
    runs = runs_as(access.principal)
    return f" ({runs})" if runs else ""
