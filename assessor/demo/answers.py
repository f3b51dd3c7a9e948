"""From a parsed request to the reply: who asks, which faults apply, what the document says."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from assessor.demo import serialise, undeclared
from assessor.demo.document import DEFAULT_ACCOUNT, Document
from assessor.demo.faults import Fault, Faults, denied
from assessor.demo.narrowing import narrow
from assessor.demo.paging import BadTokenError, page
from assessor.demo.protocol import Request, Wire
from assessor.demo.serialise import Reply
from assessor.demo.state import State

_CACHE_LIMIT = 50_000


def account_of(access_key: str) -> str:
    """The account an access key belongs to: the twelve digits after AKIA or ASIA, else the default account."""
    digits = access_key[4:16]
    return digits if access_key[:4] in ("AKIA", "ASIA") and digits.isdigit() else DEFAULT_ACCOUNT


def access_key_of(account: str) -> str:
    """A long-lived access key of an account of the stand-in."""
    return f"AKIA{account}DEMO"


class Answerer:
    """Answers requests from a document. Replies are kept as bytes, since a document never changes."""

    def __init__(
        self, document: Document, page_size: int | None, faults: Faults, state: State | None = None
    ) -> None:
        """``page_size`` caps every page (None leaves it to what clients ask for); ``state`` answers the rest."""
        self.document, self.page_size, self.faults, self.state = document, page_size, faults, state
        self._kept: dict[tuple[str, ...], Reply] = {}
        self._sessions: dict[str, str] = {}
        self._lock = threading.Lock()

    def fault(self, request: Request, account: str) -> Fault | None:
        """The injected fault of a request, or the refusal of a key of no known account."""
        if account not in self.document.accounts:
            return Fault(
                "InvalidClientTokenId", 403, "The security token included in the request is invalid."
            )
        caller = self.caller(request.access_key, account)
        return self.faults.fault(request.service, request.operation, request.region, account, caller)

    def reply(self, request: Request, account: str, wire: Wire | None = None) -> Reply:
        """The reply of an account without faults; ``wire`` is what the keeper of state is shown."""
        if request.service == "sts":
            special = self._sts(request, account)
            if special is not None:
                return _serialised(request, special)
        params = json.dumps(request.params, sort_keys=True, default=str)
        key = (account, request.region, request.service, request.operation, request.protocol, params)
        kept = self._kept.get(key)
        if kept is not None:
            return kept
        declared = self._declared(request, account)
        if declared is None and self.state is not None and wire is not None:
            reply = self.state.reply(wire, account)
            if reply is not None:
                return reply
        reply = _serialised(request, self._undeclared(request) if declared is None else declared)
        if len(self._kept) < _CACHE_LIMIT and self.state is None:
            self._kept[key] = reply
        return reply

    def answer(self, request: Request, account: str) -> Mapping[str, Any] | Fault:
        """The answer of the document alone, before it becomes bytes; faults are not considered."""
        declared = self._declared(request, account)
        return self._undeclared(request) if declared is None else declared

    def caller(self, access_key: str, account: str) -> str:
        """The ARN of whoever holds an access key."""
        return self._sessions.get(access_key, f"arn:aws:iam::{account}:user/assessor")

    def _declared(self, request: Request, account: str) -> Mapping[str, Any] | Fault | None:
        """What the document says, or None where it says nothing."""
        service, operation, params = request.service, request.operation, request.params
        for entry in self.document.entries(account, request.region, service, operation):
            if not entry.fits(params):
                continue
            if entry.error is not None:
                return Fault(entry.error.code, entry.error.status, entry.error.message)
            whole = narrow(service, operation, entry.answer, params)
            try:
                return page(service, operation, whole, params, self.page_size)
            except BadTokenError:
                return Fault("ValidationException", 400, "The pagination token is not valid")
        if self._owned(request, account):
            return self._undeclared(request)
        return None

    def _owned(self, request: Request, account: str) -> bool:
        """Whether the document answers for this request although it holds no answer.

        It does for its own buckets, and for an operation it answers in another Region without looking at the
        parameters: the other Regions of that account then hold none, rather than what moto invents for each.
        """
        if request.service == "s3" and "Bucket" in request.params:
            return self._knows_bucket(request)
        return self.document.answers_generally(account, request.service, request.operation)

    def _knows_bucket(self, request: Request) -> bool:
        # A bucket answers for the account that owns it, whoever asks.
        return any(request.params["Bucket"] in one.buckets for one in self.document.accounts.values())

    def _undeclared(self, request: Request) -> Mapping[str, Any] | Fault:
        if request.service == "s3" and "Bucket" in request.params:
            return undeclared.of_bucket(request.operation, self._knows_bucket(request))
        return undeclared.answer(request.service, request.operation)

    def _sts(self, request: Request, account: str) -> dict[str, Any] | Fault | None:
        if request.operation == "GetCallerIdentity":
            arn = self.caller(request.access_key, account)
            return {"UserId": request.access_key, "Account": account, "Arn": arn}
        if request.operation == "AssumeRole":
            return self._assume_role(request, account)
        return None

    def _assume_role(self, request: Request, account: str) -> dict[str, Any] | Fault:
        arn = str(request.params.get("RoleArn", ""))
        target, _, role = arn.partition("arn:aws:iam::")[2].partition(":role/")
        name = role.rpartition("/")[2]
        refusal = denied("sts", "AssumeRole", self.caller(request.access_key, account))
        holder = self.document.accounts.get(target)
        if holder is None or not name:
            return refusal
        if holder.roles is not None:
            if name not in holder.roles:
                return refusal
            expected = (holder.roles[name] or {}).get("external_id")
            if expected is not None and request.params.get("ExternalId") != expected:
                return refusal
        called = request.params.get("RoleSessionName", "session")
        session = f"arn:aws:sts::{target}:assumed-role/{name}/{called}"
        with self._lock:
            key = f"ASIA{target}{len(self._sessions):04d}"
            self._sessions[key] = session
        return {
            "Credentials": {
                "AccessKeyId": key,
                "SecretAccessKey": "stand-in-secret",
                "SessionToken": f"stand-in-session-{key}",
                "Expiration": datetime.now(UTC) + timedelta(hours=1),
            },
            "AssumedRoleUser": {"AssumedRoleId": f"AROASTANDIN:{key}", "Arn": session},
        }


def _serialised(request: Request, answer: Mapping[str, Any] | Fault) -> Reply:
    if isinstance(answer, Fault):
        return serialise.error(request.service, answer.code, answer.status, answer.message, request.protocol)
    return serialise.answer(request.service, request.operation, answer, request.protocol)
