"""Reads: what is collected and not forwarded, for each owner, by how long it lies here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce

from core import clock
from rents.queries.due import FORWARDABLE
from vault.models import Owner, Payment

AGES: tuple[tuple[str, timedelta | None], ...] = (
    ("up to 1 hour", timedelta(hours=1)),
    ("1 to 24 hours", timedelta(hours=24)),
    ("1 to 7 days", timedelta(days=7)),
    ("over 7 days", None),
)


@dataclass(frozen=True, kw_only=True)
class Age:
    """How many payments of one age, and what is owed of them in minor units."""

    label: str
    count: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class OwnerAgeing:
    """What lies here for one owner in one currency; `oldest_at` is when the oldest was paid."""

    owner: Owner
    currency: str
    ages: tuple[Age, ...]
    count: int
    amount_minor: int
    oldest_at: datetime


def ageing(*, partners: Collection[UUID] | None, at: datetime) -> list[OwnerAgeing]:
    """Each owner with money collected and not forwarded; who waits longest first."""
    rows = Payment.objects.filter(FORWARDABLE)
    if partners is not None:
        rows = rows.filter(partner_id__in=partners)
    sums: dict[str, Any] = {}
    for number, inside in enumerate(_spans(at)):
        sums[f"count_{number}"] = Count("pk", filter=inside)
        sums[f"minor_{number}"] = Coalesce(Sum("owed_minor", filter=inside), 0)
    found: Any = list(
        rows.order_by()
        .values("owner_id", "currency")
        .annotate(rows=Count("pk"), minor=Sum("owed_minor"), oldest=Min("paid_at"), **sums)
        .order_by("oldest", "owner_id")
    )
    owners = Owner.objects.in_bulk([each["owner_id"] for each in found])
    return [
        OwnerAgeing(
            owner=owners[each["owner_id"]],
            currency=each["currency"],
            ages=tuple(
                Age(
                    label=label,
                    count=each[f"count_{number}"],
                    amount_minor=int(each[f"minor_{number}"]),
                )
                for number, (label, _) in enumerate(AGES)
            ),
            count=each["rows"],
            amount_minor=int(each["minor"]),
            oldest_at=each["oldest"],
        )
        for each in found
    ]


def _spans(at: datetime) -> list[Q]:
    """The condition of each age, from the youngest on; a rehearsal ages faster."""
    spans: list[Q] = []
    newer_than = Q()
    for _, until in AGES:
        older = Q() if until is None else Q(paid_at__gt=at - clock.scaled(until))
        spans.append(newer_than & older)
        if until is not None:
            newer_than = Q(paid_at__lte=at - clock.scaled(until))
    return spans
