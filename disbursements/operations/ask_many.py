"""Ask M-Pesa about many payouts at once, by hand."""

from collections.abc import Sequence

from core import jobs
from disbursements.models import DisbursementRequest
from disbursements.operations.deed import Deed


def ask_many(rows: Sequence[DisbursementRequest], deed: Deed) -> None:
    """Let each be asked about with the next sweep. Inside a transaction, on locked rows."""
    ids = [row.pk for row in rows]
    DisbursementRequest.objects.filter(pk__in=ids).update(ask_at=deed.at)
    deed.note(rows, because="asked for by hand")
    jobs.after_commit("ask")
