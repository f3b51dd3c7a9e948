"""The document of resources: what the stand-in account holds, per account, Region, service and operation.

    accounts:
      "111122223333":
        roles: {Auditor: {external_id: secret-7}}     # who may be assumed; without it, any role may
        global:                                       # answered in every Region that has no answer of its own
          s3:
            buckets:                                  # names one bucket's answers per operation
              my-bucket: {region: eu-west-1, GetBucketVersioning: {Status: Enabled}}
        regions:
          us-east-1:
            bedrock:
              ListGuardrails: {guardrails: [...]}     # an answer, as AWS would give it, in full
              ListInferenceProfiles: [...]            # short for an answer with one list
              GetGuardrail:                           # several answers, by the request's parameters
                - when: {guardrailIdentifier: [a, b]}
                  answer: {...}
                - error: {code: ThrottlingException, message: Slow down, status: 429}

Texts that hold JSON may be written as ``{$json: {...}}``, binary values as ``{$base64: ...}``, and times relative to
the loading of the document: ``{now}``, ``{now-2h}``, ``{now+30d}`` (s, m, h, d, w). Page tokens are left out: cutting
pages is the server's business. Service, operation and member names are botocore's, and every answer is checked
against its output shapes. ``company.yaml`` is a long example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from assessor.demo import models, source
from assessor.demo.models import UnknownOperationError
from assessor.demo.paging import get, paging_of
from assessor.demo.shapes import InvalidDocumentError, missing, normalise

__all__ = ["DEFAULT_ACCOUNT", "DeclaredError", "Document", "Entry", "InvalidDocumentError", "validate_answer"]

DEFAULT_ACCOUNT = "111122223333"
_ENTRY_KEYS = {"when", "answer", "error"}
_ERROR_KEYS = {"code", "message", "status"}
_ACCOUNT_KEYS = {"name", "regions", "global", "roles"}
_BUCKETS = "buckets"
_ACCOUNT_DIGITS = 12


def validate_answer(service: str, operation: str, answer: Any, *, complete: bool = False) -> None:
    """Raise ``InvalidDocumentError`` unless AWS could give this answer, as far as botocore's model can tell.

    ``complete`` also demands every member the model says an answer always has.
    """
    where = f"{service}:{operation}"
    ready = _normalised(service, operation, answer, datetime.now(UTC), where)
    if complete:
        absent = missing(models.operation_model(service, operation).output_shape, ready, where)
        if absent:
            raise InvalidDocumentError(f"AWS always answers with {', '.join(absent)}")


def _normalised(service: str, operation: str, answer: Any, now: datetime, path: str) -> dict[str, Any]:
    try:
        model = models.operation_model(service, operation)
    except UnknownOperationError as error:
        raise InvalidDocumentError(f"{path}: {error}") from error
    result: dict[str, Any] = normalise(model.output_shape, answer, path, now)
    return result


@dataclass(frozen=True, slots=True)
class DeclaredError:
    """An error the document gives as an answer."""

    code: str
    message: str
    status: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One declared answer and the parameters it belongs to."""

    when: Mapping[str, Any]
    answer: Mapping[str, Any]
    error: DeclaredError | None = None

    def fits(self, params: Mapping[str, Any]) -> bool:
        """Whether a request with these parameters gets this answer."""
        return all(_fits(wanted, params.get(name)) for name, wanted in self.when.items())


def _fits(wanted: Any, given: Any) -> bool:
    if isinstance(wanted, list) and not isinstance(given, list):
        return any(_fits(one, given) for one in wanted)
    if isinstance(wanted, Mapping) and isinstance(given, Mapping):
        return all(_fits(value, given.get(key)) for key, value in wanted.items())
    if isinstance(wanted, str) and isinstance(given, str) and given.startswith("arn:"):
        # Most services take an identifier or its ARN; one declaration serves both.
        return wanted == given or given.endswith(("/" + wanted, ":" + wanted))
    return bool(wanted == given)


Key = tuple[str, str, str, str]
"""Account, Region ('' for global), service, operation."""


@dataclass(frozen=True, slots=True)
class Account:
    """What an account is besides its answers."""

    account_id: str
    name: str
    roles: Mapping[str, Mapping[str, Any]] | None
    buckets: Mapping[str, str] = field(default_factory=dict)


