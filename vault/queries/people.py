"""Reads: what owners are owed by the books, what waits for them, and their history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from ledger import chart
from ledger.models import Line
from vault.models import Method, Owner, PaidTo, Payment, Property
from vault.states import PaymentStatus


@dataclass(frozen=True, kw_only=True)
class OwnerBalance:
    """What the books say of an owner, in minor units."""

    owed_minor: int = 0
    forwarding_minor: int = 0


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Rents that are collected and that no transfer has taken on yet."""

    count: int
    amount_minor: int


def owner_balances(
    *, owner_ids: Iterable[UUID], currency: str = "KES"
) -> Mapping[UUID, OwnerBalance]:
    """What each owner is owed, and what is on its way to them, in one query."""
    ids = list(owner_ids)
    owed = {chart.owed(each, currency).code: each for each in ids}
    forwarding = {chart.forwarding(each, currency).code: each for each in ids}
    sums = dict(
        Line.objects.filter(account__code__in=[*owed, *forwarding])
        .values_list("account__code")
        .annotate(minor=Sum("credit_minor") - Sum("debit_minor"))
        .values_list("account__code", "minor")
    )
    return {
        each: OwnerBalance(
            owed_minor=int(sums.get(chart.owed(each, currency).code, 0)),
            forwarding_minor=int(sums.get(chart.forwarding(each, currency).code, 0)),
        )
        for each in ids
    }


def waiting_for(row: Owner | Property) -> Waiting:
    """What would follow another receiver or plan of this owner or property."""
    whose = Q(owner=row) if isinstance(row, Owner) else Q(property=row, owner_id=row.owner_id)
    found = not_forwarded().filter(whose).aggregate(count=Count("pk"), minor=Sum("owed_minor"))
    return Waiting(count=found["count"], amount_minor=found["minor"] or 0)


def not_forwarded() -> QuerySet[Payment]:
    """Allocated M-Pesa payments with something owed from here that no transfer has taken on."""
    return Payment.objects.filter(
        status=PaymentStatus.ALLOCATED, method=Method.MPESA, forwarded_at=None, owed_minor__gt=0
    ).exclude(paid_to=PaidTo.NOWHERE)
