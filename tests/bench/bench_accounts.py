"""How close a scan of many accounts comes to its ideal, and whether its memory grows with their number.

    python -m tests.bench.bench_accounts [--accounts 1 10 50] [--latency 0.02]

The demo's company stands in for every account, served by a process of its own; `assessor scan --accounts` reads and
judges them in others. *Ideal* is the largest of requests x latency / workers, the CPU time of the reading process
(*cpu*), and what all processes of the measurement take together, over the cores of the machine: the stand-in (*served*)
spends about as much on an answer as the reader on a call, and it and the judges (*judged*) take the cores that a real
AWS would leave to the reader. *memory* is the most the reading process held, judging processes apart.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.organization import standin

_WORKERS = 64


def serve(accounts: int, latency: float) -> None:
    """Serve that many accounts until stdin ends; the last line on stdout counts the requests."""
    from assessor.demo import Faults

    held = standin.document(dict.fromkeys(standin.ids(accounts), standin.company()))
    with standin.serving(held, Faults(latency={"*": latency})) as (aws, env):
        begun = time.process_time()
        print(json.dumps(env), flush=True)
        sys.stdin.readline()
        print(len(aws.calls), round(time.process_time() - begun, 2), flush=True)


@contextmanager
def stand_in(accounts: int, latency: float) -> Iterator[tuple[Mapping[str, str], "subprocess.Popen[str]"]]:
    """The serving process, and the environment that leads to it."""
    command = [sys.executable, "-m", "tests.bench.bench_accounts", "--serve", str(accounts), str(latency)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline()), process


def measured(accounts: int, latency: float) -> dict[str, Any]:
    """One scan of that many accounts."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with tempfile.TemporaryDirectory() as held, stand_in(accounts, latency) as (env, process):
        file = Path(held) / "accounts.csv"
        file.write_text("\n".join(standin.ids(accounts)))
        words = ["--accounts", str(file), "--output-dir", str(Path(held) / "out"), "--fail-on", "none"]
        regions = [word for region in standin.REGIONS for word in ("--region", region)]
        program = "import sys; from tests.bench.bench_accounts import inside; sys.exit(inside(sys.argv[1:]))"
        command = [sys.executable, "-c", program, "scan", *words, *regions, "--format", "summary"]
        begun = time.monotonic()
        done = subprocess.run(command, env=kept | dict(env), capture_output=True, text=True, check=True)
        wall = time.monotonic() - begun
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        process.stdin.flush()
        answered, taken = process.stdout.readline().split()
        requests, served = int(answered), float(taken)
        rows = sum(1 for _ in (Path(held) / "out" / "findings.csv").open("rb")) - 1
    told = re.search(r"cpu=([\d.]+) judged=([\d.]+) memory=([\d.]+)", done.stderr)
    assert told is not None, done.stderr
    cpu, judged, memory = map(float, told.groups())
    ideal = max(cpu, requests * latency / _WORKERS, (cpu + judged + served) / (os.cpu_count() or 1))
    return {
        "accounts": accounts,
        "rows": rows,
        "requests": requests,
        "wall": wall,
        "cpu": cpu,
        "judged": judged,
        "served": served,
        "ideal": ideal,
        "ratio": wall / ideal,
        "memory": memory,
    }


def inside(words: list[str]) -> int:
    """The program itself, which then says what it cost."""
    import resource

    from assessor.cli import main

    try:
        main(words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    else:
        code = 0
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    judged = children.ru_utime + children.ru_stime
    print(f"cpu={time.process_time():.2f} judged={judged:.2f} memory={memory:.0f}", file=sys.stderr)
    return code


def run(counts: list[int], latency: float) -> None:
    """Print the table."""
    names = ("accounts", "rows", "requests", "wall", "cpu", "judged", "served", "ideal", "ratio", "memory")
    print("  ".join(f"{name:>10}" for name in names))
    for count in counts:
        found = measured(count, latency)
        cells = (f"{found[n]:>10.2f}" if isinstance(found[n], float) else f"{found[n]:>10}" for n in names)
        print("  ".join(cells), flush=True)


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(description="Scans of many accounts.")
    parser.add_argument("--accounts", nargs="+", type=int, default=[1, 10, 50])
    parser.add_argument("--latency", type=float, default=0.02)
    parser.add_argument("--serve", nargs=2)
    given = parser.parse_args()
    if given.serve:
        serve(int(given.serve[0]), float(given.serve[1]))
    else:
        run(given.accounts, given.latency)


if __name__ == "__main__":
    main()
