"""Decide a request of which parts are not known, with a witness for each way it can go.

A branching search over the values of `assessor.iam.samples`: under a partial assignment the formula is judged in
three values, and a branch ends as soon as the answer is settled. Every witness replays: evaluating the request
with the witness's values, and every other unknown key absent, gives the stated answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import combinations, islice, product
from types import MappingProxyType

from assessor.iam.actions import key_multivalued, key_type, key_valid
from assessor.iam.conditions import (
    ABSENT,
    UNKNOWN,
    Atom,
    Condition,
    Missing,
    Opaque,
    Qualifier,
    ResourceTest,
    Values,
)
from assessor.iam.evaluate import Answer, Authorization, Layer, Outcome, answer, authorize, opaque_reasons
from assessor.iam.formula import FALSE, TRUE, Clause, Node, settled
from assessor.iam.patterns import restore
from assessor.iam.policy import StatementRef
from assessor.iam.request import Context, Given, Layers, Request, context
from assessor.iam.samples import samples
from assessor.iam.templates import Template, Unresolved

BUDGET = 4_000
"""Nodes searched for one witness; beyond it the answer is CONDITIONAL and not exact."""
LIST_LIMIT = 160
FILL_LIMIT = 40


class Verdict(StrEnum):
    """The answer for a request that is not fully known."""

    ALLOWED = "ALLOWED"
    DENIED = "DENIED"
    CONDITIONAL = "CONDITIONAL"
    UNSUPPORTED = "UNSUPPORTED"


@dataclass(frozen=True, slots=True)
class Witness:
    """Circumstances under which the answer is as stated: keys with values, and keys that must be absent."""

    values: Mapping[str, Values]
    absent: tuple[str, ...] = ()

    @property
    def given(self) -> Given:
        """The witness as it is added to a context."""
        return {**self.values, **dict.fromkeys(self.absent, ABSENT)}

    def __str__(self) -> str:
        texts = [f"{key}={','.join(values)}" for key, values in self.values.items()]
        texts += [f"{key} absent" for key in self.absent]
        return ", ".join(texts) or "always"


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict, its witnesses and what it rests on.

    ALLOWED and DENIED hold for every completion of the context, CONDITIONAL means both happen. ``exact`` is
    False where the search was cut off, or could not try every kind of value. ``deciding`` are the keys the
    answer turns on. grants, denials and missing belong to the witnesses: the statements that allow, those that
    deny, and the layers that do not allow. UNSUPPORTED: it depends on what cannot be read, see ``unsupported``.
    """

    verdict: Verdict
    exact: bool = True
    allow_witness: Witness | None = None
    deny_witness: Witness | None = None
    deciding: tuple[str, ...] = ()
    grants: tuple[StatementRef, ...] = ()
    denials: tuple[StatementRef, ...] = ()
    missing: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether the request is allowed in some circumstances, as far as is known."""
        return self.allow_witness is not None

    @property
    def undecided(self) -> bool:
        """Whether it is not known if the request can be allowed at all."""
        return not self.possible and self.verdict in {Verdict.UNSUPPORTED, Verdict.CONDITIONAL}


def open_context(action: str, given: Given | None = None) -> Context:
    """A context in which every key is unknown but those given and those the action cannot have."""
    return context(given, opened=lambda key: key_valid(key, action))


def decide(request: Request, layers: Layers, *, budget: int = BUDGET) -> Decision:
    """Decide a request under its policies."""
    return decide_formula(authorize(request, layers), request.context, budget=budget)


def decide_formula(authorization: Authorization, known: Context, *, budget: int = BUDGET) -> Decision:
    """Decide a formula: `decide` for callers that have it already."""
    search = _Search(authorization, known, budget)
    allow = search.find(goal=True)
    deny = search.find(goal=False)
    certain = search.exact and not search.cut
    said: dict[bool, Answer] = {}
    for goal, found in ((True, allow), (False, deny)):
        if found is not None:
            said[goal] = answer(authorization, known.with_values(found.given).closed().lookup)
    if allow is not None and deny is not None:
        verdict, certain = Verdict.CONDITIONAL, True
    elif search.hindered:
        verdict = Verdict.UNSUPPORTED
    elif not certain:
        verdict = Verdict.CONDITIONAL
    else:
        verdict = Verdict.DENIED if allow is None else Verdict.ALLOWED
    keys = [key for found in (allow, deny) if found is not None for key in (*found.values, *found.absent)]
    return Decision(
        verdict,
        certain,
        allow,
        deny,
        tuple(dict.fromkeys(keys)) if verdict is Verdict.CONDITIONAL else (),
        said[True].grants if True in said else (),
        said[False].denials if False in said else (),
        said[False].missing if False in said else (),
        opaque_reasons(authorization) if search.hindered else (),
    )


class _BudgetError(Exception):
    """The search was cut off."""


Domain = tuple["Values | Missing", ...]


@dataclass
class _Search:
    authorization: Authorization
    known: Context
    budget: int
    cut: bool = False
    exact: bool = True
    hindered: bool = False
    _nodes: int = 0
    _domains: dict[str, Domain] = field(default_factory=dict)
    _written: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lookup = self.known.lookup
        layers = tuple(
            Layer(layer.name, node)
            for layer in self.authorization.layers
            if (node := settled(layer.node, lookup)) != TRUE
        )
        denies = tuple(
            node if isinstance(node, Clause) else Clause(clause.ref)
            for clause in self.authorization.denies
            if (node := settled(clause, lookup)) != FALSE
        )
        self.small = Authorization(layers, denies)
        self._plan()

    # -- values to try --------------------------------------------------------------------------
    def _plan(self) -> None:
        nodes: list[Node] = [layer.node for layer in self.small.layers]
        nodes += self.small.denies
        atoms: list[Atom] = list(dict.fromkeys(atom for node in nodes for atom in node.leaves()))
        unknown = [
            key
            for key in dict.fromkeys(key for atom in atoms for key in atom.keys)
            if self.known.lookup(key) is UNKNOWN
        ]
        for atom in atoms:
            if isinstance(atom, Condition):
                self._written.setdefault(atom.key, atom.written or atom.key)
        linked = {
            key
            for atom in atoms
            if isinstance(atom, ResourceTest) or (isinstance(atom, Condition) and atom.has_variables)
            for key in atom.keys
        }
        extra: dict[str, dict[str, None]] = {key: {} for key in unknown}
        for _ in range(2 if linked else 0):
            pools = {
                key: self._texts(key, atoms, tuple(extra[key]), linked=True)
                for key in unknown
                if key in linked
            }
            self._link(atoms, pools, extra)
        for key in unknown:
            self._domains[key] = self._domain(key, atoms, tuple(extra[key]), linked=key in linked)

    def _texts(
        self, key: str, atoms: Iterable[Atom], extra: tuple[str, ...], *, linked: bool
    ) -> tuple[str, ...]:
        groups = frozenset(
            a.tests for a in atoms if isinstance(a, Condition) and a.key == key and a.tests is not None
        )
        found = samples(key, groups, extra, keep_all=linked)
        self.exact = self.exact and found.exhaustive
        return found.values

    def _link(
        self, atoms: Iterable[Atom], pools: Mapping[str, tuple[str, ...]], extra: dict[str, dict[str, None]]
    ) -> None:
        """Carry values over between keys that are compared with each other through variables."""
        for atom in atoms:
            if isinstance(atom, ResourceTest):
                self._solve(atom.template, [atom.arn], extra)
            elif isinstance(atom, Condition) and atom.has_variables:
                known = self.known.lookup(atom.key)
                values = pools.get(atom.key, ()) if isinstance(known, Missing) else known
                for template in atom.values:
                    self._solve(template, values, extra)
                    if atom.key in extra:
                        for text in islice(self._fillings(template, pools), FILL_LIMIT):
                            extra[atom.key].setdefault(text)

    @staticmethod
    def _solve(template: Template, values: Iterable[str], extra: dict[str, dict[str, None]]) -> None:
        for value in values:
            for key, solutions in template.solve(value).items():
                if key in extra:
                    for solution in sorted(solutions):
                        extra[key].setdefault(solution)

    def _fillings(self, template: Template, pools: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
        choices: list[list[str | Unresolved | None]] = []
        for key in template.keys:
            known = self.known.lookup(key)
            if isinstance(known, Missing):
                choices.append([*pools.get(key, ()), Unresolved()] if known is UNKNOWN else [Unresolved()])
            else:
                choices.append(list(known[:1]))
        for chosen in product(*choices):
            filled = template.fill(dict(zip(template.keys, chosen, strict=True)).get)
            if isinstance(filled, str):
                yield restore(filled.replace("*", "a").replace("?", "a"))

    def _domain(self, key: str, atoms: list[Atom], extra: tuple[str, ...], *, linked: bool) -> Domain:
        texts = self._texts(key, atoms, extra, linked=linked)
        conditions = [a for a in atoms if isinstance(a, Condition) and a.key == key]
        lists: list[Values] = [(text,) for text in texts]
        if self._multivalued(key, conditions):
            wanted = sum(1 for c in conditions if c.qualifier is not Qualifier.NONE)
            for size in range(2, min(max(wanted, 2), len(texts), 4) + 1):
                lists += islice(combinations(texts, size), LIST_LIMIT)
            if len(lists) > LIST_LIMIT or wanted > 4:
                lists = lists[:LIST_LIMIT]
                self.exact = False
        domain: list[Values | Missing] = [ABSENT, *lists]
        if linked:
            return tuple(domain)
        merged: dict[tuple[bool | None, ...], Values | Missing] = {}
        for value in domain:
            merged.setdefault(tuple(c.value(lambda _, v=value: v) for c in conditions), value)  # type: ignore[misc]
        return tuple(merged.values())

    @staticmethod
    def _multivalued(key: str, conditions: list[Condition]) -> bool:
        if key_multivalued(key):
            return True
        qualified = any(c.qualifier is not Qualifier.NONE for c in conditions)
        return qualified and not key.startswith("aws:") and key_type(key) == ""

    # -- search ---------------------------------------------------------------------------------
    def find(self, *, goal: bool) -> Witness | None:
        """Circumstances in which the formula is ``goal``; None when there are none, or the search was cut."""
        self._nodes = 0
        chosen: dict[str, Values | Missing] = {}
        try:
            if not self._descend(chosen, goal=goal):
                return None
        except _BudgetError:
            self.cut = True
            self.exact = False
            return None
        for key in list(chosen):
            value = chosen.pop(key)
            if self.small.value(self._lookup(chosen)) is not goal:
                chosen[key] = value
        values = {self._name(k): v for k, v in chosen.items() if not isinstance(v, Missing)}
        absent = tuple(self._name(k) for k, v in chosen.items() if v is ABSENT)
        return Witness(MappingProxyType(values), absent)

    def _name(self, key: str) -> str:
        return self._written.get(key, key)

    def _lookup(self, chosen: Mapping[str, "Values | Missing"]) -> "_Chosen":
        return _Chosen(chosen, self.known)

    def _descend(self, chosen: dict[str, "Values | Missing"], *, goal: bool) -> bool:
        self._nodes += 1
        if self._nodes > self.budget:
            raise _BudgetError
        lookup = self._lookup(chosen)
        value = self.small.value(lookup)
        if value is not None:
            return value is goal
        key = self._next(lookup)
        if key is None:
            self.hindered = True
            return False
        for candidate in self._domains[key]:
            chosen[key] = candidate
            if self._descend(chosen, goal=goal):
                return True
        del chosen[key]
        return False

    def _next(self, lookup: "_Chosen") -> str | None:
        """The unknown key that most undecided atoms depend on; None when only unreadable parts are left."""
        counts: dict[str, int] = {}
        for node in (*(layer.node for layer in self.small.layers), *self.small.denies):
            if node.value(lookup) is not None:
                continue
            for atom in node.leaves():
                if isinstance(atom, Opaque) or atom.value(lookup) is not None:
                    continue
                for key in atom.keys:
                    if lookup(key) is UNKNOWN:
                        counts[key] = counts.get(key, 0) + 1
        return max(counts, key=counts.__getitem__) if counts else None


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A lookup: what the search has fixed, over what is known."""

    chosen: Mapping[str, "Values | Missing"]
    known: Context

    def __call__(self, key: str) -> "Values | Missing":
        found = self.chosen.get(key)
        return self.known.lookup(key) if found is None else found


def replays(request: Request, layers: Layers, decision: Decision) -> bool:
    """Whether every witness of a decision gives the answer it stands for."""
    for witness, wanted in ((decision.allow_witness, True), (decision.deny_witness, False)):
        if witness is None:
            continue
        found = answer(authorize(request, layers), request.context.with_values(witness.given).closed().lookup)
        if (found.outcome is Outcome.ALLOWED) is not wanted or found.outcome is Outcome.UNSUPPORTED:
            return False
    return True
