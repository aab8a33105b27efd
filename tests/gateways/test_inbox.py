"""Secrets of callback paths, the raw store, the spool, reading and replaying (daraja.md 7)."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from core.models import Alert
from gateways import inbox
from gateways.interface import Delivery, PayoutResult, Unreadable
from gateways.models import Callback
from gateways.registry import callback_kinds

AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FORBIDDEN = ("mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query")
RESULT = (
    b'{"Result": {"ResultCode": 0, "OriginatorConversationID": "PV1", '
    b'"TransactionID": "UKL1A2B3C4"}}'
)


def stored(**changes):
    values = {
        "provider": "daraja", "kind": "payout", "secret": "s" * 38, "secret_ok": True,
        "body": RESULT, "content_type": "application/json", "source_address": "127.0.0.1",
        "source_listed": True,
    }  # fmt: skip
    return inbox.store(**values | changes)


@pytest.fixture
def spool(settings, tmp_path) -> Path:
    settings.VAULT_SPOOL_DIR = tmp_path / "spool"
    return settings.VAULT_SPOOL_DIR


class TestASecret:
    def test_it_fits_its_provider_and_kind_only(self):
        secret = inbox.new_secret(provider="daraja", kind="payout")

        assert inbox.secret_fits(provider="daraja", kind="payout", secret=secret)
        assert not inbox.secret_fits(provider="daraja", kind="status", secret=secret)
        assert not inbox.secret_fits(provider="other", kind="payout", secret=secret)

    def test_a_result_and_its_timeout_share_one(self):
        secret = inbox.new_secret(provider="daraja", kind="payout")

        assert inbox.secret_fits(provider="daraja", kind="payout-timeout", secret=secret)

    @pytest.mark.parametrize("forged", ["", "x", "A" * 38, "A" * 39, "é" * 38, "-" * 38 + "\n"])
    def test_a_guess_does_not_fit(self, forged):
        assert not inbox.secret_fits(provider="daraja", kind="payout", secret=forged)

    def test_any_other_character_spoils_it(self):
        secret = inbox.new_secret(provider="daraja", kind="payout")

        spoilt = [
            secret[:place] + ("A" if secret[place] != "A" else "B") + secret[place + 1 :]
            for place in range(len(secret) - 1)
        ]

        assert not any(
            inbox.secret_fits(provider="daraja", kind="payout", secret=each) for each in spoilt
        )

    def test_one_made_under_the_former_key_still_fits(self, settings):
        secret = inbox.new_secret(provider="daraja", kind="payout")
        former, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "y" * 40

        without = inbox.secret_fits(provider="daraja", kind="payout", secret=secret)
        settings.SECRET_KEY_FALLBACKS = [former]
        with_fallback = inbox.secret_fits(provider="daraja", kind="payout", secret=secret)

        assert (without, with_fallback) == (False, True)

    def test_no_address_contains_a_forbidden_word(self):
        urls = [
            inbox.callback_url(
                provider="daraja", kind=kind, secret=inbox.new_secret(provider="daraja", kind=kind)
            )
            for kind in callback_kinds("daraja")
            for _ in range(1_000)
        ]

        assert not [url for url in urls if any(word in url.lower() for word in FORBIDDEN)]
        shape = r"https://vault\.example/callbacks/daraja/[a-z0-9-]+/[A-Za-z0-9_-]{38}/"
        assert all(re.fullmatch(shape, url) for url in urls)
        assert len(set(urls)) == len(urls)


@pytest.mark.django_db
class TestStoring:
    def test_it_is_one_insert(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            callback_id = stored()

        callback = Callback.objects.get(pk=callback_id)
        assert bytes(callback.body) == RESULT
        assert bytes(callback.secret_digest) == inbox.secret_digest("s" * 38)
        assert (callback.processed_at, callback.outcome) == (None, "")

    def test_credentials_in_the_body_are_not_kept(self):
        callback_id = stored(body=b'{"SecurityCredential": "Xyz==", "Amount": 10}')

        body = bytes(Callback.objects.get(pk=callback_id).body)
        assert body == b'{"SecurityCredential": "[removed]", "Amount": 10}'

    @pytest.mark.parametrize(
        "name",
        ["SecurityCredential", "access_token", "token", "Password", "InitiatorPassword",
         "consumer_secret", "secret", "consumer_key", "consumerKey", "Authorization", "passkey",
         "api_key", "apiKey"],
    )  # fmt: skip
    @pytest.mark.parametrize("written", [str, str.upper, str.lower])
    def test_every_secret_field_is_removed(self, name, written):
        callback_id = stored(body=f'{{"{written(name)}": "Xyz=="}}'.encode())

        assert b"Xyz" not in bytes(Callback.objects.get(pk=callback_id).body)

    @pytest.mark.parametrize("body", [b"", b"\0\xff\xfe", b"<html>", b"x" * 1_000_000])
    def test_any_bytes_are_kept(self, body):
        callback_id = stored(body=body, content_type="text/\0html" + "x" * 500)

        assert bytes(Callback.objects.get(pk=callback_id).body) == body


@pytest.mark.django_db
class TestReading:
    def test_a_stored_message_becomes_an_event(self):
        callback = Callback.objects.get(pk=stored())

        event = inbox.read(callback)

        assert isinstance(event, PayoutResult)
        assert (event.reference, event.receipt) == ("PV1", "UKL1A2B3C4")

    @pytest.mark.parametrize(
        "body",
        [b"", b"<html>", b"[]", b"null", b'"text"', b'{"Result": "text"}', b"\xff\xfe",
         b"[" * 100_000, b'{"Result": {"ResultCode": NaN}}',
         b'{"Result": {"ResultCode": 2001, "ResultCode": 0}}', RESULT.decode().encode("utf-16")],
    )  # fmt: skip
    def test_nonsense_is_unreadable_and_says_why(self, body):
        callback = Callback.objects.get(pk=stored(body=body))

        with pytest.raises(Unreadable) as caught:
            inbox.read(callback)

        assert str(caught.value)

    def test_a_kind_that_nobody_reads_any_more_is_unreadable(self):
        callback = Callback.objects.get(pk=stored(kind="old-kind"))

        with pytest.raises(Unreadable, match="nobody reads"):
            inbox.read(callback)


@pytest.mark.django_db
class TestTheQueue:
    def test_unread_ones_come_oldest_first(self):
        ids = [stored() for _ in range(3)]

        assert inbox.claim_unread(2) == ids[:2]
        assert inbox.anything_unread()

    def test_a_marked_one_is_read_and_a_replayed_one_unread_again(self):
        callback = Callback.objects.get(pk=stored())

        inbox.mark(callback, outcome=Delivery.APPLIED, at=AT, note="n\0", subject_id="7")
        after_mark = inbox.claim_unread(10)
        inbox.replay(callback_id=callback.pk)

        assert after_mark == []
        assert inbox.claim_unread(10) == [callback.pk]
        callback.refresh_from_db()
        assert (callback.outcome, callback.subject_id, callback.note) == ("applied", "7", "n")
        assert bytes(callback.body) == RESULT

    def test_an_unknown_one_cannot_be_replayed(self):
        with pytest.raises(Callback.DoesNotExist):
            inbox.replay(callback_id=987_654)


@pytest.mark.django_db(transaction=True)
class TestTheSpool:
    def test_a_message_survives_a_database_that_is_down(self, database_down, spool):
        with database_down():
            number = stored()

        assert number == 0
        assert inbox.anything_unread()
        assert (inbox.take_in_spool(), inbox.take_in_spool()) == (1, 0)
        callback = Callback.objects.get()
        assert bytes(callback.body) == RESULT
        assert (callback.kind, callback.secret_ok, callback.source_address) == (
            "payout", True, "127.0.0.1",
        )  # fmt: skip
        assert list(spool.iterdir()) == []

    def test_secrets_are_not_spooled_and_nobody_else_may_look(self, database_down, spool):
        with database_down():
            stored(secret="path-secret", body=b'{"SecurityCredential": "Xyz=="}')

        [file] = spool.iterdir()
        assert "Xyz" not in file.read_text()
        assert "path-secret" not in file.read_text()
        assert (file.stat().st_mode & 0o777, spool.stat().st_mode & 0o777) == (0o600, 0o700)

    def test_a_crash_between_insert_and_removal_adds_nothing(self, database_down, spool):
        with database_down():
            stored()
        [file] = spool.iterdir()
        content = file.read_text()
        inbox.take_in_spool()
        file.write_text(content)

        taken = inbox.take_in_spool()

        assert (taken, Callback.objects.count()) == (0, 1)
        assert not file.exists()

    def test_one_that_another_worker_holds_is_left_to_it(self, database_down, spool):
        with database_down():
            stored()

        def other():
            try:
                return inbox.take_in_spool()
            finally:
                connection.close()

        [file] = spool.iterdir()
        with transaction.atomic(), ThreadPoolExecutor(1) as threads:
            assert inbox.try_transaction_lock(f"spool:{file.name}")
            taken = threads.submit(other).result()

        assert (taken, Callback.objects.count()) == (0, 0)
        assert inbox.take_in_spool() == 1

    def test_two_equal_messages_are_two(self, database_down, spool):
        with database_down():
            stored()
            stored()

        assert inbox.take_in_spool() == 2

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"provider": "daraja"}', "5"])
    def test_a_damaged_file_is_put_aside_and_stops_nothing(self, database_down, spool, content):
        with database_down():
            stored()
        (spool / "0-first.json").write_text(content)

        taken = inbox.take_in_spool()

        assert taken == 1
        assert (spool / "0-first.unreadable").read_text() == content
        assert Alert.objects.get().kind == "spool_unreadable"

    def test_half_a_file_was_never_acknowledged(self, spool):
        spool.mkdir()
        (spool / "x.partial").write_text("{")

        assert inbox.take_in_spool() == 0

    def test_a_stranger_is_not_spooled(self, database_down, spool):
        with database_down(), pytest.raises(inbox.NotStored):
            stored(secret_ok=False)

        assert not spool.exists()

    def test_when_nothing_takes_it_the_sender_hears_of_it(self, database_down, settings, tmp_path):
        (tmp_path / "file").write_text("")
        settings.VAULT_SPOOL_DIR = tmp_path / "file" / "spool"

        with database_down(), pytest.raises(inbox.NotStored):
            stored()
