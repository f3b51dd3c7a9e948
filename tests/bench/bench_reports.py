"""What the files of a run cost: seconds, bytes, and the memory a writer takes beside the findings themselves.

    python -m tests.bench.bench_reports [--rows 1000,10000,100000]

Memory is Python's own peak while the writer runs, measured apart from the time, because measuring slows it down. A
writer that streams takes the same at 10,000 findings as at 100,000; the page takes what its limit of rows asks for.
"""

import argparse
import io
import time
import tracemalloc
from collections.abc import Callable
from typing import BinaryIO

from assessor.history.runs import StoredRun
from assessor.reports import WRITERS
from assessor.reports.findings_json import item_json
from assessor.reports.formats import junit, ocsf, sarif
from assessor.reports.report import Report
from assessor.reports.rows import rows
from evaluators import CONTROLS
from tests.reports.many import many, report_of

Work = Callable[[BinaryIO], object]


class Counting(io.RawIOBase):
    """Counts what is written and keeps nothing."""

    def __init__(self) -> None:
        self.count = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: object) -> int:
        """Count."""
        size = len(data)  # type: ignore[arg-type]
        self.count += size
        return size


def measured(work: Work) -> tuple[float, int, int]:
    """Seconds, bytes written, and bytes of memory at the peak."""
    counting = Counting()
    began = time.perf_counter()
    with io.BufferedWriter(counting) as out:
        work(out)
    seconds = time.perf_counter() - began
    tracemalloc.start()
    with io.BufferedWriter(Counting()) as out:
        work(out)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return seconds, counting.count, peak


def works(report: Report) -> dict[str, Work]:
    """Every file of a run, and the exports of it."""
    made: dict[str, Work] = {
        name: lambda out, write=writer: write(report, out)  # type: ignore[misc]
        for name, writer in WRITERS.items()
    }
    stored = StoredRun("bench", report.run, [item_json(item) for item in report.items], list(rows(report)))
    for name, export in (("ocsf", ocsf.write), ("junit", junit.write), ("sarif", sarif.write)):
        made[f"export {name}"] = lambda out, write=export: write(stored.run, stored.findings, out)  # type: ignore[misc]
    return made


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", default="1000,10000,100000")
    counts = [int(text) for text in parser.parse_args().rows.split(",")]
    print(f"{'findings':>9}  {'file':16} {'seconds':>8} {'written MB':>11} {'peak MB':>8}")
    for count in counts:
        report = report_of(many(count, CONTROLS), CONTROLS)
        for name, work in works(report).items():
            seconds, size, peak = measured(work)
            print(
                f"{count:>9,}  {name:16} {seconds:>8.2f} {size / 1e6:>11.2f} {peak / 1e6:>8.2f}", flush=True
            )


if __name__ == "__main__":
    main()
