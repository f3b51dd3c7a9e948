"""From operations and refusals to IAM: the policy a run needs, and the statement that would mend one.

Sizes are counted as IAM counts them, white space left out:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from assessor.model.control import WORKLOAD, Asker
from assessor.model.finding import Finding
from assessor.model.plan import closure
from assessor.model.verdict import Status

ALWAYS = ("sts:GetCallerIdentity",)
"""What every run calls first."""

MANAGED_LIMIT = 6144
"""Most characters of one managed policy."""

ROLE_INLINE_LIMIT = 10240
"""Most characters of all inline policies of one role together."""

_VERSION = "2012-10-17"
_ACTION = re.compile(r"^[A-Za-z0-9-]+:[A-Za-z0-9*]+$")


def actions_for(askers: Iterable[Asker]) -> list[str]:
    """Every IAM action the calls of ``askers`` need, each once, by service and name; the workload's among them."""
    operations = closure(operation for one in askers for operation in one.operations(WORKLOAD))
    needed = {action for operation in operations for action in operation.actions}
    return sorted(needed | set(ALWAYS))


def missing_actions(findings: Iterable[Finding]) -> list[str]:
    """The IAM actions whose lack left something unassessed, each once, sorted."""
    granted = (row.grant for row in findings if row.status is Status.NOT_ASSESSED and row.grant)
    words = {word for grant in granted for word in re.split(r"[\s,]+", grant)}
    return sorted(word for word in words if _ACTION.match(word))


def statement(actions: Sequence[str], sid: str = "AssessorReads") -> dict[str, Any]:
    """One statement that allows ``actions``; most of them know no resource narrower than everything."""
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": "*"}


def statement_line(actions: Sequence[str]) -> str:
    """The statement on one line, ready to paste into a policy's ``Statement`` list."""
    return json.dumps(statement(actions))


def policy(actions: Sequence[str]) -> dict[str, Any]:
    """A policy document with one statement per service."""
    groups: dict[str, list[str]] = {}
    for action in actions:
        groups.setdefault(action.partition(":")[0], []).append(action)
    statements = [statement(group, f"Read{_sid(service)}") for service, group in groups.items()]
    return {"Version": _VERSION, "Statement": statements}


def _sid(service: str) -> str:
    return "".join(part.capitalize() for part in service.split("-"))


def size(document: dict[str, Any]) -> int:
    """Characters as IAM counts them."""
    return len(re.sub(r"\s", "", json.dumps(document, separators=(",", ":"))))


def parts(actions: Sequence[str], limit: int = MANAGED_LIMIT) -> list[dict[str, Any]]:
    """Policy documents that each fit ``limit`` characters and together allow ``actions``.

    Raises ValueError where a single action does not fit.
    """
    documents: list[dict[str, Any]] = []
    current: list[str] = []
    for action in actions:
        if size(policy([*current, action])) <= limit:
            current.append(action)
            continue
        if not current:
            raise ValueError(f"{action} does not fit into {limit} characters")
        documents.append(policy(current))
        current = [action]
    if current:
        documents.append(policy(current))
    return documents


def size_hint(actions: Sequence[str]) -> str:
    """In words: how large the policy is, and where it fits."""
    used = size(policy(actions))
    said = f"{len(actions)} actions, {used:,} characters"
    if used <= MANAGED_LIMIT:
        return f"{said}: fits one managed policy (at most {MANAGED_LIMIT:,})"
    count = len(parts(actions))
    managed = f"needs {count} managed policies of at most {MANAGED_LIMIT:,}"
    if used <= ROLE_INLINE_LIMIT:
        return f"{said}: fits a role's inline policy (at most {ROLE_INLINE_LIMIT:,}), or {managed}"
    return f"{said}: {managed} (`--format cloudformation` splits it)"


def cloudformation(actions: Sequence[str]) -> dict[str, Any]:
    """A template with as many ``AWS::IAM::ManagedPolicy`` resources as the size asks for.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-managedpolicy.html
    """
    documents = parts(actions)
    names = ["AssessorReads" + (str(n) if len(documents) > 1 else "") for n in range(1, len(documents) + 1)]
    resources = {
        name: {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": "Lets the generative AI readiness assessor read; every action reads or lists.",
                "PolicyDocument": document,
            },
        }
        for name, document in zip(names, documents, strict=True)
    }
    outputs = {f"{name}Arn": {"Value": {"Ref": name}} for name in names}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Read-only permissions for the generative AI readiness assessor.",
        "Resources": resources,
        "Outputs": outputs,
    }
