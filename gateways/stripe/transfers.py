"""Paying connected accounts: the Transferrer that the registry hands out (stripe.md 1, 2)."""

from functools import cached_property
from typing import Any

from gateways.errors import Declined, Unclear
from gateways.http import HttpAnswer
from gateways.interface import (
    AccountAnswer,
    Exchange,
    PlatformAccess,
    PlatformBalance,
    ReversalOrder,
    Reversed,
    Transfer,
    TransferOrder,
    Transferred,
    TransfersFound,
    Unreadable,
)
from gateways.stripe.accounts import read_account_answer, read_balance_answer
from gateways.stripe.answers import body_of, exchange_of, replayed, unreadable
from gateways.stripe.client import Client
from gateways.stripe.objects import (
    currency_of,
    id_of,
    minor_of,
    object_of,
    read_transfer,
    required,
)
from gateways.stripe.parameters import (
    check_account,
    check_transfer,
    reversal_params,
    transfer_params,
)

PAGE_ROWS = 100
PAGES_MAX = 50


class StripeTransferrer:
    """Transfers out of the balance of one platform account."""

    def __init__(self, *, base_url: str, access: PlatformAccess) -> None:
        self._base_url = base_url
        self._access = access

    @cached_property
    def _client(self) -> Client:
        return Client(base_url=self._base_url, access=self._access)

    def send(self, order: TransferOrder) -> Transferred:
        """Pay once under the order's key. Raises Declined, Unreachable or Unclear."""
        params = transfer_params(order)
        answer = self._client.call(
            lambda v1: v1.transfers.create(params, options={"idempotency_key": order.key}),
            earlier_open=order.earlier_open,
        )
        paid = _transferred(answer)
        _check(paid, order)
        return paid

    def find(self, *, group: str, destination: str) -> TransfersFound:
        """All transfers of the group to the destination. Raises Declined, Unreachable, Unclear."""
        if not group:
            raise Declined("A group is needed, such as payout-1", code="bad_order")
        found: list[Transfer] = []
        exchanges: list[Exchange] = []
        after = ""
        for _ in range(PAGES_MAX):
            answer = self._page(group, destination, after)
            transfers, more = _page_of(answer)
            exchanges.append(exchange_of(answer))
            found += transfers
            if not more:
                known = {each.provider_id: each for each in found}
                return TransfersFound(transfers=tuple(known.values()), exchanges=tuple(exchanges))
            after = transfers[-1].provider_id
        raise Unclear(f"The group has more than {PAGES_MAX * PAGE_ROWS} transfers")

    def fetch(self, provider_id: str) -> Transferred:
        """One transfer as it is. Raises Declined, Unreachable or Unclear."""
        check_transfer(provider_id)
        return _transferred(self._client.call(lambda v1: v1.transfers.retrieve(provider_id)))

    def reverse(self, order: ReversalOrder) -> Reversed:
        """Take money back under the order's own key. Raises Declined, Unreachable or Unclear."""
        params = reversal_params(order)
        options = {"idempotency_key": order.key}
        answer = self._client.call(
            lambda v1: v1.transfers.reversals.create(order.provider_id, params, options=options),
            earlier_open=order.earlier_open,
        )
        return _reversed(answer, order)

    def account(self, account_id: str) -> AccountAnswer:
        """How an account stands. Raises Declined, Unreachable or Unclear."""
        check_account(account_id)
        return read_account_answer(
            self._client.call(lambda v1: v1.accounts.retrieve(account_id)), account_id
        )

    def balance(self) -> PlatformBalance:
        """What is available by currency. Raises Declined, Unreachable or Unclear."""
        return read_balance_answer(self._client.call(lambda v1: v1.balance.retrieve()))

    def _page(self, group: str, destination: str, after: str) -> HttpAnswer:
        params: dict[str, Any] = {"transfer_group": group, "limit": PAGE_ROWS}
        if destination:
            params["destination"] = destination
        if after:
            params["starting_after"] = after
        return self._client.call(lambda v1: v1.transfers.list(params))


def _transferred(answer: HttpAnswer) -> Transferred:
    try:
        transfer = read_transfer(body_of(answer))
    except Unreadable as error:
        raise unreadable(answer, error) from error
    return Transferred(transfer=transfer, replayed=replayed(answer), exchange=exchange_of(answer))


def _check(paid: Transferred, order: TransferOrder) -> None:
    """An answer about another transfer is neither a success nor a failure of this one."""
    transfer = paid.transfer
    told = (
        transfer.transfer_id, transfer.group, transfer.destination, transfer.amount_minor,
        transfer.currency,
    )  # fmt: skip
    asked = (
        order.transfer_id, order.group, order.destination, order.amount_minor, order.currency,
    )  # fmt: skip
    if told != asked:
        raise Unclear(
            f"The answer names another transfer: {transfer.provider_id}",
            code="other_transfer", exchange=paid.exchange,
        )  # fmt: skip


def _page_of(answer: HttpAnswer) -> tuple[list[Transfer], bool]:
    try:
        return _rows(object_of(body_of(answer), "list"))
    except Unreadable as error:
        raise unreadable(answer, error) from error


def _rows(fields: dict[str, Any]) -> tuple[list[Transfer], bool]:
    rows, more = fields.get("data"), fields.get("has_more")
    if not isinstance(rows, list) or not isinstance(more, bool):
        raise Unreadable("the list has no data or has_more")
    if more and not rows:
        raise Unreadable("the list has no data but has_more")
    return [read_transfer(row) for row in rows], more


def _reversed(answer: HttpAnswer, order: ReversalOrder) -> Reversed:
    try:
        fields = body_of(answer)
        currency = currency_of(fields)
        taken = Reversed(
            provider_id=required(fields, "id"),
            amount_minor=minor_of(fields, "amount", currency),
            currency=currency,
            replayed=replayed(answer),
            exchange=exchange_of(answer),
        )
        of_transfer = id_of(fields.get("transfer"), "transfer")
    except Unreadable as error:
        raise unreadable(answer, error) from error
    told = (of_transfer, taken.amount_minor, taken.currency)
    if told != (order.provider_id, order.amount_minor, order.currency):
        raise unreadable(answer, "it names another reversal")
    return taken
