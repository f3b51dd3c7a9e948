"""What a control can answer about one subject."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from assessor.model.reading import Why


class Status(StrEnum):
    """The statuses of a finding."""

    PASS = "PASS"  # noqa: S105 - a status, no password
    FAIL = "FAIL"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    NOT_ASSESSED = "NOT_ASSESSED"
    MANUAL = "MANUAL"
    ATTESTED = "ATTESTED"
    WAIVED = "WAIVED"
    INFO = "INFO"


class Severity(StrEnum):
    """What an outsider gains when the control fails."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def weight(self) -> int:
        """Weight in an item's score."""
        return _WEIGHTS[self]

    @property
    def rank(self) -> int:
        """0 for critical, rising as severity falls."""
        return list(Severity).index(self)


_WEIGHTS = {Severity.CRITICAL: 10, Severity.HIGH: 5, Severity.MEDIUM: 3, Severity.LOW: 1}


class Item(IntEnum):
    """The seven items of the checklist, in its order."""

    GOVERNANCE = 1
    LICENCES = 2
    ACCESS = 3
    INPUT_OUTPUT = 4
    DATA = 5
    PERIMETER = 6
    MONITORING = 7

    @property
    def title(self) -> str:
        """The item in a few words."""
        return _TITLES[self]


_TITLES = {
    Item.GOVERNANCE: "Governance and compliance",
    Item.LICENCES: "Model licences and data use",
    Item.ACCESS: "Access control",
    Item.INPUT_OUTPUT: "Input and output risks",
    Item.DATA: "Data protection",
    Item.PERIMETER: "Perimeter",
    Item.MONITORING: "Monitoring and response",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A control's answer about one subject, with the observed value in words.

    ``severity`` is set only where the answer is milder or graver than the control's own severity.
    ``reason`` and ``grant`` belong to NOT_ASSESSED.
    """

    status: Status
    observed: str
    severity: Severity | None = None
    reason: Why | None = None
    grant: str = ""
    notes: tuple[str, ...] = field(default=())


def passed(observed: str, *notes: str) -> Verdict:
    """The configuration proves the condition."""
    return Verdict(Status.PASS, observed, notes=notes)


def failed(observed: str, severity: Severity | None = None, *notes: str) -> Verdict:
    """The configuration proves the opposite; ``severity`` where it weighs differently than usual."""
    return Verdict(Status.FAIL, observed, severity=severity, notes=notes)


def not_applicable(observed: str) -> Verdict:
    """The resource or situation does not exist."""
    return Verdict(Status.NOT_APPLICABLE, observed)


def not_assessed(why: Why, observed: str, grant: str = "") -> Verdict:
    """The truth could not be learned."""
    return Verdict(Status.NOT_ASSESSED, observed, reason=why, grant=grant)


def info(observed: str) -> Verdict:
    """An inventory fact, shown for context and never scored."""
    return Verdict(Status.INFO, observed)
