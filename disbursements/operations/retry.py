"""Retry by hand: what waits comes now, what is parked goes again, what failed gets another try."""

from collections.abc import Sequence
from uuid import UUID

from core import jobs
from disbursements.models import DisbursementRequest
from disbursements.operations import pause
from disbursements.operations.bring_forward import bring_forward
from disbursements.operations.deed import Deed, alike_in
from disbursements.queries.by_hand import counted_tries
from disbursements.states import DisbursementStatus

S = DisbursementStatus


def retry(rows: Sequence[DisbursementRequest], deed: Deed) -> None:
    """Within the limit of each. Inside a transaction, on locked rows."""
    bring_forward(_that_are(S.RETRYING, rows), deed, because="retry now")
    parked = _that_are(S.PARKED, rows)
    if parked:
        pause.send_again(
            parked, reason=deed.reason, actor=deed.actor, at=deed.at, details=deed.details
        )
    _from_failed(_that_are(S.FAILED, rows), deed, "retried by hand")
    jobs.after_commit("retry")


def force(rows: Sequence[DisbursementRequest], deed: Deed) -> None:
    """Once more, whatever the limit or the code says. Inside a transaction, on locked rows."""
    _from_failed(rows, deed, "forced by hand")
    jobs.after_commit("retry")


def _from_failed(rows: Sequence[DisbursementRequest], deed: Deed, because: str) -> None:
    """Due now; a forced one is beyond the limit, which `retry_count` never is."""
    counted = counted_tries([row.pk for row in rows])
    for retry_count, group in alike_in(rows, lambda row: _retries(row, counted)).items():
        deed.move(
            group, to=S.RETRYING, because=because, next_retry_at=deed.at,
            retry_count=retry_count, retry_reason=f"{because}: {deed.reason}", ask_at=None,
            lease_until=None,
        )  # fmt: skip


def _retries(row: DisbursementRequest, counted: dict[UUID, int]) -> int:
    return max(row.retry_count, min(counted[row.pk], row.max_retries))


def _that_are(status: str, rows: Sequence[DisbursementRequest]) -> list[DisbursementRequest]:
    return [row for row in rows if row.status == status]
