"""Advanced event selectors: what passes, and what narrows."""

from typing import Any

from evaluators.derived.watch.data_events import advanced_selectors

ARN = "arn:aws:bedrock:us-east-1:111122223333:knowledge-base/KB1"
TYPE = "AWS::Bedrock::KnowledgeBase"


def selector(*fields: dict[str, Any]) -> Any:
    usual = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": [TYPE]}]
    return advanced_selectors({"AdvancedEventSelectors": [{"FieldSelectors": [*usual, *fields]}]})[0]


def test_a_selector_of_the_type_records_every_resource() -> None:
    assert selector().records((TYPE,), ARN)
    assert selector().records((TYPE,), "")
    assert not selector().records(("AWS::Bedrock::Guardrail",), ARN)


def test_positive_operators_are_alternatives_and_negative_ones_exclude() -> None:
    either = selector({"Field": "resources.ARN", "StartsWith": ["arn:x"], "EndsWith": ["/KB1"]})
    assert either.records((TYPE,), ARN)
    without = selector({"Field": "resources.ARN", "NotEndsWith": ["/KB1"]})
    assert not without.records((TYPE,), ARN)
    assert without.records((TYPE,), ARN.replace("KB1", "KB2"))


def test_a_selector_with_an_arn_does_not_record_everything() -> None:
    assert not selector({"Field": "resources.ARN", "StartsWith": ["arn:"]}).records((TYPE,), "")


def test_a_type_excluded_is_not_recorded() -> None:
    only = advanced_selectors(
        {
            "AdvancedEventSelectors": [
                {
                    "FieldSelectors": [
                        {"Field": "eventCategory", "Equals": ["Data"]},
                        {"Field": "resources.type", "NotEquals": [TYPE]},
                    ]
                }
            ]
        }
    )[0]
    assert not only.records((TYPE,), ARN)


def test_other_fields_narrow_and_are_said() -> None:
    found = selector(
        {"Field": "eventName", "Equals": ["Retrieve", "x"]}, {"Field": "readOnly", "Equals": ["true"]}
    )
    assert found.narrowed_by == ("eventName Equals Retrieve, x", "readOnly Equals true")


def test_a_selector_without_a_category_records_nothing() -> None:
    none = advanced_selectors(
        {"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "resources.type", "Equals": [TYPE]}]}]}
    )[0]
    assert not none.records((TYPE,), ARN)
