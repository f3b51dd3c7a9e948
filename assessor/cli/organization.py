"""Many accounts from the command line: read under one scheduler, judged as they come in, reported as one."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from assessor import __version__
from assessor.cli import console
from assessor.cli.console import Console
from assessor.cli.earlier import with_history
from assessor.cli.exits import CannotRunError, Exit, WrongUsageError, conclude
from assessor.cli.options import Assessment
from assessor.cli.outcome import SUMMARY, prepare_output, rendered, waiver_notes
from assessor.cli.progress import watching
from assessor.collecting.many import Entry, Member, ReadAccount, enter, read_many
from assessor.collecting.request import CannotStartError, CollectRequest
from assessor.model.archive import ArchiveError
from assessor.model.control import Asker
from assessor.model.snapshot import Account, Run
from assessor.organization import journal, parts
from assessor.organization.combined import Combined, account_line, combine, summary
from assessor.organization.journal import Journal, JournalError
from assessor.organization.members import ROLE, AccountsError, Named, load
from assessor.organization.parts import Conditions, Part
from assessor.organization.pool import Judges
from assessor.organization.stored import encoded
from assessor.reports import WRITERS
from assessor.reports.files import Batch, CannotWriteError
from assessor.reports.permissions import statement_line
from assessor.reports.words import plural

ACCOUNTS = "accounts"
"""The directory of the accounts' own files."""


@dataclass(frozen=True)
class _Asked:
    """What to do: the run, its members in the order of the report, and where it goes."""

    journal: Journal
    members: tuple[Member, ...]
    directory: Path

    def directory_of(self, account: str) -> Path:
        """Where an account's files are."""
        return self.directory / account


def scan_many(ctx: click.Context, asked: Assessment, regions: Sequence[str], say: Console) -> Exit:
    """Read and assess every account that is asked for. Raises `CannotRunError` and `WrongUsageError`."""
    conditions = Conditions(
        asked.controls,
        asked.questions,
        asked.parameters,
        asked.answers,
        asked.waivers,
        asked.selection,
        asked.min_coverage,
    )
    prepare_output(asked.output_dir, (*WRITERS, SUMMARY))
    directory = asked.output_dir / ACCOUNTS
    try:
        # What is asked again is looked at before anything is asked of AWS.
        named = load(ctx.params["accounts"]) if ctx.params["accounts"] else ()
        before = journal.read(directory) if ctx.params["resume"] else None
        request = _request(ctx, asked, regions)
        entry = enter(request)
        task = _task(ctx, conditions, entry, directory, before, named)
        task.journal.write(directory)
        left = [member for member in task.members if not _is_done(task, member)]
        if before is not None:
            say.note(
                f"resumed: {len(task.members) - len(left)} of {plural(len(task.members), 'account')} are done"
            )
        _read(task, left, request, entry, conditions, say)
        return _report(task, asked, conditions, say)
    except (JournalError, AccountsError) as error:
        raise WrongUsageError(str(error)) from error
    except (CannotStartError, CannotWriteError, ArchiveError) as error:
        raise CannotRunError(str(error)) from error


def _request(ctx: click.Context, asked: Assessment, regions: Sequence[str]) -> CollectRequest:
    given = ctx.params
    scope = given["scope"]
    askers: tuple[Asker, ...] = (*asked.controls, *asked.questions)
    operations = (op for one in askers for op in one.operations(scope))
    return CollectRequest(
        operations=tuple(dict.fromkeys(operations)),
        regions=tuple(regions),
        profile=given["profile"] or "",
        timeout=given["timeout"],
        scope=scope,
    )


def _task(
    ctx: click.Context,
    conditions: Conditions,
    entry: Entry,
    directory: Path,
    before: Journal | None,
    named: Sequence[Named],
) -> _Asked:
    given = ctx.params
    role, external_id = given["role_name"] or ROLE, given["external_id"] or ""
    described = journal.described(
        conditions,
        scope=given["scope"],
        regions=given["region"] or entry.regions,
        accounts=" ".join(f"{one.account},{one.role_arn}" for one in named) or "organization",
        role=f"{role} {external_id}",
    )
    if before is not None:
        noted = before.resumed(described)
    else:
        accounts, not_read = _accounts(named, entry, role)
        now = datetime.now(UTC)
        noted = Journal(
            f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}",
            f"{now:%Y-%m-%dT%H:%M:%SZ}",
            entry.regions,
            tuple(accounts),
            tuple(not_read),
            described,
        )
    members = tuple(Member(account, arn, external_id if arn else "") for account, arn in noted.accounts)
    return _Asked(noted, members, directory)


