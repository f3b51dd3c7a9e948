"""A fast answering machine for the bench, in a process of its own: injected latency and token buckets.

``python -m tests.bench.responder`` prints its port and answers until its standard input closes. ``POST /_bench`` with
``{"things": 200, "latency": 0.02, "rate": 0, "burst": 10}`` sets the scene (rate in requests a second per account,
Region and service; 0 throttles nothing) and forgets the counts; ``GET /_bench`` reports them.

Requests are parsed and answers serialised by the stand-in account's own code the first time; the bytes are kept.
"""

import asyncio
import json
import re
import sys
import time
from typing import Any

from assessor.demo import protocol, serialise
from assessor.demo.faults import throttled
from assessor.demo.protocol import Wire
from tests.bench import estate

_SCOPE = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
_KEPT = ("x-amz-target", "content-type", "authorization", "x-amz-account-id", "host")


class Scene:
    """What is answered, how late, and how much."""

    def __init__(self) -> None:
        self.things = 10
        self.latency = 0.0
        self.rate = 0.0
        self.burst = 10.0
        self.reset()

    def reset(self) -> None:
        """Forget the counts and fill the buckets."""
        self.requests = self.refused = self.connections = 0
        self.buckets: dict[tuple[str, str, str], tuple[float, float]] = {}

    def refuses(self, lane: tuple[str, str, str]) -> bool:
        """Whether a lane's bucket is empty."""
        if not self.rate:
            return False
        now = time.monotonic()
        tokens, last = self.buckets.get(lane, (self.burst, now))
        tokens = min(self.burst, tokens + (now - last) * self.rate)
        refused = tokens < 1.0
        self.buckets[lane] = (tokens if refused else tokens - 1.0, now)
        return refused


class Connection(asyncio.Protocol):
    """One connection; requests one after the other."""

    kept: dict[tuple[Any, ...], tuple[str, bytes]] = {}  # noqa: RUF012 - shared by all connections on purpose

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._data = b""

    def connection_made(self, transport: Any) -> None:
        """Count it."""
        self._transport = transport
        self._scene.connections += 1

    def data_received(self, data: bytes) -> None:
        """Answer once a whole request is there."""
        self._data += data
        head, mark, rest = self._data.partition(b"\r\n\r\n")
        if not mark:
            return
        lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        length = int(headers.get("content-length", 0))
        if len(rest) < length:
            return
        self._data = rest[length:]
        method, target, _ = lines[0].split(" ", 2)
        self._answer(method, target, headers, rest[:length])

    def _answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> None:
        scene = self._scene
        if target == "/_bench":
            self._transport.write(self._control(method, body))
            return
        scope = _SCOPE.search(headers.get("authorization", ""))
        lane = scope.groups() if scope else ("", "", "")
        scene.requests += 1
        service, reply = self._reply(method, target, headers, body, lane)
        # Two services may sign with one name (bedrock, bedrock-agent); their quotas are their own.
        if scene.refuses((lane[0], lane[1], service)):
            scene.refused += 1
            reply = self._refusal(service)
        if scene.latency:
            asyncio.get_running_loop().call_later(scene.latency, self._transport.write, reply)
        else:
            self._transport.write(reply)

    @staticmethod
    def _refusal(service: str) -> bytes:
        fault = throttled(service)
        return _packed(serialise.error(service, fault.code, fault.status, fault.message))

    def _reply(
        self, method: str, target: str, headers: dict[str, str], body: bytes, lane: tuple[Any, ...]
    ) -> tuple[str, bytes]:
        key = (self._scene.things, method, target, headers.get("x-amz-target"), body, lane)
        kept = self.kept.get(key)
        if kept is None:
            wanted = {name: value for name, value in headers.items() if name in _KEPT}
            request = protocol.parse(Wire(method, target, wanted, body))
            service, operation = request.service, request.operation
            try:
                value = estate.answer(service, operation, request.params, self._scene.things)
            except KeyError:
                reply = serialise.error(service, "UnknownOperationException", 404, "not here")
            else:
                reply = serialise.answer(
                    service, operation, _shaped(service, operation, value), request.protocol
                )
            kept = self.kept[key] = (service, _packed(reply))
        return kept

    def _control(self, method: str, body: bytes) -> bytes:
        scene = self._scene
        if method == "POST":
            for name, value in json.loads(body).items():
                setattr(scene, name, value)
            scene.reset()
        counts = {"requests": scene.requests, "refused": scene.refused, "connections": scene.connections}
        return _packed((200, {"Content-Type": "application/json"}, json.dumps(counts).encode()))


def _shaped(service: str, operation: str, value: Any) -> Any:
    """The answer as the stand-in's documents hold it: dates for text, and a check against botocore's shape."""
    from datetime import UTC, datetime

    from assessor.demo import models
    from assessor.demo.shapes import normalise

    shape = models.operation_model(service, operation).output_shape
    return normalise(shape, value, f"{service}:{operation}", datetime.now(UTC))


def _packed(reply: tuple[int, Any, bytes]) -> bytes:
    status, headers, content = reply
    lines = [f"HTTP/1.1 {status} Bench", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    scene = Scene()
    server = await loop.create_server(lambda: Connection(scene), "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve())
