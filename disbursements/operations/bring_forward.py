"""Bring a planned retry forward. The proof that it was not paid is demanded all the same."""

from collections.abc import Sequence

from core import jobs
from disbursements.models import DisbursementRequest
from disbursements.operations.deed import Deed, alike_in


def bring_forward(
    rows: Sequence[DisbursementRequest], deed: Deed, *, because: str = "brought forward"
) -> None:
    """Let each be due at `deed.moment`. Inside a transaction, on locked rows."""
    if not rows:
        return
    ids = [row.pk for row in rows]
    DisbursementRequest.objects.filter(pk__in=ids).update(next_retry_at=deed.moment)
    for moment, group in alike_in(rows, lambda row: row.next_retry_at).items():
        was = moment.isoformat() if moment else ""
        deed.note(group, because=because, was=was, now=deed.moment.isoformat())
    jobs.after_commit("retry")
