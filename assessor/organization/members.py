"""The file that names accounts: one a line, an id or an id with the role to assume there."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

ROLE = "GenAIReadinessAssessor"
"""The role that the member template makes, and that is assumed where no other is named."""

_ACCOUNT = re.compile(r"[0-9]{12}")
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::([0-9]{12}):role/[\w+=,.@/-]+")
_HEADINGS = {"account", "account_id", "accountid", "id", "account id"}
_MOST_BYTES = 4_000_000


class AccountsError(ValueError):
    """The file cannot be used. The message is one line: where, what is wrong, what is allowed."""


@dataclass(frozen=True, slots=True)
class Named:
    """One line: an account, and its role where the line names one."""

    account: str
    role_arn: str = ""


def load(path: Path) -> tuple[Named, ...]:
    """The accounts of a file, each once, in its order. Raises `AccountsError`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise AccountsError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(content) > _MOST_BYTES:
        raise AccountsError(f"{path}: {len(content):,} bytes; at most {_MOST_BYTES:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise AccountsError(f"{path}: is not UTF-8 text; save it as UTF-8") from error
    return parse(text, str(path))


def parse(text: str, source: str) -> tuple[Named, ...]:
    """The accounts in a text: CSV, ``#`` begins a comment, a heading is skipped. Raises `AccountsError`."""
    found: dict[str, Named] = {}
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.partition("#")[0]
        try:
            cells = [
                cell.strip()
                for cell in next(csv.reader([bare.strip()], strict=True, skipinitialspace=True), [])
            ]
        except csv.Error as error:
            raise AccountsError(f"{source}, line {number}: is not CSV ({error})") from error
        if not any(cells) or (not found and cells[0].lower() in _HEADINGS):
            continue
        named = _named(cells, f"{source}, line {number}")
        if named.account in found:
            raise AccountsError(f"{source}, line {number}: account {named.account} is named twice")
        found[named.account] = named
    if not found:
        raise AccountsError(f"{source}: names no account; write one account id a line")
    return tuple(found.values())


def _named(cells: list[str], where: str) -> Named:
    account, role = cells[0], cells[1] if len(cells) > 1 else ""
    if not _ACCOUNT.fullmatch(account):
        hint = " (a spreadsheet may have dropped a leading zero)" if account.isdigit() else ""
        raise AccountsError(f"{where}: {_shown(account)} is no account id: twelve digits{hint}")
    if role:
        match = _ROLE_ARN.fullmatch(role)
        if match is None:
            raise AccountsError(
                f"{where}: {_shown(role)} is not the ARN of a role: arn:aws:iam::{account}:role/<name>"
            )
        if match.group(1) != account:
            raise AccountsError(f"{where}: the role belongs to account {match.group(1)}, not to {account}")
    if any(cells[2:]):
        raise AccountsError(f"{where}: more than an account id and a role ARN")
    return Named(account, role)


def _shown(text: str) -> str:
    return ascii(text if len(text) <= 60 else text[:57] + "...")


__all__ = ["ROLE", "AccountsError", "Named", "load", "parse"]
