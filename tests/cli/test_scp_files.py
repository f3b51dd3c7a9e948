"""Parameter ``scp_files``: where the files lie, what they may hold, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from assessor.config import ConfigError, Settings, parameters, policy_level

DOCUMENT: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "bedrock-mantle:*", "Resource": "*"}],
}


def test_files_of_the_parameter_file_lie_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each file is a level; flags name files of the working directory."""
    (tmp_path / "scp").mkdir()
    (tmp_path / "scp" / "root.json").write_text(json.dumps(DOCUMENT))
    (tmp_path / "scp" / "unit.json").write_text(json.dumps([DOCUMENT, DOCUMENT]))
    settings = Settings(
        {"scp_files": ["scp/root.json", "scp/unit.json"]}, {}, str(tmp_path / "assessor.toml")
    )
    assert parameters(settings, (), {}).documents == {"scp_files": [[DOCUMENT], [DOCUMENT, DOCUMENT]]}
    monkeypatch.chdir(tmp_path / "scp")
    given = parameters(settings, ("scp_files=root.json",), {})
    assert given.documents == {"scp_files": [[DOCUMENT]]}


def test_without_the_parameter_no_file_is_read() -> None:
    """The default is none."""
    assert parameters(Settings(), (), {}).documents == {}


def test_what_the_cli_prints_of_a_policy_will_do(tmp_path: Path) -> None:
    """The answer of DescribePolicy holds the document as text."""
    file = tmp_path / "p.json"
    file.write_text(json.dumps({"Policy": {"PolicySummary": {"Id": "p-1"}, "Content": json.dumps(DOCUMENT)}}))
    assert policy_level(file) == [DOCUMENT]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON"),
        ("[]", "holds no policy document"),
        ("{}", "holds no policy document"),
        ('"x"', "holds no policy document"),
        ('[{"Statement": []}, 3]', "holds no policy document"),
        ('{"Policy": {"Content": "{"}}', "holds no policy document"),
        ("[" * 100_000, "is not JSON"),
    ],
)
def test_what_is_no_policy_is_refused_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    """The message names the parameter and the file."""
    file = tmp_path / "p.json"
    file.write_text(text)
    with pytest.raises(ConfigError) as raised:
        policy_level(file)
    assert said in str(raised.value)
    assert str(raised.value).startswith(f"scp_files: {file}: ")
    assert "\n" not in str(raised.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """No such file."""
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        policy_level(tmp_path / "none.json")
