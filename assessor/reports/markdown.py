"""A summary in Markdown, for the page of a CI job."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assessor.reports.text import visible
from assessor.reports.words import counts_in_words, interval, percent, resource_name

_LIMIT = 300
_ACTIVE = re.compile(r"([\\`*_{}\[\]()#+!|<>&~$@:-])")
_FIRST = re.compile(r"^(\d+)\.")
MOST_FAILURES = 30


def escaped(text: str) -> str:
    """Text of the account as Markdown shows it: on one line, cut, and nothing in it acts.

    HTML is escaped by entities, which every renderer takes; links, emphasis, mentions and tables by backslashes
    (https://spec.commonmark.org/0.31.2/#backslash-escapes).
    """
    shown = visible(text)
    if len(shown) > _LIMIT:
        shown = f"{shown[:_LIMIT]}… ({len(shown) - _LIMIT:,} more characters)"
    shown = _ACTIVE.sub(lambda found: _ENTITIES.get(found[1], "\\" + found[1]), shown)
    # A name with a scheme would become a link by itself; so would www.
    return _FIRST.sub(r"\1\\.", shown).replace("www.", "www\u2060.")


_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "@": "&#64;", ":": "&#58;"}


def summary(
    run: Mapping[str, Any], items: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> str:
    """Seven rows, the failures, and what could not be assessed."""
    return "\n".join(_lines(run, items, findings)) + "\n"


def _lines(
    run: Mapping[str, Any], items: Sequence[Mapping[str, Any]], findings: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    yield "## Generative AI security readiness"
    yield ""
    accounts = ", ".join(one["account_id"] for one in run["accounts"][:5])
    more = f" and {len(run['accounts']) - 5} more" if len(run["accounts"]) > 5 else ""
    yield (
        f"Account {escaped(accounts)}{more} in {escaped(', '.join(run['regions']))}, "
        f"{escaped(run['assessed_at'])} (UTC), coverage {percent(run['coverage'])}"
    )
    yield ""
    yield "| Item | Readiness | Score | Coverage | Findings |"
    yield "| --- | --- | --- | --- | --- |"
    for item in items:
        score = item["score"]
        yield (
            f"| {item['item']} {escaped(item['title'])} | {item['readiness']} | "
            f"{interval(score['low'], score['high']).strip('[]')} | {percent(item['coverage'])} | "
            f"{counts_in_words(item['counts'])} |"
        )
    ranks = ("critical", "high", "medium", "low")
    failed = sorted(
        (row for row in findings if row["status"] == "FAIL"), key=lambda row: ranks.index(row["severity"])
    )
    if failed:
        yield ""
        yield f"### Failed ({len(failed):,})"
        yield ""
        for row in failed[:MOST_FAILURES]:
            yield (
                f"- **{row['severity']}** {escaped(row['control_id'])} {escaped(row['title'])}: "
                f"{escaped(resource_name(row['resource_arn']))} ({escaped(row['region'])}). {escaped(row['observed'])}"
            )
        if len(failed) > MOST_FAILURES:
            yield f"- and {len(failed) - MOST_FAILURES:,} more in findings.csv"
    unseen: dict[str, int] = {}
    for row in findings:
        if row["status"] in {"NOT_ASSESSED", "MANUAL"}:
            key = row["reason"] or row["status"]
            unseen[key] = unseen.get(key, 0) + 1
    if unseen:
        yield ""
        yield "### What could not be assessed"
        yield ""
        yield from (f"- {count:,} {escaped(reason)}" for reason, count in sorted(unseen.items()))
