"""Callbacks of the collecting side to typed events (daraja.md 2.2, 5.4, 10)."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gateways.interface import (
    PaymentConfirmed,
    PaymentToValidate,
    PhoneForm,
    PromptAnswered,
    Unreadable,
)
from gateways.registry import reader

ITEMS = [
    {"Name": "Amount", "Value": Decimal("10000.00")},
    {"Name": "MpesaReceiptNumber", "Value": "UKL1A2B3C4"},
    {"Name": "Balance"},
    {"Name": "TransactionDate", "Value": 20261121101213},
    {"Name": "PhoneNumber", "Value": 254700000001},
]
PAYMENT = {
    "TransactionType": "Pay Bill",
    "TransID": "UKL1A2B3C4",
    "TransTime": "20261121101213",
    "TransAmount": "10000.00",
    "BusinessShortCode": "600123",
    "BillRefNumber": " hse 12 ",
    "InvoiceNumber": "",
    "OrgAccountBalance": "49197.00",
    "ThirdPartyTransID": "",
    "MSISDN": "2547 ***** 001",
    "FirstName": "AMINA",
    "MiddleName": "",
    "LastName": "EXAMPLE",
}
HASH = hashlib.sha256(b"254700000001").hexdigest()


def stk(items=ITEMS, **changes):
    callback = {
        "MerchantRequestID": "29115-34620561-1",
        "CheckoutRequestID": "ws_CO_1",
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
    }
    if items is not None:
        callback["CallbackMetadata"] = {"Item": items}
    return {"Body": {"stkCallback": callback | changes}}


def changed(name, value):
    return [item for item in ITEMS if item["Name"] != name] + [{"Name": name, "Value": value}]


def read(kind, body):
    return reader("daraja", kind)(body)


class TestAPrompt:
    def test_a_payment_is_read_whole(self):
        event = read("stk", stk())

        assert isinstance(event, PromptAnswered)
        assert (event.checkout_id, event.code, event.paid) == ("ws_CO_1", "0", True)
        assert (event.receipt, event.amount_minor) == ("UKL1A2B3C4", 1_000_000)
        assert (event.payer.form, event.payer.text) == (PhoneForm.FULL, "254700000001")
        assert event.paid_at == datetime(2026, 11, 21, 7, 12, 13, tzinfo=UTC)

    @pytest.mark.parametrize("code", [1032, "1032", 2001, "SFC_IC0003"])
    def test_a_failure_has_no_metadata(self, code):
        event = read("stk", stk(None, ResultCode=code))

        assert (event.code, event.paid, event.receipt) == (str(code), False, "")
        assert (event.amount_minor, event.payer.form) == (None, PhoneForm.ABSENT)

    def test_a_failure_never_carries_a_receipt(self):
        assert read("stk", stk(ResultCode=1037)).receipt == ""

    @pytest.mark.parametrize("items", [None, [], "", changed("MpesaReceiptNumber", "UKL0000000")])
    def test_a_success_may_say_nothing_more(self, items):
        event = read("stk", stk(items))

        assert (event.paid, event.receipt) == (True, "")

    @pytest.mark.parametrize(
        ("phone", "form", "text"),
        [
            ("254708***430", PhoneForm.MASKED, "254708***430"),
            ("2547 ***** 126", PhoneForm.MASKED, "2547*****126"),
            ("+254700000001", PhoneForm.FULL, "254700000001"),
            (HASH.upper(), PhoneForm.HASHED, HASH),
            (None, PhoneForm.ABSENT, ""),
            ("0", PhoneForm.ABSENT, ""),
            (True, PhoneForm.ABSENT, ""),
        ],
    )
    def test_the_phone_decides_nothing_in_any_form(self, phone, form, text):
        event = read("stk", stk(changed("PhoneNumber", phone)))

        assert (event.payer.form, event.payer.text) == (form, text)

    @pytest.mark.parametrize(
        "body",
        [
            None, [], {}, {"Body": None}, {"Body": {"stkCallback": []}},
            stk(CheckoutRequestID=None), stk(CheckoutRequestID=5), stk(ResultCode=None),
            stk(ResultCode=True), stk(changed("Amount", "ten")), stk([{"Value": 1}]), stk(["x"]),
            stk([*ITEMS, {"Name": "MpesaReceiptNumber", "Value": "UKLOTHER11"}]),
        ],
    )  # fmt: skip
    def test_anything_else_is_unreadable(self, body):
        with pytest.raises(Unreadable):
            read("stk", body)


class TestAPaymentStraightToTheShortcode:
    def test_a_confirmation_is_read_whole(self):
        event = read("c2b-confirmation", PAYMENT)

        assert isinstance(event, PaymentConfirmed)
        assert (event.receipt, event.shortcode) == ("UKL1A2B3C4", "600123")
        assert (event.amount_minor, event.currency) == (1_000_000, "KES")
        assert (event.account, event.payer_name) == ("hse 12", "AMINA EXAMPLE")
        assert event.payer.form is PhoneForm.MASKED
        assert event.paid_at == datetime(2026, 11, 21, 7, 12, 13, tzinfo=UTC)
        assert event.balance_minor == 4_919_700

    def test_a_validation_is_another_event_without_a_balance(self):
        event = read("c2b-validation", PAYMENT | {"OrgAccountBalance": ""})

        assert isinstance(event, PaymentToValidate)
        assert event.amount_minor == 1_000_000

    @pytest.mark.parametrize(
        "change",
        [{"OrgAccountBalance": "?"}, {"OrgAccountBalance": ""}, {"TransTime": "soon"},
         {"MSISDN": 5}, {"FirstName": None}, {"BillRefNumber": None}, {"InvoiceNumber": [1]}],
    )  # fmt: skip
    def test_decoration_loses_no_payment(self, change):
        assert read("c2b-confirmation", PAYMENT | change).receipt == "UKL1A2B3C4"

    def test_a_number_for_an_account_is_an_account(self):
        event = read(
            "c2b-confirmation", PAYMENT | {"BillRefNumber": 12, "BusinessShortCode": 600123}
        )

        assert (event.account, event.shortcode) == ("12", "600123")

    @pytest.mark.parametrize(
        "change",
        [{"TransID": ""}, {"TransID": "UKL0000000"}, {"TransID": 5}, {"TransAmount": None},
         {"TransAmount": "0"}, {"TransAmount": "-5.00"}, {"TransAmount": "ten"},
         {"BusinessShortCode": ""}, {"BusinessShortCode": "6001a"}],
    )  # fmt: skip
    @pytest.mark.parametrize("kind", ["c2b-confirmation", "c2b-validation"])
    def test_without_receipt_amount_or_shortcode_it_is_unreadable(self, kind, change):
        with pytest.raises(Unreadable):
            read(kind, PAYMENT | change)


class TestAPhone:
    @pytest.mark.parametrize(
        ("told", "right"),
        [("25470****001", True), ("2547 ***** 001", True), ("254711***001", False),
         ("25470****002", False), (HASH, True), (HASH[::-1], False), ("254700000001", True),
         ("254700000002", False), ("", False)],
    )  # fmt: skip
    def test_it_may_or_may_not_be_a_number(self, told, right):
        payer = read("c2b-confirmation", PAYMENT | {"MSISDN": told}).payer

        assert payer.may_be("254700000001") is right
