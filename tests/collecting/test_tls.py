"""Endpoints behind a certificate of one's own: AWS_CA_BUNDLE is honoured, and its absence is explained."""

import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from assessor.collecting.request import CannotStartError, CollectRequest, Target
from assessor.collecting.run import collect_with_tally
from assessor.collecting.sessions import Clients, Sessions, client_config
from assessor.model.reading import Seen
from tests.collecting import account as of

IDENTITY = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account><UserId>AIDA</UserId>"
    b"<Arn>arn:aws:iam::111122223333:user/u</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
KEYS = b'{"Keys": [%s], "Truncated": false}' % b", ".join(b'{"KeyId": "key-%d"}' % n for n in range(40))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that nobody knows, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "stand-in.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def endpoint(certificate: Path) -> Iterator[tuple[str, list[int]]]:
    """A server behind that certificate, and a count of its connections."""
    connections: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def setup(self) -> None:
            connections.append(1)
            super().setup()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            target = self.headers.get("X-Amz-Target", "")
            answer = (
                IDENTITY if b"GetCallerIdentity" in body else KEYS if target.endswith("ListKeys") else b"{}"
            )
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}", connections
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_bundle_of_ones_own_is_trusted(
    endpoint: tuple[str, list[int]],
    certificate: Path,
    pointed: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, connections = endpoint
    pointed(url)
    monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    snapshot, tally = collect_with_tally(CollectRequest((of.KEY,), ("us-east-1",)))
    assert all(isinstance(reading, Seen) for reading in snapshot.readings.values())
    assert tally.requests == 41
    # Forty calls of a few milliseconds are not worth thirty-two handshakes.
    assert len(connections) < 20


def test_without_it_the_error_says_what_to_set(
    endpoint: tuple[str, list[int]], pointed: Callable[[str], None]
) -> None:
    pointed(endpoint[0])
    with pytest.raises(CannotStartError, match=r"certificate .* was not accepted.*AWS_CA_BUNDLE"):
        collect_with_tally(CollectRequest((of.KEY,), ("us-east-1",)))


@pytest.mark.parametrize(("url", "plain"), [("http://127.0.0.1:1", True), ("https://127.0.0.1:1", False)])
def test_whether_connections_are_dear_is_known(url: str, plain: bool) -> None:
    sessions = Sessions()
    session = sessions.reading(sessions.login(Target()), Credentials("AKIA111122223333DEMO", "s"))
    held = Clients(session, client_config(), url)
    held.get("sts", "us-east-1")
    assert held.plain is plain
