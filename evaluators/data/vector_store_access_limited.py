"""GAI-5.06: Only the knowledge-base role and named administrators can read or write the vector store."""

from collections.abc import Iterable

from assessor.model.control import Level, Subject, control
from assessor.model.reading import UnseenError, Why
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
from assessor.model.view import View
from collectors import naming
from evaluators.data.vector_stores_encrypted import subjects
from evaluators.derived.data import store_access, stores
from evaluators.derived.data.store_access import Wielder, Wielders, roles_of, wielders
from evaluators.derived.data.stores import Store
from evaluators.derived.data.writers import runs_as
from evaluators.derived.principals.administrators import PARAMETER as ADMINISTRATORS
from evaluators.derived.principals.appointed import entries_of
from evaluators.derived.principals.statements import listed, who
from evaluators.derived.principals.universe import estate

_LIST = "store_principals"
_NAMED = 25


@control(
    "GAI-5.06",
    slug="vector-store-access-limited",
    item=Item.DATA,
    title="Only the knowledge-base role and named administrators can read or write the vector store",
    severity=Severity.HIGH,
    level=Level.REGION,
    kind="AWS::OpenSearchServerless::Collection",
    subjects=subjects,
    reads=store_access.READS,
    when_none=Status.NOT_APPLICABLE,
    none_because="No knowledge base of this Region has a vector store of its own (MANAGED, KENDRA and SQL have none).",
    why=(
        "Whoever asks the index itself gets every document in it: no filter, no guardrail, no log of the knowledge base"
        " stands before it. Whoever writes to it puts words into the assistant's mouth."
    ),
    remediation="Name only the knowledge base's role and your administrators in the store's policies.",
    fix_cli=(
        "aws opensearchserverless update-access-policy --type data --name $N --policy-version $V"
        " --policy file://policy.json"
    ),
    answers=("S5.4", "S3.4"),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "owasp_llm_2025": ("LLM08",),
        "mitre_atlas": ("AML.T0071", "AML.M0005"),
        "iso_42001": ("A.7.2",),
    },
    parameters=(_LIST, ADMINISTRATORS),
    edge_cases=(
        "Serverless policies match by pattern (index/name/*): every policy that covers the knowledge base's index counts.",
        "A function that runs its own RAG needs access: name its role in store_principals.",
        "On a collection nobody gets in whom no data access policy names, whatever IAM lets him: a note.",
        "Whom a data access policy names, but IAM does not let call aoss:APIAccessAll, does not get in: a note.",
        "account:root in a data access policy means everybody in it: FAIL, whoever that is today.",
        "With fine-grained access control a domain decides inside; with Aurora the database does: nobody can see that here.",
        "An AWS service in the store's policy without a source condition acts for any account: FAIL.",
        "A role of a knowledge base in another Region that works on the same store is one of its roles.",
        "A Region that does not offer knowledge bases has no stores of them.",
        "Who may rewrite the policies themselves is GAI-4.15's and the account's administrators'.",
    ),
)
def vector_store_access_limited(subject: Subject, aws: View) -> Verdict:
    r"""Nobody gets at the vectors of a knowledge base past it but those whom the owner names.

    Judged is each vector store of a knowledge base: who may read, write or remove vectors, by data access policies
    together with IAM (OpenSearch Serverless), by the policy of the domain or vector bucket and those of every user and
    role (OpenSearch, S3 Vectors), by IAM alone (Neptune Analytics).

    Passes: only the roles of its knowledge bases, and whom `store_principals` or `admin_principals` name. Fails: a
    policy lets in everybody, or all of an account; somebody else gets in. Roles that compute or web identities run as
    are named first. Not assessed: the list that would decide is not set (`admin_principals` for those who may do
    everything, `store_principals` for others); the row then names everybody. Also: Aurora, and domains with fine-grained
    access control that more may enter, as grants inside them cannot be seen; stores of another account. Not applicable:
    the store lies outside AWS, or does not exist.

    By hand::

        aws opensearchserverless list-access-policies --type data
        aws opensearchserverless get-access-policy --type data --name $N
        aws s3vectors get-vector-bucket-policy --vector-bucket-arn $B
        aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names aoss:APIAccessAll
    """
    store = subject.about["store"]
    assert isinstance(store, Store)
    if store.outside:
        return not_applicable(
            f"{store.what} lies outside AWS: who may use it is a question to its owner (ATT-5.2)"
        )
    if store.kind not in store_access.ACTIONS or store.resource == "AWS::Bedrock::KnowledgeBase":
        return not_assessed(Why.LINK_UNKNOWN, f"{store.what} is of a kind that this version does not know")
    owner = naming.account(store.arn)
    if owner not in (None, aws.account_id):
        return not_assessed(
            Why.CROSS_ACCOUNT, f"{store.what} belongs to account {owner} and cannot be seen from here"
        )
    settings = stores.settings(aws, store)
    if settings is None:
        return not_applicable(f"There is no {store.what}: {store.arn} does not exist")
    at = aws.at(naming.region(store.arn) or aws.region)
    found = wielders(aws, at, store, settings)
    if store.kind == stores.CLUSTER:
        return _cluster(aws, store, found)
    return _verdict(aws, store, found)


