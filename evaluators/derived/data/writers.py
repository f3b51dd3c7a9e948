"""Who can change what retrieval reads: the objects of a bucket, or the documents of a knowledge base.

Inside the account every user and role is asked, its own policies together with the bucket's. From outside only the
bucket's policy (and the access points it hands over to) can let somebody in.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-s3-evaluates-access-control.html
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assessor.iam.holders import Principal
from assessor.iam.matrix import Matrix, Row
from assessor.iam.policy import Effect, Policy
from assessor.iam.principals import PrincipalKind
from assessor.iam.request import Given
from assessor.iam.universe import Access
from assessor.model.operation import Operation
from assessor.model.path import first
from assessor.model.reading import Call
from assessor.model.view import View, gather
from collectors import bedrock_agent
from evaluators.derived.data import rag
from evaluators.derived.data.buckets import Bucket
from evaluators.derived.principals import universe
from evaluators.derived.principals.universe import Estate, estate
from evaluators.derived.sharing import bucket_policy
from evaluators.derived.sharing.bucket_policy import DIRECT, WRITES

READS: tuple[Operation, ...] = (
    *rag.READS,
    *universe.READS,
    *bucket_policy.READS,
    *bucket_policy.ACCESS_POINT_READS,
    bedrock_agent.GET_DATA_SOURCE,
)
INGESTION = (
    "bedrock:StartIngestionJob",
    "bedrock:IngestKnowledgeBaseDocuments",
    "bedrock:DeleteKnowledgeBaseDocuments",
)

_RUNS = (
    "lambda.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "ec2.amazonaws.com",
    "apigateway.amazonaws.com",
    "states.amazonaws.com",
    "tasks.apprunner.amazonaws.com",
    "bedrock.amazonaws.com",
    "bedrock-agentcore.amazonaws.com",
)


@dataclass(frozen=True, slots=True)
class Writers:
    """Users and roles that may write, each with the first way found, and those of which it is not known."""

    found: tuple[Access, ...]
    undecided: tuple[Principal, ...] = ()


@dataclass
class _Rows:
    """Which principals may do which action on which object, as far as their own policies say."""

    resources: Sequence[str]
    rows: Mapping[str, tuple[tuple[Principal, Row], ...]] = field(default_factory=dict)

    def holders(self, action: str, wanted: Iterable[str]) -> Iterator[Principal]:
        """The principals whose own policies allow the action on one of the resources, or may."""
        bits = sum(1 << self.resources.index(one) for one in set(wanted) if one in self.resources)
        for principal, row in self.rows.get(action, ()):
            if (row.possible | row.unsupported) & bits:
                yield principal


def writers(aws: View, bucket: Bucket, policy: Policy | None) -> Writers:
    """Who in the account may write to the bucket, or feed the knowledge bases that read it."""
    known = estate(aws)
    rows = aws.derive(_rows)
    given: Given = {**dict(DIRECT), "aws:SecureTransport": "true"}
    sought = _Sought(known)
    for action in WRITES:
        holders = {one.arn: one for one in rows.holders(action, objects(bucket))}
        holders |= {one.arn: one for one in named_by(known, policy, action)}
        sought.ask(holders.values(), action, objects(bucket), policy, given)
    for action in INGESTION:
        bases = bases_of(aws, bucket)
        sought.ask(rows.holders(action, bases), action, bases, None, {})
    return sought.result


def feeders(aws: View, base: str) -> Writers:
    """Who in the account may put documents into a knowledge base directly."""
    known = estate(aws)
    rows = aws.derive(_rows)
    sought = _Sought(known)
    for action in INGESTION:
        sought.ask(rows.holders(action, (base,)), action, (base,), None, {})
    return sought.result


class _Sought:
    """Collects the first way of each principal."""

    def __init__(self, known: Estate) -> None:
        self._known = known
        self._found: dict[str, Access] = {}
        self._undecided: dict[str, Principal] = {}

    def ask(
        self,
        holders: Iterable[Principal],
        action: str,
        resources: Sequence[str],
        policy: Policy | None,
        given: Given,
    ) -> None:
        """Ask each holder about each resource until one way is found."""
        for principal in holders:
            if principal.arn in self._found or principal.caller.service_linked:
                continue
            for resource in resources:
                decision = self._known.universe.ask(
                    principal, action, resource, resource_policy=policy, given=given
                )
                if decision.possible:
                    self._found[principal.arn] = Access(principal, action, resource, decision)
                    break
                if decision.undecided:
                    self._undecided[principal.arn] = principal

    @property
    def result(self) -> Writers:
        """What was found."""
        left = [one for arn, one in self._undecided.items() if arn not in self._found]
        return Writers(tuple(self._found.values()), tuple(left))


def writers_through_points(aws: View, at: View, bucket: Bucket, policy: Policy | None) -> Iterator[Access]:
    """Users and roles that an access point's policy lets write, where the bucket's lets them come through it.

    Whoever may write by policies of his own is among `writers` already. ``at``: in the bucket's Region. Raises
    UnseenError.
    """
    known = estate(aws)
    for point in bucket_policy.access_points(at, bucket):
        own = bucket_policy.point_policy(at, point)
        if own is None or policy is None:
            continue
        given = bucket_policy.through(point)
        for action in WRITES:
            for principal in named_by(known, own, action):
                resource = f"{point.arn}/object/zz99"
                first_door = known.universe.ask(principal, action, resource, resource_policy=own)
                second = known.universe.ask(
                    principal, action, objects(bucket)[0], resource_policy=policy, given=given
                )
                if first_door.possible and second.possible and not principal.caller.service_linked:
                    yield Access(principal, action, resource, first_door)


def _rows(aws: View) -> _Rows:
    """The matrix of the Region, made once: every object that retrieval reads, every knowledge base."""
    known = estate(aws)
    found = gather(aws.derive(rag.rag_buckets))
    every = dict.fromkeys(one for bucket in found.known for one in objects(bucket))
    every.update(dict.fromkeys(_bases(aws)))
    matrix = Matrix(known.universe, tuple(every))
    rows: dict[str, tuple[tuple[Principal, Row], ...]] = {}
    for action in (*WRITES, *INGESTION) if every else ():
        asked = ((one, matrix.row(one, action)) for one in known.universe.principals)
        rows[action] = tuple((one, row) for one, row in asked if row.possible or row.unsupported)
    return _Rows(matrix.resources, rows)


def objects(bucket: Bucket) -> tuple[str, ...]:
    """An object below each prefix that retrieval reads."""
    prefixes = dict.fromkeys(prefix for use in bucket.uses for prefix in use.prefixes)
    return tuple(f"{bucket.arn}/{prefix}zz99" for prefix in prefixes or ("",))


def _bases(aws: View) -> Iterator[str]:
    for call, _ in gather(aws.items_with_call(bedrock_agent.GET_DATA_SOURCE, "")).known:
        yield base_arn(aws, str(call.request.get("knowledgeBaseId") or ""))


def bases_of(aws: View, bucket: Bucket) -> tuple[str, ...]:
    """ARNs of the knowledge bases that read the bucket."""
    named = {
        str(call.request["knowledgeBaseId"])
        for use in bucket.uses
        for call in use.evidence
        if call.request.get("knowledgeBaseId")
    }
    return tuple(base_arn(aws, name) for name in sorted(named))


def base_arn(aws: View, name: str) -> str:
    """The ARN of a knowledge base of this account and Region."""
    return f"arn:{aws.account.partition}:bedrock:{aws.region}:{aws.account_id}:knowledge-base/{name}"


def directly_fed(aws: View) -> Iterator[tuple[str, Call]]:
    """Ids of knowledge bases with a source that takes documents from whoever may ingest them. Raises UnseenError."""
    seen: set[str] = set()
    for call, answer in aws.items_with_call(bedrock_agent.GET_DATA_SOURCE, ""):
        name = str(call.request.get("knowledgeBaseId") or "")
        kind = first(answer, "dataSource.dataSourceConfiguration.type")
        if kind == "CUSTOM" and name not in seen:
            seen.add(name)
            yield name, call


def named_by(known: Estate, policy: Policy | None, action: str) -> Iterator[Principal]:
    """The users and roles to whom a resource's policy itself may grant the action."""
    for statement in policy.statements if policy is not None else ():
        principals = statement.principals
        if statement.effect is Effect.DENY or principals is None or not statement.covers_action(action):
            continue
        if principals.negated or any(entry.everyone for entry in principals.named):
            yield from known.universe.principals
            return
        for entry in principals.named:
            found = known.universe.find(entry.value) if entry.kind is PrincipalKind.AWS else None
            if found is not None:
                yield found


def runs_as(principal: Principal) -> str:
    """What takes on a role that faces users, in words: ``web identity``, a compute service; "" for people."""
    statements = principal.trust.statements if principal.trust is not None else ()
    named = [
        entry
        for statement in statements
        if statement.effect is not Effect.DENY and statement.principals is not None
        for entry in statement.principals.named
    ]
    if any(entry.kind is PrincipalKind.FEDERATED and "saml-provider" not in entry.value for entry in named):
        return "a web identity"
    services = [
        entry.value
        for entry in named
        if entry.kind is PrincipalKind.SERVICE and entry.value.removesuffix(".cn") in _RUNS
    ]
    return services[0].partition(".")[0] if services else ""
