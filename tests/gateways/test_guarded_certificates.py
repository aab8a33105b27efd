"""The certificates of a server that a partner named: its own ones, or the usual ones."""

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from gateways.errors import Unreachable
from gateways.http import (
    GUARDED,
    Guard,
    Network,
    ca_bundle_problem,
    get,
)
from gateways.http import guarded as guarded_module

HERE = (IPv4Network("127.0.0.1/32"),)


def whole(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")


def guard(*networks: Network, owner: str = "umoja", ca_bundle: str = "") -> Guard:
    return Guard(owner=owner, ca_bundle=ca_bundle, networks=networks)


class TlsServer:
    """Answers each request with 200, under a certificate for 127.0.0.1."""

    def __init__(self, folder: Path, certificate: bytes, key: bytes) -> None:
        (folder / "cert.pem").write_bytes(certificate)
        (folder / "key.pem").write_bytes(key)
        self.certificate = certificate.decode()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                plain, _ = self._listener.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(plain, server_side=True) as connection:
                    connection.recv(65_536)
                    whole(connection)
            except OSError:
                continue

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


def certificate_of(private_key: rsa.RSAPrivateKey, *, address: str = "127.0.0.1") -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mifos.example")])
    at = datetime.now(UTC)
    named = x509.SubjectAlternativeName([x509.IPAddress(IPv4Address(address))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .add_extension(named, critical=False)
        .sign(private_key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
def tls_server(
    tmp_path: Path, private_key: rsa.RSAPrivateKey, request: pytest.FixtureRequest
) -> Iterator[TlsServer]:
    key = private_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    address = getattr(request, "param", "127.0.0.1")
    server = TlsServer(tmp_path, certificate_of(private_key, address=address), key)
    yield server
    server.close()


class TestCertificates:
    def test_the_owners_certificate_is_believed(self, tls_server: TlsServer) -> None:
        trusting = guard(*HERE, owner="trusting", ca_bundle=tls_server.certificate)

        answer = get(url=tls_server.url, headers={}, guard=trusting)

        assert answer.status == 200

    def test_nobody_elses_is(self, tls_server: TlsServer) -> None:
        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            get(url=tls_server.url, headers={}, guard=guard(*HERE, owner="usual"))

    @pytest.mark.parametrize("tls_server", ["127.0.0.9"], indirect=True)
    def test_a_certificate_for_another_server_is_refused(self, tls_server: TlsServer) -> None:
        trusting = guard(*HERE, owner="mistaken", ca_bundle=tls_server.certificate)

        with pytest.raises(Unreachable, match=r"(?i)certificate"):
            get(url=tls_server.url, headers={}, guard=trusting)

    def test_the_owners_certificates_take_the_place_of_the_usual_ones(
        self, tls_server: TlsServer
    ) -> None:
        alone = guard(*HERE, owner="alone", ca_bundle=tls_server.certificate)

        get(url=tls_server.url, headers={}, guard=alone)

        server = urlsplit(tls_server.url).netloc
        context = guarded_module._pools.adapter(alone, server)._context
        assert context is not None
        assert context.cert_store_stats()["x509"] == 1

    @pytest.mark.parametrize(
        "text",
        ["no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "é"],
    )
    def test_what_is_no_certificate_is_told(self, text: str) -> None:
        assert "PEM" in ca_bundle_problem(text)

        with pytest.raises(Unreachable) as caught:
            get(
                url="https://127.0.0.1:8443", headers={},
                guard=guard(*HERE, ca_bundle=text),
            )  # fmt: skip

        assert caught.value.code == GUARDED