def _verdict(aws: View, store: Store, found: Wielders) -> Verdict:
    known = estate(aws)
    roles, more_roles = roles_of(aws, store)
    accepted = [entry for name in (_LIST, ADMINISTRATORS) for entry in entries_of(aws, name) or ()]
    others = [one for one in found.found if one.name not in roles and not one.among(accepted)]
    others.sort(key=lambda one: one.principal is None or not runs_as(one.principal))
    if found.inside and (found.wide or others):
        ways = found.wide or [_said(others, _before(aws, store))]
        return not_assessed(
            Why.OUTSIDE_AWS,
            f"{store.what} lets in more than its knowledge base's role ({ways[0]}); {found.inside} decides further, which"
            " no AWS API shows",
        )
    if found.wide:
        return failed(f"{store.what}: {found.wide[0]}", None, *found.notes)
    if others and more_roles is not None:
        raise more_roles
    if others:
        return _others(aws, store, others, found.notes)
    unseen = found.unseen or known.unseen
    if unseen is not None:
        raise unseen
    if found.undecided:
        names = listed([who(one) for one in found.undecided], "principal")
        raise known.undecidable(f"whether {names} may use the {store.what}", found.undecided[0])
    scp = f" {_before(aws, store)}" if _before(aws, store) else ""
    if not found.found:
        return passed(f"Nobody may use the {store.what} directly{scp}", *found.notes)
    names = listed([_labelled(one, roles.get(one.name, ())) for one in found.found], "principal")
    return passed(f"Only {names} may use the {store.what}{scp}", *found.notes)


def _others(aws: View, store: Store, others: list[Wielder], notes: Iterable[str]) -> Verdict:
    """The verdict on those whom no list names: which list would decide depends on how they come in."""
    scp = _before(aws, store)
    decided = [one for one in others if entries_of(aws, _list_of(one)) is not None]
    if decided:
        lists = " and ".join(dict.fromkeys(_list_of(one) for one in decided))
        return failed(
            f"{store.what} can be used past the knowledge base by {_said(decided, scp)}; {lists} does not name them",
            None,
            *notes,
        )
    lists = " and ".join(dict.fromkeys(_list_of(one) for one in others))
    raise UnseenError(
        Why.PARAMETER_MISSING,
        f"parameter {lists} is not set; {store.what} can be used past the knowledge base by {_said(others, scp)}",
    )


def _before(aws: View, store: Store) -> str:
    return estate(aws).before(store_access.ACTIONS[store.kind][0])


def _list_of(one: Wielder) -> str:
    return _LIST if one.meant else ADMINISTRATORS


def _said(others: list[Wielder], scp: str) -> str:
    names = [one.said for one in others]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    before = f" {scp}" if scp else ""
    return f"{', '.join(names[:_NAMED])}{more}{before}. {others[0].said} may call {others[0].way}"


def _labelled(one: Wielder, bases: tuple[str, ...]) -> str:
    return f"{one.said} of knowledge base {', '.join(bases)}" if bases else one.said


def _cluster(aws: View, store: Store, found: Wielders) -> Verdict:
    """Of a database only who may send it statements can be told, and not what it lets them do."""
    known = estate(aws)
    roles, _ = roles_of(aws, store)
    senders = [one.said for one in found.found if one.name not in roles]
    if senders:
        more = f" and {len(senders) - _NAMED} more" if len(senders) > _NAMED else ""
        scp = f" {known.before_scp}" if known.before_scp else ""
        text = f"{', '.join(senders[:_NAMED])}{more}{scp} may send it statements through its Data API"
    else:
        text = "nobody but its knowledge base is seen to send it statements through its Data API"
    return not_assessed(
        Why.OUTSIDE_AWS,
        f"{store.what}: {found.inside} decide who may read it, which no AWS API shows; {text}",
    )
