"""The owner's word: pins and exclusions by tag and parameter, kept as evidence."""

from typing import Any

import pytest

from assessor.workload.workload import Standing
from tests.workload.accounts import built, door, function_arn, merged, plain_workload, proxy, rest_api

CHAT, HEALTH = door("chat"), door("chat", "r2", "GET")
API = "arn:aws:apigateway:us-east-1::/restapis/chat"


def tagged(value: str, where: str = "api") -> dict[str, Any]:
    content = plain_workload()
    held = content["us-east-1"]["apigateway"]
    if where == "api":
        held["GetRestApis"][0]["tags"] = {"genai-workload": value}
    else:
        held["GetStages"][0]["answer"]["item"][0]["tags"] = {"genai-workload": value}
    return content


@pytest.mark.parametrize("where", ["api", "stage"])
@pytest.mark.parametrize(
    ("value", "chat", "health"),
    [
        ("true", Standing.PINNED, Standing.PINNED),
        ("TRUE ", Standing.PINNED, Standing.PINNED),
        ("false", Standing.EXCLUDED, Standing.EXCLUDED),
        ("exclude", Standing.EXCLUDED, Standing.EXCLUDED),
        ("\u202emaybe", Standing.ON_PATH, Standing.NOT_ON_PATH),
        ("", Standing.ON_PATH, Standing.NOT_ON_PATH),
    ],
)
def test_a_tag_holds_for_the_api_its_stages_and_methods(
    where: str, value: str, chat: Standing, health: Standing
) -> None:
    workload = built(tagged(value, where))
    assert workload.reach(CHAT).standing is chat
    assert workload.reach(HEALTH).standing is health


def test_a_pin_is_evidence_with_the_call_that_showed_it() -> None:
    found = built(tagged("true")).reach(HEALTH)
    assert found.pin is not None
    assert found.pin.said == "tag genai-workload=true (items[].tags)"
    assert [call.name for call in found.evidence] == ["GetRestApis"]


def test_an_exclusion_keeps_what_would_have_been() -> None:
    found = built(tagged("false")).reach(CHAT)
    assert (found.standing, found.hidden) == (Standing.EXCLUDED, Standing.ON_PATH)


@pytest.mark.parametrize(
    ("parameters", "chat", "health"),
    [
        ({"excluded_doors": [f"{API}/*"]}, Standing.EXCLUDED, Standing.EXCLUDED),
        ({"pinned_doors": ["*/methods/GET"]}, Standing.ON_PATH, Standing.PINNED),
        ({"pinned_doors": ["*"], "excluded_doors": ["*/methods/GET"]}, Standing.PINNED, Standing.EXCLUDED),
        ({"excluded_doors": [API]}, Standing.EXCLUDED, Standing.EXCLUDED),
        ({"excluded_doors": ["[chat"]}, Standing.ON_PATH, Standing.NOT_ON_PATH),
    ],
)
def test_parameters_name_doors_by_pattern(
    parameters: dict[str, Any], chat: Standing, health: Standing
) -> None:
    workload = built(plain_workload(), parameters=parameters)
    assert workload.reach(CHAT).standing is chat
    assert workload.reach(HEALTH).standing is health


def test_the_nearer_word_stands_before_the_farther_and_a_parameter_before_a_tag() -> None:
    content = tagged("false")
    content["us-east-1"]["apigateway"]["GetStages"][0]["answer"]["item"][0]["tags"] = {
        "genai-workload": "true"
    }
    assert built(content).reach(CHAT).standing is Standing.PINNED
    assert (
        built(tagged("false"), parameters={"pinned_doors": [f"{API}*"]}).reach(CHAT).standing
        is Standing.PINNED
    )


def test_a_tag_on_one_api_says_nothing_of_another() -> None:
    content = merged(tagged("false"), rest_api("other", {"POST /x": proxy(function_arn("ask"))}))
    assert built(content).reach(door("other")).standing is Standing.ON_PATH
