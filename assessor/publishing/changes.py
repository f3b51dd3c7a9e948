"""What Security Hub is told of a run: every failure, and what became of the failures it was told of before.

Security Hub keeps what it is sent until it is told otherwise, or for 90 days:
https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from assessor.history.difference import Change, compare
from assessor.history.runs import Row, StoredRun
from assessor.reports.formats import asff


@dataclass(frozen=True, slots=True)
class Told:
    """One finding to send. row: the failure as it is remembered. found: in ASFF. archived: it needs no attention."""

    row: Row
    found: Mapping[str, Any]
    archived: bool


def told(stored: StoredRun, before: StoredRun | None, region: str) -> Iterator[Told]:
    """What the hub of ``region`` is to be told; without ``before``, the failures alone.

    What can no longer be seen stays active and says so; it is not archived.
    """
    target = asff.Target(region)
    for row in stored.findings:
        if row["status"] == "FAIL":
            yield Told(row, asff.finding(stored.run, row, target), archived=False)
    if before is None:
        return
    earlier = {row["finding_id"]: row for row in before.findings if row["status"] == "FAIL"}
    now = {row["finding_id"] for row in stored.findings}
    for one in compare(before, stored).changes:
        row = one.row
        failure = earlier.get(row["finding_id"])
        if failure is None:
            continue
        if one.change in {Change.FIXED, Change.ACCEPTED}:
            yield Told(failure, asff.finding(stored.run, row, target, archived=True), archived=True)
        elif one.change is Change.GONE:
            gone = {
                **row,
                "status": "NOT_APPLICABLE",
                "observed": f"No longer there. Before: {row['observed']}",
            }
            yield Told(failure, asff.finding(stored.run, gone, target, archived=True), archived=True)
        elif one.change is Change.UNSEEN:
            unseen = (
                row
                if row["finding_id"] in now
                else {
                    **row,
                    "status": "NOT_ASSESSED",
                    "reason": "LINK_UNKNOWN",
                    "observed": f"It could not be seen in the last run. Before: {row['observed']}",
                }
            )
            yield Told(failure, asff.finding(stored.run, unseen, target), archived=False)


def active(before: Iterable[Row], sent: Iterable[Told], lost: Container[str]) -> list[Row]:
    """The failures that are active in the hub afterwards: what to compare the next run with.

    before: those that were active. lost: ids of sent findings that did not arrive, for which all is as it was.
    """
    known = {row["finding_id"]: row for row in before}
    for one in sent:
        ident = one.row["finding_id"]
        if one.found["Id"] in lost:
            continue
        if one.archived:
            known.pop(ident, None)
        else:
            known[ident] = one.row
    return list(known.values())


__all__ = ["Told", "active", "told"]
