"""Every fact set finds something of its kind in the invented company, and the doors are those on paths to models."""

from functools import cache

import pytest

from assessor.attestations.facts import Facts
from assessor.attestations.sources import FACT_SETS
from assessor.demo import company
from assessor.model.parameters import Parameters
from assessor.model.view import View
from tests.aws.account import snapshot_of

READS = tuple(operation for one in FACT_SETS.values() for operation in one.reads)
DECIDED = {"approved_models": ["anthropic.claude-x"], "kill_switches": [{"kind": "APPCONFIG_FLAG"}]}
NOT_THERE = {"custom_models", "self_deployed"}


@cache
def facts(name: str) -> Facts:
    """The facts of a set in the company."""
    snapshot = snapshot_of(
        {}, READS, regions=("us-east-1", "eu-west-1"), scope="workload", document=company()
    )
    return FACT_SETS[name].of(View(snapshot, snapshot.run.accounts[0], "us-east-1", Parameters(DECIDED)))


@pytest.mark.parametrize("name", sorted(FACT_SETS))
def test_a_set_finds_something_of_its_kind(name: str) -> None:
    """An empty set would never turn an answer stale."""
    assert bool(facts(name).digests) is (name not in NOT_THERE)


def test_doors_are_methods_routes_authorizers_and_urls_of_paths() -> None:
    """Each with who is let in; an API that leads to no model is left out."""
    found = list(facts("front_doors").digests)
    for part in ("/restapis/", "/apis/", "authorizer ", ":function:"):
        assert any(part in one for one in found), f"no {part} in {found}"
