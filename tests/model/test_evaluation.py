"""From controls to rows: what every row carries, whatever AWS left out."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from assessor.model.control import Subject
from assessor.model.evaluation import evaluate
from assessor.model.reading import UnseenError, Why
from assessor.model.snapshot import Account, Run, Snapshot
from assessor.model.verdict import Severity, Status, Verdict, failed, not_applicable, passed
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


BUCKET = "arn:aws:s3:::corpus"
TWO = Run("run", "2026-11-20T03:00:00Z", "test", (Account("111122223333", ("eu-west-1", "us-east-1")),))


def _shared(aws: View) -> Iterator[Subject]:
    yield Subject(BUCKET, "AWS::S3::Bucket", region="eu-west-1", about={"from": aws.region})


def _of_both(verdicts: Mapping[str, Verdict | UnseenError]) -> list[tuple[Status, Severity]]:
    """The rows about one bucket that both Regions name, by what each Region makes of it."""

    def judge(subject: Subject, aws: View) -> Verdict:
        del aws
        found = verdicts[str(subject.about["from"])]
        if isinstance(found, UnseenError):
            raise found
        return found

    control = replace(CONTROLS[1], subjects=_shared, judge=judge)
    return [(row.status, row.severity) for row in evaluate(Snapshot(TWO, {}), [control], strict=True)]


def test_a_resource_that_two_regions_name_gives_the_graver_row() -> None:
    """A use that is sound does not hide one that is not, whichever Region comes first."""
    grave: list[Verdict | UnseenError] = [
        failed("open", Severity.CRITICAL),
        failed("late", Severity.MEDIUM),
        UnseenError(Why.DENIED, "not seen"),
        passed("fine"),
        not_applicable("gone"),
    ]
    expected = [Status.FAIL, Status.FAIL, Status.NOT_ASSESSED, Status.PASS]
    for number, worse in enumerate(grave[:-1]):
        for better in grave[number + 1 :]:
            for first, second in ((worse, better), (better, worse)):
                ((status, severity),) = _of_both({"eu-west-1": first, "us-east-1": second})
                assert status is expected[number]
                if number == 0:
                    assert severity is Severity.CRITICAL
