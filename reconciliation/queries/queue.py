"""Reads: the queue: what waits, what is in work, since when."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from disbursements.queries.filter_table import BadSelection, FilterTable
from disbursements.queries.filter_values import one_id, several, yes
from reconciliation.models import CheckRequest, SubjectKind

__all__ = ["CONDITIONS", "TABLE", "BadSelection", "Depth", "active", "depth", "rows"]


@dataclass(frozen=True, kw_only=True)
class Depth:
    """`waiting` includes `later`: those that are not due yet. `oldest_at`: since when the oldest
    of those that are due is due. `failed`: tried before."""

    active: int
    waiting: int
    later: int
    failed: int
    oldest_at: datetime | None


def active(*, partners: Collection[UUID] | None, at: datetime) -> QuerySet[CheckRequest]:
    """In work now: claimed by a worker whose lease runs."""
    return _of(partners).filter(lease_ends_at__gt=at).order_by("priority", "due_at", "id")


def depth(*, partners: Collection[UUID] | None, at: datetime) -> Depth:
    """How much there is of everything, in one query."""
    works, due = Q(lease_ends_at__gt=at), Q(due_at__lte=at)
    found = _of(partners).aggregate(
        active=Count("pk", filter=works),
        waiting=Count("pk", filter=~works | Q(lease_ends_at=None)),
        later=Count("pk", filter=Q(lease_ends_at=None, due_at__gt=at)),
        failed=Count("pk", filter=Q(tries__gt=0)),
        oldest_at=Min("due_at", filter=due & Q(lease_ends_at=None)),
    )
    return Depth(**found)


def rows(
    selection: Mapping[str, str], *, partners: Collection[UUID] | None
) -> QuerySet[CheckRequest]:
    """What waits or is in work, the most urgent first. Raises BadSelection."""
    found = CheckRequest.objects.order_by("priority", "due_at", "id")
    return TABLE.narrowed(found, selection, partners=partners, may_see_phones=False)


def _of(partners: Collection[UUID] | None) -> QuerySet[CheckRequest]:
    rows = CheckRequest.objects.all()
    return rows if partners is None else rows.filter(partner_id__in=partners)


def _searched(
    found: QuerySet[CheckRequest],
    *,
    text: str,
    may_see_phones: bool,  # noqa: ARG001
) -> QuerySet[CheckRequest]:
    return found.filter(subject_id=text.strip())


CONDITIONS: Mapping[str, Callable[[str], Q]] = {
    "kind": lambda text: Q(subject_kind__in=several(text, tuple(SubjectKind.values), "payment")),
    "trigger": lambda text: Q(trigger__in=several(text, None, "callback")),
    "active": lambda text: Q(lease_ends_at__isnull=not yes(text)),
    "failed": lambda text: Q(tries__gt=0) if yes(text) else Q(tries=0),
    "bulk": lambda text: Q(bulk_id=one_id(text)),
    "partner": lambda text: Q(partner_id=one_id(text)),
    "id": lambda text: Q(subject_id=text),
}
TABLE: FilterTable[CheckRequest] = FilterTable(conditions=CONDITIONS, search=_searched)
