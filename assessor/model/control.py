"""A control: a question about one kind of subject, as data with a pure function inside."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from assessor.model.operation import Operation
from assessor.model.reading import Call
from assessor.model.verdict import Item, Severity, Status, Verdict
from assessor.model.view import View


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
    """

    arn: str
    kind: str
    key: str = ""
    region: str = ""
    about: Mapping[str, object] = field(
        default_factory=lambda: MappingProxyType({}), hash=False, compare=False
    )
    evidence: tuple[Call, ...] = field(default=(), compare=False)


Subjects = Callable[[View], Iterable[Subject]]
Judge = Callable[[Subject, View], Verdict]


@dataclass(frozen=True)
class Control:
    """One control of the catalogue. Data; registration is an explicit list in each item's package.

    when_none: what it means when there is nothing to ask about; ``none_because`` says so in words.
    answers: the checklist sentences (``S4.3``) it answers; ``frameworks`` maps other catalogues' ids.
    edge_cases: what a reader would otherwise get wrong; shown in the generated page.
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
