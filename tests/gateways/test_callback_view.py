"""The door for callbacks (daraja.md 7; attacks 1-6, 12, 13)."""

from io import BytesIO
from ipaddress import ip_network

import pytest
from django.urls import reverse

from core import clock
from gateways import inbox, views
from gateways.models import Callback

pytestmark = pytest.mark.django_db

RESULT = b'{"Result": {"ResultCode": 0, "OriginatorConversationID": "PV1"}}'
JSON = "application/json"


@pytest.fixture(autouse=True)
def _fresh_allowance(monkeypatch):
    monkeypatch.setattr(views, "strangers", views._Allowance(views.STRANGERS_A_MINUTE_MAX))


class Unreadable:
    """A body that never ends: whoever reads it waits for ever."""

    def read(self, *_size):
        raise AssertionError("the body was read")


def path(kind="payout", provider="daraja", secret=None):
    secret = secret or inbox.new_secret(provider=provider, kind=kind)
    return f"/callbacks/{provider}/{kind}/{secret}/"


def post(client, address=None, body=RESULT, content_type=JSON, **headers):
    return client.post(address or path(), body, content_type=content_type, **headers)


class TestAGenuineOne:
    def test_it_is_stored_and_acknowledged_with_one_query(self, client, django_assert_num_queries):
        with django_assert_num_queries(1):
            answer = post(client)

        assert (answer.status_code, answer.json()) == (
            200, {"ResultCode": 0, "ResultDesc": "Accepted"},
        )  # fmt: skip
        callback = Callback.objects.get()
        assert bytes(callback.body) == RESULT
        assert (callback.provider, callback.kind) == ("daraja", "payout")
        assert (callback.secret_ok, callback.source_listed) == (True, True)
        assert (callback.source_address, callback.content_type) == ("127.0.0.1", JSON)

    def test_twice_is_kept_twice(self, client):
        address = path()

        answers = [post(client, address).status_code for _ in range(2)]

        assert (answers, Callback.objects.count()) == ([200, 200], 2)

    @pytest.mark.parametrize(
        "body",
        [b"", b"<html></html>", b"null", b"[]", b'{"Result": "x"}', rb'{"a": "\u0000\ud800"}',
         b"\xff\xfe\x00", b"[" * 100_000, b'{"a": NaN}', b'{"ResultCode": 1, "ResultCode": 0}'],
    )  # fmt: skip
    @pytest.mark.parametrize("content_type", [JSON, "text/html", "multipart/form-data"])
    def test_whatever_it_says_it_is_kept_and_never_a_500(self, client, body, content_type):
        answer = post(client, body=body, content_type=content_type)

        assert answer.status_code == 200
        assert bytes(Callback.objects.get().body) == body

    def test_it_needs_no_csrf_token(self, client):
        client.handler.enforce_csrf_checks = True

        assert post(client).status_code == 200

    def test_its_address_has_a_name(self):
        secret = inbox.new_secret(provider="daraja", kind="status")

        address = reverse(
            "callback", kwargs={"provider": "daraja", "kind": "status", "secret": secret}
        )

        assert f"https://vault.example{address}" == inbox.callback_url(
            provider="daraja", kind="status", secret=secret
        )


class TestAWrongOne:
    @pytest.mark.parametrize("method", ["get", "put", "delete", "patch", "head", "options"])
    def test_only_post_is_answered(self, client, method):
        answer = getattr(client, method)(path())

        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert not Callback.objects.exists()

    @pytest.mark.parametrize(
        "address",
        [path("nothing"), path(provider="stranger")],
        ids=["unknown kind", "unknown provider"],
    )
    def test_an_unknown_provider_or_kind_is_not_found(self, client, address):
        assert post(client, address).status_code == 404
        assert not Callback.objects.exists()

    @pytest.mark.parametrize("secret", ["x", "A" * 38, "%00", "é", "A" * 500])
    def test_a_secret_that_is_not_ours_is_not_found_and_only_the_facts_are_kept(
        self, client, secret
    ):
        answer = post(client, path(secret=secret))

        assert answer.status_code == 404
        callback = Callback.objects.get()
        assert (callback.secret_ok, bytes(callback.body)) == (False, b"")
        assert (callback.source_address, callback.content_type) == ("127.0.0.1", JSON)

    @pytest.mark.parametrize("length", ["1000", "2000000", ""])
    def test_the_body_of_a_stranger_is_never_read(self, rf, length):
        request = rf.post("/", content_type=JSON)
        request.META["wsgi.input"] = request._stream = Unreadable()
        request.META["CONTENT_LENGTH"] = length
        request.META["HTTP_TRANSFER_ENCODING"] = "" if length else "chunked"

        answer = views.receive(request, "daraja", "payout", "A" * 38)

        assert answer.status_code == 404

    def test_a_secret_of_another_kind_is_not_ours(self, client):
        secret = inbox.new_secret(provider="daraja", kind="status")

        assert post(client, path("payout", secret=secret)).status_code == 404

    def test_at_most_sixty_strangers_a_minute_are_kept(self, client, monkeypatch):
        monkeypatch.setattr(clock, "stopwatch_s", lambda: 100.0)
        answers = {post(client, path(secret="A" * 38)).status_code for _ in range(70)}

        assert answers == {404}
        assert Callback.objects.count() == 60
        assert post(client).status_code == 200


