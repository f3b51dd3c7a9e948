"""Accounts judged in other processes, while this one goes on reading.

Judging is pure computing, and Python runs one thread of it at a time: in a process of its own it costs reading nothing.
"""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from assessor.organization.parts import Conditions, judge

_MOST = 4


class Judges:
    """Judges stored snapshots; as a context manager it ends when all of them are done.

    processes: 0 judges at once and in the caller's thread. judged: told of every directory that is done.
    """

    def __init__(
        self,
        conditions: Conditions,
        processes: int | None = None,
        judged: Callable[[Path], None] = lambda _: None,
    ) -> None:
        count = min(_MOST, max(1, (os.cpu_count() or 1) - 1)) if processes is None else processes
        self._conditions = conditions
        self._judged = judged
        self._waiting: list[Future[None]] = []
        self._pool = (
            ProcessPoolExecutor(
                count,
                # No fork: the reading threads hold locks that a copy of the process would never see released.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_deaf,
            )
            if count
            else None
        )

    def submit(self, directory: Path, refused: str, complete: bool) -> None:
        """Judge what is stored there. Raises what judging an earlier one raised."""
        if self._pool is None:
            judge(directory, self._conditions, refused, complete)
            self._judged(directory)
            return
        for one in [one for one in self._waiting if one.done()]:
            self._waiting.remove(one)
            one.result()
        future = self._pool.submit(judge, directory, self._conditions, refused, complete)
        future.add_done_callback(lambda done: self._tell(done, directory))
        self._waiting.append(future)

    def _tell(self, done: "Future[None]", directory: Path) -> None:
        if not done.cancelled() and done.exception() is None:
            self._judged(directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is None:
            return
        # Interrupted: what is being judged is finished, so that a resumed run need not read it again.
        self._pool.shutdown(wait=True, cancel_futures=kind is not None)
        if kind is None:
            for one in self._waiting:
                one.result()


def _deaf() -> None:
    """Ctrl-C is for the process that reads; it ends the others."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


__all__ = ["Judges"]
