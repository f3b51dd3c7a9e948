"""GAI-1.06: A Well-Architected workload has a Generative AI Lens review updated within the quarter."""

from collections.abc import Iterator
from math import ceil

from assessor.iam.patterns import glob_matches
from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_assessed, passed
from assessor.model.view import View
from collectors import wellarchitected
from evaluators.derived.moments import days_since
from evaluators.derived.offered import offered

_LENS = "genai"


def _is_lens(named: object, aws: View) -> bool:
    """Whether it is the lens's alias, the ARN that ends in it, or a lens that the owner reviews with in its place."""
    text = str(named or "")
    own = (str(entry) for entry in aws.parameters.get("review_lenses"))
    return text.rpartition("/")[2] == _LENS or any(glob_matches(entry, text) for entry in own)


def subjects(aws: View) -> Iterator[Subject]:
    """Every workload of the Well-Architected Tool that uses the lens."""
    unseen: UnseenError | None = None
    for there in aws.regions():
        try:
            for call, one in offered(there.items_with_call(wellarchitected.LIST_WORKLOADS)):
                if any(_is_lens(lens, aws) for lens in one.get("Lenses") or ()):
                    yield Subject(
                        str(one.get("WorkloadArn") or aws.root_arn),
                        "AWS::WellArchitected::Workload",
                        region=there.region,
                        about={"id": str(one.get("WorkloadId"))},
                        evidence=(call,),
                    )
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen


@control(
    "GAI-1.06",
    slug="wa-genai-lens-review-fresh",
    item=Item.GOVERNANCE,
    title=("A Well-Architected workload has a Generative AI Lens review updated within the quarter"),
    severity=Severity.LOW,
    level=Level.ACCOUNT,
    kind="AWS::WellArchitected::Workload",
    subjects=subjects,
    reads=(wellarchitected.LIST_WORKLOADS, wellarchitected.LIST_LENS_REVIEWS),
    when_none=Status.NOT_APPLICABLE,
    none_because="No workload of the Well-Architected Tool uses the Generative AI Lens; ATT-1.4 asks people about reviews.",
    why="Only one of several ways to evidence a quarterly review, so never more than low.",
    remediation="Open the workload and re-answer the lens.",
    fix_cli="aws wellarchitected list-lens-reviews --workload-id $ID",
    answers=("S1.5", "S1.6"),
    frameworks={"nist_ai_rmf": ("GOVERN 1.5",), "nist_ai_600_1": ("GV-1.5-001",), "iso_42001": ("A.6.2.6",)},
    parameters=("review_period_days", "review_lenses"),
    edge_cases=(
        ("Lens alias seen in public material is arn:aws:wellarchitected::aws:lens/genai; match on suffix."),
        "Custom lenses (lens ARN with account id) may replace it: review_lenses names them.",
    ),
    workload_aware=False,
)
def wa_genai_lens_review_fresh(subject: Subject, aws: View) -> Verdict:
    """A workload reviewed with the Generative AI Lens was reviewed within the period.

    Passes: the lens review was updated in the last `review_period_days` (default 90). Fails: it is older. Not
    applicable: no workload uses the lens, or a custom one that `review_lenses` names in its place; the review may be
    held elsewhere, which ATT-1.4 asks.

    By hand:

    ```sh
    aws wellarchitected list-lens-reviews --workload-id $ID
    ```
    """
    there = aws.at(subject.region)
    limit = int(aws.parameters.get("review_period_days"))
    ages: list[float] = []
    for review in there.items(wellarchitected.LIST_LENS_REVIEWS, WorkloadId=subject.about["id"]):
        if any(_is_lens(review.get(name), aws) for name in ("LensAlias", "LensArn")):
            age = days_since(review.get("UpdatedAt"), aws.now)
            if age is not None:
                ages.append(age)
    if not ages:
        return not_assessed(
            Why.ERROR, "The workload names the lens, but no review of it with a date was listed"
        )
    observed = f"The Generative AI Lens review was updated {ceil(min(ages))} days ago; at most {limit}"
    return passed(observed) if min(ages) <= limit else failed(observed)
