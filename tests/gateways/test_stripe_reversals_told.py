"""A transfer tells of its newest reversals; ours are known by the id that went along."""

from typing import Any

import pytest

from gateways.interface import PlatformAccess, TakenBack
from gateways.stripe.objects import read_transfer
from gateways.stripe.parameters import REVERSAL_ID

TRANSFER: dict[str, Any] = {
    "id": "tr_1", "object": "transfer", "amount": 1000, "amount_reversed": 400, "created": 1,
    "currency": "usd", "destination": "acct_1Example", "livemode": False, "metadata": {},
}  # fmt: skip


def reversals(*rows: Any) -> dict[str, Any]:
    return TRANSFER | {"reversals": {"object": "list", "data": list(rows)}}


def test_ours_and_others_are_read() -> None:
    ours = {"id": "trr_1", "amount": 300, "metadata": {REVERSAL_ID: "r-1"}}
    other = {"id": "trr_2", "amount": 100, "metadata": {}}

    found = read_transfer(reversals(ours, other)).taken_back

    assert found == (
        TakenBack(provider_id="trr_1", reversal_id="r-1", amount_minor=300),
        TakenBack(provider_id="trr_2", reversal_id="", amount_minor=100),
    )


@pytest.mark.parametrize("told", [None, [], {"data": None}, {"data": "x"}, {"data": [None, 1]},
                                  {"data": [{"id": "", "amount": 1}]},
                                  {"data": [{"id": "trr_1", "amount": -1}]}])  # fmt: skip
def test_what_cannot_be_read_is_left_out(told: Any) -> None:
    assert read_transfer(TRANSFER | {"reversals": told}).taken_back == ()


@pytest.mark.parametrize(
    ("key", "live"),
    [("sk_live_1", True), ("rk_live_1", True), ("sk_test_1", False), ("rk_test_1", False),
     ("sk_live_a_test_b", True)],
)  # fmt: skip
def test_a_key_says_of_which_mode_it_is(key: str, live: bool) -> None:
    assert PlatformAccess(secret_key=key).is_live is live
