"""What a deployment decides, as the environment of its functions says it."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from assessor.model.verdict import Severity

ORGANIZATION = "organization"
"""In place of a list of accounts: every active one of the organization."""

_SEVERITIES = (*(one.value for one in Severity), "none")
_ACCOUNT = re.compile(r"[0-9]{12}")
_REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+")


class SettingsError(ValueError):
    """The function is deployed with settings it cannot work with."""


@dataclass(frozen=True, slots=True)
class Settings:
    """bucket, prefix: where everything is kept. regions: to read in each account. accounts: ids, or empty for all.

    role_name, external_id: of the role in each account. scope: as for a scan. notify_at: least severity of something
    new that is told, or ``none``. topic: where. tolerated: shards that may fail in a run that is still complete.
    endpoint: where accounts are read in place of AWS, for stand-ins. hub: the Region of the Security Hub that is told what
    fails, "" for none.
    """

    bucket: str
    regions: tuple[str, ...]
    prefix: str = ""
    accounts: tuple[str, ...] = ()
    role_name: str = ""
    external_id: str = ""
    scope: str = "workload"
    notify_at: str = "high"
    topic: str = ""
    tolerated: int = 0
    min_coverage: float = 50.0
    endpoint: str = ""
    hub: str = ""


def read(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings in ``ASSESSOR_`` variables. Raises `SettingsError`."""
    given = os.environ if environ is None else environ
    bucket = given.get("ASSESSOR_BUCKET", "")
    if not bucket:
        raise SettingsError("ASSESSOR_BUCKET is not set: it names the bucket that results are kept in")
    regions = _words(given.get("ASSESSOR_REGIONS", "")) or _words(given.get("AWS_REGION", ""))
    if not regions:
        raise SettingsError("ASSESSOR_REGIONS is not set: it names the Regions to read, separated by commas")
    named = _words(given.get("ASSESSOR_ACCOUNTS", ""))
    accounts = () if named == (ORGANIZATION,) else named
    wrong = [one for one in accounts if not _ACCOUNT.fullmatch(one)]
    if wrong:
        raise SettingsError(f"ASSESSOR_ACCOUNTS: {wrong[0]!a} is no account id of twelve digits")
    notify_at = given.get("ASSESSOR_NOTIFY_AT", "") or "high"
    if notify_at not in _SEVERITIES:
        raise SettingsError(f"ASSESSOR_NOTIFY_AT takes {', '.join(_SEVERITIES)}, not {notify_at!a}")
    scope = given.get("ASSESSOR_SCOPE", "") or "workload"
    if scope not in ("workload", "account"):
        raise SettingsError(f"ASSESSOR_SCOPE takes workload or account, not {scope!a}")
    hub = given.get("ASSESSOR_SECURITY_HUB", "")
    if hub and not _REGION.fullmatch(hub):
        raise SettingsError(f"ASSESSOR_SECURITY_HUB names a Region, not {hub!a}")
    return Settings(
        bucket=bucket,
        regions=regions,
        prefix=given.get("ASSESSOR_PREFIX", "").strip("/"),
        accounts=accounts,
        role_name=given.get("ASSESSOR_ROLE_NAME", ""),
        external_id=given.get("ASSESSOR_EXTERNAL_ID", ""),
        scope=scope,
        notify_at=notify_at,
        topic=given.get("ASSESSOR_TOPIC", ""),
        tolerated=_number("ASSESSOR_TOLERATED_FAILURES", given, 0),
        min_coverage=float(_number("ASSESSOR_MIN_COVERAGE", given, 50)),
        endpoint=given.get("ASSESSOR_ENDPOINT_URL", ""),
        hub=hub,
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))


def _number(name: str, given: Mapping[str, str], default: int) -> int:
    text = given.get(name, "")
    if not text:
        return default
    if not text.isdecimal():
        raise SettingsError(f"{name} takes a whole number, not {text!a}")
    return int(text)


__all__ = ["ORGANIZATION", "Settings", "SettingsError", "read"]
