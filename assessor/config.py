"""What the owner of the account decides: the parameter file, the environment and flags, checked against what is declared.

One name everywhere: ``min_days`` in the file, ``ASSESSOR_MIN_DAYS`` in the environment, ``--set min_days=180`` on the
command line; ``fail_on``, ``ASSESSOR_FAIL_ON``, ``--fail-on``. A flag goes before the environment, the environment
before the file, the file before the default.
"""

import difflib
import json
import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assessor.model.parameters import DECLARED, Parameter, Parameters
from assessor.model.verdict import Severity

DEFAULT_FILE = Path("assessor.toml")
PREFIX = "ASSESSOR_"

SCOPES = ("workload", "account")
FAIL_ON = (*(severity.value for severity in Severity), "none")

RUN_OPTIONS: tuple[Parameter, ...] = (
    Parameter("region", list, None, "Regions to read, or all"),
    Parameter("profile", str, None, "named AWS profile"),
    Parameter("role_arn", str, None, "role to assume"),
    Parameter("external_id", str, None, "external id of the role's trust policy"),
    Parameter("timeout", float, None, "seconds for reading the account"),
    Parameter("observe", float, None, "seconds for reading CloudTrail's record of who called models"),
    Parameter("scope", str, "workload", "what is judged", SCOPES),
    Parameter("item", list, None, "checklist items, 1 to 7"),
    Parameter("control", list, None, "control ids"),
    Parameter("severity", list, None, "severities", tuple(severity.value for severity in Severity)),
    Parameter("fail_on", str, "high", "least severity of a FAIL that makes the exit code 3", FAIL_ON),
    Parameter("min_coverage", float, 50.0, "percent of coverage below which the exit code is 4"),
    Parameter("output_dir", str, "assessor-output", "where files are written"),
    Parameter("history", str, None, "directory or s3:// folder with earlier runs, for the page"),
    Parameter("attestations", str, None, "file with the answers of people"),
    Parameter("waivers", str, None, "file with the waivers"),
)
"""Options of the command line that the file and the environment may set too."""

_PARAMETERS = {p.name: p for p in DECLARED}
_OPTIONS = {p.name: p for p in RUN_OPTIONS}
_FILE_KEYS = _PARAMETERS | _OPTIONS
_KIND_WORDS = {
    list: "a list of texts",
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "a table",
}
_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")
_TRUE = ("true", "1", "yes", "on")
_FALSE = ("false", "0", "no", "off")


class ConfigError(ValueError):
    """A setting that cannot be used. The message is one line: where it stands, what is wrong, what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a parameter file says: parameters of controls, and options of the run."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""


def load(path: Path) -> Settings:
    """Read and check a parameter file (TOML). Raises `ConfigError` with the line where one is to blame."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    return parse(text, str(path))


def parse(text: str, source: str) -> Settings:
    """The settings in the text of a parameter file; ``source`` names it in messages."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(_syntax(error, text, source)) from error
    parameters: dict[str, Any] = {}
    options: dict[str, Any] = {}
    for name, value in document.items():
        where = f"{source}, line {_line_of(name, text)}"
        declared = _FILE_KEYS.get(name)
        if declared is None:
            raise ConfigError(f"{where}: unknown key {_shown(name)}{_did_you_mean(name, _FILE_KEYS)}")
        checked = _checked(declared, value, where)
        (parameters if name in _PARAMETERS else options)[name] = checked
    return Settings(parameters, options, source)


def _syntax(error: tomllib.TOMLDecodeError, text: str, source: str) -> str:
    said = str(error)
    place = _TOML_PLACE.search(said)
    if place is None:
        return f"{source}: not valid TOML: {said}"
    line = place.group(1) or str(max(1, len(text.rstrip("\n").split("\n"))))
    return f"{source}, line {line}: not valid TOML: {said[: place.start()]}"


def _line_of(name: str, text: str) -> int:
    """The line a top-level key stands on; 1 where it is spelled in a way a search does not find."""
    quoted = re.escape(name)
    key = re.compile(rf"""^\s*\[{{0,2}}\s*(?:{quoted}|"{quoted}"|'{quoted}')\s*(?:[=.\]]|$)""")
    for number, line in enumerate(text.split("\n"), 1):
        if key.match(line):
            return number
    return 1


def environment(environ: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The parameters set by ``ASSESSOR_<NAME>`` variables, checked; lists separated by commas. Raises `ConfigError`."""
    given = os.environ if environ is None else environ
    found: dict[str, Any] = {}
    for name, declared in _PARAMETERS.items():
        variable = PREFIX + name.upper()
        if given.get(variable, "") != "":
            found[name] = from_text(declared, given[variable], variable)
    return found


