"""What a schema of a request body leaves unbounded."""

import json
from typing import Any

import pytest

from evaluators.derived.doors.body_schemas import unbounded

PROMPT = {"type": "string", "maxLength": 4000}
_MODELS = "https://apigateway.amazonaws.com/restapis/api1/models/"


def found(schema: Any, **others: Any) -> str:
    """What is unbounded in a model with that schema, beside other models of its API."""
    return unbounded(
        "Chat", {"Chat": json.dumps(schema), **{name: json.dumps(x) for name, x in others.items()}}
    )


def body(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    "schema",
    [
        body(prompt=PROMPT),
        body(prompt=PROMPT, n={"type": "integer"}, mode={"enum": ["a", "b"]}),
        {"properties": {"prompt": {"maxLength": 10}}},
        body(messages={"type": "array", "items": body(text=PROMPT)}),
        body(prompt={"type": ["string", "null"], "maxLength": 10}),
        body(prompt={"$ref": "#/definitions/text"})
        | {"definitions": {"text": PROMPT, "unused": {"type": "string"}}},
        body(prompt={"allOf": [{"type": "string"}, {"maxLength": 10}]}),
        body(prompt={"anyOf": [PROMPT, {"type": "null"}]}),
        body(prompt={"type": "string", "oneOf": [{"maxLength": 5}, {"enum": ["a"]}]}),
        body(n={"type": "integer"}) | {"additionalProperties": False},
        {"type": "object", "additionalProperties": PROMPT},
        body(prompt=PROMPT, child={"$ref": "#"}),
        {
            "allOf": [{"$ref": "#/definitions/one"}, body(tag=PROMPT)],
            "definitions": {"one": body(prompt=PROMPT)},
        },
    ],
)
def test_a_schema_in_which_every_text_has_a_bound(schema: Any) -> None:
    assert found(schema) == ""


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (body(prompt={"type": "string"}), "property prompt is a text without maxLength"),
        (body(prompt={}), "property prompt may hold anything"),
        (body(prompt=True), "property prompt may hold anything"),
        (body(prompt={"description": "what to ask"}), "property prompt may hold anything"),
        (body(prompt=PROMPT, options={"type": "object"}), "property options may hold anything"),
        (body(prompt=PROMPT, parts={"type": "array"}), "an item of property parts may hold anything"),
        (body(prompt={"type": ["string", "null"]}), "property prompt is a text without maxLength"),
        (body(prompt={"type": "string", "maxLength": None}), "property prompt is a text without maxLength"),
        (body(prompt=PROMPT) | {"additionalProperties": {"type": "string"}}, "another property of the body"),
        (body(prompt=PROMPT) | {"patternProperties": {"^x": {"type": "string"}}}, "property ^x is a text"),
        (body(prompt={"anyOf": [PROMPT, {"type": "string"}]}), "property prompt is a text without maxLength"),
        (body(prompt={"$ref": "#/definitions/gone"}), "which does not exist"),
        (body(prompt={"$ref": f"{_MODELS}Gone"}), "which does not exist"),
        (body(prompt={"$ref": "https://example.com/s.json"}), "which does not exist"),
        (body(prompt={"allOf": [{"type": "string"}, {"minLength": 1}]}), "property prompt is a text"),
        (body(n={"type": "integer"}), "no text has a bound"),
        (body(), "the body may hold anything"),
        ({"type": "object"}, "nothing is said"),
        ([], "nothing is said"),
    ],
)
def test_a_schema_that_leaves_something_unbounded(schema: Any, said: str) -> None:
    assert said in found(schema)


def test_another_model_is_followed_with_its_own_references() -> None:
    schema = body(message={"$ref": f"{_MODELS}Message"})
    message = body(text={"$ref": "#/definitions/text"}) | {"definitions": {"text": PROMPT}}
    assert found(schema, Message=message) == ""
    loose = message | {"definitions": {"text": {"type": "string"}}}
    assert "property text is a text without maxLength" in found(schema, Message=loose)
    together = {"allOf": [{"$ref": f"{_MODELS}Message"}]}
    assert found(together, Message=message) == ""
    assert "property text" in found(together, Message=loose)


def test_a_schema_that_goes_round_or_multiplies_comes_to_an_end() -> None:
    many = {
        f"d{n}": body(a={"$ref": f"#/definitions/d{n + 1}"}, b={"$ref": f"#/definitions/d{n + 1}"})
        for n in range(30)
    }
    many["d30"] = PROMPT
    assert "too deep" in found(body(x={"$ref": "#/definitions/d0"}) | {"definitions": many})
    round_trip = {"one": {"$ref": "#/definitions/two"}, "two": {"$ref": "#/definitions/one"}}
    assert found(body(prompt=PROMPT, x={"$ref": "#/definitions/one"}) | {"definitions": round_trip}) == ""
    in_all = {"allOf": [{"$ref": "#"}, body(prompt=PROMPT)]}
    assert found(in_all) == ""


def test_what_is_no_json_bounds_nothing() -> None:
    assert unbounded("Chat", {"Chat": "{"}) == "the schema is no JSON"
