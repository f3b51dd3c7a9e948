"""The program: ``assessor``, or ``python -m assessor`` without the console script."""

import contextlib
import os
import signal
import sys

_INTERRUPTED = 130


def main() -> None:
    """Run the command line. Ctrl-C ends it with 130 and one line, even while it still loads or already ends."""
    try:
        # Loading takes a noticeable part of a second, in which somebody may change their mind.
        from assessor.cli import main as program

        code = program(standalone_mode=False)
    except KeyboardInterrupt:
        sys.stderr.write("assessor: interrupted; nothing was left half-written\n")
        code = _INTERRUPTED
    if code == _INTERRUPTED:
        _leave_at_once()
    sys.exit(code)


def _leave_at_once() -> None:
    """End without waiting for requests under way; a second Ctrl-C changes nothing any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(_INTERRUPTED)


if __name__ == "__main__":
    main()