def unknown_variables(environ: Mapping[str, str], known: Mapping[str, object] | None = None) -> list[str]:
    """``ASSESSOR_`` variables that nothing reads: most likely misspelled."""
    names = {PREFIX + name.upper() for name in (*_FILE_KEYS, *(known or {}))}
    return sorted(name for name in environ if name.startswith(PREFIX) and name not in names)


def assignments(pairs: tuple[str, ...]) -> dict[str, Any]:
    """The parameters of ``NAME=VALUE`` texts, checked. Raises `ConfigError`."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        name = name.strip()
        if not separator:
            raise ConfigError(f"{_shown(pair)} is not NAME=VALUE")
        declared = _PARAMETERS.get(name)
        if declared is None:
            raise ConfigError(f"unknown parameter {_shown(name)}{_did_you_mean(name, _PARAMETERS)}")
        found[name] = from_text(declared, value.strip(), name)
    return found


def parameters(
    file: Settings, pairs: tuple[str, ...] = (), environ: Mapping[str, str] | None = None
) -> Parameters:
    """The parameters in force: flags over the environment over the file. Raises `ConfigError`.

    Files that the parameter file names lie beside it; those of flags and the environment in the working directory.
    """
    here = {**environment(environ), **assignments(pairs)}
    given = {**file.parameters, **here}
    beside = Path() if "scp_files" in here or not file.source else Path(file.source).parent
    names = given.get("scp_files") or []
    return Parameters(given, {"scp_files": [policy_level(beside / name) for name in names]} if names else {})


def policy_level(path: Path) -> list[Any]:
    """The policy documents of one file: one document, a list of them, or what DescribePolicy answers.

    Raises `ConfigError`. What a document means is not looked at here.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"scp_files: {path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"scp_files: {path}: is not JSON; give it a policy document") from error
    level = [_policy_document(entry) for entry in (content if isinstance(content, list) else [content])]
    if not level or any(not isinstance(one, dict) or "Statement" not in one for one in level):
        raise ConfigError(
            f"scp_files: {path}: holds no policy document; give it one with a Statement, or a list of them"
        )
    return level


def _policy_document(entry: Any) -> Any:
    """The document itself, where the entry is an answer of DescribePolicy (``Policy.Content`` is JSON text)."""
    policy = entry.get("Policy") if isinstance(entry, dict) else None
    if not isinstance(policy, dict):
        return entry
    try:
        return json.loads(policy["Content"])
    except (KeyError, TypeError, ValueError):
        return None


def from_text(declared: Parameter, text: str, where: str) -> Any:
    """A value written as text, as the environment and flags give it. Raises `ConfigError`."""
    value: Any = text
    try:
        if declared.kind is list:
            value = (
                _toml_value(text)
                if text.startswith("[")
                else [p.strip() for p in text.split(",") if p.strip()]
            )
        elif declared.kind is bool:
            lowered = text.lower()
            value = True if lowered in _TRUE else False if lowered in _FALSE else text
        elif declared.kind in (int, float):
            value = declared.kind(text)
        elif declared.kind is dict:
            value = _toml_value(text)
    except ValueError:
        value = text
    return _checked(declared, value, where)


def _toml_value(text: str) -> Any:
    return tomllib.loads(f"value = {text}")["value"]


def _checked(declared: Parameter, value: Any, where: str) -> Any:
    """``value`` when it is of the declared kind and among the choices. Raises `ConfigError`."""
    if declared.kind is float and type(value) is int:
        value = float(value)
    if declared.name == "item" and isinstance(value, list):
        value = [str(v) if type(v) is int else v for v in value]
    if type(value) is not declared.kind:
        raise ConfigError(
            f"{where}: {declared.name} must be {_KIND_WORDS[declared.kind]}, not {_shown(value)} ({declared.what})"
        )
    if isinstance(value, (int, float)) and not (math.isfinite(value) and value >= 0):
        raise ConfigError(f"{where}: {declared.name} must be a number from 0, not {_shown(value)}")
    elements = value if isinstance(value, list) else [value]
    for element in elements:
        if isinstance(value, list) and not isinstance(element, str):
            raise ConfigError(f"{where}: {declared.name} must be a list of texts; it holds {_shown(element)}")
        if declared.choices and element not in declared.choices:
            raise ConfigError(
                f"{where}: {declared.name} cannot be {_shown(element)}; allowed: {', '.join(declared.choices)}"
            )
    return value


def _did_you_mean(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else "; `assessor parameters` lists them"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = repr(value) if not isinstance(value, str) else f'"{value}"'
    text = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
    return text if len(text) <= 60 else text[:57] + "..."


__all__ = [
    "DEFAULT_FILE",
    "FAIL_ON",
    "PREFIX",
    "RUN_OPTIONS",
    "SCOPES",
    "ConfigError",
    "Settings",
    "assignments",
    "environment",
    "from_text",
    "load",
    "parameters",
    "parse",
    "policy_level",
    "unknown_variables",
]
