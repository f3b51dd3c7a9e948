"""The stand-in account over real HTTP on the loopback interface, in one process."""

from __future__ import annotations

import io
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from assessor.demo import protocol, serialise
from assessor.demo.answers import Answerer, access_key_of, account_of
from assessor.demo.document import DEFAULT_ACCOUNT, Document
from assessor.demo.faults import Faults
from assessor.demo.hosts import path_style
from assessor.demo.models import UnknownOperationError
from assessor.demo.protocol import UnsignedError, Wire
from assessor.demo.serialise import Reply
from assessor.demo.state import State

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """One request as the server saw it."""

    service: str
    operation: str
    region: str
    account: str
    params: Mapping[str, Any] = field(hash=False)
    status: int

    @property
    def name(self) -> str:
        """``service:Operation``, as fault patterns spell it."""
        return f"{self.service}:{self.operation}"


class _Handler(BaseHTTPRequestHandler):
    """One connection; reads whole requests and keeps the connection open."""

    protocol_version = "HTTP/1.1"
    # Answers are small and buffered: waiting to fill a segment would cost each 40 ms.
    disable_nagle_algorithm = True
    wbufsize = 65536
    server: _Server

    def __getattr__(self, name: str) -> Any:
        """The base class looks for ``do_GET`` and its like; all methods are handled alike."""
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def _handle(self) -> None:
        body = self._body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            status, extra, content = self.server.owner.respond(self.command, self.path, headers, body)
        except Exception as error:  # noqa: BLE001 - it is logged and answered
            # A fault of the stand-in's own must not look like a network that fails.
            _LOG.exception("the stand-in account failed on %s %s", self.command, self.path)
            status, extra, content = _plain(500, "InternalFailure", repr(error))
        self.send_response_only(status)
        for name, value in extra.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(self._chunks())
        length = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(length) if length else b""

    def _chunks(self) -> Iterator[bytes]:
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            yield self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the call log is the record."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    owner: StandIn

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that hang up; anything else would be answered as an internal error."""


class StandIn:
    """A stand-in AWS account: ``with StandIn(document) as aws: ... aws.endpoint_url``.

    ``calls`` is the log of every request, faults included, in the order of the answers. ``faults`` may be changed
    while clients are at work.
    """

    def __init__(
        self,
        document: Document | Mapping[str, Any],
        *,
        page_size: int | None = None,
        faults: Faults | None = None,
        port: int = 0,
        moto: bool = False,
    ) -> None:
        """Validate the document; nothing listens before ``start``.

        With ``moto``, requests the document says nothing about go to moto, which keeps what is written; its state
        is the process's, and emptied here.
        """
        self.document = document if isinstance(document, Document) else Document(document)
        self.faults = faults or Faults()
        self.calls: list[Call] = []
        self._answerer = Answerer(self.document, page_size, self.faults, State() if moto else None)
        self._port = port
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def endpoint_url(self) -> str:
        """Where clients connect; raises when the server is not running."""
        if self._server is None:
            raise RuntimeError("the stand-in account is not started")
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def environment(self, account: str = DEFAULT_ACCOUNT, region: str = "us-east-1") -> dict[str, str]:
        """Environment variables that point any AWS SDK or CLI at the stand-in.

        S3 Control puts the account into the host, which loopback cannot resolve; the proxy variables spare clients
        the look-up, as the stand-in takes proxied requests too. Everything else works with the endpoint alone.
        """
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": access_key_of(account),
            "AWS_SECRET_ACCESS_KEY": "stand-in-secret",
            "AWS_SESSION_TOKEN": "",
            "AWS_DEFAULT_REGION": region,
            "AWS_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Account-based endpoints would put the account into the host name of other services too.
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
            "http_proxy": self.endpoint_url,
            "no_proxy": "",
        }

    def attach(self, session: Any) -> None:
        """Answer a boto3 or botocore session's requests in-process, without a socket; ``start`` is not needed.

        Attach before clients are made: a client copies its session's handlers. Use a session of your own with
        ``access_key_of(account)`` for credentials; the addresses of AWS are never contacted.
        """
        events = getattr(session, "events", None) or session.get_component("event_emitter")
        events.register("before-send", self._before_send, unique_id=f"stand-in-{id(self)}")

    def _before_send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        headers = {str(name).lower(): _decoded(value) for name, value in request.headers.items()}
        method = str(request.method)
        status, extra, content = self.respond(method, str(request.url), headers, _bytes(request.body))
        # botocore makes its own header object of any mapping.
        fields: Any = {**extra, "Content-Length": str(len(content))}
        return AWSResponse(request.url, status, fields, _Raw(b"" if method == "HEAD" else content))

    def operations(self) -> set[str]:
        """The distinct ``service:Operation`` names called so far."""
        return {call.name for call in self.calls}

    def start(self) -> Self:
        """Listen on 127.0.0.1 in a background thread, on a free port unless one was given; once is enough."""
        if self._server is not None:
            return self
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.owner = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening; open connections end with their threads."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request; usable without a socket. ``headers`` are looked up by lower-case name."""
        target, headers = path_style(target, headers)
        wire = Wire(method, target, headers, body)
        try:
            request = protocol.parse(wire)
        except UnsignedError as error:
            return _plain(403, "MissingAuthenticationToken", str(error))
        except (UnknownOperationError, ValueError) as error:
            # 404, not 500: a client retries server errors, and no retry makes the operation known.
            self.calls.append(Call("?", f"{method} {target}", "", "", {}, 404))
            return _plain(404, "UnknownOperationException", str(error))
        account = account_of(request.access_key)
        delay = self.faults.delay(request.service, request.operation, request.region, account)
        if delay:
            time.sleep(delay)
        fault = self._answerer.fault(request, account)
        if fault is None:
            reply = self._answerer.reply(request, account, wire)
        else:
            reply = serialise.error(
                request.service, fault.code, fault.status, fault.message, request.protocol
            )
        self.calls.append(
            Call(request.service, request.operation, request.region, account, request.params, reply[0])
        )
        return reply


def _plain(status: int, code: str, message: str) -> Reply:
    body = f'{{"__type": "{code}", "message": "{quote(message, safe=" /:,.()")}"}}'.encode()
    return status, {"Content-Type": "application/json", "x-amzn-ErrorType": code}, body


class _Raw(io.BytesIO):
    """A body as botocore reads it from urllib3."""

    def stream(self, amt: int = 65536, decode_content: bool | None = None) -> Iterator[bytes]:
        """The body in pieces of ``amt`` bytes; nothing is encoded, so nothing is decoded."""
        del decode_content
        while piece := self.read(amt):
            yield piece


def _decoded(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    """A prepared request's body, which may be text, bytes, a file or nothing."""
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    return bytes(body.read())
