"""GAI-5.03: RAG source buckets keep versions."""

from assessor.model.control import Level, Subject, control
from assessor.model.path import first
from assessor.model.reading import Why
from assessor.model.verdict import (
    Item,
    Severity,
    Status,
    Verdict,
    failed,
    not_applicable,
    not_assessed,
    passed,
)
from assessor.model.view import Answer, View
from collectors import s3
from evaluators.data.rag_buckets_use_customer_keys import subjects
from evaluators.derived.data import buckets, rag
from evaluators.derived.data.buckets import Bucket


@control(
    "GAI-5.03",
    slug="rag-buckets-versioned",
    item=Item.DATA,
    title="RAG source buckets keep versions",
    severity=Severity.MEDIUM,
    level=Level.REGION,
    kind=buckets.KIND,
    subjects=subjects,
    reads=[*rag.READS, s3.GET_BUCKET_VERSIONING, s3.GET_BUCKET_LIFECYCLE_CONFIGURATION],
    when_none=Status.NOT_APPLICABLE,
    none_because="No knowledge base or Kendra index of this Region reads from S3 (other stores: GAI-5.05).",
    why=(
        "Whoever can write to the corpus can make the assistant say what he likes; without versions you can"
        " neither prove what was changed nor undo it."
    ),
    remediation="Enable versioning, and let lifecycle rules keep noncurrent versions for a month at least.",
    fix_cli="aws s3api put-bucket-versioning --bucket $B --versioning-configuration Status=Enabled",
    answers=("S5.5",),
    frameworks={
        "gensec": ("GENSEC06-BP01",),
        "owasp_llm_2025": ("LLM04",),
        "mitre_atlas": ("AML.T0070", "AML.M0025"),
        "nist_ai_600_1": ("MG-4.1-006",),
        "iso_42001": ("A.7.5",),
        "prowler_aisf": ("AISF-DATA-04",),
    },
    parameters=("min_noncurrent_days",),
    edge_cases=(
        "An empty answer means that versioning was never enabled.",
        "Suspended keeps old versions but makes no new ones: a fail.",
        "S3 Vectors buckets have no versioning and are not asked about.",
        "A rule that keeps a number of newer versions still removes the one before a series of overwrites.",
        "A Region that does not offer knowledge bases or Kendra has no sources of that kind.",
    ),
)
def rag_buckets_versioned(subject: Subject, aws: View) -> Verdict:
    """Whether the objects of a retrieval source can be brought back after somebody changed or deleted them.

    Passes when versioning is Enabled and no lifecycle rule that touches the source removes noncurrent versions before
    min_noncurrent_days. A rule touches the source when its prefix and one of the prefixes the source reads overlap;
    rules narrowed by tag or size are taken to touch it.

    Fails when versioning was never enabled (an empty answer), is Suspended, or noncurrent versions go sooner - also
    when a rule keeps a number of newer versions, since a few overwrites push the good one out.

    By hand:

        aws s3api get-bucket-versioning --bucket BUCKET
        aws s3api get-bucket-lifecycle-configuration --bucket BUCKET
    """
    bucket = subject.about["bucket"]
    assert isinstance(bucket, Bucket)
    at = buckets.home(aws, bucket)
    if at is None:
        return not_applicable(f"There is no {bucket.what}")
    versioning = buckets.ask(at, bucket, s3.GET_BUCKET_VERSIONING) or {}
    status = versioning.get("Status")
    if status != "Enabled":
        said = f"Versioning is {status}" if status else "Versioning was never enabled"
        return failed(f"{said} on {bucket.what}")
    least = aws.parameters.get("min_noncurrent_days")
    rules = (buckets.ask(at, bucket, s3.GET_BUCKET_LIFECYCLE_CONFIGURATION) or {}).get("Rules") or ()
    removing = [r for r in rules if r.get("Status") == "Enabled" and r.get("NoncurrentVersionExpiration")]
    touching = [rule for rule in removing if _touches(rule, bucket)]
    known = [days for rule in touching if (days := _days(rule)) is not None]
    if known and min(known) < least:
        name = next(r.get("ID") or "without a name" for r in touching if _days(r) == min(known))
        return failed(
            f"Versioning is Enabled on {bucket.what}, but lifecycle rule {name} removes noncurrent versions after "
            f"{min(known)} days (less than {least})"
        )
    if len(known) < len(touching):
        return not_assessed(
            Why.ERROR, f"A lifecycle rule of {bucket.what} does not say when noncurrent versions go"
        )
    elsewhere = [rule for rule in removing if rule not in touching and (_days(rule) or 0) < least]
    if elsewhere:
        # What could not be read, in whichever Region, may read below the prefix of such a rule.
        for here in aws.regions():
            unseen = here.derive(rag.rag_buckets).unseen
            if unseen is not None:
                raise unseen
    kept = f"kept {min(known)} days" if known else "kept for ever"
    mfa = ("deleting versions needs MFA",) if versioning.get("MFADelete") == "Enabled" else ()
    return passed(f"Versioning is Enabled on {bucket.what}; noncurrent versions are {kept}", *mfa)


def _days(rule: Answer) -> int | None:
    days = rule["NoncurrentVersionExpiration"].get("NoncurrentDays")
    return None if days is None else int(days)


def _touches(rule: Answer, bucket: Bucket) -> bool:
    """Whether a rule may apply to something a source reads: their prefixes overlap."""
    prefix = str(rule.get("Prefix") or first(rule, "Filter.Prefix") or first(rule, "Filter.And.Prefix") or "")
    read = [one for use in bucket.uses for one in use.prefixes]
    return any(one.startswith(prefix) or prefix.startswith(one) for one in read) if read else True
