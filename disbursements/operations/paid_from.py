"""Which of a shortcode's accounts a payout leaves from: Utility on B2C, Working on B2B."""

from disbursements.models import DisbursementRequest
from ledger import chart
from ledger.chart import AccountSpec


def paid_from(row: DisbursementRequest, *, shortcode_number: str) -> AccountSpec:
    """The account in our books (daraja.md 3.7, 4)."""
    if row.beneficiary:
        return chart.working(shortcode_number, row.currency)
    return chart.utility(shortcode_number, row.currency)
