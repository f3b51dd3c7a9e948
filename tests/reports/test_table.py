"""The terminal's report: everything on it, nothing that acts, never wider than the terminal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from syrupy.assertion import SnapshotAssertion

from assessor.cli.console import paint
from assessor.model.verdict import Item, Status
from assessor.reports.report import Display
from assessor.reports.table import Terminal, items_table, table
from assessor.reports.words import counts_in_words, interval, percent, resource_name
from tests.reports.sample import finding, report, rich_report


def test_the_whole_report(snapshot: SnapshotAssertion) -> None:
    """Seven rows, the worst findings, what could not be assessed."""
    assert table(rich_report(), Terminal(100)) == snapshot


def test_only_what_is_asked_for_is_shown(snapshot: SnapshotAssertion) -> None:
    """--show manual and passed: the seven rows stay as they are."""
    display = Display(frozenset({Status.MANUAL, Status.PASS}), limit=None)
    shown = table(rich_report(), Terminal(100), display)
    assert shown == snapshot
    assert items_table(rich_report(), Terminal(100)) in shown


@pytest.mark.parametrize("width", [40, 60, 80, 100, 160, 300])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """Long names, long observations and wide characters fit, from 60 columns on."""
    lines = table(rich_report(), Terminal(width)).split("\n")
    assert max(map(cell_len, lines)) <= max(width, 60)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_all_seven_items_stand_in_order_at_any_width(width: int) -> None:
    """The checklist's order, whatever the layout."""
    text = items_table(rich_report(), Terminal(width))
    places = [text.index(f"{int(item)} {item.title}") for item in Item]
    assert places == sorted(places)


def test_colour_adds_nothing_but_colour() -> None:
    """Without its escapes the coloured report is the plain one: words carry the meaning."""
    import click

    assert click.unstyle(table(rich_report(), Terminal(100, paint))) == table(rich_report(), Terminal(100))


def test_many_failures_are_cut_with_a_count() -> None:
    """Five of one control, twenty in all; the rest is counted, and the file named that holds it."""
    many = report(*(finding(Status.FAIL, arn=f"arn:aws:s3:::bucket-{n:03}") for n in range(50)))
    text = table(many, Terminal(100))
    assert "Worst findings (6 of 52)" in text
    assert "GAI-4.01  Guardrail is ready (51)" in text
    assert "and 46 more; findings.csv" in text
    assert text.count("bucket-") == 4
    whole = table(many, Terminal(100), Display(frozenset({Status.FAIL}), limit=None))
    assert whole.count("bucket-") == 50


def test_the_worst_come_first_whatever_the_limit() -> None:
    """A limit cuts the mildest."""
    text = table(rich_report(), Terminal(100), Display(limit=1))
    assert "Worst findings (1 of 5)" in text
    assert "CRITICAL" in text
    assert "MEDIUM  " not in text


@given(
    statuses=st.frozensets(st.sampled_from(Status)),
    limit=st.none() | st.integers(0, 30),
    found=st.lists(st.sampled_from(Status), max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_a_display_filter_never_changes_a_score(
    statuses: frozenset[Status], limit: int | None, found: list[Status]
) -> None:
    """Whatever is shown, the seven rows are made of all findings."""
    made = report(*(finding(status, arn=f"arn:aws:s3:::{n}") for n, status in enumerate(found)))
    rows = items_table(made, Terminal(100))
    assert rows in table(made, Terminal(100), Display(statuses, limit))


def test_counts_read_as_words_in_the_order_of_work() -> None:
    """What needs work first comes first."""
    assert counts_in_words({"PASS": 1, "FAIL": 2, "NOT_ASSESSED": 3, "MANUAL": 1, "NOT_APPLICABLE": 0}) == (
        "2 failed, 3 not assessed, 1 to answer, 1 passed"
    )
    assert counts_in_words({}) == "not asked"


def test_numbers_have_one_decimal_and_nothing_is_a_dash() -> None:
    """Scores are intervals; what does not apply has none."""
    assert interval(40.0, 100.0) == "[40.0-100.0]"
    assert interval(None, None) == percent(None) == "-"
    assert percent(87.5) == "87.5 %"


@pytest.mark.parametrize(
    ("arn", "name"),
    [
        ("arn:aws:iam::111122223333:root", "account 111122223333"),
        ("arn:aws:s3:::bucket", "bucket"),
        ("arn:aws:lambda:us-east-1:111122223333:function:chat", "function:chat"),
        (
            "arn:aws:apigateway:us-east-1::/restapis/a1/resources/b2/methods/POST",
            "/restapis/a1/resources/b2/methods/POST",
        ),
        ("not-an-arn", "not-an-arn"),
    ],
)
def test_a_resource_is_named_by_what_follows_its_account(arn: str, name: str) -> None:
    """Short enough to read, long enough to find."""
    assert resource_name(arn) == name
