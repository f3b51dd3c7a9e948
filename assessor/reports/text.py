"""Text that came from the account, made harmless to look at.

Names, topics and descriptions are chosen by whoever may write to the account: control characters, terminal escapes
and bidirectional overrides are shown as what they are, never obeyed.
"""

import unicodedata
from collections.abc import Iterator

ELLIPSIS = "…"

_BLANK = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029")
_SHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Categories of https://www.unicode.org/reports/tr44/#General_Category_Values that a reader cannot see."""


def visible(text: str) -> str:
    r"""One line without anything invisible: line breaks become a blank, ``U+202E`` becomes ``\u202e``."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char in _BLANK:
        return " "
    if unicodedata.category(char) not in _SHOWN:
        return char
    code = ord(char)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def fit(text: str, cells: int) -> str:
    """``text`` cut to ``cells`` columns of a terminal, an ellipsis at the end where something is missing."""
    from rich.cells import cell_len

    if cell_len(text) <= cells:
        return text
    room = max(cells - 1, 0)
    kept = ""
    for char in text:
        if cell_len(kept + char) > room:
            break
        kept += char
    return kept.rstrip() + ELLIPSIS


def wrapped(text: str, cells: int, most: int) -> list[str]:
    """``text`` over at most ``most`` lines of ``cells`` columns; the last one ends in an ellipsis when cut."""
    lines = list(_lines(text, max(cells, 8)))
    if len(lines) <= most:
        return lines
    last = fit(lines[most - 1] + " " + lines[most], max(cells, 8))
    return [*lines[: most - 1], last if last.endswith(ELLIPSIS) else f"{last}{ELLIPSIS}"]


def _lines(text: str, cells: int) -> Iterator[str]:
    from rich.cells import cell_len, chop_cells

    line = ""
    for word in filter(None, text.split(" ")):
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= cells:
            line = joined
            continue
        if line:
            yield line
        *full, line = chop_cells(word, cells)
        yield from full
    if line:
        yield line
