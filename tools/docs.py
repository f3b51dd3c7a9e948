"""Write the pages that follow from the code: one per control, their index, and the permissions a scan needs.

``python -m tools.docs`` writes them; ``--check`` says which are stale and exits 1, writing nothing.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from assessor.attestations.questions import ATTESTATIONS, Attestation
from assessor.model.checklist import SENTENCES, order
from assessor.model.control import WORKLOAD, Control
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
    made[ROOT / "docs" / "checklist.md"] = checklist_page(chosen)
    made[ROOT / "docs" / "questions.md"] = questions_page()
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
    for question in ATTESTATIONS:
        for operation in closure(question.operations(WORKLOAD)):
            users.setdefault(operation, []).append(question.id)
    for operation in sorted(users, key=lambda op: op.id):
        needed = sorted(set(users[operation]))
        shown = (
            ", ".join(needed) if len(needed) <= 6 else f"{', '.join(needed[:5])} and {len(needed) - 5} more"
        )
        name = _code(f"{operation.service}:{operation.name}")
        text.append(f"| {name} | {', '.join(map(_code, operation.actions))} | {shown} |")
    return "\n".join(text) + "\n"


def checklist_page(controls: tuple[Control, ...], questions: tuple[Attestation, ...] = ATTESTATIONS) -> str:
    """Every sentence of the checklist with the controls and questions that answer it. Raises ValueError at a gap."""
    text = [
        NOTE + "# The checklist, sentence by sentence\n",
        (
            "What the generative AI security readiness checklist asks, in our words, and what answers it: controls read it "
            "from the account, [questions](questions.md) are answered by people. `S8.1` is its closing word on scope.\n"
        ),
    ]
    gaps = []
    part = 0
    for sentence in sorted(SENTENCES, key=order):
        item = order(sentence)[0]
        if item != part:
            part = item
            title = f"{item}. {Item(item).title}" if item <= len(Item) else f"{item}. Scope"
            text += [
                f"## {title}\n",
                "| Sentence | Asks | Controls | Questions |",
                "| --- | --- | --- | --- |",
            ]
        by = [f"[{c.id}](controls/{c.id}.md)" for c in controls if sentence in c.answers]
        asked = [
            f"[{q.id}](questions.md#{q.id.lower().replace('.', '')})"
            for q in questions
            if sentence in q.answers
        ]
        if not by and not asked:
            gaps.append(sentence)
        text.append(
            f"| {sentence} | {SENTENCES[sentence]} | {', '.join(by) or '-'} | {', '.join(asked) or '-'} |"
        )
        following = [other for other in SENTENCES if order(other)[0] == item]
        if sentence == max(following, key=order):
            text.append("")
    if gaps:
        raise ValueError(f"nothing answers {', '.join(gaps)}: give a control or a question that sentence")
    return "\n".join(text)


def questions_page(questions: tuple[Attestation, ...] = ATTESTATIONS) -> str:
    """The questions only people can answer."""
    text = [
        NOTE + "# Questions for people\n",
        (
            "What configuration cannot show. `assessor attest answer` records an answer, `assessor attest questionnaire` "
            "writes the open ones to send round; [how it decides](how-it-decides.md#answers-of-people) says when one holds.\n"
        ),
    ]
    for one in questions:
        rests = "; ".join(f"{d.change.value} {d.fact_set.what}" for d in one.rests_on) or "the date alone"
        text += [
            f"## {one.id}\n",
            f"**{one.title}.** {one.question}\n",
            f"- Item {int(one.item)}, {one.item.title}; severity of a no: {one.severity}",
            f"- Asked of: {one.owner}",
            f"- Shown by: {one.evidence}",
            f"- Holds for {one.days} days; stale at: {rests}",
            f"- Answers {', '.join(one.answers)}"
            + (f"; completes {', '.join(one.supports)}" if one.supports else ""),
            "",
        ]
    return "\n".join(text)


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
