"""botocore's service models, loaded once and indexed for a server instead of a client.

A client knows which service it talks to; a server only sees a signing name and a path. The indexes here turn
those two back into a service and an operation.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import botocore
import botocore.session
from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.model import OperationModel, ServiceModel

CBOR = "smithy-rpc-v2-cbor"
"""Smithy's RPC v2 protocol, as botocore's metadata name it."""
_METADATA = re.compile(rb'"(endpointPrefix|signingName)"\s*:\s*"([^"]+)"')
# The metadata block opens every model file; reading further would mean decompressing megabytes for one word.
_METADATA_BYTES = 4096


class UnknownOperationError(Exception):
    """No service model knows what was named or requested."""


@cache
def _session() -> botocore.session.Session:
    # A session of our own: what a caller registers on theirs must not reach the server's models.
    return botocore.session.Session()


@cache
def regions() -> frozenset[str]:
    """Every Region botocore knows, of all partitions, pseudo Regions such as ``aws-global`` included."""
    partitions = _session().get_data("partitions")["partitions"]
    return frozenset(region for partition in partitions for region in partition["regions"])


@cache
def service_model(service: str) -> ServiceModel:
    """The botocore model of one client name, such as ``bedrock-agent``."""
    try:
        return _session().get_service_model(service)
    except UnknownServiceError as error:
        raise UnknownOperationError(f"botocore has no service named {service!r}") from error


@cache
def operation_model(service: str, operation: str) -> OperationModel:
    """The model of one operation, cached because botocore rebuilds shapes on demand."""
    model = service_model(service)
    if operation not in model.operation_names:
        raise UnknownOperationError(f"{service} has no operation named {operation!r}")
    return model.operation_model(operation)


@cache
def protocol_of(service: str) -> str:
    """The protocol a client of this SDK version really speaks, where a service offers several."""
    return str(service_model(service).resolved_protocol)


@cache
def paginator(service: str, operation: str) -> Mapping[str, Any]:
    """What botocore knows about paging through an operation; empty when it knows nothing."""
    try:
        pages = _session().get_paginator_model(service)
        config: Mapping[str, Any] = pages.get_paginator(operation)
    except (ValueError, DataNotFoundError):
        return {}
    return config


@lru_cache(maxsize=1)
def _signing_names() -> Mapping[str, tuple[str, ...]]:
    """Client names by signing name, from the head of each model file."""
    found: dict[str, list[str]] = {}
    data = Path(botocore.__file__).parent / "data"
    for folder in sorted(path for path in data.iterdir() if path.is_dir()):
        versions = sorted(path for path in folder.iterdir() if path.is_dir())
        if not versions:
            continue
        packed, plain = versions[-1] / "service-2.json.gz", versions[-1] / "service-2.json"
        if packed.exists():
            with gzip.open(packed) as stream:
                head = stream.read(_METADATA_BYTES)
        elif plain.exists():
            with plain.open("rb") as stream:
                head = stream.read(_METADATA_BYTES)
        else:
            continue
        pairs = {key.decode(): value.decode() for key, value in _METADATA.findall(head)}
        name = pairs.get("signingName") or pairs.get("endpointPrefix") or folder.name
        found.setdefault(name, []).append(folder.name)
    return {name: tuple(services) for name, services in found.items()}


@cache
def services_signing_as(signing_name: str) -> tuple[str, ...]:
    """Every client that signs with this name, the one that carries the name itself first."""
    services = _signing_names().get(signing_name, ())
    return tuple(sorted(services, key=lambda service: (service != signing_name, service)))


@dataclass(frozen=True, slots=True)
class Route:
    """One operation's path template, ready to match."""

    service: str
    operation: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    query: tuple[tuple[str, str | None], ...]
    literals: int

    def match(self, path: str, query: Mapping[str, list[str]]) -> dict[str, str] | None:
        """The path's labels when this route fits, else None."""
        for key, value in self.query:
            if key not in query or (value is not None and value not in query[key]):
                return None
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        return {label: unquote(text) for label, text in zip(self.labels, found.groups(), strict=True)}


def _route(service: str, operation: OperationModel) -> Route:
    path, _, query = str(operation.http["requestUri"]).partition("?")
    labels: list[str] = []
    pattern = ""
    for part in re.split(r"(\{[^}]+\})", path.rstrip("/")):
        if part.startswith("{"):
            greedy = part.endswith("+}")
            labels.append(part[1:-2] if greedy else part[1:-1])
            pattern += "(.+)" if greedy else "([^/]+)"
        else:
            pattern += re.escape(part)
    constants = [pair.partition("=") for pair in query.split("&") if pair]
    return Route(
        service,
        operation.name,
        re.compile(pattern + "/?"),
        tuple(labels),
        # x-id only names the operation for a reader of access logs; clients need not send it.
        tuple((key, value or None) for key, _, value in constants if key != "x-id"),
        len(re.sub(r"\{[^}]+\}", "", path)),
    )


@cache
def routes(services: tuple[str, ...], method: str) -> tuple[Route, ...]:
    """All routes of a group of services for one HTTP method, most specific first."""
    found = [
        _route(service, operation_model(service, name))
        for service in services
        if protocol_of(service).startswith("rest-")
        for name in service_model(service).operation_names
        if operation_model(service, name).http.get("method") == method
    ]
    return tuple(sorted(found, key=_specificity))


def _specificity(route: Route) -> tuple[bool, int, int, int]:
    # S3 keeps superseded operations on the path of their successors, under names no client calls any more.
    superseded = operation_model(route.service, route.operation).deprecated
    return superseded, -len(route.query), -route.literals, len(route.labels)


@cache
def query_compatible(service: str) -> bool:
    """Whether a service that left the query protocol still reports its old error codes in a header."""
    return "awsQueryCompatible" in service_model(service).metadata


@cache
def service_of_target(services: tuple[str, ...], prefix: str) -> str | None:
    """The service whose JSON target prefix this is."""
    for service in services:
        if service_model(service).metadata.get("targetPrefix") == prefix:
            return service
    return None
