"""What may decide by user what a caller is allowed to do."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mechanism:
    """A mechanism that was found. said: in words. decides: it is in force, and not open to everybody.

    note: what is not seen of it all the same, in words.
    """

    said: str
    decides: bool
    note: str = ""
