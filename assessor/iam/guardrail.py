"""Is a guardrail mandatory for a principal? Asked of every action, Region and kind of target, not of its text.

Rests on "Guardrails: IAM policy-based enforcement" and "Prerequisites for inference profiles" of the Bedrock User
Guide: the key ``bedrock:GuardrailIdentifier`` holds the guardrail's ARN for the working draft and ``ARN:<n>`` for
version n; a call through an inference profile is authorized on the profile and on the model it is routed to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assessor.iam.conditions import ABSENT, Atom, Condition
from assessor.iam.decide import BUDGET, Decision, Verdict, Witness, decide, decide_formula, open_context
from assessor.iam.evaluate import Authorization, Layer, authorize
from assessor.iam.formula import FALSE, TRUE, AllOf, AnyOf, Clause, Node, settled
from assessor.iam.operators import Family, Test
from assessor.iam.policy import StatementRef
from assessor.iam.principals import Caller
from assessor.iam.request import Context, Given, Layers, Request, arn_field
from assessor.iam.samples import samples
from assessor.iam.shapes import STRANGER

KEY = "bedrock:guardrailidentifier"
PROFILE_KEY = "bedrock:InferenceProfileArn"
INFERENCE = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
"""The actions behind InvokeModel, Converse, StartAsyncInvoke, and their streaming namesakes."""
_LATER = 99_999
"""A version no guardrail has yet."""
_STRANGERS = tuple(
    f"arn:aws:bedrock:us-east-1:{STRANGER}:guardrail/zz99stranger{version}" for version in (":1", "")
)


class Mandate(StrEnum):
    """Whether a guardrail can be avoided for one action on one target."""

    NO_ACCESS = "NO_ACCESS"
    LOCKED_OUT = "LOCKED_OUT"
    UNGUARDED = "UNGUARDED"
    MANDATORY = "MANDATORY"
    MANDATORY_ANY = "MANDATORY_ANY"
    ENFORCED = "ENFORCED"
    UNKNOWN = "UNKNOWN"

    @property
    def covered(self) -> bool:
        """Whether nothing can be invoked without an accepted guardrail."""
        return self in {Mandate.NO_ACCESS, Mandate.LOCKED_OUT, Mandate.MANDATORY, Mandate.ENFORCED}


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be invoked. ``routed``: for an inference profile, the models it is routed to."""

    arn: str
    kind: str = "foundation-model"
    routed: tuple[str, ...] = ()

    @property
    def region(self) -> str:
        """Region of the ARN, "" for none."""
        return arn_field(self.arn, 3)


@dataclass(frozen=True, slots=True)
class Enforced:
    """An enforced guardrail configuration of an account or organization, in one Region.

    included: model ids or ARNs, empty or ``ALL`` for every model; excluded wins. It covers the runtime APIs that
    name a foundation model (ListEnforcedGuardrailsConfiguration, modelEnforcement).
    """

    region: str
    guardrail: str
    included: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def covers(self, target: Target) -> bool:
        """Whether every model the target reaches is covered; False where the models are not known."""
        models = target.routed or (target.arn,)
        return all(self._covers_model(model) for model in models)

    def _covers_model(self, arn: str) -> bool:
        if arn_field(arn, 3) not in {"", self.region}:
            return False
        names = {arn, arn.rsplit("/", 1)[-1]}
        if names & set(self.excluded):
            return False
        if not self.included or any(i.upper() == "ALL" for i in self.included):
            return True
        return bool(names & set(self.included))


