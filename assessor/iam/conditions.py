"""One condition of a statement: an operator, a key and its values, judged in three values.

Kleene logic: True, False, or None where a value is not known. Absent keys, as documented in "Condition
operators" and "Single-valued vs. multivalued context keys": positive operators are false, negated ones true,
``...IfExists`` true, ``ForAllValues`` true, ``ForAnyValue`` false, ``Null: true`` true. A value with a variable
that cannot be resolved invalidates the statement (the condition is false) unless the operator has ``IfExists``;
then it equals nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from assessor.iam.operators import Family, Operator, Test, resource_like, truth
from assessor.iam.templates import UNRESOLVED, Template, Unresolved


class Missing(Enum):
    """What a lookup answers when there is no value."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


ABSENT = Missing.ABSENT
UNKNOWN = Missing.UNKNOWN
Values = tuple[str, ...]
Lookup = Callable[[str], "Values | Missing"]
"""Lower-cased key -> its values, ABSENT or UNKNOWN."""


class Qualifier(StrEnum):
    """How the values of a multivalued key are combined."""

    NONE = ""
    ALL = "ForAllValues"
    ANY = "ForAnyValue"


def resolver(lookup: Lookup) -> Callable[[str], "str | Unresolved | None"]:
    """How variables are replaced: single-valued keys only; more than one value cannot be resolved."""

    def resolve(key: str) -> "str | Unresolved | None":
        found = lookup(key)
        if found is UNKNOWN:
            return None
        if isinstance(found, Missing) or len(found) != 1:
            return UNRESOLVED
        return found[0]

    return resolve


@dataclass(frozen=True, slots=True)
class Condition:
    """An operator with its qualifier, a lower-cased key and its policy values: one atom of a policy.

    ``written`` is the key as the policy spells it. ``tests`` are the comparisons, where no value has variables.
    """

    operator: Operator
    key: str
    values: tuple[Template, ...]
    qualifier: Qualifier = Qualifier.NONE
    if_exists: bool = False
    written: str = field(default="", compare=False)
    tests: tuple[Test, ...] | None = field(init=False, compare=False, repr=False, default=None)
    _hash: int = field(init=False, compare=False, repr=False, default=0)

    def __post_init__(self) -> None:
        constants = [template.constant for template in self.values]
        if self.operator.family is not Family.NULL and None not in constants:
            object.__setattr__(
                self, "tests", tuple(self._test(text) for text in constants if text is not None)
            )
        object.__setattr__(
            self, "_hash", hash((self.operator, self.key, self.values, self.qualifier, self.if_exists))
        )

    def __hash__(self) -> int:
        return self._hash

    def _test(self, text: str) -> Test:
        return Test(self.operator.family, self.operator.relation, text)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys it depends on: its own and those of its variables."""
        found = [self.key]
        for template in self.values:
            found += template.keys
        return tuple(dict.fromkeys(found))

    @property
    def has_variables(self) -> bool:
        """Whether a value depends on another key."""
        return self.tests is None and self.operator.family is not Family.NULL

    @property
    def name(self) -> str:
        """The operator as a policy spells it."""
        prefix = f"{self.qualifier}:" if self.qualifier else ""
        return f"{prefix}{self.operator.name}{'IfExists' if self.if_exists else ''}"

    def value(self, lookup: Lookup) -> bool | None:
        """True, False, or None where it depends on something not known."""
        given = lookup(self.key)
        if self.operator.family is Family.NULL:
            return self._null(given)
        if given == ():
            given = ABSENT
        if given is ABSENT:
            return self._absent(lookup)
        tests = self.tests
        if tests is None:
            filled = self._filled(lookup)
            if filled is None or isinstance(filled, bool):
                return filled
            tests = filled
        if isinstance(given, Missing):
            return None
        return self.judge(given, tests)

    def judge(self, given: Values, tests: Iterable[Test]) -> bool:
        """The answer for a key that is present with the values ``given``."""
        wanted = list(tests)
        negated = self.operator.negated
        match self.qualifier:
            case Qualifier.ALL:
                return all(any(t.holds(v) for t in wanted) is not negated for v in given)
            case Qualifier.ANY:
                return any(any(t.holds(v) for t in wanted) is not negated for v in given)
            case _:
                return any(t.holds(v) for v in given for t in wanted) is not negated

    def _null(self, given: Values | Missing) -> bool | None:
        if given is UNKNOWN:
            return None
        absent = given is ABSENT or given == ()
        return any(truth(template.constant or "") is absent for template in self.values)

    def _absent(self, lookup: Lookup) -> bool | None:
        if self.if_exists or self.qualifier is Qualifier.ALL:
            return True
        if self.qualifier is Qualifier.ANY or not self.operator.negated:
            return False
        if self.has_variables:
            filled = self._filled(lookup)
            if filled is None or isinstance(filled, bool):
                return filled
        return True

    def _filled(self, lookup: Lookup) -> tuple[Test, ...] | bool | None:
        """The comparisons with variables in place; False where the statement is invalid; None: not known."""
        resolve = resolver(lookup)
        texts = [template.fill(resolve) for template in self.values]
        if not self.if_exists and any(isinstance(text, Unresolved) for text in texts):
            return False
        if None in texts:
            return None
        return tuple(self._test(text) for text in texts if isinstance(text, str))


@dataclass(frozen=True, slots=True)
class ResourceTest:
    """Whether a Resource with variables matches an ARN: an atom that depends on the variables' keys."""

    template: Template
    arn: str
    negated: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the variables."""
        return self.template.keys

    def value(self, lookup: Lookup) -> bool | None:
        """True, False, or None where a variable is not known; an unresolved one invalidates the statement."""
        text = self.template.fill(resolver(lookup))
        if text is None:
            return None
        if isinstance(text, Unresolved):
            return False
        return resource_like(text).matches(self.arn) is not self.negated


@dataclass(frozen=True, slots=True)
class Opaque:
    """Something the policy says that we cannot judge: never known, and named in the answer."""

    reason: str
    keys: tuple[str, ...] = ()

    def value(self, lookup: Lookup) -> bool | None:  # noqa: ARG002 - one protocol for all atoms
        """Not known, whatever the request."""
        return None


Atom = Condition | ResourceTest | Opaque
