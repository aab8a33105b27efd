"""What is read again of a loan, long after it was read: how it stood, and its disbursals."""

from gateways.fineract.objects import read_disbursal
from gateways.http import Parts, only
from gateways.interface import Unreadable

DISBURSAL = ("id", "externalId", "manuallyReversed", "amount", "date")
INSIDE = {"type": ("id", "disbursement"), "currency": ("code",),
          "paymentDetailData": ("receiptNumber",)}  # fmt: skip


def loan_parts(value: object) -> Parts | None:
    """Of one loan what kept_answers reads; None for any other answer."""
    if not isinstance(value, dict) or "loanProductId" not in value:
        return None
    parts: Parts = {"id": value.get("id"), "status": only(value.get("status"), "id")}
    rows = value.get("transactions")
    if isinstance(rows, list):
        parts["transactions"] = [_disbursal(row) for row in rows if _may_be_disbursal(row)]
    return parts


def _may_be_disbursal(row: object) -> bool:
    """Also one that cannot be read: nothing is concluded without it."""
    try:
        return read_disbursal(row) is not None
    except Unreadable:
        return True


def _disbursal(row: object) -> object:
    if not isinstance(row, dict):
        return row
    inside = {name: only(row[name], *names) for name, names in INSIDE.items() if name in row}
    return {name: row[name] for name in DISBURSAL if name in row} | inside
