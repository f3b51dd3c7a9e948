"""Every way from a user or role to a model: which action, on what, under which circumstances, by which statement.

Principals, actions and things are asked all at once by `assessor.iam.matrix`; only what is told is decided in full. A
call through an inference profile needs the profile and a model it routes to:
https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from assessor.iam.conditions import ABSENT, Missing, Values
from assessor.iam.decide import Decision, Verdict
from assessor.iam.guardrail import KEY
from assessor.iam.holders import Principal
from assessor.iam.matrix import Matrix, Row
from assessor.iam.policy import Effect, Policy
from assessor.iam.principals import PrincipalKind
from assessor.iam.request import Given, arn_field
from assessor.iam.universe import Universe
from evaluators.derived.foundation.model_targets import NO_MODELS, kind_of
from evaluators.derived.principals.circumstances import PinnedUniverse, pinned
from evaluators.derived.principals.things import INVOKED_BY, Sort, Thing
from evaluators.derived.principals.universe import Estate

_PROFILE_KEY = "bedrock:InferenceProfileArn"
_PROFILES = frozenset({"inference-profile", "application-inference-profile"})


def is_profile(arn: str) -> bool:
    """Whether an ARN is an inference profile's."""
    return kind_of(arn) in _PROFILES


@dataclass(frozen=True, slots=True)
class Way:
    """One action a principal may use, and on what.

    on: what it works on, in the same circumstances. everything: stands for all of a kind in a Region, also what
    nobody named; what it covers is not in ``on``, and what it does not cover of it is in ``but``. decision: of
    ``resource``, one of them; its witness and statements stand for all.
    """

    principal: Principal
    action: str
    resource: str
    on: tuple[str, ...]
    everything: tuple[str, ...]
    decision: Decision
    but: tuple[str, ...] = ()

    @property
    def unknown(self) -> bool:
        """Whether it depends on a policy that cannot be judged."""
        return not self.decision.possible


Found = tuple[list[str], list[str], list[str]]
"""What is allowed in every circumstance, what in some, and what depends on a policy that cannot be judged."""


class _Circumstances:
    """The things of one action, asked about with some keys fixed."""

    def __init__(
        self, universe: Universe, action: str, arns: Sequence[str], routed: Callable[[str], tuple[str, ...]]
    ) -> None:
        self._universe = universe
        self._action = action
        self._by_profile = True
        self._routed = routed
        # Whoever names a model itself comes through no profile.
        direct = pinned(universe, {**_pins(universe), _PROFILE_KEY: ABSENT})
        self._direct = Matrix(direct, [arn for arn in arns if not is_profile(arn)])
        self._profiles = Matrix(universe, [arn for arn in arns if is_profile(arn)])
        behind = dict.fromkeys(model for arn in self._profiles.resources for model in routed(arn))
        self._behind = Matrix(universe, tuple(behind))
        self._numbers = {arn: at for at, arn in enumerate(behind)}
        self._asking: dict[int, bool] = {}

    def found(self, principal: Principal) -> Found:
        """What the principal may use the action on."""
        row = self._direct.row(principal, self._action)
        certain, depends, unclear = _cells(self._direct, row)
        if self._profiles.resources:
            named = _cells(self._profiles, self._profiles.row(principal, self._action))
            behind = self._behind.row(principal, self._action)
            self._by_profile = self._turns_on_profile(principal)
            for mine, listed in ((True, named[0]), (False, named[1])):
                for profile in listed:
                    match self._through(principal, profile, behind):
                        case Verdict.ALLOWED if mine:
                            certain.append(profile)
                        case Verdict.ALLOWED | Verdict.CONDITIONAL:
                            depends.append(profile)
            unclear += named[2]
        return certain, depends, unclear

    def _turns_on_profile(self, principal: Principal) -> bool:
        """Whether any condition on the principal asks through which profile a model is called."""
        limits = [] if principal.boundary is None else [principal.boundary]
        scps = [policy for level in self._universe.scps or () for policy in level]
        return any(self._asks(policy) for policy in (*principal.identity, *limits, *scps))

    def _asks(self, policy: Policy) -> bool:
        found = self._asking.get(id(policy))
        if found is None:
            key = _PROFILE_KEY.lower()
            found = self._asking[id(policy)] = any(
                key in condition.keys for one in policy.statements for condition in one.conditions
            )
        return found

    def _through(self, principal: Principal, profile: str, behind: Row) -> Verdict:
        """Whether a model behind the profile may be called through it."""
        best = Verdict.DENIED
        for model in self._routed(profile):
            bit = 1 << self._numbers[model]
            if behind.allowed & bit:
                return Verdict.ALLOWED
            if behind.conditional & bit and not self._by_profile:
                best = Verdict.CONDITIONAL
            elif behind.conditional & bit:
                given: Given = {_PROFILE_KEY: profile}
                decision = self._universe.ask(principal, self._action, model, given=given)
                if decision.verdict is Verdict.ALLOWED:
                    return decision.verdict
                best = Verdict.CONDITIONAL if decision.possible else best
        return best


def _pins(universe: Universe) -> dict[str, Values | Missing]:
    return dict(universe.pins) if isinstance(universe, PinnedUniverse) else {}


def _cells(matrix: Matrix, row: Row) -> Found:
    return (
        list(matrix.cells(row.allowed)),
        list(matrix.cells(row.conditional & ~row.allowed)),
        list(matrix.cells(row.unsupported & ~row.possible)),
    )


