"""What a text that must not be kept looked like: a key, a reference, a model id.

The value of an environment variable is never stored, but whether it was a key or the ARN of a secret is a fact that
controls need. So the value is looked at once, in the collector, and gives way to its kind and a class of length.
"""

import re
from enum import StrEnum


class Look(StrEnum):
    """What a text looks like."""

    EMPTY = "empty"
    WILDCARD = "wildcard"
    KEY = "key"
    ARN = "ARN"
    REFERENCE = "reference"
    URL = "URL"
    MODEL = "model id"
    NAME = "name"
    TEXT = "text"


class Looks(str):
    """A redaction path whose text gives way to its look, where a plain path's gives way to a bare mark."""

    __slots__ = ()


# Openings of keys as the vendors document them: OpenAI and Anthropic, Amazon Bedrock (long and short term), Google,
# Groq, Hugging Face, xAI, Replicate, Perplexity, NVIDIA, Fireworks, Cerebras, AWS access keys.
_OPENINGS = r"sk-|sk_|ABSK|bedrock-api-key-|AIza|gsk_|hf_|xai-|r8_|pplx-|nvapi-|fw_|csk-|AKIA|ASIA|eyJ"
_OPENED = re.compile(rf"(?<![A-Za-z0-9])(?:{_OPENINGS})[A-Za-z0-9_\-+/=.]{{4,}}")
_RUN = re.compile(r"[A-Za-z0-9]{20,}")
_UUID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE)
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]+:\S*")
_REFERENCE = re.compile(
    r"\{\{\s*resolve:|\$\{|\$\(|(?:aws-)?(?:secretsmanager|ssm|vault|op|awssm|gcpsm)(?::|://)|projects/[^/\s]+/secrets/"
)
# What a listener rule writes where any value will do.
_WILDCARD = re.compile(r"[*?]+")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_PROVIDERS = (
    "ai21|amazon|anthropic|cohere|deepseek|google|luma|meta|minimax|mistral|moonshot|moonshotai|nvidia|openai|qwen"
    "|stability|twelvelabs|writer|zai"
)
_MODEL = re.compile(rf"(?:[a-z]{{2,6}}(?:-[a-z]+)?\.)?(?:{_PROVIDERS})\.[a-z0-9][a-z0-9.:-]*")
_PATH = re.compile(r"/[A-Za-z0-9_.\-/]*")
_SEPARATORS = re.compile(r"[-_./:@+ ]+")
_WORD = re.compile(r"[A-Za-z]+|\d{1,4}|[vV]\d{1,4}|[A-Za-z]+\d{1,3}|[A-Za-z0-9]{1,4}")
_MIXED_LEAST = 16
_CLASSES = ((0, "0"), (15, "1-15"), (31, "16-31"), (63, "32-63"))
_MARK = re.compile(r"\[redacted: ([^,]+), [^\]]+\]")


def look(text: str) -> Look:
    """What ``text`` looks like. A key anywhere in it makes it a key."""
    stripped = text.strip()
    if not stripped:
        return Look.EMPTY
    if _WILDCARD.fullmatch(stripped):
        return Look.WILDCARD
    if _ARN.fullmatch(stripped):
        return Look.ARN
    if _MODEL.fullmatch(stripped):
        return Look.MODEL
    if _OPENED.search(stripped) or _UUID.search(stripped) or any(map(_mixed, _RUN.findall(stripped))):
        return Look.KEY
    if _REFERENCE.match(stripped):
        return Look.REFERENCE
    if _URL.match(stripped):
        return Look.URL
    if _named(stripped):
        return Look.REFERENCE if _PATH.fullmatch(stripped) else Look.NAME
    if len(stripped) >= _MIXED_LEAST and not any(map(str.isspace, stripped)) and _mixed(stripped):
        return Look.KEY
    return Look.TEXT


def mark(text: str) -> str:
    """What stands in the snapshot where ``text`` was: its look and a class of length."""
    size = len(text.strip())
    length = next((name for most, name in _CLASSES if size <= most), "64 or more")
    return f"[redacted: {look(text).value}, {length} characters]"


def look_of(kept: object) -> Look | None:
    """The look that a mark states; None for anything else (a bare mark, a value that is no text)."""
    found = _MARK.fullmatch(kept) if isinstance(kept, str) else None
    return Look(found.group(1)) if found and found.group(1) in set(Look) else None


def _mixed(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _named(text: str) -> bool:
    """Whether it is made of words and short numbers, as names of secrets and parameters are."""
    parts = [part for part in _SEPARATORS.split(text) if part]
    return bool(parts) and " " not in text and all(_WORD.fullmatch(part) for part in parts)
