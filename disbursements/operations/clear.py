"""Clear payouts whose origin looks at each before it leaves."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from core import clock, jobs
from disbursements.models import DisbursementRequest
from disbursements.states import DisbursementStatus

CLEARABLE = (DisbursementStatus.QUEUED, DisbursementStatus.RETRYING)


def clear(*, payout_ids: Collection[UUID], until: datetime, at: datetime) -> int:
    """Let those that wait to be cleared leave until then; returns how many.

    Never one that its origin does not look at. Raises ValueError where `until` is not to come.
    """
    if until <= at:
        raise ValueError("until must be later than at")
    with transaction.atomic():
        cleared = _looked_at(payout_ids).filter(status__in=CLEARABLE).update(cleared_until=until)
        if cleared:
            jobs.after_commit("send")
            jobs.after_commit("retry")
    return cleared


def take_back(*, payout_ids: Collection[UUID], at: datetime) -> int:
    """Let none of them leave before it is cleared anew; returns how many might have left."""
    moment = min(at, clock.database_now())  # whose clock is ahead must not let them leave
    return _looked_at(payout_ids).filter(cleared_until__gt=moment).update(cleared_until=moment)


def _looked_at(payout_ids: Collection[UUID]) -> QuerySet[DisbursementRequest]:
    return DisbursementRequest.objects.filter(pk__in=payout_ids, cleared_until__isnull=False)
