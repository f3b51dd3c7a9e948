"""Findings as other programs take them. Each module turns stored findings into one format; nothing is sent anywhere.

A finding is a row of ``findings.json``. Texts that came from the account are made visible and cut to what each
format's readers take.
"""

from collections.abc import Mapping
from typing import Any

from assessor.reports.text import visible

Row = Mapping[str, Any]
Run = Mapping[str, Any]


def cut(text: str, most: int) -> str:
    """Text of the account on one line, at most so many characters, an ellipsis where something is missing."""
    shown = visible(text)
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
