"""The CloudFormation templates, as they are printed: package data with what is generated put in.

What is generated: the read-only policies (from the calls the controls make), the state machine, the tables' columns
and views. It is put in as JSON, which YAML takes.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from assessor.deploy import machine, tables
from assessor.model.control import Asker
from assessor.organization.members import ROLE
from assessor.reports import permissions

NAMES = ("single", "organization", "member-role")
WORKER_ROLE = "GenAIReadinessAssessorWorker"
LIST_REGIONS = "ec2:DescribeRegions"

_MARK = re.compile(r"@@([a-z-]+)@@")
_INCLUDE = re.compile(r"^# include: ([a-z-]+)\n", re.MULTILINE)


class ParameterError(ValueError):
    """A parameter that the template does not have, or a value it does not take."""


def template(name: str, askers: Sequence[Asker], given: Mapping[str, str] | None = None) -> str:
    """One of `NAMES`, with the permissions that ``askers`` need; ``given`` sets defaults of its parameters.

    Raises `ParameterError`.
    """
    text = _INCLUDE.sub(lambda found: _data("parts/" + found.group(1)), _data(name))
    values = _generated(name, askers)
    text = _MARK.sub(lambda found: values[found.group(1)], text)
    for parameter, value in (given or {}).items():
        text = _with_default(text, parameter, value)
    return text


def _data(name: str) -> str:
    return resources.files("assessor.deploy").joinpath("data", f"{name}.yaml").read_text("utf-8")


def _generated(name: str, askers: Sequence[Asker]) -> dict[str, str]:
    actions = sorted({*permissions.actions_for(askers), LIST_REGIONS})
    documents = permissions.parts(actions)
    policies = {f"Reads{number}": document for number, document in enumerate(documents, 1)}
    return {
        "read-policies": "\n".join(f"  {key}: {_json(_managed(value))}" for key, value in policies.items()),
        "read-policy-refs": _json([{"Ref": key} for key in policies]),
        "definition": _json(machine.joined()),
        "runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "role-name": ROLE,
        "worker-role-name": WORKER_ROLE,
        "completed-service": "single" if name == "single" else "aggregate",
        "findings-columns": _json(tables.columns(tables.FINDINGS)),
        "shards-columns": _json(tables.columns(tables.SHARDS)),
        "runs-columns": _json(tables.columns(tables.RUNS)),
        "nightly-columns": _json(tables.columns(tables.NIGHTLY)),
        "nightly-view": _json(tables.view(tables.NIGHTLY_SQL, tables.NIGHTLY)),
        "latest-view": _json(tables.view(tables.LATEST_SQL, tables.NIGHTLY)),
    }


def _managed(document: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::ManagedPolicy",
        # The linter's list of actions is older than ours, which is tested against AWS's service authorization reference.
        "Metadata": {"cfn-lint": {"config": {"ignore_checks": ["W3037"]}}},
        "Properties": {
            "Description": "Lets the generative AI readiness assessor read; every action reads or lists.",
            "PolicyDocument": document,
        },
    }


def _json(value: Any) -> str:
    return json.dumps(value, separators=(", ", ": "))


def _with_default(text: str, parameter: str, value: str) -> str:
    head, body, rest = re.split(r"^(Parameters:\n(?:[ #].*\n)*)", text, maxsplit=1, flags=re.MULTILINE)
    names = re.findall(r"^  (\w+):$", body, re.MULTILINE)
    if parameter not in names:
        raise ParameterError(f"the template has no parameter {parameter!a}; it has {', '.join(names)}")
    block = re.search(rf"^  {parameter}:\n(?:    .*\n)+", body, re.MULTILINE)
    assert block is not None
    own = block.group()
    if "    NoEcho: true\n" in own:
        raise ParameterError(
            f"{parameter} is a secret: give it when the stack is deployed, not in the template"
        )
    _check(parameter, value, own)
    own = re.sub(r"^    Default: .*\n", "", own, flags=re.MULTILINE)
    body = body[: block.start()] + own + f"    Default: {json.dumps(value)}\n" + body[block.end() :]
    return head + body + rest


def _check(parameter: str, value: str, block: str) -> None:
    allowed = re.search(r"^    AllowedValues: \[(.*)\]$", block, re.MULTILINE)
    if allowed and value not in allowed.group(1).split(", "):
        raise ParameterError(f"{parameter} takes {allowed.group(1)}, not {value!a}")
    pattern = re.search(r'^    AllowedPattern: (".*")$', block, re.MULTILINE)
    if pattern and not re.fullmatch(json.loads(pattern.group(1)), value):
        raise ParameterError(f"{parameter} cannot be {value!a}: it has to match {pattern.group(1)}")
    if "    Type: Number\n" in block and not value.isdecimal():
        raise ParameterError(f"{parameter} takes a whole number, not {value!a}")
    if parameter == "Schedule":
        from assessor.deploy.schedule import ScheduleError, check

        try:
            check(value)
        except ScheduleError as error:
            raise ParameterError(f"Schedule: {error}") from error


__all__ = ["NAMES", "WORKER_ROLE", "ParameterError", "template"]
