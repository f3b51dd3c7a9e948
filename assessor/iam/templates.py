"""Policy variables: ``${aws:username}``, ``${aws:PrincipalTag/team, 'none'}`` and the escapes ``${*} ${?} ${$}``.

Rests on "IAM policy elements: Variables and tags". Documents of version 2008-10-17 have no variables: there the
text stands for itself. A variable whose key is absent and that has no default cannot be resolved.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from assessor.iam.patterns import escape

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_DEFAULT = re.compile(r"\A\s*([^,]+?)\s*,\s*'([^']*)'\s*\Z")


@dataclass(frozen=True, slots=True)
class Variable:
    """A reference to a context key, lower-cased, with the default that stands in when it is absent."""

    key: str
    default: str | None = None


Part = str | Variable


class Unresolved:
    """What a text is worth when one of its variables is absent."""

    __slots__ = ()


UNRESOLVED = Unresolved()
Resolver = Callable[[str], "str | Unresolved | None"]
"""Value of a key, UNRESOLVED when it is absent, None when it is not known."""


@dataclass(frozen=True, slots=True)
class Template:
    """A text of a policy, split at its variables. Literal wildcards (``${*}``) are escaped in its strings."""

    parts: tuple[Part, ...]

    @property
    def constant(self) -> str | None:
        """The text, where it has no variables."""
        if not self.parts:
            return ""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):
            return self.parts[0]
        return None

    @property
    def keys(self) -> tuple[str, ...]:
        """The context keys it depends on."""
        return tuple(dict.fromkeys(p.key for p in self.parts if isinstance(p, Variable)))

    def fill(self, resolve: Resolver) -> "str | Unresolved | None":
        """The text with values in place; None when a value is not known. Wildcards in values are literal."""
        pieces: list[str] = []
        unknown = False
        for part in self.parts:
            if isinstance(part, str):
                pieces.append(part)
                continue
            value = resolve(part.key)
            if isinstance(value, Unresolved):
                if part.default is None:
                    return UNRESOLVED
                value = part.default
            if value is None:
                unknown = True
            else:
                pieces.append(escape(value))
        return None if unknown else "".join(pieces)

    def solve(self, text: str) -> dict[str, set[str]]:
        """Values of the variables under which the pattern could match ``text``: candidates, to be checked."""
        found: dict[str, set[str]] = {}
        wild = sum(1 if isinstance(p, Variable) else p.count("*") for p in self.parts)
        if wild > SOLVED_WILDCARDS:
            return found
        for lazy in ("?", ""):
            expression = ""
            names: list[str] = []
            for part in self.parts:
                if isinstance(part, Variable):
                    expression += f"(.*{lazy})"
                    names.append(part.key)
                else:
                    expression += re.escape(part).replace(r"\*", ".*").replace(r"\?", ".")
            match = re.fullmatch(expression, text[:SOLVED_LENGTH], re.DOTALL)
            if match is not None:
                for name, value in zip(names, match.groups(), strict=True):
                    if value:
                        found.setdefault(name, set()).add(value)
        return found


SOLVED_WILDCARDS = 4
"""A text with more variables and wildcards is not solved for: matching would backtrack too much."""
SOLVED_LENGTH = 2048


@lru_cache(maxsize=65536)
def parse_template(text: str, *, variables: bool) -> Template:
    """Split ``text`` at its variables; with ``variables`` false the whole text stands for itself."""
    if not variables or "${" not in text:
        return Template((text,))
    parts: list[Part] = []
    literal = ""
    end = 0
    for match in _VARIABLE.finditer(text):
        literal += text[end : match.start()]
        end = match.end()
        name = match.group(1)
        if name in {"*", "?"}:
            literal += escape(name)
            continue
        if name == "$":
            literal += "$"
            continue
        if literal:
            parts.append(literal)
            literal = ""
        default = _DEFAULT.match(name)
        if default is not None:
            parts.append(Variable(default.group(1).lower(), default.group(2)))
        else:
            parts.append(Variable(name.strip().lower()))
    literal += text[end:]
    if literal:
        parts.append(literal)
    return Template(tuple(parts))
