"""The ways into a resource from outside: how far, who, to do what, with a witness; and what surrounds its policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assessor.iam.conditions import Missing
from assessor.iam.decide import Decision, Verdict, Witness
from assessor.iam.principals import ANONYMOUS, Caller
from assessor.iam.request import Given
from assessor.iam.statements import Policy, StatementRef


class Level(StrEnum):
    """How far a resource is open, widest first."""

    ANYONE = "ANYONE"
    ANY_ACCOUNT = "ANY_ACCOUNT"
    IP_RANGE = "IP_RANGE"
    ACCOUNT = "ACCOUNT"
    SERVICE = "SERVICE"
    FEDERATED = "FEDERATED"
    ORG = "ORG"
    PRIVATE = "PRIVATE"

    @property
    def rank(self) -> int:
        """0 for the widest."""
        return list(Level).index(self)

    @property
    def public(self) -> bool:
        """Open to people nobody has named."""
        return self in {Level.ANYONE, Level.ANY_ACCOUNT}


@dataclass(frozen=True, slots=True)
class Opening:
    """One way in: who (an account, service, organization or address range), to do what, with a witness.

    caveat: what may stand against it that could not be seen, in words.
    """

    level: Level
    who: str
    actions: tuple[str, ...]
    resource: str
    witness: Witness | None
    statements: tuple[StatementRef, ...]
    caller: Caller = ANONYMOUS
    context: Given = field(default_factory=dict, compare=False, repr=False)
    caveat: str = field(default="", compare=False)

    @property
    def label(self) -> str:
        """``ACCOUNT:222222222222``, ``ANYONE``."""
        return f"{self.level}:{self.who}" if self.who else str(self.level)


@dataclass(frozen=True, slots=True)
class Exposure:
    """Every way in that was found, widest first.

    ``unsupported`` names what could not be read: the resource may then be more open than shown. ``exact`` is
    False where a search was cut off.
    """

    openings: tuple[Opening, ...]
    unsupported: tuple[str, ...] = ()
    exact: bool = True

    @property
    def level(self) -> Level:
        """The widest level; PRIVATE when nothing was found (and nothing was unreadable)."""
        return self.openings[0].level if self.openings else Level.PRIVATE

    @property
    def labels(self) -> tuple[str, ...]:
        """Each opening's label once; ``PRIVATE`` when there are none."""
        return tuple(dict.fromkeys(o.label for o in self.openings)) or (str(Level.PRIVATE),)

    def at(self, *levels: Level) -> tuple[Opening, ...]:
        """The openings of some levels."""
        return tuple(o for o in self.openings if o.level in levels)


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds the policy.

    restrict_public_buckets: S3 Block Public Access, of the bucket or the account. internet: False for an API
    Gateway endpoint of type PRIVATE. url_auth: AuthType of a Lambda function URL (NONE or AWS_IAM).
    grantees: principals that hold KMS grants. rcps: resource control policies of the account, by level.
    fixed: keys that every request carries as stated, or never carries (through no access point: ABSENT).
    """

    restrict_public_buckets: bool = False
    internet: bool = True
    url_auth: str | None = None
    grantees: tuple[str, ...] = ()
    rcps: tuple[tuple[Policy, ...], ...] | None = None
    fixed: tuple[tuple[str, str | Missing], ...] = ()


class Collected:
    """Openings by level and name; the first witness stays, actions add up.

    alike: for an action that is asked about, those it stands for.
    """

    def __init__(self, alike: Mapping[str, tuple[str, ...]]) -> None:
        self._alike = alike
        self.openings: dict[tuple[Level, str, str], Opening] = {}
        self.unsupported: dict[str, None] = {}
        self.exact = True

    def note(self, decision: Decision) -> bool:
        """Keep what a decision says about its own certainty; whether the request can be allowed."""
        self.exact = self.exact and decision.exact
        if decision.verdict is Verdict.UNSUPPORTED:
            self.unsupported.update(dict.fromkeys(decision.unsupported))
        if not decision.exact and decision.verdict is Verdict.CONDITIONAL and decision.allow_witness is None:
            self.exact = False
        return decision.allow_witness is not None

    def add(self, opening: Opening) -> None:
        """Take in an opening."""
        # Several accounts may get in as members of one organization.
        member = opening.caller.account if opening.level is Level.ORG else ""
        key = (opening.level, opening.who, member)
        stands_for = (action for asked in opening.actions for action in self._alike.get(asked, (asked,)))
        opening = replace(opening, actions=tuple(stands_for))
        known = self.openings.get(key)
        if known is None:
            self.openings[key] = opening
        else:
            self.openings[key] = replace(
                known,
                actions=tuple(dict.fromkeys((*known.actions, *opening.actions))),
                statements=tuple(dict.fromkeys((*known.statements, *opening.statements))),
            )

    def merged(self) -> list[Opening]:
        """Every opening once."""
        return list(self.openings.values())
