"""Reads: which reversals wait for a person, and which are due to be sent or asked about."""

from datetime import datetime

from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Greatest

from disbursements.models import TransferReversal
from disbursements.queries.due import shortcodes_not_to_ask
from disbursements.states import ReversalStatus

UNDER_WAY = (ReversalStatus.SENDING, ReversalStatus.UNKNOWN)


def waiting() -> QuerySet[TransferReversal]:
    """Every proposal that waits for a second person, oldest first."""
    return (
        TransferReversal.objects.filter(status=ReversalStatus.PROPOSED)
        .select_related("disbursement__partner")
        .order_by("proposed_at", "id")
    )


def newest() -> QuerySet[TransferReversal]:
    """Every reversal, the latest first."""
    return TransferReversal.objects.select_related("disbursement__partner")


def to_send(*, at: datetime) -> QuerySet[TransferReversal]:
    """What is approved, or unknown, and due; not with a key that is known to be refused."""
    return (
        _under_way()
        .filter(Q(lease_until=None) | Q(lease_until__lte=at), ask_at__lte=at)
        .order_by("ask_at", "id")
    )


def next_moment() -> datetime | None:
    """When the next one falls due without a person; None when none will."""
    # Greatest leaves out what is NULL.
    due = _under_way().aggregate(moment=Min(Greatest("ask_at", "lease_until")))
    moment: datetime | None = due["moment"]
    return moment


def _under_way() -> QuerySet[TransferReversal]:
    return TransferReversal.objects.filter(status__in=UNDER_WAY, ask_at__isnull=False).exclude(
        disbursement__shortcode_id__in=shortcodes_not_to_ask()
    )
