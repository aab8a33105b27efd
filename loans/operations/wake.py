"""A web hook of Mifos X: it wakes the sync, and nothing more.

It is unsigned, also sent for failed and pending commands, and may tell of anything
(fineract.md 6.1): so nothing of it is believed. The loans are read by the next sync.
"""

from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Least

from core import clock, jobs
from gateways import inbox, registry
from gateways.interface import Arrival, Delivery, LoanChanged
from loans.models import MifosConnection
from loans.queries.connections import HOOK_KIND

JOB = "sync_loans"
A_MINUTE = timedelta(minutes=1)
# From the fetch before to one that a web hook wakes, at least.
BETWEEN_MINUTES = 0.5


def apply_loan_changed(
    *,
    event: LoanChanged,  # noqa: ARG001 - a hint to look, nothing more
    arrival: Arrival,
    at: datetime,
) -> tuple[Delivery, str]:
    """Have the partner whose address it came to synced soon; one that is left alone stays so."""
    connection = _told_at(arrival.secret_digest)
    if connection is None:
        return Delivery.UNMATCHED, ""
    rows = MifosConnection.objects.filter(pk=connection.pk)
    soonest = _soonest(connection, at)
    rows.update(next_sync_at=Least(F("next_sync_at"), soonest))
    if soonest <= at and (connection.not_before is None or connection.not_before <= at):
        jobs.after_commit(JOB)
    return Delivery.APPLIED, str(connection.pk)


def _soonest(row: MifosConnection, at: datetime) -> datetime:
    """Now, but a flood has it synced once in a while only, and leaves requests for paying."""
    moments = [at]
    if row.last_sync_at is not None:
        moments.append(row.last_sync_at + clock.minutes(BETWEEN_MINUTES))
    if row.minute_at is not None and row.minute_requests >= row.requests_per_minute:
        moments.append(row.minute_at + A_MINUTE)
    return max(moments)


def _told_at(secret_digest: bytes) -> MifosConnection | None:
    """Whose lasting address it is."""
    for row in MifosConnection.objects.all():
        digests = inbox.standing_digests(
            provider=registry.loan_provider(), kind=HOOK_KIND, subject=str(row.partner_id)
        )
        if secret_digest in digests:
            return row
    return None
