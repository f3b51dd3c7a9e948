"""Scores of cells: exact cases, and the two properties that hold for every account."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from assessor.model.control import Control, Level, Subject, control
from assessor.model.evaluation import evaluate
from assessor.model.finding import Finding
from assessor.model.operation import Each, Operation, Scope
from assessor.model.reading import Absent, Call, Reading, Seen, Unseen, Why
from assessor.model.score import ItemScore, Readiness, cells, coverage_of, score
from assessor.model.snapshot import Account, Run, Snapshot, call_of
from assessor.model.verdict import Item, Severity, Status, Verdict, failed, not_applicable, passed
from assessor.model.view import View

LIST = Operation("s3", "ListBuckets", "s3:ListAllMyBuckets", items="Buckets", scope=Scope.GLOBAL)
DETAIL = Operation(
    "s3", "GetBucketVersioning", "s3:GetBucketVersioning", each=(Each(LIST, {"Bucket": "Name"}),)
)
REGIONS = ("us-east-1", "eu-west-1", "ap-south-1")
ACCOUNT = Account("111122223333", REGIONS)
RUN = Run("run", "2026-01-01T00:00:00Z", "0", (ACCOUNT,))


def _everywhere(aws: View) -> Iterator[Subject]:
    """Buckets of the whole account; each row carries the bucket's own Region."""
    for bucket in aws.items(LIST):
        yield Subject(
            f"arn:aws:s3:::{bucket['Name']}", "AWS::S3::Bucket", region=bucket["Home"], about=bucket
        )


def _here(aws: View) -> Iterator[Subject]:
    """Buckets of the Region asked in."""
    for bucket in aws.items(LIST):
        if bucket["Home"] == aws.region:
            yield Subject(f"arn:aws:s3:::{bucket['Name']}", "AWS::S3::Bucket", about=bucket)


def _judge(subject: Subject, aws: View) -> Verdict:
    """PASS, FAIL or NOT_APPLICABLE, as the detail says."""
    answer = aws.at(str(subject.about["Home"])).get(DETAIL, Bucket=subject.about["Name"])
    if answer is None:
        return not_applicable("does not exist")
    return passed("on") if answer.get("Status") == "Enabled" else failed("off")


def _control(id: str, severity: Severity, level: Level, when_none: Status, item: Item = Item.DATA) -> Control:
    return control(
        id,
        slug=id.lower(),
        item=item,
        title=id,
        severity=severity,
        level=level,
        kind="AWS::S3::Bucket",
        subjects=_everywhere if level is Level.ACCOUNT else _here,
        reads=[LIST, DETAIL],
        when_none=when_none,
        none_because="none",
        why="why",
        remediation="fix",
        fix_cli="aws",
    )(_judge)


CONTROLS = (
    _control("C-ACCOUNT", Severity.HIGH, Level.ACCOUNT, Status.NOT_APPLICABLE),
    _control("C-REGION", Severity.CRITICAL, Level.REGION, Status.NOT_APPLICABLE),
    _control("C-NEEDED", Severity.MEDIUM, Level.REGION, Status.FAIL),
    _control("C-OTHER", Severity.LOW, Level.ACCOUNT, Status.PASS, Item.PERIMETER),
)


def row(
    control_id: str, status: Status, region: str = "us-east-1", arn: str = "a", **more: object
) -> Finding:
    """One finding about item 5."""
    fields = {
        "severity": next((c.severity for c in CONTROLS if c.id == control_id), Severity.HIGH),
        "listing_unseen": False,
        "place": "",
        **more,
    }
    return Finding(
        finding_id=f"{control_id}{region}{arn}",
        account_id=ACCOUNT.id,
        region=region,
        item=5,
        control_id=control_id,
        title="",
        status=status,
        reason="",
        resource_type="",
        resource_arn=arn,
        observed="",
        evidence="",
        grant="",
        remediation="",
        frameworks="",
        **fields,  # type: ignore[arg-type]
    )


def data(*rows: Finding, min_coverage: float = 50.0) -> ItemScore:
    """The score of item 5."""
    return score(rows, CONTROLS, min_coverage)[int(Item.DATA) - 1]


def test_a_cell_is_the_share_of_its_rows_however_many_resources_there_are() -> None:
    """One passing control and one with 99 failures of 100 weigh by severity, not by rows."""
    many = [row("C-REGION", Status.FAIL if n else Status.PASS, arn=str(n)) for n in range(100)]
    item = data(row("C-ACCOUNT", Status.PASS), *many)
    assert (item.low, item.high, item.coverage) == (34.0, 34.0, 100.0)  # (5*1 + 10*0.01) / 15


