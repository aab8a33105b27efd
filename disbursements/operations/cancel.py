"""Cancel what was never sent."""

from collections.abc import Sequence

from disbursements.models import DisbursementRequest
from disbursements.operations.deed import Deed
from disbursements.states import DisbursementStatus


def cancel(rows: Sequence[DisbursementRequest], deed: Deed) -> None:
    """Withdraw them for good. Inside a transaction, on locked rows."""
    deed.move(rows, to=DisbursementStatus.CANCELLED, because="cancelled by hand")
