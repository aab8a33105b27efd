"""9. The ledger balances and is append-only; each attempt has one hold and one end of it."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from disbursements.models import DisbursementRetryLog
from gateways.simulator import Simulator
from ledger import chart
from ledger import operations as book
from ledger.models import Entry
from ledger.queries import balances
from tests.wire import MovedClock, Wire


class TestAttempts:
    def test_each_has_one_hold_and_exactly_one_commit_or_void(
        self, wire: Wire, simulator: Simulator, pay: Any, books: Any, a_shortcode: Any
    ) -> None:
        simulator.change_faults("stormy", seed=9)
        for number in range(40):
            pay(f"1{number:04d}", amount=str(100 + number))

        wire.run(hours=100)

        for attempt in DisbursementRetryLog.objects.exclude(outcome="open"):
            hold = Entry.objects.get(reference=attempt.hold_reference)
            expected = {"paid": "commit", "not_paid": "void"}[attempt.outcome]
            late = Entry.objects.filter(reference=attempt.late_reference).exists()
            assert hold.settlement.kind == ("void" if late else expected)
        open_minor = sum(
            row.disbursement.amount_minor
            for row in DisbursementRetryLog.objects.filter(outcome="open").select_related(
                "disbursement"
            )
        )
        reserved = chart.reserved(a_shortcode.number, "KES").code
        held = sum(each.balance_minor for each in balances() if each.code == reserved)
        assert held == open_minor
        assert books.differences() == []

    def test_a_hold_ends_once_whoever_ends_it_first(
        self, sent: Any, attempt_of: Any, together: Any, moved: MovedClock, a_shortcode: Any
    ) -> None:
        row = sent()
        reference = attempt_of(row).hold_reference
        lines = [
            book.Debit(chart.partner_payouts(row.partner_id, "KES"), row.amount_minor),
            book.Credit(chart.utility("600111", "KES"), row.amount_minor),
        ]

        together(
            *[lambda: book.void(hold_reference=reference, because="x", at=moved())] * 4,
            *[
                lambda: book.commit(
                    hold_reference=reference, lines=lines, description="x", at=moved()
                )
            ]
            * 4,
        )

        assert Entry.objects.filter(kind__in=["commit", "void"]).count() == 1


class TestDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_line SET debit_minor = debit_minor + 1 WHERE debit_minor > 0",
            "DELETE FROM ledger_line",
            "UPDATE ledger_entry SET description = 'x'",
            "DELETE FROM ledger_entry",
        ],
    )
    def test_what_is_booked_stays(self, sent: Any, statement: str) -> None:
        sent()

        with pytest.raises(Exception, match="Cannot update or delete"):
            run(statement)

    def test_no_line_is_added_to_an_old_entry(self, sent: Any) -> None:
        sent()

        with pytest.raises(IntegrityError, match="entry_is_closed"):
            run(
                "INSERT INTO ledger_line (entry_id, account_id, currency, debit_minor, "
                "credit_minor) SELECT entry_id, account_id, currency, 1, 0 "
                "FROM ledger_line LIMIT 1"
            )


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
