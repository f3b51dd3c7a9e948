"""What the aggregate of a night costs: seconds, and whether its memory grows with the findings.

    python -m tests.bench.bench_aggregate [--accounts 20 200 1000]

Each account has 18 shards (17 Regions and its global part) of 56 findings: 1,000 accounts are 1,008,000 findings, a
quarter of which fail. The shards' files lie on disk, in the layout of the bucket, and so does what is written. Every
night runs in a process of its own; the first has nothing to compare with, the second compares with the first. *memory*
is the most the process held, *base* what it held before the first shard.
"""

import argparse
import gzip
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from assessor.model.finding import Finding
from assessor.model.snapshot import GLOBAL

REGIONS = tuple(
    f"{area}-{n}"
    for area in ("us-east", "eu-west", "ap-south", "sa-east", "ca-west", "me-west")
    for n in (1, 2, 3)
)[:17]
ROWS = 56
FIRST, SECOND = ("20261123T020000Z-a", "2026-11-23T02:00:00Z"), ("20261124T020000Z-b", "2026-11-24T02:00:00Z")
_ACCOUNT = "999999999999"


class Folder:
    """A bucket in a folder: as much of S3's client as the store uses. Both nights have the first one's shards."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, key: str) -> Path:
        if key.startswith("shards/"):
            key = re.sub(r"dt=[^/]+/run=[^/]+", f"dt={FIRST[1][:10]}/run={FIRST[0]}", key)
        return self.root / key

    def put_object(self, **given: Any) -> None:
        """Keep it."""
        path = self._path(given["Key"])
        path.parent.mkdir(parents=True, exist_ok=True)
        body = given["Body"]
        path.write_bytes(body if isinstance(body, bytes) else body.read())

    def get_object(self, **given: Any) -> dict[str, Any]:
        """Give it back."""
        from botocore.exceptions import ClientError

        try:
            return {"Body": self._path(given["Key"]).open("rb")}
        except FileNotFoundError as error:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject") from error

    def list_objects_v2(self, **given: Any) -> dict[str, Any]:
        """The names of reports; nothing else is listed."""
        found = [path.relative_to(self.root).as_posix() for path in self.root.glob("reports/*/*/*")]
        after = given.get("StartAfter", "")
        return {
            "Contents": [
                {"Key": key} for key in sorted(found) if key.startswith(given["Prefix"]) and key > after
            ]
        }

    def create_multipart_upload(self, **given: Any) -> dict[str, str]:
        """Begin."""
        self.put_object(**given, Body=b"")
        return {"UploadId": "u"}

    def upload_part(self, **given: Any) -> dict[str, str]:
        """Append a part; they come in their order."""
        with self._path(given["Key"]).open("ab") as out:
            out.write(given["Body"])
        return {"ETag": str(given["PartNumber"])}

    def complete_multipart_upload(self, **_: Any) -> None:
        """It is whole."""


def _rows(place: str) -> list[Finding]:
    """One shard's findings, of the controls that are asked there."""
    import evaluators
    from assessor.model.control import Level
    from tests.reports.many import many

    level = Level.ACCOUNT if place == GLOBAL else Level.REGION
    asked = [one for one in evaluators.CONTROLS if one.level is level]
    made = many(ROWS, list(islice(cycle(asked), ROWS)))
    return [
        replace(one, finding_id=f"{_ACCOUNT}{place}{n}", account_id=_ACCOUNT, region=place, place=place)
        for n, one in enumerate(made)
    ]


