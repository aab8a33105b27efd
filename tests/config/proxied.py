"""nginx with our own file of deploy/, on ports and with a certificate of a test's own."""

import os
import re
import shutil
import socket
import ssl
import subprocess
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from config.processes import wait_until
from tests.chaos.conftest import ROOT
from tests.gateways.test_guarded_certificates import certificate_of
from tests.sockets import free_port

FILES = ROOT / "deploy/nginx"
PROGRAM = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
HERE = "127.0.0.1"
LIMIT_S = 60
SOCKETS_MAX, HANDSHAKES_MAX = 5, 30
SILENCE_MAX_S = 5
AROUND = """\
%(user)s
daemon off; pid %(folder)s/pid; error_log %(folder)s/error.log; worker_processes 1;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path %(folder)s/body; proxy_temp_path %(folder)s/proxy;
    fastcgi_temp_path %(folder)s/f; uwsgi_temp_path %(folder)s/u; scgi_temp_path %(folder)s/s;
    include %(folder)s/payment-vault.conf;
}
"""
needs_nginx = pytest.mark.skipif(
    PROGRAM is None and os.environ.get("CI") != "true",
    reason="no nginx here: `apt-get install nginx-light` lets these tests run",
)


class Proxy:
    """Runs inside the `with`, before the servers at these ports, which need not be there.

    What differs from the file: names of files, ports, and the times and limits that would take
    long to reach.
    """

    def __init__(self, folder: Path, *, web: int, live: int) -> None:
        self.folder, self.web, self.live = folder, web, live
        self.plain, self.port = free_port(), free_port()
        self.written = _our_file(folder, plain=self.plain, port=self.port)
        nobody = free_port()
        upstreams = (FILES / "upstreams.conf").read_text()
        for theirs, ours in {8000: web, 8001: nobody, 8010: live, 8011: nobody}.items():
            upstreams = upstreams.replace(f":{theirs} ", f":{ours} ")
        user = "user root;" if os.geteuid() == 0 else ""
        around = AROUND % {"folder": folder, "user": user}
        (folder / "payment-vault.conf").write_text(self.written)
        (folder / "payment-vault-upstreams.conf").write_text(upstreams)
        (folder / "nginx.conf").write_text(around)
        _make_certificate(folder)
        self.tls = ssl.create_default_context(cafile=str(folder / "fullchain.pem"))
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Proxy":
        assert PROGRAM is not None
        self.process = subprocess.Popen(
            [PROGRAM, "-p", self.folder, "-c", self.folder / "nginx.conf"],
            stderr=(self.folder / "stderr").open("wb"),
        )
        assert wait_until(self._listens, limit_s=LIMIT_S), (self.folder / "stderr").read_text()
        return self

    def __exit__(self, *failure: object) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(LIMIT_S)

    def ask(
        self, path: str, *, method: str = "GET", body: str | None = None, **headers: str
    ) -> tuple[HTTPResponse, str]:
        """The answer and its body."""
        connection = HTTPSConnection(HERE, self.port, context=self.tls, timeout=LIMIT_S)
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer, text

    def connected(self) -> ssl.SSLSocket:
        """A connection on which nothing is said yet."""
        plain = socket.create_connection((HERE, self.port), timeout=LIMIT_S)
        return self.tls.wrap_socket(plain, server_hostname=HERE)

    def logged(self) -> str:
        """All that it wrote."""
        return "".join(path.read_text() for path in self.folder.glob("*.log"))

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex((HERE, self.port)) == 0


def _our_file(folder: Path, *, plain: int, port: int) -> str:
    text = (FILES / "payment-vault.conf").read_text()
    for theirs, ours in {
        "listen 80;": f"listen {HERE}:{plain};",
        "listen 443 ssl;": f"listen {HERE}:{port} ssl;",
        "listen [::]:80;": "", "listen [::]:443 ssl;": "",
        "/etc/nginx/": f"{folder}/", "/var/log/nginx/": f"{folder}/",
        "/etc/payment-vault/certificates/": f"{folder}/",
        "proxy_read_timeout 90s": f"proxy_read_timeout {SILENCE_MAX_S}s",
        "rate=10r/s": "rate=1r/m",
        "payment_vault_sockets 200": f"payment_vault_sockets {SOCKETS_MAX}",
        "burst=200": f"burst={HANDSHAKES_MAX}",
    }.items():  # fmt: skip
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    return re.sub(r"server_name [^;]+", f"server_name {HERE}", text)


def _make_certificate(folder: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    (folder / "fullchain.pem").write_bytes(certificate_of(key))
    plain = serialization.NoEncryption()
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )
