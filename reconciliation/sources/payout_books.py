"""What our ledger booked for payouts: the entries of their attempts, and what came back."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db import connection

from reconciliation.rules.payout_books import OPEN, BookedTry, problems
from reconciliation.rules.sides import Book
from reconciliation.sources.payout_rows import Payout

# As disbursements/operations/prove_books.py finds the entries of an attempt. A settlement moves
# money on the partner's account (ledger/chart.py: partner_payouts) only where it is a commit.
ATTEMPTS = """
    SELECT log.disbursement_id, log.retry_attempt,
           CASE WHEN hold.id IS NULL THEN 'no hold'
                WHEN settlement.kind IS NULL THEN 'open'
                WHEN settlement.kind = 'void' AND late.id IS NOT NULL THEN 'late'
                ELSE settlement.kind END,
           coalesce((SELECT sum(line.debit_minor) FROM ledger_line line
                      WHERE line.entry_id = hold.id), 0)::bigint,
           coalesce(moved.paid_minor, 0)::bigint,
           coalesce(moved.fee_minor, 0)::bigint
      FROM disbursement_retry_logs log
      JOIN disbursement_requests payout ON payout.id = log.disbursement_id
      LEFT JOIN ledger_entry hold ON hold.reference = CASE WHEN log.destination <> ''
           THEN 'ledger:payout:' || log.disbursement_id || ':' || log.retry_attempt
           ELSE 'attempt:' || log.id || ':hold' END
      LEFT JOIN ledger_entry settlement ON settlement.settles_id = hold.id
      LEFT JOIN ledger_entry late ON late.reference = 'attempt:' || log.id || ':late'
      LEFT JOIN LATERAL (
            SELECT sum(line.debit_minor - line.credit_minor)
                       FILTER (WHERE account.code = 'partner:' || payout.partner_id || ':payouts:'
                                                    || payout.currency) AS paid_minor,
                   sum(line.debit_minor - line.credit_minor)
                       FILTER (WHERE account.code LIKE 'charges:%%') AS fee_minor
              FROM ledger_line line
              JOIN ledger_account account ON account.id = line.account_id
             WHERE line.entry_id IN (settlement.id, late.id)
      ) AS moved ON true
     WHERE log.disbursement_id = ANY(%s)
"""

# The pattern operators take the index that LIKE would take if the text were known beforehand; as a
# join the lines would be read whole, for nobody can guess how few entries there are.
CAME_BACK = """
    SELECT payout.id,
           sum((SELECT sum(line.debit_minor) FROM ledger_line line
                 WHERE line.entry_id = entry.id))::bigint
      FROM unnest(%s::uuid[]) AS payout(id)
      JOIN ledger_entry entry
        ON entry.reference ~>=~ ('payout:' || payout.id || ':returned:')
       AND entry.reference ~<~ ('payout:' || payout.id || ':returned;')
     GROUP BY payout.id
"""


def books_of(payouts: Mapping[str, Payout], *, can_come_back: bool) -> dict[str, Book]:
    """One for each payout. `can_come_back`: whether to look for what came back of them."""
    ids = [payout.row.pk for payout in payouts.values()]
    if not ids:
        return {}
    booked = _booked(ids)
    returned = _returned(ids) if can_come_back else {}
    return {
        payout.id: _book(payout, booked, returned.get(payout.row.pk, 0))
        for payout in payouts.values()
    }


def _booked(ids: Iterable[UUID]) -> dict[tuple[UUID, int], tuple[str, int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(ATTEMPTS, [list(ids)])
        return {(row[0], row[1]): (row[2], row[3], row[4], row[5]) for row in cursor.fetchall()}


def _returned(ids: Iterable[UUID]) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute(CAME_BACK, [list(ids)])
        return dict(cursor.fetchall())


def _book(
    payout: Payout, booked: Mapping[tuple[UUID, int], tuple[str, int, int, int]], back_minor: int
) -> Book:
    row, tries = payout.row, []
    for attempt in payout.attempts:
        how, held_minor, paid_minor, fee_minor = booked[row.pk, attempt.retry_attempt]
        tries.append(
            BookedTry(
                number=attempt.retry_attempt, outcome=attempt.outcome, booked=how,
                said_paid=attempt.success_reported_at is not None, held_minor=held_minor,
                paid_minor=paid_minor, fee_minor=fee_minor,
            )
        )  # fmt: skip
    found = problems(
        status=row.status, amount_minor=row.amount_minor, currency=row.currency, tries=tries
    )
    return Book(
        paid_minor=sum(each.paid_minor for each in tries),
        held_minor=sum(each.held_minor for each in tries if each.booked == OPEN),
        fee_minor=sum(each.fee_minor for each in tries),
        returned_minor=back_minor,
        problems=tuple(found),
    )
