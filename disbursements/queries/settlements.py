"""Reads: whose outcome only a person can settle, about which attempt, and what is proposed."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from disbursements.models import (
    AttemptOutcome,
    DisbursementRequest,
    DisbursementRetryLog,
    Settlement,
)
from disbursements.rules.rail_words import provider
from disbursements.states import DisbursementStatus, SettlementStatus

S = DisbursementStatus

# A person said how it ended, and nobody has decided on it yet.
OPEN_SETTLEMENT = Exists(
    Settlement.objects.filter(disbursement=OuterRef("pk"), status=SettlementStatus.PROPOSED)
)
IN_QUESTION = Q(outcome=AttemptOutcome.OPEN) | Q(
    outcome=AttemptOutcome.NOT_PAID, success_reported_at__isnull=False
)


def attempts_in_question(row: DisbursementRequest) -> list[DisbursementRetryLog]:
    """Attempts without an outcome, or said to be paid against their proof; latest first."""
    attempts = DisbursementRetryLog.objects.filter(IN_QUESTION, disbursement=row)
    return list(attempts.order_by("-retry_attempt"))


def why_not_by_hand(row: DisbursementRequest, attempts: list[DisbursementRetryLog]) -> str:
    """Why persons cannot settle it now, in plain words; empty when they can."""
    if row.status == S.SENDING:
        return "its sender still holds it: wait until the call has ended"
    if row.status in (S.COMPLETED, S.RETURNED):
        return "it is paid: what contradicts that is kept in its timeline"
    if not attempts:
        return "its outcome is known" if row.attempts_made else "nothing was sent yet"
    if row.status == S.UNKNOWN or row.person_needed_at:
        return ""
    if row.status in (S.RETRYING, S.PARKED, S.FAILED) and _contradicted(attempts):
        return ""
    return f"we are still asking {provider(row.rail)}, and its answer settles it"


def _contradicted(attempts: list[DisbursementRetryLog]) -> bool:
    return any(each.outcome == AttemptOutcome.NOT_PAID for each in attempts)


def open_settlement(row: DisbursementRequest) -> Settlement | None:
    """The proposal that waits for a second person, if there is one."""
    return Settlement.objects.filter(disbursement=row, status=SettlementStatus.PROPOSED).first()


def waiting() -> QuerySet[Settlement]:
    """Every proposal that waits for a second person, oldest first."""
    return (
        Settlement.objects.filter(status=SettlementStatus.PROPOSED)
        .select_related("disbursement__partner", "attempt")
        .order_by("proposed_at", "id")
    )
