"""`assessor controls`: what is asked, and why."""

import json
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import click

from assessor.cli.console import result
from assessor.cli.options import chosen_of, selection_options
from assessor.cli.selection import catalogue, complete_control, find
from assessor.model.control import Control
from assessor.model.parameters import BY_NAME
from assessor.model.plan import closure
from assessor.reports.permissions import actions_for

_WIDTH = 100


@click.command("controls", short_help="List the controls, or explain one.")
@click.argument("id", required=False, shell_complete=complete_control)
@selection_options
@click.option(
    "--format",
    type=click.Choice(("text", "json"), case_sensitive=False),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
@click.pass_context
def controls(ctx: click.Context, /, id: str | None, format: str, **_: Any) -> int:
    """List the controls in the checklist's order, or explain the one with that ID (or slug)."""
    if id is not None:
        one = find(id, catalogue())
        result(json.dumps(facts(one), indent=2) + "\n" if format == "json" else page(one))
        return 0
    chosen, _questions, _selection = chosen_of(ctx)
    if format == "json":
        result(json.dumps([facts(control) for control in chosen], indent=2) + "\n")
    else:
        result(listing(chosen))
    return 0


def listing(chosen: Iterable[Control]) -> str:
    """One line a control, under its item."""
    lines: list[str] = []
    item = None
    for control in chosen:
        if control.item is not item:
            item = control.item
            lines += ["", f"{int(item)} {item.title}"] if lines else [f"{int(item)} {item.title}"]
        lines.append(f"  {control.id}  {control.severity:8}  {control.title}")
    return "\n".join(lines) + "\n"


def facts(control: Control) -> dict[str, Any]:
    """Everything a program may want to know about a control."""
    return {
        "id": control.id,
        "slug": control.slug,
        "item": int(control.item),
        "title": control.title,
        "severity": control.severity.value,
        "level": control.level.value,
        "resource_type": control.kind,
        "judges": control.documentation,
        "why": control.why,
        "when_none": control.when_none.value,
        "none_because": control.none_because,
        "remediation": control.remediation,
        "fix_cli": control.fix_cli,
        "edge_cases": list(control.edge_cases),
        "parameters": {
            name: {"what": BY_NAME[name].what, "default": BY_NAME[name].default}
            for name in control.parameters
        },
        "operations": [f"{op.service}:{op.name}" for op in closure(control.reads)],
        "actions": actions_for([control]),
        "answers": list(control.answers),
        "frameworks": {name: list(ids) for name, ids in sorted(control.frameworks.items())},
        "workload_aware": control.workload_aware,
    }


def page(control: Control) -> str:
    """One control, explained."""
    parts = [
        f"{control.id}  {control.title}",
        f"Item {int(control.item)}, {control.item.title}; severity {control.severity}; asked once per "
        f"{control.level}; {control.kind}"
        + ("; judges what lies on a path to a model" if control.workload_aware else ""),
        control.documentation,
        f"Why: {control.why}",
        f"When there is nothing to ask about: {control.when_none}. {control.none_because}",
        f"How to fix it: {control.remediation}\n\n    {control.fix_cli}",
    ]
    parts += _listed("Easily got wrong", control.edge_cases)
    parts += _listed("Parameters", map(_parameter, control.parameters))
    parts += _listed("Needs permission for", actions_for([control]))
    if control.answers:
        parts.append(f"Answers {', '.join(control.answers)} of the checklist.")
    parts += _listed(
        "Related elsewhere", (f"{name}: {', '.join(ids)}" for name, ids in sorted(control.frameworks.items()))
    )
    return "\n\n".join(_folded(part) for part in parts) + "\n"


def _parameter(name: str) -> str:
    declared = BY_NAME[name]
    default = "no default: only you can say" if declared.default is None else f"default {declared.default}"
    return f"{name}: {declared.what} ({default})"


def _listed(title: str, entries: Iterable[str]) -> Iterator[str]:
    lines = [f"  - {entry}" for entry in entries]
    if lines:
        yield "\n".join((f"{title}:", *lines))


def _folded(text: str) -> str:
    return "\n".join(
        line
        if line.startswith("    ")
        else textwrap.fill(
            line,
            _WIDTH,
            subsequent_indent=" " * (4 if line.startswith("  - ") else 0),
            break_on_hyphens=False,
            break_long_words=False,
        )
        for line in text.split("\n")
    )
