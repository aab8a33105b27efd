"""Change how often payouts are tried again."""

from collections.abc import Sequence

from disbursements.models import DisbursementRequest
from disbursements.operations.deed import Deed, alike_in


def change_limit(rows: Sequence[DisbursementRequest], deed: Deed) -> None:
    """It counts from the next failure on. Inside a transaction, on locked rows."""
    limit = deed.max_retries
    if limit is None:
        return
    ids = [row.pk for row in rows]
    DisbursementRequest.objects.filter(pk__in=ids).update(max_retries=limit)
    for was, group in alike_in(rows, lambda row: row.max_retries).items():
        because = f"retry limit changed from {was} to {limit}"
        deed.note(group, because=because, was=was, now=limit)
