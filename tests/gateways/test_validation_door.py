"""The door that answers whether we want a payment (daraja.md 5.4; docs/decisions/0015)."""

from threading import Event

import pytest

from gateways import inbox, validation, views
from gateways.interface import Refusal, Verdict
from gateways.models import Callback

pytestmark = pytest.mark.django_db(transaction=True)

BODY = {
    "TransactionType": "Pay Bill", "TransID": "UKL1A2B3C4", "TransTime": "20261121101213",
    "TransAmount": "10000.00", "BusinessShortCode": "600123", "BillRefNumber": "HSE-12",
    "InvoiceNumber": "", "OrgAccountBalance": "", "ThirdPartyTransID": "",
    "MSISDN": "25470****001", "FirstName": "AMINA", "MiddleName": "", "LastName": "",
}  # fmt: skip
ACCEPTED = {"ResultCode": "0", "ResultDesc": "Accepted"}
OTHER = {"ResultCode": "C2B00016", "ResultDesc": "Rejected"}
KIND = "c2b-validation"
asked = []
released = Event()


def taking(*, payment, secret_digest):
    asked.append((payment, secret_digest))
    return Verdict(our_reference="RENT-7")


def knowing_no_account(*, payment, secret_digest):
    return Verdict(refusal=Refusal.ACCOUNT)


def failing(*, payment, secret_digest):
    raise RuntimeError("the database is down")


def saying_nothing(*, payment, secret_digest):
    return None


def slow(*, payment, secret_digest):
    released.wait(30)
    return Verdict(refusal=Refusal.PERSON)


def looking_into_the_database(*, payment, secret_digest):
    count = Callback.objects.count()
    return Verdict(our_reference=f"seen {count}")


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    monkeypatch.setattr(views, "strangers", views._Allowance(views.STRANGERS_A_MINUTE_MAX))
    asked.clear()
    released.clear()
    yield
    released.set()


@pytest.fixture
def answered_by(settings):
    def name(function):
        settings.VAULT_PAYMENT_ANSWERER = f"{__name__}.{function.__name__}"

    return name


def path(kind=KIND):
    secret = inbox.standing_secret(provider="daraja", kind=kind, subject="600123")
    return f"/callbacks/daraja/{kind}/{secret}/"


def post(client, body=BODY, address=None):
    return client.post(address or path(), body, content_type="application/json")


class TestAnAnswer:
    def test_without_an_answerer_every_payment_is_taken(self, client):
        answer = post(client)

        assert (answer.status_code, answer.json()) == (200, ACCEPTED)

    def test_the_app_above_is_shown_the_payment_and_names_its_own_reference(
        self, client, answered_by
    ):
        answered_by(taking)

        answer = post(client)

        assert answer.json() == ACCEPTED | {"ThirdPartyTransID": "RENT-7"}
        [(payment, digest)] = asked
        assert (payment.account, payment.amount_minor) == ("HSE-12", 1_000_000)
        assert digest in inbox.standing_digests(provider="daraja", kind=KIND, subject="600123")

    @pytest.mark.parametrize(
        ("refusal", "code"),
        [(Refusal.PHONE, "C2B00011"), (Refusal.ACCOUNT, "C2B00012"), (Refusal.AMOUNT, "C2B00013"),
         (Refusal.PERSON, "C2B00014"), (Refusal.SHORTCODE, "C2B00015"),
         (Refusal.OTHER, "C2B00016")],
    )  # fmt: skip
    def test_a_refusal_is_told_in_the_providers_code(self, client, settings, refusal, code):
        settings.VAULT_PAYMENT_ANSWERER = f"{__name__}.refusing"
        globals()["refusing"] = lambda **_: Verdict(refusal=refusal)

        assert post(client).json() == {"ResultCode": code, "ResultDesc": "Rejected"}

    def test_the_message_is_kept_before_anybody_is_asked(self, client, answered_by):
        answered_by(looking_into_the_database)

        answer = post(client)

        assert answer.json()["ThirdPartyTransID"] == "seen 1"
        assert (Callback.objects.get().kind, Callback.objects.get().secret_ok) == (KIND, True)

    def test_a_confirmation_is_only_acknowledged(self, client, answered_by):
        answered_by(knowing_no_account)

        answer = post(client, address=path("c2b-confirmation"))

        assert answer.json() == {"ResultCode": 0, "ResultDesc": "Accepted"}

    def test_a_stranger_is_not_found_and_nobody_is_asked(self, client, answered_by):
        answered_by(taking)

        answer = post(client, address=f"/callbacks/daraja/{KIND}/{'A' * 38}/")

        assert (answer.status_code, asked) == (404, [])


