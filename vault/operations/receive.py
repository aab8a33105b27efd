"""Receive: write down that money came in, once for each receipt, whoever tells and how often.

An STK answer, its C2B confirmation and a row of Pull are one payment (daraja.md 2.2).
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import IntegrityError, transaction

import ledger.operations as books
from core import money, states
from core.alerts import close_alerts, raise_alert
from core.models import AlertSeverity
from gateways.interface import PayerPhone, PhoneForm
from ledger import chart
from vault.models import Method, Payment, Shortcode
from vault.rules.accounts import account_key
from vault.states import PaymentStatus

CONTRADICTION = "receipt_contradicted"
UNLISTED_ALERT = "confirmation_not_listed"
TEXT_LENGTH_MAX = 64
NAME_LENGTH_MAX = 120
# Nobody tells so late: such a moment is broken, and fees are those of the moment of payment.
TOLD_WITHIN = timedelta(days=60)
UNTOLD = PayerPhone()
# How much of a payer's number each form tells, the least first.
TELLS = (PhoneForm.ABSENT, PhoneForm.MASKED, PhoneForm.HASHED, PhoneForm.FULL)


class Source(StrEnum):
    """Who told us."""

    ANSWER = "answer"
    CONFIRMATION = "confirmation"
    PULL = "pull"


TOLD_AT = {
    Source.ANSWER: "answered_at",
    Source.CONFIRMATION: "confirmed_at",
    Source.PULL: "pulled_at",
}
TOLD_BY = {
    Source.ANSWER: "the answer to a prompt",
    Source.CONFIRMATION: "C2B",
    Source.PULL: "Pull Transactions",
}


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What somebody tells of a payment to `shortcode`; amounts in minor units."""

    shortcode: Shortcode
    receipt: str
    amount_minor: int
    currency: str
    source: Source
    account_typed: str = ""
    payer: PayerPhone = UNTOLD
    payer_name: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Received:
    """The payment, locked. `contradiction`: what was told does not agree with what is on record.

    `first_told`: this source had not told of it before.
    """

    payment: Payment
    is_new: bool
    first_told: bool
    contradiction: str = ""


def receive(*, heard: Heard, at: datetime) -> Received:
    """The one payment of this receipt, booked as received. Inside the caller's transaction.

    Told again it adds what was not known before. With another amount or shortcode nothing
    changes: a critical alert, and `contradiction` says what.
    """
    heard = _clean(heard)
    standing = _locked(heard.receipt)
    if standing is None:
        row = _row(heard, at)
        try:
            with transaction.atomic():
                states.begin(
                    [row], at=at, because=f"told by {TOLD_BY[heard.source]}", actor=states.SYSTEM
                )
        except IntegrityError:
            standing = _locked(heard.receipt)
            if standing is None:
                raise
        else:
            _book(row, at)
            return Received(payment=row, is_new=True, first_told=True)
    return _told_again(standing, heard, at)


def _told_again(payment: Payment, heard: Heard, at: datetime) -> Received:
    contradiction = _contradiction(payment, heard)
    if contradiction:
        _tell(payment, contradiction, heard, at)
        return Received(
            payment=payment, is_new=False, first_told=False, contradiction=contradiction
        )
    told = TOLD_AT[heard.source]
    first_told = getattr(payment, told) is None
    changes: dict[str, Any] = _additions(payment, heard) | ({told: at} if first_told else {})
    if changes:
        for name, value in changes.items():
            setattr(payment, name, value)
        payment.save(update_fields=sorted(changes))
    if first_told:
        states.note(payment, at=at, because=f"told by {TOLD_BY[heard.source]} too")
        if heard.source != Source.CONFIRMATION:
            close_alerts(kind=UNLISTED_ALERT, key=payment.receipt, at=at, actor=states.SYSTEM)
    return Received(payment=payment, is_new=False, first_told=first_told)


