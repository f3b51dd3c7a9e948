"""From a normalised answer or an error to the bytes a real service would send, per protocol."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from assessor.demo import cbor, models

REQUEST_ID = "5f1c1f9e-0000-4000-8000-000000000001"
_CBOR_HEADERS = {
    "Content-Type": cbor.CONTENT_TYPE,
    "smithy-protocol": cbor.PROTOCOL,
    "x-amzn-RequestId": REQUEST_ID,
}
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_POLICY_SHAPE = "policyDocumentType"

Reply = tuple[int, dict[str, str], bytes]
"""Status, headers and body of an HTTP answer."""


def answer(service: str, operation: str, value: Mapping[str, Any], protocol: str = "") -> Reply:
    """Serialise an answer whose timestamps are datetimes already (see ``shapes.normalise``).

    ``protocol`` is what the client spoke; empty means what botocore's client of the service speaks.
    """
    model = models.operation_model(service, operation)
    protocol = protocol or models.protocol_of(service)
    if protocol in ("json", "rest-json"):
        return _json_answer(service, model, value, protocol == "rest-json")
    if protocol in ("query", "ec2"):
        return _query_answer(model, value, protocol == "ec2")
    if protocol == "rest-xml":
        return _xml_answer(service, model, value)
    if protocol == models.CBOR:
        return 200, dict(_CBOR_HEADERS), cbor.encode(model.output_shape, value)
    raise models.UnknownOperationError(f"{service} speaks {protocol}, which this server does not")


def error(service: str, code: str, status: int, message: str, protocol: str = "") -> Reply:
    """An error in the words of the protocol the client spoke; the code is the one boto3 will report."""
    protocol = protocol or models.protocol_of(service)
    side = "Receiver" if status >= 500 else "Sender"
    if protocol in ("json", "rest-json", models.CBOR):
        headers = {"x-amzn-ErrorType": code, "x-amzn-RequestId": REQUEST_ID}
        if models.query_compatible(service):
            headers["x-amzn-query-error"] = f"{code};{side}"
        if protocol == models.CBOR:
            return status, headers | _CBOR_HEADERS, cbor.encode_error(code, message)
        content = json.dumps({"__type": code, "message": message}).encode()
        return status, headers | {"Content-Type": _json_type(service)}, content
    inner = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    if protocol == "ec2":
        text = (
            f"<Response><Errors><Error>{inner}</Error></Errors><RequestID>{REQUEST_ID}</RequestID></Response>"
        )
    elif service == "s3":
        text = f"<Error>{inner}<RequestId>{REQUEST_ID}</RequestId></Error>"
    else:
        text = (
            f"<ErrorResponse><Error><Type>{side}</Type>{inner}</Error>"
            f"<RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
    return status, {"Content-Type": "text/xml"}, text.encode()


def _json_type(service: str) -> str:
    if models.protocol_of(service) == "rest-json":
        return "application/json"
    return f"application/x-amz-json-{models.service_model(service).metadata.get('jsonVersion', '1.1')}"


def _timestamp(value: datetime, style: str) -> Any:
    if style == "rfc822":
        return format_datetime(value.astimezone(UTC), usegmt=True)
    if style == "iso8601":
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    seconds = value.timestamp()
    return int(seconds) if seconds.is_integer() else seconds


def _style(shape: Shape, default: str) -> str:
    return str(shape.serialization.get("timestampFormat", default)).lower()


def _json_value(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and not shape.is_document_type:
        return {
            member.serialization.get("name", name): _json_value(member, value[name])
            for name, member in shape.members.items()
            if name in value
        }
    if isinstance(shape, ListShape):
        return [_json_value(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: _json_value(shape.value, item) for key, item in value.items()}
    if isinstance(value, datetime):
        return _timestamp(value, _style(shape, "unixtimestamp"))
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value


def _headers(shape: StructureShape, value: Mapping[str, Any]) -> tuple[dict[str, str], int | None]:
    """The members a REST answer carries outside its body: headers and the status."""
    headers: dict[str, str] = {}
    status: int | None = None
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        if location is None or name not in value:
            continue
        if location == "statusCode":
            status = int(value[name])
        elif location == "headers":
            prefix = member.serialization.get("name", "")
            headers.update({prefix + key: str(item) for key, item in value[name].items()})
        elif location == "header":
            headers[member.serialization.get("name", name)] = _text(member, value[name], "rfc822")
    return headers, status


def _payload_bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def _json_answer(service: str, model: OperationModel, value: Mapping[str, Any], rest: bool) -> Reply:
    shape = model.output_shape
    status = int(model.http.get("responseCode", 200))
    headers = {"Content-Type": _json_type(service), "x-amzn-RequestId": REQUEST_ID}
    if shape is None:
        return status, headers, b"{}"
    if not rest:
        return status, headers, json.dumps(_json_value(shape, value)).encode()
    extra, declared = _headers(shape, value)
    headers.update(extra)
    payload = shape.serialization.get("payload")
    if payload:
        member, held = shape.members[payload], value.get(payload)
        if member.type_name in ("blob", "string"):
            body = _payload_bytes(held) if held is not None else b""
        else:
            body = json.dumps(_json_value(member, held if held is not None else {})).encode()
    else:
        located = {name for name, member in shape.members.items() if member.serialization.get("location")}
        rest_value = {name: item for name, item in value.items() if name not in located}
        body = json.dumps(_json_value(shape, rest_value)).encode()
    return declared or status, headers, body


def _text(shape: Shape, value: Any, timestamps: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return str(_timestamp(value, _style(shape, timestamps)))
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if shape.name == _POLICY_SHAPE:
        # IAM sends policy documents percent-encoded and botocore decodes them without asking.
        return quote(str(value), safe="")
    return str(value)


def _element(tag: str, content: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}>{content}</{tag}>"


def _xml_members(shape: StructureShape, value: Mapping[str, Any]) -> tuple[str, str]:
    """A structure's attributes and children."""
    attributes, children = "", []
    for name, member in shape.members.items():
        if name not in value or member.serialization.get("location"):
            continue
        tag = str(member.serialization.get("name", name))
        if member.serialization.get("xmlAttribute"):
            if tag.startswith("xsi:"):
                attributes += f' xmlns:xsi="{_XSI}"'
            attributes += f" {tag}={quoteattr(_text(member, value[name], 'iso8601'))}"
        else:
            children.append(_xml(tag, member, value[name]))
    return attributes, "".join(children)


