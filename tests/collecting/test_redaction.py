"""Secrets are cut by declaration: values go, names and counts stay."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.collecting.redaction import MARK, redacted
from assessor.model.anywhere import Anywhere
from assessor.model.path import values

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("path", "answer", "kept"),
    [
        (
            "Environment.Variables{}",
            {"Environment": {"Variables": {"KEY": "s", "N": 5}}},
            {"Environment": {"Variables": {"KEY": MARK, "N": MARK}}},
        ),
        ("a[].b", {"a": [{"b": "s", "c": 1}, {"c": 2}]}, {"a": [{"b": MARK, "c": 1}, {"c": 2}]}),
        ("a[]", {"a": ["s", "t"]}, {"a": [MARK, MARK]}),
        (
            "a",
            {"a": {"x": ["s", {"y": "t", "on": True, "none": None}]}},
            {"a": {"x": [MARK, {"y": MARK, "on": True, "none": None}]}},
        ),
        ("a{}.[].b", {"a": {"k": [{"b": "s"}]}}, {"a": {"k": [{"b": MARK}]}}),
        ("missing.b", {"a": "s"}, {"a": "s"}),
        ("a[].b", {"a": "not a list"}, {"a": "not a list"}),
    ],
)
def test_what_a_path_names_is_replaced(path: str, answer: dict[str, Any], kept: dict[str, Any]) -> None:
    before = repr(answer)
    assert redacted(answer, (path,)) == kept
    assert repr(answer) == before


@given(
    JSON, st.sampled_from(["a", "a.b", "a[]", "a{}", "a[].b", "a{}.b[]", "a[].[].b", "a{}.[]", "a{}.{}.b"])
)
def test_redaction_is_done_once_for_all_and_keeps_every_name(answer: Any, path: str) -> None:
    once = redacted(answer, (path,))
    assert redacted(once, (path,)) == once
    assert names(once) == names(answer)
    assert {leaf for found in values(once, path) for leaf in leaves(found)} <= {MARK, None, True, False}


def test_a_path_from_anywhere_spares_what_it_is_told_to() -> None:
    def test_of(field: str, wanted: object) -> dict[str, Any]:
        return {"Match": {"Wanted": wanted, "Field": {field: {}}}}

    answer = {
        "Rules": [{"Not": {"All": [test_of("Header", b"s"), test_of("Path", b"/")]}}, test_of("Query", "s")]
    }
    cut = {
        "Rules": [{"Not": {"All": [test_of("Header", MARK), test_of("Path", b"/")]}}, test_of("Query", MARK)]
    }
    assert redacted(answer, (Anywhere("Match.Wanted", unless=("Field.Path",)),)) == cut


def names(node: Any) -> Any:
    """The names and counts of an answer, without its values."""
    if isinstance(node, dict):
        return {key: names(value) for key, value in node.items()}
    if isinstance(node, list):
        return [names(value) for value in node]
    return None


def leaves(node: Any) -> Iterator[Any]:
    """The values of an answer, without their names."""
    if isinstance(node, (dict, list)):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from leaves(inner)
    else:
        yield node
