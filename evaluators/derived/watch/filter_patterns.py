"""Metric filters of a log group: does one match an event that CloudTrail wrote there.

Read are filters on JSON (``{ ($.eventName = X) || ... }``) and filters of words.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
"""

import json
import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from evaluators.derived.watch.event_patterns import PatternError

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>&&|\|\||!=|<=|>=|[()=<>])|(?P<word>[^\s()"=<>!&|]+(?:\[[^\]]*\])?))""",
    re.VERBOSE,
)
_WORD = re.compile(r"""(?P<sign>[-?]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]+))""")
_DEPTH = 100


def selects(pattern: str, event: Mapping[str, Any]) -> bool:
    """Whether the filter counts the event. Raises PatternError for what is not known here."""
    text = pattern.strip()
    if not text:
        return True
    if text.startswith("{") and text.endswith("}"):
        reader = _Reader(_tokens(text[1:-1]), event)
        found = reader.either(0)
        reader.end()
        return found
    if text.startswith(("[", "%")):
        raise PatternError("a filter on columns or a regular expression")
    return _words(text, json.dumps(event, separators=(",", ":")))


def _words(pattern: str, text: str) -> bool:
    needed, optional = [], []
    for match in _WORD.finditer(pattern):
        word = match["quoted"] if match["quoted"] is not None else match["plain"]
        if match["sign"] == "-":
            if word in text:
                return False
        elif match["sign"] == "?":
            optional.append(word)
        else:
            needed.append(word)
    if needed:  # beside words that must be there, optional ones mean nothing
        return all(word in text for word in needed)
    return any(word in text for word in optional) or not optional


def _tokens(text: str) -> list[str]:
    found = []
    at = 0
    rest = text.rstrip()
    while at < len(rest):
        match = _TOKEN.match(rest, at)
        if match is None:
            raise PatternError(f"cannot read {rest[at : at + 20]!r}")
        at = match.end()
        found.append(match.group().strip())
    return found


class _Reader:
    """Reads a JSON filter and decides as it goes."""

    def __init__(self, tokens: list[str], event: Mapping[str, Any]) -> None:
        self._tokens = tokens
        self._event = event
        self._at = 0

    def end(self) -> None:
        if self._at != len(self._tokens):
            raise PatternError(f"unexpected {self._tokens[self._at]!r}")

    def either(self, depth: int) -> bool:
        if depth > _DEPTH:
            raise PatternError("nested too deeply")
        found = self._both(depth)
        while self._take("||"):
            found = self._both(depth) or found
        return found

    def _both(self, depth: int) -> bool:
        found = self._one(depth)
        while self._take("&&"):
            found = self._one(depth) and found
        return found

    def _one(self, depth: int) -> bool:
        if self._take("("):
            found = self.either(depth + 1)
            if not self._take(")"):
                raise PatternError("a bracket is not closed")
            return found
        return self._test()

    def _test(self) -> bool:
        path = self._next()
        if not path.startswith("$.") or "[" in path:
            raise PatternError(f"selector {path}")
        there, value = _at(self._event, path[2:].split("."))
        operator = self._next().upper()
        if operator == "NOT":
            self._need("EXISTS")
            return not there
        if operator == "EXISTS":
            return there
        if operator == "IS":
            wanted = self._next().upper()
            if wanted not in ("TRUE", "FALSE", "NULL"):
                raise PatternError(f"IS {wanted}")
            return there and value is {"TRUE": True, "FALSE": False, "NULL": None}[wanted]
        wanted = self._next()
        if operator not in ("=", "!="):
            raise PatternError(f"operator {operator}")
        if not there:
            return False
        return _equal(wanted, value) is (operator == "=")

    def _next(self) -> str:
        if self._at >= len(self._tokens):
            raise PatternError("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _need(self, word: str) -> None:
        if self._next().upper() != word:
            raise PatternError(f"expected {word}")

    def _take(self, mark: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == mark:
            self._at += 1
            return True
        return False


def _at(event: Any, path: list[str]) -> tuple[bool, Any]:
    for name in path:
        if not isinstance(event, Mapping) or name not in event:
            return False, None
        event = event[name]
    return True, event


def _equal(wanted: str, value: Any) -> bool:
    if wanted.startswith("%"):
        raise PatternError("a regular expression")
    text = wanted[1:-1] if wanted.startswith('"') else wanted
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    return fnmatchcase(str(value), text.replace("[", "[[]").replace("?", "[?]"))
