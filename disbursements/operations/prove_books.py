"""Prove the books: the ledger balances, and its state and the tallies fit the payouts."""

from collections.abc import Iterator

from django.db import connection

from disbursements.operations.tallies import misfits
from ledger import queries as books

# Every attempt against what the ledger knows of its hold. A payment proven only after the hold
# was void is booked by an entry of its own (`late`).
ATTEMPT_MISFITS = """
    SELECT client_reference, status, retry_attempt, outcome, booked
      FROM (
        SELECT request.client_reference, request.status, log.retry_attempt, log.outcome,
               CASE WHEN hold.id IS NULL THEN 'no hold'
                    WHEN settlement.kind IS NULL THEN 'open'
                    WHEN settlement.kind = 'void' AND late.id IS NOT NULL THEN 'late'
                    ELSE settlement.kind END AS booked
          FROM disbursement_retry_logs log
          JOIN disbursement_requests request ON request.id = log.disbursement_id
          LEFT JOIN ledger_entry hold ON hold.reference = CASE WHEN log.destination <> ''
               THEN 'ledger:payout:' || log.disbursement_id || ':' || log.retry_attempt
               ELSE 'attempt:' || log.id || ':hold' END
          LEFT JOIN ledger_entry settlement ON settlement.settles_id = hold.id
          LEFT JOIN ledger_entry late ON late.reference = 'attempt:' || log.id || ':late'
      ) AS attempt
     WHERE CASE outcome
             WHEN 'open' THEN booked <> 'open'
             WHEN 'paid' THEN booked NOT IN ('commit', 'late')
             ELSE booked <> 'void'
           END
"""

# The latest attempt against the status of its disbursement. Of a completed one, two persons may
# have settled that an earlier attempt was the one that paid.
STATUS_MISFITS = """
    SELECT request.client_reference, request.status, coalesce(log.outcome, 'none')
      FROM disbursement_requests request
      LEFT JOIN disbursement_retry_logs log
        ON log.disbursement_id = request.id AND log.retry_attempt = request.attempts_made
     WHERE CASE request.status
             WHEN 'held' THEN log.id IS NOT NULL
             WHEN 'queued' THEN log.id IS NOT NULL
             WHEN 'sending' THEN log.outcome IS DISTINCT FROM 'open'
             WHEN 'accepted' THEN log.outcome IS DISTINCT FROM 'open'
             WHEN 'unknown' THEN NOT coalesce(log.outcome = 'open'
                  OR (log.outcome = 'not_paid' AND log.success_reported_at IS NOT NULL), false)
             WHEN 'retrying' THEN NOT coalesce(log.outcome IN ('open', 'not_paid'), false)
             WHEN 'cancelled' THEN coalesce(log.outcome, 'not_paid') <> 'not_paid'
             WHEN 'completed' THEN log.outcome IS DISTINCT FROM 'paid' AND NOT (
                  coalesce(log.outcome = 'not_paid', false)
                  AND EXISTS (SELECT FROM disbursement_retry_logs earlier
                      WHERE earlier.disbursement_id = request.id AND earlier.outcome = 'paid'))
             WHEN 'returned' THEN NOT EXISTS (SELECT FROM disbursement_retry_logs paid
                  WHERE paid.disbursement_id = request.id AND paid.outcome = 'paid')
             ELSE log.outcome IS DISTINCT FROM 'not_paid'
           END
"""

# What came back of transfers against its bookings: one for each rise.
RETURNED_MISFITS = """
    SELECT request.client_reference, request.returned_minor, coalesce(booked.minor, 0)
      FROM disbursement_requests request
      LEFT JOIN (
            SELECT split_part(entry.reference, ':', 2) AS payout, sum(line.debit_minor) AS minor
              FROM ledger_entry entry
              JOIN ledger_line line ON line.entry_id = entry.id
             WHERE entry.reference LIKE 'payout:%:returned:%'
             GROUP BY 1
      ) AS booked ON booked.payout = request.id::text
     WHERE request.returned_minor <> coalesce(booked.minor, 0)
"""


def breaks() -> Iterator[str]:
    """One sentence for each thing that does not fit; nothing when the books are proven."""
    for entry in books.unbalanced_entries():
        yield f"Ledger entry {entry} is not balanced"
    with connection.cursor() as cursor:
        cursor.execute(ATTEMPT_MISFITS)
        for reference, status, number, outcome, booked in cursor:
            yield (
                f"{reference} ({status}): attempt {number} is {outcome}, "
                f"but the ledger says {booked}"
            )
    with connection.cursor() as cursor:
        cursor.execute(STATUS_MISFITS)
        for reference, status, outcome in cursor:
            yield f"{reference} is {status}, but its latest attempt is {outcome}"
    with connection.cursor() as cursor:
        cursor.execute(RETURNED_MISFITS)
        for reference, returned_minor, booked_minor in cursor:
            yield (
                f"Of {reference} {returned_minor} minor units came back, but the ledger says "
                f"{booked_minor}"
            )
    yield from misfits()
