"""B2B on the wire: the request's own spellings, and every documented shape of a result."""

from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.daraja.answers import Sort, sort_answer
from gateways.daraja.b2b import payment_body
from gateways.daraja.business_callbacks import read_business_payout, read_business_timeout
from gateways.interface import (
    BusinessOrder,
    CallbackUrls,
    Rail,
    ReceiverKind,
    ShortcodeAccess,
    Unreadable,
)
from gateways.simulator import Simulator

ACCESS = ShortcodeAccess(
    number="600111", consumer_key="key", consumer_secret="secret", initiator_name="apiop",
    initiator_password="Safe#1", certificate="",
)  # fmt: skip
PAID = {
    "ResultType": 0,
    "ResultCode": "0",
    "ResultDesc": "The service request is processed successfully",
    "OriginatorConversationID": "626f6ddf-ab37-4650-b882-b1de92ec9aa4",
    "ConversationID": "AG_20261121_0000",
    "TransactionID": "UKL1A2B3C4",
    "ResultParameters": {
        "ResultParameter": [
            {"Key": "DebitAccountBalance",
             "Value": "{Amount={CurrencyCode=KES, MinimumAmount=618683, BasicAmount=6186.83}}"},
            {"Key": "Amount", "Value": "9500.00"},
            {"Key": "TransCompletedTime", "Value": 20261121143205},
            {"Key": "ReceiverPartyPublicName", "Value": "600222 - Example Landlords"},
            {"Key": "DebitPartyCharges", "Value": ""},
            {"Key": "Currency", "Value": "KES"},
        ]
    },
}  # fmt: skip


def body_of(kind: ReceiverKind, account: str) -> dict[str, Any]:
    order = BusinessOrder(
        receiver_number="600222", receiver_kind=kind, account_reference=account,
        amount_minor=950_000, currency="KES", command_id="BusinessPayBill", remarks="Rent",
        occasion="RENT-1", urls=CallbackUrls(result="https://r", timeout="https://t"),
    )  # fmt: skip
    return payment_body(ACCESS, order, credential="c", shillings=9_500, remarks="Rent")


class TestTheRequest:
    def test_a_paybill_is_named_with_the_providers_spelling_and_no_id_of_ours(self) -> None:
        body = body_of(ReceiverKind.PAYBILL, "PROP001")

        assert (body["SenderIdentifierType"], body["RecieverIdentifierType"]) == ("4", "4")
        assert (body["PartyB"], body["AccountReference"]) == ("600222", "PROP001")
        assert not {"OriginatorConversationID", "ReceiverIdentifierType", "InitiatorName"} & set(
            body
        )

    def test_a_till_has_type_2_and_no_account(self) -> None:
        body = body_of(ReceiverKind.TILL, "")

        assert body["RecieverIdentifierType"] == "2"
        assert "AccountReference" not in body


class TestTheAcknowledgement:
    @pytest.mark.parametrize(
        ("code", "sort"), [("21", Sort.DECLINED), ("15", Sort.UNCLEAR), ("4", Sort.UNCLEAR)]
    )
    def test_a_response_code_is_read_by_the_rails_own_rows(self, code: str, sort: Sort) -> None:
        body = f'{{"ResponseCode": "{code}", "ResponseDescription": "x"}}'.encode()

        assert sort_answer(status=200, body=body, api="b2b").sort is sort


class TestTheResult:
    def test_a_paid_one(self) -> None:
        result = read_business_payout({"Result": PAID})

        assert (result.rail, result.paid, result.receipt) == (Rail.MPESA_B2B, True, "UKL1A2B3C4")
        assert (result.amount_minor, result.receiver) == (950_000, "600222 - Example Landlords")
        assert result.completed_at == datetime(2026, 11, 21, 11, 32, 5, tzinfo=UTC)

    def test_a_failed_one_with_a_single_object_and_a_placeholder(self) -> None:
        failed = PAID | {
            "ResultCode": "SFC_IC0003",
            "TransactionID": "UKL0000000",
            "ResultParameters": {
                "ResultParameter": {"Key": "BOCompletedTime", "Value": 20261121143205}
            },
        }

        result = read_business_payout({"Result": failed})

        assert (result.code, result.paid, result.receipt) == ("SFC_IC0003", False, "")
        assert (result.amount_minor, result.completed_at) == (None, None)

    @pytest.mark.parametrize(
        "change",
        [
            {"OriginatorConversationID": None},
            {"ResultCode": ""},
            {"ResultCode": True},
            {"ResultType": 1},
            {"ResultParameters": {"ResultParameter": [{"Key": "Amount", "Value": "ten"}]}},
        ],
    )
    def test_what_says_nothing_sure_is_unreadable(self, change: dict[str, Any]) -> None:
        with pytest.raises(Unreadable):
            read_business_payout({"Result": PAID | change})

    def test_a_timeout_with_the_request_echoed_names_nobody(self) -> None:
        echoed = body_of(ReceiverKind.PAYBILL, "PROP001")

        assert read_business_timeout(echoed).reference == ""
        assert (
            read_business_timeout({"Result": PAID}).reference == (PAID["OriginatorConversationID"])
        )


class TestTheSimulatorsBook:
    def test_it_knows_the_rail_after_a_restart(self, tmp_path: Any, key_pair: Any) -> None:
        from gateways.simulator.book import Move

        path = tmp_path / "book.jsonl"
        before = Simulator(key_pair=key_pair, state_path=path)
        move = Move(
            originator_conversation_id="1-2-3", receipt="UKL1A2B3C4", shortcode="600111",
            msisdn="600222", amount=9_500, charge=48, at=before.clock(), rail="b2b",
            account="PROP001",
        )  # fmt: skip
        before.book.record(move)
        before.close()

        after = Simulator(key_pair=key_pair, state_path=path)

        wallet = after.world.wallets.of("600111")
        assert after.book.moves == [move]
        assert (wallet.working, wallet.utility) == (4_990_500, 5_000_000)
        after.close()
