"""Time-outs, status answers and balances to typed events (daraja.md 3.5, 5.1, 5.2)."""

from datetime import UTC, datetime

import pytest

from gateways.interface import (
    BalanceAnswer,
    PaymentState,
    PayoutTimedOut,
    StatusTimedOut,
    Unreadable,
)
from gateways.registry import callback_kinds, reader

STATUS = [
    {"Key": "DebitPartyName", "Value": "600123 - EXAMPLE LTD"},
    {"Key": "DebitPartyName", "Value": "254700000001 - AMINA EXAMPLE"},
    {"Key": "TransactionReason"},
    {"Key": "FinalisedTime", "Value": 20261121101213},
    {"Key": "TransactionStatus", "Value": "Completed"},
    {"Key": "Amount", "Value": "1250.00"},
    {"Key": "ReceiptNo", "Value": "UKL1A2B3C4"},
    {"Key": "OriginatorConversationID", "Value": "PV1"},
]


def payout(parameters=None, **changes):
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


def status(parameters=STATUS, **changes):
    return payout(parameters, **{
        "OriginatorConversationID": "Q1", "ConversationID": "AG_Q1",
        "TransactionID": "UKL0000000",
    } | changes)  # fmt: skip


def changed(parameters, key, value):
    return [item for item in parameters if item["Key"] != key] + [{"Key": key, "Value": value}]


def read(kind, body):
    return reader("daraja", kind)(body)


class TestAQueueTimeout:
    @pytest.mark.parametrize(
        ("body", "reference"),
        [
            ({"OriginatorConversationID": "PV1", "InitiatorName": "apiop", "Amount": 10}, "PV1"),
            (payout(ResultCode=1), "PV1"),
            (payout(ResultCode=None), "PV1"),
            ({"Result": None, "OriginatorConversationID": "PV1"}, "PV1"),
            ({"something": "else"}, ""),
            ({}, ""),
        ],
    )
    def test_echo_and_wrapper_both_name_the_payout_and_never_a_verdict(self, body, reference):
        assert read("payout-timeout", body) == PayoutTimedOut(reference=reference)

    @pytest.mark.parametrize("body", [None, [], "text", {"OriginatorConversationID": 5}])
    def test_anything_else_is_unreadable(self, body):
        with pytest.raises(Unreadable):
            read("payout-timeout", body)

    def test_of_a_status_query_it_says_nothing(self):
        assert read("status-timeout", {"Result": {"ResultCode": 0}}) == StatusTimedOut()

    def test_of_a_balance_query_it_is_an_answer_without_wallets(self):
        event = read("balance-timeout", payout())

        assert (event.code, event.wallets) == ("timeout", ())
        assert (event.query_originator_id, event.query_conversation_id) == ("PV1", "AG_1")


class TestAStatusAnswer:
    def test_the_envelope_is_the_querys_and_the_parameters_are_the_payments(self):
        event = read("status", status())

        assert (event.query_originator_id, event.query_conversation_id) == ("Q1", "AG_Q1")
        assert (event.state, event.provider_status) == (PaymentState.COMPLETED, "Completed")
        assert (event.reference, event.receipt) == ("PV1", "UKL1A2B3C4")
        assert event.amount_minor == 125_000
        assert event.completed_at == datetime(2026, 11, 21, 7, 12, 13, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("word", "state"),
        [
            ("Cancelled", PaymentState.NOT_PAID),
            ("Declined", PaymentState.NOT_PAID),
            ("Expired", PaymentState.NOT_PAID),
            ("Failed", PaymentState.NOT_PAID),
            ("completed", PaymentState.COMPLETED),
            ("Initiated", PaymentState.IN_FLIGHT),
            ("Authorized", PaymentState.IN_FLIGHT),
            ("Pending Authorized", PaymentState.IN_FLIGHT),
            ("Not Completed", PaymentState.IN_FLIGHT),
            ("Something New", PaymentState.IN_FLIGHT),
        ],
    )
    def test_the_word_decides_and_an_unknown_word_is_still_open(self, word, state):
        event = read("status", status(changed(STATUS, "TransactionStatus", word)))

        assert event.state is state
        assert bool(event.receipt) is (state is PaymentState.COMPLETED)

    def test_the_envelopes_transaction_id_is_never_the_receipt(self):
        parameters = changed(STATUS, "ReceiptNo", None)

        event = read("status", status(parameters, TransactionID="UKL1A2B3C4"))

        assert event.receipt == ""

    @pytest.mark.parametrize(
        ("code", "state"),
        [(2033, PaymentState.NOT_FOUND), ("2033", PaymentState.NOT_FOUND),
         (25, PaymentState.REFUSED), (2001, PaymentState.REFUSED),
         ("SFC_IC0003", PaymentState.REFUSED), (7777, PaymentState.REFUSED)],
    )  # fmt: skip
    def test_another_code_than_zero_is_about_the_query(self, code, state):
        event = read("status", status(ResultCode=code, ResultParameters=None))

        assert (event.state, event.receipt) == (state, "")

    def test_success_of_the_query_alone_says_nothing(self):
        with pytest.raises(Unreadable, match="no TransactionStatus"):
            read("status", status([]))

    def test_two_statuses_that_disagree_say_nothing(self):
        with pytest.raises(Unreadable, match="TransactionStatus occurs twice"):
            read("status", status([*STATUS, {"Key": "TransactionStatus", "Value": "Expired"}]))


class TestABalanceAnswer:
    TEXT = (
        "Working Account|KES|700000.00|700000.00|0.00|0.00"
        "&Utility Account|KES|228037.00|228030.50|6.50|0.00"
        "&Charges Paid Account|KES|-1540.00|-1540.00|0.00|0.00"
    )

    @pytest.mark.parametrize("before", [[], [{"Key": "BOCompletedTime", "Value": 20261121101213}]])
    def test_wallets_are_found_by_key_wherever_it_stands(self, before):
        body = payout([*before, {"Key": "AccountBalance", "Value": self.TEXT}], ResultCode="0")

        event = read("balance", body)

        assert [wallet.name for wallet in event.wallets] == [
            "Working Account", "Utility Account", "Charges Paid Account",
        ]  # fmt: skip
        utility = event.wallets[1]
        assert (utility.current_minor, utility.available_minor) == (22_803_700, 22_803_050)
        assert (utility.reserved_minor, utility.uncleared_minor) == (650, 0)
        assert event.wallets[2].available_minor == -154_000

    def test_a_refusal_has_no_wallets(self):
        event = read("balance", payout(ResultCode="2001", ResultParameters=None))

        assert isinstance(event, BalanceAnswer)
        assert (event.code, event.wallets) == ("2001", ())

    @pytest.mark.parametrize(
        "text",
        [
            None,
            5,
            "Utility Account|KES|1.00",
            "|KES|1|1|1|1",
            "U|KES|a|1|1|1",
            "U|XXX|1|1|1|1",
            "U|KES||1|1|1",
            "U|KES|1|1|1|1&" * 60,
        ],
    )
    def test_anything_else_is_unreadable(self, text):
        with pytest.raises(Unreadable):
            read("balance", payout([{"Key": "AccountBalance", "Value": text}]))


class TestTheRegistry:
    def test_it_knows_its_kinds(self):
        assert callback_kinds("daraja") >= {
            "payout", "payout-timeout", "status", "status-timeout", "balance", "balance-timeout",
            "stk", "c2b-validation", "c2b-confirmation",
        }  # fmt: skip
        assert callback_kinds("nobody") == frozenset()
