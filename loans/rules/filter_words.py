"""What each filter of loans means, for the command line."""

FILTER_WORDS: dict[str, str] = {
    "status": "pending_disbursement, processing_disbursement, disbursed, failed or held, or "
    "several between commas",
    "held": "held with this code, such as no_phone",
    "booking": "not_booked, open, none, or a status of bookings",
    "proposal": "proposed: waits for a second person",
    "partner": "the partner's id",
    "loan": "its number in Mifos X",
    "product": "the product's number in Mifos X",
    "client": "the client's number in Mifos X",
    "again": "yes: approved, or paid, more than once",
    "released": "yes: released by a person as it stands",
    "from": "first seen on this day or later, such as 2026-11-21",
    "to": "first seen on this day or before",
    "expected_from": "expected to be paid on this day or later",
    "expected_to": "expected to be paid on this day or before",
    "paid_from": "paid on this day or later",
    "paid_to": "paid on this day or before",
    "amount_from": "the client receives at least so many shillings",
    "amount_to": "the client receives at most so many shillings",
    "unchanged_since": "in its status since this day or longer",
    "search": "a number or account in Mifos X, a client, phone, receipt, reference, amount or id",
}
