"""Reads: where an owner is paid today, and where a payout goes."""

from disbursements.models import DisbursementRequest
from vault.models import PaidTo, Payment
from vault.queries.forwarding import owner_plan, plan_of
from vault.rules.receivers import Receiver


def receiver_now(payment: Payment) -> Receiver:
    """Where a payment would be forwarded to by today's plan.

    A property that has another owner by now says nothing about the former one's money.
    """
    property_, owner = payment.property, payment.owner
    if property_ is None or owner is None:
        raise ValueError(f"{payment} is not allocated")
    if property_.owner_id == owner.pk:
        return plan_of(property_).receiver
    return owner_plan(owner).receiver


def paid_by(payout: DisbursementRequest) -> Receiver:
    """Whom the payout pays."""
    if not payout.beneficiary:
        return Receiver(paid_to=PaidTo.PHONE, receiver_msisdn=payout.msisdn)
    return Receiver(
        paid_to=payout.receiver_kind, receiver_number=payout.receiver_number,
        receiver_account=payout.account_reference,
    )  # fmt: skip
