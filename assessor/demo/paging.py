"""Cutting a whole answer into pages, for any operation that has a token pair.

Many fakes answer in one page whatever the client asked for, which hides every paging mistake a reader can make.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from assessor.demo import models

_TOKENS = (
    "nextToken", "NextToken", "nextPageToken", "NextPageToken", "NextMarker", "nextMarker", "position",
    "PaginationToken", "paginationToken", "Marker", "marker", "ContinuationToken",
)  # fmt: skip
_LIMITS = (
    "maxResults", "MaxResults", "MaxItems", "maxItems", "Limit", "limit", "MaxRecords", "PageSize", "pageSize",
    "MaxBuckets",
)  # fmt: skip
_PREFIX = "offset-"


class BadTokenError(ValueError):
    """The client sent a token this server never gave out."""


@dataclass(frozen=True, slots=True)
class Paging:
    """Where an operation's items, tokens and limits are; ``token_out`` is empty when it does not page."""

    items: tuple[str, ...]
    token_in: str
    token_out: str
    limit: str
    more: str


def _first(value: Any) -> str:
    text = str(value[0] if isinstance(value, list) else value or "")
    # Some outputs fall back on the last key ("NextMarker || Contents[-1].Key"); the explicit token is enough.
    return text.partition("||")[0].strip()


def _shape_at(shape: Shape | None, path: str) -> Shape | None:
    for name in path.split("."):
        if not isinstance(shape, StructureShape) or name not in shape.members:
            return None
        shape = shape.members[name]
    return shape


@cache
def paging_of(service: str, operation: str) -> Paging:
    """How an operation pages, from botocore's paginators or else from the names of its members."""
    model = models.operation_model(service, operation)
    output, inputs = model.output_shape, model.input_shape
    lists = tuple(
        name for name, member in (output.members.items() if output else ()) if isinstance(member, ListShape)
    )
    config = models.paginator(service, operation)
    if config:
        keys = config.get("result_key") or []
        named = [keys] if isinstance(keys, str) else list(keys)
        items = tuple(path for path in named if isinstance(_shape_at(output, path), ListShape))
        token_out = _first(config.get("output_token"))
        if _shape_at(output, token_out) is not None:
            more = str(config.get("more_results") or "")
            return Paging(
                items or lists,
                _first(config["input_token"]),
                token_out,
                str(config.get("limit_key") or ""),
                more,
            )
    given = set(inputs.members) if inputs else set()
    answered = set(output.members) if output else set()
    token_out = next((name for name in _TOKENS if name in answered), "")
    token_in = next((name for name in (token_out, *_TOKENS) if name and name in given), "")
    limit = next((name for name in _LIMITS if name in given), "")
    if not (token_in and token_out):
        return Paging(lists, "", "", "", "")
    more = next((name for name in ("Truncated", "IsTruncated") if name in answered), "")
    return Paging(lists, token_in, token_out, limit, more)


def get(value: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path, or None."""
    found: Any = value
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return found


def put(value: Mapping[str, Any], path: str, item: Any) -> dict[str, Any]:
    """A copy with one dotted path set; declared answers are shared between threads and never changed."""
    name, _, rest = path.partition(".")
    result = dict(value)
    result[name] = put(result.get(name) or {}, rest, item) if rest else item
    return result


def page(
    service: str, operation: str, answer: Mapping[str, Any], params: Mapping[str, Any], size: int | None
) -> dict[str, Any]:
    """One page of a whole answer: at most ``size`` items and at most what the client asked for."""
    how = paging_of(service, operation)
    result = dict(answer)
    if not how.token_out:
        return result
    asked = params.get(how.limit) if how.limit else None
    wanted = [int(limit) for limit in (size, asked) if limit]
    start = _offset(params.get(how.token_in))
    total = sum(len(get(answer, path) or ()) for path in how.items)
    stop = min(total, start + min(wanted)) if wanted else total
    before = 0
    for path in how.items:
        found = get(answer, path)
        if found is None:
            continue
        # Where an operation answers with several lists, one limit counts over all of them in turn, as IAM does.
        result = put(result, path, found[max(0, start - before) : max(0, stop - before)])
        before += len(found)
    if stop < total:
        result = put(result, how.token_out, f"{_PREFIX}{stop:06d}")
    if how.more:
        result = put(result, how.more, stop < total)
    return result


def _offset(token: Any) -> int:
    if not token:
        return 0
    text = str(token)
    if not text.startswith(_PREFIX) or not text[len(_PREFIX) :].isdigit():
        raise BadTokenError(text)
    return int(text[len(_PREFIX) :])
