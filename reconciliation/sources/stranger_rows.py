"""Messages that tell of money which nothing of ours took in, and what may account for it since."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from gateways.interface import (
    Delivery,
    PaymentConfirmed,
    PaymentState,
    PayoutResult,
    PromptAnswered,
    StatusAnswer,
    TransferChanged,
)
from gateways.models import Callback
from reconciliation.sources.told import STRIPE, Told, as_told

MONEY_EVENTS = (PaymentConfirmed, PromptAnswered, PayoutResult, StatusAnswer, TransferChanged)
SHILLINGS = "KES"
# As config/deliveries.py notes what failed too often: it may be read, and was never applied.
NOT_APPLIED = "Could not be applied"
APPLIED = (Delivery.APPLIED, Delivery.DUPLICATE)
ID_DIGITS_MAX = 18


@dataclass(frozen=True, kw_only=True)
class Money:
    """One message that says that money moved. `back_minor` of it came back, as it says."""

    told: Told
    receipt: str
    amount_minor: int | None
    currency: str
    back_minor: int = 0

    @property
    def id(self) -> str:
        """The number of its callback."""
        return str(self.told.callback_id)

    @property
    def is_of_stripe(self) -> bool:
        return self.told.provider == STRIPE

    @property
    def is_incoming(self) -> bool:
        """Whether somebody paid us, and not we them."""
        return isinstance(self.told.event, PaymentConfirmed | PromptAnswered)

    @property
    def was_applied(self) -> bool:
        """It was read once more, and found what it is about."""
        return self.told.outcome in APPLIED


def candidates() -> QuerySet[Callback]:
    """Messages of kinds that may tell of money, and that nothing of ours took in.

    What is ignored has its reason: it repeats what is known, or moves nothing of ours.
    """
    names = [each.__name__ for each in MONEY_EVENTS]
    return Callback.objects.filter(
        Q(outcome=Delivery.UNMATCHED, note__in=names)
        | Q(outcome=Delivery.MALFORMED, note__startswith=NOT_APPLIED),
        processed_at__isnull=False, secret_ok=True,
    )  # fmt: skip


def load(ids: Sequence[str]) -> dict[str, Money]:
    """Those of these callbacks that tell of money, by their number."""
    wanted = [number for number in map(as_number, ids) if number is not None]
    found: dict[str, Money] = {}
    for callback in Callback.objects.filter(pk__in=wanted):
        told = as_told(callback, events=MONEY_EVENTS)
        money = money_in(told) if told else None
        if money is not None:
            found[money.id] = money
    return found


def as_number(text: str) -> int | None:
    """The number that a text is; None for any other text."""
    term = text.strip()
    plain = term.isascii() and term.isdigit() and len(term) <= ID_DIGITS_MAX
    return int(term) if plain else None


def money_in(told: Told) -> Money | None:
    """What it says of money; None where it says that none moved."""
    event = told.event
    if isinstance(event, TransferChanged):
        transfer = event.transfer
        return Money(
            told=told, receipt=transfer.provider_id, amount_minor=transfer.amount_minor,
            currency=transfer.currency, back_minor=transfer.reversed_minor,
        )  # fmt: skip
    moved = has_moved(event)
    currency = event.currency if isinstance(event, PaymentConfirmed) else SHILLINGS
    return (
        Money(told=told, receipt=event.receipt, amount_minor=event.amount_minor, currency=currency)
        if moved
        else None
    )


def back_since(moneys: Iterable[Money]) -> dict[str, int]:
    """How much of these transfers came back, by later notices that nothing of ours took in."""
    wanted = {each.receipt: each.told.callback_id for each in moneys if each.is_of_stripe}
    if not wanted:
        return {}
    found: dict[str, int] = {}
    for callback in _later_notices(min(wanted.values())):
        told = as_told(callback, events=(TransferChanged,))
        if told is not None and told.event.transfer.provider_id in wanted:
            transfer = told.event.transfer
            known_minor = found.get(transfer.provider_id, 0)
            found[transfer.provider_id] = max(known_minor, transfer.reversed_minor)
    return found


def _later_notices(callback_id: int) -> Collection[Callback]:
    rows = Callback.objects.filter(
        outcome=Delivery.UNMATCHED, processed_at__isnull=False, pk__gte=callback_id,
        provider=STRIPE, note=TransferChanged.__name__,
    )  # fmt: skip
    return rows.order_by("-pk")


def has_moved(event: Any) -> bool:
    """Whether this event, one of MONEY_EVENTS, says that money moved."""
    if isinstance(event, TransferChanged):
        return True
    if isinstance(event, StatusAnswer):
        return event.state == PaymentState.COMPLETED
    return isinstance(event, PaymentConfirmed) or bool(event.paid)
