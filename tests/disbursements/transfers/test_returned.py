"""What came back is booked once for each rise, and never more than was paid."""

from typing import Any

import pytest
from django.db import transaction

import ledger.operations as books
from core.models import Alert, Step
from disbursements.models import DisbursementRequest
from disbursements.operations.prove_books import breaks
from disbursements.operations.returned import note_returned
from ledger import chart
from ledger.models import Entry
from ledger.queries import balances
from tests.disbursements.transfers.conftest import Won, reread
from tests.winners import payout
from tests.wire import MovedClock


@pytest.fixture
def note(moved: MovedClock) -> Any:
    def one(row: DisbursementRequest, total_minor: int) -> bool:
        with transaction.atomic():
            row = DisbursementRequest.objects.select_for_update().get(pk=row.pk)
            return note_returned(row, reversed_minor=total_minor, at=moved(), because="a test")

    return one


def out_minor() -> int:
    """What has left the account by our books."""
    return -sum(each.balance_minor for each in balances(prefix="float:STRIPE:"))


class TestNoted:
    def test_each_rise_is_booked_by_its_difference(
        self, paid: DisbursementRequest, note: Any
    ) -> None:
        assert [note(paid, total) for total in (300, 300, 200, 700)] == [True, False, False, True]

        assert (reread(paid).returned_minor, out_minor()) == (700, 300)
        assert list(breaks()) == []

    def test_all_of_it_ends_it(self, paid: DisbursementRequest, note: Any) -> None:
        note(paid, 1000)

        row = reread(paid)
        assert (row.status, row.returned_minor, out_minor()) == ("returned", 1000, 0)
        assert "all of it now" in Step.objects.filter(subject_id=str(row.pk)).latest("id").because
        assert note(paid, 1000) is False

    def test_more_than_was_paid_is_told_and_not_booked(
        self, paid: DisbursementRequest, note: Any
    ) -> None:
        assert note(paid, 1001) is False

        assert (reread(paid).returned_minor, out_minor()) == (0, 1000)
        assert Alert.objects.filter(kind="report_does_not_fit").exists()

    def test_of_what_was_not_paid_nothing_comes_back(self, won: Won, note: Any) -> None:
        assert note(payout(won()), 100) is False

        assert Alert.objects.filter(kind="report_does_not_fit").exists()


class TestProven:
    def test_a_booking_without_its_return_is_told(
        self, paid: DisbursementRequest, moved: MovedClock
    ) -> None:
        books.post(
            lines=[
                books.Debit(chart.utility("STRIPE", "USD"), 100),
                books.Credit(chart.partner_payouts(paid.partner_id, "USD"), 100),
            ],
            reference=f"payout:{paid.pk}:returned:100", description="by nobody", at=moved(),
        )  # fmt: skip

        [told] = breaks()

        assert "0 minor units came back, but the ledger says 100" in told

    def test_a_return_without_its_booking_is_told(self, paid: DisbursementRequest) -> None:
        DisbursementRequest.objects.filter(pk=paid.pk).update(returned_minor=100)

        assert any("the ledger says 0" in told for told in breaks())
        assert not Entry.objects.filter(reference__contains="returned").exists()
