"""Redaction paths into answers that nest without end, such as the statements of a web ACL."""

from typing import Self


class Anywhere(str):
    """A redaction path that may begin at any depth of the answer.

    unless: paths within its first member; where one of them leads to something, nothing is cut there.
    """

    __slots__ = ("unless",)

    unless: tuple[str, ...]

    def __new__(cls, path: str, unless: tuple[str, ...] = ()) -> Self:
        """The path, as `assessor.model.path` writes it."""
        made = super().__new__(cls, path)
        made.unless = unless
        return made


__all__ = ["Anywhere"]
