"""`assessor attest`: what only people can answer - the questions, their answers, and whether those still hold."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import click

from assessor.attestations import answers as file
from assessor.attestations import state, writing
from assessor.attestations.answers import Answer, Given
from assessor.attestations.questions import Attestation
from assessor.cli.console import Console, result
from assessor.cli.exits import CannotRunError, Exit, WrongUsageError
from assessor.cli.options import (
    answers_of,
    console_of,
    output_dir_option,
    parameter_options,
    parameters_of,
    verbosity_options,
)
from assessor.cli.outcome import SNAPSHOT, prepare_output
from assessor.cli.selection import question as question_named
from assessor.cli.selection import questions as every_question
from assessor.model import archive
from assessor.model.finding import Finding
from assessor.model.parameters import Parameters
from assessor.model.snapshot import Snapshot
from assessor.model.verdict import Status
from assessor.records import RecordError
from assessor.reports.files import Batch, CannotWriteError
from assessor.reports.questionnaire import OpenQuestion, as_csv, as_markdown
from assessor.reports.text import visible
from assessor.reports.words import plural

_CLOSED = frozenset({Status.ATTESTED, Status.NOT_APPLICABLE, Status.FAIL})


@click.group("attest", short_help="Ask, answer and check what only people can answer.")
def attest() -> None:
    """Ask, answer and check what only people can answer.

    Answers are kept in attestations.toml, with who gave them, when and on what evidence, and with digests of the
    configuration they were given on: when that changes, the answer is stale.
    """


file_option = click.option(
    "--attestations",
    type=click.Path(path_type=Path),
    envvar="ASSESSOR_ATTESTATIONS",
    metavar="FILE",
    help="The file of answers. Default: ./attestations.toml.",
)
snapshot_option = click.option(
    "--snapshot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"The configuration answers are held against. Default: assessor-output/{SNAPSHOT} when there is one.",
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one question stands."""

    question: Attestation
    account: str
    status: Status
    reason: str
    observed: str


