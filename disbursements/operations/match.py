"""Find and lock what a report is about, and see whether the report fits it."""

import re
from datetime import datetime
from uuid import UUID

from django.conf import settings

from core import money
from core.alerts import raise_alert
from core.models import AlertSeverity
from disbursements.models import DisbursementRequest, DisbursementRetryLog
from gateways.interface import Arrival, PayoutResult, Rail, ReceiverKind

MISFIT_ALERT = "report_does_not_fit"
SUFFIX_DIGITS = 9
_MSISDN = re.compile(r"(?<![0-9])(?:254[0-9]{9}|0[17][0-9]{8})(?![0-9])", re.ASCII)
_SHORTCODE = re.compile(r"\s*([0-9]{5,7})\s+-", re.ASCII)

Pair = tuple[DisbursementRequest, DisbursementRetryLog]


def locked(attempt: DisbursementRetryLog) -> Pair:
    """The disbursement and the attempt, both locked: always in this order."""
    row = locked_row(attempt.disbursement_id)
    return row, DisbursementRetryLog.objects.select_for_update().get(pk=attempt.pk)


def locked_row(disbursement_id: UUID) -> DisbursementRequest:
    """The disbursement alone, locked, with its shortcode."""
    return (
        DisbursementRequest.objects.select_for_update(of=("self",))
        .select_related("shortcode")
        .get(pk=disbursement_id)
    )


def is_current(row: DisbursementRequest, attempt: DisbursementRetryLog) -> bool:
    """Whether this is the latest attempt of its disbursement."""
    return row.attempts_made == attempt.retry_attempt


def attempt_of(event: PayoutResult, arrival: Arrival) -> DisbursementRetryLog | None:
    """The attempt that a result is about: by our reference, on B2B by the path's secret alone."""
    attempts = DisbursementRetryLog.objects
    if event.rail == Rail.MPESA_B2B:
        return attempts.filter(secret_digest=arrival.secret_digest).exclude(beneficiary="").first()
    return attempts.filter(provider_reference=event.reference, beneficiary="").first()


def misfit(
    row: DisbursementRequest,
    *,
    receipt: str,
    amount_minor: int | None,
    receiver: str | None = None,
) -> str:
    """What a report of success says differently from the instruction; empty when it fits.

    `receiver` is what a result names. None is for a status answer: it names nobody, and it may
    lack the amount, which a result never does (daraja.md 3.4, 5.1).
    """
    if not receipt:
        return "a success without a receipt"
    if amount_minor is None and receiver is not None:
        return "a success without an amount"
    if amount_minor is not None and amount_minor != row.amount_minor:
        paid = money.shown(amount_minor, row.currency)
        return f"{paid} paid, but {money.shown(row.amount_minor, row.currency)} instructed"
    if wrong := _another_payee(row, receiver or ""):
        return wrong
    other = DisbursementRequest.objects.filter(rail=row.rail, receipt=receipt).exclude(pk=row.pk)
    if other.exists():
        return f"receipt {receipt} belongs to another payout"
    return ""


def _another_payee(row: DisbursementRequest, receiver: str) -> str:
    if row.beneficiary:
        shortcode = _SHORTCODE.match(receiver)
        # A till's result may name its store's number: daraja.md 10.
        named_other = shortcode and shortcode[1] != row.receiver_number
        paybill = row.receiver_kind == ReceiverKind.PAYBILL
        return "another business was paid than instructed" if paybill and named_other else ""
    named = _MSISDN.search(receiver)
    if named and named.group()[-SUFFIX_DIGITS:] != row.msisdn[-SUFFIX_DIGITS:]:
        return "another phone was paid than instructed"
    return ""


def report_misfit(row: DisbursementRequest, oddity: str, *, at: datetime) -> None:
    """A critical alert: what was reported does not fit; nothing is settled by it."""
    raise_alert(
        kind=MISFIT_ALERT, key=str(row.pk), severity=AlertSeverity.CRITICAL, at=at,
        text=f"A report about {row.client_reference} does not fit: {oddity}. Nothing was settled.",
    )  # fmt: skip


def needs_confirmation(row: DisbursementRequest) -> bool:
    """Whether a success of this size is believed only when a status query agrees."""
    limit = settings.VAULT_CONFIRM_ABOVE_KES
    return limit is not None and money.major(row.amount_minor, row.currency) > limit
