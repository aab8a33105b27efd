"""Reads: which collected rents are due to be forwarded, put together by what one transfer pays."""

from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from disbursements.rules import business_intake, intake
from vault.models import Method, PaidTo, Payment
from vault.states import PaymentStatus

MINOR = 100
LIMIT_MINOR = intake.AMOUNT_UNITS_MAX * MINOR
LEAST_MINOR = {
    PaidTo.PHONE: intake.AMOUNT_UNITS_MIN * MINOR,
    PaidTo.PAYBILL: business_intake.AMOUNT_UNITS_MIN * MINOR,
    PaidTo.TILL: business_intake.AMOUNT_UNITS_MIN * MINOR,
}
# Collected, owed to an owner who is paid from here, and in no transfer.
FORWARDABLE = Q(
    status=PaymentStatus.ALLOCATED,
    method=Method.MPESA,
    owed_minor__gt=0,
    forwarded_at=None,
    paid_to__in=list(LEAST_MINOR),
)
_MINIMUM = Coalesce("property__forward_minimum_minor", "owner__forward_minimum_minor", 0)
_SAME = (
    "owner_id", "shortcode_id", "currency", "paid_to", "receiver_number", "receiver_account",
    "receiver_msisdn",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Receiving:
    """What the rents of one transfer have in common; `minimum_minor` is the plan's."""

    owner_id: UUID
    shortcode_id: UUID
    currency: str
    paid_to: str
    receiver_number: str
    receiver_account: str
    receiver_msisdn: str
    minimum_minor: int

    @property
    def least_minor(self) -> int:
        """What a transfer must at least come to: by the plan, and by the provider."""
        return max(self.minimum_minor, LEAST_MINOR[PaidTo(self.paid_to)])

    @property
    def lock(self) -> str:
        """The name of the lock that keeps a group whole."""
        return "forward:" + ":".join(str(each) for each in astuple(self))


@dataclass(frozen=True, kw_only=True)
class Group:
    """Rents that are due and may go as one transfer. `amount_minor` is what is owed of them."""

    receiving: Receiving
    owner_name: str
    count: int
    amount_minor: int
    due_since: datetime | None

    @property
    def waits_for_more(self) -> bool:
        """Whether they come to less than the minimum."""
        return self.amount_minor < self.receiving.least_minor


def groups_due(*, at: datetime) -> list[Group]:
    """Of active owners, partners and shortcodes, those that are due for longest first."""
    return _grouped(_of_active(_due(at)))


def groups_of(payment_ids: Collection[UUID]) -> list[Group]:
    """The same of the forwardable ones among these, whenever they are due."""
    return _grouped(Payment.objects.filter(FORWARDABLE, pk__in=payment_ids))


def payments_due(receiving: Receiving, *, at: datetime) -> QuerySet[Payment]:
    """The group's payments that are due now, oldest first."""
    return in_group(receiving, _due(at))


def in_group(receiving: Receiving, rows: QuerySet[Payment]) -> QuerySet[Payment]:
    """Those of the rows that go with this group."""
    same: dict[str, Any] = {name: getattr(receiving, name) for name in _SAME}
    found = rows.annotate(minimum_minor=_MINIMUM).filter(
        **same, minimum_minor=receiving.minimum_minor
    )
    return found.order_by("forward_due_at", "id")


def receiving_of(payment: Payment) -> Receiving:
    """What the payment has in common with others; its minimum is not looked up."""
    return Receiving(**{name: getattr(payment, name) for name in _SAME}, minimum_minor=0)


def next_moment() -> datetime | None:
    """When the next transfer can be made by itself; None when none will come of what there is."""
    moments = [
        moment
        for group in _grouped(_of_active(_due(None)))
        if (moment := _enough_from(group.receiving)) is not None
    ]
    return min(moments, default=None)


def _enough_from(receiving: Receiving) -> datetime | None:
    """When so much of a group is due that it comes to its minimum."""
    total_minor = 0
    due = in_group(receiving, _due(None)).values_list("forward_due_at", "owed_minor")
    for moment, owed_minor in due.iterator():
        total_minor += owed_minor or 0
        if total_minor >= receiving.least_minor:
            return moment
    return None


def _of_active(rows: QuerySet[Payment]) -> QuerySet[Payment]:
    return rows.filter(owner__is_active=True, partner__is_active=True, shortcode__is_active=True)


def _due(at: datetime | None) -> QuerySet[Payment]:
    due = Payment.objects.filter(FORWARDABLE, forward_due_at__isnull=False)
    return due if at is None else due.filter(forward_due_at__lte=at)


def _grouped(rows: QuerySet[Payment]) -> list[Group]:
    found: Sequence[dict[str, Any]] = (
        rows.order_by()
        .annotate(minimum_minor=_MINIMUM)
        .values(*_SAME, "minimum_minor", "owner__name")
        .annotate(rows=Count("pk"), minor=Sum("owed_minor"), since=Min("forward_due_at"))
        .order_by("since", "owner__name", *_SAME)
    )
    return [
        Group(
            receiving=Receiving(
                **{name: each[name] for name in _SAME}, minimum_minor=each["minimum_minor"]
            ),
            owner_name=each["owner__name"],
            count=each["rows"],
            amount_minor=int(each["minor"]),
            due_since=each["since"],
        )
        for each in found
    ]
