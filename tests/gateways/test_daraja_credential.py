"""The SecurityCredential and its certificate (daraja.md 6), good and bad."""

import base64

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding

from gateways.daraja.credential import BadCertificate, security_credential
from gateways.registry import read_certificate

ENCODING = serialization.Encoding


class TestReadingACertificate:
    @pytest.mark.parametrize("encoding", [ENCODING.PEM, ENCODING.DER])
    def test_an_expired_one_is_read_from_either_form(self, certificate, encoding):
        text = read_certificate(certificate.public_bytes(encoding))

        assert text == certificate.public_bytes(ENCODING.PEM).decode()

    @pytest.mark.parametrize(
        ("content", "kind"),
        [
            (b"", "an empty file"),
            (b"hello", "a text file"),
            (b"<!doctype html><p>Sign in", "a web page"),
            (b"PK\x03\x04", "a zip"),
            (b"-----BEGIN RSA PRIVATE KEY-----\nAAAA", "a private key"),
            (b"-----BEGIN PUBLIC KEY-----\nAAAA", "a bare public key"),
            (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "a damaged PEM"),
            (b"\x30\x82\x01\x00\x00", "something else"),
        ],
    )
    def test_anything_else_is_named_for_what_it_is(self, content, kind):
        with pytest.raises(BadCertificate, match=kind):
            read_certificate(content)

    def test_a_huge_file_is_not_parsed(self):
        with pytest.raises(BadCertificate, match="10,000,000 bytes"):
            read_certificate(b"x" * 10_000_000)


class TestTheCredential:
    def test_only_the_private_key_opens_it(self, access, private_key):
        credential = security_credential(access.certificate, access.initiator_password)

        opened = private_key.decrypt(base64.b64decode(credential), padding.PKCS1v15())
        assert opened == b"Initiator#1"
        assert len(credential) == 344

    def test_one_value_is_reused(self, access):
        first = security_credential(access.certificate, "one")

        assert security_credential(access.certificate, "one") == first
        assert security_credential(access.certificate, "two") != first

    def test_a_password_too_long_for_the_key_is_refused(self, access):
        with pytest.raises(BadCertificate, match="longer than 200 bytes"):
            security_credential(access.certificate, "x" * 300)
