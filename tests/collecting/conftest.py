"""A clean AWS environment, and servers that answer as a test says."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from assessor.demo import StandIn

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No credentials, profiles or proxies of whoever runs the tests."""
    import os

    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower() in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def pointed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Point the environment at an endpoint, with credentials and a Region."""

    def point(url: str, account: str = "111122223333") -> None:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"AKIA{account}DEMO")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "stand-in-secret")
        monkeypatch.setenv("AWS_REGION", "us-east-1")

    return point


@pytest.fixture
def serving(pointed: Callable[[str], None]) -> Iterator[Callable[[StandIn], StandIn]]:
    """Start a stand-in and point the environment at it."""
    started: list[StandIn] = []

    def start(aws: StandIn) -> StandIn:
        started.append(aws.start())
        pointed(aws.endpoint_url)
        return aws

    yield start
    for aws in started:
        aws.stop()


class Requests(list[dict[str, Any]]):
    """What a raw server was asked: method, path, headers and body of each request."""


@contextmanager
def answering(answer: Callable[[dict[str, Any]], Answer]) -> Iterator[tuple[str, Requests]]:
    """A raw HTTP server on loopback; its URL and its log."""
    log = Requests()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = {
                "method": self.command,
                "path": self.path,
                "host": self.headers.get("Host", ""),
                "headers": {name.lower(): value for name, value in self.headers.items()},
                "body": body.decode(),
            }
            log.append(request)
            status, headers, content = answer(request)
            if status == 0:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_HEAD = _any  # noqa: N815 - names of http.server

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", log
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
