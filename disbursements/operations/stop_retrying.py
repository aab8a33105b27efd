"""Stop retrying: what is proven not paid stays unpaid."""

from collections.abc import Sequence

from disbursements.models import DisbursementRequest
from disbursements.operations import pause
from disbursements.operations.deed import Deed
from disbursements.states import DisbursementStatus

BY_HAND = "retries stopped by hand"


def stop_retrying(
    rows: Sequence[DisbursementRequest], deed: Deed, *, because: str = BY_HAND
) -> None:
    """Give up what waits or is parked. Inside a transaction, on locked rows."""
    causes = {row.parked_cause for row in rows}
    deed.move(
        rows, to=DisbursementStatus.FAILED, because=because,
        next_retry_at=None, ask_at=None, parked_cause="",
        retry_reason=f"{because}: {deed.reason}",
    )  # fmt: skip
    pause.tell_nothing_is_parked(causes=causes, actor=deed.actor, at=deed.at)