class TestWithoutAVerdict:
    @pytest.fixture(params=["Completed", "Cancelled"])
    def expected(self, request, settings):
        settings.VAULT_UNANSWERED_PAYMENTS = request.param
        return ACCEPTED if request.param == "Completed" else OTHER

    @pytest.mark.parametrize("function", [failing, saying_nothing])
    def test_a_failure_is_answered_as_registered(self, client, answered_by, expected, function):
        answered_by(function)

        assert post(client).json() == expected

    def test_a_name_that_leads_nowhere_is_answered_as_registered(self, client, settings, expected):
        settings.VAULT_PAYMENT_ANSWERER = "nowhere.at_all"

        assert [post(client).json() for _ in range(validation.AT_ONCE_MAX + 1)] == [expected] * (
            validation.AT_ONCE_MAX + 1
        )

    @pytest.mark.parametrize("body", [{"TransID": "x"}, [], b"<html>", b""])
    def test_what_cannot_be_read_is_answered_as_registered(self, client, expected, body):
        assert post(client, body).json() == expected

    def test_a_slow_one_is_not_waited_for(self, client, answered_by, expected, monkeypatch):
        monkeypatch.setattr(validation, "ANSWER_WITHIN_S", 0.05)
        answered_by(slow)

        assert post(client).json() == expected

    def test_when_too_many_are_asked_at_once_nobody_else_waits(
        self, client, answered_by, expected, monkeypatch
    ):
        monkeypatch.setattr(validation, "_places", validation.BoundedSemaphore(1))
        monkeypatch.setattr(validation, "ANSWER_WITHIN_S", 0.05)
        answered_by(slow)
        post(client)
        answered_by(taking)

        answer = post(client)

        assert (answer.json(), asked) == (expected, [])

    def test_a_place_is_free_again_after_each_verdict(self, client, answered_by, monkeypatch):
        monkeypatch.setattr(validation, "_places", validation.BoundedSemaphore(1))

        for function in (failing, taking, failing, taking):
            answered_by(function)
            post(client)

        assert len(asked) == 2

    def test_there_is_time_left_of_the_providers_eight_seconds(self):
        assert validation.ANSWER_WITHIN_S <= 6


class TestAStandingSecret:
    def test_it_is_always_the_same_for_one_subject_and_kind(self):
        def secret(kind=KIND, subject="600123"):
            return inbox.standing_secret(provider="daraja", kind=kind, subject=subject)

        assert secret() == secret()
        assert len({secret(), secret("c2b-confirmation"), secret(subject="600124")}) == 3
        assert inbox.secret_fits(provider="daraja", kind=KIND, secret=secret())
        assert not inbox.secret_fits(provider="daraja", kind="stk", secret=secret())

    def test_it_outlives_its_key_among_the_fallbacks(self, settings):
        secret = inbox.standing_secret(provider="daraja", kind=KIND, subject="600123")
        former, settings.SECRET_KEY = settings.SECRET_KEY, "another-" + "y" * 40
        settings.SECRET_KEY_FALLBACKS = [former]

        digests = inbox.standing_digests(provider="daraja", kind=KIND, subject="600123")

        assert inbox.secret_fits(provider="daraja", kind=KIND, secret=secret)
        assert inbox.secret_digest(secret) in digests
        assert len(digests) == 2

    def test_no_address_contains_a_forbidden_word(self):
        urls = [
            inbox.callback_url(
                provider="daraja", kind=kind,
                secret=inbox.standing_secret(provider="daraja", kind=kind, subject=str(number)),
            ).lower()
            for number in range(600_000, 602_000)
            for kind in (KIND, "c2b-confirmation")
        ]  # fmt: skip

        words = ("mpesa", "m-pesa", "safaricom", "exe", "cmd", "sql", "query")
        assert not [url for url in urls if any(word in url for word in words)]
