"""Amounts as Stripe writes them, and what is refused before anything leaves."""

from typing import Any

import pytest

from core.money import BadAmount
from gateways.errors import Declined
from gateways.interface import PlatformAccess, ReversalOrder
from gateways.stripe.amounts import from_stripe, to_stripe
from gateways.stripe.transfers import StripeTransferrer
from tests.gateways.stripe_answers import order


class TestAmounts:
    @pytest.mark.parametrize(
        ("minor", "currency", "written"),
        [(1_250, "USD", 1_250), (1_250, "JPY", 1_250), (5, "UGX", 500), (7, "ISK", 700),
         (1_250, "KWD", 1_250), (1, "KES", 1)],
    )  # fmt: skip
    def test_there_and_back(self, minor: int, currency: str, written: int) -> None:
        assert to_stripe(minor, currency) == written
        assert from_stripe(written, currency) == minor

    @pytest.mark.parametrize(
        ("minor", "currency"),
        [(0, "USD"), (-1, "USD"), (True, "USD"), (10.5, "USD"), (1_251, "KWD"), (1, "XYZ")],
    )
    def test_what_cannot_be_paid(self, minor: Any, currency: str) -> None:
        with pytest.raises(BadAmount):
            to_stripe(minor, currency)

    def test_a_fraction_that_the_currency_does_not_have(self) -> None:
        with pytest.raises(BadAmount, match="UGX"):
            from_stripe(150, "UGX")


class TestAnOrderThatCannotBeSent:
    @pytest.mark.parametrize(
        "change",
        [{"key": "payout:1\n"}, {"key": "é"}, {"key": ""}, {"key": "x" * 256},
         {"destination": "ba_1"}, {"destination": ""}, {"group": ""}, {"transfer_id": ""},
         {"amount_minor": 0}, {"currency": "KWD", "amount_minor": 1_251}, {"currency": "XYZ"}],
    )  # fmt: skip
    def test_is_declined_before_anything_leaves(self, change: dict[str, Any]) -> None:
        stripe = transferrer()

        with pytest.raises(Declined) as caught:
            stripe.send(order(**change))

        assert (caught.value.code, caught.value.exchange) == ("bad_order", None)

    def test_so_is_a_transfer_id_that_would_change_the_path(self) -> None:
        back = ReversalOrder(
            key="reversal:1", reversal_id="1", provider_id="tr_1/../x", amount_minor=1,
            currency="USD",
        )  # fmt: skip

        with pytest.raises(Declined, match="transfer"):
            transferrer().reverse(back)
        with pytest.raises(Declined, match="transfer"):
            transferrer().fetch("../balance")

    def test_without_a_key_of_ours_nothing_leaves(self) -> None:
        with pytest.raises(Declined, match="no secret key") as caught:
            transferrer(PlatformAccess(secret_key="")).send(order())

        assert caught.value.code == "401"


OURS = PlatformAccess(secret_key="only-for-tests")


def transferrer(access: PlatformAccess = OURS) -> StripeTransferrer:
    return StripeTransferrer(base_url="http://stripe.test", access=access)