def _accounts(
    named: Sequence[Named], entry: Entry, role: str
) -> tuple[list[tuple[str, str]], list[dict[str, Any]]]:
    """Accounts with the role to assume in each, and those that are not to be read."""

    def role_in(account: str) -> str:
        # The account whose credentials these are is read with them.
        return (
            ""
            if account == entry.account
            else f"arn:{entry.partition}:iam::{account}:role/{role.lstrip('/')}"
        )

    if named:
        return [(one.account, one.role_arn or role_in(one.account)) for one in named], []
    from assessor.collecting.directory import ACTIVE, accounts

    every = accounts(entry)
    active = [(one.account, role_in(one.account)) for one in every if one.state == ACTIVE]
    others = [
        {"account_id": one.account, "reason": one.state or "UNKNOWN"} for one in every if one.state != ACTIVE
    ]
    return active, others


def _is_done(task: _Asked, member: Member) -> bool:
    part = parts.load(task.directory_of(member.account), task.journal.run_id)
    return part is not None and part.done


def _read(
    task: _Asked,
    members: Sequence[Member],
    request: CollectRequest,
    entry: Entry,
    conditions: Conditions,
    say: Console,
) -> None:
    """Read and judge the accounts that are left."""
    from dataclasses import replace

    if not members:
        return
    asked = replace(request, run_id=task.journal.run_id, assessed_at=task.journal.assessed_at)
    with Judges(conditions, processes=None if len(members) > 1 else 0) as judges, watching(say) as observer:

        def deliver(one: ReadAccount) -> None:
            account = one.snapshot.run.accounts[0].id
            directory = task.directory_of(account)
            parts.keep(one.snapshot, directory)
            judges.submit(directory, one.refused, one.complete)
            if one.refused:
                say.detail(f"account {account} was not entered: {one.refused}")

        read_many(asked, members, deliver, entry, observer)


def _parts(task: _Asked) -> Iterator[Part]:
    for member in task.members:
        part = parts.load(task.directory_of(member.account), task.journal.run_id)
        if part is None:
            raise CannotRunError(
                f"the findings of account {member.account} are gone from {task.directory_of(member.account)}; "
                "run again with --resume"
            )
        yield part


def _report(task: _Asked, asked: Assessment, conditions: Conditions, say: Console) -> Exit:
    found = list(_parts(task))
    noted = task.journal
    accounts: tuple[Account, ...] = tuple(part.account for part in found)
    scope = click.get_current_context().params["scope"]
    report = combine(Run(noted.run_id, noted.assessed_at, __version__, accounts, scope), found, conditions)
    report = with_history(report, asked.history, say)
    code, sentence = conclude(report, asked.fail_on, asked.min_coverage)
    with Batch(asked.output_dir) as batch:
        for name, writer in WRITERS.items():
            batch.add(name, partial(writer, report))
        document = summary(
            report, batch.written, code, sentence, [account_line(part) for part in found], noted.not_read
        )
        batch.add(SUMMARY, partial(_write, encoded(document)))
        names = [file.name for file in batch.written]
    console.result(rendered(report, asked))
    _tell(report, found, noted, say)
    say.note(f"files in {asked.output_dir}: {', '.join(names)}, and {ACCOUNTS}/<id>/ of each account")
    say.conclude(sentence, ok=code is Exit.OK)
    return code


def _write(content: bytes, out: Any) -> None:
    out.write(content)


_NAMED = 5


def _tell(report: Combined, found: Sequence[Part], noted: Journal, say: Console) -> None:
    refused = [part for part in found if part.refused]
    if refused:
        named = ", ".join(part.account.id for part in refused[:_NAMED])
        more = f" and {len(refused) - _NAMED} more" if len(refused) > _NAMED else ""
        say.note(
            f"{plural(len(refused), 'account')} could not be entered: {named}{more}; every control is NOT_ASSESSED "
            f"there. {refused[0].refused}"
        )
    late = sum(not part.complete for part in found)
    if late:
        say.note(f"{plural(late, 'account')} not read to the end; `--resume` goes on with them")
    if noted.not_read:
        say.note(f"{plural(len(noted.not_read), 'account')} of the organization not active, and not read")
    for sentence in waiver_notes(report.waivers):
        say.note(sentence)
    if report.missing:
        say.note(
            f"not permitted: {plural(len(report.missing), 'IAM action')}; grant: {statement_line(report.missing)}"
        )


__all__ = ["ACCOUNTS", "scan_many"]
