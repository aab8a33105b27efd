"""SecurityCredential: the initiator's password under Safaricom's public key (daraja.md 6)."""

import base64
from functools import lru_cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding

CERTIFICATE_BYTES_MAX = 65_536
PASSWORD_BYTES_MAX = 200
CREDENTIALS_KEPT_MAX = 256
_PEM_MARK = b"-----BEGIN CERTIFICATE-----"


class BadCertificate(ValueError):
    """The file is not an X.509 certificate with an RSA key; the message says what it is."""


def read_certificate(content: bytes) -> str:
    """The PEM text of a PEM or DER certificate, its dates unchecked (daraja.md 6).

    Raises BadCertificate.
    """
    certificate = _parsed(content)
    if not isinstance(certificate.public_key(), rsa.RSAPublicKey):
        raise BadCertificate("The certificate has no RSA key: download M-Pesa's from the portal")
    return certificate.public_bytes(Encoding.PEM).decode()


@lru_cache(maxsize=CREDENTIALS_KEPT_MAX)
def security_credential(certificate: str, password: str) -> str:
    """PKCS#1 v1.5, then base64; one value is reused for many calls. Raises BadCertificate."""
    key = _parsed(certificate.encode()).public_key()
    secret = password.encode()
    if not isinstance(key, rsa.RSAPublicKey):
        raise BadCertificate("The certificate has no RSA key: download M-Pesa's from the portal")
    if len(secret) > PASSWORD_BYTES_MAX:
        raise BadCertificate(f"The initiator password is longer than {PASSWORD_BYTES_MAX} bytes")
    return base64.b64encode(key.encrypt(secret, padding.PKCS1v15())).decode()


def _parsed(content: bytes) -> x509.Certificate:
    if len(content) > CERTIFICATE_BYTES_MAX:
        raise BadCertificate(
            f"The certificate is {len(content):,} bytes: a certificate is a few thousand"
        )
    try:
        if _PEM_MARK in content:
            return x509.load_pem_x509_certificate(content)
        return x509.load_der_x509_certificate(content)
    except ValueError:
        raise BadCertificate(
            f"This is not a certificate but {_kind(content)}: give M-Pesa's public key "
            "certificate (.cer) as PEM or DER, such as ProductionCertificate.cer"
        ) from None


def _kind(content: bytes) -> str:
    start = content.lstrip()[:64]
    if not start:
        return "an empty file"
    if b"PRIVATE KEY" in start:
        return "a private key"
    if b"PUBLIC KEY" in start:
        return "a bare public key"
    if start.startswith(_PEM_MARK):
        return "a damaged PEM file"
    if start[:1] == b"<":
        return "a web page"
    if start.startswith(b"PK"):
        return "a zip or spreadsheet file"
    return "something else" if b"\0" in content or start[:1] == b"\x30" else "a text file"
