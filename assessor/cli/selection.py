"""From ``--item``, ``--control`` and ``--severity`` to the controls that run."""

import difflib
from collections.abc import Sequence

import click
from click.shell_completion import CompletionItem

from assessor.cli.exits import WrongUsageError
from assessor.model.control import Control
from assessor.reports.report import Selection


def catalogue() -> tuple[Control, ...]:
    """Every control, in the checklist's order. Imported when first needed."""
    import evaluators

    return evaluators.CONTROLS


def select(
    items: Sequence[str], controls: Sequence[str], severities: Sequence[str]
) -> tuple[tuple[Control, ...], Selection]:
    """The controls that every given option admits, in the checklist's order. Raises `WrongUsageError`."""
    every = catalogue()
    numbers = tuple(_item(text) for text in _split(items))
    idents = tuple(find(text, every).id for text in _split(controls))
    wanted = tuple(dict.fromkeys(_split(severities)))
    chosen = tuple(
        control
        for control in every
        if (not numbers or int(control.item) in numbers)
        and (not idents or control.id in idents)
        and (not wanted or control.severity.value in wanted)
    )
    if not chosen:
        raise WrongUsageError(
            "no control fits all of --item, --control and --severity; `assessor controls` lists them"
            if every
            else "this build holds no controls"
        )
    return chosen, Selection(tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(idents)), wanted)


def find(text: str, controls: Sequence[Control]) -> Control:
    """The control of that id or slug, without regard to case. Raises `WrongUsageError`."""
    wanted = text.strip().lower()
    for control in controls:
        if wanted in (control.id.lower(), control.slug.lower()):
            return control
    names = [control.id for control in controls] + [control.slug for control in controls]
    near = difflib.get_close_matches(wanted, [name.lower() for name in names], n=1)
    hint = next((f"; did you mean {name}?" for name in names if near and name.lower() == near[0]), "")
    raise WrongUsageError(f"unknown control: {text}{hint or '; `assessor controls` lists them'}")


def _item(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5", "6", "7"}:
        raise WrongUsageError(f"--item takes a number from 1 to 7, not {text}")
    return int(text)


def _split(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def complete_control(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Control ids for the shell's completion."""
    start = incomplete.upper()
    return [CompletionItem(c.id, help=c.title) for c in catalogue() if c.id.startswith(start)]
