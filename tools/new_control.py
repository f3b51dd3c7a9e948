"""Scaffold a control: its module, and a case file whose cases fail until they say something.

``python -m tools.new_control GAI-4.24 what-it-judges 4``. Nothing that exists is overwritten.
"""

import re
import sys
from pathlib import Path

from assessor.model.verdict import Item

ROOT = Path(__file__).parent.parent
PACKAGES = {
    Item.GOVERNANCE: "governance",
    Item.LICENCES: "licences",
    Item.ACCESS: "access",
    Item.INPUT_OUTPUT: "input_output",
    Item.DATA: "data",
    Item.PERIMETER: "perimeter",
    Item.MONITORING: "monitoring",
}

_MODULE = '''"""{id}: say in one sentence what is judged."""

from collections.abc import Iterator

from assessor.model.control import Subject, control
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, passed
from assessor.model.view import View
from collectors import bedrock


def _subjects(aws: View) -> Iterator[Subject]:
    for guardrail in aws.items(bedrock.LIST_GUARDRAILS):
        yield Subject(guardrail["arn"], "AWS::Bedrock::Guardrail", about={{"guardrail": guardrail}})


@control(
    "{id}",
    slug="{slug}",
    item=Item.{item},
    title="A sentence that is true when the control passes",
    severity=Severity.MEDIUM,
    kind="AWS::Bedrock::Guardrail",
    subjects=_subjects,
    reads=[bedrock.LIST_GUARDRAILS],
    when_none=Status.NOT_APPLICABLE,
    none_because="There is no guardrail.",
    why="What an outsider gains when it fails.",
    remediation="What to change.",
    fix_cli="aws bedrock ...",
    answers=("S{number}.1",),
)
def {function}(guardrail: Subject, aws: View) -> Verdict:
    """What passes, what fails, and how to check it by hand."""
    raise AssertionError("write the judgement")
'''

_CASES = """control: {id}
# Answers are AWS's own, checked against botocore's output shapes. One case per PASS, FAIL and NOT_APPLICABLE line and
# per edge case; at least five, one of them with something denied. ``expect`` lists every row.
base: {{}}
cases:
- name: say what is shown
  aws: {{us-east-1: {{bedrock: {{ListGuardrails: {{guardrails: []}}}}}}}}
  expect:
  - {{status: NOT_APPLICABLE}}
"""


def main(arguments: list[str]) -> int:
    """Write the two files; 2 when the arguments do not name a new control."""
    if len(arguments) != 3 or not re.fullmatch(r"GAI-[1-7]\.\d{2}", arguments[0]):
        print("usage: make control ID=GAI-4.24 SLUG=what-it-judges ITEM=4", file=sys.stderr)
        return 2
    ident, slug, number = arguments
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", slug) or number != ident[4]:
        print(
            "the slug is words joined by hyphens, and the item is the first digit of the id", file=sys.stderr
        )
        return 2
    item = Item(int(number))
    function = slug.replace("-", "_")
    module = ROOT / "evaluators" / PACKAGES[item] / f"{function}.py"
    cases = ROOT / "tests" / "cases" / f"{ident}.yaml"
    for path in (module, cases):
        if path.exists():
            print(f"{path.relative_to(ROOT)} exists; ids and slugs are never reused", file=sys.stderr)
            return 2
    module.write_text(
        _MODULE.format(id=ident, slug=slug, item=item.name, number=number, function=function),
        encoding="utf-8",
    )
    cases.write_text(_CASES.format(id=ident), encoding="utf-8")
    print(f"wrote {module.relative_to(ROOT)} and {cases.relative_to(ROOT)}")
    print(
        f"next: add {function} to CONTROLS in evaluators/{PACKAGES[item]}/__init__.py, then make docs and make check"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
