"""Parameters: what is accepted, what is refused, and which place goes before which."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessor import config
from assessor.config import ConfigError, Settings, parameters, parse
from assessor.model.parameters import DECLARED
from tests.cli import sample
from tests.cli.conftest import run


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("min_days = 30\nmin_dais = 40", 'a.toml, line 2: unknown key "min_dais"; did you mean min_days?'),
        ("qqq = 1", "a.toml, line 1: unknown key"),
        ("\n\nmin_days = 'x'", 'a.toml, line 3: min_days must be a whole number, not "x"'),
        ("min_days = 1.5", "line 1: min_days must be a whole number, not 1.5"),
        ("min_days = true", "line 1: min_days must be a whole number, not true"),
        ("min_days = -1", "line 1: min_days must be a number from 0, not -1"),
        ("min_threshold = nan", "line 1: min_threshold must be a number from 0"),
        ("require_cmk = 'yes'", "line 1: require_cmk must be true or false"),
        ("# a comment\nrequired_strength = 'MAX'", 'line 2: required_strength cannot be "MAX"; allowed: LOW'),
        ("required_topics = 'one'", "line 1: required_topics must be a list of texts"),
        ("required_topics = [1]", "line 1: required_topics must be a list of texts; it holds 1"),
        ("categories = ['HATE', 'LOVE']", 'line 1: categories cannot be "LOVE"'),
        ("[min_days]\nx = 1", "line 1: min_days must be a whole number"),
        ("fail_on = 'severe'", 'line 1: fail_on cannot be "severe"; allowed: critical'),
        ("min_days = ", "a.toml, line 1: not valid TOML"),
        ("min_days = 1\nmin_days = 2", "a.toml, line 2: not valid TOML"),
        ("a = 1\nb = [", "not valid TOML"),
        ('"min_dais" = 1', "line 1: unknown key"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_line(text: str, said: str) -> None:
    """Unknown keys, wrong types, values that are not allowed, broken syntax."""
    with pytest.raises(ConfigError) as raised:
        parse(text, "a.toml")
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_fits_is_taken() -> None:
    """Parameters of controls and options of the run are told apart; a whole number may stand for a number."""
    settings = parse(
        "min_days = 30\nmin_threshold = 1\nrequired_topics = ['a', 'b']\nfail_on = 'low'\nitem = [3, '4']\n",
        "a.toml",
    )
    assert settings.parameters == {"min_days": 30, "min_threshold": 1.0, "required_topics": ["a", "b"]}
    assert settings.options == {"fail_on": "low", "item": ["3", "4"]}


def test_a_byte_order_mark_is_no_mistake_and_other_encodings_are(tmp_path: Path) -> None:
    """Editors write both."""
    path = tmp_path / "a.toml"
    path.write_bytes(b"\xef\xbb\xbfmin_days = 1\n")
    assert config.load(path).parameters == {"min_days": 1}
    path.write_bytes("# Größe\nmin_days = 1\n".encode("latin-1"))
    with pytest.raises(ConfigError, match="UTF-8"):
        config.load(path)


def test_a_flag_goes_before_the_environment_and_that_before_the_file() -> None:
    """Flag, environment, file, default."""
    file = Settings({"min_days": 1, "max_days": 2, "stale_days": 3})
    environ = {"ASSESSOR_MIN_DAYS": "10", "ASSESSOR_MAX_DAYS": "20", "ASSESSOR_MAX_RATE": ""}
    inforce = parameters(file, ("min_days=100",), environ)
    values = [inforce.get(name) for name in ("min_days", "max_days", "stale_days", "max_rate")]
    assert values == [100, 20, 3, 100]


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("required_topics=a, b", ["a", "b"]),
        ("required_topics=['a, b']", ["a, b"]),
        ("required_topics=", []),
        ("require_cmk=no", False),
        ("require_cmk=True", True),
        ("min_threshold=.5", 0.5),
        ("min_days=7", 7),
        ("required_strength=LOW", "LOW"),
    ],
)
def test_values_as_text(pair: str, value: Any) -> None:
    """Lists by commas or as TOML, booleans in the usual words, numbers."""
    assert config.assignments((pair,)) == {pair.partition("=")[0]: value}


def test_a_value_from_the_environment_is_refused_by_the_variables_name() -> None:
    """The message names what was set."""
    with pytest.raises(ConfigError, match="ASSESSOR_MIN_DAYS: min_days must be a whole number"):
        config.environment({"ASSESSOR_MIN_DAYS": "soon"})


def outcome(read: Callable[[], Any]) -> tuple[Any, str]:
    """What is read, or why it is refused."""
    try:
        return read(), ""
    except ConfigError as error:
        return None, str(error)


@given(st.sampled_from(DECLARED), st.text(max_size=20))
def test_any_text_is_a_value_or_a_refusal(parameter: Any, text: str) -> None:
    """Nothing else comes out of reading a text, and what is accepted has the declared kind."""
    value, refusal = outcome(lambda: config.from_text(parameter, text, "here"))
    assert refusal.count("\n") == 0
    assert refusal or type(value) is parameter.kind


@given(st.text(max_size=60))
def test_any_file_is_read_or_refused(text: str) -> None:
    """A parameter file never ends in anything but a line for people."""
    settings, refusal = outcome(lambda: parse(text, "a.toml"))
    assert refusal.count("\n") == 0
    assert refusal or isinstance(settings, Settings)


def test_every_default_would_be_accepted() -> None:
    """A default that its own declaration refuses would be a trap for whoever copies it."""
    for parameter in DECLARED:
        if parameter.default is not None:
            assert config._checked(parameter, parameter.default, "default") == parameter.default


def test_the_template_can_be_uncommented() -> None:
    """`assessor parameters` prints a file that is accepted as it is, and with every line set."""
    text = run("parameters").stdout
    assert parse(text, "t") == Settings({}, {}, "t")
    lines = [
        line.removeprefix("#") for line in text.split("\n") if line.startswith("#") and line[1:2].isalpha()
    ]
    settings = parse("\n".join(line for line in lines if '= ""' not in line), "t")
    assert set(settings.parameters) == {p.name for p in DECLARED}


def test_run_options_follow_the_same_order(tmp_path: Path) -> None:
    """--fail-on over ASSESSOR_FAIL_ON over the file over the default."""
    snapshot = sample.stored(tmp_path / "s.json.gz")
    args = ("evaluate", snapshot, "--output-dir", "out", "-q")
    assert run(*args).exit_code == 3
    Path("assessor.toml").write_text("fail_on = 'none'\nitem = ['3', '4']\n")
    assert run(*args).exit_code == 0
    assert run(*args, env={"ASSESSOR_FAIL_ON": "high"}).exit_code == 3
    assert run(*args, "--fail-on", "critical", env={"ASSESSOR_FAIL_ON": "high"}).exit_code == 0
    assert run(*args, "--item", "7").exit_code == 0
    Path("other.toml").write_text("fail_on = 'high'\n")
    assert run(*args, "--parameters", "other.toml").exit_code == 3


def test_a_misspelled_variable_is_pointed_out(tmp_path: Path) -> None:
    """A setting that nothing reads would look as if it were in force."""
    snapshot = sample.stored(tmp_path / "s.json.gz")
    result = run("evaluate", snapshot, env={"ASSESSOR_MIN_DAIS": "1", "ASSESSOR_FORMAT": "json"})
    assert "ASSESSOR_MIN_DAIS" in result.stderr
    assert "ASSESSOR_FORMAT" not in result.stderr