def generate(root: Path, accounts: int) -> None:
    """The plan, the records and the findings of a night."""
    from assessor import __version__
    from assessor.lambda_handler import planning
    from assessor.lambda_handler.settings import Settings
    from assessor.lambda_handler.shards import Keys, Night, plan
    from assessor.lambda_handler.store import Store
    from assessor.model.snapshot import Run
    from assessor.organization import stored

    store, given = Store(Folder(root), "bucket"), Settings("bucket", REGIONS)
    idents = [f"{n:012d}" for n in range(accounts)]
    nights = [Night(*FIRST), Night(*SECOND)]
    for night in nights:
        planning.write(store, night, given, idents, [], list(plan(idents, REGIONS)))
    night = nights[0]
    run = Run(night.run_id, night.assessed_at, __version__, ())
    texts = {place: b"".join(stored.line(row, run) for row in _rows(place)) for place in (GLOBAL, *REGIONS)}
    keys = Keys("", night)
    for shard in plan(idents, REGIONS):
        key = keys.findings(shard.account, shard.place)
        text = texts[shard.place].replace(_ACCOUNT.encode(), shard.account.encode())
        store.put(key, gzip.compress(text, 1, mtime=0))
        record = {
            **night.as_json(),
            **shard.as_json(),
            "status": "assessed",
            "entered": True,
            "complete": True,
            "regions": [shard.place],
            "caller": f"arn:aws:sts::{shard.account}:assumed-role/r/s",
            "partition": "aws",
            "findings": ROWS,
            "coverage": 90.0,
            "calls": {"calls": 40, "seen": 38, "absent": 1, "unseen": {"DENIED": 1}},
            "waived": 0,
            "files": [key],
            "error": "",
            "seconds": 7.5,
        }
        store.put_json(keys.record(shard), record)


def night(root: Path, which: str) -> None:
    """Aggregate one night in this process, and print what it cost."""
    import evaluators
    from assessor.attestations.questions import ATTESTATIONS
    from assessor.lambda_handler.aggregate import aggregate
    from assessor.lambda_handler.settings import Settings
    from assessor.lambda_handler.shards import Night
    from assessor.lambda_handler.store import Store
    from assessor.lambda_handler.telemetry import telling
    from assessor.organization.parts import Conditions

    base = _memory()
    begun, cpu = time.monotonic(), time.process_time()
    with telling("aggregate", None) as told:
        given = Settings("bucket", REGIONS, notify_at="low")
        answer = aggregate(
            Store(Folder(root), "bucket"),
            Night(*(SECOND if which == "second" else FIRST)),
            given,
            Conditions(evaluators.CONTROLS, ATTESTATIONS),
            told,
        )
    cost = {
        "findings": answer["findings"],
        "wall": round(time.monotonic() - begun, 1),
        "cpu": round(time.process_time() - cpu, 1),
        "base": base,
        "memory": _memory(),
        "outcome": answer["outcome"],
        "new": answer["new"],
    }
    print(json.dumps(cost), file=sys.stderr)


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measured(accounts: int) -> Iterator[dict[str, Any]]:
    """Both nights of so many accounts."""
    with tempfile.TemporaryDirectory() as held:
        generate(Path(held), accounts)
        for which in ("first", "second"):
            command = [sys.executable, "-m", "tests.bench.bench_aggregate", "--night", held, which]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            report = next(Path(held).glob(f"reports/dt={(FIRST if which == 'first' else SECOND)[1][:10]}/*"))
            sizes = {path.name: path.stat().st_size for path in report.iterdir()}
            yield {
                "accounts": accounts,
                "night": which,
                **json.loads(done.stderr.splitlines()[-1]),
                "csv MB": round(sizes["findings.csv"] / 1e6),
                "html MB": round(sizes["report.html"] / 1e6, 1),
                "summary MB": round(sizes["summary.json"] / 1e6, 1),
            }


def main() -> None:
    """Read the options, and print the table."""
    parser = argparse.ArgumentParser(description="The aggregate of a night.")
    parser.add_argument("--accounts", nargs="+", type=int, default=[20, 200])
    parser.add_argument("--night", nargs=2)
    given = parser.parse_args()
    if given.night:
        night(Path(given.night[0]), given.night[1])
        return
    head = False
    for count in given.accounts:
        for found in measured(count):
            if not head:
                print("  ".join(f"{name:>10}" for name in found))
                head = True
            print("  ".join(f"{value!s:>10}" for value in found.values()), flush=True)


if __name__ == "__main__":
    main()
