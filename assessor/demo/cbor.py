"""CBOR, for the services whose clients speak Smithy's RPC v2 (https://smithy.io/2.0/additional-specs/protocols).

cbor2 is loaded on the first such request: none of the readings the assessor makes needs it with the SDK this is
tested against, but CloudWatch's model already names the protocol first.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape

CONTENT_TYPE = "application/cbor"
PROTOCOL = "rpc-v2-cbor"
"""As the ``smithy-protocol`` header spells it, in both directions."""


def decode(body: bytes) -> Any:
    """The value of a request body; raises ``ValueError`` when it is not CBOR."""
    import cbor2

    if not body:
        return {}
    return _plain(cbor2.loads(body))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.timestamp()
    return value


def encode(shape: Shape | None, value: Any) -> bytes:
    """The body of an answer: timestamps as tagged seconds, blobs as byte strings."""
    import cbor2

    ready = value if shape is None else _wire(shape, value)
    return cbor2.dumps(ready, datetime_as_timestamp=True, timezone=UTC)


def _wire(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape) and not shape.is_document_type:
        return {
            member.serialization.get("name", name): _wire(member, value[name])
            for name, member in shape.members.items()
            if name in value
        }
    if isinstance(shape, ListShape):
        return [_wire(shape.member, item) for item in value]
    if isinstance(shape, MapShape):
        return {key: _wire(shape.value, item) for key, item in value.items()}
    return value
