"""Every principal, every action, every resource at once: sets of resources as bits of an integer.

A pattern is matched against all resources once; what a policy says about an action is worked out once; cells
that no condition touches follow by ``& | ~``. The rest is split into classes of resources that the same
conditions apply to, and each distinct set of conditions is decided once. The answers are those of
`Universe.ask`; whatever the bits cannot express (variables in Resource) goes through it cell by cell.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assessor.iam.conditions import Atom, Missing, Values
from assessor.iam.decide import Decision, Verdict
from assessor.iam.evaluate import bound_by_rcps
from assessor.iam.holders import Principal
from assessor.iam.operators import resource_like
from assessor.iam.patterns import glob_matches, restore
from assessor.iam.policy import Effect, Policy, Statement
from assessor.iam.request import arn_field
from assessor.iam.universe import Universe

DERIVED = ("aws:requestedregion", "aws:resourceaccount", "aws:resourceorgid")
"""Keys whose value follows from the resource: conditions on them split classes further."""


@dataclass(frozen=True, slots=True)
class Row:
    """The resources (bits, in the order of `Matrix.resources`) for one principal and action.

    allowed: in every circumstance. conditional: in some. unsupported: it depends on what could not be read. The
    rest is denied.
    """

    allowed: int
    conditional: int = 0
    unsupported: int = 0

    @property
    def possible(self) -> int:
        """Allowed in some circumstances."""
        return self.allowed | self.conditional


@dataclass(frozen=True, slots=True)
class _Part:
    """What one or more policies say about one action: certain bits, and conditional statements with their bits.

    ``slow``: resources of statements with variables, to be asked one by one.
    """

    sure: int = 0
    deny: int = 0
    maybe: tuple[tuple[int, tuple[Atom, ...]], ...] = ()
    maybe_deny: tuple[tuple[int, tuple[Atom, ...]], ...] = ()
    slow: int = 0

    @property
    def may(self) -> int:
        """Bits that may be allowed."""
        bits = self.sure
        for mask, _ in self.maybe:
            bits |= mask
        return bits


def _joined(parts: Sequence[_Part]) -> _Part:
    if len(parts) == 1:
        return parts[0]
    sure = deny = slow = 0
    maybe: tuple[tuple[int, tuple[Atom, ...]], ...] = ()
    maybe_deny: tuple[tuple[int, tuple[Atom, ...]], ...] = ()
    for part in parts:
        sure |= part.sure
        deny |= part.deny
        slow |= part.slow
        maybe += part.maybe
        maybe_deny += part.maybe_deny
    return _Part(sure, deny, maybe, maybe_deny, slow)


class Matrix:
    """Principals of a universe against a fixed list of resources that have no policy of their own."""

    def __init__(self, universe: Universe, resources: Sequence[str]) -> None:
        self.universe = universe
        self.resources = tuple(resources)
        self.full = (1 << len(self.resources)) - 1
        self.decisions = 0
        """Distinct sets of conditions decided so far."""
        self._patterns: dict[str, int] = {}
        self._parts: dict[tuple[int, str], _Part] = {}
        self._keep: list[Policy] = []
        self._groups: dict[tuple[tuple[int, ...], str], _Part] = {}
        self._rows: dict[object, Row] = {}
        self._verdicts: dict[object, Verdict] = {}
        self._keys: dict[tuple[Atom, ...], tuple[str, ...]] = {}
        self._fields: dict[str, dict[str, int]] = {}
        self._by_name: dict[str, int] = {}
        self._own = sum(
            1 << n for n, arn in enumerate(self.resources) if arn_field(arn, 4) in {"", universe.account}
        )

    def under(self, universe: Universe) -> "Matrix":
        """The same resources for another universe of the same principals (other circumstances, other facts).

        What policies cover does not depend on circumstances: it is worked out once for both.
        """
        other = Matrix(universe, self.resources)
        other.share(self._patterns, self._parts, self._keep, self._groups)
        return other

    def share(
        self,
        patterns: dict[str, int],
        parts: dict[tuple[int, str], _Part],
        keep: list[Policy],
        groups: dict[tuple[tuple[int, ...], str], _Part],
    ) -> None:
        """Take over, and from now on share, what another matrix of the same resources worked out."""
        self._patterns, self._parts, self._keep, self._groups = patterns, parts, keep, groups

    # -- masks ----------------------------------------------------------------------------------
    def mask(self, pattern: str) -> int:
        """The resources that a pattern matches."""
        found = self._patterns.get(pattern)
        if found is None:
            compiled = resource_like(pattern)
            if compiled.literal is not None:
                found = self._named().get(compiled.literal, 0)
            else:
                found = 0
                for number, arn in enumerate(self.resources):
                    if compiled.matches(arn):
                        found |= 1 << number
            self._patterns[pattern] = found
        return found

    def _named(self) -> dict[str, int]:
        """The bits of every ARN."""
        if not self._by_name:
            for number, arn in enumerate(self.resources):
                self._by_name[arn] = self._by_name.get(arn, 0) | 1 << number
        return self._by_name

    def _wide_mask(self, pattern: str) -> int:
        """The resources that a pattern may match, its wildcards running over colons too."""
        key = f"*{pattern}"
        found = self._patterns.get(key)
        if found is None:
            found = sum(1 << n for n, arn in enumerate(self.resources) if glob_matches(pattern, arn))
            self._patterns[key] = found
        return found

    def _statement_mask(self, statement: Statement) -> tuple[int, bool]:
        """The resources a statement covers or, with variables, may cover; and whether it has variables."""
        if statement.resources is None:
            return self.full, False
        bits = 0
        variable = False
        for template in statement.resources:
            text = template.constant
            if text is None:
                variable = True
                if not statement.not_resources:
                    text = restore("".join(p if isinstance(p, str) else "*" for p in template.parts))
                    bits |= self._wide_mask(f"{text}*")
            else:
                bits |= self.mask(text)
        if variable and statement.resources:
            return (self.full if statement.not_resources else bits), True
        return (self.full & ~bits if statement.not_resources else bits), False

    def _part(self, policy: Policy, action: str) -> _Part:
        key = (id(policy), action)
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = self._build(policy, action)
            self._keep.append(policy)
        return found

    def _build(self, policy: Policy, action: str) -> _Part:
        sure = deny = slow = 0
        maybe: list[tuple[int, tuple[Atom, ...]]] = []
        maybe_deny: list[tuple[int, tuple[Atom, ...]]] = []
        if policy.problems:
            slow = self.full
        for statement in policy.statements:
            if not statement.covers_action(action):
                continue
            bits, variable = self._statement_mask(statement)
            if not bits:
                continue
            some = statement.principals is not None and not statement.principals.everybody
            if variable or some or statement.problems or statement.effect is None:
                slow |= bits
                continue
            if statement.effect is Effect.ALLOW:
                if statement.conditions:
                    maybe.append((bits, statement.conditions))
                else:
                    sure |= bits
            elif statement.conditions:
                maybe_deny.append((bits, statement.conditions))
            else:
                deny |= bits
        return _Part(sure, deny, tuple(maybe), tuple(maybe_deny), slow)

    def _group(self, policies: Sequence[Policy], action: str) -> _Part:
        key = (tuple(map(id, policies)), action)
        found = self._groups.get(key)
        if found is None:
            found = self._groups[key] = _joined([self._part(p, action) for p in policies] or [_Part()])
        return found

    # -- rows -----------------------------------------------------------------------------------
    def row(self, principal: Principal, action: str) -> Row:
        """The answer for one principal and action on every resource."""
        action = action.lower()
        parts = [self._group(principal.identity, action)]
        if principal.boundary is not None:
            parts.append(self._part(principal.boundary, action))
        scps = None if self.universe.management or principal.caller.service_linked else self.universe.scps
        if scps is not None:
            parts += [self._group(level, action) for level in scps]
        if action.startswith(("kms:", "sts:")):
            return self._one_by_one(principal, action, self.full)
        above = self._above(principal, action)
        slow = above.slow
        may = sure = self._own
        denied = above.deny
        maybe_denied = 0
        for mask, _ in above.maybe_deny:
            maybe_denied |= mask
        for part in parts:
            slow |= part.slow
            denied |= part.deny
            may &= part.may | part.slow
            sure &= part.sure
            for mask, _ in part.maybe_deny:
                maybe_denied |= mask
        open_bits = may & ~denied
        slow &= open_bits
        allowed = sure & ~denied & ~maybe_denied & ~slow
        rest = open_bits & ~allowed & ~slow
        row = Row(allowed)
        if rest:
            row = _merged(row, self._conditional(principal, action, [*parts, above], rest))
        if slow:
            row = _merged(row, self._one_by_one(principal, action, slow))
        return row

    def _above(self, principal: Principal, action: str) -> _Part:
        """What resource control policies deny. They allow everything else: AWS's own one is attached everywhere."""
        levels = () if self.universe.management or principal.caller.service_linked else self.universe.rcps
        if not levels or not bound_by_rcps(action):
            return _Part()
        found = self._group([policy for level in levels for policy in level], action)
        return _Part(deny=found.deny, maybe_deny=found.maybe_deny, slow=found.slow)

    def _one_by_one(self, principal: Principal, action: str, bits: int) -> Row:
        allowed = conditional = unsupported = 0
        for number in _numbers(bits):
            bit = 1 << number
            match self.universe.ask(principal, action, self.resources[number]).verdict:
                case Verdict.ALLOWED:
                    allowed |= bit
                case Verdict.CONDITIONAL:
                    conditional |= bit
                case Verdict.UNSUPPORTED:
                    unsupported |= bit
                case Verdict.DENIED:
                    pass
        return Row(allowed, conditional, unsupported)

    def _conditional(self, principal: Principal, action: str, parts: list[_Part], rest: int) -> Row:
        """Bits that depend on conditions: split into classes, each decided once for its set of conditions."""
        facts = self.universe.facts(principal)
        allowed = conditional = 0
        for bits in self._classes(parts, rest):
            signature = self._signature(principal, action, parts, bits, facts)
            verdict = self._verdicts.get(signature)
            if verdict is None:
                number = (bits & -bits).bit_length() - 1
                verdict = self.universe.ask(principal, action, self.resources[number]).verdict
                self._verdicts[signature] = verdict
                self.decisions += 1
            if verdict is Verdict.ALLOWED:
                allowed |= bits
            elif verdict is Verdict.CONDITIONAL:
                conditional |= bits
        return Row(allowed, conditional)

    def _classes(self, parts: list[_Part], rest: int) -> list[int]:
        masks: dict[int, None] = {}
        derived: dict[str, None] = {}
        for part in parts:
            masks[part.sure] = None
            for mask, atoms in (*part.maybe, *part.maybe_deny):
                masks[mask] = None
                for key in self._keys_of(atoms):
                    if key in DERIVED:
                        derived[key] = None
        for key in derived:
            masks.update(dict.fromkeys(self._by_field(key).values()))
        classes = [rest]
        for mask in masks:
            if not mask & rest or mask & rest == rest:
                continue
            split: list[int] = []
            for bits in classes:
                inside = bits & mask
                if inside and inside != bits:
                    split += (inside, bits & ~mask)
                else:
                    split.append(bits)
            classes = split
        return classes

    def _keys_of(self, atoms: tuple[Atom, ...]) -> tuple[str, ...]:
        found = self._keys.get(atoms)
        if found is None:
            found = self._keys[atoms] = tuple(dict.fromkeys(k for a in atoms for k in a.keys))
        return found

    def _by_field(self, key: str) -> dict[str, int]:
        """The resources by the value that a derived key has for them."""
        number = 3 if key == DERIVED[0] else 4
        found = self._fields.get(key)
        if found is None:
            found = {}
            for position, arn in enumerate(self.resources):
                value = arn_field(arn, number)
                found[value] = found.get(value, 0) | 1 << position
            self._fields[key] = found
        return found

    def _signature(
        self,
        principal: Principal,
        action: str,
        parts: list[_Part],
        bits: int,
        facts: "dict[str, Values | Missing]",
    ) -> object:
        """All that the decision of a class depends on: its conditions, and the facts their keys have."""
        bit = bits & -bits
        layers: list[object] = []
        keys: dict[str, None] = {}
        denies: set[tuple[Atom, ...]] = set()
        for part in parts:
            applying = {atoms for mask, atoms in part.maybe if mask & bit}
            refusing = {atoms for mask, atoms in part.maybe_deny if mask & bit}
            sure = bool(part.sure & bit)
            layers.append(sure or frozenset(applying))
            denies |= refusing
            for atoms in refusing if sure else applying | refusing:
                keys.update(dict.fromkeys(self._keys_of(atoms)))
        number = bit.bit_length() - 1
        known: list[object] = []
        tags = principal.taggable_sessions
        for key in sorted(keys):
            if key in DERIVED:
                known.append((key, arn_field(self.resources[number], 3 if key == DERIVED[0] else 4)))
            else:
                known.append((key, facts.get(key), tags and key.startswith("aws:principaltag/")))
        return (action, tuple(layers), frozenset(denies), tuple(known))

    # -- views ----------------------------------------------------------------------------------
    def cells(self, bits: int) -> tuple[str, ...]:
        """The resources of some bits."""
        return tuple(self.resources[number] for number in _numbers(bits))

    def decision(self, principal: Principal, action: str, resource: str) -> Decision:
        """The full decision of one cell, with witness and statements."""
        return self.universe.ask(principal, action, resource)


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        bit = bits & -bits
        yield bit.bit_length() - 1
        bits ^= bit


def _merged(one: Row, other: Row) -> Row:
    return Row(
        one.allowed | other.allowed, one.conditional | other.conditional, one.unsupported | other.unsupported
    )
