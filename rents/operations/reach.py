"""Whose payments a caller may forward, and what is refused."""

from uuid import UUID

from django.db.models import Q, QuerySet

from core.callers import Caller
from core.refusals import Refused
from vault.models import Payment
from vault.operations.reach import NoSuchPayment

PERMISSION = "vault.forward_payment"
# Only the role Administrator has it: it marks who may retry everything that failed.
RETRY_ALL_PERMISSION = "vault.change_owner"
REASON_EXAMPLE = "the owner asked for it today"

__all__ = [
    "PERMISSION", "RETRY_ALL_PERMISSION", "AlreadyForwarded", "CannotForward", "CannotRelease",
    "NoSuchForward", "NoSuchPayment", "demand_may_forward", "locked", "visible",
]  # fmt: skip


class NoSuchForward(Refused):
    """There is no such transfer among those that the caller may see."""


class CannotForward(Refused):
    """Nothing of it can be forwarded as it stands; nothing was changed."""


class AlreadyForwarded(Refused):
    """It is on its way or has arrived; nothing was changed."""


class CannotRelease(Refused):
    """It is paid, or it cannot be told that it is not; nothing was changed."""


def visible(caller: Caller) -> QuerySet[Payment]:
    """The payments that the caller may see: a partner's, an owner's, a tenant's own, or all."""
    if caller.partners is None:
        return Payment.objects.all()
    own = Q(partner_id__in=caller.partners)
    if caller.owner_id:
        own |= Q(owner_id=caller.owner_id)
    if caller.tenant_id:
        own |= Q(tenant_id=caller.tenant_id)
    return Payment.objects.filter(own)


def demand_may_forward(payment: Payment, caller: Caller) -> None:
    """Owners forward their own; others need the permission. Raises NotAllowed."""
    if caller.owner_id is None or caller.owner_id != payment.owner_id:
        caller.demand(PERMISSION)


def locked(payment_id: UUID, caller: Caller) -> Payment:
    """The payment, locked. Raises NoSuchPayment, NotAllowed."""
    payment = (
        visible(caller)
        .select_for_update(of=("self",))
        .select_related("shortcode", "owner")
        .filter(pk=payment_id)
        .first()
    )
    if payment is None:
        raise NoSuchPayment(f"there is no payment {payment_id}", field="paymentId")
    demand_may_forward(payment, caller)
    return payment
