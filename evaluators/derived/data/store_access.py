"""Who can get at a vector store directly, past the knowledge base and whatever it checks.

OpenSearch Serverless lets somebody in whom a data access policy names and who may call ``aoss:APIAccessAll``; identities
of SAML and Identity Center need the data access policy only. Of S3 Vectors and OpenSearch domains the resource's policy
or the caller's own is enough within the account; of Neptune Analytics the caller's own decides.
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-data-access.html
https://docs.aws.amazon.com/opensearch-service/latest/developerguide/ac.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assessor.iam.holders import Principal
from assessor.iam.matrix import Matrix, Row
from assessor.iam.operators import arn_like
from assessor.iam.patterns import glob_matches
from assessor.iam.policy import Policy, Use, parse_policy
from assessor.iam.request import arn_field
from assessor.iam.universe import Access
from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import UnseenError, Why
from assessor.model.view import Answer, View, gather
from collectors import bedrock_agent, s3vectors
from evaluators.derived.data import serverless_policies, stores
from evaluators.derived.data.serverless_policies import data_rules
from evaluators.derived.data.stores import CLUSTER, DOMAIN, GRAPH, SERVERLESS, VECTORS, Store
from evaluators.derived.data.writers import named_by, runs_as
from evaluators.derived.principals import universe
from evaluators.derived.principals.appointed import appointed
from evaluators.derived.principals.statements import granted, listed, named, statements_of, who
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.sharing import outsiders
from evaluators.derived.sharing.outsiders import how, said

READS: tuple[Operation, ...] = (
    *stores.SETTING_READS,
    *serverless_policies.READS,
    *universe.READS,
    *outsiders.READS,
    s3vectors.GET_VECTOR_BUCKET_POLICY,
)

ACTIONS: Mapping[str, tuple[str, ...]] = {
    SERVERLESS: ("aoss:APIAccessAll",),
    DOMAIN: ("es:ESHttpGet", "es:ESHttpPost", "es:ESHttpPut", "es:ESHttpDelete"),
    VECTORS: (
        "s3vectors:GetVectors",
        "s3vectors:QueryVectors",
        "s3vectors:ListVectors",
        "s3vectors:PutVectors",
        "s3vectors:DeleteVectors",
        "s3vectors:DeleteIndex",
    ),
    GRAPH: (
        "neptune-graph:ReadDataViaQuery",
        "neptune-graph:WriteDataViaQuery",
        "neptune-graph:DeleteDataViaQuery",
    ),
    CLUSTER: ("rds-data:ExecuteStatement", "rds-data:BatchExecuteStatement"),
}
"""By kind of store: what reads, changes or removes its vectors."""


@dataclass(frozen=True, slots=True)
class Wielder:
    """Somebody who can get at the store.

    name: its ARN or other identity. account: another account or organization it is of. meant: a policy that lets it in
    writes the store's service or names the identity, not just ``*``.
    """

    name: str
    said: str
    way: str
    principal: Principal | None = None
    meant: bool = True
    account: str = ""

    def among(self, entries: Iterable[str]) -> bool:
        """Whether the owner's list names it."""
        if self.principal is not None:
            return bool(appointed(self.principal, entries))
        return any(
            entry == self.account
            or glob_matches(entry, self.name)
            or (entry.startswith("arn:") and arn_like(entry).matches(self.name))
            for entry in entries
        )


