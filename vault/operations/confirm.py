"""Apply a C2B confirmation: money that came in, told by M-Pesa without a signature (5.4)."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from core import money
from core.alerts import close_alerts, raise_alert
from core.models import AlertSeverity
from core.states import SYSTEM
from gateways.interface import Arrival, Delivery, PaymentConfirmed
from vault.models import Shortcode
from vault.operations.receive import UNLISTED_ALERT, Heard, Received, Source
from vault.operations.take_in import take_in
from vault.queries import collecting

MISPLACED_ALERT = "confirmation_misplaced"


def apply_payment_confirmed(
    *, event: PaymentConfirmed, arrival: Arrival, at: datetime
) -> tuple[Delivery, str]:
    """What became of it, and the payment's id (empty: none).

    It counts for the shortcode at whose own address it came: what names another one is kept,
    told and not settled. From a sender that is not listed, or of more than
    VAULT_CONFIRM_ABOVE_KES, it is written down, and not allocated by itself until an answer,
    Pull or (of a usual amount) a listed sender tells of it too.
    """
    shortcode = collecting.told_about(
        number=event.shortcode, kind=collecting.CONFIRMATION, secret_digest=arrival.secret_digest
    )
    if shortcode is None:
        _tell_misplaced(event, at)
        return Delivery.UNMATCHED, ""
    with transaction.atomic():
        doubt = _doubt(event, arrival)
        received = take_in(heard=_heard(event, shortcode), at=at, trusted=not doubt)
        if not received.contradiction:
            _judge(received, doubt, at)
    return _delivery(received), str(received.payment.pk)


def _heard(event: PaymentConfirmed, shortcode: Shortcode) -> Heard:
    return Heard(
        shortcode=shortcode,
        receipt=event.receipt,
        amount_minor=event.amount_minor,
        currency=event.currency,
        source=Source.CONFIRMATION,
        account_typed=event.account,
        payer=event.payer,
        payer_name=event.payer_name,
        paid_at=event.paid_at,
    )


def _delivery(received: Received) -> Delivery:
    if received.contradiction:
        return Delivery.CONTRADICTORY
    return Delivery.APPLIED if received.first_told else Delivery.DUPLICATE


def _doubt(event: PaymentConfirmed, arrival: Arrival) -> str:
    """Why it is not believed alone, empty when it is: it is unsigned, and money follows it."""
    if not arrival.source_listed:
        return "was confirmed by a sender that is not listed"
    limit = settings.VAULT_CONFIRM_ABOVE_KES
    if limit is not None and money.major(event.amount_minor, event.currency) > limit:
        return f"is above {limit:,} shillings (VAULT_CONFIRM_ABOVE_KES), told by C2B alone"
    return ""


def _judge(received: Received, doubt: str, at: datetime) -> None:
    payment = received.payment
    if not doubt:
        close_alerts(kind=UNLISTED_ALERT, key=payment.receipt, at=at, actor=SYSTEM)
    elif received.is_new:
        raise_alert(
            kind=UNLISTED_ALERT, key=payment.receipt, severity=AlertSeverity.CRITICAL, at=at,
            text=f"{payment.receipt} {doubt}. It waits unallocated until Pull tells of it too: "
            "else compare it with the statement of the shortcode before you allocate it",
        )  # fmt: skip


def _tell_misplaced(event: PaymentConfirmed, at: datetime) -> None:
    raise_alert(
        kind=MISPLACED_ALERT, key=event.shortcode, severity=AlertSeverity.CRITICAL, at=at,
        text=f"A payment to {event.shortcode}, receipt {event.receipt}, was confirmed at an "
        "address that is not that shortcode's. Nothing was booked: see the statement of the "
        "shortcode, and which addresses are registered",
    )  # fmt: skip