def test_what_could_not_be_assessed_widens_the_interval() -> None:
    """Low counts what passed, high adds what was not assessed."""
    item = data(
        row("C-REGION", Status.PASS, arn="1"),
        row("C-REGION", Status.FAIL, arn="2"),
        row("C-REGION", Status.NOT_ASSESSED, arn="3"),
        row("C-REGION", Status.MANUAL, arn="4"),
    )
    assert (item.low, item.high, item.coverage) == (25.0, 75.0, 0.0)


def test_a_cell_whose_listing_was_unseen_is_open_on_both_sides() -> None:
    """Known passes beside an unseen listing prove nothing about the rest."""
    item = data(
        row("C-REGION", Status.PASS, arn="1"),
        row("C-REGION", Status.NOT_ASSESSED, arn="root", listing_unseen=True),
    )
    assert (item.low, item.high, item.coverage) == (0.0, 100.0, 0.0)


def test_what_does_not_apply_and_what_informs_drops_out() -> None:
    """Not-applicable rows leave their cell, not-applicable cells leave the item."""
    item = data(
        row("C-REGION", Status.NOT_APPLICABLE, arn="1"),
        row("C-REGION", Status.PASS, arn="2"),
        row("C-NEEDED", Status.NOT_APPLICABLE),
        row("C-ACCOUNT", Status.INFO),
    )
    assert (item.low, item.high, item.coverage) == (100.0, 100.0, 100.0)
    assert item.readiness is Readiness.READY


def test_an_item_to_which_nothing_applies_has_no_score_and_nothing_open() -> None:
    """Everything there was to see has been seen."""
    item = data(row("C-REGION", Status.NOT_APPLICABLE))
    assert (item.low, item.high, item.coverage, item.readiness) == (None, None, 100.0, Readiness.READY)


def test_an_item_nobody_asked_about_is_unknown() -> None:
    """All seven items are there, in order; without a chosen control there is neither score nor coverage."""
    items = score([], CONTROLS)
    assert [int(i.item) for i in items] == [1, 2, 3, 4, 5, 6, 7]
    assert {(i.low, i.coverage, i.readiness) for i in items} == {(None, None, Readiness.UNKNOWN)}
    assert coverage_of([], CONTROLS) is None


def test_everything_denied_is_no_pass_no_fail_and_coverage_zero() -> None:
    """Nothing seen: [0, 100], coverage 0, unknown."""
    denied: dict[Call, Reading] = {
        call_of(LIST, ACCOUNT.id, "us-east-1", {}): Unseen(Why.DENIED, "AccessDenied", "", LIST.action)
    }
    findings = evaluate(Snapshot(RUN, denied), CONTROLS)
    assert {f.status for f in findings} == {Status.NOT_ASSESSED}
    assert coverage_of(findings, CONTROLS) == 0.0
    for item in (score(findings, CONTROLS)[4], score(findings, CONTROLS)[5]):
        assert (item.low, item.high, item.coverage, item.readiness) == (0.0, 100.0, 0.0, Readiness.UNKNOWN)


def test_a_critical_or_high_failure_blocks_and_a_medium_one_does_not() -> None:
    """Blockers are named by control, the gravest first; a waived failure is none."""
    blocked = data(row("C-NEEDED", Status.FAIL), row("C-ACCOUNT", Status.FAIL), row("C-REGION", Status.FAIL))
    assert blocked.readiness is Readiness.NOT_READY
    assert blocked.blockers == ("C-REGION", "C-ACCOUNT")
    assert data(row("C-NEEDED", Status.FAIL)).readiness is Readiness.READY
    waived = data(row("C-REGION", Status.WAIVED))
    assert (waived.readiness, waived.low, waived.high) == (Readiness.READY, 0.0, 0.0)


def test_a_verdict_milder_than_its_control_does_not_block() -> None:
    """The row's own severity decides about blocking; the control's weighs the cell."""
    item = data(row("C-REGION", Status.FAIL, severity=Severity.MEDIUM))
    assert item.readiness is Readiness.READY
    assert [cell.weight for cell in cells([row("C-REGION", Status.FAIL)], CONTROLS)] == [10]


def test_low_coverage_or_a_missing_attestation_is_unknown() -> None:
    """Half of the cells decided meets a threshold of 50 and misses one of 51."""
    rows = (row("C-REGION", Status.PASS), row("C-ACCOUNT", Status.NOT_ASSESSED))
    assert data(*rows).readiness is Readiness.READY
    assert data(*rows, min_coverage=51).readiness is Readiness.UNKNOWN
    manual = (row("C-REGION", Status.PASS), row("C-ACCOUNT", Status.MANUAL), row("C-NEEDED", Status.PASS))
    assert data(*manual).readiness is Readiness.UNKNOWN


