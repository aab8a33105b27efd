"""Every documented callback shape to a typed event (daraja.md 3.4, 3.5, 5; attacks 7, 8)."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from gateways.daraja.parameters import moment_of
from gateways.interface import (
    Unreadable,
)
from gateways.registry import reader

PARAMETERS = [
    {"Key": "TransactionAmount", "Value": 1250},
    {"Key": "TransactionReceipt", "Value": "UKL1A2B3C4"},
    {"Key": "ReceiverPartyPublicName", "Value": "254700000001 - AMINA EXAMPLE"},
    {"Key": "TransactionCompletedDateTime", "Value": "21.11.2026 10:12:13"},
    {"Key": "B2CUtilityAccountAvailableFunds", "Value": Decimal("10116.50")},
    {"Key": "B2CChargesPaidAccountAvailableFunds", "Value": Decimal("-4510.00")},
]


def payout(parameters=PARAMETERS, **changes):
    result = {
        "ResultType": 0,
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "OriginatorConversationID": "PV1",
        "ConversationID": "AG_1",
        "TransactionID": "UKL1A2B3C4",
        "ResultParameters": {"ResultParameter": parameters},
        "ReferenceData": {"ReferenceItem": {"Key": "QueueTimeoutURL", "Value": "https://x"}},
    }
    return {"Result": result | changes}


def changed(parameters, key, value):
    return [item for item in parameters if item["Key"] != key] + [{"Key": key, "Value": value}]


def read(kind, body):
    return reader("daraja", kind)(body)


class TestAPaidPayout:
    def test_every_field_is_read(self):
        event = read("payout", payout())

        assert (event.reference, event.conversation_id, event.code) == ("PV1", "AG_1", "0")
        assert (event.paid, event.receipt, event.amount_minor) == (True, "UKL1A2B3C4", 125_000)
        assert event.receiver == "254700000001 - AMINA EXAMPLE"
        assert event.completed_at == datetime(2026, 11, 21, 7, 12, 13, tzinfo=UTC)
        assert event.utility_available_minor == 1_011_650

    @pytest.mark.parametrize("code", [0, "0"])
    def test_zero_is_success_as_number_and_as_text(self, code):
        assert read("payout", payout(ResultCode=code)).paid

    def test_one_bare_parameter_is_a_list_of_one(self):
        event = read("payout", payout({"Key": "TransactionAmount", "Value": "10"}))

        assert (event.amount_minor, event.receipt) == (1_000, "UKL1A2B3C4")

    @pytest.mark.parametrize(
        "holder",
        [
            None,
            "",
            {},
            {"ResultParameter": None},
            {"ResultParameter": []},
            {"ResultParameter": ""},
        ],
    )
    def test_without_parameters_the_receipt_is_the_transaction_id(self, holder):
        event = read("payout", payout(ResultParameters=holder))

        assert (event.receipt, event.amount_minor) == ("UKL1A2B3C4", None)

    def test_a_key_without_value_is_as_if_missing(self):
        event = read("payout", payout([{"Key": "TransactionAmount"}]))

        assert event.amount_minor is None

    def test_a_repeated_key_with_one_value_is_that_value(self):
        event = read("payout", payout([*PARAMETERS, {"Key": "TransactionAmount", "Value": 1250}]))

        assert event.amount_minor == 125_000

    def test_fourteen_digits_are_a_time_too(self):
        found = changed(PARAMETERS, "TransactionCompletedDateTime", 20261121101213)

        assert read("payout", payout(found)).completed_at == datetime(
            2026, 11, 21, 7, 12, 13, tzinfo=UTC
        )

    @pytest.mark.parametrize(
        ("key", "value", "field"),
        [
            ("TransactionCompletedDateTime", "31.02.2026 10:12:13", "completed_at"),
            ("TransactionCompletedDateTime", "yesterday", "completed_at"),
            ("TransactionCompletedDateTime", {"a": 1}, "completed_at"),
            ("B2CUtilityAccountAvailableFunds", "plenty", "utility_available_minor"),
        ],
    )
    def test_a_result_is_not_lost_over_its_decoration(self, key, value, field):
        event = read("payout", payout(changed(PARAMETERS, key, value)))

        assert event.paid
        assert getattr(event, field) is None

    @pytest.mark.parametrize("found", ["UKL0000000", "", None, "ukl1a2b3c4", "UKL1", 5])
    def test_a_placeholder_is_never_a_receipt(self, found):
        parameters = changed(PARAMETERS, "TransactionReceipt", found)
        body = payout(parameters, TransactionID="UKL0000000")

        assert read("payout", body).receipt == ""

    def test_two_different_receipts_are_unreadable(self):
        with pytest.raises(Unreadable, match="two different receipts"):
            read("payout", payout(TransactionID="UKL9Z9Z9Z9"))


class TestAFailedPayout:
    @pytest.mark.parametrize(
        ("given", "code"),
        [
            (2001, "2001"),
            ("2001", "2001"),
            ("SFC_IC0003", "SFC_IC0003"),
            ("R000002", "R000002"),
            (100000000, "100000000"),
            ("00", "00"),
        ],
    )
    def test_the_code_is_kept_as_text(self, given, code):
        body = payout(ResultCode=given, ResultParameters=None, TransactionID="UKL0000000")

        event = read("payout", body)

        assert (event.code, event.paid, event.receipt) == (code, False, "")

    def test_a_real_looking_id_of_a_failure_is_not_a_receipt(self):
        event = read(
            "payout", payout({"Key": "BOCompletedTime", "Value": 20261121101213}, ResultCode=1)
        )

        assert event.receipt == ""


class TestWhatIsUnreadable:
    @pytest.mark.parametrize(
        "code",
        [
            None,
            True,
            False,
            0.0,
            Decimal("0.9"),
            "",
            " 0",
            "0 ",
            "-0",
            -1,
            [],
            {},
            "\u0660",
            "0\n",
            "x" * 31,
        ],
    )
    def test_a_code_that_is_no_code(self, code):
        with pytest.raises(Unreadable, match="ResultCode"):
            read("payout", payout(ResultCode=code))

    @pytest.mark.parametrize("reference", [None, "", 5, ["PV1"], {"a": "PV1"}, "x" * 101])
    def test_an_id_of_another_kind(self, reference):
        with pytest.raises(Unreadable, match="OriginatorConversationID"):
            read("payout", payout(OriginatorConversationID=reference))

    def test_an_id_is_never_trimmed(self):
        assert read("payout", payout(OriginatorConversationID=" PV1")).reference == " PV1"

    @pytest.mark.parametrize(
        "body",
        [
            None,
            [],
            "text",
            5,
            {},
            {"Result": None},
            {"Result": "text"},
            {"Result": []},
            {"Result": {}},
            {"result": {"ResultCode": 0}},
        ],
    )
    @pytest.mark.parametrize("kind", ["payout", "status", "balance"])
    def test_another_shape(self, body, kind):
        with pytest.raises(Unreadable):
            read(kind, body)

    @pytest.mark.parametrize(
        "holder",
        [
            "text",
            5,
            [],
            {"ResultParameter": "text"},
            {"ResultParameter": [5]},
            {"ResultParameter": [{"Value": 1}]},
            {"ResultParameter": [{"Key": 1}]},
        ],
    )
    def test_parameters_of_another_shape(self, holder):
        with pytest.raises(Unreadable):
            read("payout", payout(ResultParameters=holder))

    @pytest.mark.parametrize(
        "amount", ["abc", True, "1e3", "10.005", Decimal("0.001"), [], {}, "\u0661\u0660", 10**20]
    )
    def test_an_amount_that_is_none(self, amount):
        with pytest.raises(Unreadable, match="TransactionAmount"):
            read("payout", payout(changed(PARAMETERS, "TransactionAmount", amount)))

    def test_a_repeated_key_with_two_values(self):
        with pytest.raises(Unreadable, match="TransactionAmount occurs twice"):
            read("payout", payout([*PARAMETERS, {"Key": "TransactionAmount", "Value": 1}]))

    @pytest.mark.parametrize("kind", [1, "1", False, None])
    def test_an_answer_that_is_not_final_is_told_from_one_that_is(self, kind):
        body = payout(ResultType=kind)
        if kind is None:
            assert read("payout", body).paid
            return

        with pytest.raises(Unreadable, match="not final"):
            read("payout", body)


class TestAnEmptyDate:
    def test_it_is_no_moment(self):
        assert moment_of("01.01.0001 00:00:00") is None
