"""Wildcard patterns of IAM: ``*`` and ``?``, over whole strings and over the six parts of an ARN.

Matching rests on "IAM JSON policy elements: Resource" and "Condition operators" of the IAM User Guide: in an
ARN each of the six colon-separated parts is compared separately, and an ARN with fewer parts is completed.
A pattern is also available as a sequence of steps, so that `assessor.iam.samples` can search for a string that
matches several patterns at once.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from fnmatch import translate
from functools import lru_cache

ARN_PARTS = 6


class Chars(Enum):
    """Sets of characters a step accepts, besides single characters."""

    ANY = "any"
    NOT_COLON = "not colon"
    DIGIT = "digit"
    LOWER_OR_DIGIT = "lower-case letter or digit"
    NAME = "letter, digit, dot, dash or underscore"
    NAME_OR_COLON = "the same, colon or slash"
    REGION = "lower-case letter, digit or dash"

    def accepts(self, char: str) -> bool:
        """Whether ``char`` (one character) belongs to the set."""
        return _MEMBER[self](char)


_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz")
_DIGITS = frozenset("0123456789")
_NAME = _LOWER | _DIGITS | frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ._-")
_MEMBER: dict[Chars, Callable[[str], bool]] = {
    Chars.ANY: lambda _: True,
    Chars.NOT_COLON: lambda c: c != ":",
    Chars.DIGIT: _DIGITS.__contains__,
    Chars.LOWER_OR_DIGIT: (_LOWER | _DIGITS).__contains__,
    Chars.NAME: _NAME.__contains__,
    Chars.NAME_OR_COLON: (_NAME | frozenset(":/")).__contains__,
    Chars.REGION: (_LOWER | _DIGITS | {"-"}).__contains__,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a pattern: a character or a set of them, once or any number of times."""

    accepts: str | Chars
    repeated: bool = False
    ignore_case: bool = False

    def matches(self, char: str) -> bool:
        """Whether the step accepts ``char``."""
        if isinstance(self.accepts, Chars):
            return self.accepts.accepts(char)
        if self.ignore_case:
            return self.accepts.casefold() == char.casefold()
        return self.accepts == char


Steps = tuple[Step, ...]


@lru_cache(maxsize=65536)
def compile_glob(pattern: str) -> re.Pattern[str]:
    """A pattern with ``*`` and ``?`` as a regular expression.

    `fnmatch.translate` emits atomic groups, so that no pattern makes matching exponential; ``[`` has no
    meaning in IAM and is escaped first.
    """
    return re.compile(translate(pattern.replace("[", "[[]")))


def has_wildcard(text: str) -> bool:
    """Whether ``text`` contains ``*`` or ``?``."""
    return "*" in text or "?" in text


def glob_matches(pattern: str, text: str) -> bool:
    """Case-sensitive match of a whole string."""
    if pattern == "*":
        return True
    if not has_wildcard(pattern):
        return pattern == text
    return compile_glob(pattern).match(text) is not None


def steps_of(pattern: str, any_char: Chars = Chars.ANY, *, ignore_case: bool = False) -> Steps:
    """The steps of a pattern whose wildcards stand for ``any_char``."""
    steps: list[Step] = []
    for char in pattern:
        if char == "*":
            if not steps or not steps[-1].repeated or steps[-1].accepts is not any_char:
                steps.append(Step(any_char, repeated=True))
        elif char == "?":
            steps.append(Step(any_char))
        else:
            steps.append(Step(char, ignore_case=ignore_case))
    return tuple(steps)


def literal_steps(text: str, *, ignore_case: bool = False) -> Steps:
    """The steps of a string without wildcards."""
    return tuple(Step(char, ignore_case=ignore_case) for char in text)


ESCAPES = {"*": "\ue02a", "?": "\ue03f"}
"""Private-use characters that stand for a literal ``*`` or ``?`` (``${*}``) inside a pattern."""
_RESTORE = str.maketrans({v: k for k, v in ESCAPES.items()})


def escape(text: str) -> str:
    """``text`` with its wildcard characters made literal."""
    return text.replace("*", ESCAPES["*"]).replace("?", ESCAPES["?"])


