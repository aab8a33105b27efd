"""What Stripe is sent for an order, or Declined before anything leaves (stripe.md 1, 2.1)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.money import BadAmount
from gateways.errors import Declined, Unclear
from gateways.interface import ReversalOrder, TransferOrder
from gateways.stripe.amounts import to_stripe
from gateways.stripe.objects import REVERSAL_ID, TRANSFER_ID

DESCRIPTION_CHARACTERS_MAX = 500
# A line break in a key is a fault that looks like one of the network.
_KEY = re.compile(r"[A-Za-z0-9_.:-]{1,255}", re.ASCII)
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9]{1,200}", re.ASCII)
_NAME = re.compile(r"[A-Za-z0-9_]{1,255}", re.ASCII)


def transfer_params(order: TransferOrder) -> dict[str, Any]:
    """The fields of a transfer. Raises Declined, or Unclear while an earlier try is open."""
    with _settling_nothing(earlier_open=order.earlier_open):
        _fits(_KEY, order.key, "key", "payout:000-1")
        check_account(order.destination)
        if not order.transfer_id or not order.group:
            raise Declined("A transfer needs an id and a group of its own", code="bad_order")
        params: dict[str, Any] = {
            "amount": _amount(order.amount_minor, order.currency),
            "currency": order.currency.lower(),
            "destination": order.destination,
            "transfer_group": order.group,
            "metadata": {TRANSFER_ID: order.transfer_id},
        }
        if order.description:
            params["description"] = order.description[:DESCRIPTION_CHARACTERS_MAX]
        return params


def reversal_params(order: ReversalOrder) -> dict[str, Any]:
    """The fields of a reversal. Raises like transfer_params."""
    with _settling_nothing(earlier_open=order.earlier_open):
        _fits(_KEY, order.key, "key", "reversal:000-1")
        check_transfer(order.provider_id)
        return {
            "amount": _amount(order.amount_minor, order.currency),
            "metadata": {REVERSAL_ID: order.reversal_id},
        }


def check_account(account_id: str) -> None:
    """Raises Declined for what is no id of an account."""
    _fits(_ACCOUNT, account_id, "account", "acct_1Example")


def check_transfer(provider_id: str) -> None:
    """Raises Declined for what is no id of a transfer."""
    _fits(_NAME, provider_id, "transfer", "tr_1Example")


@contextmanager
def _settling_nothing(*, earlier_open: bool) -> Iterator[None]:
    """What we refuse ourselves says nothing of what an earlier try did."""
    try:
        yield
    except Declined as error:
        if earlier_open:
            raise Unclear(error.text, code=error.code) from error
        raise


def _amount(amount_minor: int, currency: str) -> int:
    try:
        return to_stripe(amount_minor, currency)
    except BadAmount as error:
        raise Declined(str(error), code="bad_order") from error


def _fits(pattern: re.Pattern[str], value: str, name: str, example: str) -> None:
    if not pattern.fullmatch(value):
        raise Declined(f"The {name} is not in its form, such as {example}", code="bad_order")
