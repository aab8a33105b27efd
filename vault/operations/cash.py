"""Record cash that a partner took for an owner: shown and split as any rent, never forwarded.

Booked as received (Dr cash), allocated (Cr fees, Cr owed), and in the same transaction handed
over (Dr owed, Cr cash): the owner has it, nothing is owed, and the fee stays in the cash account.
"""

import re
import uuid
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

import ledger.operations as books
from core import money, states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from ledger import chart
from vault.models import Method, Partner, Payment, Tenant
from vault.operations.allocate import allocate
from vault.operations.reach import property_of
from vault.operations.receive import received_entry
from vault.states import PaymentStatus

PERMISSION = "vault.collect_payment"
REASON_EXAMPLE = "the tenant paid at the office"
PAID_AGO_MAX = timedelta(days=366)
AMOUNT_MINOR_MAX = 10**12
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/-]{0,15}", re.ASCII)


def record_cash(
    *,
    property_id: UUID,
    tenant_id: UUID | None,
    amount: str,
    receipt_number: str,
    reason: str,
    caller: Caller,
    at: datetime,
    paid_at: datetime | None = None,
) -> Payment:
    """The payment, allocated. `receipt_number` is the paper receipt's: each is recorded once.

    `amount` as people write it, such as 12500.00. Raises Refused naming the field.
    """
    caller.demand(PERMISSION)
    said = checked_reason(reason, example=REASON_EXAMPLE)
    chosen = property_of(property_id=property_id, caller=caller)
    tenant = _tenant(tenant_id, property_id)
    payment = Payment(
        pk=uuid.uuid4(),
        partner_id=chosen.partner_id,
        shortcode=chosen.shortcode,
        status=PaymentStatus.UNALLOCATED,
        status_at=at,
        method=Method.CASH,
        receipt=receipt_of(chosen.partner, receipt_number),
        amount_minor=_amount(amount, chosen.currency),
        currency=chosen.currency,
        paid_at=_paid_at(paid_at or at, at),
        received_at=at,
    )
    try:
        with transaction.atomic():
            states.begin([payment], at=at, because=f"cash: {said}", actor=caller.actor)
            _book(payment, at)
            allocate(
                payment, property=chosen, tenant=tenant, because="cash", actor=caller.actor, at=at
            )
    except IntegrityError:
        raise Refused(
            f"receipt {receipt_number} is recorded already: each paper receipt counts once",
            field="receipt_number",
        ) from None
    return payment


def receipt_of(partner: Partner, number: str) -> str:
    """`CASH-<partner>-<number>`: paper receipts of two partners may have the same number."""
    plain = number.strip().upper()
    if not _NUMBER.fullmatch(plain):
        raise Refused(
            "write the number on the paper receipt, 1 to 16 letters, digits, - or /, such as 0012",
            field="receipt_number",
        )
    return f"CASH-{partner.pk.hex[:6].upper()}-{plain}"


def _tenant(tenant_id: UUID | None, property_id: UUID) -> Tenant | None:
    if tenant_id is None:
        return None
    tenant = Tenant.objects.filter(pk=tenant_id, property_id=property_id).first()
    if tenant is None:
        raise Refused(f"there is no tenant {tenant_id} of this property", field="tenant")
    return tenant


def _amount(text: str, currency: str) -> int:
    try:
        amount_minor = money.parse_amount(text, currency=currency, thousands=True)
    except money.BadAmount as error:
        raise Refused(str(error), field="amount") from error
    if not 0 < amount_minor <= AMOUNT_MINOR_MAX:
        raise Refused("write an amount above 0, such as 12500", field="amount")
    return amount_minor


def _paid_at(paid_at: datetime, at: datetime) -> datetime:
    if not at - PAID_AGO_MAX <= paid_at <= at:
        raise Refused("write a moment of the last year, such as 2026-11-02", field="paid_at")
    return paid_at


def _book(payment: Payment, at: datetime) -> None:
    currency = payment.currency
    books.post(
        lines=[
            books.Debit(chart.cash(payment.partner_id, currency), payment.amount_minor),
            books.Credit(
                chart.unallocated(payment.shortcode.number, currency), payment.amount_minor
            ),
        ],
        reference=received_entry(payment),
        description=f"{payment.receipt} taken in cash",
        at=at,
    )
