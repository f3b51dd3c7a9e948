"""Options that several commands share, and what was asked for with them."""

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from assessor import config, records, waivers
from assessor.attestations import answers
from assessor.attestations.answers import Answer
from assessor.attestations.questions import Attestation
from assessor.cli.console import Console
from assessor.cli.exits import WrongUsageError
from assessor.cli.selection import catalogue, complete_control, questions, select
from assessor.history.runs import RunSummary
from assessor.model.control import Control
from assessor.model.parameters import Parameters
from assessor.model.verdict import Severity, Status
from assessor.reports.report import Display, Selection

F = TypeVar("F", bound=Callable[..., Any])
Decorator = Callable[[F], F]

FORMATS = ("table", "summary", "json", "csv")
_SETTINGS = "assessor.settings"


def _together(*decorators: Decorator[Any]) -> Decorator[Any]:
    def apply(function: Any) -> Any:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return apply


class _Number(click.FloatRange):
    """A number in a range; ``nan``, which no comparison refuses, is none."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number. Fails as click does."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


def _option(*names: str, **attributes: Any) -> Decorator[Any]:
    """A click option that the environment may set too, by the same name."""
    variable = config.PREFIX + names[0].lstrip("-").replace("-", "_").upper()
    return click.option(*names, envvar=variable, **attributes)


def _load(ctx: click.Context, _: click.Parameter, value: Path | None) -> Path | None:
    """Read the parameter file before any other option, so that it can give them their defaults."""
    path = value or (config.DEFAULT_FILE if config.DEFAULT_FILE.is_file() else None)
    settings = config.Settings()
    if path is not None:
        try:
            settings = config.load(path)
        except config.ConfigError as error:
            raise WrongUsageError(str(error)) from error
    ctx.meta[_SETTINGS] = settings
    ctx.default_map = {**(ctx.default_map or {}), **settings.options}
    return path


parameters_file = _option(
    "--parameters",
    type=click.Path(path_type=Path),
    metavar="FILE",
    is_eager=True,
    callback=_load,
    help="What only you can decide, as TOML. Default: ./assessor.toml when there is one.",
)

selection_options = _together(
    _option("--item", multiple=True, metavar="1-7", help="Only this item of the checklist; repeatable."),
    _option(
        "--control",
        multiple=True,
        metavar="ID",
        shell_complete=complete_control,
        help="Only this control (GAI-4.05); repeatable.",
    ),
    _option(
        "--severity",
        multiple=True,
        type=click.Choice([s.value for s in Severity], case_sensitive=False),
        help="Only controls of this severity; repeatable.",
    ),
)
"""Which controls run. What does not run is not scored."""

verbosity_options = _together(
    click.option("-q", "--quiet", is_flag=True, help="Say nothing on stderr but errors."),
    click.option("-v", "--verbose", count=True, help="Say what could not be seen; -vv also where we failed."),
)

parameter_options = _together(
    parameters_file,
    click.option(
        "--set",
        "assignments",
        multiple=True,
        metavar="NAME=VALUE",
        help="One parameter, over the file; repeatable. `assessor parameters` lists them.",
    ),
)

people_options = _together(
    _option(
        "--attestations",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="What people answered, as TOML. Default: ./attestations.toml when there is one.",
    ),
    _option(
        "--waivers",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Failures that somebody owns until a day, as TOML. Default: ./waivers.toml when there is one.",
    ),
)
"""What people decided; see `assessor attest`."""

exit_options = _together(
    _option(
        "--fail-on",
        type=click.Choice(config.FAIL_ON, case_sensitive=False),
        default="high",
        show_default=True,
        help="Exit 3 when something fails at this severity or above.",
    ),
    _option(
        "--min-coverage",
        type=_Number(0, 100),
        default=50.0,
        show_default=True,
        metavar="PERCENT",
        help="Exit 4 when less than this could be decided.",
    ),
)

output_dir_option = _option(
    "--output-dir",
    type=click.Path(path_type=Path),
    default=Path("assessor-output"),
    show_default=True,
    help="Where the files are written; made when missing.",
)

report_options = _together(
    output_dir_option,
    _option(
        "--history",
        metavar="DIR|s3://BUCKET/PREFIX",
        help="Earlier runs: report.html then draws each item's score over time.",
    ),
    _option(
        "--format",
        type=click.Choice(FORMATS, case_sensitive=False),
        default="table",
        show_default=True,
        help="What stdout carries.",
    ),
    click.option(
        "--show",
        multiple=True,
        type=click.Choice([*(s.value.lower() for s in Status), "all"], case_sensitive=False),
        help="Show only findings of this status on stdout; files and scores stay whole. Repeatable.",
    ),
)

aws_options = _together(
    _option(
        "--region",
        multiple=True,
        metavar="REGION",
        help="Region to read; repeatable, or all. Default: AWS_REGION, AWS_DEFAULT_REGION, the profile's.",
    ),
    _option("--profile", metavar="NAME", help="Named AWS profile. Default: AWS_PROFILE."),
    _option("--role-arn", metavar="ARN", help="Role to assume before reading."),
    _option("--external-id", metavar="TEXT", help="External id the role's trust policy asks for."),
    _option(
        "--timeout",
        type=_Number(min=0, min_open=True),
        metavar="SECONDS",
        help="End reading after this long; what is then unanswered is not assessed.",
    ),
    _option(
        "--scope",
        type=click.Choice(config.SCOPES, case_sensitive=False),
        default="workload",
        show_default=True,
        help="Judge what lies on a path to a model, or everything in the account.",
    ),
    _option(
        "--observe",
        type=_Number(min=0, min_open=True),
        metavar="SECONDS",
        help="Read afterwards, for at most this long, who called which model by CloudTrail's record.",
    ),
    click.option(
        "--demo", is_flag=True, help="Assess an invented company on the loopback interface instead."
    ),
)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the options of `scan` and `evaluate` ask for."""

    controls: tuple[Control, ...]
    questions: tuple[Attestation, ...]
    selection: Selection
    parameters: Parameters
    answers: tuple[Answer, ...]
    waivers: tuple[waivers.Waiver, ...]
    fail_on: str
    min_coverage: float
    output_dir: Path
    format: str
    display: Display
    history: Sequence[RunSummary] | None = None
    """Earlier runs, where somebody asked for them."""


