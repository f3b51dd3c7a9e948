"""GAI-3.26: Retrieval permissions name knowledge bases."""

from collections.abc import Iterator

from assessor.iam.holders import Principal
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import Call, UnseenError
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import bedrock_agent
from evaluators.derived.offered import surely
from evaluators.derived.principals import administrators, universe
from evaluators.derived.principals.administrators import wide
from evaluators.derived.principals.statements import granted, subject, who
from evaluators.derived.principals.universe import Estate, estate

_RETRIEVE = "bedrock:Retrieve"
# No policy can limit these to resources: what they read is what the caller's Retrieve lets them.
_UNSCOPABLE = ("bedrock:RetrieveAndGenerate", "bedrock:GenerateQuery", "bedrock:GetDocumentContent")


def subjects(aws: View) -> Iterator[Subject]:
    """Every user and role that may retrieve, where the account has a knowledge base."""
    listing = _knowledge_base(aws)
    if listing is None:
        return
    known = estate(aws)
    for principal in known.universe.principals:
        if not principal.caller.service_linked and any(
            known.reach(action).may(principal) or _by_name(known, principal, action)
            for action in (_RETRIEVE, *_UNSCOPABLE)
        ):
            yield subject(principal, (*known.evidence, listing))
    if known.unseen is not None:
        raise known.unseen


def _knowledge_base(aws: View) -> Call | None:
    """The call that shows a knowledge base in some Region; None where every Region answered that there is none."""
    unseen: UnseenError | None = None
    for at in aws.regions():
        try:
            for call, _ in surely(at.items_with_call(bedrock_agent.LIST_KNOWLEDGE_BASES)):
                return call
        except UnseenError as error:
            unseen = unseen or error
    if unseen is not None:
        raise unseen
    return None


def _by_name(known: Estate, principal: Principal, action: str) -> bool:
    """Whether policies allow it on resources they name: where the action takes none, that is as limited as it gets."""
    if action == _RETRIEVE or not known.reach(action).granted(principal):
        return False
    return known.universe.can(principal, action, regions=known.regions).possible


@control(
    "GAI-3.26",
    slug="retrieve-permission-scoped",
    item=Item.ACCESS,
    title="Retrieval permissions name knowledge bases",
    severity=Severity.HIGH,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=[*universe.READS, bedrock_agent.LIST_KNOWLEDGE_BASES],
    when_none=Status.NOT_APPLICABLE,
    none_because="The account has no knowledge base in the Regions of this run, or nobody may retrieve from one.",
    why="bedrock:Retrieve on * reads every document of every knowledge base of the account, those added later included.",
    remediation="Name the knowledge bases in the statement, or require a resource tag.",
    fix_cli=(
        "aws iam put-role-policy --role-name $ROLE --policy-name retrieve --policy-document file://retrieve-one-kb.json"
    ),
    answers=("S3.8", "S3.2"),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "owasp_llm_2025": ("LLM08",),
        "mitre_atlas": ("AML.T0085.000", "AML.M0005"),
        "iso_42001": ("A.9.2",),
        "prowler_aisf": ("AISF-AI-10",),
    },
    parameters=(administrators.PARAMETER,),
    edge_cases=(
        (
            "RetrieveAndGenerate, GenerateQuery and GetDocumentContent cannot be limited to resources: they need a limited "
            "Retrieve beside them."
        ),
        "A tag condition on the knowledge base limits; one that every request meets does not.",
        "Reading the vector store directly (OpenSearch, S3 Vectors, RDS) bypasses this: GAI-5.06.",
        "A Region that does not offer knowledge bases holds none.",
        "Where service control policies cannot be read, the answer stands before them and says so.",
    ),
)
def retrieve_permission_scoped(subject: Subject, aws: View) -> Verdict:
    """What each user and role may retrieve from is limited to named knowledge bases, or by a condition.

    Asked is whether an ordinary request can call `bedrock:Retrieve` on a knowledge base that no policy names.

    Passes: it cannot; or `admin_principals` names the principal. Fails: it can, through a policy that writes Bedrock's
    actions or, where `admin_principals` is set, through `Action: "*"`. Fails at medium severity: the principal may call
    `RetrieveAndGenerate`, `GenerateQuery` or `GetDocumentContent`, which no policy can limit to knowledge bases, without
    a `Retrieve` beside it that is limited. Not assessed: it can through `Action: "*"` and `admin_principals` is not set.
    Not applicable: there is no knowledge base.

    By hand:

    ```sh
    aws iam simulate-principal-policy --policy-source-arn $PRINCIPAL --action-names bedrock:Retrieve \
      --resource-arns arn:aws:bedrock:$REGION:$ACCOUNT:knowledge-base/ANYOTHER00
    ```
    """
    principal = subject.about["principal"]
    assert isinstance(principal, Principal)
    known = estate(aws)
    anything = _unlimited(known, principal)
    if anything is not None:
        said = f"{who(principal)} may retrieve from every knowledge base: {granted(anything)}"
        return wide(aws, anything, ("bedrock",), known.marked(said))
    accesses = [known.reach(action).access(principal) for action in (_RETRIEVE, *_UNSCOPABLE)]
    if (
        any(access.unknown for access in accesses)
        or known.ordinary_reach(_RETRIEVE).row(principal).unsupported
    ):
        what = f"whether {who(principal)} may retrieve from every knowledge base"
        raise known.undecidable(what, principal)
    limited, *others = accesses
    if limited.possible:
        return passed(f"{who(principal)} may retrieve only as far as its policies say: {granted(limited)}")
    loose = [one for one in others if known.ordinary_reach(one.action).row(principal).possible]
    if not loose:
        return passed(
            f"{who(principal)} may not retrieve from a knowledge base that its policies do not name"
        )
    said = f"{who(principal)} may call {granted(loose[0])}, which cannot be limited, without a limited {_RETRIEVE}"
    return failed(known.marked(said), Severity.MEDIUM)


def _unlimited(known: Estate, principal: Principal) -> Access | None:
    """Retrieve on a knowledge base nobody named, as far as an ordinary request can."""
    reach = known.ordinary_reach(_RETRIEVE)
    anything = reach.everything(principal)
    return reach.decided(principal, anything[0]) if anything else None
