"""The proof of loans finds what does not fit, and nothing where all fits."""

import pytest
from django.db import connection as database

from config.books import breaks
from loans.models import LoanBooking, LoanTracking
from tests.lending import an_approved_loan


def force(statement):
    """What no operation of ours does: past every trigger."""
    with database.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.fixture
def paid(wire, lending, settled):
    """A loan that was paid and booked."""
    an_approved_loan(wire)
    settled()
    return LoanTracking.objects.get()


class TestProof:
    @pytest.mark.parametrize(
        ("statement", "told"),
        [
            ("DELETE FROM loan_bookings", "has a booking: False"),
            ("UPDATE loan_tracking SET net_minor = net_minor - 100", "of 949900 minor units"),
            ("UPDATE loan_tracking SET cycle = 0", "in cycle 0"),
            ("UPDATE loan_tracking SET cycle = 2, status = 'failed'", "in cycle 2"),
            ("UPDATE loan_bookings SET receipt = 'TKL0000000'", "does not fit its payout"),
            ("UPDATE loan_bookings SET gross_minor = 100", "does not fit its payout"),
            ("UPDATE loan_bookings SET cycle = 3", "does not fit its payout"),
            ("UPDATE disbursement_requests SET status = 'failed'", "failed"),
            ("DELETE FROM loan_tracking", "which is not tracked"),
        ],
    )
    def test_it_tells_of_what_does_not_fit(self, paid, statement, told):
        assert list(breaks()) == []

        force(statement)

        assert any(told in sentence for sentence in breaks())

    def test_a_payout_that_nobody_followed_for_an_hour(self, paid):
        force("DELETE FROM loan_bookings; UPDATE loan_tracking SET status = 'failed'")
        force("UPDATE disbursement_requests SET completed_at = now() - interval '59 minutes'")
        before = list(breaks())

        force("UPDATE disbursement_requests SET completed_at = now() - interval '61 minutes'")

        told = [each for each in breaks() if each not in before]
        assert told == [
            f"Payout {paid.disbursement} paid loan {paid.origin_id}, and no booking says so"
        ]

    def test_a_loan_that_is_paid_twice_in_a_cycle(self, paid):
        copied = [
            field.column for field in type(paid.disbursement)._meta.concrete_fields
            if field.column not in ("id", "client_reference", "corrects_id", "receipt")
        ]  # fmt: skip
        columns = ", ".join(f'"{name}"' for name in copied)
        force(
            "INSERT INTO disbursement_requests "
            f"(id, client_reference, corrects_id, receipt, {columns}) SELECT gen_random_uuid(), "
            f"'TWICE', id, 'TKL0000000', {columns} FROM disbursement_requests"
        )

        assert any("was paid 2 times in one cycle" in sentence for sentence in breaks())
        assert LoanBooking.objects.count() == 1