class TestItsSize:
    def test_one_mebibyte_is_kept(self, client):
        assert post(client, body=b"x" * 1_048_576).status_code == 200

    def test_a_byte_more_is_refused_and_not_kept(self, client):
        assert post(client, body=b"x" * 1_048_577).status_code == 413
        assert not Callback.objects.exists()

    def test_a_length_that_lies_is_no_way_around(self, rf):
        request = rf.post("/", content_type=JSON)
        request.META["wsgi.input"] = BytesIO(b"x" * 2_000_000)
        request.META["CONTENT_LENGTH"] = ""
        request.META["HTTP_TRANSFER_ENCODING"] = "chunked"
        secret = inbox.new_secret(provider="daraja", kind="payout")

        answer = views.receive(request, "daraja", "payout", secret)

        assert answer.status_code == 413

    def test_a_body_in_chunks_is_read(self, rf):
        request = rf.post("/", content_type=JSON)
        request.META["wsgi.input"] = BytesIO(RESULT)
        request.META["CONTENT_LENGTH"] = ""
        request.META["HTTP_TRANSFER_ENCODING"] = "chunked"
        secret = inbox.new_secret(provider="daraja", kind="payout")

        answer = views.receive(request, "daraja", "payout", secret)

        assert answer.status_code == 200
        assert bytes(Callback.objects.get().body) == RESULT


class TestWhereItCameFrom:
    @pytest.fixture(autouse=True)
    def _listed(self, settings):
        settings.VAULT_CALLBACK_SOURCES = [ip_network("196.201.214.0/24")]

    def test_an_unlisted_source_is_kept_and_flagged(self, client):
        answer = post(client, REMOTE_ADDR="203.0.113.9")

        callback = Callback.objects.get()
        assert answer.status_code == 200
        assert (callback.source_address, callback.source_listed) == ("203.0.113.9", False)

    @pytest.mark.parametrize("address", ["196.201.214.200", "::ffff:196.201.214.200"])
    def test_a_listed_source_is_recognised(self, client, address):
        post(client, REMOTE_ADDR=address)

        callback = Callback.objects.get()
        assert (callback.source_address, callback.source_listed) == ("196.201.214.200", True)

    def test_a_forwarded_address_is_not_believed_without_a_proxy(self, client):
        post(client, REMOTE_ADDR="203.0.113.9", HTTP_X_FORWARDED_FOR="196.201.214.200")

        assert not Callback.objects.get().source_listed

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "source", "listed"),
        [
            (1, "196.201.214.200", "196.201.214.200", True),
            (1, "196.201.214.200, 203.0.113.9", "203.0.113.9", False),
            (2, "6.6.6.6, 196.201.214.200, 10.0.0.1", "196.201.214.200", True),
            (2, "196.201.214.200", None, False),
            (1, "", None, False),
            (1, "not an address", None, False),
        ],
    )
    def test_only_the_hop_before_our_own_proxies_counts(
        self, client, settings, proxies, forwarded, source, listed
    ):
        settings.VAULT_TRUSTED_PROXIES = proxies

        post(client, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

        callback = Callback.objects.get()
        assert (callback.source_address, callback.source_listed) == (source, listed)

    @pytest.mark.parametrize("address", ["", "unix:"])
    def test_a_peer_without_an_address_is_not_listed(self, client, address):
        post(client, REMOTE_ADDR=address)

        callback = Callback.objects.get()
        assert (callback.source_address, callback.source_listed) == (None, False)

    def test_an_empty_list_means_that_nobody_checks(self, client, settings):
        settings.VAULT_CALLBACK_SOURCES = []

        post(client, REMOTE_ADDR="203.0.113.9")

        assert Callback.objects.get().source_listed


@pytest.mark.django_db(transaction=True)
class TestADatabaseThatIsDown:
    @pytest.fixture(autouse=True)
    def _spool(self, settings, tmp_path):
        settings.VAULT_SPOOL_DIR = tmp_path / "spool"

    def test_the_sender_is_acknowledged_and_nothing_is_lost(self, client, database_down):
        with database_down():
            answer = post(client)

        assert (answer.status_code, inbox.take_in_spool()) == (200, 1)
        assert bytes(Callback.objects.get().body) == RESULT

    def test_without_a_spool_the_answer_is_503(self, client, settings, tmp_path, database_down):
        (tmp_path / "file").write_text("")
        settings.VAULT_SPOOL_DIR = tmp_path / "file"

        with database_down():
            assert post(client).status_code == 503

    def test_a_stranger_is_simply_not_found(self, client, settings, database_down):
        with database_down():
            answer = post(client, path(secret="A" * 38))

        assert answer.status_code == 404
        assert not settings.VAULT_SPOOL_DIR.exists()