class Document:
    """All declared answers, validated and indexed."""

    def __init__(self, data: Mapping[str, Any], now: datetime | None = None) -> None:
        """Validate the whole document; ``{now-2h}`` marks count back from ``now``."""
        self.now = now or datetime.now(UTC)
        self._entries: dict[Key, list[Entry]] = {}
        self._general: set[tuple[str, str, str]] = set()
        self.accounts: dict[str, Account] = {}
        _only_keys("document", data, {"accounts"})
        for account_id, content in _mapping("accounts", data.get("accounts")).items():
            if not isinstance(account_id, str):
                raise InvalidDocumentError(f"accounts: {account_id!r} is not text; quote account ids in YAML")
            if len(account_id) != _ACCOUNT_DIGITS or not account_id.isdigit():
                raise InvalidDocumentError(f"accounts: {account_id!r} is not an account id of twelve digits")
            self._load_account(account_id, _mapping(account_id, content))

    @classmethod
    def load(cls, origin: Path | str, now: datetime | None = None) -> Document:
        """Read a YAML file (a Path) or YAML text (a str)."""
        text = origin.read_text(encoding="utf-8") if isinstance(origin, Path) else origin
        return cls(_mapping("document", source.parse(text)), now)

    def entries(self, account: str, region: str, service: str, operation: str) -> Iterator[Entry]:
        """Declared answers for an operation: the Region's before the global ones."""
        yield from self._entries.get((account, region, service, operation), ())
        yield from self._entries.get((account, "", service, operation), ())

    def answers_generally(self, account: str, service: str, operation: str) -> bool:
        """Whether some Region of an account answers an operation whatever its parameters."""
        return (account, service, operation) in self._general

    def operations(self) -> set[tuple[str, str]]:
        """Every (service, operation) something is declared for."""
        return {(service, operation) for _, _, service, operation in self._entries}

    def regions(self, account: str) -> set[str]:
        """The Regions the account has something in."""
        return {region for holder, region, _, _ in self._entries if holder == account and region}

    def _load_account(self, account_id: str, content: Mapping[str, Any]) -> None:
        _only_keys(account_id, content, _ACCOUNT_KEYS)
        buckets: dict[str, str] = {}
        sections = [("", _mapping(f"{account_id}/global", content.get("global")))]
        for region, services in _mapping(f"{account_id}/regions", content.get("regions")).items():
            if region not in models.regions():
                raise InvalidDocumentError(f"{account_id}/regions: {region!r} is no Region of AWS")
            sections.append((region, _mapping(f"{account_id}/{region}", services)))
        for region, services in sections:
            for service, operations in services.items():
                where = f"{account_id}/{region or 'global'}/{service}"
                declared = dict(_mapping(where, operations))
                if service == "s3" and _BUCKETS in declared:
                    # Bucket names are global: whichever Region's section holds them, any endpoint knows them.
                    held = _mapping(f"{where}/{_BUCKETS}", declared.pop(_BUCKETS))
                    buckets |= self._load_buckets(account_id, region, held)
                for operation, answers in declared.items():
                    self._load_operation((account_id, region, service, operation), answers)
        name = str(content.get("name", account_id))
        self.accounts[account_id] = Account(account_id, name, content.get("roles"), buckets)

    def _load_buckets(self, account: str, region: str, declared: Mapping[str, Any]) -> dict[str, str]:
        homes: dict[str, str] = {}
        listed: list[dict[str, Any]] = []
        for bucket, content in declared.items():
            settings = dict(_mapping(f"{account}/s3/{_BUCKETS}/{bucket}", content))
            home = str(settings.pop("region", region or "us-east-1"))
            created = settings.pop("created", "{now-200d}")
            homes[bucket] = home
            listed.append({"Name": bucket, "CreationDate": created, "BucketRegion": home})
            # us-east-1 is the one Region S3 does not name.
            location = {} if home == "us-east-1" else {"LocationConstraint": home}
            settings = {"GetBucketLocation": location, "HeadBucket": {"BucketRegion": home}} | settings
            for operation, answer in settings.items():
                self._add((account, "", "s3", operation), {"Bucket": bucket}, answer)
        previous = self._entries.get((account, "", "s3", "ListBuckets"))
        if previous:
            listed = [*previous[0].answer["Buckets"], *listed]
            previous.clear()
        self._add((account, "", "s3", "ListBuckets"), {}, {"Buckets": listed})
        return homes

    def _load_operation(self, key: Key, answers: Any) -> None:
        if isinstance(answers, Mapping):
            self._add(key, {}, answers)
            return
        if not isinstance(answers, list):
            raise InvalidDocumentError(f"{_where(key)}: expected an answer or a list, got {answers!r}")
        if answers and all(_is_entry(item) for item in answers):
            for item in answers:
                when = _mapping(f"{_where(key)}: when", item.get("when"))
                self._add(key, when, item.get("answer"), item.get("error"))
            return
        self._add(key, {}, {_list_member(key): answers})

    def _add(self, key: Key, when: Mapping[str, Any], answer: Any, error: Any = None) -> None:
        where = _where(key) + (f" when {dict(when)}" if when else "")
        fault = None if error is None else _declared_error(where, error)
        ready = _normalised(key[2], key[3], {} if answer is None else answer, self.now, where)
        token = paging_of(key[2], key[3]).token_out
        if token and get(ready, token) is not None:
            raise InvalidDocumentError(
                f"{where}: leave out {token}; declare the whole answer, the server makes the pages"
            )
        self._check_parameters(key, when)
        entries = self._entries.setdefault(key, [])
        entries.append(Entry(dict(when), ready, fault))
        # The most particular declaration speaks first, in whatever order the file has them.
        entries.sort(key=lambda entry: -len(entry.when))
        if not when:
            self._general.add((key[0], key[2], key[3]))

    @staticmethod
    def _check_parameters(key: Key, when: Mapping[str, Any]) -> None:
        shape = models.operation_model(key[2], key[3]).input_shape
        known = set(shape.members) if shape is not None else set()
        unknown = set(when) - known
        if unknown:
            raise InvalidDocumentError(
                f"{_where(key)}: 'when' names no parameter of the operation: {', '.join(sorted(unknown))}"
            )


