"""What is kept of a value that must not be kept."""

import pytest

from assessor.collecting.redaction import MARK, redacted
from assessor.model.looks import Look, Looks, look, look_of, mark


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Look.EMPTY),
        ("   ", Look.EMPTY),
        ("*", Look.WILDCARD),
        ("?*", Look.WILDCARD),
        ("sk-proj-Ab3dEf6hIj9kLmN0pQrStUv", Look.KEY),
        ("sk-ant-api03-abcdefgh", Look.KEY),
        ("ABSKQmVkcm9ja0FQSUtleS1hYmNk", Look.KEY),
        ("bedrock-api-key-YmVkcm9jay5hbWF6b24", Look.KEY),
        ("0123456789abcdef0123456789abcdef", Look.KEY),
        ("3f2504e0-4f89-11d3-9a0c-0305e82c3301", Look.KEY),
        ('{"openai": "sk-abcd1234efgh"}', Look.KEY),
        ("https://user:sk-abcd1234efgh@proxy.example.com", Look.KEY),
        ("abcd1234-efgh5678-ijkl9012", Look.KEY),
        ("arn:aws:secretsmanager:eu-west-1:111122223333:secret:openai-AbC123", Look.ARN),
        ("{{resolve:secretsmanager:openai:SecretString:key}}", Look.REFERENCE),
        ("/app/prod/openai-key", Look.REFERENCE),
        ("https://api.example.com/v1", Look.URL),
        ("anthropic.claude-3-5-sonnet-20240620-v1:0", Look.MODEL),
        ("us.amazon.nova-pro-v1:0", Look.MODEL),
        ("prod-openai-api-key-secret-v2", Look.NAME),
        ("changeme", Look.NAME),
        ("a value with words", Look.TEXT),
    ],
)
def test_a_text_is_told_by_its_look(text: str, expected: Look) -> None:
    assert look(text) is expected
    assert look_of(mark(text)) is expected


def test_the_mark_holds_nothing_of_the_value() -> None:
    value = "sk-proj-Ab3dEf6hIj9kLmN0pQrStUv"
    assert mark(value) == "[redacted: key, 16-31 characters]"
    assert not any(value[at : at + 3] in mark(value) for at in range(len(value) - 2))


@pytest.mark.parametrize(
    ("size", "words"), [(15, "1-15"), (16, "16-31"), (31, "16-31"), (63, "32-63"), (64, "64 or more")]
)
def test_length_is_kept_as_a_class(size: int, words: str) -> None:
    assert f" {words} characters" in mark("x" * size)


def test_a_bare_mark_has_no_look() -> None:
    assert look_of(MARK) is None
    assert look_of(None) is None


def test_a_path_that_asks_for_looks_gets_them_and_others_do_not() -> None:
    answer = {"Variables": {"OPENAI_API_KEY": "sk-abcd1234efgh", "EMPTY": ""}, "Command": ["run", "it"]}
    kept = redacted(answer, (Looks("Variables{}"), "Command"))
    assert kept == {
        "Variables": {
            "OPENAI_API_KEY": "[redacted: key, 1-15 characters]",
            "EMPTY": "[redacted: empty, 0 characters]",
        },
        "Command": [MARK, MARK],
    }
