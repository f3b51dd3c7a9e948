"""AWS's evaluation logic: one request, all policies, one answer.

Rests on "Policy evaluation logic" (single and cross account), "Permissions boundaries", "Session policies",
"Default key policy" (KMS) and "How IAM roles differ from resource-based policies" of AWS's documentation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from assessor.iam.conditions import Lookup, Opaque
from assessor.iam.formula import TRUE, AllOf, AnyOf, Clause, Node, opposite
from assessor.iam.policy import Effect, Policy, Statement, StatementRef
from assessor.iam.principals import UNSIGNED, Kind, Naming
from assessor.iam.request import Layers, Request

ALWAYS_ALLOWED = frozenset({"sts:getcalleridentity"})
"""No policy can deny it (STS API reference, GetCallerIdentity)."""
RCP_SERVICES = frozenset(
    {
        "aoss", "appconfig", "appstream", "autoscaling", "autoscaling-plans", "budgets", "clouddirectory", "cloudfront",
        "cloudsearch", "cloudtrail-data", "codeartifact", "codebuild", "codecommit", "codepipeline", "cognito-identity",
        "cognito-idp", "comprehend", "comprehendmedical", "compute-optimizer", "cost-optimization-hub", "dax", "dsql",
        "dynamodb", "ecr", "ecr-public", "events", "firehose", "fis", "fms", "gamelift", "health", "inspector-scan",
        "kendra", "kinesisvideo", "kms", "logs", "memorydb", "networkmonitor", "notifications", "opensearch",
        "pca-connector-ad", "personalize", "polly", "pricing", "resource-groups", "rolesanywhere", "s3",
        "secretsmanager", "servicediscovery", "signin", "sqs", "sts", "support", "swf", "textract",
        "timestream-influxdb", "transcribe", "transfer", "translate", "wafv2", "workspaces", "xray",
    }
)  # fmt: skip
"""Services on which resource control policies act, by IAM prefix ("List of AWS services that support RCPs", AWS
Organizations User Guide, October 2026). Neither Bedrock nor Lambda, SNS or S3 Vectors is among them."""
RCP_EXEMPT = frozenset({"kms:retiregrant"})
"""Actions of these services on which they do not act ("Resources and entities not restricted by RCPs")."""


class Outcome(StrEnum):
    """The answer for one fully known request."""

    ALLOWED = "ALLOWED"
    EXPLICIT_DENY = "EXPLICIT_DENY"
    IMPLICIT_DENY = "IMPLICIT_DENY"
    UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer that must allow, in words, with what it comes down to."""

    name: str
    node: Node


