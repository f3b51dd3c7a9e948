"""A control: a question about one kind of subject, as data with a pure function inside."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import View

WORKLOAD = "workload"
"""The scope of a run that judges only what lies on a path to a model."""


class Level(StrEnum):
    """How often a control is asked: once for the account, or once in every Region in scope."""

    ACCOUNT = "account"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a control is asked about.

    arn: the ARN of AWS's service authorization reference; never empty.
    kind: CloudFormation-style type (``AWS::Bedrock::Guardrail``).
    key: a part of the identity that the ARN does not hold (a stage name), "" otherwise. It goes into the
        finding's id, so it must be stable between runs.
    region: where the resource lives, when it is not the Region the control is asked in.
    about: what the control's function needs to know, already read.
    evidence: the calls that named this subject, where they are not simply the last ones read.
    stands_for: ids of the workload's nodes that decide whether it is judged, where that is not its own ARN (a usage
        plan stands for its stages).
    """

    arn: str
    kind: str
    key: str = ""
    region: str = ""
    about: Mapping[str, object] = field(
        default_factory=lambda: MappingProxyType({}), hash=False, compare=False
    )
    evidence: tuple[Call, ...] = field(default=(), compare=False)
    stands_for: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Bearing:
    """What the run's scope makes of one subject.

    instead: the verdict that stands in place of the control's own; ``judged`` False without one leaves it out.
    note: what the row says beside its verdict, in words. evidence: the calls that this rests on.
    """

    judged: bool
    instead: Verdict | None = None
    note: str = ""
    evidence: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Narrowing:
    """How a run in scope ``workload`` narrows what a control judges.

    reads: the operations that ``bearing`` rests on. of: the rest of the sentence "7 seen, ..." where nothing is left.
    """

    reads: tuple[Operation, ...]
    bearing: "Callable[[View, Subject], Bearing]"
    of: str


class Asker(Protocol):
    """Whatever makes a run read: a control, or a question to people that rests on facts."""

    def operations(self, scope: str) -> tuple[Operation, ...]:
        """Every operation it needs in a run of that scope."""
        ...


Subjects = Callable[[View], Iterable[Subject]]
Judge = Callable[[Subject, View], Verdict]


@dataclass(frozen=True)
class Control:
    """One control of the catalogue. Data; registration is an explicit list in each item's package.

    when_none: what it means when there is nothing to ask about; ``none_because`` says so in words.
    answers: the checklist sentences (``S4.3``) it answers; ``frameworks`` maps other catalogues' ids.
    edge_cases: what a reader would otherwise get wrong; shown in the generated page.
    narrowing: how scope ``workload`` narrows it, for a control that is ``workload_aware``.
    """

    id: str
    slug: str
    item: Item
    title: str
    severity: Severity
    level: Level
    kind: str
    subjects: Subjects
    reads: tuple[Operation, ...]
    judge: Judge
    when_none: Status
    none_because: str
    why: str
    remediation: str
    fix_cli: str
    answers: tuple[str, ...] = ()
    frameworks: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    parameters: tuple[str, ...] = ()
    edge_cases: tuple[str, ...] = ()
    workload_aware: bool = False
    narrowing: Narrowing | None = None

    def operations(self, scope: str) -> tuple[Operation, ...]:
        """Every operation it needs in a run of that scope."""
        if self.narrowing is None or scope != WORKLOAD:
            return self.reads
        return tuple(dict.fromkeys((*self.reads, *self.narrowing.reads)))

    @property
    def documentation(self) -> str:
        """What is judged and how to check it by hand: the function's docstring."""
        return inspect.getdoc(self.judge) or ""


def control(
    id: str,
    *,
    slug: str,
    item: Item,
    title: str,
    severity: Severity,
    kind: str,
    subjects: Subjects,
    reads: Iterable[Operation],
    when_none: Status,
    none_because: str,
    why: str,
    remediation: str,
    fix_cli: str,
    level: Level = Level.REGION,
    answers: Iterable[str] = (),
    frameworks: Mapping[str, Iterable[str]] | None = None,
    parameters: Iterable[str] = (),
    edge_cases: Iterable[str] = (),
    workload_aware: bool = False,
) -> Callable[[Judge], Control]:
    """Make a `Control` of a pure function ``(subject, aws) -> Verdict``; the docstring is the generated page."""

    def made(judge: Judge) -> Control:
        return Control(
            id=id,
            slug=slug,
            item=item,
            title=title,
            severity=severity,
            level=level,
            kind=kind,
            subjects=subjects,
            reads=tuple(dict.fromkeys(reads)),
            judge=judge,
            when_none=when_none,
            none_because=none_because,
            why=why,
            remediation=remediation,
            fix_cli=fix_cli,
            answers=tuple(answers),
            frameworks=MappingProxyType({k: tuple(v) for k, v in (frameworks or {}).items()}),
            parameters=tuple(parameters),
            edge_cases=tuple(edge_cases),
            workload_aware=workload_aware,
        )

    return made