@dataclass(frozen=True, slots=True)
class Subject:
    """A principal with its policies and what is known of its requests (tags, organization ...)."""

    caller: Caller
    layers: Layers
    known: Given = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The mandate for one action on one target.

    witness: circumstances in which the call works without a guardrail (UNGUARDED), or works at all. accepted: the
    guardrail identifiers that pass, among the account's own and those the policies name. drafts, foreign and
    unlisted are those of them that are a mutable working draft, of another account, or not in the inventory.
    open_ended: versions that do not exist yet pass too (a pattern such as ``…/id*``).
    statements: those that allow (UNGUARDED) or that deny without a guardrail (MANDATORY).
    """

    mandate: Mandate
    action: str
    target: Target
    witness: Witness | None = None
    accepted: tuple[str, ...] = ()
    statements: tuple[StatementRef, ...] = ()
    drafts: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    unlisted: tuple[str, ...] = ()
    open_ended: bool = False
    exact: bool = True
    unsupported: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """``UNGUARDED``, ``MANDATORY {…:1}``."""
        if self.mandate is Mandate.MANDATORY:
            return f"{self.mandate} {{{', '.join(self.accepted)}}}"
        return str(self.mandate)


@dataclass(frozen=True, slots=True)
class Posture:
    """All rulings of one principal, with the ways around the fence and those who can cut it."""

    rulings: tuple[Ruling, ...]
    side_doors: tuple["Door", ...] = ()
    fence_cutters: tuple["Door", ...] = ()

    @property
    def mandates(self) -> frozenset[Mandate]:
        """Every mandate that occurs."""
        return frozenset(r.mandate for r in self.rulings)

    @property
    def covered(self) -> bool:
        """Whether no call on any target can do without an accepted guardrail."""
        return all(r.mandate.covered for r in self.rulings)

    @property
    def partial(self) -> bool:
        """Covered but for targets where any guardrail at all would do."""
        return not self.covered and all(
            r.mandate.covered or r.mandate is Mandate.MANDATORY_ANY for r in self.rulings
        )

    @property
    def reaches_models(self) -> bool:
        """Whether it can invoke anything at all."""
        return any(r.mandate not in {Mandate.NO_ACCESS, Mandate.LOCKED_OUT} for r in self.rulings)

    def of(self, mandate: Mandate) -> tuple[Ruling, ...]:
        """The rulings of one mandate."""
        return tuple(r for r in self.rulings if r.mandate is mandate)


def ruling(
    subject: Subject,
    action: str,
    target: Target,
    *,
    guardrails: Iterable[str] = (),
    enforced: Iterable[Enforced] = (),
    budget: int = BUDGET,
) -> Ruling:
    """Whether a guardrail is mandatory for ``action`` on ``target``.

    ``guardrails``: identifiers of the account's own guardrails as the key spells them, drafts (the bare ARN) and
    versions (``ARN:<n>``). ``enforced``: the configurations of the account and its organization.
    """
    base = open_context(action, subject.known)
    calls = list(_calls(subject, action, target))
    absent = _first_possible(calls, base.with_values({KEY: ABSENT}), budget)
    exact = absent.exact
    if absent.possible:
        covering = [e for e in enforced if e.covers(target)]
        if covering:
            return Ruling(
                Mandate.ENFORCED,
                action,
                target,
                absent.allow_witness,
                tuple(dict.fromkeys(e.guardrail for e in covering)),
                exact=exact,
            )
        return Ruling(Mandate.UNGUARDED, action, target, absent.allow_witness, (), absent.grants, exact=exact)
    if _undecided(absent):
        return Ruling(Mandate.UNKNOWN, action, target, exact=False, unsupported=absent.unsupported)
    present = _first_possible(calls, base, budget)
    if not present.possible:
        return _shut(calls, base, action, target, present, absent, budget)
    own = tuple(dict.fromkeys(guardrails))
    candidates = dict.fromkeys((*own, *_literals(calls)))
    accepted = [g for g in candidates if _first_possible(calls, base.with_values({KEY: g}), budget).possible]
    if any(_first_possible(calls, base.with_values({KEY: g}), budget).possible for g in _STRANGERS):
        return Ruling(
            Mandate.MANDATORY_ANY,
            action,
            target,
            present.allow_witness,
            tuple(accepted),
            absent.denials,
            exact=exact,
        )
    account = subject.caller.account
    later = [f"{g.rpartition(':')[0] if _versioned(g) else g}:{_LATER}" for g in accepted]
    return Ruling(
        Mandate.MANDATORY,
        action,
        target,
        present.allow_witness,
        tuple(accepted),
        absent.denials or present.grants,
        drafts=tuple(g for g in accepted if not _versioned(g)),
        foreign=tuple(g for g in accepted if arn_field(g, 4) != account),
        unlisted=tuple(g for g in accepted if g not in own),
        open_ended=any(
            _first_possible(calls, base.with_values({KEY: g}), budget).possible for g in dict.fromkeys(later)
        ),
        exact=exact and present.exact,
    )


def _versioned(identifier: str) -> bool:
    return identifier.rpartition(":")[2].isdigit() and identifier.count(":") > 5


def _undecided(decision: Decision) -> bool:
    return decision.verdict is Verdict.UNSUPPORTED or (
        decision.verdict is Verdict.CONDITIONAL and not decision.possible
    )


def _shut(
    calls: list[Authorization],
    base: Context,
    action: str,
    target: Target,
    present: Decision,
    absent: Decision,
    budget: int,
) -> Ruling:
    """Denied with and without a guardrail: for lack of access, or by an impossible guardrail condition."""
    if _undecided(present):
        return Ruling(Mandate.UNKNOWN, action, target, exact=False, unsupported=present.unsupported)
    free = _first_possible([_without_key(call) for call in calls], base, budget)
    if _undecided(free):
        return Ruling(Mandate.UNKNOWN, action, target, exact=False, unsupported=free.unsupported)
    mandate = Mandate.LOCKED_OUT if free.possible else Mandate.NO_ACCESS
    return Ruling(mandate, action, target, statements=absent.denials, exact=present.exact and free.exact)


def _calls(subject: Subject, action: str, target: Target) -> Iterator[Authorization]:
    """The authorizations of which one must succeed: the target, and for a profile a model it is routed to."""
    account = subject.caller.account

    def asked(arn: str, given: Given) -> Authorization:
        pinned = {"aws:RequestedRegion": arn_field(arn, 3) or "unspecified", **subject.known, **given}
        request = Request(subject.caller, action, arn, account, open_context(action, pinned))
        return _pinned(authorize(request, subject.layers), request.context)

    if not target.routed:
        own = {} if "inference-profile" in target.arn else {PROFILE_KEY: ABSENT}
        yield asked(target.arn, own)
        return
    profile = asked(target.arn, {})
    for model in target.routed:
        routed = asked(model, {PROFILE_KEY: target.arn})
        yield Authorization(profile.layers + routed.layers, profile.denies + routed.denies)


def _pinned(authorization: Authorization, known: Context) -> Authorization:
    """The formula with what its own context decides already decided, so that formulas can be joined.

    Statements that are certain keep their names: they are what a report points at.
    """
    layers = tuple(Layer(layer.name, _keep(layer.node, known)) for layer in authorization.layers)
    denies = tuple(
        node
        for clause in authorization.denies
        if clause.value(known.lookup) is not False and isinstance(node := _keep(clause, known), Clause)
    )
    return Authorization(layers, denies)


def _keep(node: Node, known: Context) -> Node:
    if isinstance(node, Clause):
        smaller = settled(node, known.lookup)
        if smaller == TRUE:
            return Clause(node.ref)
        return smaller
    parts = tuple(
        part for part in (_keep(p, known) for p in node.parts) if isinstance(node, AllOf) or part != FALSE
    )
    return AllOf(parts) if isinstance(node, AllOf) else AnyOf(parts)


def _first_possible(calls: list[Authorization], known: Context, budget: int) -> Decision:
    """The decision of the first call that can be allowed; otherwise the first that is not settled, or the last."""
    last: Decision | None = None
    for call in calls:
        decision = decide_formula(call, known, budget=budget)
        if decision.possible:
            return decision
        if last is None or (_undecided(decision) and not _undecided(last)):
            last = decision
    return last if last is not None else Decision(Verdict.DENIED)


def _without_key(authorization: Authorization) -> Authorization:
    """The formula without any condition on the guardrail: allows lose it, denials that have it fall away."""
    layers = tuple(Layer(layer.name, _freed(layer.node)) for layer in authorization.layers)
    denies = tuple(c for c in authorization.denies if not any(_on_key(a) for a in c.atoms))
    return Authorization(layers, denies)


def _on_key(atom: Atom) -> bool:
    return isinstance(atom, Condition) and atom.key == KEY


def _freed(node: Node) -> Node:
    if isinstance(node, Clause):
        return replace(node, atoms=tuple(a for a in node.atoms if not _on_key(a)))
    parts = tuple(_freed(part) for part in node.parts)
    return AllOf(parts) if isinstance(node, AllOf) else AnyOf(parts)


def _literals(calls: list[Authorization]) -> Iterator[str]:
    """Guardrail identifiers that the policies name, and instances of the patterns they use."""
    tests: set[Test] = set()
    for call in calls:
        nodes: list[Node] = [layer.node for layer in call.layers]
        nodes += call.denies
        for node in nodes:
            for atom in node.leaves():
                if (
                    isinstance(atom, Condition)
                    and atom.key == KEY
                    and atom.operator.family is not Family.NULL
                ):
                    tests.update(atom.tests or ())
    for value in samples(KEY, frozenset(tests)).values:
        if STRANGER not in value and any(test.holds(value) for test in tests):
            yield value


def representative_targets(account: str, region: str, *, partition: str = "aws") -> tuple[Target, ...]:
    """One target of every kind that InvokeModel is authorized on, for a Region.

    A principal is covered only when it is for kinds the account does not use yet, too.
    """
    here = f"arn:{partition}:bedrock:{region}"
    model = f"{here}::foundation-model/zz99.any-model-v1:0"
    return (
        Target(model, "foundation-model"),
        Target(f"{here}:{account}:inference-profile/us.zz99.any-model-v1:0", "inference-profile", (model,)),
        Target(
            f"{here}:{account}:inference-profile/global.zz99.any-model-v1:0",
            "global inference-profile",
            (f"arn:{partition}:bedrock:::foundation-model/zz99.any-model-v1:0",),
        ),
        Target(
            f"{here}:{account}:application-inference-profile/zz99profile",
            "application-inference-profile",
            (model,),
        ),
        Target(f"{here}:{account}:provisioned-model/zz99provisioned", "provisioned-model"),
        Target(f"{here}:{account}:custom-model-deployment/zz99deployment", "custom-model-deployment"),
        Target(f"{here}:{account}:imported-model/zz99imported", "imported-model"),
        Target(f"{here}:{account}:marketplace/model-endpoint/all-access", "marketplace/model-endpoint"),
        Target(f"{here}:{account}:prompt-router/zz99router", "prompt-router"),
        Target(f"{here}:{account}:default-prompt-router/zz99.router:1", "default-prompt-router"),
    )


@dataclass(frozen=True, slots=True)
class Door:
    """Another action a principal may use: around the guardrail, or to weaken it."""

    action: str
    why: str
    decision: Decision


SIDE_DOORS: tuple[tuple[str, str, str], ...] = (
    ("bedrock-mantle:CreateInference", "arn:{p}:bedrock-mantle:{r}:{a}:project/default", "no guardrail is possible there"),
    ("bedrock:InvokeInlineAgent", "*", "the caller chooses the guardrail, or none"),
    ("bedrock:RetrieveAndGenerate", "*", "the caller chooses the guardrail, or none"),
    ("bedrock:InvokeAgent", "arn:{p}:bedrock:{r}:{a}:agent-alias/ZZ99AGENT0/ZZ99ALIAS0", "the agent's own guardrail decides"),
    ("bedrock:InvokeFlow", "arn:{p}:bedrock:{r}:{a}:flow/ZZ99FLOW00/alias/ZZ99ALIAS0", "the flow's own nodes decide"),
    ("bedrock:CreateModelInvocationJob", "arn:{p}:bedrock:{r}::foundation-model/zz99.any-model-v1:0", "runs as another role"),
    ("bedrock-agentcore:InvokeAgentRuntime", "arn:{p}:bedrock-agentcore:{r}:{a}:runtime/zz99-0000000000", "runs as another role"),
    ("bedrock-agentcore:InvokeHarness", "arn:{p}:bedrock-agentcore:{r}:{a}:harness/zz99-0000000000", "runs as another role"),
    ("sagemaker:InvokeEndpoint", "arn:{p}:sagemaker:{r}:{a}:endpoint/zz99-endpoint", "no guardrail is possible there"),
)  # fmt: skip
"""Actions that reach a model outside the condition on InvokeModel: action, ARN format, why."""

_POLICY_EDITS = [
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:PutGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:AttachGroupPolicy",
    "iam:DeleteRolePolicy",
    "iam:DeleteUserPolicy",
    "iam:DeleteGroupPolicy",
    "iam:DetachRolePolicy",
    "iam:DetachUserPolicy",
    "iam:DetachGroupPolicy",
    "iam:CreatePolicyVersion",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:PutUserPermissionsBoundary",
    "iam:AddUserToGroup",
]
_IAM_RESOURCES = {"role": "role/zz99", "user": "user/zz99", "group": "group/zz99", "policy": "policy/zz99"}
_FENCE = ["bedrock:PutEnforcedGuardrailConfiguration", "bedrock:DeleteEnforcedGuardrailConfiguration"]
_GUARDRAIL_EDITS = ["bedrock:UpdateGuardrail", "bedrock:DeleteGuardrail"]


def _iam_resource(action: str, account: str, partition: str) -> str:
    name = action.partition(":")[2].lower()
    if name in {"createpolicyversion", "setdefaultpolicyversion"}:
        kind = "policy"
    elif "group" in name:
        kind = "group"
    elif "user" in name:
        kind = "user"
    else:
        kind = "role"
    return f"arn:{partition}:iam::{account}:{_IAM_RESOURCES[kind]}"


def _doors(subject: Subject, asked: Iterable[tuple[str, str, str]], budget: int) -> Iterator[Door]:
    for action, arn, why in asked:
        known: Given = (
            {"aws:RequestedRegion": arn_field(arn, 3), **subject.known}
            if arn_field(arn, 3)
            else subject.known
        )
        request = Request(subject.caller, action, arn, subject.caller.account, open_context(action, known))
        decision = decide(request, subject.layers, budget=budget)
        if decision.possible or _undecided(decision):
            yield Door(action, why, decision)


def side_doors(
    subject: Subject, region: str, *, partition: str = "aws", budget: int = BUDGET
) -> tuple[Door, ...]:
    """The ways to a model that a condition on InvokeModel does not close, as far as the principal may use them."""
    account = subject.caller.account
    asked = [(a, arn.format(p=partition, r=region, a=account), why) for a, arn, why in SIDE_DOORS]
    return tuple(_doors(subject, asked, budget))


def fence_cutters(
    subject: Subject,
    guardrails: Iterable[str] = (),
    *,
    resources: Iterable[str] = (),
    partition: str = "aws",
    budget: int = BUDGET,
) -> tuple[Door, ...]:
    """What the principal may do to weaken its guardrails or its policies.

    ``guardrails``: identifiers of those that are mandatory. ``resources``: IAM ARNs to ask about besides any role,
    user, group and policy of the account (the principal's own role, the policies attached to it).
    """
    account = subject.caller.account
    asked = [(action, "*", "switches the enforced guardrail configuration") for action in _FENCE]
    for identifier in dict.fromkeys(g.rpartition(":")[0] if _versioned(g) else g for g in guardrails):
        asked += [(action, identifier, "changes or deletes the guardrail") for action in _GUARDRAIL_EDITS]
    own = tuple(resources)
    for action in _POLICY_EDITS:
        arns = [_iam_resource(action, account, partition)]
        kind = arns[0].rsplit(":", 1)[-1].partition("/")[0]
        arns += [arn for arn in own if arn.rsplit(":", 1)[-1].startswith(f"{kind}/")]
        asked += [(action, arn, "changes the policies that make it mandatory") for arn in arns]
    found: dict[str, Door] = {}
    for door in _doors(subject, asked, budget):
        found.setdefault(door.action, door)
    return tuple(found.values())


def posture(
    subject: Subject,
    targets: Iterable[Target],
    *,
    guardrails: Iterable[str] = (),
    enforced: Iterable[Enforced] = (),
    actions: Iterable[str] = INFERENCE,
    regions: Iterable[str] = (),
    budget: int = BUDGET,
) -> Posture:
    """Every ruling of a principal over the targets; side doors for ``regions``, fence cutters for what is mandatory."""
    own, fences, asked = tuple(guardrails), tuple(enforced), tuple(targets)
    rulings = tuple(
        ruling(subject, action, target, guardrails=own, enforced=fences, budget=budget)
        for action in actions
        for target in asked
    )
    accepted = dict.fromkeys(g for r in rulings if r.mandate is Mandate.MANDATORY for g in r.accepted)
    doors = [door for region in regions for door in side_doors(subject, region, budget=budget)]
    distinct = {door.action: door for door in reversed(doors)}
    return Posture(
        rulings,
        tuple(reversed(distinct.values())),
        fence_cutters(subject, accepted, budget=budget),
    )