@dataclass
class Field:
    """One action, and what there is to use it on.

    wanted: the things asked about; None for everything there is, and whatever the policies name. policies: of things
    that carry one of their own. everybody: tell also of principals whom such a policy admits as it does anybody.
    """

    known: Estate
    action: str
    things: Sequence[Thing]
    wanted: tuple[str, ...] | None = None
    policies: Mapping[str, Policy] = field(default_factory=dict)
    everybody: bool = False

    @cached_property
    def resources(self) -> tuple[str, ...]:
        """Everything asked about."""
        if self.wanted is not None:
            return tuple(dict.fromkeys(self.wanted))
        sorts = INVOKED_BY.get(self.action, ())
        asked = dict.fromkeys(thing.arn for thing in self.things if thing.sort in sorts)
        named = self.known.reach(self.action).resources
        models = Sort.MODEL in sorts
        asked.update(dict.fromkeys(one for one in named if not models or kind_of(one) not in NO_MODELS))
        return tuple(asked)

    @cached_property
    def _listed(self) -> dict[str, tuple[str, ...]]:
        return {thing.arn: thing.routed for thing in self.things if thing.sort is Sort.PROFILE}

    def routed(self, profile: str) -> tuple[str, ...]:
        """The models a profile routes to; of one that AWS does not list, what its name says."""
        listed = self._listed.get(profile)
        if listed:
            return listed
        partition, region = arn_field(profile, 1), arn_field(profile, 3)
        geography, dot, model = arn_field(profile, 5).partition("/")[2].partition(".")
        if kind_of(profile) == "inference-profile" and dot:
            place = "" if geography == "global" else region
            return (f"arn:{partition}:bedrock:{place}::foundation-model/{model}",)
        return (f"arn:{partition}:bedrock:{region}::foundation-model/zz99.any-model",)

    def _under(self, universe: Universe) -> _Circumstances:
        plain = [arn for arn in self.resources if arn not in self.policies]
        return _Circumstances(universe, self.action, plain, self.routed)

    @cached_property
    def _plain(self) -> _Circumstances:
        return self._under(self.known.universe)

    @cached_property
    def _without_guardrail(self) -> _Circumstances:
        return self._under(pinned(self.known.universe, {KEY: ABSENT}))

    # -- questions ------------------------------------------------------------------------------
    def ways(self, principal: Principal) -> Iterator[Way]:
        """What the principal may use the action on: what is certain, what depends, what cannot be judged."""
        empty: Found = ([], [], [])
        found = self._plain.found(principal) if self._granted(principal) else empty
        certain, depends, unclear = found
        for arn in self.policies:
            match self._by_policy(principal, arn):
                case Verdict.ALLOWED:
                    certain.append(arn)
                case Verdict.CONDITIONAL:
                    depends.append(arn)
                case Verdict.UNSUPPORTED:
                    unclear.append(arn)
                case _:
                    pass
        for group in found:
            if group:
                yield self._way(principal, group)

    def _granted(self, principal: Principal) -> bool:
        return self.known.reach(self.action).granted(principal)

    def unguarded(self, principal: Principal) -> tuple[str, ...]:
        """What the principal may use the action on without a guardrail, models before profiles."""
        certain, depends, _ = self._without_guardrail.found(principal)
        return tuple(sorted((*certain, *depends), key=is_profile))

    def _by_policy(self, principal: Principal, arn: str) -> Verdict:
        """The verdict on a thing with a policy of its own."""
        policy = self.policies[arn]
        asked = self.everybody or self._granted(principal) or _names(policy, principal)
        if arn not in self.resources or not asked:
            return Verdict.DENIED
        decision = self.known.universe.ask(principal, self.action, arn, resource_policy=policy)
        if decision.possible:
            return decision.verdict
        return Verdict.UNSUPPORTED if decision.undecided else Verdict.DENIED

    def _way(self, principal: Principal, found: Sequence[str]) -> Way:
        fresh = self.known.reach(self.action).fresh if self.wanted is None else frozenset()
        everything = tuple(one for one in found if one in fresh)
        covered = {(kind_of(one), arn_field(one, 3)) for one in everything}
        named = sorted(
            (one for one in found if (kind_of(one), arn_field(one, 3)) not in covered),
            key=lambda one: (kind_of(one) != "foundation-model", one),
        )
        told = (*sorted(everything, key=lambda one: kind_of(one) != "foundation-model"), *named)
        first = next((one for one in told if not is_profile(one)), told[0])
        decision = self.decided(principal, first)
        reached = frozenset(found)
        but = tuple(
            one
            for one in self._there
            if (kind_of(one), arn_field(one, 3)) in covered and one not in reached and one in self._asked
        )
        return Way(principal, self.action, first, tuple(named), everything, decision, but)

    @cached_property
    def _there(self) -> tuple[str, ...]:
        """What is seen to be there, among everything that is asked about."""
        return tuple(dict.fromkeys((*(thing.arn for thing in self.things), *self.policies)))

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(self.resources)

    def decided(self, principal: Principal, arn: str) -> Decision:
        """One thing, decided in full; for a profile, of the two authorizations the one that depends on something."""
        universe = self.known.universe
        if not is_profile(arn):
            given: Given = {_PROFILE_KEY: ABSENT} if kind_of(arn) == "foundation-model" else {}
            policy = self.policies.get(arn)
            return universe.ask(principal, self.action, arn, resource_policy=policy, given=given)
        own = universe.ask(principal, self.action, arn)
        through: Given = {_PROFILE_KEY: arn}
        models = (universe.ask(principal, self.action, one, given=through) for one in self.routed(arn))
        best = next((one for one in models if one.possible), own)
        return own if best.verdict is Verdict.ALLOWED else best


def _names(policy: Policy, principal: Principal) -> bool:
    """Whether a statement of the policy that allows names the principal, and not just anybody."""
    return any(
        entry.kind is PrincipalKind.AWS and entry.value == principal.arn
        for statement in policy.statements
        if statement.effect is not Effect.DENY and statement.principals is not None
        for entry in (() if statement.principals.negated else statement.principals.named)
    )