def console_of(ctx: click.Context) -> Console:
    """How much to say."""
    return Console(-1 if ctx.params["quiet"] else ctx.params["verbose"])


def assessment_of(ctx: click.Context) -> Assessment:
    """The options of a command that assesses, checked. Raises `WrongUsageError`."""
    given = ctx.params
    controls, asked, selection = chosen_of(ctx)
    parameters = parameters_of(ctx)
    console = console_of(ctx)
    for name in config.unknown_variables(os.environ, _ALSO_READ):
        console.note(f"warning: {name} is set, but nothing reads a variable of that name")
    return Assessment(
        controls=controls,
        questions=asked,
        selection=selection,
        parameters=parameters,
        answers=answers_of(given["attestations"]),
        waivers=waivers_of(given["waivers"]),
        fail_on=given["fail_on"],
        min_coverage=given["min_coverage"],
        output_dir=given["output_dir"],
        format=given["format"],
        display=_display(given["show"]),
        history=_history(given["history"], given.get("profile") or ""),
    )


_ALSO_READ = {"parameters": None, "format": None}


def _history(place: str | None, profile: str) -> Sequence[RunSummary] | None:
    """Read before anything is asked of the account: what is wrong with it is told at once."""
    if not place:
        return None
    from assessor.cli.earlier import runs_in

    return runs_in(place, profile, none_is_wrong=False)


def settings_of(ctx: click.Context) -> config.Settings:
    """What the parameter file says; nothing where there is none."""
    found: config.Settings = ctx.meta[_SETTINGS]
    return found


def parameters_of(ctx: click.Context) -> Parameters:
    """The parameters in force: ``--set`` over the environment over the file. Raises `WrongUsageError`."""
    settings: config.Settings = ctx.meta[_SETTINGS]
    try:
        return config.parameters(settings, ctx.params["assignments"])
    except config.ConfigError as error:
        raise WrongUsageError(str(error)) from error


def answers_of(path: Path | None) -> tuple[Answer, ...]:
    """The answers of that file, or of ./attestations.toml when there is one. Raises `WrongUsageError`."""
    chosen = path or (answers.DEFAULT_FILE if answers.DEFAULT_FILE.exists() else None)
    try:
        return answers.load(chosen, datetime.now(UTC)) if chosen is not None else ()
    except records.RecordError as error:
        raise WrongUsageError(str(error)) from error


def waivers_of(path: Path | None) -> tuple[waivers.Waiver, ...]:
    """The waivers of that file, or of ./waivers.toml when there is one. Raises `WrongUsageError`."""
    chosen = path or (waivers.DEFAULT_FILE if waivers.DEFAULT_FILE.exists() else None)
    known = frozenset((*(one.id for one in catalogue()), *(one.id for one in questions())))
    try:
        return waivers.load(chosen, known, datetime.now(UTC)) if chosen is not None else ()
    except records.RecordError as error:
        raise WrongUsageError(str(error)) from error


def chosen_of(ctx: click.Context) -> tuple[tuple[Control, ...], tuple[Attestation, ...], Selection]:
    """The controls and questions that ``--item``, ``--control`` and ``--severity`` choose. Raises `WrongUsageError`."""
    given = ctx.params
    return select(given["item"], given["control"], given["severity"])


def _display(show: tuple[str, ...]) -> Display:
    if not show:
        return Display()
    if "all" in show:
        return Display(frozenset(Status), limit=None)
    return Display(frozenset(Status(name.upper()) for name in show), limit=None)
