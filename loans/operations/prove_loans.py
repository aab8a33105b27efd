"""Prove the books of loans: who has the money, who was told, and nobody twice.

What is proven of payouts is in disbursements/operations/prove_books.py. A payout may be ahead of
its loan for a minute, never behind it.
"""

from collections.abc import Iterator

from django.db import connection

PAID_TWICE = """
    SELECT payout.origin_id, count(*), string_agg(payout.client_reference, ', ')
      FROM disbursement_requests payout
     WHERE payout.origin = 'loan' AND payout.status = 'completed'
     GROUP BY payout.origin_id
    HAVING count(*) > 1
"""

# Each loan that is on its way or paid against the payout that it names, and its booking. What was
# paid may have been paid in an earlier cycle, whose amount the loan no longer tells.
LOAN_MISFITS = """
    SELECT loan.loan_id, partner.name, loan.status, loan.cycle, payout.client_reference,
           payout.status, payout.amount_minor, loan.net_minor, booking.id IS NOT NULL
      FROM loan_tracking loan
      JOIN vault_partner partner ON partner.id = loan.partner_id
      JOIN disbursement_requests payout ON payout.id = loan.disbursement_id
      LEFT JOIN loan_bookings booking
        ON booking.loan_id = loan.id AND booking.disbursement_id = payout.id
     WHERE payout.origin <> 'loan' OR payout.partner_id <> loan.partner_id
        OR payout.origin_id NOT IN
            (SELECT loan.id || ':' || cycle FROM generate_series(1, loan.cycle) cycle)
        OR (payout.origin_id <> loan.id || ':' || loan.cycle
            AND loan.status NOT IN ('disbursed', 'held'))
        OR (loan.status IN ('processing_disbursement', 'disbursed')
            AND payout.origin_id = loan.id || ':' || loan.cycle
            AND (payout.amount_minor <> loan.net_minor OR payout.currency <> loan.currency))
        OR (loan.status = 'disbursed'
            AND (payout.status NOT IN ('completed', 'returned') OR booking.id IS NULL))
"""

# Each booking against the payout that it tells Mifos X of.
BOOKING_MISFITS = """
    SELECT loan.loan_id, partner.name, booking.status, booking.cycle, payout.client_reference,
           payout.status
      FROM loan_bookings booking
      JOIN loan_tracking loan ON loan.id = booking.loan_id
      JOIN vault_partner partner ON partner.id = loan.partner_id
      JOIN disbursement_requests payout ON payout.id = booking.disbursement_id
     WHERE payout.origin <> 'loan' OR payout.partner_id <> loan.partner_id
        OR payout.origin_id <> loan.id || ':' || booking.cycle
        OR payout.status NOT IN ('completed', 'returned')
        OR payout.receipt IS DISTINCT FROM booking.receipt
        OR payout.currency <> booking.currency OR payout.amount_minor > booking.gross_minor
"""

# Payouts in the name of a loan that nobody tracks.
OF_NO_LOAN = """
    SELECT payout.client_reference, payout.origin_id
      FROM disbursement_requests payout
     WHERE payout.origin = 'loan'
       AND NOT EXISTS (SELECT FROM loan_tracking loan
            WHERE loan.id::text = split_part(payout.origin_id, ':', 1)
              AND loan.cycle >= split_part(payout.origin_id, ':', 2)::integer)
"""

# Paid, and for an hour neither to be booked nor told to be paid beside another.
NOT_FOLLOWED = """
    SELECT payout.client_reference, payout.origin_id
      FROM disbursement_requests payout
     WHERE payout.origin = 'loan' AND payout.status IN ('completed', 'returned')
       AND payout.completed_at < now() - interval '1 hour'
       AND NOT EXISTS (SELECT FROM loan_bookings booking
            WHERE booking.disbursement_id = payout.id)
       AND NOT EXISTS (SELECT FROM core_alert alert
            WHERE alert.kind = 'loan_paid_twice' AND alert.key = payout.id::text)
"""


def breaks() -> Iterator[str]:
    """One sentence for each thing that does not fit; nothing when the books are proven."""
    for origin_id, count, references in _rows(PAID_TWICE):
        yield f"Loan {origin_id} was paid {count} times in one cycle: {references}"
    for loan_id, partner, status, cycle, reference, *facts in _rows(LOAN_MISFITS):
        payout, paid_minor, net_minor, has_booking = facts
        yield (
            f"Loan {loan_id} of {partner} is {status} in cycle {cycle}, its payout {reference} "
            f"{payout} with {paid_minor} of {net_minor} minor units; has a booking: {has_booking}"
        )
    for loan_id, partner, status, cycle, reference, payout in _rows(BOOKING_MISFITS):
        yield (
            f"The booking of loan {loan_id} of {partner}, cycle {cycle}, is {status} and does not "
            f"fit its payout {reference}, which is {payout}"
        )
    for reference, origin_id in _rows(NOT_FOLLOWED):
        yield f"Payout {reference} paid loan {origin_id}, and no booking says so"
    for reference, origin_id in _rows(OF_NO_LOAN):
        yield f"Payout {reference} is for loan {origin_id}, which is not tracked"


def _rows(statement: str) -> Iterator[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        yield from cursor
