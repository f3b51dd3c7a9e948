"""What people are told of a run: a few lines of text, without anything from an account that could pass for more."""

from collections.abc import Mapping, Sequence
from typing import Any

from assessor.lambda_handler.failing import Failing
from assessor.reports.text import visible

_LONGEST = 200_000
"""Amazon SNS takes 256 KiB: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""


def notice(document: Mapping[str, Any], new: Sequence[Failing], where: str, least: str) -> str:
    """The message about a run that ``summary.json`` describes; ``new`` are the worst of its new failures."""
    run = document["run"]
    changes = document["changes"]
    failed = ", ".join(f"{number} {name}" for name, number in document["failed_by_severity"].items())
    said = [
        f"Generative AI security readiness, run {run['run_id']} of {run['assessed_at']}",
        document["conclusion"],
        f"{len(run['accounts'])} accounts, coverage {run['coverage']} %, failures: {failed}",
    ]
    if changes["compared"]:
        said.append(f"New at or above {least}: {changes['new']}. No longer failing: {changes['mended']}.")
    else:
        said.append("This is the first complete run: the next ones are compared with it.")
    hub = document["security_hub"]
    if hub is not None:
        told = f"Security Hub: {hub['imported']} imported, {hub['archived']} archived"
        lost = f", {hub['lost']} not; {hub['shards_untold']} shards could not tell it all: " + " / ".join(
            hub["reasons"]
        )
        said.append(told + (lost if hub["shards_untold"] else ""))
    said += [
        f"- {one.severity.upper()} {one.control} {one.title}: {one.resource} ({one.account}, {one.region})"
        for one in new
    ]
    if changes["new"] > len(new):
        said.append(f"- and {changes['new'] - len(new)} more; findings.csv holds all")
    said.append(f"Report: {where}")
    return "\n".join(visible(line) for line in said)[:_LONGEST] + "\n"


__all__ = ["notice"]
