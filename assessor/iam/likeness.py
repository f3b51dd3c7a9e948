"""Which principals get the same answer: those that differ in nothing that a question depends on.

An estate has far more roles than kinds of roles. What is decided for one of a kind holds for all of it: the same
statements cover the action, and their conditions come out alike by what is known of the principal.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from assessor.iam.actions import key_valid
from assessor.iam.conditions import ABSENT, UNKNOWN, Atom, Lookup, Missing, Values
from assessor.iam.policy import Policy, Statement
from assessor.iam.principals import Principals
from assessor.iam.subject import TAG

if TYPE_CHECKING:
    from assessor.iam.holders import Principal
    from assessor.iam.universe import Universe


@dataclass(frozen=True, slots=True)
class _Part:
    """What a policy says about an action: its statements (equal ones have one number) and what they turn on."""

    token: Hashable
    atoms: tuple[Atom, ...] = ()
    keys: tuple[str, ...] = ()
    principals: tuple[Principals, ...] = ()


_NOTHING = _Part(())


@dataclass(eq=False)
class Likeness:
    """Tells the principals of a universe apart as far as answers about an action depend on it.

    facing: policies beside their own that the question meets (of resources, of VPC endpoints).
    """

    universe: "Universe"
    facing: tuple[Policy, ...] = ()
    _numbers: dict[Statement, int] = field(default_factory=dict, init=False, repr=False)
    _parts: dict[tuple[int, str], _Part] = field(default_factory=dict, init=False, repr=False)
    _shared: dict[str, tuple[_Part, ...]] = field(default_factory=dict, init=False, repr=False)
    _facts: dict[str, "Mapping[str, Values | Missing]"] = field(default_factory=dict, init=False, repr=False)

    def key(self, principal: "Principal", action: str) -> Hashable:
        """Equal for two principals of which every answer about the action is equal, but for their names."""
        own = [self._part(policy, action) for policy in principal.identity]
        own = [part for part in own if part is not _NOTHING]
        bound = principal.boundary
        limit = None if bound is None else self._part(bound, action)
        shared = self._above(action)
        lookup = self._lookup(principal, action)
        marks: dict[Hashable, Hashable] = {}
        for part in (*own, *shared, *(() if limit is None else (limit,))):
            for atom in part.atoms:
                if atom not in marks:
                    marks[atom] = _mark(atom, lookup)
            for key in part.keys:
                marks[key] = lookup(key)
        named = tuple(one.names(principal.caller) for part in shared for one in part.principals)
        return (
            action,
            principal.caller.kind,
            principal.caller.service_linked,
            tuple(part.token for part in own),
            None if limit is None else (limit.token,),
            tuple(marks.values()),
            named,
            principal.arn if self._by_session(shared) else "",
        )

    def _above(self, action: str) -> tuple[_Part, ...]:
        """What meets every principal."""
        found = self._shared.get(action)
        if found is None:
            levels = (*(self.universe.scps or ()), *self.universe.rcps)
            policies = (*(policy for level in levels for policy in level), *self.facing)
            parts = (self._part(policy, action) for policy in policies)
            found = self._shared[action] = tuple(part for part in parts if part is not _NOTHING)
        return found

    def _part(self, policy: Policy, action: str) -> _Part:
        found = self._parts.get((id(policy), action))
        if found is None:
            found = self._parts[id(policy), action] = self._read(policy, action)
        return found

    def _read(self, policy: Policy, action: str) -> _Part:
        statements = [one for one in policy.statements if one.covers_action(action)]
        if not statements and not policy.problems:
            return _NOTHING
        # A document that cannot be read says something of its own in every answer.
        token: list[Hashable] = [id(policy)] if policy.problems else []
        token += [self._numbers.setdefault(one, len(self._numbers)) for one in statements]
        return _Part(
            tuple(token),
            tuple(dict.fromkeys(atom for one in statements for atom in one.conditions)),
            tuple(dict.fromkeys(key for one in statements for t in one.resources or () for key in t.keys)),
            tuple(
                one.principals
                for one in statements
                if one.principals is not None and not one.principals.everybody
            ),
        )

    def _lookup(self, principal: "Principal", action: str) -> Lookup:
        facts = self._facts.get(principal.arn)
        if facts is None:
            facts = self._facts[principal.arn] = self.universe.facts(principal)
        fixed = not principal.taggable_sessions

        def lookup(key: str) -> Values | Missing:
            found = facts.get(key)
            if found is not None:
                return found
            if fixed and key.startswith(TAG):
                return ABSENT
            return UNKNOWN if key_valid(key, action) else ABSENT

        return lookup

    @staticmethod
    def _by_session(parts: Iterable[_Part]) -> bool:
        """Whether a policy names sessions of roles: which of them are the principal's own, its name decides."""
        return any(
            ":assumed-role/" in entry.value
            for part in parts
            for principals in part.principals
            for entry in principals.named
        )


def _mark(atom: Atom, lookup: Lookup) -> Hashable:
    """How a condition comes out, or what is known of its keys where that is open."""
    value = atom.value(lookup)
    return tuple(lookup(key) for key in atom.keys) if value is None else value