@dataclass
class Wielders:
    """Everybody who can get at a store.

    wide: policies that let in anybody, in words. notes: what is no access, and worth knowing. inside: what decides
    further in the store itself, where no AWS API looks; empty where nothing does. unseen: why there may be more.
    """

    wide: list[str] = field(default_factory=list)
    found: list[Wielder] = field(default_factory=list)
    undecided: list[Principal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    inside: str = ""
    unseen: UnseenError | None = None

    def add(self, wielder: Wielder) -> None:
        """Take in one, unless it is known already."""
        if all(one.name != wielder.name for one in self.found):
            self.found.append(wielder)


def roles_of(aws: View, store: Store) -> tuple[Mapping[str, tuple[str, ...]], UnseenError | None]:
    """The roles of the knowledge bases on a store, in all Regions, with their knowledge bases; and why there may be more."""
    found: dict[str, tuple[str, ...]] = {}
    unseen: UnseenError | None = None
    for at in aws.regions():
        listed_stores = at.derive(stores.vector_stores)
        unseen = unseen or listed_stores.unseen
        for one in listed_stores.known:
            if (one.kind, one.arn) != (store.kind, store.arn):
                continue
            for base in one.bases:
                answer = at.get(bedrock_agent.GET_KNOWLEDGE_BASE, knowledgeBaseId=base) or {}
                role = str(first(answer, "knowledgeBase.roleArn") or "")
                if role:
                    found[role] = (*found.get(role, ()), base)
    return found, unseen


def wielders(aws: View, at: View, store: Store, settings: Answer) -> Wielders:
    """Who can get at the store's vectors. ``at``: in the store's Region; ``settings``: what AWS says of the store.

    Raises UnseenError where not even a part of the answer is known.
    """
    known = estate(aws)
    result = Wielders()
    if store.kind == SERVERLESS:
        name = str(settings.get("name") or "")
        if not name:
            raise UnseenError(Why.ERROR, f"AWS told of collection {store.arn} without its name")
        _serverless(aws, at, store, name, result)
        return result
    policy: Policy | None = None
    if store.kind == DOMAIN:
        policy = _policy(settings.get("AccessPolicies"), f"the access policy of domain {store.arn}")
        if first(settings, "AdvancedSecurityOptions.Enabled"):
            result.inside = "fine-grained access control inside the domain"
    elif store.kind == VECTORS:
        bucket = store.arn.partition("/index/")[0]
        answer = at.get(s3vectors.GET_VECTOR_BUCKET_POLICY, vectorBucketArn=bucket) or {}
        policy = _policy(answer.get("policy"), f"the policy of vector bucket {bucket}")
    elif store.kind == CLUSTER:
        result.inside = "users and grants inside its database"
        if settings.get("IAMDatabaseAuthenticationEnabled"):
            result.inside += " (rds-db:connect signs in with IAM)"
        if not settings.get("HttpEndpointEnabled"):
            return result
    _by_identity(aws, known, store, policy, result)
    if policy is not None:
        for arn in _resources(aws, store):
            _from_outside(at, store, arn, policy, result)
    return result


def _policy(text: object, what: str) -> Policy | None:
    return parse_policy(text, use=Use.RESOURCE, name=what) if text else None


# -- whatever IAM decides -------------------------------------------------------------------------------
@dataclass
class _Rows:
    resources: Sequence[str]
    rows: Mapping[str, tuple[tuple[Principal, Row], ...]]

    def holders(self, action: str, wanted: Iterable[str]) -> Iterator[Principal]:
        """The principals whose own policies allow the action on one of the resources, or may."""
        bits = sum(1 << self.resources.index(one) for one in set(wanted) if one in self.resources)
        for principal, row in self.rows.get(action, ()):
            if (row.possible | row.unsupported) & bits:
                yield principal


def _rows(aws: View) -> _Rows:
    """Every principal against the stores of this Region's knowledge bases; made once."""
    known = estate(aws)
    found = aws.derive(stores.vector_stores).known
    every = tuple(dict.fromkeys(one for store in found for one in _resources(aws, store)))
    matrix = Matrix(known.universe, every)
    actions = dict.fromkeys(action for store in found for action in ACTIONS.get(store.kind, ()))
    rows: dict[str, tuple[tuple[Principal, Row], ...]] = {}
    for action in actions:
        asked = ((one, matrix.row(one, action)) for one in known.universe.principals)
        rows[action] = tuple((one, row) for one, row in asked if row.possible or row.unsupported)
    return _Rows(matrix.resources, rows)


def _resources(aws: View, store: Store) -> tuple[str, ...]:
    """What requests for the store's vectors name."""
    match store.kind:
        case stores.DOMAIN:
            indices = _indices(aws, store) or ("zz99",)
            within = [f"{one}/{path}" for one in indices for path in ("_search", "_doc/zz99", "_bulk")]
            return tuple(f"{store.arn}/{path}" for path in (*within, "_search", "_bulk"))
        case stores.VECTORS if "/index/" not in store.arn:
            return (f"{store.arn}/index/zz99",)
        case _:
            return (store.arn,)


def _indices(aws: View, store: Store) -> tuple[str, ...]:
    """The indices that the knowledge bases on a collection or domain use."""
    members = ("opensearchServerlessConfiguration", "opensearchManagedClusterConfiguration")
    found: dict[str, None] = {}
    for base in store.bases:
        answer = aws.get(bedrock_agent.GET_KNOWLEDGE_BASE, knowledgeBaseId=base) or {}
        for member in members:
            name = first(answer, f"knowledgeBase.storageConfiguration.{member}.vectorIndexName")
            if name:
                found[str(name)] = None
    return tuple(found)


def _by_identity(aws: View, known: Estate, store: Store, policy: Policy | None, result: Wielders) -> None:
    """Users and roles of this account."""
    rows = aws.derive(_rows)
    resources = _resources(aws, store)
    undecided: dict[str, Principal] = {}
    seen: set[str] = set()
    for action in ACTIONS[store.kind]:
        holders = {one.arn: one for one in rows.holders(action, resources)}
        holders |= {one.arn: one for one in named_by(known, policy, action)}
        for principal in holders.values():
            if principal.arn in seen or principal.caller.service_linked:
                continue
            for resource in resources:
                decision = known.universe.ask(principal, action, resource, resource_policy=policy)
                if decision.possible:
                    seen.add(principal.arn)
                    result.add(_of(Access(principal, action, resource, decision), policy))
                    break
                if decision.undecided:
                    undecided[principal.arn] = principal
    result.undecided = [one for arn, one in undecided.items() if arn not in seen]


def _of(access: Access, policy: Policy | None) -> Wielder:
    principal = access.principal
    service = access.action.partition(":")[0]
    own = list(statements_of(principal, access.decision.grants))
    way = granted(access)
    if not own and policy is not None:
        way = f"{way.partition(', by ')[0]}, by {policy.name}"
    return Wielder(principal.arn, _face(principal), way, principal, not own or named(own, (service,)))


def _face(principal: Principal) -> str:
    runs = runs_as(principal)
    return who(principal) + (f" ({runs})" if runs else "")


def _from_outside(at: View, store: Store, arn: str, policy: Policy, result: Wielders) -> None:
    """Whom the store's own policy lets in from elsewhere."""
    let = outsiders.weighed(at, policy, arn=arn, what=policy.name, actions=ACTIONS[store.kind])
    for opening in (*let.anyone, *let.addresses, *let.providers):
        result.wide.append(f"{policy.name} admits {said([opening])} ({how(opening)})")
    for opening in let.services:
        result.wide.append(
            f"{policy.name} lets {said([opening])} act for any account: no source condition binds it ({how(opening)})"
        )
    for opening in (*let.strangers, *let.undecided, *let.trusted):
        way = f"{how(opening)}, by {policy.name}"
        result.add(Wielder(opening.caller.arn or opening.who, said([opening]), way, account=opening.who))
    if let.refused and let.refused not in result.notes:
        result.notes.append(let.refused)
    result.unseen = result.unseen or let.unseen


# -- OpenSearch Serverless --------------------------------------------------------------------------------
def _serverless(aws: View, at: View, store: Store, collection: str, result: Wielders) -> None:
    known = estate(aws)
    rules = data_rules(at, collection, _indices(aws, store))
    result.unseen = rules.unseen
    named_here: set[str] = set()
    for rule in rules.known:
        for text in rule.principals:
            rights = ", ".join(rule.permissions)
            way = f"{rights}, by data access policy {rule.policy}"
            account = text if text.isdecimal() else arn_field(text, 4)
            if "*" in text:
                result.wide.append(f"data access policy {rule.policy} admits {text} ({rights})")
            elif text.isdecimal() or text.endswith(":root"):
                result.wide.append(
                    f"data access policy {rule.policy} admits all of account {account} ({rights})"
                )
            elif account == aws.account_id:
                principal = _principal(known, text)
                if principal is not None:
                    named_here.add(principal.arn)
                _named_here(known, store, text, principal, way, result)
            else:
                result.add(Wielder(text, text, way, account=account))
    others = gather(_others(aws, store, named_here)).known
    if others and not result.wide:
        result.notes.append(
            f"{listed(others, 'principal')} may call aoss:APIAccessAll on it, which lets nobody in whom no data access"
            " policy names"
        )


def _principal(known: Estate, text: str) -> Principal | None:
    """The user or role of a data access policy's entry; of a session its role."""
    found = known.universe.find(text)
    if found is not None or ":assumed-role/" not in text:
        return found
    name = text.split(":assumed-role/")[1].partition("/")[0]
    return next((one for one in known.universe.principals if one.is_role and one.name == name), None)


def _named_here(
    known: Estate, store: Store, text: str, principal: Principal | None, way: str, result: Wielders
) -> None:
    if principal is None:
        if known.unseen is None:
            result.notes.append(f"{way.partition(', by ')[2]} names {text}, which does not exist")
        return
    decision = known.universe.ask(principal, ACTIONS[SERVERLESS][0], store.arn)
    if decision.possible:
        result.add(Wielder(principal.arn, _face(principal), way, principal))
    elif decision.undecided:
        result.undecided.append(principal)
    else:
        result.notes.append(
            f"{way.partition(', by ')[2]} names {who(principal)}, which may not call aoss:APIAccessAll on it"
        )


def _others(aws: View, store: Store, left_out: set[str]) -> Iterator[str]:
    for principal in aws.derive(_rows).holders(ACTIONS[SERVERLESS][0], (store.arn,)):
        if principal.arn not in left_out and not principal.caller.service_linked:
            yield who(principal)
