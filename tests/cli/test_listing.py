"""`assessor controls`, `policy`, `completion`, `parameters`, `--help`, `--version`."""

import json

import pytest
from syrupy.assertion import SnapshotAssertion

from assessor import __version__
from assessor.cli import COMMANDS
from tests.cli.conftest import run


def test_controls_are_listed_under_their_items(snapshot: SnapshotAssertion) -> None:
    """One line each, in the checklist's order."""
    assert run("controls").stdout == snapshot


def test_a_control_is_explained(snapshot: SnapshotAssertion) -> None:
    """Everything its declaration and docstring say."""
    assert run("controls", "GAI-4.01").stdout == snapshot


@pytest.mark.parametrize("name", ["gai-4.01", "guardrail-ready"])
def test_a_control_is_found_by_id_or_slug_in_any_case(name: str) -> None:
    """People type what they remember."""
    assert json.loads(run("controls", name, "--format", "json").stdout)["id"] == "GAI-4.01"


def test_the_listing_follows_the_selection_and_is_json_on_request() -> None:
    """The same options choose what is listed as what is run."""
    found = json.loads(run("controls", "--format", "json", "--severity", "high").stdout)
    assert [control["id"] for control in found] == ["GAI-4.01"]
    assert found[0]["actions"] == ["bedrock:GetGuardrail", "bedrock:ListGuardrails", "sts:GetCallerIdentity"]


def test_the_policy_covers_the_chosen_controls_and_no_others() -> None:
    """Least privilege for what will be run; the size is told on stderr."""
    result = run("policy", "--control", "GAI-7.01")
    actions = [action for s in json.loads(result.stdout)["Statement"] for action in s["Action"]]
    assert actions == ["bedrock:GetModelInvocationLoggingConfiguration", "sts:GetCallerIdentity"]
    assert "fits one managed policy" in result.stderr


def test_the_policy_as_a_template() -> None:
    """A template that deploys the same actions."""
    template = json.loads(run("policy", "--format", "cloudformation").stdout)
    [resource] = template["Resources"].values()
    assert resource["Type"] == "AWS::IAM::ManagedPolicy"
    plain = json.loads(run("policy").stdout)
    assert resource["Properties"]["PolicyDocument"] == plain


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_name_the_program(shell: str) -> None:
    """The script asks the program itself."""
    result = run("completion", shell)
    assert result.exit_code == 0
    assert "_ASSESSOR_COMPLETE" in result.stdout


def test_the_shell_completes_control_ids() -> None:
    """As the script would ask."""
    asked = {
        "_ASSESSOR_COMPLETE": "bash_complete",
        "COMP_WORDS": "assessor controls GAI-7",
        "COMP_CWORD": "2",
    }
    assert run(env=asked).stdout.strip() == "plain,GAI-7.01"


def test_help_names_every_command_and_every_command_has_help() -> None:
    """No command is hidden, and the one-line help is the command's own."""
    text = run("--help").stdout
    for name, line in COMMANDS.items():
        assert f"{name} " in text
        assert line in text
        assert run(name, "--help").exit_code == 0
    assert run("--version").stdout == f"assessor {__version__}\n"


def test_a_catalogue_id_that_no_control_has_is_answered_with_the_nearest() -> None:
    """A typo is a usage error with a hint."""
    result = run("controls", "guardrail-redy")
    assert result.exit_code == 2
    assert "did you mean guardrail-ready?" in result.stderr