def _xml_list(tag: str, shape: ListShape, value: list[Any]) -> str:
    item_name = shape.member.serialization.get("name")
    if shape.serialization.get("flattened"):
        return "".join(_xml(str(item_name or tag), shape.member, item) for item in value)
    return _element(tag, "".join(_xml(str(item_name or "member"), shape.member, item) for item in value))


def _xml_map(tag: str, shape: MapShape, value: Mapping[str, Any]) -> str:
    key_name = str(shape.key.serialization.get("name", "key"))
    value_name = str(shape.value.serialization.get("name", "value"))
    flattened = shape.serialization.get("flattened")
    entries = [
        _element(
            tag if flattened else "entry",
            _xml(key_name, shape.key, key) + _xml(value_name, shape.value, item),
        )
        for key, item in value.items()
    ]
    return "".join(entries) if flattened else _element(tag, "".join(entries))


def _xml(tag: str, shape: Shape, value: Any) -> str:
    if isinstance(shape, StructureShape):
        attributes, children = _xml_members(shape, value)
        return _element(tag, children, attributes)
    if isinstance(shape, ListShape):
        return _xml_list(tag, shape, value)
    if isinstance(shape, MapShape):
        return _xml_map(tag, shape, value)
    # A bare carriage return would reach the reader as a line feed (XML 1.0, section 2.11).
    return _element(tag, escape(_text(shape, value, "iso8601"), {"\r": "&#xD;"}))


def _query_answer(model: OperationModel, value: Mapping[str, Any], ec2: bool) -> Reply:
    shape = model.output_shape
    body = _xml_members(shape, value)[1] if shape is not None else ""
    if ec2:
        body = _element("requestId", REQUEST_ID) + body
    else:
        # Models that have left the protocol no longer name the wrapper; it always was called this.
        wrapper = (
            shape.serialization.get("resultWrapper", f"{model.name}Result") if shape is not None else None
        )
        body = _element(str(wrapper), body) if wrapper else body
        body += _element("ResponseMetadata", _element("RequestId", REQUEST_ID))
    return 200, {"Content-Type": "text/xml"}, _element(f"{model.name}Response", body).encode()


def _bucket_location(value: Mapping[str, Any]) -> str:
    # The one answer whose root element carries the text itself; botocore has a handler for it.
    return _element("LocationConstraint", escape(str(value.get("LocationConstraint", ""))))


_UNMODELLED: Mapping[tuple[str, str], Callable[[Mapping[str, Any]], str]] = {
    ("s3", "GetBucketLocation"): _bucket_location,
}


def _xml_answer(service: str, model: OperationModel, value: Mapping[str, Any]) -> Reply:
    shape = model.output_shape
    status = int(model.http.get("responseCode", 200))
    headers = {"Content-Type": "application/xml", "x-amz-request-id": REQUEST_ID}
    special = _UNMODELLED.get((service, model.name))
    if special is not None:
        return status, headers, special(value).encode()
    if shape is None:
        return status, headers, b""
    extra, declared = _headers(shape, value)
    headers.update(extra)
    payload = shape.serialization.get("payload")
    if payload:
        member, held = shape.members[payload], value.get(payload)
        if member.type_name in ("blob", "string"):
            body = _payload_bytes(held) if held is not None else b""
        else:
            body = _xml(str(member.serialization.get("name", payload)), member, held or {}).encode()
    else:
        attributes, children = _xml_members(shape, value)
        body = _element(shape.name, children, attributes).encode()
    return declared or status, headers, body
