"""GAI-5.09: Knowledge-base roles read only their own sources."""

from collections.abc import Iterator

from assessor.iam.holders import Principal
from assessor.iam.request import arn_field
from assessor.iam.shapes import STRANGER
from assessor.iam.universe import Access
from assessor.model.control import Level, Subject, control
from assessor.model.reading import Why
from assessor.model.verdict import Item, Severity, Status, Verdict, not_applicable, not_assessed
from assessor.model.view import View
from evaluators.derived.principals import base_roles as derived
from evaluators.derived.principals import universe
from evaluators.derived.principals.base_roles import BaseRole, base_roles
from evaluators.derived.principals.breadth import breadth
from evaluators.derived.principals.statements import granted, listed, resource, who
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.weighing import Problem, weighed

_BUCKETS = ("s3:GetObject", "s3:ListBucket", "s3:PutObject")
_SECRETS = ("secretsmanager:GetSecretValue",)
_STORES = (
    "aoss:APIAccessAll",
    "s3vectors:QueryVectors",
    "s3vectors:GetVectors",
    "s3vectors:PutVectors",
    "s3vectors:DeleteVectors",
    "es:ESHttpGet",
    "es:ESHttpPost",
    "es:ESHttpPut",
    "rds-data:ExecuteStatement",
    "rds-data:BatchExecuteStatement",
    "neptune-graph:ReadDataViaQuery",
    "neptune-graph:WriteDataViaQuery",
)
_FRESH = "zz99"
_OWN_ACCOUNT = "aws:ResourceAccount"


def subjects(aws: View) -> Iterator[Subject]:
    """Each role that a knowledge base of any Region works with."""
    known = estate(aws)
    found = aws.derive(base_roles)
    for one in found.known:
        calls = tuple(dict.fromkeys((*known.evidence, *one.evidence)))
        yield Subject(one.role, "AWS::IAM::Role", about={"role": one}, evidence=calls)
    if found.unseen is not None:
        raise found.unseen


@control(
    "GAI-5.09",
    slug="kb-role-limited-to-its-sources",
    item=Item.DATA,
    title="Knowledge-base roles read only their own sources",
    severity=Severity.MEDIUM,
    level=Level.ACCOUNT,
    kind="AWS::IAM::Role",
    subjects=subjects,
    reads=[*universe.READS, *derived.READS],
    when_none=Status.NOT_APPLICABLE,
    none_because="The account has no knowledge base.",
    why=(
        "A data source that names the wrong bucket is answered from all the same where the role may read every bucket:"
        " one mistake, or one changed setting, and the assistant tells payroll."
    ),
    remediation="Name the knowledge base's own bucket, secret and store in the role's policies, with aws:ResourceAccount.",
    fix_cli="aws iam put-role-policy --role-name $ROLE --policy-name s3 --policy-document file://one-bucket.json",
    answers=("S5.4",),
    frameworks={
        "gensec": ("GENSEC01-BP03",),
        "owasp_llm_2025": ("LLM08",),
        "mitre_atlas": ("AML.M0005",),
        "iso_42001": ("A.9.2",),
    },
    edge_cases=(
        "Roles that the console makes name their knowledge base's resources; those made by hand are the risk.",
        "A role that several knowledge bases work with may read what any of them names.",
        "A pattern that covers more than the source (corp-*) covers buckets that are no source.",
        "Without aws:ResourceAccount a bucket name that is given up can be taken by somebody else: a note.",
        "What a boundary, a Deny or a service control policy takes away is not held against the role.",
        "Which embedding models it may invoke is no matter of its sources.",
        "A service that a Region does not offer holds no knowledge base there.",
    ),
)
def kb_role_limited_to_its_sources(subject: Subject, aws: View) -> Verdict:
    """The role of a knowledge base may read its own buckets, secrets and vector stores, and no others.

    Judged is each role that a knowledge base works with, against the sources, supplemental storage, secrets and stores
    that those knowledge bases name. Asked is of an ordinary request: may it read or write objects of another bucket,
    another secret's value, another collection, index, domain, cluster or graph?

    Passes: it may not. Fails: it may do so on anything, on what a wider pattern covers, or on something that its
    policies name and no knowledge base of it does; it may do anything with a whole service. Not assessed: the role is
    another account's, or a source that may explain what its policies name could not be read.

    By hand::

        aws bedrock-agent get-knowledge-base --knowledge-base-id $KB --query knowledgeBase.roleArn
        aws bedrock-agent get-data-source --knowledge-base-id $KB --data-source-id $DS
        aws iam simulate-principal-policy --policy-source-arn $ROLE --action-names s3:GetObject
    """
    one = subject.about["role"]
    assert isinstance(one, BaseRole)
    said = f"knowledge base {listed(list(one.bases), 'knowledge base')}"
    if arn_field(one.role, 4) != aws.account_id:
        return not_assessed(Why.CROSS_ACCOUNT, f"{said} works with {one.role}, a role of another account")
    known = estate(aws)
    role = known.universe.find(one.role)
    if role is None:
        if known.unseen is not None:
            raise known.unseen
        return not_applicable(f"{one.role}, with which {said} should work, does not exist")
    notes = tuple(_unowned(known, role, one))
    return weighed(
        known.marked(f"{who(role)} of {said}"),
        [lambda: _whole(known, role), lambda: _beyond(known, role, one)],
        notes,
    )


