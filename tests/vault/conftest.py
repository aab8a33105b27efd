"""A certificate as the portal gives it, and owners."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def expired_certificate() -> x509.Certificate:
    """Like M-Pesa's own: in use for years after its last day."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "api.example")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(AT - timedelta(days=900))
        .not_valid_after(AT - timedelta(days=500))
        .sign(key, hashes.SHA256())
    )


@pytest.fixture(scope="session")
def pem(expired_certificate: x509.Certificate) -> bytes:
    return expired_certificate.public_bytes(Encoding.PEM)


@pytest.fixture(scope="session")
def der(expired_certificate: x509.Certificate) -> bytes:
    return expired_certificate.public_bytes(Encoding.DER)


@pytest.fixture
def certificate_file(pem: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "certificate.cer"
    path.write_bytes(pem)
    return path


@pytest.fixture
def partner(db: None) -> Partner:
    return add_partner(name="Umoja Example Ltd", actor="test", at=AT)


@pytest.fixture
def shortcode(partner: Partner, pem: bytes) -> Shortcode:
    return add_shortcode(
        number="600111",
        partner_id=partner.pk,
        kind="paybill",
        initiator_name="apiop",
        credentials=Credentials(
            consumer_key="ck-1", consumer_secret="cs-2", initiator_password="pw-3"
        ),
        certificate=pem,
        low_float_minor=5_000_000,
        actor="test",
        at=AT,
    )
