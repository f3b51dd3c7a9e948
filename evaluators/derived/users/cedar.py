"""Cedar policies, as far as it shows whom they let do what: their scope, and whether a condition follows it.

https://docs.cedarpolicy.com/policies/syntax-policy.html
"""

import re
from dataclasses import dataclass

PERMIT = "permit"
FORBID = "forbid"

_TEXT_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*')
_ANNOTATION = re.compile(r'@\s*\w+(?:\s*\(\s*""\s*\))?')
_POLICY = re.compile(r"\s*(permit|forbid)\s*\(([^()]*)\)(.*?);?\s*", re.DOTALL)
_ALWAYS = re.compile(r"\bwhen\s*\{\s*true\s*\}|\bunless\s*\{\s*false\s*\}")
_CONDITION = re.compile(r"\b(?:when|unless)\b")
_TYPE_ONLY = re.compile(r"is\s+[\w:]+")
_PARTS = 3


@dataclass(frozen=True, slots=True)
class Statement:
    """One policy. principal, action, resource: what its scope says of each, "" where that is anything at all.

    conditional: it says ``when`` or ``unless`` something that is not always so.
    """

    effect: str
    principal: str
    action: str
    resource: str
    conditional: bool

    @property
    def anybody(self) -> bool:
        """Whether it is about every principal: none is named, or only a type."""
        return not self.principal or bool(_TYPE_ONLY.fullmatch(self.principal))

    @property
    def unlimited(self) -> bool:
        """Whether it is about anybody, doing anything, without a condition."""
        return self.anybody and not self.action and not self.conditional


def statement(text: str) -> Statement | None:
    """The policy a text holds, or None where that is not one policy of the usual form."""
    plain = _TEXT_OR_COMMENT.sub(lambda found: '""' if found[0].startswith('"') else " ", text)
    found = _POLICY.fullmatch(_ANNOTATION.sub(" ", plain))
    if found is None or ";" in found[3]:
        return None
    parts = _scope(found[2])
    if parts is None:
        return None
    rest = _ALWAYS.sub(" ", found[3])
    return Statement(found[1], *parts, bool(_CONDITION.search(rest)))


def _scope(text: str) -> tuple[str, str, str] | None:
    """What follows the words principal, action and resource in a scope."""
    parts, depth, start = [], 0, 0
    for at, letter in enumerate(text):
        depth += {"[": 1, "]": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    parts = [part.strip() for part in (*parts, text[start:]) if part.strip()]
    names = ("principal", "action", "resource")
    if len(parts) != _PARTS or not all(
        part.startswith(name) for part, name in zip(parts, names, strict=True)
    ):
        return None
    first, second, third = (part.removeprefix(name).strip() for part, name in zip(parts, names, strict=True))
    return first, second, third
