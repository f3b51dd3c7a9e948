"""A Security Hub on loopback, that takes findings of the account that signs for them and of no other."""

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

REGION = "eu-west-1"
_SIGNED = re.compile(r"Credential=(?:AKIA|ASIA)(\d{12})\w*/\d{8}/([\w-]+)/securityhub/")
Answer = Callable[["Hub", str, list[dict[str, Any]]], tuple[int, dict[str, Any]]]


def takes_all(_hub: "Hub", _account: str, found: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
    """Every finding is imported."""
    return 200, {"FailedCount": 0, "SuccessCount": len(found), "FailedFindings": []}


def refusing(ident: str) -> Answer:
    """One finding is refused, wherever it comes."""

    def answer(_hub: "Hub", _account: str, found: list[dict[str, Any]]) -> tuple[int, dict[str, Any]]:
        failed = [
            {"Id": one["Id"], "ErrorCode": "InvalidInput", "ErrorMessage": "no"}
            for one in found
            if one["Id"] == ident
        ]
        return 200, {
            "FailedCount": len(failed),
            "SuccessCount": len(found) - len(failed),
            "FailedFindings": failed,
        }

    return answer


def error(status: int, code: str) -> Answer:
    """Every call ends so."""
    return lambda _hub, _account, _found: (status, {"__type": code, "Code": code, "Message": "no"})


class Hub(ThreadingHTTPServer):
    """What each account's hub holds, in the Region: (account, finding id) -> the finding. calls: who sent how many."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.held: dict[tuple[str, str], dict[str, Any]] = {}
        self.calls: list[tuple[str, int]] = []
        self.answer: Answer = takes_all
        model = botocore.session.Session().get_service_model("securityhub")
        shape = model.operation_model("BatchImportFindings").input_shape
        assert shape is not None
        self._shape = shape

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def states(self, account: str) -> dict[str, tuple[str, str]]:
        """An account's findings: id -> (record state, compliance)."""
        return {
            ident: (one["RecordState"], one["Compliance"]["Status"])
            for (owner, ident), one in self.held.items()
            if owner == account
        }

    def take(self, signed: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer one call, as the service's rules are."""
        found = body["Findings"]
        report = ParamValidator().validate(body, self._shape)
        assert not report.has_errors(), report.generate_report()
        match = _SIGNED.search(signed)
        assert match is not None, signed
        account, region = match.groups()
        assert region == REGION
        self.calls.append((account, len(found)))
        product = f"arn:aws:securityhub:{REGION}:{account}:product/{account}/default"
        if any((one["AwsAccountId"], one["ProductArn"]) != (account, product) for one in found):
            return 403, {"__type": "AccessDeniedException", "Message": "another account's finding"}
        if len(found) > 100:
            return 400, {"__type": "InvalidInputException", "Message": "more than 100"}
        status, said = self.answer(self, account, found)
        refused = {one["Id"] for one in said.get("FailedFindings", ())}
        if status == 200:
            self.held |= {(account, one["Id"]): one for one in found if one["Id"] not in refused}
        return status, said


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            status, said = self.server.take(self.headers["Authorization"], body)
        except AssertionError as failed:
            status, said = 400, {"__type": "InvalidInputException", "Message": str(failed)}
        content = json.dumps(said).encode()
        self.send_response(status)
        if status != 200:
            self.send_header("x-amzn-ErrorType", said["__type"])
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def listening() -> Iterator[Hub]:
    """A hub, for as long as the block lasts."""
    hub = Hub()
    threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield hub
    finally:
        hub.shutdown()
        hub.server_close()
