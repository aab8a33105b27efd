"""Registering addresses and pulling payments (daraja.md 5.4, 5.5)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import responses

from core import clock
from gateways.errors import Declined, Unclear
from gateways.interface import PaymentUrls, PhoneForm, PullRegistration, PullWindow, Unanswered
from gateways.registry import collector
from tests.gateways.collecting import (
    AT,
    PULL_REGISTER_URL,
    PULL_URL,
    REGISTER_URL,
    TOKEN_URL,
    gateway_error,
    sent,
)

pytestmark = pytest.mark.django_db(transaction=True)

URLS = PaymentUrls(
    validation="https://vault.example/callbacks/daraja/c2b-validation/s/",
    confirmation="https://vault.example/callbacks/daraja/c2b-confirmation/s/",
)


@pytest.fixture(autouse=True)
def _standing_clock():
    with clock.reading_from(lambda: AT):
        yield


@pytest.fixture
def daraja():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mocked:
        mocked.get(TOKEN_URL, json={"access_token": "token-1", "expires_in": "3599"})
        yield mocked


class TestRegisteringAddresses:
    def test_the_body_is_as_documented(self, daraja, paybill):
        daraja.post(REGISTER_URL, json={
            "OriginatorCoversationID": "1", "ResponseCode": "0", "ResponseDescription": "Success",
        })  # fmt: skip

        registered = collector(paybill).register_urls(
            replace(URLS, unanswered=Unanswered.CANCELLED)
        )

        assert sent(daraja, REGISTER_URL) == {
            "ShortCode": "600123",
            "ResponseType": "Cancelled",
            "ConfirmationURL": URLS.confirmation,
            "ValidationURL": URLS.validation,
        }
        assert registered.text == "Success"
        assert "/c2b-confirmation/s/" not in registered.exchange.request_body

    @pytest.mark.parametrize("word", ["mpesa", "M-PESA", "Safaricom", "exe", "cmd", "sql"])
    def test_a_forbidden_word_never_leaves(self, daraja, paybill, word):
        urls = replace(URLS, confirmation=f"https://vault.example/{word}/")

        with pytest.raises(Declined, match=word):
            collector(paybill).register_urls(urls)

        assert len(daraja.calls) == 0

    @pytest.mark.parametrize(
        ("text", "error"),
        [("URLs are already registered", Declined), ("Duplicate notification info", Declined),
         ("Internal Server Error", Unclear)],
    )  # fmt: skip
    def test_registered_before_is_told_from_a_failure(self, daraja, paybill, text, error):
        gateway_error(daraja, REGISTER_URL, 500, "500.003.1001", text)

        with pytest.raises(error):
            collector(paybill).register_urls(URLS)


class TestPull:
    ROW = {
        "transactionId": "UKL1A2B3C4", "trxDate": "2026-11-21T09:15:00Z", "msisdn": 254700000001,
        "sender": "MPESA", "transactiontype": "c2b-pay-bill-debit", "billreference": "hse 12",
        "amount": "10000.00", "organizationname": "Example",
    }  # fmt: skip
    WINDOW = PullWindow(since=AT - timedelta(hours=2), until=AT, offset=100)

    def answer(self, daraja, rows, code="1000"):
        daraja.post(PULL_URL, json={
            "ResponseRefID": "1", "ResponseCode": code, "ResponseMessage": "Success",
            "Response": [rows],
        })  # fmt: skip

    def test_a_window_is_asked_for_in_nairobi_time(self, daraja, paybill):
        self.answer(daraja, [])

        collector(paybill).pull(self.WINDOW)

        assert sent(daraja, PULL_URL) == {
            "ShortCode": "600123",
            "StartDate": "2026-11-21 22:30:05",
            "EndDate": "2026-11-22 00:30:05",
            "OffSetValue": "100",
        }

    def test_a_row_is_read_and_the_next_page_begins_behind_it(self, daraja, paybill):
        self.answer(daraja, [self.ROW])

        page = collector(paybill).pull(self.WINDOW)

        [payment] = page.payments
        assert (payment.receipt, payment.amount_minor, payment.account) == (
            "UKL1A2B3C4", 1_000_000, "hse 12",
        )  # fmt: skip
        assert (payment.payer.form, payment.payer.text) == (PhoneForm.FULL, "254700000001")
        assert payment.paid_at == datetime(2026, 11, 21, 9, 15, tzinfo=UTC)
        assert page.next_offset == 101

    @pytest.mark.parametrize("code", ["1001", 1001])
    def test_an_empty_page_is_the_last(self, daraja, paybill, code):
        self.answer(daraja, [], code)

        page = collector(paybill).pull(self.WINDOW)

        assert (page.payments, page.next_offset) == ((), None)

    @pytest.mark.parametrize(
        "change",
        [{"amount": "ten"}, {"amount": "-5"}, {"amount": None}, {"transactionId": "UKL0000000"},
         {"transactionId": None}],
    )  # fmt: skip
    def test_a_row_that_cannot_be_read_loses_no_other(self, daraja, paybill, change):
        self.answer(daraja, [self.ROW | change, self.ROW, "text"])

        page = collector(paybill).pull(self.WINDOW)

        assert [payment.receipt for payment in page.payments] == ["UKL1A2B3C4"]
        assert [reason.split(":")[0] for reason in page.unreadable] == ["row 101", "row 103"]
        assert page.next_offset == 103

    @pytest.mark.parametrize("key", ["ResponseCode", "Response Status", "ResponseStatus"])
    @pytest.mark.parametrize(("code", "before"), [("1000", False), ("1001", True)])
    def test_registering_is_read_under_every_key(self, daraja, paybill, key, code, before):
        daraja.post(PULL_REGISTER_URL, json={key: code, "ShortCode": "600123"})

        registered = collector(paybill).register_pull(
            PullRegistration(nominated_msisdn="254700000009", url="https://vault.example/p/")
        )

        assert registered.before is before
        assert sent(daraja, PULL_REGISTER_URL)["RequestType"] == "Pull"

    def test_anything_else_is_unclear(self, daraja, paybill):
        daraja.post(PULL_URL, json={"ResponseCode": "7", "Response": [[]]})

        with pytest.raises(Unclear):
            collector(paybill).pull(self.WINDOW)
