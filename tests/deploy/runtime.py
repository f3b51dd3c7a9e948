"""The real Lambda runtime client over a real package: a process of its own, a memory limit, a deadline.

`awslambdaric` asks a small server for invocations, as it asks Lambda's runtime API:
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import util
from pathlib import Path
from typing import Any

_CLIENT = ("awslambdaric", "snapshot_restore_py", "simplejson")
_COMPILED = "runtime_client"
_THREADS, _STACK = 80, 8192
_REQUEST = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one invocation: the kind is response, error, init or exit. peak: MiB of memory."""

    kind: str
    body: Any
    seconds: float
    late: float
    log: str
    peak: float


class _Api(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.events: queue.Queue[tuple[bytes, float]] = queue.Queue()
        self.answers: queue.Queue[tuple[str, bytes]] = queue.Queue()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Api

    def do_GET(self) -> None:
        body, deadline = self.server.events.get()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", _REQUEST)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(deadline * 1000)))
        self.send_header(
            "Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:111122223333:function:f"
        )
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0")
        self.send_header("Lambda-Runtime-Aws-Tenant-Id", "")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        kind = self.path.rsplit("/", 1)[-1]
        self.server.answers.put(("init" if "/init/" in self.path else kind, body))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def unpacked(package: Path, directory: Path) -> Path:
    """The package as Lambda lays it out, and the runtime client beside it: nothing else can be imported."""
    task = directory / "task"
    with zipfile.ZipFile(package) as held:
        held.extractall(task)
    client = directory / "client"
    client.mkdir()
    for name in (*_CLIENT, _COMPILED):
        spec = util.find_spec(name)
        assert spec is not None, name
        assert spec.origin is not None, name
        origin = Path(spec.origin)
        found = origin.parent if origin.name == "__init__.py" else origin
        (client / found.name).symlink_to(found)
    return task


@contextlib.contextmanager
def function(task: Path, handler: str, env: Mapping[str, str], memory: int) -> Iterator["Function"]:
    """A function of the unpacked package, waiting for its first event."""
    api = _Api()
    threading.Thread(target=api.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    whole = {
        "PATH": os.environ["PATH"],
        "HOME": str(task.parent),
        "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{api.server_address[1]}",
        "AWS_LAMBDA_FUNCTION_NAME": "f",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory),
        "LAMBDA_TASK_ROOT": str(task),
        "PYTHONPATH": f"{task}:{task.parent / 'client'}",
        "_HANDLER": handler,
        **env,
    }
    log = task.parent / f"{handler}.log"
    # What a function of that memory may take; a thread's stack is reserved whole, and hardly used.
    limits = f"ulimit -d {memory * 1024 + _THREADS * _STACK}; exec "
    command = ["/bin/sh", "-c", f'{limits} "$0" -S -m awslambdaric "$1"', sys.executable, handler]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=task, env=whole, stdout=out, stderr=out)
    try:
        yield Function(api, process, log)
    finally:
        process.kill()
        process.wait()
        api.shutdown()
        api.server_close()


@dataclass(frozen=True)
class Function:
    """One running function."""

    api: _Api
    process: "subprocess.Popen[bytes]"
    log: Path

    def invoke(self, event: Mapping[str, Any], seconds: float) -> Answer:
        """Invoke it with so much time; a function that takes much longer is ended, as Lambda does."""
        begun = time.time()
        deadline = begun + seconds
        self.api.events.put((json.dumps(event).encode(), deadline))
        kind, body = "exit", b"null"
        while time.time() < deadline + 5:
            try:
                kind, body = self.api.answers.get(timeout=0.1)
                break
            except queue.Empty:
                if self.process.poll() is not None:
                    break
        ended = time.time()
        return Answer(
            kind, json.loads(body), ended - begun, ended - deadline, self.log.read_text(), self._peak()
        )

    def _peak(self) -> float:
        if self.process.poll() is not None:
            return 0.0
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024
