"""From controls to rows: what every row carries, whatever AWS left out."""

from collections.abc import Iterator
from dataclasses import replace

from assessor.model.control import Subject
from assessor.model.evaluation import evaluate
from assessor.model.snapshot import Snapshot
from assessor.model.verdict import Verdict, passed
from assessor.model.view import View
from tests.model.test_score import CONTROLS, RUN


def _nameless(aws: View) -> Iterator[Subject]:
    del aws
    yield Subject("", "AWS::Lambda::Function")


def _fine(subject: Subject, aws: View) -> Verdict:
    del subject, aws
    return passed("fine")


def test_a_row_about_something_aws_gave_no_arn_for_carries_the_accounts() -> None:
    """``resource_arn`` is never empty: the account's own ARN stands in."""
    nameless = replace(CONTROLS[1], subjects=_nameless, judge=_fine)
    rows = evaluate(Snapshot(RUN, {}), [nameless])
    assert {row.resource_arn for row in rows} == {"arn:aws:iam::111122223333:root"}
    assert [row.region for row in rows] == list(RUN.accounts[0].regions)
