"""Runs, shards and where their files lie. Pure.

    findings/dt=2026-11-20/account=111122223333/region=eu-west-1/<run>.jsonl.gz
    snapshots/dt=.../account=.../region=.../<run>.json.gz
    shards/dt=.../run=<run>/<account>.<place>.json       what became of the shard: assessed or failed
    runs/dt=.../run=<run>/plan.json                      every shard there has to be
    runs/dt=.../run=<run>/run.json                       the conditions of the run
    reports/dt=.../run=<run>/findings.csv, ...           the whole run's files
    outcomes/dt=.../<run>.json                           one line: how the run ended
    state/latest.json                                    the last run that was complete
    hub/<account>.<place>.json                           failures that are active in Security Hub, where it is told

Every file's name holds its run, but for the last two, which go from run to run: two runs of one night do not touch each
other's. A shard that is repeated overwrites its own files and no others.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assessor.model.snapshot import GLOBAL

ALL = "all"
"""The place of a shard that is a whole account."""

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


@dataclass(frozen=True, slots=True)
class Night:
    """One run, as it travels from state to state. assessed_at: UTC, ISO 8601 with a trailing ``Z``."""

    run_id: str
    assessed_at: str

    @property
    def day(self) -> str:
        """The partition of its files."""
        return self.assessed_at[:10]

    def as_json(self) -> dict[str, str]:
        """For an event."""
        return {"run_id": self.run_id, "assessed_at": self.assessed_at}

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Night":
        """From an event. Raises ValueError: ids become parts of file names."""
        run_id, assessed_at = str(event.get("run_id", "")), str(event.get("assessed_at", ""))
        if not _RUN.fullmatch(run_id) or not _TIME.fullmatch(assessed_at):
            raise ValueError(f"not a run: {ascii(run_id)[:80]} at {ascii(assessed_at)[:40]}")
        return cls(run_id, assessed_at)


@dataclass(frozen=True, slots=True, order=True)
class Shard:
    """The unit of work: an account in one Region, its global part (``global``), or the whole account (``all``)."""

    account: str
    place: str

    def as_json(self) -> dict[str, str]:
        """As ``plan.json`` has it, and the worker's event."""
        return {"account": self.account, "place": self.place}

    @classmethod
    def of(cls, event: Mapping[str, Any]) -> "Shard":
        """From an event or a plan. Raises ValueError."""
        account, place = str(event.get("account", "")), str(event.get("place", ""))
        if not re.fullmatch(r"[0-9]{12}", account) or not re.fullmatch(r"[a-z0-9-]{1,40}", place):
            raise ValueError(f"not a shard: {ascii(account)[:40]} in {ascii(place)[:60]}")
        return cls(account, place)


def plan(accounts: Sequence[str], regions: Sequence[str]) -> Iterator[Shard]:
    """One shard for every account and Region, and one for what an account has once, so that no Region repeats it."""
    for account in accounts:
        yield Shard(account, GLOBAL)
        for region in regions:
            yield Shard(account, region)


@dataclass(frozen=True, slots=True)
class Keys:
    """Where a run's files lie in the bucket."""

    prefix: str
    night: Night

    def _key(self, *parts: str) -> str:
        return "/".join(filter(None, (self.prefix, *parts)))

    def _run(self, kind: str, name: str) -> str:
        return self._key(kind, f"dt={self.night.day}", f"run={self.night.run_id}", name)

    def _place(self, kind: str, account: str, place: str, suffix: str) -> str:
        name = f"{self.night.run_id}{suffix}"
        return self._key(kind, f"dt={self.night.day}", f"account={account}", f"region={place}", name)

    def findings(self, account: str, place: str) -> str:
        """The findings of an account in one place."""
        return self._place("findings", account, place, ".jsonl.gz")

    def snapshot(self, shard: Shard) -> str:
        """What a shard read."""
        return self._place("snapshots", shard.account, shard.place, ".json.gz")

    def record(self, shard: Shard) -> str:
        """What became of a shard."""
        return self._run("shards", f"{shard.account}.{shard.place}.json")

    def hub(self, shard: Shard) -> str:
        """What is active in Security Hub of a shard's findings, from run to run."""
        return self._key("hub", f"{shard.account}.{shard.place}.json")

    @property
    def records(self) -> str:
        """Where the records of all its shards begin."""
        return self._run("shards", "")

    @property
    def plan(self) -> str:
        """Every shard there has to be."""
        return self._run("runs", "plan.json")

    @property
    def run(self) -> str:
        """The conditions of the run."""
        return self._run("runs", "run.json")

    def report(self, name: str) -> str:
        """A file of the whole run."""
        return self._run("reports", name)

    @property
    def outcome(self) -> str:
        """How the run ended, for the table of runs."""
        return self._key("outcomes", f"dt={self.night.day}", f"{self.night.run_id}.json")

    @property
    def latest(self) -> str:
        """The last run that was complete."""
        return self._key("state", "latest.json")

    def config(self, name: str) -> str:
        """A file that people put there."""
        return self._key("config", name)


__all__ = ["ALL", "Keys", "Night", "Shard", "plan"]
