"""Reads: payments that came in, as far as somebody may see them."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from core.callers import Caller
from vault.models import Payment
from vault.states import PaymentStatus

VIEW = "vault.view_payment"


def visible_to(*, caller: Caller) -> QuerySet[Payment]:
    """A member of staff sees their partners' payments; an owner or a tenant sees their own.

    Raises NotAllowed for staff and keys that may not see payments.
    """
    rows = Payment.objects.select_related("shortcode", "property", "owner", "tenant")
    own = Q()
    if caller.owner_id is not None:
        own |= Q(owner_id=caller.owner_id)
    if caller.tenant_id is not None:
        own |= Q(tenant_id=caller.tenant_id)
    if own:
        return rows.filter(own)
    caller.demand(VIEW)
    return rows if caller.partners is None else rows.filter(partner_id__in=caller.partners)


def unallocated(*, partners: Collection[UUID] | None) -> QuerySet[Payment]:
    """Money that is nobody's yet, the oldest first; `partners` None: of all."""
    rows = Payment.objects.filter(status=PaymentStatus.UNALLOCATED).order_by("received_at", "id")
    return rows if partners is None else rows.filter(partner_id__in=partners)


def oldest_unallocated_at(*, partners: Collection[UUID] | None) -> datetime | None:
    """Since when money waits to be allocated; None: nothing does."""
    found: datetime | None = unallocated(partners=partners).aggregate(first=Min("received_at"))[
        "first"
    ]
    return found
