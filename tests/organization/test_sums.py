"""Sums say what scoring all findings at once says, however the accounts are dealt out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from assessor.model.finding import Finding
from assessor.model.score import coverage_of, score
from assessor.model.verdict import Severity, Status
from assessor.organization.sums import Sums
from assessor.reports.rollup import by_place


@dataclass(frozen=True)
class Asked:
    """As much of a control as scoring looks at."""

    id: str
    severity: Severity


CONTROLS = tuple(Asked(f"GAI-{1 + n % 7}.{n:02d}", list(Severity)[n % 4]) for n in range(9))
PEOPLE = (Asked("ATT-1.1", Severity.HIGH), Asked("ATT-4.1", Severity.LOW))


@st.composite
def finding(draw: st.DrawFn) -> Finding:
    asked = draw(st.sampled_from((*CONTROLS, *PEOPLE)))
    account, place = draw(st.sampled_from("abcd")), draw(st.sampled_from(["global", "r1", "r2"]))
    status = draw(st.sampled_from(list(Status)))
    return Finding(
        finding_id=str(draw(st.integers(0, 10**9))),
        account_id=account,
        region=place,
        item=int(asked.id[4]),
        control_id=asked.id,
        title="",
        severity=draw(st.sampled_from(list(Severity))),
        status=status,
        reason="DENIED" if status is Status.NOT_ASSESSED else "",
        resource_type="",
        resource_arn="",
        observed="",
        evidence="",
        grant=draw(st.sampled_from(["", "s3:GetBucketPolicy", "sts:AssumeRole iam:ListRoles"])),
        remediation="",
        frameworks="",
        listing_unseen=draw(st.booleans()),
        place=place,
    )


def in_order(findings: Sequence[Finding]) -> list[Finding]:
    order = {one.id: n for n, one in enumerate((*CONTROLS, *PEOPLE))}
    return sorted(findings, key=lambda row: order[row.control_id])


@given(st.lists(finding(), max_size=60), st.sampled_from([0.0, 50.0, 100.0]))
def test_the_sums_of_accounts_score_as_their_findings_do_together(
    findings: list[Finding], least: float
) -> None:
    whole = in_order(findings)
    sums = Sums()
    for account in "abcd":
        part = Sums.of([row for row in whole if row.account_id == account], CONTROLS, PEOPLE)
        sums.add(Sums.from_json(json.loads(json.dumps(part.as_json()))))
    assert list(sums.scores(CONTROLS, least, PEOPLE)) == score(whole, CONTROLS, least, PEOPLE)
    assert sums.coverage == coverage_of(whole, CONTROLS)
    assert sums.by_place() == by_place(whole)
    assert sums.findings == len(whole)
