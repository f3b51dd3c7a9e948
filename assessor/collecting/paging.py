"""Every page of every listing, by declared token pair, merged into one answer as if there had been one page.

botocore has paginators for only part of the listings (none for wafv2 and kendra, for instance), so none is used.
"""

from typing import Any

from assessor.model.operation import Operation
from assessor.model.path import first

MOST_PAGES = 10_000
"""Pages after which a listing is taken to be endless."""


class PagingError(Exception):
    """A listing cannot be read to its end: ``code`` is RepeatedToken, EndlessListing or MissingToken."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Pages:
    """The pages of one listing so far, merged."""

    __slots__ = ("_operation", "_tokens", "count", "merged", "token")

    def __init__(self, operation: Operation) -> None:
        self._operation = operation
        self._tokens: set[str] = set()
        self.count = 0
        self.merged: dict[str, Any] | None = None
        self.token: Any = None

    def add(self, page: dict[str, Any]) -> bool:
        """Take one page in; whether there is another, which ``token`` then asks for. Raises `PagingError`.

        The page is kept even when it raises: what was read is known.
        """
        pair = self._operation.token
        token = first(page, pair[1]) if pair is not None else None
        more = first(page, self._operation.more) if self._operation.more is not None else None
        self._strip(page)
        self.count += 1
        if self.merged is None:
            self.merged = page
        else:
            merge(self.merged, page, self._operation.items)
        self.token = None
        if pair is None or more is False or (not token and not more):
            return False
        if not token:
            raise PagingError("MissingToken", "AWS said there is more but gave no token to ask for it")
        if repr(token) in self._tokens:
            raise PagingError("RepeatedToken", "AWS gave the same page token twice")
        if self.count >= MOST_PAGES:
            raise PagingError("EndlessListing", f"the listing did not end within {MOST_PAGES} pages")
        self._tokens.add(repr(token))
        self.token = token
        return True

    def _strip(self, page: dict[str, Any]) -> None:
        """The token and the flag are about the page, not about the account."""
        if self._operation.token is not None:
            _remove(page, self._operation.token[1])
        if self._operation.more is not None and first(page, self._operation.more) is not None:
            _set(page, self._operation.more, value=False)


def merge(whole: dict[str, Any], page: dict[str, Any], items: str | None) -> None:
    """Append ``page`` to ``whole``, in place.

    Lists are joined at the top and along the path of the items; every other member is the first page's. A list
    other than the items that every page repeats as it is (group definitions, headers) is kept once.
    """
    head, _, rest = (items or "").partition(".")
    for name, value in page.items():
        before = whole.get(name)
        if before is None:
            whole[name] = value
        elif isinstance(before, list) and isinstance(value, list):
            if name == items or before[-len(value) :] != value:
                before.extend(value)
        elif rest and name == head and isinstance(before, dict) and isinstance(value, dict):
            merge(before, value, rest)


def _holder(page: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    """The mapping that holds the last name of a dotted path, and that name."""
    head, _, leaf = path.rpartition(".")
    holder = first(page, head) if head else page
    return (holder if isinstance(holder, dict) else {}), leaf


def _remove(page: dict[str, Any], path: str) -> None:
    holder, leaf = _holder(page, path)
    holder.pop(leaf, None)


def _set(page: dict[str, Any], path: str, *, value: Any) -> None:
    holder, leaf = _holder(page, path)
    holder[leaf] = value


__all__ = ["MOST_PAGES", "Pages", "PagingError", "merge"]
