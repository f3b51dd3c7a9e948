"""Is a guardrail mandatory for a principal? Asked of every action, Region and kind of target, not of its text.

Rests on "Guardrails: IAM policy-based enforcement" and "Prerequisites for inference profiles" of the Bedrock User
Guide: the key ``bedrock:GuardrailIdentifier`` holds the guardrail's ARN for the working draft and ``ARN:<n>`` for
version n; a call through an inference profile is authorized on the profile and on the model it is routed to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from assessor.iam.conditions import ABSENT, Atom, Condition
from assessor.iam.decide import BUDGET, Decision, Verdict, Witness, decide_formula
from assessor.iam.doors import Door, fence_cutters, side_doors, versioned
from assessor.iam.evaluate import Authorization, Layer, authorize
from assessor.iam.formula import FALSE, TRUE, AllOf, AnyOf, Clause, Node, settled
from assessor.iam.operators import Family, Test
from assessor.iam.policy import StatementRef
from assessor.iam.request import Context, Given, Request, arn_field
from assessor.iam.samples import samples
from assessor.iam.shapes import SHAPES, STRANGER
from assessor.iam.subject import Subject

KEY = "bedrock:guardrailidentifier"
PROFILE_KEY = "bedrock:InferenceProfileArn"
INFERENCE = ("bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream")
"""The actions behind InvokeModel, Converse, StartAsyncInvoke, and their streaming namesakes."""
_LATER = 99_999
"""A version no guardrail has yet."""
_STRANGERS = tuple(f":bedrock:us-east-1:{STRANGER}:guardrail/zz99stranger{version}" for version in (":1", ""))


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
    side_doors: tuple[Door, ...] = ()
    fence_cutters: tuple[Door, ...] = ()

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
    base = subject.context(action)
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
    if absent.undecided:
        return Ruling(Mandate.UNKNOWN, action, target, exact=False, unsupported=absent.unsupported)
    present = _first_possible(calls, base, budget)
    if not present.possible:
        return _shut(calls, base, action, target, present, absent, budget)
    own = tuple(dict.fromkeys(guardrails))
    candidates = dict.fromkeys((*own, *_literals(calls)))
    accepted = [g for g in candidates if _first_possible(calls, base.with_values({KEY: g}), budget).possible]
    partition = target.arn.split(":")[1] if target.arn.startswith("arn:") else "aws"
    foreign = [f"arn:{partition}{rest}" for rest in _STRANGERS]
    strange = [_first_possible(calls, base.with_values({KEY: g}), budget) for g in foreign]
    if not any(d.possible for d in strange) and any(d.undecided for d in strange):
        unsupported = tuple(dict.fromkeys(reason for d in strange for reason in d.unsupported))
        return Ruling(Mandate.UNKNOWN, action, target, exact=False, unsupported=unsupported)
    if any(d.possible for d in strange):
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
    later = [f"{g.rpartition(':')[0] if versioned(g) else g}:{_LATER}" for g in accepted]
    return Ruling(
        Mandate.MANDATORY,
        action,
        target,
        present.allow_witness,
        tuple(accepted),
        absent.denials or present.grants,
        drafts=tuple(g for g in accepted if not versioned(g)),
        foreign=tuple(g for g in accepted if arn_field(g, 4) != account),
        unlisted=tuple(g for g in accepted if g not in own),
        open_ended=any(
            _first_possible(calls, base.with_values({KEY: g}), budget).possible for g in dict.fromkeys(later)
        ),
        exact=exact and present.exact,
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
    if present.undecided:
        return Ruling(Mandate.UNKNOWN, action, target, exact=False, unsupported=present.unsupported)
    free = _first_possible([_without_key(call) for call in calls], base, budget)
    if free.undecided:
        return Ruling(Mandate.UNKNOWN, action, target, exact=False, unsupported=free.unsupported)
    mandate = Mandate.LOCKED_OUT if free.possible else Mandate.NO_ACCESS
    return Ruling(mandate, action, target, statements=absent.denials, exact=present.exact and free.exact)


def _calls(subject: Subject, action: str, target: Target) -> Iterator[Authorization]:
    """The authorizations of which one must succeed: the target, and for a profile a model it is routed to."""
    account = subject.caller.account

    def asked(arn: str, given: Given) -> Authorization:
        pinned = {"aws:RequestedRegion": arn_field(arn, 3) or "unspecified", **given}
        request = Request(subject.caller, action, arn, account, subject.context(action, pinned))
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
        if last is None or (decision.undecided and not last.undecided):
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
    made_up = SHAPES[KEY].examples
    for value in samples(KEY, frozenset((test,) for test in tests)).values:
        if value not in made_up and any(test.holds(value) for test in tests):
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