@dataclass(frozen=True, slots=True)
class Authorization:
    """The formula of a request: allowed when every layer allows and nothing denies."""

    layers: tuple[Layer, ...]
    denies: tuple[Clause, ...]

    def value(self, lookup: Lookup) -> bool | None:
        """True: allowed; False: denied; None: depends on something not known."""
        known: bool | None = True
        for clause in self.denies:
            holds = opposite(clause.value(lookup))
            if holds is False:
                return False
            if holds is None:
                known = None
        for layer in self.layers:
            holds = layer.node.value(lookup)
            if holds is False:
                return False
            if holds is None:
                known = None
        return known


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome with what it rests on.

    grants: statements that allow (any of the layers). denials: statements that deny. missing: layers that do
    not allow, in words. unsupported: reasons why the answer could not be had.
    """

    outcome: Outcome
    grants: tuple[StatementRef, ...] = ()
    denials: tuple[StatementRef, ...] = ()
    missing: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()


def evaluate(request: Request, layers: Layers) -> Answer:
    """Decide a request whose context is complete: keys that are not known count as absent."""
    return answer(authorize(request, layers), request.context.closed().lookup)


def answer(authorization: Authorization, lookup: Lookup) -> Answer:
    """The answer of a formula for a complete context."""
    denials = tuple(c.ref for c in authorization.denies if c.value(lookup) is True)
    if denials:
        return Answer(Outcome.EXPLICIT_DENY, denials=denials)
    missing = tuple(layer.name for layer in authorization.layers if layer.node.value(lookup) is False)
    if missing:
        return Answer(Outcome.IMPLICIT_DENY, missing=missing)
    if authorization.value(lookup) is None:
        return Answer(Outcome.UNSUPPORTED, unsupported=opaque_reasons(authorization))
    grants = tuple(
        dict.fromkeys(ref for layer in authorization.layers for ref in _true_refs(layer.node, lookup))
    )
    return Answer(Outcome.ALLOWED, grants=grants)


def opaque_reasons(authorization: Authorization) -> tuple[str, ...]:
    """Why parts of a formula cannot be judged."""
    nodes: list[Node] = [layer.node for layer in authorization.layers]
    nodes += authorization.denies
    return tuple(dict.fromkeys(a.reason for node in nodes for a in node.leaves() if isinstance(a, Opaque)))


def _true_refs(node: Node, lookup: Lookup) -> Iterable[StatementRef]:
    if node.value(lookup) is not True:
        return
    if isinstance(node, Clause):
        yield node.ref
        return
    for part in node.parts:
        yield from _true_refs(part, lookup)


def clause_of(statement: Statement, request: Request) -> Clause | None:
    """The statement as it bears on a request; None where it does not cover the action or the resource."""
    if not statement.covers_action(request.action):
        return None
    return clause_on(statement, request.resource)


def clause_on(statement: Statement, resource: str) -> Clause | None:
    """As `clause_of`, for a statement known to cover the action."""
    covered = statement.resource_atoms(resource)
    if covered is False:
        return None
    atoms = statement.conditions + statement.opaque
    if covered is True:
        return Clause(statement.ref, atoms)
    if statement.not_resources:
        return Clause(statement.ref, atoms + covered)
    return Clause(statement.ref, atoms, covered)


def _problem_clause(policy: Policy) -> Clause:
    ref = StatementRef(policy.name, policy.use, -1)
    return Clause(ref, tuple(Opaque(f"{policy.use} {problem}") for problem in policy.problems))


def _clauses(policy: Policy, request: Request, effect: Effect) -> list[Clause]:
    """The clauses of one effect; statements and documents that cannot be read may have either."""
    found = [
        clause
        for statement in policy.statements
        if (statement.effect is effect or statement.effect is None)
        and (clause := clause_of(statement, request)) is not None
    ]
    if policy.problems:
        found.append(_problem_clause(policy))
    return found


def _named_clauses(
    policy: Policy, request: Request, effect: Effect, *, bounded: bool = False
) -> list[tuple[Naming, Clause]]:
    """The clauses of a policy with principals, with how each names the caller.

    ``bounded``: the caller has a permissions boundary, which every Deny with NotPrincipal hits.
    """
    found: list[tuple[Naming, Clause]] = []
    for statement in policy.statements:
        if statement.effect is not effect and statement.effect is not None:
            continue
        principals = statement.principals
        naming = Naming.EVERYONE if principals is None else principals.names(request.caller)
        if bounded and effect is Effect.DENY and principals is not None and principals.negated:
            naming = Naming.EVERYONE
        if naming is Naming.NONE:
            continue
        clause = clause_of(statement, request)
        if clause is not None:
            found.append((naming, clause))
    if policy.problems:
        found.append((Naming.EVERYONE, _problem_clause(policy)))
    return found


def _allows(policies: Iterable[Policy], request: Request) -> Node:
    return AnyOf(tuple(c for p in policies for c in _clauses(p, request, Effect.ALLOW)))


def authorize(request: Request, layers: Layers) -> Authorization:
    """The formula that decides a request."""
    if request.action.lower() in ALWAYS_ALLOWED and request.caller.kind is not Kind.ANONYMOUS:
        return Authorization((), ())
    named = _resource_allows(request, layers.resource)
    scps_apply = request.caller.kind not in UNSIGNED and not request.caller.service_linked
    parts = [_core(request, layers, named)]
    if layers.scps is not None and scps_apply:
        parts += [
            Layer(f"service control policies, level {number}", _allows(level, request))
            for number, level in enumerate(layers.scps, 1)
        ]
    if layers.endpoint is not None:
        through = _named_clauses(layers.endpoint, request, Effect.ALLOW)
        parts.append(Layer("VPC endpoint policy", AnyOf(tuple(clause for _, clause in through))))
    return Authorization(tuple(parts), tuple(_denies(request, layers, scps_apply=scps_apply)))


def _resource_allows(request: Request, policy: Policy | None) -> dict[Naming, list[Clause]]:
    named: dict[Naming, list[Clause]] = {naming: [] for naming in Naming}
    if policy is not None:
        for naming, clause in _named_clauses(policy, request, Effect.ALLOW):
            named[naming].append(clause)
    return named


def needs_resource_policy(request: Request, resource_policy: Policy | None) -> bool:
    """Whether identity policies count only when the resource's policy lets the account in (KMS keys, roles)."""
    if request.service == "kms":
        return resource_policy is not None or ":key/" in request.resource
    return request.service == "sts" and resource_policy is not None


def bound_by_rcps(action: str) -> bool:
    """Whether resource control policies act on requests of an action."""
    lowered = action.lower()
    return lowered.partition(":")[0] in RCP_SERVICES and lowered not in RCP_EXEMPT


def _core(request: Request, layers: Layers, named: dict[Naming, list[Clause]]) -> Layer:
    """Identity and resource policies, with what limits the former."""
    caller = request.caller
    everyone = AnyOf(tuple(named[Naming.EVERYONE]))
    itself = AnyOf(tuple(named[Naming.ITSELF]))
    anyone = AnyOf(tuple(c for naming in Naming for c in named[naming]))
    if caller.kind in UNSIGNED:
        return Layer("resource policy", AnyOf((everyone, itself)))
    identity = TRUE if caller.kind is Kind.ROOT else _allows(layers.identity, request)
    boundary = TRUE if layers.boundary is None else _allows((layers.boundary,), request)
    session = TRUE if layers.session is None else _allows(layers.session, request)
    own = AllOf((identity, boundary, session))
    if not request.same_account:
        return Layer("identity policy and resource policy of the other account", AllOf((own, anyone)))
    if needs_resource_policy(request, layers.resource):
        own = AllOf((own, anyone))
    if layers.resource is None:
        name = "identity policy"
        if layers.boundary is not None or layers.session is not None:
            name += " within its boundary and session policy"
        return Layer(name, own)
    role = AllOf((AnyOf(tuple(named[Naming.ROLE])), boundary, session))
    return Layer("identity or resource policy", AnyOf((own, itself, AllOf((everyone, session)), role)))


def _denies(request: Request, layers: Layers, *, scps_apply: bool) -> Iterable[Clause]:
    own: list[Policy] = []
    if request.caller.kind not in UNSIGNED:
        own += layers.identity
        own += [layers.boundary] if layers.boundary is not None else []
        own += layers.session or ()
    if scps_apply:
        own += [policy for level in layers.scps or () for policy in level]
    for policy in own:
        yield from _clauses(policy, request, Effect.DENY)
    facing: list[Policy] = [p for p in (layers.resource, layers.endpoint) if p is not None]
    if bound_by_rcps(request.action) and not request.caller.service_linked:
        facing += [policy for level in layers.rcps or () for policy in level]
    bounded = layers.boundary is not None
    for policy in facing:
        for _, clause in _named_clauses(policy, request, Effect.DENY, bounded=bounded):
            yield clause
