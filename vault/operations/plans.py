"""Which plan a payment follows: held still while it is allocated, followed when it changes.

The owner's row is the one lock of all their plans: whoever changes the owner or one of their
properties takes it, and so does whoever copies a plan to a payment. Whichever comes first, money
that is not forwarded yet goes where the plan says at last. Owners are locked before payments
that wait.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from core import states
from vault.models import Method, Owner, PaidTo, Payment, Property
from vault.queries.forwarding import due_at, owner_plan, plan_of
from vault.rules.forward_schedule import Plan
from vault.states import PaymentStatus

FOLLOWED = (
    "paid_to",
    "receiver_number",
    "receiver_account",
    "receiver_msisdn",
    "forward_due_at",
)


def held_plan(*, property_id: UUID) -> Plan:
    """The property's effective plan, which cannot change until the caller's transaction ends."""
    return plan_of(held_property(property_id))


def held_property(property_id: UUID) -> Property:
    """The property as it is, with its owner, who stays locked. Raises Property.DoesNotExist."""
    owner_id = Property.objects.values_list("owner_id", flat=True).get(pk=property_id)
    while True:
        owner = locked_owners([owner_id])[owner_id]
        row = Property.objects.get(pk=property_id)
        if row.owner_id == owner.pk:
            row.owner = owner
            return row
        owner_id = row.owner_id


def locked_owners(owner_ids: Iterable[UUID]) -> dict[UUID, Owner]:
    """The owners by id, locked in one order."""
    locked = Owner.objects.select_for_update(no_key=True).filter(pk__in=set(owner_ids))
    return {row.pk: row for row in locked.order_by("pk")}


def waiting(condition: Q) -> Sequence[Payment]:
    """The payments among these that no transfer has taken on, locked. Cash is the owner's.

    So is what came in while the plan said that the owner is paid outside of this system: it
    would be paid twice.
    """
    return list(
        Payment.objects.select_for_update(no_key=True)
        .filter(condition, status=PaymentStatus.ALLOCATED, method=Method.MPESA, forwarded_at=None)
        .exclude(paid_to=PaidTo.NOWHERE)
        .order_by("pk")
    )


def replan(*, payments: Sequence[Payment], at: datetime) -> Sequence[Payment]:
    """Give allocated, locked payments the receiver and the due moment of today's plans.

    Inside the caller's transaction. What is due by the new plan is due at `at` at the earliest;
    what a disabled owner or property is owed waits for a person, as when it is allocated.
    Returns those that changed, each saved, with a Step.
    """
    owners = locked_owners(row.owner_id for row in payments if row.owner_id)
    properties = Property.objects.in_bulk({row.property_id for row in payments})
    changed = []
    for row in payments:
        if row.property_id is None or row.owner_id is None:
            continue
        owner, of = owners[row.owner_id], properties[row.property_id]
        if of.owner_id == owner.pk:
            of.owner = owner
            follows = _follow(
                row, plan_of(of), at=at, waits=not (of.is_active and owner.is_active)
            )
        else:  # a property that has another owner by now says nothing of the former one's money
            follows = _follow(row, owner_plan(owner), at=at, waits=not owner.is_active)
        if follows:
            changed.append(row)
    Payment.objects.bulk_update(changed, FOLLOWED)
    states.note_many(changed, at=at, because="follows the changed plan of its owner")
    return changed


def _follow(row: Payment, plan: Plan, *, at: datetime, waits: bool) -> bool:
    """Set what the plan says; whether anything is otherwise than before."""
    before = [getattr(row, name) for name in FOLLOWED]
    for name, value in plan.receiver.columns().items():
        setattr(row, name, value)
    is_due = row.owed_minor and not waits
    row.forward_due_at = due_at(plan, paid_at=row.paid_at, since=at) if is_due else None
    return before != [getattr(row, name) for name in FOLLOWED]
