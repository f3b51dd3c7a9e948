"""The README's first week: every command and option in it exists, and the offline ones do what they say."""

import re
import shlex
from pathlib import Path

import click
import pytest

from assessor.cli import main

README = Path(__file__).parents[2] / "README.md"


def commands() -> list[list[str]]:
    section = README.read_text("utf-8").split("## Your first week")[1].split("\n## ")[0]
    block = re.search(r"```sh\n(.*?)```", section, re.DOTALL)
    assert block is not None
    lines = block.group(1).replace("\\\n", " ").split("\n")
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_the_section_leads_from_a_scan_to_answers() -> None:
    asked = [" ".join(words[1:3]) if words[1] == "attest" else words[1] for words in commands()]
    for step in (
        "scan",
        "init",
        "config",
        "attest questionnaire",
        "attest answer",
        "attest verify",
        "evaluate",
    ):
        assert step in asked


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_each_command_and_option_exists(words: list[str]) -> None:
    assert words[0] == "assessor"
    command: click.Command | None = main
    rest = words[1:]
    context = click.Context(main)
    while isinstance(command, click.Group):
        command = command.get_command(context, rest.pop(0))
    assert command is not None
    known = {name for option in command.params for name in option.opts}
    assert {word for word in rest if word.startswith("--")} <= known
