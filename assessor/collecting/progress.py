"""What a run tells whoever watches it: counts only, so that drawing stays with the command line."""

from typing import Protocol

from assessor.model.reading import Call, Reading


class Observer(Protocol):
    """Told about every call, from several threads but one at a time; must return quickly."""

    def planned(self, calls: int) -> None:
        """``calls`` more calls are known to be needed."""

    def done(self, call: Call, reading: Reading) -> None:
        """One planned call has its reading, whatever it says."""

    def throttled(self, call: Call) -> None:
        """AWS asked us to slow down; the call will be made again."""

    def finished(self, complete: bool) -> None:
        """The run is over; ``complete`` is False when the deadline cut it short."""


class Silent:
    """An observer that says nothing."""

    def planned(self, calls: int) -> None:
        """Nothing."""

    def done(self, call: Call, reading: Reading) -> None:
        """Nothing."""

    def throttled(self, call: Call) -> None:
        """Nothing."""

    def finished(self, complete: bool) -> None:
        """Nothing."""


SILENT = Silent()
