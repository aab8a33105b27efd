"""What a statement says beside its amounts: which rent, of whom, and what a transfer held."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch

from core.models import Step
from rents.models import Forward, ForwardPart
from rents.rules.statement_lines import Part
from vault.models import Payment, Property, Tenant


@dataclass(frozen=True, kw_only=True)
class Rent:
    """Named as a StatementLine names it."""

    receipt: str = ""
    payment_id: UUID | None = None
    property_name: str = ""
    tenant_name: str = ""
    unit: str = ""
    paid_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """Named as a StatementLine names it. Parts that were released are not in it."""

    receipt: str = ""
    forward_id: UUID | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What was read. `places`: property and tenant by the ledger entry that allocated to them."""

    owner_id: UUID
    payments: Mapping[UUID, Payment]
    forwards: Mapping[UUID, Forward]
    places: Mapping[str, tuple[Property | None, Tenant | None]]

    def rent(self, payment_id: UUID, *, entry: str) -> Rent:
        """The rent as it was allocated by this entry, not as it is allocated since."""
        payment = self.payments.get(payment_id)
        if payment is None:
            return Rent(payment_id=payment_id)
        allocation = entry.removesuffix(":reversal").replace(":handed_over", ":allocated")
        where, who = self.places.get(allocation) or self._standing(payment)
        if who is None and where is not None and payment.property_id == where.pk:
            who = payment.tenant  # named after the allocation
        return Rent(
            receipt=payment.receipt, payment_id=payment_id, paid_at=payment.paid_at,
            property_name=where.name if where else "",
            tenant_name=who.name if who else "", unit=who.unit if who else "",
        )  # fmt: skip

    def transfer(self, forward_id: UUID) -> Transfer:
        """The transfer and the rents in it."""
        forward = self.forwards.get(forward_id)
        if forward is None:
            return Transfer(forward_id=forward_id)
        parts = tuple(
            Part(receipt=part.payment.receipt, amount_minor=part.amount_minor)
            for part in forward.parts.all()
        )
        return Transfer(
            receipt=forward.disbursement.receipt or "", forward_id=forward_id, parts=parts
        )

    def _standing(self, payment: Payment) -> tuple[Property | None, Tenant | None]:
        """Where the payment stands now; nothing of another owner's is told."""
        if payment.owner_id != self.owner_id:
            return None, None
        return payment.property, payment.tenant


def read_facts(*, owner_id: UUID, payments: Collection[UUID], forwards: Collection[UUID]) -> Facts:
    """Everything that the lines of these payments and forwards say, in a handful of queries."""
    rows = Payment.objects.select_related("property", "tenant").in_bulk(list(payments))
    kept = ForwardPart.objects.filter(released_at=None).select_related("payment")
    transfers = (
        Forward.objects.filter(owner_id=owner_id)
        .select_related("disbursement")
        .prefetch_related(Prefetch("parts", kept.order_by("payment__paid_at", "pk")))
        .in_bulk(list(forwards))
    )
    return Facts(
        owner_id=owner_id, payments=rows, forwards=transfers, places=_places(owner_id, rows)
    )


def _places(
    owner_id: UUID, payments: Mapping[UUID, Payment]
) -> dict[str, tuple[Property | None, Tenant | None]]:
    """Property and tenant of each allocation, as the trail has them."""
    steps = Step.objects.filter(
        subject_type="Payment",
        subject_id__in=[str(payment_id) for payment_id in payments],
        details__has_key="entry",
    ).values_list("details", flat=True)
    told = [(each["entry"], each.get("property"), each.get("tenant")) for each in steps]
    properties = Property.objects.filter(owner_id=owner_id).in_bulk()
    known = {str(key): row for key, row in properties.items()}
    tenants = {
        str(row.pk): row
        for row in Tenant.objects.filter(pk__in={tenant for _, _, tenant in told if tenant})
        if str(row.property_id) in known
    }
    return {entry: (known.get(where or ""), tenants.get(who or "")) for entry, where, who in told}