def _is_entry(item: Any) -> bool:
    return isinstance(item, Mapping) and bool(item) and set(item) <= _ENTRY_KEYS and set(item) != {"when"}


def _list_member(key: Key) -> str:
    """The one list member a bare list of items belongs to."""
    _, _, service, operation = key
    try:
        shape = models.operation_model(service, operation).output_shape
    except UnknownOperationError as error:
        raise InvalidDocumentError(f"{_where(key)}: {error}") from error
    members = shape.members if shape else {}
    paged = [path for path in paging_of(service, operation).items if path in members]
    lists = paged or [name for name, member in members.items() if isinstance(member, ListShape)]
    # A list of names beside the list of things (ListMetrics' owning accounts) is never what is meant.
    things = [name for name in lists if _holds_things(members[name])] or lists
    if len(things) == 1:
        return things[0]
    raise InvalidDocumentError(
        f"{_where(key)}: a bare list needs an operation with one list member, not {things}"
    )


def _holds_things(shape: Shape) -> bool:
    return isinstance(shape, ListShape) and isinstance(shape.member, StructureShape)


def _declared_error(where: str, error: Any) -> DeclaredError:
    held = _mapping(f"{where}: error", error)
    _only_keys(f"{where}: error", held, _ERROR_KEYS)
    code = held.get("code")
    if not isinstance(code, str) or not code:
        raise InvalidDocumentError(f"{where}: error needs a code")
    return DeclaredError(code, str(held.get("message", code)), int(held.get("status", 400)))


def _mapping(where: str, value: Any) -> Mapping[str, Any]:
    """The value as a mapping; nothing counts as an empty one."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidDocumentError(f"{where}: expected a mapping, got {type(value).__name__}")
    return value


def _only_keys(where: str, value: Mapping[str, Any], known: set[str]) -> None:
    unknown = set(value) - known
    if unknown:
        raise InvalidDocumentError(f"{where}: unknown keys {', '.join(sorted(map(str, unknown)))}")


def _where(key: Key) -> str:
    account, region, service, operation = key
    return f"{account}/{region or 'global'}/{service}:{operation}"
