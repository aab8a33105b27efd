"""Reads: when checks fall due that no person has to begin."""

from datetime import datetime

from django.db.models import Max, Min

from core.models import Step
from reconciliation.models import CheckRequest, TrailCursor
from reconciliation.queries.trail import TRAIL


def next_check(*, at: datetime) -> datetime | None:
    """When a check is due next, or the trail has something that was not read; None: never."""
    if anything_unread():
        return at
    waiting = CheckRequest.objects.filter(lease_ends_at=None).aggregate(due=Min("due_at"))
    leased = CheckRequest.objects.aggregate(due=Min("lease_ends_at"))
    return min((each["due"] for each in (waiting, leased) if each["due"]), default=None)


def anything_unread() -> bool:
    """Whether the trail has steps that nobody has looked at yet."""
    cursor = TrailCursor.objects.filter(name=TRAIL).first()
    newest = Step.objects.aggregate(id=Max("id"))["id"] or 0
    return cursor is None or newest > cursor.last_id
