"""Prove the books of rent: every shilling received is fee, owed, on its way, arrived or nobody's.

What is proven of payouts is in disbursements/operations/prove_books.py.
"""

from collections.abc import Iterator

from django.db import connection

# Each payment against the entries that its status asks for.
PAYMENT_MISFITS = """
    WITH standing (id, count) AS (
        SELECT split_part(entry.reference, ':', 2), count(*)
          FROM ledger_entry entry
         WHERE entry.kind = 'posting' AND entry.reference LIKE 'payment:%:allocated%'
           AND NOT EXISTS (SELECT FROM ledger_entry taken
               WHERE taken.reference = entry.reference || ':reversal')
         GROUP BY 1
    )
    SELECT payment.receipt, payment.status, received.id IS NOT NULL, coalesce(standing.count, 0)
      FROM vault_payment payment
      LEFT JOIN ledger_entry received
        ON received.reference = 'payment:' || payment.id || ':received'
      LEFT JOIN standing ON standing.id = payment.id::text
     WHERE payment.status <> 'returned'
       AND (received.id IS NULL
            OR coalesce(standing.count, 0)
               <> CASE payment.status WHEN 'allocated' THEN 1 ELSE 0 END)
"""

# Each payment against the transfers that it is in.
PART_MISFITS = """
    SELECT payment.receipt, payment.forwarded_at IS NOT NULL, count(part.id),
           coalesce(sum(part.amount_minor), 0), coalesce(payment.owed_minor, 0)
      FROM vault_payment payment
      LEFT JOIN rents_forwardpart part
        ON part.payment_id = payment.id AND part.released_at IS NULL
     GROUP BY payment.id
    HAVING (payment.forwarded_at IS NOT NULL) <> (count(part.id) = 1)
        OR (count(part.id) > 0
            AND sum(part.amount_minor) IS DISTINCT FROM payment.owed_minor::numeric)
"""

# Each transfer against its parts, its payout and its entries. A payout may be ahead of its
# transfer for a minute, never behind it.
FORWARD_MISFITS = """
    SELECT payout.client_reference, forward.status, payout.status, parts.live_minor,
           forward.amount_minor, made.id IS NOT NULL, paid.id IS NOT NULL,
           released.id IS NOT NULL, anyone_paid.paid
      FROM rents_forward forward
      JOIN disbursement_requests payout ON payout.id = forward.disbursement_id
      JOIN LATERAL (
        SELECT coalesce(sum(amount_minor) FILTER (WHERE released_at IS NULL), 0) AS live_minor
          FROM rents_forwardpart part WHERE part.forward_id = forward.id
      ) parts ON true
      JOIN LATERAL (
        SELECT EXISTS (SELECT FROM disbursement_requests other
             WHERE other.origin_id = forward.id::text AND other.origin = 'rent'
               AND other.status IN ('completed', 'returned')) AS paid
      ) anyone_paid ON true
      LEFT JOIN ledger_entry made ON made.reference = 'forward:' || forward.id || ':made'
      LEFT JOIN ledger_entry paid ON paid.reference = 'forward:' || forward.id || ':paid'
      LEFT JOIN ledger_entry released
        ON released.reference = 'forward:' || forward.id || ':made:reversal'
     WHERE made.id IS NULL
        OR payout.amount_minor <> forward.amount_minor OR payout.currency <> forward.currency
        OR parts.live_minor <> CASE forward.status WHEN 'released' THEN 0
                               ELSE forward.amount_minor END
        OR (paid.id IS NOT NULL) <> (forward.status = 'completed')
        OR (released.id IS NOT NULL) <> (forward.status = 'released')
        OR (forward.status = 'completed' AND payout.status NOT IN ('completed', 'returned'))
        OR (forward.status = 'released' AND anyone_paid.paid)
"""

# The accounts of rent against the rows: what must stand on each, and what does.
ACCOUNT_MISFITS = """
    WITH expected (code, minor) AS (
        SELECT 'received:' || shortcode.number || ':unallocated:' || payment.currency,
               sum(payment.amount_minor)
          FROM vault_payment payment
          JOIN vault_shortcode shortcode ON shortcode.id = payment.shortcode_id
         WHERE payment.status = 'unallocated'
         GROUP BY 1
        UNION ALL
        SELECT 'partner:' || partner_id || ':fees:' || currency, sum(fee_minor)
          FROM vault_payment WHERE status = 'allocated' GROUP BY 1
        UNION ALL
        SELECT 'owner:' || owner_id || ':owed:' || currency, sum(owed_minor)
          FROM vault_payment
         WHERE status = 'allocated' AND method <> 'cash' AND forwarded_at IS NULL
         GROUP BY 1
        UNION ALL
        SELECT 'owner:' || owner_id || ':forwarding:' || currency, sum(amount_minor)
          FROM rents_forward WHERE status IN ('processing', 'failed') GROUP BY 1
    ), booked (code, minor) AS (
        SELECT account.code, sum(line.credit_minor) - sum(line.debit_minor)
          FROM ledger_account account JOIN ledger_line line ON line.account_id = account.id
         WHERE account.code LIKE 'received:%:unallocated:%'
            OR account.code LIKE 'partner:%:fees:%'
            OR account.code LIKE 'owner:%:owed:%'
            OR account.code LIKE 'owner:%:forwarding:%'
         GROUP BY account.code
    )
    SELECT coalesce(expected.code, booked.code), coalesce(expected.minor, 0),
           coalesce(booked.minor, 0)
      FROM expected FULL JOIN booked ON booked.code = expected.code
     WHERE coalesce(expected.minor, 0) <> coalesce(booked.minor, 0)
     ORDER BY 1
"""


def breaks() -> Iterator[str]:
    """One sentence for each thing that does not fit; nothing when the books are proven."""
    for receipt, status, received, standing in _rows(PAYMENT_MISFITS):
        yield (
            f"Payment {receipt} is {status}: it is booked as received: {received}, "
            f"allocations that stand: {standing}"
        )
    for receipt, forwarded, parts, parts_minor, owed_minor in _rows(PART_MISFITS):
        yield (
            f"Payment {receipt}: forwarded: {forwarded}, in {parts} transfers with "
            f"{parts_minor} of {owed_minor} minor units owed"
        )
    for reference, status, payout, live_minor, minor, *entries in _rows(FORWARD_MISFITS):
        made, paid, released, anyone_paid = entries
        yield (
            f"Transfer of {reference} is {status}, its payout {payout} (any paid: "
            f"{anyone_paid}), its parts {live_minor} of {minor}; booked as made: {made}, "
            f"paid: {paid}, released: {released}"
        )
    for code, expected_minor, booked_minor in _rows(ACCOUNT_MISFITS):
        yield f"{code} holds {booked_minor}, and the payments say {expected_minor} minor units"


def _rows(statement: str) -> Iterator[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        yield from cursor
