"""moto, asked in-process for what the document does not declare.

moto keeps state: what a test writes with boto3 (a bucket, a topic, a key, a role) can be read back. Its own server
application answers, fed with the request as it came, so that nothing of the calling process's botocore is patched.
moto is imported when a stand-in asks for it; the demo never does.
"""

from __future__ import annotations

import io
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any, Protocol
from urllib.parse import unquote

from assessor.demo.protocol import Wire
from assessor.demo.serialise import Reply

_UNANSWERED = b"Not yet implemented"
_HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}


class StateMissingError(RuntimeError):
    """moto was asked for and is not installed; the message says how to install it."""


class _Application(Protocol):
    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any: ...


class State:
    """moto's backends behind one function. They are global to the process: a new ``State`` empties them."""

    def __init__(self) -> None:
        """Load moto and forget what earlier stand-ins of this process wrote; ``StateMissingError`` without moto."""
        try:
            from moto.moto_api._internal.models import moto_api_backend
            from moto.moto_server.werkzeug_app import create_backend_app
        except ImportError as error:
            raise StateMissingError(
                "The stand-in account was asked to keep state, which moto does, and moto is not installed. "
                "Install it with: pip install 'genai-readiness-assessor[demo]'"
            ) from error
        # An operation moto lacks is no news here, and Flask would print a traceback for each.
        logging.getLogger("moto").setLevel(logging.CRITICAL)
        self._application = _dispatcher()(create_backend_app)
        self._lock = threading.Lock()
        moto_api_backend.reset()

    def reply(self, wire: Wire, account: str) -> Reply | None:
        """moto's answer in this account, or None where moto has none (service or operation not implemented)."""
        status: list[str] = []
        headers: dict[str, str] = {}

        def start_response(line: str, fields: list[tuple[str, str]], _: Any = None) -> None:
            status.append(line)
            headers.update({name: value for name, value in fields if name.lower() not in _HOP_BY_HOP})

        # moto's backends are plain dictionaries without locks.
        with self._lock:
            try:
                answer = self._application(_environ(wire, account), start_response)
                content = b"".join(answer)
            except Exception:  # noqa: BLE001 - whatever an unimplemented operation raises means "not here"
                return None
        code = int(status[0].split()[0])
        if code >= 500 or (code == 404 and _UNANSWERED in content):
            return None
        return code, headers, content


def _dispatcher() -> Callable[[Any], _Application]:
    """moto's dispatcher, without its note on standard output about services it lacks."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication

    class Dispatcher(DomainDispatcherApplication):
        def get_backend_for_host(self, host: str | None) -> Any:
            for backend, pattern in self.backend_url_patterns:
                if host is not None and (host == backend or pattern.match(f"http://{host}")):
                    return backend
            if host is None:
                return None
            raise LookupError(f"moto has no backend for {host}")

    return Dispatcher


def _environ(wire: Wire, account: str) -> dict[str, Any]:
    path, _, query = wire.target.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": wire.method,
        "SCRIPT_NAME": "",
        # WSGI wants the decoded path as latin-1 text (PEP 3333); moto reads the raw one where it matters.
        "PATH_INFO": unquote(path, "latin-1"),
        "RAW_URI": wire.target,
        "REQUEST_URI": wire.target,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(wire.body),
        "wsgi.input_terminated": True,
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ |= _fields(wire.headers)
    environ["CONTENT_LENGTH"] = str(len(wire.body))
    environ["HTTP_HOST"] = "127.0.0.1"
    environ["HTTP_X_MOTO_ACCOUNT_ID"] = account
    return environ


def _fields(headers: Mapping[str, str]) -> dict[str, str]:
    fields = {}
    for name, value in headers.items():
        key = name.upper().replace("-", "_")
        if key == "TRANSFER_ENCODING":
            continue
        fields[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return fields
