"""Reads: how payments stand to the rent of their month: over, under, or once more."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time
from uuid import UUID

from core import money
from core.clock import NAIROBI
from vault.models import Payment, Tenant
from vault.states import PaymentStatus

ORDINALS = ("", "first", "second", "third", "fourth", "fifth")
Month = tuple[UUID, date]


def remarks(payments: Iterable[Payment]) -> dict[UUID, str]:
    """What is remarkable, such as `KES 500.00 over the rent` or `second payment of this month`.

    Of a tenant's payments of one Nairobi month, each counted with those before it, in two
    queries for all; payments that are as due, or no tenant's, are left out.
    """
    asked = {row.pk: row for row in payments if row.tenant_id and _is_allocated(row)}
    tenants = _tenants({row.tenant_id for row in asked.values() if row.tenant_id})
    said: dict[UUID, str] = {}
    for (tenant_id, _), rows in _months(asked.values()).items():
        paid_minor = 0
        for position, row in enumerate(rows, start=1):
            paid_minor += row.amount_minor
            if row.pk in asked:
                again = any(each.amount_minor == row.amount_minor for each in rows[: position - 1])
                due_minor = rent_minor(tenants[tenant_id])
                said[row.pk] = _remark(row, position, again, paid_minor - due_minor)
    return {pk: text for pk, text in said.items() if text}


def rent_minor(tenant: Tenant) -> int:
    """What the tenant owes for a month: their own rent, else the property's."""
    return tenant.rent_minor or tenant.property.rent_minor


def month_of(moment: datetime) -> date:
    """The first day of the Nairobi month that a moment is in."""
    return moment.astimezone(NAIROBI).date().replace(day=1)


def _remark(row: Payment, position: int, again: bool, over_minor: int) -> str:
    parts = []
    if position > 1:
        ordinal = ORDINALS[position] if position < len(ORDINALS) else f"{position}th"
        parts.append(f"{ordinal} payment of this month")
    if again and over_minor > 0:
        parts.append("the same amount again")
    if over_minor:
        side = "over" if over_minor > 0 else "under"
        parts.append(f"{money.shown(abs(over_minor), row.currency)} {side} the rent")
    return ", ".join(parts)


def _months(asked: Collection[Payment]) -> dict[Month, Sequence[Payment]]:
    """All payments of the tenants' months that are asked about, in the order they were paid."""
    months = {(row.tenant_id, month_of(row.paid_at)) for row in asked if row.tenant_id}
    if not months:
        return {}
    days = [month for _, month in months]
    rows = Payment.objects.filter(
        tenant_id__in={tenant_id for tenant_id, _ in months}, status=PaymentStatus.ALLOCATED,
        paid_at__gte=_start(min(days)), paid_at__lt=_start(_next(max(days))),
    )  # fmt: skip
    found: dict[Month, list[Payment]] = defaultdict(list)
    for row in rows.order_by("paid_at", "received_at", "id"):
        if row.tenant_id and (month := (row.tenant_id, month_of(row.paid_at))) in months:
            found[month].append(row)
    return dict(found)


def _tenants(tenant_ids: Collection[UUID]) -> dict[UUID, Tenant]:
    rows = Tenant.objects.filter(pk__in=tenant_ids).select_related("property")
    return {row.pk: row for row in rows}


def _is_allocated(row: Payment) -> bool:
    return row.status == PaymentStatus.ALLOCATED


def _next(month: date) -> date:
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1)


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=NAIROBI)
