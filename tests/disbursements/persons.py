"""Members of staff as callers, and payouts whose outcome only they can settle."""

from typing import Any
from uuid import UUID

from core.callers import Caller
from disbursements.models import DisbursementRequest, Settlement
from disbursements.operations.propose_settlement import propose
from gateways.interface import PaymentState
from tests.wire import MovedClock

OF_REQUESTS = "disbursements.{}_disbursementrequest"
EVIDENCE = "statement of 600111, 21 Nov 2026, page 3, line 12"
REASON = "no answer from M-Pesa since two days"
RECEIPT = "UKL1A2B3C4"


def person(
    name: str, *verbs: str, partners: frozenset[UUID] | None = None, origin: str = "admin"
) -> Caller:
    """A member of staff who may do these verbs: `person("amina", "settle", "approve")`."""
    permissions = frozenset(OF_REQUESTS.format(verb) for verb in verbs)
    return Caller(actor=name, origin=origin, partners=partners, permissions=permissions)


AMINA = person("amina.example", "settle", "approve", "correct")
BRIAN = person("brian.example", "settle", "approve")


def proposed(
    row: DisbursementRequest, *, at: Any, caller: Caller = AMINA, **more: Any
) -> Settlement:
    """Amina says that it was not paid, unless told otherwise."""
    claim: dict[str, Any] = {"settled_as": "not_paid", "evidence": EVIDENCE, "reason": REASON}
    if more.get("settled_as") == "paid":
        claim |= {"receipt": RECEIPT, "paid_at": at}
    return propose(disbursement_id=row.pk, caller=caller, at=at, **(claim | more))


def unknown(row: DisbursementRequest, reports: Any) -> DisbursementRequest:
    """The provider's queue timed out: nobody can tell."""
    reports.timed_out(row)
    return row


def contradicted(row: DisbursementRequest, reports: Any, moved: MovedClock) -> DisbursementRequest:
    """Proven not paid by a query, then reported as paid."""
    reports.failed(row, "2040")
    moved.forward(minutes=1)
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
    reports.paid(row)
    return row
