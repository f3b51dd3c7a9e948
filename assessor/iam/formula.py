"""What an authorization comes down to: clauses of statements, joined by "all of" and "any of"."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assessor.iam.conditions import Atom, Lookup
from assessor.iam.policy import StatementRef


@dataclass(frozen=True, slots=True)
class Clause:
    """A statement that covers the action, the resource and the caller: true when its conditions hold.

    ``atoms`` must all hold; of ``either``, when there are any, one must (resources with variables).
    """

    ref: StatementRef
    atoms: tuple[Atom, ...] = ()
    either: tuple[Atom, ...] = ()

    def value(self, lookup: Lookup) -> bool | None:
        """True, False, or None where it depends on something not known."""
        known: bool | None = True
        for atom in self.atoms:
            holds = atom.value(lookup)
            if holds is False:
                return False
            if holds is None:
                known = None
        if self.either:
            one = any_true(atom.value(lookup) for atom in self.either)
            if one is False:
                return False
            if one is None:
                known = None
        return known

    def leaves(self) -> Iterator[Atom]:
        """Every atom."""
        yield from self.atoms
        yield from self.either


@dataclass(frozen=True, slots=True)
class AllOf:
    """True when every part is."""

    parts: "tuple[Node, ...]"

    def value(self, lookup: Lookup) -> bool | None:
        """True, False, or None where it depends on something not known."""
        return all_true(part.value(lookup) for part in self.parts)

    def leaves(self) -> Iterator[Atom]:
        """Every atom."""
        for part in self.parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True when one part is."""

    parts: "tuple[Node, ...]"

    def value(self, lookup: Lookup) -> bool | None:
        """True, False, or None where it depends on something not known."""
        return any_true(part.value(lookup) for part in self.parts)

    def leaves(self) -> Iterator[Atom]:
        """Every atom."""
        for part in self.parts:
            yield from part.leaves()


Node = Clause | AllOf | AnyOf
TRUE = AllOf(())
FALSE = AnyOf(())


def all_true(values: Iterable[bool | None]) -> bool | None:
    """Kleene conjunction."""
    known: bool | None = True
    for value in values:
        if value is False:
            return False
        if value is None:
            known = None
    return known


def any_true(values: Iterable[bool | None]) -> bool | None:
    """Kleene disjunction."""
    known: bool | None = False
    for value in values:
        if value is True:
            return True
        if value is None:
            known = None
    return known


def opposite(value: bool | None) -> bool | None:
    """Kleene negation."""
    return None if value is None else not value


def settled(node: Node, lookup: Lookup) -> Node:
    """The same formula without what is already decided: clauses keep only the atoms still open."""
    if isinstance(node, Clause):
        return _settled_clause(node, lookup)
    parts: list[Node] = []
    decisive, neutral = (FALSE, TRUE) if isinstance(node, AllOf) else (TRUE, FALSE)
    for part in node.parts:
        smaller = settled(part, lookup)
        if smaller == decisive:
            return decisive
        if smaller != neutral:
            parts.append(smaller)
    if len(parts) == 1:
        return parts[0]
    return AllOf(tuple(parts)) if isinstance(node, AllOf) else AnyOf(tuple(parts))


def _settled_clause(clause: Clause, lookup: Lookup) -> Node:
    open_atoms: list[Atom] = []
    for atom in clause.atoms:
        holds = atom.value(lookup)
        if holds is False:
            return FALSE
        if holds is None:
            open_atoms.append(atom)
    either: list[Atom] = []
    for atom in clause.either:
        holds = atom.value(lookup)
        if holds is True:
            either = []
            break
        if holds is None:
            either.append(atom)
    else:
        if clause.either and not either:
            return FALSE
    if not open_atoms and not either:
        return TRUE
    return Clause(clause.ref, tuple(open_atoms), tuple(either))
