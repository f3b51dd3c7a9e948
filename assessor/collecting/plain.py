"""Answers as readings hold them: plain JSON, times as ISO 8601 text in UTC, bytes as base64 text.

botocore parses a timestamp with dateutil at about 86 microseconds each, which is most of the work of a long
listing; this parser costs about one, and gives text, which is what a reading holds.
"""

import base64
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_CANONICAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_SCALARS = frozenset({str, int, float, bool, type(None)})


class NotPlainError(TypeError):
    """An answer holds what no reading can: a stream."""


def timestamp(value: Any) -> str:
    """A timestamp in any form AWS sends - epoch seconds, ISO 8601, RFC 822 - as ISO 8601 in UTC, ending in ``Z``.

    Microseconds appear only when they are not zero. Raises ValueError for what botocore cannot read either.
    """
    if isinstance(value, str) and _CANONICAL.fullmatch(value):
        return value
    return iso(_moment(value))


def _moment(value: Any) -> datetime:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value, UTC)
    for read in (_from_number, datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(value)
        except (ValueError, TypeError, OverflowError, OSError):
            continue
    from botocore.utils import parse_timestamp  # the rest of what AWS may send is botocore's business

    parsed: datetime = parse_timestamp(value)
    return parsed


def _from_number(value: str) -> datetime:
    return datetime.fromtimestamp(float(value), UTC)


def iso(moment: datetime) -> str:
    """A moment as a reading spells it; one without a zone is UTC, as all of AWS's are."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.replace(tzinfo=None).isoformat() + "Z"


def plain(value: Any) -> Any:
    """The answer with nothing in it but JSON's own types; changed in place where it has to be.

    Raises `NotPlainError` for a streaming body or an event stream.
    """
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is dict:
        for key, member in value.items():
            if type(member) not in _SCALARS:
                value[key] = plain(member)
        return value
    if kind is list:
        for index, member in enumerate(value):
            if type(member) not in _SCALARS:
                value[index] = plain(member)
        return value
    if isinstance(value, dict):  # policies, which botocore decodes to ordered mappings
        return {str(key): plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(member) for member in value]
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return iso(value)
    raise NotPlainError(f"the answer holds a {kind.__name__}, which cannot be kept")