@attest.command("list", short_help="List the questions, and where each stands.")
@file_option
@snapshot_option
@parameter_options
@click.option("--format", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--open", "only_open", is_flag=True, help="Only those without an answer that holds.")
@verbosity_options
@click.pass_context
def list_questions(ctx: click.Context, /, format: str, *, only_open: bool, **_: Any) -> int:
    """List the questions in the checklist's order, and where each stands."""
    found = [one for one in _standings(ctx) if not only_open or one.status not in _CLOSED]
    if format == "json":
        result(json.dumps([_facts(one) for one in found], indent=2) + "\n")
    else:
        result("".join(f"{line}\n" for one in found for line in _lines(one)))
    return 0


def _facts(one: Standing) -> dict[str, Any]:
    asked = one.question
    return {
        "id": asked.id,
        "account": one.account,
        "item": int(asked.item),
        "title": asked.title,
        "question": asked.question,
        "asked_of": asked.owner,
        "shown_by": asked.evidence,
        "review_days": asked.days,
        "rests_on": [f"{d.facts} ({d.change.value})" for d in asked.rests_on],
        "answers": list(asked.answers),
        "supports": list(asked.supports),
        "severity": asked.severity.value,
        "status": one.status.value,
        "reason": one.reason,
        "observed": one.observed,
    }


def _lines(one: Standing) -> Iterator[str]:
    where = f" ({one.account})" if one.account else ""
    state_ = f"{one.status} {one.reason}".strip()
    yield f"{one.question.id}  {state_:16}  {one.question.title}{where}"
    yield f"    {visible(one.observed)}"


@attest.command("answer", short_help="Answer one question.")
@click.argument("id")
@click.option(
    "--answer", "given", type=click.Choice([g.value for g in Given], case_sensitive=False), required=True
)
@click.option("--person", required=True, metavar="NAME", help="Who answers.")
@click.option("--role", metavar="TEXT", help="In which role. Default: the one the question is asked of.")
@click.option("--evidence", default="", metavar="LINK", help="What shows it; needed for yes.")
@click.option("--note", default="", metavar="TEXT", help="What else to say; needed for not-applicable.")
@click.option("--date", "day", metavar="YYYY-MM-DD", help="The day of the answer. Default: today.")
@click.option("--review-days", type=int, metavar="DAYS", help="Shorten the time for which it holds.")
@click.option("--account", metavar="ID", help="For this account of the snapshot only.")
@file_option
@snapshot_option
@parameter_options
@verbosity_options
@click.pass_context
def answer(ctx: click.Context, /, id: str, **given: Any) -> int:
    """Answer the question ID, on the configuration of the snapshot.

    The file is made when it is missing. An earlier answer to the question is replaced; comments and order stay.
    """
    say = console_of(ctx)
    asked = question_named(id, every_question())
    now = datetime.now(UTC)
    path = Path(os.path.realpath(given["attestations"] or file.DEFAULT_FILE))
    try:
        before = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise WrongUsageError(f"{path}: cannot be read: {error.strerror or error}") from error
    entries = tuple(_entries(ctx, asked, given, say))
    try:
        text = writing.put(_decoded(before, path), entries, str(path), now)
    except RecordError as error:
        raise WrongUsageError(str(error)) from error
    _write(path, before, text.encode(), say)
    for one in entries:
        until = "stands until it can be yes" if one.given is Given.NO else f"holds until {one.last_day}"
        say.note(f"{asked.id} answered {one.given} for {one.account or 'every account'}; {until}")
    return 0


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RecordError(f"{path}, line {line}: is not UTF-8 text; save it as UTF-8") from error


def _entries(ctx: click.Context, asked: Attestation, given: dict[str, Any], say: Console) -> Iterator[Answer]:
    word = Given(given["given"].lower())
    snapshot = _snapshot(given["snapshot"])
    accounts = [account.id for account in snapshot.run.accounts] if snapshot is not None else []
    if given["account"]:
        if snapshot is not None and given["account"] not in accounts:
            raise WrongUsageError(
                f"the snapshot holds no account {given['account']}, but {', '.join(accounts)}"
            )
        accounts = [given["account"]]
    if asked.rests_on and snapshot is None and word is not Given.NO:
        names = ", ".join(one.facts for one in asked.rests_on)
        raise WrongUsageError(
            f"{asked.id} rests on the configuration ({names}): give --snapshot, which `assessor scan` writes"
        )
    several = accounts if asked.rests_on or given["account"] else []
    for account in several or [""]:
        recorded = (
            _recorded(snapshot, asked, account, parameters_of(ctx), say) if snapshot is not None else {}
        )
        yield Answer(
            question=asked,
            account=account,
            given=word,
            person=given["person"].strip(),
            role=(given["role"] or asked.owner).strip(),
            when=_day(given["day"]),
            evidence=given["evidence"].strip(),
            note=given["note"].strip(),
            days=asked.days if given["review_days"] is None else given["review_days"],
            facts=recorded,
        )


def _day(text: str | None) -> date:
    if text is None:
        return datetime.now(UTC).astimezone().date()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUsageError(f"--date takes a day such as 2026-11-20, not {text}") from error


def _recorded(
    snapshot: Snapshot, asked: Attestation, account: str, parameters: Parameters, say: Console
) -> dict[str, dict[str, str]]:
    """The facts the answer is given on; what could not be seen is left out, and said."""
    there = next((one for one in snapshot.run.accounts if one.id == account), None)
    if there is None:
        return {}
    known = state.KnownFacts(state.view_of(snapshot, there, parameters))
    recorded: dict[str, dict[str, str]] = {}
    for dependency in asked.rests_on:
        found = known.of(dependency)
        if found.unseen is None:
            recorded[dependency.facts] = dict(found.digests)
        else:
            say.note(
                f"warning: {dependency.facts} of {account} could not be seen ({found.unseen.detail}); until they can, "
                f"{asked.id} is not assessed, and then it has to be answered again"
            )
    return recorded


def _write(path: Path, before: bytes, after: bytes, say: Console) -> None:
    """The file and its digest, together or not at all; nothing is overwritten that changed meanwhile."""
    manifest = path.with_suffix(".sha256")
    try:
        with Batch(path.parent) as batch:
            made = batch.add(path.name, lambda out: out.write(after))
            if path.exists():
                shutil.copymode(path, made)
            batch.add(manifest.name, lambda out: out.write(writing.manifest(after, path.name)))
            if (path.read_bytes() if path.exists() else b"") != before:
                raise CannotRunError(
                    f"{path} was changed by somebody else meanwhile; nothing written, try again"
                )
    except (CannotWriteError, OSError) as error:
        raise CannotRunError(str(error).partition(" Choose a writable")[0]) from error
    say.note(f"wrote {path} and {manifest.name}")


@attest.command("verify", short_help="Check the file of answers, and its digest.")
@file_option
@click.option("--write", is_flag=True, help="Write the digest of the file as it is now.")
@verbosity_options
@click.pass_context
def verify(ctx: click.Context, /, attestations: Path | None, *, write: bool, **_: Any) -> int:
    """Check that the file of answers can be used, and that it is the one its SHA-256 manifest names.

    Exit 3 when it is another one. The manifest shows a change; who made it, and when, is for version control to say.
    """
    say = console_of(ctx)
    path = attestations or file.DEFAULT_FILE
    found = answers_of(path)
    manifest = path.with_suffix(".sha256")
    content = path.read_bytes()
    if write:
        try:
            with Batch(path.parent) as batch:
                batch.add(manifest.name, lambda out: out.write(writing.manifest(content, path.name)))
        except CannotWriteError as error:
            raise CannotRunError(str(error).partition(" Choose a writable")[0]) from error
    if not manifest.exists():
        raise WrongUsageError(f"{manifest} is missing; `assessor attest verify --write` makes it")
    named = manifest.read_bytes().split()[:1]
    actual = hashlib.sha256(content).hexdigest()
    if named != [actual.encode()]:
        say.conclude(
            f"{path} is not the file that {manifest.name} names (its SHA-256 is {actual}); look at its history",
            ok=False,
        )
        return int(Exit.FINDINGS)
    say.conclude(f"{path}: {plural(len(found), 'answer')}, as {manifest.name} says", ok=True)
    return 0


@attest.command("questionnaire", short_help="Write the open questions to send round.")
@file_option
@snapshot_option
@parameter_options
@output_dir_option
@verbosity_options
@click.pass_context
def questionnaire(ctx: click.Context, /, output_dir: Path, **_: Any) -> int:
    """Write the open questions as questionnaire.md and questionnaire.csv, and print the names of the files."""
    say = console_of(ctx)
    names = ("questionnaire.md", "questionnaire.csv")
    prepare_output(output_dir, names)
    asked = [
        OpenQuestion(one.question, one.account, one.observed.removeprefix(one.question.question).lstrip())
        for one in _standings(ctx)
        if one.status not in _CLOSED
    ]
    try:
        with Batch(output_dir) as batch:
            batch.add(names[0], lambda out: out.write(as_markdown(asked)))
            batch.add(names[1], lambda out: out.write(as_csv(asked)))
    except CannotWriteError as error:
        raise CannotRunError(str(error)) from error
    result("".join(f"{output_dir / name}\n" for name in names))
    say.note(f"{plural(len(asked), 'question')} open")
    return 0


def _standings(ctx: click.Context) -> list[Standing]:
    """Where every question stands: by the snapshot where there is one, else by dates alone."""
    given = ctx.params
    found = answers_of(given["attestations"])
    snapshot = _snapshot(given["snapshot"])
    questions = every_question()
    if snapshot is None:
        return [_by_date(asked, found) for asked in questions]
    by_id = {asked.id: asked for asked in questions}
    several = len(snapshot.run.accounts) > 1
    return [
        _of_finding(row, by_id[row.control_id], several=several)
        for row in state.findings(snapshot, questions, found, parameters_of(ctx))
    ]


def _of_finding(row: Finding, asked: Attestation, *, several: bool) -> Standing:
    return Standing(asked, row.account_id if several else "", row.status, row.reason, row.observed)


def _by_date(asked: Attestation, found: Sequence[Answer]) -> Standing:
    mine = [one for one in found if one.question.id == asked.id]
    if not mine:
        told = f"Nobody has answered. Asked of: {asked.owner}; shown by: {asked.evidence}."
        return Standing(asked, "", Status.MANUAL, state.Open.MISSING, told)
    oldest = min(mine, key=lambda one: one.last_day)
    told = f"Answered {oldest.given} by {oldest.person} on {oldest.day}; until {oldest.last_day}."
    if any(one.given is Given.NO for one in mine):
        return Standing(asked, "", Status.FAIL, "", told)
    if oldest.expired(datetime.now(UTC)):
        return Standing(asked, "", Status.MANUAL, state.Open.EXPIRED, told)
    whether = " Whether the configuration has changed since, a snapshot says." if asked.rests_on else ""
    return Standing(asked, "", Status.ATTESTED, "", told + whether)


def _snapshot(path: Path | None) -> Snapshot | None:
    usual = Path("assessor-output") / SNAPSHOT
    chosen = path or (usual if usual.is_file() else None)
    if chosen is None:
        return None
    try:
        return archive.read(chosen)
    except archive.ArchiveError as error:
        raise CannotRunError(str(error)) from error
