"""What an alarm watches, from the ways an alarm can be written."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluators.derived.watch.alarm_metrics import Watch, watched

BEDROCK = "AWS/Bedrock"
MODEL = frozenset({("ModelId", "m")})


def metric(id: str, name: str, *, returned: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "Id": id,
        "MetricStat": {"Metric": {"Namespace": BEDROCK, "MetricName": name}, "Period": 300, "Stat": "Sum"},
        "ReturnData": returned,
        **more,
    }


def names(*queries: dict[str, Any], **more: Any) -> list[str]:
    return sorted(watch.metric for watch in watched({"Metrics": list(queries), **more}).watches)


def test_a_plain_metric_with_its_dimensions() -> None:
    found = watched(
        {"Namespace": BEDROCK, "MetricName": "Invocations", "Dimensions": [{"Name": "ModelId", "Value": "m"}]}
    )
    assert found.watches == (Watch(BEDROCK, "Invocations", MODEL),)
    assert found.plain


def test_only_what_the_expression_rests_on_counts() -> None:
    assert names(metric("a", "A"), metric("b", "B"), {"Id": "e", "Expression": "a * 2"}) == ["A"]


def test_expressions_over_expressions_are_followed() -> None:
    queries = [
        metric("a", "A"),
        metric("b", "B"),
        {"Id": "e1", "Expression": "a + b", "ReturnData": False},
        {"Id": "e2", "Expression": "RATE(e1)"},
    ]
    assert names(*queries) == ["A", "B"]


def test_expressions_that_refer_to_each_other_end() -> None:
    queries = [
        {"Id": "e1", "Expression": "e2 + 1", "ReturnData": True},
        {"Id": "e2", "Expression": "e1 + 1", "ReturnData": False},
    ]
    assert names(*queries) == []


def test_metrics_takes_all_metrics_or_those_named_alike() -> None:
    queries = [metric("m1", "A"), metric("m2", "B"), metric("x", "C")]
    assert names(*queries, {"Id": "s", "Expression": "SUM(METRICS())"}) == ["A", "B", "C"]
    assert names(*queries, {"Id": "s", "Expression": "SUM(METRICS('m'))"}) == ["A", "B"]


def test_an_anomaly_band_watches_its_metric_which_is_plain() -> None:
    found = watched(
        {
            "ThresholdMetricId": "ad",
            "Metrics": [
                metric("m1", "Invocations", returned=True),
                {"Id": "ad", "Expression": "ANOMALY_DETECTION_BAND(m1, 2)", "ReturnData": True},
            ],
        }
    )
    assert [watch.metric for watch in found.watches] == ["Invocations"]
    assert found.plain


def test_a_metric_of_another_account_says_so() -> None:
    found = watched({"Metrics": [metric("m1", "A", returned=True, AccountId="999999999999")]})
    assert found.watches[0].account == "999999999999"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('SELECT SUM(Invocations) FROM "AWS/Bedrock"', Watch(BEDROCK, "Invocations", every=True)),
        (
            'select max(Invocations) from schema("AWS/Bedrock", ModelId) group by ModelId order by max() desc limit 5',
            Watch(BEDROCK, "Invocations", every=True, schema=frozenset({"ModelId"})),
        ),
        (
            'SELECT SUM("Invocations") FROM SCHEMA("AWS/Bedrock", ModelId) WHERE ModelId = \'m\'',
            Watch(BEDROCK, "Invocations", MODEL, schema=frozenset({"ModelId"})),
        ),
    ],
)
def test_metrics_insights_is_read(query: str, expected: Watch) -> None:
    assert watched({"Metrics": [{"Id": "q", "Expression": query}]}).watches == (expected,)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT SUM(Invocations) FROM \"AWS/Bedrock\" WHERE ModelId != 'm'",
        "SELECT SUM(Invocations) FROM \"AWS/Bedrock\" WHERE ModelId = 'a' OR ModelId = 'b'",
        "SELECT SUM(Invocations) FROM \"AWS/Bedrock\" WHERE tag.env = 'prod'",
        "SELECT everything",
    ],
)
def test_a_query_that_cannot_be_read_is_kept_as_unclear(query: str) -> None:
    found = watched({"Metrics": [{"Id": "q", "Expression": query}]})
    assert (found.watches, found.unclear) == ((), (query,))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{AWS/Bedrock,ModelId} MetricName="Invocations"',
            Watch(BEDROCK, "Invocations", every=True, schema=frozenset({"ModelId"})),
        ),
        (
            '{AWS/Bedrock,ModelId} MetricName="Invocations" ModelId="m"',
            Watch(BEDROCK, "Invocations", MODEL, schema=frozenset({"ModelId"})),
        ),
        (
            "{AWS/Bedrock,ModelId} Invocations",
            Watch(BEDROCK, "Invocations", every=True, schema=frozenset({"ModelId"})),
        ),
    ],
)
def test_a_search_is_read(text: str, expected: Watch) -> None:
    expression = f"SUM(SEARCH('{text}', 'Sum', 300))"
    assert watched({"Metrics": [{"Id": "s", "Expression": expression}]}).watches == (expected,)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (
            '{Invocations, "@instrumentation.cloudwatch.source"="aws.bedrock", "@aws.region"="us-east-1"}',
            Watch(BEDROCK, "Invocations", every=True),
        ),
        (
            'sum({"__name__"="Invocations", "@instrumentation.@name"="cloudwatch.aws/bedrock", ModelId="m"}) > 5',
            Watch(BEDROCK, "Invocations", MODEL),
        ),
    ],
)
def test_promql_is_read(query: str, expected: Watch) -> None:
    assert watched({"EvaluationCriteria": {"PromQLCriteria": {"Query": query}}}).watches == (expected,)


@pytest.mark.parametrize(
    "query",
    [
        "Invocations > 5",
        "{Invocations} > 5",
        '{Invocations, "@instrumentation.@name"="cloudwatch.aws/bedrock", ModelId=~"a.*"}',
    ],
)
def test_promql_that_names_no_service_or_matches_loosely_is_unclear(query: str) -> None:
    assert watched({"EvaluationCriteria": {"PromQLCriteria": {"Query": query}}}).unclear == (query,)


@given(st.text(max_size=120))
def test_no_expression_breaks_the_reader(text: str) -> None:
    watched({"Metrics": [{"Id": "q", "Expression": text}]})
    watched({"EvaluationCriteria": {"PromQLCriteria": {"Query": text}}})
