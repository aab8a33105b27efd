"""What M-Pesa charged for paying a business is read where it is named, and never guessed."""

from typing import Any

import pytest

from gateways.daraja.business_callbacks import read_business_payout


def result(charges: object, *, code: str = "0") -> dict[str, Any]:
    return {
        "Result": {
            "ResultType": 0, "ResultCode": code, "ResultDesc": "x",
            "OriginatorConversationID": "626f6ddf", "ConversationID": "AG_20261121_0000",
            "TransactionID": "UKL1A2B3C4",
            "ResultParameters": {
                "ResultParameter": [
                    {"Key": "Amount", "Value": "9500.00"},
                    {"Key": "DebitPartyCharges", "Value": charges},
                ]
            },
        }
    }  # fmt: skip


class TestCharges:
    @pytest.mark.parametrize(
        ("charges", "minor"),
        [
            ("Fee|KES|62.00", 6_200),
            ("Fee For B2B Payment | KES | 62.5", 6_250),
            ("", None),
            ("Fee|KES|0.00", None),
            ("Fee|KES|-62.00", None),
            ("Fee|USD|62.00", None),
            ("Fee|KES|62,00", None),
            ("62.00", None),
            (62, None),
        ],
    )
    def test_only_what_is_clearly_a_charge_counts_and_no_result_is_lost_over_it(
        self, charges: object, minor: int | None
    ) -> None:
        assert read_business_payout(result(charges)).charge_minor == minor

    def test_a_failure_has_none(self) -> None:
        assert read_business_payout(result("Fee|KES|62.00", code="2007")).charge_minor is None
