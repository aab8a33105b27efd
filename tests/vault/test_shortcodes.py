"""add_shortcode, rotate_secrets, new_encryption_key."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from core import secrets
from core.refusals import Refused
from gateways.models import AccessToken
from vault.models import Partner, Shortcode
from vault.operations.add_partner import add_partner
from vault.operations.add_shortcode import Credentials, add_shortcode
from vault.operations.rotate_secrets import rotate_secrets

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SECRETS = Credentials(consumer_key="ck-1", consumer_secret="cs-2", initiator_password="pw#3")


def arguments_for(partner: Partner, certificate: Path, **changes: str) -> list[str]:
    options = {
        "partner": str(partner.pk),
        "kind": "paybill",
        "consumer-key": "ck-1",
        "consumer-secret": "cs-2",
        "initiator": "apiop",
        "initiator-password": "pw#3",
        "certificate": str(certificate),
    } | changes
    pairs = [part for name, value in options.items() if value for part in (f"--{name}", value)]
    return ["add_shortcode", "600111", *pairs]


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


class TestAddShortcode:
    def test_the_command_seals_the_credentials_to_the_row(
        self, partner: Partner, certificate_file: Path
    ) -> None:
        answer = json.loads(run(*arguments_for(partner, certificate_file), "--json"))

        row = Shortcode.objects.get(pk=answer["id"])
        assert answer["number"] == row.number == "600111"
        assert "pw#3" not in row.sealed_credentials
        access = row.access()
        assert (access.consumer_key, access.consumer_secret) == ("ck-1", "cs-2")
        assert (access.initiator_name, access.initiator_password) == ("apiop", "pw#3")
        assert "pw#3" not in repr(access)

    def test_der_is_kept_as_pem_and_an_expired_certificate_is_fine(
        self, partner: Partner, der: bytes, tmp_path: Path
    ) -> None:
        path = tmp_path / "production.cer"
        path.write_bytes(der)

        run(*arguments_for(partner, path))

        assert "BEGIN CERTIFICATE" in Shortcode.objects.get().certificate

    def test_secrets_come_from_the_environment(
        self, partner: Partner, certificate_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("VAULT_CONSUMER_KEY", "from-environment")
        monkeypatch.setenv("VAULT_CONSUMER_SECRET", "also")
        monkeypatch.setenv("VAULT_INITIATOR_PASSWORD", "and-this")
        monkeypatch.setenv("VAULT_PASSKEY", "pass")
        without = {"consumer-key": "", "consumer-secret": "", "initiator-password": ""}

        run(*arguments_for(partner, certificate_file, **without))

        row = Shortcode.objects.get()
        kept = secrets.unseal(row.sealed_credentials, context=row.context)
        assert kept == {
            "consumer_key": "from-environment",
            "consumer_secret": "also",
            "initiator_password": "and-this",
            "passkey": "pass",
        }

    def test_a_missing_secret_without_a_terminal_is_bad_usage(
        self, partner: Partner, certificate_file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("sys.stdin", StringIO())

        with pytest.raises(CommandError, match="--consumer-secret is missing") as refused:
            run(*arguments_for(partner, certificate_file, **{"consumer-secret": ""}))

        assert refused.value.returncode == 2
        assert not Shortcode.objects.exists()

    @pytest.mark.parametrize(
        "content",
        [b"", b"not a certificate", b"<html></html>", b"\x30\x82\x00", b"x" * 100_000,
         b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"],
    )  # fmt: skip
    def test_what_is_no_certificate_is_refused(
        self, partner: Partner, tmp_path: Path, content: bytes
    ) -> None:
        path = tmp_path / "wrong.cer"
        path.write_bytes(content)

        with pytest.raises(CommandError, match=r"^certificate: ") as refused:
            run(*arguments_for(partner, path))

        assert refused.value.returncode == 1
        assert not Shortcode.objects.exists()

    def test_a_certificate_file_that_is_not_there_is_refused(
        self, partner: Partner, tmp_path: Path
    ) -> None:
        with pytest.raises(CommandError, match="cannot be read"):
            run(*arguments_for(partner, tmp_path / "nothing.cer"))

    @pytest.mark.parametrize(
        "number",
        ["", "1234", "12345678", "60o111", "\uff16\uff10\uff10\uff11\uff11\uff11", "-60011"],
    )
    def test_a_number_that_is_none_is_refused(
        self, partner: Partner, pem: bytes, number: str
    ) -> None:
        with pytest.raises(Refused, match=r"^number: .* such as 600111"):
            add_shortcode(
                number=number, partner_id=partner.pk, kind="paybill", initiator_name="apiop",
                credentials=SECRETS, certificate=pem, actor="test", at=AT,
            )  # fmt: skip

    @pytest.mark.parametrize("password", ["x" * 201, "\u00e9" * 101])
    def test_a_password_that_cannot_be_encrypted_is_refused(
        self, partner: Partner, pem: bytes, password: str
    ) -> None:
        with pytest.raises(
            Refused, match=r"^initiator-password: has more than 200 bytes"
        ) as found:
            add_shortcode(
                number="600111", partner_id=partner.pk, kind="paybill", initiator_name="apiop",
                credentials=replace(SECRETS, initiator_password=password), certificate=pem,
                actor="test", at=AT,
            )  # fmt: skip

        assert password not in str(found.value)

    def test_a_number_is_added_once_even_for_another_partner(
        self, shortcode: Shortcode, pem: bytes
    ) -> None:
        other = add_partner(name="Another Example", actor="test", at=AT)

        with pytest.raises(Refused, match="600111 is there already"):
            add_shortcode(
                number="600111", partner_id=other.pk, kind="till", initiator_name="apiop",
                credentials=SECRETS, certificate=pem, actor="test", at=AT,
            )  # fmt: skip

    def test_low_float_is_an_amount(self, partner: Partner, certificate_file: Path) -> None:
        run(*arguments_for(partner, certificate_file, **{"low-float": "50,000"}))
        with pytest.raises(CommandError, match=r"^low-float: "):
            run(*arguments_for(partner, certificate_file, **{"low-float": "1e9"}))

        assert Shortcode.objects.get().low_float_minor == 5_000_000


class TestRotateSecrets:
    def test_everything_opens_under_the_new_key_alone(
        self, shortcode: Shortcode, settings: LazySettings
    ) -> None:
        token = AccessToken.objects.create(
            key_digest="d" * 64, sealed_token=secrets.seal({"token": "t"}, context="d"),
            fetched_at=AT, expires_at=AT,
        )  # fmt: skip
        new = json.loads(run("new_encryption_key", "--json"))["key"]
        settings.VAULT_ENCRYPTION_KEYS = [new, *settings.VAULT_ENCRYPTION_KEYS]

        answer = json.loads(run("rotate_secrets", "--json"))

        settings.VAULT_ENCRYPTION_KEYS = [new]
        shortcode.refresh_from_db()
        token.refresh_from_db()
        assert answer == {"shortcodes": 1, "others": 0, "tokens": 1}
        assert shortcode.access().consumer_secret == "cs-2"
        assert secrets.unseal(token.sealed_token, context="d") == {"token": "t"}

    def test_a_missing_key_changes_nothing_and_names_the_shortcode(
        self, shortcode: Shortcode, settings: LazySettings
    ) -> None:
        before = shortcode.sealed_credentials
        settings.VAULT_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

        with pytest.raises(Refused, match="600111"):
            rotate_secrets(actor="test", at=AT)

        shortcode.refresh_from_db()
        assert shortcode.sealed_credentials == before

    def test_credentials_moved_to_another_row_do_not_open(
        self, shortcode: Shortcode, pem: bytes
    ) -> None:
        other = add_shortcode(
            number="600222", partner_id=shortcode.partner_id, kind="till", initiator_name="apiop",
            credentials=SECRETS, certificate=pem, actor="test", at=AT,
        )  # fmt: skip
        Shortcode.objects.filter(pk=other.pk).update(
            sealed_credentials=shortcode.sealed_credentials
        )
        other.refresh_from_db()

        with pytest.raises(secrets.CannotOpen, match="another row"):
            other.access()
