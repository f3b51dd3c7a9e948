"""Write the pages that follow from the code: one per control, their index, and the permissions a scan needs.

``python -m tools.docs`` writes them; ``--check`` says which are stale and exits 1, writing nothing.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from assessor.model.control import Control
from assessor.model.operation import Operation
from assessor.model.parameters import BY_NAME
from assessor.model.plan import closure
from assessor.model.verdict import Item
from evaluators import CONTROLS

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "docs" / "controls"
NOTE = "<!-- Generated from the code by `make docs`; edit the control, not this page. -->\n\n"


def pages(controls: Iterable[Control] = CONTROLS) -> Mapping[Path, str]:
    """Every generated page, by path."""
    chosen = tuple(controls)
    made = {PAGES / f"{control.id}.md": control_page(control) for control in chosen}
    made[PAGES / "index.md"] = index_page(chosen)
    made[ROOT / "docs" / "permissions.md"] = permissions_page(chosen)
    return made


def control_page(control: Control) -> str:
    """One control: what it judges, why, how to fix it, what it reads."""
    parts = [
        f"# {control.id}: {control.title}\n",
        f"Item {int(control.item)}, {control.item.title} · severity **{control.severity}** · "
        f"asked per {control.level} · {_code(control.kind)}"
        + (" · judges what lies on a path to a model" if control.workload_aware else "")
        + "\n",
        f"{control.documentation}\n",
        f"**Why.** {control.why}\n",
        f"**When there is nothing to ask about.** {control.when_none}: {control.none_because}\n",
        f"**How to fix it.** {control.remediation}\n\n```sh\n{control.fix_cli}\n```\n",
    ]
    if control.edge_cases:
        parts.append("**Easily got wrong.**\n\n" + "".join(f"- {case}\n" for case in control.edge_cases))
    if control.parameters:
        parts.append(
            "**Parameters.**\n\n" + "".join(f"- {_parameter(name)}\n" for name in control.parameters)
        )
    parts.append("**Reads.**\n\n" + "".join(f"- {_operation(op)}\n" for op in closure(control.reads)))
    if control.answers:
        parts.append(f"**Answers** {', '.join(control.answers)} of the checklist.\n")
    if control.frameworks:
        rows = "".join(f"- {name}: {', '.join(ids)}\n" for name, ids in sorted(control.frameworks.items()))
        parts.append("**Related elsewhere.**\n\n" + rows)
    return NOTE + "\n".join(parts)


def _parameter(name: str) -> str:
    declared = BY_NAME[name]
    default = (
        "no default: nobody can guess it"
        if declared.default is None
        else f"default {_code(declared.default)}"
    )
    return f"{_code(name)}: {declared.what} ({default})"


def _operation(operation: Operation) -> str:
    return f"{_code(f'{operation.service}:{operation.name}')} ({', '.join(map(_code, operation.actions))})"


def _code(value: object) -> str:
    return f"`{value}`"


def index_page(controls: tuple[Control, ...]) -> str:
    """All controls under the seven items."""
    text = [NOTE + f"# Controls\n\n{len(controls)} controls, in the checklist's order.\n"]
    for item in Item:
        text.append(
            f"## {int(item)}. {item.title}\n\n| Control | Severity | What it asks |\n| --- | --- | --- |"
        )
        rows = [control for control in controls if control.item is item]
        text += [f"| [{c.id}]({c.id}.md) | {c.severity} | {c.title} |" for c in rows]
        text.append("")
    return "\n".join(text)


def permissions_page(controls: tuple[Control, ...]) -> str:
    """Every operation a full scan may call, with the IAM action that allows it and who needs it."""
    users: dict[Operation, list[str]] = {}
    for control in controls:
        for operation in closure(control.reads):
            users.setdefault(operation, []).append(control.id)
    text = [
        NOTE + "# Permissions\n",
        (
            "A scan only reads: every action below has the access level Read or List. `assessor policy` prints them as a "
            "policy, for all controls or the chosen ones; what is missing becomes NOT_ASSESSED with the action named.\n"
        ),
        "| Operation | IAM action | Read by |",
        "| --- | --- | --- |",
    ]
    for operation in sorted(users, key=lambda op: op.id):
        needed = sorted(set(users[operation]))
        shown = (
            ", ".join(needed) if len(needed) <= 6 else f"{', '.join(needed[:5])} and {len(needed) - 5} more"
        )
        name = _code(f"{operation.service}:{operation.name}")
        text.append(f"| {name} | {', '.join(map(_code, operation.actions))} | {shown} |")
    return "\n".join(text) + "\n"


def main(arguments: list[str]) -> int:
    """Write or check; 1 when ``--check`` finds a stale page."""
    made = pages()
    stale = [
        path for path, text in made.items() if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    left_over = [path for path in PAGES.glob("*.md") if path not in made]
    if "--check" in arguments:
        for path in [*stale, *left_over]:
            print(f"stale: {path.relative_to(ROOT)} (run make docs)", file=sys.stderr)
        return 1 if stale or left_over else 0
    PAGES.mkdir(parents=True, exist_ok=True)
    for path in stale:
        path.write_text(made[path], encoding="utf-8")
    for path in left_over:
        path.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
