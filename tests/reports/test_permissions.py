"""The policy a run needs, and the statement that would mend one."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor.model.verdict import Status
from assessor.reports.permissions import (
    MANAGED_LIMIT,
    actions_for,
    cloudformation,
    missing_actions,
    parts,
    policy,
    size,
    size_hint,
    statement_line,
)
from tests.cli import sample
from tests.reports.sample import finding


def test_the_actions_are_those_of_every_call_and_its_parents() -> None:
    """A control that reads a detail needs the listing too, and every run asks who it is."""
    assert actions_for([sample.guardrail_ready]) == [
        "bedrock:GetGuardrail",
        "bedrock:ListGuardrails",
        "sts:GetCallerIdentity",
    ]


def test_a_policy_has_one_statement_per_service_in_order() -> None:
    """Grouped by service, sorted, on every resource."""
    document = policy(actions_for(sample.CONTROLS))
    assert document["Version"] == "2012-10-17"
    assert [s["Sid"] for s in document["Statement"]] == ["ReadBedrock", "ReadIam", "ReadSts"]
    for statement in document["Statement"]:
        assert statement["Effect"] == "Allow"
        assert statement["Resource"] == "*"
        assert statement["Action"] == sorted(statement["Action"])


def test_missing_actions_come_from_what_was_not_assessed() -> None:
    """Several in one grant are told apart; what is no action is left out; each once."""
    rows = [
        finding(Status.NOT_ASSESSED, reason="DENIED", grant="kms:DescribeKey s3:GetBucketPolicy"),
        finding(Status.NOT_ASSESSED, reason="DENIED", grant="s3:GetBucketPolicy,apigateway:GET"),
        finding(Status.NOT_ASSESSED, reason="DENIED", grant='"}] evil'),
        finding(Status.PASS, grant="iam:PassRole"),
    ]
    assert missing_actions(rows) == ["apigateway:GET", "kms:DescribeKey", "s3:GetBucketPolicy"]
    line = statement_line(missing_actions(rows))
    assert "\n" not in line
    assert json.loads(line)["Action"] == missing_actions(rows)


ACTIONS = st.lists(
    st.builds(
        "{}:{}".format,
        st.from_regex(r"[a-z]{2,8}", fullmatch=True),
        st.from_regex(r"[A-Z][a-z]{5,40}", fullmatch=True),
    ),
    min_size=1,
    max_size=400,
    unique=True,
).map(sorted)


@given(ACTIONS)
def test_split_policies_fit_and_lose_nothing(actions: list[str]) -> None:
    """Every part fits a managed policy; together they allow exactly the actions."""
    documents = parts(actions)
    assert all(size(document) <= MANAGED_LIMIT for document in documents)
    allowed = [a for d in documents for s in d["Statement"] for a in s["Action"]]
    assert allowed == actions
    template = cloudformation(actions)
    made = [r["Properties"]["PolicyDocument"] for r in template["Resources"].values()]
    assert made == documents
    assert {r["Type"] for r in template["Resources"].values()} == {"AWS::IAM::ManagedPolicy"}


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (3, "fits one managed policy"),
        (150, "fits a role's inline policy"),
        (400, "needs 4 managed policies"),
    ],
)
def test_the_hint_says_where_a_policy_fits(count: int, said: str) -> None:
    """Managed 6,144, inline 10,240 characters, white space not counted."""
    actions = [f"service:GetSomethingOfSomeLength{n:020}" for n in range(count)]
    assert said in size_hint(actions)
