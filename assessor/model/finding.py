"""One row of the report: a control's verdict about one subject, with its evidence."""

import hashlib
import json
import re
import shlex
from dataclasses import dataclass, field
from functools import lru_cache

from assessor.model.control import Control
from assessor.model.reading import Call
from assessor.model.verdict import Severity, Status

EVIDENCE_LIMIT = 12
"""Calls named in one row; the snapshot holds all of them."""

_CLI_SERVICE = {"s3": "s3api", "config": "configservice"}
_FIRST_CAP = re.compile(r"(.)([A-Z][a-z]+)")
_END_CAP = re.compile(r"([a-z0-9])([A-Z])")


@dataclass(frozen=True, slots=True)
class Finding:
    """The fields of the output contract, plus what scoring needs (``listing_unseen``, ``place``).

    ``place`` is the Region the control was asked in (``global`` for the account), which is not the Region of a
    resource that lives elsewhere; empty means ``region``.
    """

    finding_id: str
    account_id: str
    region: str
    item: int
    control_id: str
    title: str
    severity: Severity
    status: Status
    reason: str
    resource_type: str
    resource_arn: str
    observed: str
    evidence: str
    grant: str
    remediation: str
    frameworks: str
    waiver: str = ""
    listing_unseen: bool = field(default=False, compare=False)
    place: str = field(default="", compare=False)


def finding_id(account: str, region: str, control: str, resource: str, key: str = "") -> str:
    """Stable between runs: derived from what the row is about, never from its position."""
    identity = f"{account}\x1f{region}\x1f{control}\x1f{resource}\x1f{key}"
    return hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def kebab(name: str) -> str:
    """``GetRestApis`` as the AWS CLI spells it, ``get-rest-apis``."""
    name = _FIRST_CAP.sub(r"\1-\2", name)
    name = _END_CAP.sub(r"\1-\2", name)
    return name.lower()


@lru_cache(maxsize=8192)
def command(call: Call) -> str:
    """The call as an auditor would repeat it with the AWS CLI."""
    words = ["aws", _CLI_SERVICE.get(call.service, call.service), kebab(call.name)]
    for name, value in sorted(call.request.items()):
        option = f"--{kebab(name)}"
        if value is True:
            words.append(option)
        elif value is False:
            words.append(f"--no-{kebab(name)}")
        elif isinstance(value, list) and all(isinstance(v, str) for v in value):
            words += [option, *map(shlex.quote, value)]
        else:
            text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
            words += [option, shlex.quote(text)]
    if call.region != "global":
        words += ["--region", call.region]
    return " ".join(words)


def evidence_text(calls: list[Call]) -> str:
    """The calls of a row, each once, in the order they were looked at; a long list says how many more."""
    distinct = list(dict.fromkeys(calls))
    shown = [command(call) for call in distinct[:EVIDENCE_LIMIT]]
    if len(distinct) > EVIDENCE_LIMIT:
        shown.append(f"and {len(distinct) - EVIDENCE_LIMIT} more calls, listed in the snapshot")
    return "; ".join(shown)


def frameworks_text(control: Control) -> str:
    """``owasp_llm_2025:LLM01 nist_ai_600_1:MS-2.6-006`` in a stable order."""
    return " ".join(f"{name}:{ident}" for name, ids in sorted(control.frameworks.items()) for ident in ids)
