"""The open questions to send round: as Markdown to read, as CSV to fill in."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assessor.attestations.questions import Attestation
from assessor.model.checklist import SENTENCES
from assessor.reports.findings_csv import cell
from assessor.reports.text import visible

COLUMNS = (
    "id", "account", "item", "question", "asked_of", "shown_by", "review_days", "open_because",
    "answer", "person", "role", "date", "evidence", "note",
)  # fmt: skip
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&])")
_START = re.compile(r"^(\d*)([-+#=.)])")
_LINK = re.compile(r"(?i)(://|\bwww\.)")


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question without an answer that holds. account: "" where it is open for every account."""

    question: Attestation
    account: str
    because: str


def as_csv(questions: Iterable[OpenQuestion]) -> bytes:
    """UTF-8 with a byte order mark, CRLF; no cell is taken for a formula. The last six columns are for the answer."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in questions:
        asked = one.question
        row = (
            asked.id, one.account, int(asked.item), asked.question, asked.owner, asked.evidence, asked.days, one.because,
            "", "", "", "", "", "",
        )  # fmt: skip
        writer.writerow([cell(value) for value in row])
    return out.getvalue().encode("utf-8-sig")


def as_markdown(questions: Sequence[OpenQuestion]) -> bytes:
    """One section a question, under who is asked."""
    lines = ["# Questions about the generative AI workload", ""]
    if not questions:
        lines += ["Every question has an answer that holds.", ""]
    for owner in dict.fromkeys(one.question.owner for one in questions):
        lines += [f"## For: {safe(owner)}", ""]
        for one in questions:
            asked = one.question
            if asked.owner != owner:
                continue
            where = f" (account {one.account})" if one.account else ""
            lines += [
                f"### {asked.id}: {safe(asked.title)}{where}",
                "",
                safe(asked.question),
                "",
                f"- Open because: {safe(one.because)}",
                f"- What would show it: {safe(asked.evidence)}",
                f"- An answer holds for {asked.days} days, or until the configuration it rests on changes.",
                *(f"- Checklist {sentence}: {safe(SENTENCES[sentence])}" for sentence in asked.answers),
                "- [ ] yes  [ ] no  [ ] does not apply, because:",
                "- Name, role, date:",
                "- Link to the evidence:",
                "",
            ]
    return "\n".join(lines).encode()


def safe(text: str) -> str:
    """Text as Markdown shows it, on one line; nothing in it is markup or a link."""
    marked = _START.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", visible(text)))
    return _LINK.sub(lambda found: found.group()[:-1] + "\\" + found.group()[-1], marked)


__all__ = ["COLUMNS", "OpenQuestion", "as_csv", "as_markdown", "safe"]
