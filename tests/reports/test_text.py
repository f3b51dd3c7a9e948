"""Hostile text becomes visible text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from assessor.reports.text import fit, visible, wrapped

ANYTHING = st.text(st.characters(codec=None), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("Grüße 見積", "Grüße 見積"),
        ("a\r\nb\tc", "a  b c"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("a\u200bb\u2028c", "a\\u200bb c"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("\x9b31m", "\\x9b31m"),
    ],
)
def test_what_cannot_be_seen_is_spelled_out(text: str, shown: str) -> None:
    """Control characters, overrides, tags and half pairs are shown, line breaks become blanks."""
    assert visible(text) == shown


@given(ANYTHING)
def test_nothing_invisible_is_left(text: str) -> None:
    """Whatever comes in, what goes out is one line of visible characters that UTF-8 holds."""
    shown = visible(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert shown.encode().decode() == shown
    assert visible(shown) == shown


@given(ANYTHING.map(visible), st.integers(1, 40))
def test_a_fitted_text_fits(text: str, cells: int) -> None:
    """Cut by columns, not characters; a text that fits is left alone."""
    cut = fit(text, cells)
    assert cell_len(cut) <= cells
    assert cut == text or cut.endswith("…")


@given(ANYTHING.map(visible), st.integers(8, 40), st.integers(1, 4))
def test_wrapped_lines_fit_and_lose_nothing_silently(text: str, cells: int, most: int) -> None:
    """Either every word is there, or the last line says that something is missing."""
    lines = wrapped(text, cells, most)
    assert len(lines) <= most
    assert all(cell_len(line) <= cells for line in lines)
    whole = "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert whole or lines[-1].endswith("…")
