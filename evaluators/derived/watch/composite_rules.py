"""The rule of a composite alarm, and whether it fires when these alarms, and no others, are in ALARM.

The grammar is that of ``AlarmRule``: ALARM(), OK(), INSUFFICIENT_DATA(), AT_LEAST(), AND, OR, NOT, TRUE, FALSE.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import re
from collections.abc import Callable, Sequence
from math import ceil

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<mark>[(),])
      | (?P<word>[^\s(),"]+)
    )""",
    re.VERBOSE,
)
_STATES = ("ALARM", "OK", "INSUFFICIENT_DATA")
_DEPTH = 200

Fires = Callable[[str], bool]
"""Whether the alarm of that name is in ALARM."""


class RuleError(ValueError):
    """A rule that does not follow the grammar, as far as it is known here."""


def alarm_name(named: str) -> str:
    """The name of an alarm given by name or by ARN."""
    return named.partition(":alarm:")[2] if named.startswith("arn:") and ":alarm:" in named else named


def holds(rule: str, fires: Fires) -> bool:
    """Whether the rule is true when exactly the alarms that ``fires`` names are in ALARM and the others in OK.

    Raises RuleError.
    """
    reader = _Reader(_tokens(rule), fires)
    found = reader.disjunction(0)
    reader.end()
    return found


def _tokens(rule: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = rule.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise RuleError(f"cannot read {text[at : at + 20]!r}")
        at = match.end()
        kind = match.lastgroup or ""
        value = match.group(kind)
        found.append((kind, re.sub(r"\\(.)", r"\1", value[1:-1])) if kind == "quoted" else (kind, value))
    return found


class _Reader:
    """A recursive-descent reader that decides as it goes."""

    def __init__(self, tokens: Sequence[tuple[str, str]], fires: Fires) -> None:
        self._tokens = tokens
        self._fires = fires
        self._at = 0

    def end(self) -> None:
        if self._at != len(self._tokens):
            raise RuleError(f"unexpected {self._tokens[self._at][1]!r}")

    def disjunction(self, depth: int) -> bool:
        if depth > _DEPTH:
            raise RuleError("the rule is nested too deeply")
        found = self._conjunction(depth)
        while self._take("OR"):
            found = self._conjunction(depth) or found
        return found

    def _conjunction(self, depth: int) -> bool:
        found = self._negation(depth)
        while self._take("AND"):
            found = self._negation(depth) and found
        return found

    def _negation(self, depth: int) -> bool:
        turned = False
        while self._take("NOT"):
            turned = not turned
        return self._function(depth) is not turned

    def _function(self, depth: int) -> bool:
        if self._mark("("):
            found = self.disjunction(depth + 1)
            self._need(")")
            return found
        word = self._word()
        if word in ("TRUE", "FALSE"):
            return word == "TRUE"
        if word in _STATES:
            self._need("(")
            name = self._name()
            self._need(")")
            return self._in_state(name, word)
        if word == "AT_LEAST":
            return self._at_least()
        raise RuleError(f"{word!r} is no function of an alarm rule")

    def _at_least(self) -> bool:
        self._need("(")
        wanted = self._text()
        self._need(",")
        turned = self._take("NOT")
        state = self._word()
        if state not in _STATES:
            raise RuleError(f"{state!r} is no state")
        self._need(",")
        self._need("(")
        names = [self._name()]
        while self._mark(","):
            names.append(self._name())
        self._need(")")
        self._need(")")
        number = wanted.removesuffix("%")
        if not number.isdecimal():
            raise RuleError(f"{wanted!r} is no number")
        least = ceil(int(number) * len(names) / 100) if wanted.endswith("%") else int(number)
        return sum(self._in_state(name, state) is not turned for name in names) >= least

    def _in_state(self, name: str, state: str) -> bool:
        firing = self._fires(alarm_name(name))
        return {"ALARM": firing, "OK": not firing, "INSUFFICIENT_DATA": False}[state]

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _take(self, word: str) -> bool:
        kind, value = self._peek()
        if kind == "word" and value.upper() == word:
            self._at += 1
            return True
        return False

    def _mark(self, mark: str) -> bool:
        if self._peek() == ("mark", mark):
            self._at += 1
            return True
        return False

    def _need(self, mark: str) -> None:
        if not self._mark(mark):
            raise RuleError(f"expected {mark!r}, found {self._peek()[1]!r}")

    def _word(self) -> str:
        kind, value = self._peek()
        if kind != "word":
            raise RuleError(f"expected a function, found {value!r}")
        self._at += 1
        return value.upper()

    def _text(self) -> str:
        kind, value = self._peek()
        if kind not in ("word", "quoted"):
            raise RuleError(f"expected a number, found {value!r}")
        self._at += 1
        return value

    def _name(self) -> str:
        """A quoted name, or the words up to the next mark: names without quotes may hold spaces."""
        kind, value = self._peek()
        if kind == "quoted":
            self._at += 1
            return value
        words: list[str] = []
        while self._peek()[0] == "word":
            words.append(self._peek()[1])
            self._at += 1
        if not words:
            raise RuleError(f"expected the name of an alarm, found {value!r}")
        return " ".join(words)