def _whole(known: Estate, role: Principal) -> Iterator[Problem | str]:
    found = breadth(known, role)
    for access in (found.everything, *found.services):
        if access is not None:
            what = access.action.partition(":")[0]
            text = "everything" if access is found.everything else f"anything with {what}"
            statement = granted(access).partition(", by ")[2]
            yield Problem(Severity.MEDIUM, f"it may do {text}, by {statement}")
    if found.unknown:
        raise known.undecidable(f"how much {who(role)} may do")


def _beyond(known: Estate, role: Principal, one: BaseRole) -> Iterator[Problem | str]:
    doubtful = False
    unclear = False
    for actions, own, word in (
        (_BUCKETS, one.buckets, "bucket"),
        (_SECRETS, one.secrets, "secret"),
        (_STORES, one.stores, "vector store"),
    ):
        outside: dict[str, Access] = {}
        for action in actions:
            for arn in known.ordinary.probes(role, action, known.regions):
                if _is_own(arn, own):
                    continue
                access = Access(role, action, arn, known.ordinary.ask(role, action, arn))
                unclear = unclear or access.unknown
                if access.possible:
                    outside.setdefault(_thing(arn), access)
        wild = [access for thing, access in outside.items() if _FRESH in thing.lower()]
        wild.sort(key=lambda access: ":accesspoint/" in access.resource)
        if wild:
            yield Problem(Severity.MEDIUM, f"it may use any {word} of a kind: {granted(wild[0])}")
        elif outside and one.unseen is None:
            names = listed([resource(thing) for thing in outside], word)
            first = next(iter(outside.values()))
            yield Problem(
                Severity.MEDIUM, f"its policies name {names}, which is no {word} of it: {granted(first)}"
            )
        elif outside:
            doubtful = True
    if doubtful and one.unseen is not None:
        raise one.unseen
    if unclear:
        raise known.undecidable(f"what {who(role)} may read")
    yield _names(one)


def _names(one: BaseRole) -> str:
    own = [*sorted(one.buckets), *sorted(one.secrets), *sorted(one.stores)]
    return (
        f"it may read only its own {listed(own, 'resource')}"
        if own
        else "it may read no bucket, secret or store"
    )


def _thing(arn: str) -> str:
    """What is read: of an object its bucket, of everything else itself."""
    if arn_field(arn, 2) == "s3" and not arn_field(arn, 4):
        return arn.partition("/")[0]
    return arn


def _is_own(arn: str, own: frozenset[str]) -> bool:
    if arn_field(arn, 2) == "s3":
        return arn_field(arn, 5).partition("/")[0] in own
    return any(arn == one or arn.startswith((f"{one}/", f"{one}-", f"{one}:")) for one in own)


def _unowned(known: Estate, role: Principal, one: BaseRole) -> Iterator[str]:
    """A note where a bucket may be read whoever owns it."""
    for bucket in sorted(one.buckets):
        arn = f"arn:{known.universe.partition}:s3:::{bucket}/zz99"
        decision = known.ordinary.ask(role, "s3:GetObject", arn, given={_OWN_ACCOUNT: STRANGER})
        if decision.possible:
            yield f"it may read bucket {bucket} whoever owns it: no condition on aws:ResourceAccount"
            return
