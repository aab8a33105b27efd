"""Take an allocation back: a payment is nobody's again, while nothing of it was forwarded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

import ledger.operations as books
from core import states
from core.callers import Caller
from core.refusals import Refused, checked_reason
from ledger.queries import entries_for
from vault.models import Payment
from vault.operations import notices
from vault.operations.allocate import alerts_end, allocation_entries, handed_over_entry
from vault.operations.reach import locked_payment
from vault.states import PaymentStatus

PERMISSION = "vault.allocate_payment"
REASON_EXAMPLE = "the tenant called: it is for B4"
NOBODYS: dict[str, Any] = {
    "property": None, "owner": None, "tenant": None, "allocated_because": "", "allocated_by": "",
    "fee_rule": None, "fee_minor": None, "owed_minor": None, "paid_to": "",
    "receiver_number": "", "receiver_account": "", "receiver_msisdn": "", "forward_due_at": None,
}  # fmt: skip


def take_back(*, payment_id: UUID, reason: str, caller: Caller, at: datetime) -> Payment:
    """The payment, unallocated again and booked so. Raises Refused.

    It is not allocated by itself again: a person says whose it is.
    """
    caller.demand(PERMISSION)
    said = checked_reason(reason, example=REASON_EXAMPLE)
    with transaction.atomic():
        payment = locked_payment(payment_id=payment_id, caller=caller)
        _demand_free(payment)
        _reverse(payment, because=f"taken back: {said}", at=at)
        alerts_end(payment, actor=caller.actor, at=at)
        notices.withdraw(payment)
        states.advance(
            payment, to=PaymentStatus.UNALLOCATED, at=at, because=f"taken back: {said}",
            actor=caller.actor, details={"property": str(payment.property_id)}, **NOBODYS,
        )  # fmt: skip
    return payment


def why_not(payment: Payment) -> str:
    """Why its allocation cannot be taken back, or an empty string."""
    if payment.status != PaymentStatus.ALLOCATED:
        return f"{payment.receipt} is {payment.status}: there is no allocation to take back"
    if payment.forwarded_at is not None:
        return (
            f"{payment.receipt} was forwarded: release its transfer first, or correct it with "
            "the owner"
        )
    return ""


def _demand_free(payment: Payment) -> None:
    if problem := why_not(payment):
        raise Refused(problem, field="payment")


def _reverse(payment: Payment, *, because: str, at: datetime) -> None:
    entry = allocation_entries(payment)[-1]
    beside = handed_over_entry(entry)
    if entries_for(reference_prefix=beside).filter(reference=beside).exists():
        books.reverse(reference=beside, because=because, at=at)
    books.reverse(reference=entry, because=because, at=at)