def restore(text: str) -> str:
    """The text that an escaped pattern was written for."""
    return text.translate(_RESTORE)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern over whole strings (`StringLike`, `Action`)."""

    text: str
    _regex: re.Pattern[str] | None = field(init=False, compare=False, repr=False, default=None)
    _literal: str | None = field(init=False, compare=False, repr=False, default=None)

    def __post_init__(self) -> None:
        if has_wildcard(self.text):
            if self.text != "*":
                object.__setattr__(self, "_regex", compile_glob(self.text))
        else:
            object.__setattr__(self, "_literal", restore(self.text))

    def matches(self, value: str) -> bool:
        """Whether the whole of ``value`` matches, case-sensitively."""
        if self._literal is not None:
            return self._literal == value
        return self._regex is None or self._regex.match(_sheltered(self.text, value)) is not None

    @property
    def literal(self) -> str | None:
        """The one string that matches; None when there are wildcards."""
        return self._literal

    def steps(self) -> tuple[Steps, ...]:
        """The alternatives that the pattern accepts, for searching strings."""
        return (_restored(steps_of(self.text)),)


@dataclass(frozen=True, slots=True)
class ArnPattern:
    """A pattern over an ARN (`Resource`, `ArnLike`), compared part by part.

    With fewer than six parts, AWS fills in the rest with wildcards; a ``*`` may also run over colons then.
    ``execute-api:/...`` is API Gateway's short form, as its console shows it. ``spanning``: a ``*`` at the end of
    a part may run over colons in a whole ARN too, as it does in a Resource element but not in a condition.
    """

    text: str
    spanning: bool = False
    _whole: tuple[Pattern, ...] = field(init=False, compare=False, repr=False, default=())
    _parts: tuple[Pattern, ...] = field(init=False, compare=False, repr=False, default=())

    def __post_init__(self) -> None:
        text = self.text
        if text.startswith("execute-api:/"):
            text = "arn:*:execute-api:*:*:*" + text[len("execute-api:") :]
        parts = text.split(":", ARN_PARTS - 1)
        if len(parts) == ARN_PARTS and has_wildcard(text):
            object.__setattr__(self, "_parts", tuple(Pattern(p) for p in parts))
            if self.spanning and _runs_on(parts[:-1]):
                object.__setattr__(self, "_whole", (Pattern(text),))
        else:
            object.__setattr__(self, "_whole", (Pattern(text),))
        if 1 < len(parts) < ARN_PARTS and parts[0] == "arn":
            filled = parts + ["*"] * (ARN_PARTS - len(parts))
            object.__setattr__(self, "_parts", tuple(Pattern(p) for p in filled))

    def matches(self, arn: str) -> bool:
        """Whether ``arn`` matches, case-sensitively."""
        if self.text == "*":
            return True
        for whole in self._whole:
            if whole.matches(arn):
                return True
        if not self._parts:
            return False
        values = arn.split(":", ARN_PARTS - 1)
        return len(values) == ARN_PARTS and all(
            p.matches(v) for p, v in zip(self._parts, values, strict=True)
        )

    @property
    def literal(self) -> str | None:
        """The one ARN that matches; None when there are wildcards."""
        return self._whole[0].literal if self._whole and not self._parts else None

    def steps(self) -> tuple[Steps, ...]:
        """The alternatives that the pattern accepts, for searching strings."""
        found = [_restored(steps_of(whole.text)) for whole in self._whole]
        if self._parts:
            joined: list[Step] = []
            for number, part in enumerate(self._parts):
                last = number == ARN_PARTS - 1
                joined += steps_of(part.text, Chars.ANY if last else Chars.NOT_COLON)
                if not last:
                    joined.append(Step(":"))
            found.append(_restored(tuple(joined)))
        return tuple(found)


def _runs_on(parts: list[str]) -> bool:
    """Whether the wildcards of all but the last part are each a ``*`` that ends its part, and there is one."""
    wild = [part for part in parts if has_wildcard(part)]
    return bool(wild) and not any(has_wildcard(part.removesuffix("*")) for part in wild)


def _sheltered(pattern: str, value: str) -> str:
    """``value`` as the regular expression of ``pattern`` sees it: literal wildcards as their stand-ins."""
    if ESCAPES["*"] in pattern or ESCAPES["?"] in pattern:
        return escape(value)
    return value


def _restored(steps: Steps) -> Steps:
    return tuple(
        Step(restore(s.accepts), s.repeated, s.ignore_case) if isinstance(s.accepts, str) else s
        for s in steps
    )
