"""``report.html``: one file that needs no network, no JavaScript and nothing beside it.

Whatever comes from the account is escaped by the template engine and made visible first, so that a name can neither
become markup nor hide. The page forbids itself everything but its own style and script, named by their hashes:
https://www.w3.org/TR/CSP3/
"""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, BinaryIO

from assessor.reports.html.view import page
from assessor.reports.report import Report
from assessor.reports.text import visible

if TYPE_CHECKING:
    from jinja2 import Template

TEXT_LIMIT = 800
"""Most characters of one text of the account; the whole of it is in ``findings.json``."""

_BUFFERED = 64  # pieces of the template joined before they are written


def write(report: Report, out: BinaryIO) -> None:
    """Stream the page; memory grows with the rows shown, which are limited, and not with the findings."""
    from assessor.reports.html.drawing import maps
    from assessor.reports.html.sparks import sparks

    lines = sparks(report)
    style, script = _part("report.css") + (_part("spark.css") if lines else ""), _part("report.js")
    drawn = maps(report)
    hops = (hop.command for one in drawn for drawing in one.drawings for hop in drawing.hops if hop.command)
    stream = _template().stream(
        page=page(report, hops),
        maps=drawn,
        sparks=lines,
        style=_markup(style),
        script=_markup(script),
        policy=(
            f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
            "base-uri 'none'; form-action 'none'"
        ),
    )
    stream.enable_buffering(_BUFFERED)
    out.writelines(piece.encode("utf-8", "backslashreplace") for piece in stream)


def shown(value: Any) -> Any:
    """What the template prints of a value: texts on one line, nothing invisible in them, very long ones cut."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    text = visible(value)
    if len(text) <= TEXT_LIMIT:
        return text
    return f"{text[:TEXT_LIMIT]}… ({len(text) - TEXT_LIMIT:,} more characters in findings.json)"


def runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Numbers that follow one another as (first, last), three or more together; others alone."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return [
        run
        for first, last in found
        for run in ([(first, last)] if last - first > 1 else [(n, n) for n in range(first, last + 1)])
    ]


@cache
def _template() -> "Template":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("assessor.reports.html"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["runs"] = runs
    return environment.get_template("report.html.j2")


def _part(name: str) -> str:
    """A style or the script, without what indents it for whoever edits it."""
    text = resources.files("assessor.reports.html").joinpath("templates", name).read_text(encoding="utf-8")
    return "\n".join(line.strip() for line in text.splitlines())


def _markup(text: str) -> Any:
    from markupsafe import Markup

    return Markup(text)  # noqa: S704 - our own style and script, never text of the account


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
