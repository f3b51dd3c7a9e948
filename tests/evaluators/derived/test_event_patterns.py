"""Patterns of EventBridge rules and metric filters, asked of one event."""

import json
from typing import Any

import pytest

from evaluators.derived.watch.event_patterns import PatternError, matches
from evaluators.derived.watch.filter_patterns import selects

EVENT: dict[str, Any] = {
    "source": "aws.bedrock",
    "detail": {
        "eventName": "DeleteGuardrail",
        "readOnly": False,
        "count": 5,
        "sourceIPAddress": "203.0.113.9",
        "responseElements": None,
        "resources": [{"type": "a"}, {"type": "b"}],
        "tags": ["x", "y"],
    },
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"source": ["aws.bedrock"]}, True),
        ({"source": ["aws.ec2", "aws.bedrock"]}, True),
        ({"source": ["AWS.bedrock"]}, False),
        ({"source": [{"equals-ignore-case": "AWS.bedrock"}]}, True),
        ({"detail": {"eventName": [{"prefix": "Delete"}]}}, True),
        ({"detail": {"eventName": [{"prefix": {"equals-ignore-case": "delete"}}]}}, True),
        ({"detail": {"eventName": [{"suffix": "rail"}]}}, True),
        ({"detail": {"eventName": [{"suffix": "Agent"}]}}, False),
        ({"detail": {"eventName": [{"wildcard": "*Guard*"}]}}, True),
        ({"detail": {"eventName": [{"wildcard": "Guard*"}]}}, False),
        ({"detail": {"eventName": [{"anything-but": ["GetGuardrail"]}]}}, True),
        ({"detail": {"eventName": [{"anything-but": "DeleteGuardrail"}]}}, False),
        ({"detail": {"eventName": [{"anything-but": {"prefix": "Delete"}}]}}, False),
        ({"detail": {"eventName": [{"anything-but": {"suffix": ["Agent", "Flow"]}}]}}, True),
        ({"detail": {"missing": [{"anything-but": ["x"]}]}}, False),
        ({"detail": {"errorCode": [{"exists": False}]}}, True),
        ({"detail": {"errorCode": [{"exists": True}]}}, False),
        ({"detail": {"eventName": [{"exists": True}]}}, True),
        ({"detail": {"readOnly": [False]}}, True),
        ({"detail": {"readOnly": [0]}}, False),
        ({"detail": {"responseElements": [None]}}, True),
        ({"detail": {"count": [{"numeric": [">", 1, "<=", 5]}]}}, True),
        ({"detail": {"count": [{"numeric": ["<", 5]}]}}, False),
        ({"detail": {"sourceIPAddress": [{"cidr": "203.0.113.0/24"}]}}, True),
        ({"detail": {"sourceIPAddress": [{"cidr": "10.0.0.0/8"}]}}, False),
        ({"detail": {"resources": {"type": ["b"]}}}, True),
        ({"detail": {"tags": ["y"]}}, True),
        ({"$or": [{"source": ["aws.ec2"]}, {"detail": {"eventName": ["DeleteGuardrail"]}}]}, True),
        ({"$or": [{"source": ["aws.ec2"]}, {"detail": {"eventName": ["GetGuardrail"]}}]}, False),
        ({"source": ["aws.ec2"], "detail": {"eventName": [{"new-operator": "x"}]}}, False),
        ({"source": [{"new-operator": "x"}, "aws.bedrock"]}, True),
    ],
)
def test_a_pattern_matches_as_eventbridge_does(pattern: dict[str, Any], expected: bool) -> None:
    assert matches(json.dumps(pattern), EVENT) is expected


@pytest.mark.parametrize(
    "pattern", ['{"source": [{"new-operator": "x"}]}', "no json", "[]", '{"source": "aws.bedrock"}']
)
def test_what_is_not_known_is_never_taken_for_a_match_or_for_none(pattern: str) -> None:
    with pytest.raises(PatternError):
        matches(pattern, EVENT)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("", True),
        ("DeleteGuardrail", True),
        ('"DeleteGuardrail" -bedrock', False),
        ("?GetGuardrail ?DeleteGuardrail", True),
        ("GetGuardrail", False),
        ("{ $.detail.eventName = DeleteGuardrail }", True),
        ('{ $.detail.eventName = "Delete*" }', True),
        ("{ $.detail.eventName != DeleteGuardrail }", False),
        ("{ ($.source = aws.ec2) || ($.detail.eventName = DeleteGuardrail) }", True),
        ("{ $.source = aws.ec2 && $.detail.eventName = DeleteGuardrail }", False),
        ("{ $.detail.errorCode NOT EXISTS }", True),
        ("{ $.detail.readOnly IS FALSE }", True),
        ("{ $.detail.readOnly IS TRUE }", False),
        ("{ $.detail.nothing = x }", False),
    ],
)
def test_a_metric_filter_counts_as_cloudwatch_does(pattern: str, expected: bool) -> None:
    assert selects(pattern, EVENT) is expected


@pytest.mark.parametrize(
    "pattern",
    ["[a, b]", "%Delete.*%", "{ $.a > 1 }", "{ $.a[0] = x }", "{ ($.source = x }", "{ $.source = %x% }"],
)
def test_a_metric_filter_that_cannot_be_read_is_said_so(pattern: str) -> None:
    with pytest.raises(PatternError):
        selects(pattern, EVENT)
