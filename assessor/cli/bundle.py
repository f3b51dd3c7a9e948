"""`assessor bundle`: one file an auditor can keep, proven to give its findings again."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from assessor import waivers
from assessor.attestations import answers
from assessor.cli.console import result
from assessor.cli.controls import page
from assessor.cli.exits import CannotRunError, WrongUsageError
from assessor.cli.options import (
    answers_of,
    console_of,
    people_options,
    verbosity_options,
    waivers_of,
)
from assessor.cli.outcome import SNAPSHOT, SUMMARY
from assessor.cli.selection import select
from assessor.config import ConfigError, policy_level
from assessor.model import archive
from assessor.model.archive import ArchiveError
from assessor.model.parameters import DECLARED, Parameters
from assessor.reports import bundle as bundles
from assessor.reports import findings_csv
from assessor.reports.bundle import BundleError, Source
from assessor.reports.files import Batch, CannotWriteError
from assessor.reports.report import Report, make_report

SETTINGS = "assessor.toml"
README = "README.txt"


@click.command("bundle", short_help="Pack a run into one file that an auditor can verify.")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The bundle to write. Default: assessor-<run id>.zip in the working directory.",
)
@click.option(
    "--policies",
    type=click.Path(path_type=Path),
    default=Path(),
    metavar="DIR",
    help="Where the files of the parameter scp_files lie. Default: the working directory.",
)
@people_options
@verbosity_options
@click.pass_context
def bundle(ctx: click.Context, /, directory: Path, output: Path | None, policies: Path, **_: Any) -> int:
    """Pack the run in DIRECTORY: its files, its parameters, answers and waivers, a page per control, and a manifest.

    Before anything is packed the snapshot is assessed again under the same conditions; the bundle is made only when
    that gives the same findings.csv, byte for byte.
    """
    say = console_of(ctx)
    run, names = _run_in(directory)
    files: dict[str, Source] = {name: directory / name for name in names}
    _check_digests(directory, names)
    given, documents = _parameters(run, policies)
    report = _again(ctx, directory, run, Parameters(given, documents))
    _same(report, directory)
    files[SETTINGS] = settings(run, given).encode()
    for number, level in enumerate(documents.get("scp_files", ()), 1):
        files[_policy_name(number)] = json.dumps(level, indent=1).encode("ascii") + b"\n"
    files |= _people(ctx)
    files |= {f"controls/{control.id}.txt": page(control).encode() for control in report.controls}
    files = {README: readme(report).encode(), **files}
    target = output or Path(f"assessor-{report.snapshot.run.run_id}.zip")
    whole = ""

    def store(out: Any) -> None:
        nonlocal whole
        whole = bundles.write(out, files, {"run_id": run["run_id"], "tool_version": run["tool_version"]})

    try:
        with Batch(target.parent) as batch:
            batch.add(target.name, store)
    except (CannotWriteError, BundleError) as error:
        raise CannotRunError(str(error)) from error
    result(f"{whole}\n")
    say.note(f"{target}: {len(files)} files; keep the digest of the whole (above) apart from the bundle")
    say.conclude(f"`assessor verify {target}` looks at every byte", ok=True)
    return 0


def _run_in(directory: Path) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The conditions of the run, and its files: summary.json and what it names."""
    path = directory / SUMMARY
    try:
        document = json.loads(path.read_bytes())
        names = tuple(str(one["name"]) for one in document["files"])
        run: Mapping[str, Any] = dict(document["run"])
        run["parameters"], run["selection"], run["run_id"], run["tool_version"]
    except OSError as error:
        raise WrongUsageError(
            f"{path} cannot be read: {error.strerror or error}. Give the directory that a scan or evaluate wrote into."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise CannotRunError(f"{path} is not the summary of a run; run `assessor evaluate` again.") from error
    if any(Path(name).name != name for name in names):
        raise CannotRunError(f"{path} names files outside its directory.")
    return run, (*names, SUMMARY)


def _check_digests(directory: Path, names: tuple[str, ...]) -> None:
    """The files have to be those of the run, all of them."""
    recorded = {one["name"]: one["sha256"] for one in json.loads((directory / SUMMARY).read_bytes())["files"]}
    for name in names:
        path = directory / name
        if not path.is_file():
            raise CannotRunError(f"{path} is missing; run `assessor evaluate` again into the same directory.")
        if name in recorded and archive.sha256_of(path) != recorded[name]:
            raise CannotRunError(
                f"{path} is not the file that {SUMMARY} names: it was changed since. Run `assessor evaluate` again."
            )


def _parameters(run: Mapping[str, Any], policies: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was set in the run, and the documents of the policy files."""
    given = {
        one.name: run["parameters"][one.name]
        for one in DECLARED
        if run["parameters"].get(one.name) is not None and run["parameters"][one.name] != one.default
    }
    names = given.get("scp_files") or []
    try:
        documents = {"scp_files": [policy_level(policies / name) for name in names]} if names else {}
    except ConfigError as error:
        raise WrongUsageError(f"{error}; name their directory with --policies") from error
    return given, documents


def _again(ctx: click.Context, directory: Path, run: Mapping[str, Any], parameters: Parameters) -> Report:
    selection = run["selection"]
    controls, questions, selected = select(
        [str(one) for one in selection["items"]], selection["controls"], selection["severities"]
    )
    path = directory / SNAPSHOT
    try:
        return make_report(
            archive.read(path),
            controls,
            parameters,
            selected,
            min_coverage=run["min_coverage"],
            snapshot_sha256=archive.sha256_of(path),
            questions=questions,
            answers=answers_of(ctx.params["attestations"]),
            waivers=waivers_of(ctx.params["waivers"]),
        )
    except ArchiveError as error:
        raise CannotRunError(str(error)) from error


def _same(report: Report, directory: Path) -> None:
    """Assessed again, the snapshot has to give the same findings.csv."""
    made = io.BytesIO()
    findings_csv.write(report, made)
    if made.getvalue() != (directory / "findings.csv").read_bytes():
        raise CannotRunError(
            "assessed again, the snapshot gives other findings than findings.csv holds. Give the --attestations, "
            f"--waivers and --policies of the run and the version that made it (this is {report.tool_version}), "
            "or run `assessor evaluate` again into the same directory."
        )


def _people(ctx: click.Context) -> dict[str, Source]:
    """The files with what people decided, as they are; under the names an evaluation looks for."""
    files: dict[str, Source] = {}
    for option, default in (("attestations", answers.DEFAULT_FILE), ("waivers", waivers.DEFAULT_FILE)):
        path: Path = ctx.params[option] or default
        if path.exists():
            files[default.name] = path
    return files


def settings(run: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """An assessor.toml that gives the run's conditions again."""
    lines = ["# The conditions of the run, for `assessor evaluate snapshot.json.gz`."]
    if given.get("scp_files"):
        given = {**given, "scp_files": [_policy_name(n) for n in range(1, len(given["scp_files"]) + 1)]}
    selection = run["selection"]
    options = {
        "item": [str(one) for one in selection["items"]],
        "control": selection["controls"],
        "severity": selection["severities"],
        "min_coverage": run["min_coverage"],
    }
    for name, value in [*sorted(given.items()), *options.items()]:
        if value not in ([], None):
            lines.append(f"{name} = {toml(value)}")
    return "\n".join(lines) + "\n"


def toml(value: Any) -> str:
    """One value as TOML spells it: texts, numbers, booleans and lists as JSON does, a table in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


def _policy_name(number: int) -> str:
    return f"policies/{number}.json"


def readme(report: Report) -> str:
    """How to read and verify the bundle, for somebody who has nothing else."""
    run = report.snapshot.run
    return (
        f"Evidence of run {run.run_id}, {run.assessed_at} (UTC), account"
        f"{'s' if len(run.accounts) != 1 else ''} {', '.join(account.id for account in run.accounts)}.\n\n"
        "findings.csv     what was found, one line per finding; report.html shows the same\n"
        "controls.csv     what was asked; controls/ explains each control\n"
        "snapshot.json.gz what AWS answered; the findings are made of nothing else\n"
        f"{SETTINGS}    under which conditions\n"
        "MANIFEST.json    the SHA-256 of every file, and of the whole\n\n"
        f"To verify: assessor verify BUNDLE (version {report.tool_version} made it).\n"
        "To have the same findings again, offline: unpack, change into the directory, and run\n"
        "    assessor evaluate snapshot.json.gz --output-dir again\n"
        "again/findings.csv then has the same bytes as findings.csv.\n"
        "Without this tool: sha256sum of each file gives what MANIFEST.json names.\n"
    )