def _contradiction(payment: Payment, heard: Heard) -> str:
    on_record = (payment.amount_minor, payment.currency)
    if (heard.amount_minor, heard.currency) != on_record:
        return f"{money.shown(heard.amount_minor, heard.currency)}, not {money.shown(*on_record)}"
    if heard.shortcode.pk != payment.shortcode_id:
        return f"shortcode {heard.shortcode.number}, not {payment.shortcode.number}"
    return ""


def _additions(payment: Payment, heard: Heard) -> dict[str, Any]:
    """What was not known yet. The moment of Pull may be hours off (daraja.md 13): it gives way."""
    changes: dict[str, Any] = {}
    if heard.account_typed and not payment.account_typed:
        changes |= _account(heard.account_typed)
    known = PhoneForm(payment.payer_form or PhoneForm.ABSENT)
    if TELLS.index(heard.payer.form) > TELLS.index(known):
        changes |= {"payer_form": heard.payer.form, "payer_phone": heard.payer.text}
    if heard.payer_name and not payment.payer_name:
        changes["payer_name"] = heard.payer_name
    only_pulled = payment.answered_at is None and payment.confirmed_at is None
    if heard.paid_at and only_pulled and payment.status == PaymentStatus.UNALLOCATED:
        changes["paid_at"] = _moment(heard.paid_at, payment.received_at)
    return changes


def _tell(payment: Payment, contradiction: str, heard: Heard, at: datetime) -> None:
    text = f"{TOLD_BY[heard.source]} tells of {payment.receipt} otherwise: {contradiction}"
    alert = raise_alert(
        kind=CONTRADICTION, key=payment.receipt, severity=AlertSeverity.CRITICAL, at=at,
        text=f"{text}. Nothing was changed: compare it with the statement of the shortcode.",
    )  # fmt: skip
    if alert.count == 1:
        # Pull tells the same again every half hour.
        states.note(payment, at=at, because=f"contradiction: {text}")


def _locked(receipt: str) -> Payment | None:
    rows = Payment.objects.select_for_update(of=("self",)).select_related("shortcode")
    return rows.filter(receipt=receipt).first()


def _row(heard: Heard, at: datetime) -> Payment:
    return Payment(
        pk=uuid.uuid4(),
        partner_id=heard.shortcode.partner_id,
        shortcode=heard.shortcode,
        status=PaymentStatus.UNALLOCATED,
        status_at=at,
        method=Method.MPESA,
        receipt=heard.receipt,
        amount_minor=heard.amount_minor,
        currency=heard.currency,
        paid_at=_moment(heard.paid_at, at),
        received_at=at,
        payer_form=heard.payer.form,
        payer_phone=heard.payer.text,
        payer_name=heard.payer_name,
        **_account(heard.account_typed),
        **{TOLD_AT[heard.source]: at},
    )


def _moment(told: datetime | None, heard_at: datetime) -> datetime:
    """When it was paid: as told, where that can be; else when we heard."""
    return told if told and heard_at - TOLD_WITHIN <= told <= heard_at else heard_at


def _account(typed: str) -> dict[str, str]:
    return {"account_typed": typed, "account_key": account_key(typed)[:TEXT_LENGTH_MAX]}


def _clean(heard: Heard) -> Heard:
    """PostgreSQL keeps no NUL, and no text of a stranger may lose us the payment."""
    return replace(
        heard,
        account_typed=_plain(heard.account_typed)[:TEXT_LENGTH_MAX],
        payer_name=_plain(heard.payer_name)[:NAME_LENGTH_MAX],
    )


def _plain(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _book(payment: Payment, at: datetime) -> None:
    number, currency = payment.shortcode.number, payment.currency
    books.post(
        lines=[
            books.Debit(chart.working(number, currency), payment.amount_minor),
            books.Credit(chart.unallocated(number, currency), payment.amount_minor),
        ],
        reference=received_entry(payment),
        description=f"{payment.receipt} received on {number}",
        at=at,
    )


def received_entry(payment: Payment) -> str:
    """The reference of the entry that booked it as received."""
    return f"payment:{payment.pk}:received"
