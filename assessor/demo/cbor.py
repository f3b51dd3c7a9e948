"""CBOR, for clients that speak Smithy's RPC v2 (https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html).

The SDK this is tested against still talks JSON to CloudWatch, whose model already names RPC v2 first. The codec is
botocore's own, so whatever a botocore client sends in this protocol is understood.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from botocore.model import DenormalizedStructureBuilder, Shape
from botocore.parsers import BaseCBORParser, ResponseParserError
from botocore.serialize import RpcV2CBORSerializer

CONTENT_TYPE = "application/cbor"
PROTOCOL = "rpc-v2-cbor"
"""As the ``smithy-protocol`` header spells it, in both directions."""


@cache
def _error_shape() -> Shape:
    text = {"type": "string"}
    return DenormalizedStructureBuilder().with_members({"__type": text, "message": text}).build_model()


def decode(body: bytes) -> Any:
    """The value of a request body; raises ``ValueError`` when it is not CBOR."""
    if not body:
        return {}
    parser = BaseCBORParser()
    try:
        return _plain(parser.parse_data_item(parser.get_peekable_stream_from_bytes(body)))
    except ResponseParserError as error:
        raise ValueError(f"the body is not CBOR: {error}") from error


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.timestamp()
    return value


def encode(shape: Shape | None, value: Any) -> bytes:
    """The body of an answer; nothing for an operation without output."""
    return b"" if shape is None else _encoded(shape, value)


def encode_error(code: str, message: str) -> bytes:
    """The body of an error."""
    return _encoded(_error_shape(), {"__type": code, "message": message})


def _encoded(shape: Shape, value: Any) -> bytes:
    encoded = bytearray()
    encoder: Any = RpcV2CBORSerializer()
    encoder._serialize_data_item(encoded, value, shape)  # noqa: SLF001 - botocore's encoder has no public door
    return bytes(encoded)