def test_resources_of_many_regions_under_an_account_control_are_one_cell() -> None:
    """A lost listing cannot take failing Regions out of the denominator."""
    seen = [row("C-ACCOUNT", Status.FAIL, region=region, place="global") for region in REGIONS]
    other = row("C-NEEDED", Status.PASS)
    before = data(*seen, other)
    after = data(row("C-ACCOUNT", Status.NOT_ASSESSED, region="global", listing_unseen=True), other)
    assert (before.low, after.low) == (37.5, 37.5)
    assert (before.high, after.high) == (37.5, 100.0)


# -- properties ------------------------------------------------------------------------------------------
DETAILS: tuple[Reading, ...] = (
    Seen({"Status": "Enabled"}),
    Seen({"Status": "Suspended"}),
    Seen({}),
    Absent("NoSuchBucket"),
)


@st.composite
def accounts(draw: st.DrawFn) -> dict[Call, Reading]:
    """An account with up to six buckets in three Regions, all of it seen."""
    homes = draw(st.lists(st.sampled_from(REGIONS), max_size=6))
    buckets = [{"Name": f"b{n}", "Home": home} for n, home in enumerate(homes)]
    readings: dict[Call, Reading] = {call_of(LIST, ACCOUNT.id, "", {}): Seen({"Buckets": buckets})}
    for bucket in buckets:
        call = call_of(DETAIL, ACCOUNT.id, bucket["Home"], {"Bucket": bucket["Name"]})
        readings[call] = draw(st.sampled_from(DETAILS))
    return readings


@st.composite
def losses(draw: st.DrawFn) -> tuple[dict[Call, Reading], dict[Call, Reading]]:
    """An account, and the same account after some calls were denied, failed or broke off."""
    before = draw(accounts())
    after: dict[Call, Reading] = {}
    for call, reading in before.items():
        if not draw(st.booleans()):
            after[call] = reading
            continue
        partial = None
        if call.name == "ListBuckets" and isinstance(reading, Seen) and draw(st.booleans()):
            kept = draw(st.integers(0, len(reading.value["Buckets"])))
            partial = {"Buckets": reading.value["Buckets"][:kept]}
        after[call] = Unseen(draw(st.sampled_from((Why.DENIED, Why.THROTTLED, Why.ERROR))), partial=partial)
    return before, after


def scored(readings: dict[Call, Reading]) -> list[ItemScore]:
    """The items of an account."""
    return score(evaluate(Snapshot(RUN, readings), CONTROLS), CONTROLS)


@given(losses())
@settings(max_examples=300, deadline=None)
def test_losing_a_permission_never_raises_low(pair: tuple[dict[Call, Reading], dict[Call, Reading]]) -> None:
    """What is no longer seen can lower the low end and raise the high end, never the reverse."""
    for before, after in zip(scored(pair[0]), scored(pair[1]), strict=True):
        if before.low is None or before.high is None:
            continue
        assert after.low is not None
        assert after.high is not None
        assert after.low <= before.low
        assert after.high >= before.high


@given(losses())
@settings(max_examples=200, deadline=None)
def test_losing_a_permission_never_raises_coverage(
    pair: tuple[dict[Call, Reading], dict[Call, Reading]],
) -> None:
    """Coverage falls or stays, and an unseen thing is never READY by its absence."""
    before, after = (evaluate(Snapshot(RUN, readings), CONTROLS) for readings in pair)
    seen, left = coverage_of(before, CONTROLS), coverage_of(after, CONTROLS)
    assert seen == 100.0
    assert left is not None
    assert left <= seen


@given(losses())
@settings(max_examples=100, deadline=None)
def test_scores_do_not_depend_on_the_order_of_findings(
    pair: tuple[dict[Call, Reading], dict[Call, Reading]],
) -> None:
    """A report sorted in another way gives the same items."""
    findings = evaluate(Snapshot(RUN, pair[1]), CONTROLS)
    shuffled = sorted(findings, key=lambda f: f.finding_id)
    plain = [(i.item, i.low, i.high, i.coverage, i.readiness, i.counts) for i in score(findings, CONTROLS)]
    assert plain == [
        (i.item, i.low, i.high, i.coverage, i.readiness, i.counts) for i in score(shuffled, CONTROLS)
    ]
