"""The provider's own key pair, and the initiators whose passwords it opens (daraja.md 6)."""

import base64
import binascii
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

KEY_BITS = 2048
WRONG_TRIES_MAX = 3
OPENED_KEPT_MAX = 1024
WRONG_PREFIX = "wrong"
INITIATOR_INVALID = "2001"
CREDENTIAL_LOCKED = "8006"

# The provider's real certificate ran out in 2018 and is still the one to use.
VALID_FROM = datetime(2017, 4, 25, tzinfo=UTC)
VALID_UNTIL = datetime(2018, 3, 21, tzinfo=UTC)


class KeyPair:
    """An RSA key and its self-signed certificate."""

    def __init__(self, private_key: rsa.RSAPrivateKey) -> None:
        self.private_key = private_key
        self._opened: dict[str, str | None] = {}

    @classmethod
    def generate(cls) -> "KeyPair":
        """A new pair."""
        return cls(rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS))

    @classmethod
    def load_or_create(cls, certificate_path: Path) -> "KeyPair":
        """The pair kept at this path and beside it; made and written when there is none."""
        key_path = certificate_path.with_suffix(".key")
        if key_path.exists():
            key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
            if not isinstance(key, rsa.RSAPrivateKey):
                raise ValueError(f"{key_path} holds no RSA key; remove it and start again")
            pair = cls(key)
        else:
            pair = cls.generate()
            _write_private(key_path, pair.private_key_pem)
        if not _certifies(certificate_path, pair):
            certificate_path.write_bytes(pair.certificate_pem)
        return pair

    @cached_property
    def certificate_pem(self) -> bytes:
        """The certificate to encrypt with, in PEM form."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "simulator.invalid")])
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.private_key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(VALID_FROM)
            .not_valid_after(VALID_UNTIL)
        )
        certificate = builder.sign(self.private_key, hashes.SHA256())
        return certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def private_key_pem(self) -> bytes:
        """The private key in PEM form, not encrypted: it protects no real money."""
        return self.private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def open(self, credential: str) -> str | None:
        """The password inside a SecurityCredential, or None when it is not one of ours."""
        if credential not in self._opened:
            if len(self._opened) >= OPENED_KEPT_MAX:
                self._opened.clear()
            self._opened[credential] = self._decrypt(credential)
        return self._opened[credential]

    def _decrypt(self, credential: str) -> str | None:
        try:
            sealed = base64.b64decode(credential, validate=True)
            password = self.private_key.decrypt(sealed, padding.PKCS1v15()).decode("ascii")
        except (binascii.Error, ValueError):
            return None
        # Newer OpenSSL answers bad padding with chance bytes instead of an error.
        return password if password and password.isprintable() else None


@lru_cache(maxsize=1)
def shared_key_pair() -> KeyPair:
    """One pair for every simulator of this process: making one takes a while."""
    return KeyPair.generate()


def _certifies(certificate_path: Path, pair: KeyPair) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(certificate_path.read_bytes())
    except (OSError, ValueError):
        return False
    return certificate.public_key() == pair.private_key.public_key()


def _write_private(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


@dataclass
class Initiators:
    """API operators: their passwords, wrong tries and locks.

    Without any registered one, all are believed except a name or password that begins with
    "wrong".
    """

    key_pair: KeyPair
    passwords: dict[str, str] = field(default_factory=dict)
    wrong_tries: Counter[str] = field(default_factory=Counter)

    def refusal(self, *, name: str, credential: str) -> str | None:
        """None when the initiator is right, else result code 2001 or, once locked, 8006."""
        if self.wrong_tries[name] >= WRONG_TRIES_MAX:
            return CREDENTIAL_LOCKED
        if self._believes(name, self.key_pair.open(credential)):
            self.wrong_tries.pop(name, None)
            return None
        self.wrong_tries[name] += 1
        return INITIATOR_INVALID

    def register(self, *, name: str, password: str) -> None:
        """Make this the initiator's password and lift its lock."""
        self.passwords[name] = password
        self.unlock(name=name)

    def unlock(self, *, name: str) -> None:
        """What the business administrator does on the portal."""
        self.wrong_tries.pop(name, None)

    def _believes(self, name: str, password: str | None) -> bool:
        if password is None:
            return False
        if self.passwords:
            return self.passwords.get(name) == password
        return not (name.startswith(WRONG_PREFIX) or password.startswith(WRONG_PREFIX))
