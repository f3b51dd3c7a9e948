"""From ``--item``, ``--control`` and ``--severity`` to the controls that run and the questions that are asked."""

import difflib
from collections.abc import Sequence
from typing import TypeVar

import click
from click.shell_completion import CompletionItem

from assessor.attestations.questions import Attestation
from assessor.cli.exits import WrongUsageError
from assessor.model.control import Control
from assessor.reports.report import Selection


def catalogue() -> tuple[Control, ...]:
    """Every control, in the checklist's order. Imported when first needed."""
    import evaluators

    return evaluators.CONTROLS


def questions() -> tuple[Attestation, ...]:
    """Every question to people, in the checklist's order."""
    from assessor.attestations import questions

    return questions.ATTESTATIONS


Asked = TypeVar("Asked", Control, Attestation)


def select(
    items: Sequence[str], controls: Sequence[str], severities: Sequence[str]
) -> tuple[tuple[Control, ...], tuple[Attestation, ...], Selection]:
    """The controls and questions that every given option admits, in the checklist's order. Raises `WrongUsageError`."""
    every = catalogue()
    people = questions()
    numbers = tuple(_item(text) for text in _split(items))
    idents = tuple(_ident(text, every, people) for text in _split(controls))
    wanted = tuple(dict.fromkeys(_split(severities)))

    def admitted(all_of_them: Sequence[Asked]) -> tuple[Asked, ...]:
        return tuple(
            one
            for one in all_of_them
            if (not numbers or int(one.item) in numbers)
            and (not idents or one.id in idents)
            and (not wanted or one.severity.value in wanted)
        )

    chosen, asked = admitted(every), admitted(people)
    if not chosen and not asked:
        raise WrongUsageError(
            "no control fits all of --item, --control and --severity; `assessor controls` lists them"
            if every
            else "this build holds no controls"
        )
    return chosen, asked, Selection(tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(idents)), wanted)


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


def _ident(text: str, controls: Sequence[Control], people: Sequence[Attestation]) -> str:
    wanted = text.strip().upper()
    if wanted.startswith("ATT"):
        return question(wanted, people).id
    return find(text, controls).id


def question(text: str, people: Sequence[Attestation]) -> Attestation:
    """The question of that id, without regard to case. Raises `WrongUsageError`."""
    wanted = text.strip().upper()
    for one in people:
        if one.id == wanted:
            return one
    near = difflib.get_close_matches(wanted, [one.id for one in people], n=1)
    hint = f"did you mean {near[0]}?" if near else "`assessor attest list` names them"
    raise WrongUsageError(f"unknown attestation: {text}; {hint}")


def _item(text: str) -> int:
    if text not in {"1", "2", "3", "4", "5", "6", "7"}:
        raise WrongUsageError(f"--item takes a number from 1 to 7, not {text}")
    return int(text)


def _split(texts: Sequence[str]) -> list[str]:
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


def complete_control(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Control ids for the shell's completion."""
    start = incomplete.upper()
    named = [*((one.id, one.title) for one in catalogue()), *((one.id, one.title) for one in questions())]
    return [CompletionItem(ident, help=title) for ident, title in named if ident.startswith(start)]
