"""Pages: merged as if there had been one, and never without end."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.collecting import paging
from assessor.collecting.paging import Pages, PagingError, merge
from assessor.model.operation import Operation

KEYS = Operation(
    "kms", "ListKeys", "kms:ListKeys", items="Keys", token=("Marker", "NextMarker"), more="Truncated"
)
NESTED = Operation(
    "cloudfront",
    "ListDistributions",
    "cloudfront:ListDistributions",
    items="DistributionList.Items",
    token=("Marker", "DistributionList.NextMarker"),
    more="DistributionList.IsTruncated",
)


def read(operation: Operation, pages: list[dict[str, Any]]) -> tuple[dict[str, Any] | None, int]:
    """The merged answer, and how many of the pages were asked for."""
    merged = Pages(operation)
    for count, page in enumerate(pages, 1):
        if not merged.add(page):
            return merged.merged, count
    raise AssertionError("another page was asked for")


def test_lists_are_joined_and_other_members_are_the_first_pages() -> None:
    answer, _ = read(
        KEYS,
        [
            {"Keys": [1, 2], "Owner": "a", "NextMarker": "x", "Truncated": True},
            {"Keys": [3], "Owner": "b", "Extra": 1, "Truncated": False},
        ],
    )
    assert answer == {"Keys": [1, 2, 3], "Owner": "a", "Extra": 1, "Truncated": False}


def test_every_list_that_pages_is_joined() -> None:
    answer, _ = read(
        KEYS,
        [
            {"Keys": [1], "Aliases": [], "NextMarker": "x", "Truncated": True},
            {"Keys": [], "Aliases": ["a"], "Truncated": False},
        ],
    )
    assert answer == {"Keys": [1], "Aliases": ["a"], "Truncated": False}


def test_a_list_that_every_page_repeats_is_kept_once() -> None:
    answer, _ = read(
        KEYS,
        [
            {"Keys": [1], "GroupBy": ["SERVICE"], "NextMarker": "x", "Truncated": True},
            {"Keys": [1], "GroupBy": ["SERVICE"], "NextMarker": "y", "Truncated": True},
            {"Keys": [1], "GroupBy": ["SERVICE"]},
        ],
    )
    assert answer == {"Keys": [1, 1, 1], "GroupBy": ["SERVICE"], "Truncated": False}


def test_a_listing_inside_a_member_is_joined_there() -> None:
    answer, _ = read(
        NESTED,
        [
            {"DistributionList": {"Items": [1], "IsTruncated": True, "NextMarker": "x", "MaxItems": 1}},
            {"DistributionList": {"Items": [2], "IsTruncated": False, "MaxItems": 1}},
        ],
    )
    assert answer == {"DistributionList": {"Items": [1, 2], "IsTruncated": False, "MaxItems": 1}}


def test_a_flag_that_says_the_end_is_believed_over_a_token() -> None:
    answer, count = read(KEYS, [{"Keys": [1], "NextMarker": "x", "Truncated": False}])
    assert (answer, count) == ({"Keys": [1], "Truncated": False}, 1)


def test_without_a_flag_the_token_decides_and_an_empty_one_ends() -> None:
    _, count = read(KEYS, [{"Keys": [1], "NextMarker": "x"}, {"Keys": [2], "NextMarker": ""}])
    assert count == 2


def test_an_operation_without_a_token_has_one_page() -> None:
    answer, count = read(Operation("kms", "DescribeKey", "kms:DescribeKey"), [{"NextMarker": "not a token"}])
    assert (answer, count) == ({"NextMarker": "not a token"}, 1)


@pytest.mark.parametrize(
    ("pages", "code"),
    [
        ([{"Keys": [1], "NextMarker": "x"}, {"Keys": [2], "NextMarker": "x"}], "RepeatedToken"),
        (
            [
                {"Keys": [1], "NextMarker": "x"},
                {"Keys": [2], "NextMarker": "y"},
                {"Keys": [], "NextMarker": "x"},
            ],
            "RepeatedToken",
        ),
        ([{"Keys": [1], "Truncated": True}], "MissingToken"),
    ],
)
def test_a_listing_that_cannot_end_is_broken_off_with_what_was_read(
    pages: list[dict[str, Any]], code: str
) -> None:
    merged = Pages(KEYS)
    for page in pages[:-1]:
        assert merged.add(page)
    with pytest.raises(PagingError) as raised:
        merged.add(pages[-1])
    assert raised.value.code == code
    assert merged.merged is not None
    assert merged.merged["Keys"][0] == 1


def test_a_listing_of_ever_new_tokens_ends_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "MOST_PAGES", 5)
    merged = Pages(KEYS)
    for n in range(4):
        assert merged.add({"Keys": [n], "NextMarker": str(n)})
    with pytest.raises(PagingError, match="did not end"):
        merged.add({"Keys": [4], "NextMarker": "4"})


@given(st.lists(st.lists(st.integers(), max_size=4), min_size=1, max_size=6))
def test_however_a_listing_is_cut_the_whole_is_the_same(cuts: list[list[int]]) -> None:
    whole: dict[str, Any] = {"Keys": list(cuts[0]), "Name": "n"}
    for cut in cuts[1:]:
        merge(whole, {"Keys": list(cut), "Name": "n"}, "Keys")
    assert whole == {"Keys": [value for cut in cuts for value in cut], "Name": "n"}
