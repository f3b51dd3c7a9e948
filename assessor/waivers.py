"""``waivers.toml``: failures that somebody owns until a day, and what becomes of the findings.

A waived FAIL is shown as WAIVED, with its evidence and the waiver's words; it never counts as passed. A waiver ends by
itself. One that has ended, or that fits nothing, is reported.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from assessor.days import over
from assessor.iam.patterns import glob_matches
from assessor.model.finding import Finding
from assessor.model.verdict import Status
from assessor.records import Record, RecordError, parse_records, read_text, shown

DEFAULT_FILE = Path("waivers.toml")
TABLE = "waiver"
KEYS = ("control", "resource", "account", "region", "owner", "reason", "expires")
LONGEST = 366
"""Most days a waiver may still run: a failure that is accepted for longer is a decision to be taken again."""

_ACCOUNT = re.compile(r"[0-9]{12}")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver. resource: an ARN with ``*`` and ``?``. account, region: "" for any. expires: its last day."""

    control: str
    resource: str
    owner: str
    reason: str
    expires: date
    account: str = ""
    region: str = ""
    where: str = ""

    def covers(self, finding: Finding) -> bool:
        """Whether it is about that finding."""
        return (
            finding.control_id == self.control
            and self.account in ("", finding.account_id)
            and self.region in ("", finding.region)
            and glob_matches(self.resource, finding.resource_arn)
        )

    @property
    def said(self) -> str:
        """Its words, for the report."""
        return f"{self.reason} (owner {self.owner}, until {self.expires.isoformat()})"

    @property
    def named(self) -> str:
        """What it is about, and where it stands."""
        return f"{self.control} on {self.resource} ({self.where})"


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of the waivers. expired, unmatched: those that fit a failure no longer, or none."""

    findings: Sequence[Finding]
    waived: int = 0
    expired: tuple[Waiver, ...] = ()
    unmatched: tuple[Waiver, ...] = ()


def load(path: Path, controls: Collection[str], now: datetime) -> tuple[Waiver, ...]:
    """The waivers of a file; ``controls`` are the ids there are. Raises `RecordError`."""
    return parse(read_text(path), str(path), controls, now)


def parse(text: str, source: str, controls: Collection[str], now: datetime) -> tuple[Waiver, ...]:
    """The waivers in a text. Raises `RecordError` for the first thing in it that cannot be used."""
    found: dict[tuple[str, str, str, str], Waiver] = {}
    for record in parse_records(text, source, TABLE, KEYS):
        waiver = _waiver(record, controls, now)
        key = (waiver.control, waiver.resource, waiver.account, waiver.region)
        if key in found:
            raise record.wrong(
                "control",
                f"{waiver.control} is waived twice for {shown(waiver.resource)}; the other stands at {found[key].where}",
            )
        found[key] = waiver
    return tuple(found.values())


def _waiver(record: Record, controls: Collection[str], now: datetime) -> Waiver:
    control = record.text("control").upper()
    if control not in controls:
        raise record.wrong("control", f"unknown control {shown(control)}; `assessor controls` lists them")
    resource = record.text("resource")
    if resource != "*" and not resource.startswith("arn:"):
        raise record.wrong(
            "resource", f"resource must be an ARN, with * and ? where wanted, not {shown(resource)}"
        )
    account = record.text("account", needed=False)
    if account and not _ACCOUNT.fullmatch(account):
        raise record.wrong("account", f"account must be twelve digits, not {shown(account)}")
    expires = record.values.get("expires")
    if isinstance(expires, str):
        try:
            expires = date.fromisoformat(expires)
        except ValueError as error:
            raise record.wrong("expires", f"expires {shown(expires)} is no date; write 2026-11-20") from error
    if expires is None:
        raise record.wrong("expires", "expires is missing: a waiver has to end")
    if type(expires) is not date:
        raise record.wrong("expires", f"expires must be a date, not {shown(expires)}")
    if expires > (now + timedelta(days=LONGEST)).date():
        raise record.wrong(
            "expires", f"expires {expires} is more than {LONGEST} days ahead; decide again before then"
        )
    return Waiver(
        control=control,
        resource=resource,
        owner=record.text("owner"),
        reason=record.text("reason"),
        expires=expires,
        account=account,
        region=record.text("region", needed=False),
        where=record.where(),
    )


def apply(
    findings: Iterable[Finding], waivers: Sequence[Waiver], now: datetime, asked: Collection[str]
) -> Applied:
    """The findings with what is waived marked. ``asked``: ids of what ran; waivers of others are not reported."""
    if not waivers:
        return Applied(list(findings))
    in_force = [one for one in waivers if not over(one.expires, now)]
    by_control: dict[str, list[Waiver]] = {}
    for one in in_force:
        by_control.setdefault(one.control, []).append(one)
    used: set[int] = set()
    rows: list[Finding] = []
    waived = 0
    for row in findings:
        fitting = [one for one in by_control.get(row.control_id, ()) if one.covers(row)]
        if row.status is Status.FAIL and fitting:
            used.update(map(id, fitting))
            waived += 1
            rows.append(replace(row, status=Status.WAIVED, waiver=fitting[0].said))
        else:
            rows.append(row)
    return Applied(
        findings=rows,
        waived=waived,
        expired=tuple(one for one in waivers if over(one.expires, now)),
        unmatched=tuple(one for one in in_force if one.control in asked and id(one) not in used),
    )


__all__ = ["DEFAULT_FILE", "KEYS", "TABLE", "Applied", "RecordError", "Waiver", "apply", "load", "parse"]
