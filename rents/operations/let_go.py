"""Give the rents of a transfer back to what is owed: its payout never paid and never will."""

from datetime import datetime

import ledger.operations as books
from core import states
from rents.models import Forward, ForwardPart
from rents.operations.hand_over import made_reference
from rents.states import ForwardStatus
from vault.models import Payment
from vault.operations.plans import replan


def let_go(
    forward: Forward, *, because: str, at: datetime, actor: str = states.SYSTEM, again: bool
) -> None:
    """Inside a transaction, on a locked transfer. `again`: by today's plan; else a person must.

    Receivers follow today's plan either way: it may have been corrected meanwhile.
    """
    states.advance(forward, to=ForwardStatus.RELEASED, at=at, because=because, actor=actor)
    parts = ForwardPart.objects.filter(forward=forward, released_at=None)
    payments = list(
        Payment.objects.select_for_update(of=("self",))
        .filter(pk__in=parts.values("payment_id"))
        .order_by("pk")
    )
    parts.update(released_at=at)
    Payment.objects.filter(pk__in=[row.pk for row in payments]).update(forwarded_at=None)
    for row in payments:
        row.forwarded_at = None
    states.note_many(
        payments, at=at, because=f"not forwarded: {because}", actor=actor,
        details={"forward": str(forward.pk)},
    )  # fmt: skip
    replan(payments=payments, at=at)
    if not again:
        Payment.objects.filter(pk__in=[row.pk for row in payments]).update(forward_due_at=None)
    books.reverse(reference=made_reference(forward.pk), because=because, at=at)
