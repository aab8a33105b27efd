"""The one timeline of a rent: both its legs, everything that any table knows, in time order."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from core.admin import shown
from core.admin.record import Event
from core.models import Step
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from disbursements.queries import timeline as payouts
from disbursements.queries import trail
from ledger.models import Entry
from rents.models import Forward
from rents.states import ForwardStatus
from vault.models import Payment, Prompt
from vault.states import PaymentStatus, PromptStatus

IN, OUT = "In", "Out"
PAYMENT_TONES: dict[str, str] = {
    PaymentStatus.UNALLOCATED: shown.WARN,
    PaymentStatus.ALLOCATED: shown.GOOD,
    PaymentStatus.RETURNED: shown.MUTE,
}
PROMPT_TONES: dict[str, str] = {
    PromptStatus.ASKING: shown.WAIT,
    PromptStatus.WAITING: shown.WAIT,
    PromptStatus.UNKNOWN: shown.ASK,
    PromptStatus.PAID: shown.GOOD,
    PromptStatus.FAILED: shown.BAD,
    PromptStatus.EXPIRED: shown.MUTE,
}
FORWARD_TONES: dict[str, str] = {
    ForwardStatus.PROCESSING: shown.WAIT,
    ForwardStatus.COMPLETED: shown.GOOD,
    ForwardStatus.FAILED: shown.BAD,
    ForwardStatus.RELEASED: shown.MUTE,
}
TONES: dict[str, dict[str, str]] = {
    Prompt.__name__: PROMPT_TONES,
    Payment.__name__: PAYMENT_TONES,
    Forward.__name__: FORWARD_TONES,
}
SOURCES = {Prompt.__name__: "Prompt", Payment.__name__: "Payment", Forward.__name__: "Forward"}


def timeline(
    *,
    payment: Payment | None,
    prompt: Prompt | None,
    forwards: Sequence[Forward],
    may_see_phones: bool,
) -> list[Event]:
    """Steps, calls, callbacks and books of the prompt, the payment, its forwards, their payouts.

    Sources begin with `In` or `Out`, by the leg that they are of.
    """
    inward = [row for row in (prompt, payment) if row is not None]
    ids = [str(row.pk) for row in inward]
    came_in = [
        *_steps(inward),
        *payouts.calls(ids, may_see_phones=may_see_phones),
        *payouts.callbacks(ids, may_see_phones=may_see_phones),
        *_booked("payment", [payment] if payment else []),
    ]
    went_out = [*_steps(forwards), *_booked("forward", forwards)]
    for payout in _payouts(forwards):
        attempts = list(DisbursementRetryLog.objects.filter(disbursement=payout))
        went_out += payouts.timeline(payout, attempts, may_see_phones=may_see_phones)
    return payouts.in_order(
        [*trail.of_side(IN, came_in), *trail.of_side(OUT, went_out)],
        may_see_phones=may_see_phones,
    )


def _steps(rows: Sequence[Any]) -> Iterator[Event]:
    return trail.steps(rows, sources=SOURCES, tones=TONES, order=_order)


def _order(step: Step) -> int:
    """Where a row began comes before what became of it at the same moment."""
    return 0 if step.to_status and not step.from_status else 11


def _booked(kind: str, rows: Sequence[Any]) -> Iterator[Event]:
    """What was booked under `kind:id:…`, and what took it back (`…:reversal`)."""
    about = Q(pk__in=[])
    for row in rows:
        about |= Q(reference__startswith=f"{kind}:{row.pk}:")
    return payouts.entries(Entry.objects.filter(about)) if rows else iter(())


def _payouts(forwards: Sequence[Forward]) -> list[DisbursementRequest]:
    """The forwards' payouts, and what those took the place of."""
    found = list(DisbursementRequest.objects.filter(pk__in=[f.disbursement_id for f in forwards]))
    replaced = [row.corrects_id for row in found if row.corrects_id]
    while replaced:
        more = list(DisbursementRequest.objects.filter(pk__in=replaced))
        found += more
        replaced = [row.corrects_id for row in more if row.corrects_id]
    return found
