"""How close collecting comes to what the machine and the latency allow.

    python -m tests.bench.bench_collecting [--quick] [--repeat N] [--only speed|bare|throttle|deadline|growth|memory]

Every figure comes from a process of its own that reads a fast answering machine over loopback (`responder.py`), after
one unmeasured run that fills the machine's memory of answers. *Ideal* is the largest of: the requests that follow one
another x latency; requests x latency / workers; the CPU time that the run itself used. At the *knee* the last two are
about equal, and threads wait for each other. Figures are ratios: seconds depend on the machine.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.bench import estate

_REGION = "us-east-1"


class Machine:
    """The answering machine, as the bench controls it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def scene(self, **settings: float) -> None:
        """Set what is answered, how late and how much; counts start anew."""
        request = urllib.request.Request(f"{self.url}/_bench", json.dumps(settings).encode(), method="POST")
        urllib.request.urlopen(request).close()

    def counts(self) -> dict[str, int]:
        """What it was asked since."""
        with urllib.request.urlopen(f"{self.url}/_bench") as answer:
            found: dict[str, int] = json.load(answer)
        return found


@contextmanager
def machine() -> Iterator[Machine]:
    """An answering machine in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.responder"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield Machine(int(process.stdout.readline()))
        finally:
            process.stdin.close()


def environment(url: str) -> dict[str, str]:
    """The environment of a measured process."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": "AKIA111122223333DEMO",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "AWS_REGION": _REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def measured(url: str, what: str, **settings: Any) -> dict[str, Any]:
    """Run one measurement in a fresh process."""
    command = [
        sys.executable,
        "-m",
        "tests.bench.bench_collecting",
        "--inside",
        json.dumps({"what": what, **settings}),
    ]
    done = subprocess.run(command, env=environment(url), stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


# -- inside the measured process -------------------------------------------------------------------------
def inside(settings: Mapping[str, Any]) -> dict[str, Any]:
    """One measurement."""
    import resource

    found = bare(settings["requests"]) if settings["what"] == "bare" else scan(settings.get("timeout"))
    return {**found, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def scan(timeout: float | None) -> dict[str, Any]:
    """One whole run."""
    from assessor.collecting.request import CollectRequest
    from assessor.collecting.run import collect_with_tally

    wall, cpu = time.monotonic(), time.process_time()
    snapshot, tally = collect_with_tally(CollectRequest(estate.OPERATIONS, (_REGION,), timeout=timeout))
    return {
        "wall": time.monotonic() - wall,
        "cpu": time.process_time() - cpu,
        "readings": len(snapshot.readings),
        **{name: getattr(tally, name) for name in tally.__slots__ if name != "cpu"},
    }


def bare(requests: int) -> dict[str, Any]:
    """The same requests by botocore alone, one after the other, on clients made before the clock starts."""
    import botocore.session
    from botocore import xform_name
    from botocore.config import Config

    session = botocore.session.Session()
    config = Config(retries={"total_max_attempts": 1, "mode": "standard"})
    calls: list[tuple[Any, dict[str, str]]] = []
    for kind in estate.KINDS:
        client: Any = session.create_client(kind.detail.service, _REGION, config=config)
        member = next(iter(kind.detail.each[0].bind))
        call = getattr(client, xform_name(kind.detail.name))
        names = (estate.name_of(kind.detail.service, n) for n in range(requests // len(estate.KINDS)))
        calls += [(call, {member: name}) for name in names]
        call(**{member: estate.name_of(kind.detail.service, 0)})
    cpu = time.process_time()
    for call, params in calls:
        call(**params)
    return {"cpu": time.process_time() - cpu, "requests": len(calls)}


# -- the figures -----------------------------------------------------------------------------------------
def line(*cells: Any) -> None:
    """One row of a table."""
    print("  ".join(f"{cell:>10.2f}" if isinstance(cell, float) else f"{cell:>10}" for cell in cells))


def title(text: str) -> None:
    """The head of a table."""
    print(f"\n{text}")


def ideal(found: Mapping[str, Any], things: int, latency: float) -> float:
    """Seconds that nothing could beat."""
    requests, in_a_row = estate.requests_of(things)
    return float(max(in_a_row * latency, requests * latency / found["workers"], found["cpu"]))


def warm(aws: Machine, things: int) -> None:
    """Let the machine make its answers."""
    aws.scene(things=things, latency=0.0, rate=0.0)
    measured(aws.url, "scan")


def best(aws: Machine, things: int, latency: float, repeat: int) -> tuple[dict[str, Any], float, float]:
    """The run nearest to its ideal, how near, and the median of all: on a shared machine most runs are disturbed."""
    runs = []
    for _ in range(repeat):
        aws.scene(things=things, latency=latency, rate=0.0)
        found = measured(aws.url, "scan") | {f"total_{name}": count for name, count in aws.counts().items()}
        runs.append((found["wall"] / ideal(found, things, latency), found))
    runs.sort(key=lambda run: run[0])
    return runs[0][1], runs[0][0], runs[len(runs) // 2][0]


def speed(aws: Machine, things: int, repeat: int) -> float:
    """Wall against ideal; the rate of one lane without throttling."""
    requests, _ = estate.requests_of(things)
    title(f"speed: {requests} requests, {len(estate.KINDS)} services")
    line("latency", "wall", "ideal", "x ideal", "median", "cpu ms", "workers", "sent", "planned", "connect.")
    natural = 0.0
    for latency in (0.02, 0.05, 0.08, 0.2):
        found, nearest, median = best(aws, things, latency, repeat)
        line(
            latency,
            found["wall"],
            ideal(found, things, latency),
            nearest,
            median,
            1000 * found["cpu"] / requests,
            found["workers"],
            found["total_requests"],
            requests,
            found["total_connections"],
        )
        if latency == 0.02:
            natural = requests / len(estate.KINDS) / found["wall"]
    return natural


def against_bare(aws: Machine, things: int, repeat: int) -> None:
    """CPU per request against botocore alone, with what a run costs once taken off; the cheapest of several runs."""
    requests, _ = estate.requests_of(things)
    first, _ = estate.requests_of(1)
    alone, once, whole = [], [], []
    for _ in range(repeat):
        aws.scene(things=things, latency=0.0, rate=0.0)
        found = measured(aws.url, "bare", requests=things * len(estate.KINDS))
        alone.append(found["cpu"] / found["requests"])
        aws.scene(things=1, latency=0.0, rate=0.0)
        once.append(measured(aws.url, "scan")["cpu"])
        aws.scene(things=things, latency=0.05, rate=0.0)
        whole.append(measured(aws.url, "scan")["cpu"])
    per_call = (min(whole) - min(once)) / (requests - first)
    title("CPU per request, ms, at 50 ms latency")
    line("botocore", "collect", "x botocore", "once, s")
    line(1000 * min(alone), 1000 * per_call, per_call / min(alone), min(once))


def throttled(aws: Machine, things: int, natural: float) -> None:
    """A quota of a fifth of the natural rate in every lane."""
    requests, _ = estate.requests_of(things)
    title("throttled to a fifth of the natural rate")
    line("rate", "burst", "wall", "ideal", "x ideal", "refused %", "lost", "sent/good")
    for burst in (10.0, 50.0):
        rate = natural / 5
        aws.scene(things=things, latency=0.02, rate=rate, burst=burst)
        found = measured(aws.url, "scan")
        counts = aws.counts()
        pages = -(-things // estate.PAGE)
        least = max(ideal(found, things, 0.02), (things + pages - burst) / rate)
        line(
            rate,
            burst,
            found["wall"],
            least,
            found["wall"] / least,
            100 * counts["refused"] / counts["requests"],
            found["failed"] + found["skipped"],
            counts["requests"] / requests,
        )


def deadline(aws: Machine, things: int) -> None:
    """How long after its time a run ends, and what became of its calls."""
    title("deadline")
    line("latency", "timeout", "overshoot", "allowed", "planned", "results", "failed", "skipped", "balance")
    for latency, timeout in ((0.02, 1.5), (0.08, 1.5), (0.2, 2.0)):
        aws.scene(things=things, latency=latency, rate=0.0)
        found = measured(aws.url, "scan", timeout=timeout)
        accounted = found["results"] + found["failed"] + found["skipped"]
        line(
            latency,
            timeout,
            found["overshoot"],
            latency + 0.05,
            found["planned"],
            found["results"],
            found["failed"],
            found["skipped"],
            "yes" if found["planned"] == accounted == found["readings"] else "NO",
        )


def growth(aws: Machine, things: int, repeat: int) -> None:
    """The cost of one account, of five times and of twenty-five times as much."""
    title("growth at 20 ms")
    line("requests", "wall", "ideal", "x ideal", "cpu ms", "memory MB")
    for times in (1, 5, 25):
        many = things * times
        warm(aws, many)
        found, nearest, _ = best(aws, many, 0.02, repeat if times < 25 else 1)
        requests, _ = estate.requests_of(many)
        least = ideal(found, many, 0.02)
        line(requests, found["wall"], least, nearest, 1000 * found["cpu"] / requests, found["memory"])


def memory(aws: Machine) -> None:
    """Peak memory of a scan of 1,500 calls."""
    things = 125
    warm(aws, things)
    aws.scene(things=things, latency=0.02, rate=0.0)
    found = measured(aws.url, "scan")
    title("memory")
    line("calls", "peak MB")
    line(found["planned"], found["memory"])


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a fifth of the calls")
    parser.add_argument(
        "--repeat", type=int, default=3, help="runs of which the best and the median are shown"
    )
    parser.add_argument("--only", choices=["speed", "bare", "throttle", "deadline", "growth", "memory"])
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        json.dump(inside(json.loads(options.inside)), sys.stdout)
        return
    things = 42 if options.quick else 210
    wanted = {options.only} if options.only else {"speed", "bare", "throttle", "deadline", "growth", "memory"}
    with machine() as aws:
        warm(aws, things)
        natural = speed(aws, things, options.repeat) if wanted & {"speed", "throttle"} else 0.0
        if "bare" in wanted:
            against_bare(aws, things, options.repeat)
        if "throttle" in wanted:
            throttled(aws, things, natural)
        if "deadline" in wanted:
            deadline(aws, things)
        if "growth" in wanted:
            growth(aws, max(1, things // 5), options.repeat)
        if "memory" in wanted:
            memory(aws)


if __name__ == "__main__":
    main()
