"""What every principal may do with one action: all of them against everything worth asking about, at once.

`Universe.can` asks one principal and one resource after the other; here the matrix answers for the whole account, and
only what is reported is decided in full.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from assessor.iam.actions import action as action_facts
from assessor.iam.decide import Decision, Verdict
from assessor.iam.holders import Principal
from assessor.iam.matrix import Matrix, Row
from assessor.iam.policy import Effect, Policy
from assessor.iam.reach import typical
from assessor.iam.universe import Access, Universe

NOTHING = Row(0)


@dataclass(eq=False)
class Reach:
    """One action: which principals may use it, on what.

    probes: what to ask about for each principal's ARN, empty where no policy of it allows the action on anything.
    fresh: resources of every type that no policy names: whoever reaches one reaches everything of that type.
    """

    universe: Universe
    action: str
    regions: tuple[str, ...]
    probes: Mapping[str, tuple[str, ...]]
    fresh: frozenset[str]
    matrix: Matrix
    _rows: dict[str, Row] = field(default_factory=dict, init=False, repr=False)
    _best: dict[str, Access] = field(default_factory=dict, init=False, repr=False)
    _numbers: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    def under(self, universe: Universe) -> "Reach":
        """The same action and resources in other circumstances: another universe of the same principals."""
        return Reach(
            universe, self.action, self.regions, self.probes, self.fresh, self.matrix.under(universe)
        )

    @property
    def resources(self) -> tuple[str, ...]:
        """Everything that is asked about."""
        return self.matrix.resources

    def number(self, resource: str) -> int | None:
        """Which bit of a row stands for a resource; None for one that is not asked about."""
        if not self._numbers:
            self._numbers.update({name: at for at, name in enumerate(self.resources)})
        return self._numbers.get(resource)

    def granted(self, principal: Principal) -> bool:
        """Whether any of its policies allows the action on anything, before what denies or limits it."""
        return bool(self.probes.get(principal.arn))

    def row(self, principal: Principal) -> Row:
        """The answer on every resource, as bits over ``resources``."""
        if not self.granted(principal):
            return NOTHING
        found = self._rows.get(principal.arn)
        if found is None:
            found = self._rows[principal.arn] = self.matrix.row(principal, self.action)
        return found

    def on(self, principal: Principal) -> tuple[str, ...]:
        """The resources on which it is possible: what is certain first, among it what its own policies name.

        What only others' policies name is left out: it stands for nothing that ``fresh`` does not.
        """
        row = self.row(principal)
        own = frozenset(self.probes.get(principal.arn, ()))
        asked = sum(1 << number for one in own | self.fresh if (number := self.number(one)) is not None)

        def order(resource: str) -> tuple[bool, bool, bool]:
            return (resource not in own, resource in self.fresh, ":foundation-model/" not in resource)

        certain = sorted(self.matrix.cells(row.allowed & asked), key=order)
        return (*certain, *sorted(self.matrix.cells(row.conditional & ~row.allowed & asked), key=order))

    def everything(self, principal: Principal) -> tuple[str, ...]:
        """What nobody named and it is possible on all the same, one of every kind and Region; models first."""
        found = (one for one in self.matrix.cells(self.row(principal).possible) if one in self.fresh)
        return tuple(sorted(found, key=lambda one: ":foundation-model/" not in one))

    def may(self, principal: Principal) -> bool:
        """Whether it is possible on anything, or not known."""
        row = self.row(principal)
        if row.possible or row.unsupported:
            return True
        best = self.access(principal)
        return best.possible or best.unknown

    def access(self, principal: Principal) -> Access:
        """The best that is possible on anything, decided in full: resource, witness and statements."""
        found = self._best.get(principal.arn)
        if found is None:
            found = self._best[principal.arn] = self._decided(principal)
        return found

    def _decided(self, principal: Principal) -> Access:
        if not self.granted(principal):
            return Access(principal, self.action, "*", Decision(Verdict.DENIED, missing=("identity policy",)))
        row = self.row(principal)
        for resource in (*self.on(principal), *self.matrix.cells(row.unsupported)):
            decision = self.universe.ask(principal, self.action, resource)
            if decision.possible or decision.verdict is Verdict.UNSUPPORTED:
                return Access(principal, self.action, resource, decision)
        meeting = self.universe.combinations(principal, self.action, self.regions)
        return self.universe.can(principal, self.action, meeting)

    def decided(self, principal: Principal, resource: str) -> Access:
        """One principal and one resource, decided in full."""
        return Access(principal, self.action, resource, self.universe.ask(principal, self.action, resource))

    def everyone(self) -> Iterator[Access]:
        """Every principal that may, or of which it is not known; service-linked roles are AWS's own, not ours."""
        for principal in self.universe.principals:
            if principal.caller.service_linked or not self.granted(principal):
                continue
            access = self.access(principal)
            if access.possible or access.unknown:
                yield access


def reach(universe: Universe, action: str, regions: Sequence[str]) -> Reach:
    """Every principal of a universe against what any of their policies names, and one resource of every type.

    ``regions``: where resources of every type are asked about. An action that no policy can limit to resources is
    asked about on ``*``.
    """
    facts = action_facts(action)
    scopable = facts is None or facts.scopable
    usual = typical(action, universe.account, universe.partition, regions) if scopable else ("*",)
    probes: dict[str, tuple[str, ...]] = {}
    asked: dict[str, None] = dict.fromkeys(usual)
    granting: dict[int, bool] = {}

    def grants(policy: Policy) -> bool:
        known = granting.get(id(policy))
        if known is None:
            known = granting[id(policy)] = bool(policy.problems) or any(
                one.effect is not Effect.DENY and one.covers_action(action) for one in policy.statements
            )
        return known

    for principal in universe.principals:
        if not any(grants(policy) for policy in principal.identity):
            continue
        found = universe.probes(principal, action, regions)
        probes[principal.arn] = found if scopable or not found else ("*",)
        asked.update(dict.fromkeys(probes[principal.arn]))
    return Reach(universe, action, tuple(regions), probes, frozenset(usual), Matrix(universe, tuple(asked)))
