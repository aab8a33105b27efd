"""What leaves in a file of loans: each column as an expression that PostgreSQL writes out."""

from django.db.models import F, OuterRef, Subquery

from disbursements.queries.exported import AS_MOMENT, Column, Listing, amount_of
from loans.models import LoanBooking
from loans.queries.selection import rows

EXPORT = "loans.export_loantracking"


def _booking(name: str) -> Subquery:
    """A fact of the booking of the loan's present cycle."""
    found = LoanBooking.objects.filter(loan=OuterRef("pk"), cycle=OuterRef("cycle"))
    return Subquery(found.values(name)[:1])


COLUMNS: dict[str, Column] = {
    "loan": Column(text="The loan's number in Mifos X", value=F("loan_id")),
    "account": Column(text="Its account in Mifos X", value=F("account_no"), is_free=True),
    "partner": Column(text="The partner", value=F("partner__name"), is_free=True),
    "product": Column(text="The loan product", value=F("product_name"), is_free=True),
    "client": Column(text="The client", value=F("client_name"), is_free=True, has_phones=True),
    "phone": Column(text="The number that is paid", value=F("msisdn"), is_phone=True),
    "status": Column(text="Where it stands", value=F("status")),
    "status_since": Column(
        text="Since when it stands there", value=F("status_at"), written=AS_MOMENT
    ),
    "held_code": Column(text="Why it is held, as a code", value=F("held_code")),
    "reason": Column(
        text="Why it stands there", value=F("held_text"), is_free=True, has_phones=True
    ),
    "net": Column(
        text="What the client receives", value=amount_of("net_minor")
    ),
    "gross": Column(text="What Mifos X books", value=amount_of("gross_minor")),
    "currency": Column(text="The currency", value=F("currency")),
    "approved": Column(text="The day of its approval", value=F("approved_on")),
    "expected": Column(text="The day it is expected to be paid", value=F("expected_on")),
    "receipt": Column(text="M-Pesa's receipt", value=F("disbursement__receipt")),
    "paid_at": Column(
        text="When it was paid", value=F("disbursement__completed_at"), written=AS_MOMENT
    ),
    "booking": Column(text="Whether Mifos X has it booked", value=_booking("status")),
    "booked_at": Column(
        text="When it was booked", value=_booking("booked_at"), written=AS_MOMENT
    ),
    "booking_text": Column(
        text="What Mifos X answered last", value=_booking("text"), is_free=True, has_phones=True
    ),
    "transaction": Column(
        text="The disbursal's number in Mifos X", value=_booking("transaction_id"),
        in_default=False,
    ),
    "payout": Column(
        text="The payout's reference", value=F("disbursement__client_reference"),
        in_default=False,
    ),
    "client_number": Column(
        text="The client's number in Mifos X", value=F("client_id"), in_default=False
    ),
    "product_number": Column(
        text="The product's number in Mifos X", value=F("product_id"), in_default=False
    ),
    "phone_as_written": Column(
        text="The phone as Mifos X has it", value=F("phone_as_written"), is_free=True,
        is_phone=True, in_default=False,
    ),
    "cycle": Column(
        text="How often it was approved to be paid", value=F("cycle"), in_default=False
    ),
    "tracked_at": Column(
        text="When it was first seen", value=F("created_at"), written=AS_MOMENT, in_default=False
    ),
    "id": Column(text="Our id", value=F("id"), in_default=False),
}  # fmt: skip
LOANS = Listing(
    name="loans", rows=rows, columns=COLUMNS, newest_by="created_at", permission=EXPORT
)
