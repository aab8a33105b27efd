"""What the tests of the border share: a shortcode's access, a certificate, a hostile server."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.db import connection

from gateways.daraja import client
from gateways.interface import (
    CallbackUrls,
    CollectionAccess,
    CollectionKind,
    PayoutOrder,
    ShortcodeAccess,
)

Behaviour = Callable[[socket.socket, Event], None]


@pytest.fixture(scope="session")
def private_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def certificate(private_key: rsa.RSAPrivateKey) -> x509.Certificate:
    """Expired, as the real ones are (daraja.md 6)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "apicrypt.example")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2017, 4, 25, tzinfo=UTC))
        .not_valid_after(datetime(2018, 3, 21, tzinfo=UTC))
        .sign(private_key, hashes.SHA256())
    )


@pytest.fixture
def access(certificate: x509.Certificate) -> ShortcodeAccess:
    return ShortcodeAccess(
        number="600123",
        consumer_key="consumer-key",
        consumer_secret="consumer-secret",
        initiator_name="apiop",
        initiator_password="Initiator#1",
        certificate=certificate.public_bytes(serialization.Encoding.PEM).decode(),
    )


@pytest.fixture
def paybill() -> CollectionAccess:
    return CollectionAccess(
        number="600123",
        kind=CollectionKind.PAYBILL,
        consumer_key="consumer-key",
        consumer_secret="consumer-secret",
        passkey="letters",
    )


@pytest.fixture
def urls() -> CallbackUrls:
    return CallbackUrls(
        result="https://vault.example/callbacks/daraja/payout/abc/",
        timeout="https://vault.example/callbacks/daraja/payout-timeout/abc/",
    )


@pytest.fixture
def order(urls: CallbackUrls) -> PayoutOrder:
    return PayoutOrder(
        reference="PV0000000000000001",
        msisdn="254700000001",
        amount_minor=125_000,
        currency="KES",
        command_id="BusinessPayment",
        remarks="November wages",
        occasion="PAY-1",
        urls=urls,
    )


@pytest.fixture(autouse=True)
def _no_tokens_remembered() -> Iterator[None]:
    client.forget_tokens()
    yield
    client.forget_tokens()


@contextmanager
def _database_down() -> Iterator[None]:
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"] = host


@pytest.fixture
def database_down() -> Callable[[], AbstractContextManager[None]]:
    """A block in which the server's address leads nowhere, as when it is stopped."""
    return _database_down


class HostileServer:
    """Reads one request per connection, then does as `behaviour` says."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = lambda connection, stop: None
        self.requests: list[bytes] = []
        self.asked = Event()
        self._stop = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/pay"

    def close(self) -> None:
        self._stop.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            self.requests.append(_read_request(connection))
            self.asked.set()
            self.behaviour(connection, self._stop)


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65_536)
        if not chunk:
            return received
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            while len(body) < int(line.split(b":")[1]):
                body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


@pytest.fixture
def hostile() -> Iterator[HostileServer]:
    server = HostileServer()
    yield server
    server.close()
