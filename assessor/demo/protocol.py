"""From an HTTP request to (service, operation, parameters), with botocore's models read from the server's side."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from assessor.demo import cbor, models
from assessor.demo.hosts import CONTROL_PREFIX
from assessor.demo.models import UnknownOperationError

_SCOPE = re.compile(r"Credential=([^/,\s]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")
_RPC_PATH = re.compile(r"/service/([^/]+)/operation/([^/?]+)")
_TRUE = "true"


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for, before anybody decided on an answer.

    ``protocol`` is the one the client spoke, for services that offer several; empty means the one botocore prefers.
    """

    service: str
    operation: str
    region: str
    access_key: str
    params: dict[str, Any]
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class Wire:
    """A request as it came: ``target`` in path style, header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


class UnsignedError(Exception):
    """The request carries no SigV4 signature, so neither service nor Region can be known."""


def parse(wire: Wire) -> Request:
    """Route and parse one request.

    Raises ``UnsignedError`` without a SigV4 scope, ``UnknownOperationError`` when no model knows the request and
    ``ValueError`` when the body is not what its protocol says.
    """
    scope = _SCOPE.search(wire.headers.get("authorization", ""))
    if scope is None:
        raise UnsignedError("the request has no AWS4-HMAC-SHA256 credential scope")
    access_key, _, region, signing_name = scope.groups()
    services = models.services_signing_as(signing_name)
    if not services:
        raise UnknownOperationError(f"no service signs as {signing_name!r}")
    service, operation, params, protocol = _dispatch(services, wire)
    return Request(service, operation, region, access_key, params, protocol)


def _dispatch(services: tuple[str, ...], wire: Wire) -> tuple[str, str, dict[str, Any], str]:
    headers, body = wire.headers, wire.body
    if headers.get("smithy-protocol") == cbor.PROTOCOL:
        return *_dispatch_rpc(services, wire), models.CBOR
    amz_target = headers.get("x-amz-target")
    if amz_target is not None:
        prefix, _, operation = amz_target.rpartition(".")
        model = models.operation_model(_service_of(services, prefix), operation)
        params = _from_json(model.input_shape, json.loads(body or b"{}"))
        return model.service_model.service_name, operation, params, "json"
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        form = {key: values[-1] for key, values in parse_qs(body.decode(), keep_blank_values=True).items()}
        return _dispatch_form(services, form)
    return *_dispatch_rest(services, wire), ""


def _service_of(services: tuple[str, ...], target: str) -> str:
    service = models.service_of_target(services, target)
    if service is None:
        raise UnknownOperationError(f"no service has the target {target!r}")
    return service


def _dispatch_rpc(services: tuple[str, ...], wire: Wire) -> tuple[str, str, dict[str, Any]]:
    path = _RPC_PATH.match(wire.target)
    if path is None:
        raise UnknownOperationError(f"{wire.target} is no RPC v2 path")
    target, operation = path.groups()
    model = models.operation_model(_service_of(services, target), operation)
    return model.service_model.service_name, operation, _from_json(model.input_shape, cbor.decode(wire.body))


def _dispatch_form(services: tuple[str, ...], form: dict[str, str]) -> tuple[str, str, dict[str, Any], str]:
    operation = form.get("Action", "")
    for service in services:
        model = models.service_model(service)
        # rds, neptune and docdb share a signing name and an API version; the first that knows the operation answers.
        if model.api_version == form.get("Version") and operation in model.operation_names:
            shape = models.operation_model(service, operation).input_shape
            ec2 = models.protocol_of(service) == "ec2"
            params = _from_form(form, shape, "", ec2) if shape else {}
            return service, operation, params, "ec2" if ec2 else "query"
    raise UnknownOperationError(f"no service knows the action {operation!r}")


def _dispatch_rest(services: tuple[str, ...], wire: Wire) -> tuple[str, str, dict[str, Any]]:
    path, _, query_text = wire.target.partition("?")
    query = parse_qs(query_text, keep_blank_values=True)
    if "s3control" in services and "s3" in services:
        # Every path is a possible bucket and key, so s3 alone would swallow the control plane's requests.
        services = ("s3control",) if path.startswith(CONTROL_PREFIX) else ("s3",)
    for route in models.routes(services, wire.method):
        labels = route.match(path, query)
        if labels is not None:
            model = models.operation_model(route.service, route.operation)
            return route.service, route.operation, _from_rest(model, labels, query, wire)
    raise UnknownOperationError(f"no operation of {', '.join(services)} matches {wire.method} {path}")


def _from_rest(
    model: OperationModel,
    labels: Mapping[str, str],
    query: Mapping[str, list[str]],
    wire: Wire,
) -> dict[str, Any]:
    shape, headers, body = model.input_shape, wire.headers, wire.body
    if shape is None:
        return {}
    params: dict[str, Any] = {}
    unbound: dict[str, Shape] = {}
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        key = member.serialization.get("name", name)
        if location == "uri":
            if key in labels:
                params[name] = _scalar(member, labels[key])
        elif location == "querystring":
            if isinstance(member, MapShape):
                continue
            if key in query:
                values = query[key]
                is_list = isinstance(member, ListShape)
                item = member.member if isinstance(member, ListShape) else member
                found = [_scalar(item, value) for value in values]
                params[name] = found if is_list else found[-1]
        elif location == "header":
            if key.lower() in headers:
                params[name] = _scalar(member, headers[key.lower()])
        elif location is None:
            unbound[name] = member
    if body and unbound and models.protocol_of(model.service_model.service_name) == "rest-json":
        payload = shape.serialization.get("payload")
        parsed = json.loads(body)
        if payload:
            params[payload] = _from_json(shape.members[payload], parsed)
        else:
            params.update(_from_json(shape, parsed))
    return params


def _scalar(shape: Shape, text: str) -> Any:
    if shape.type_name in ("integer", "long"):
        return int(text)
    if shape.type_name in ("float", "double"):
        return float(text)
    if shape.type_name == "boolean":
        return text == _TRUE
    return text


def _from_json(shape: Shape | None, value: Any) -> Any:
    """Wire names back to member names; scalars stay as JSON gave them."""
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        result: dict[str, Any] = {}
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            if value.get(wire) is not None:
                result[name] = _from_json(member, value[wire])
        return result
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_from_json(shape.member, item) for item in value]
    return value


def _from_form(form: Mapping[str, str], shape: Shape, prefix: str, ec2: bool) -> Any:
    if isinstance(shape, StructureShape):
        result: dict[str, Any] = {}
        for name, member in shape.members.items():
            key = prefix + _form_name(name, member, ec2)
            if any(held == key or held.startswith(key + ".") for held in form):
                result[name] = _from_form(form, member, key, ec2)
            elif isinstance(member, ListShape) and member.serialization.get("flattened"):
                key = prefix + member.member.serialization.get("name", name)
                if f"{key}.1" in form or any(held.startswith(f"{key}.1.") for held in form):
                    result[name] = _form_items(form, member, key, ec2)
        return result
    if isinstance(shape, ListShape):
        if not ec2 and not shape.serialization.get("flattened"):
            prefix += "." + shape.member.serialization.get("name", "member")
        return _form_items(form, shape, prefix, ec2)
    if isinstance(shape, MapShape):
        pairs: dict[str, Any] = {}
        number = 1
        while f"{prefix}.entry.{number}.key" in form:
            pairs[form[f"{prefix}.entry.{number}.key"]] = form.get(f"{prefix}.entry.{number}.value", "")
            number += 1
        return pairs
    return _scalar(shape, form[prefix])


def _form_items(form: Mapping[str, str], shape: ListShape, prefix: str, ec2: bool) -> list[Any]:
    items: list[Any] = []
    while True:
        key = f"{prefix}.{len(items) + 1}"
        if isinstance(shape.member, StructureShape):
            if not any(held.startswith(key + ".") for held in form):
                return items
            items.append(_from_form(form, shape.member, key + ".", ec2))
        else:
            if key not in form:
                return items
            items.append(_scalar(shape.member, form[key]))


def _form_name(name: str, member: Shape, ec2: bool) -> str:
    serialization = member.serialization
    if not ec2:
        return str(serialization.get("name", name))
    if "queryName" in serialization:
        return str(serialization["queryName"])
    wire = str(serialization.get("name", name))
    return wire[0].upper() + wire[1:]
