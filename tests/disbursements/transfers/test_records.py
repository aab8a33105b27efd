"""What a transfer that Stripe has settles, and what it contradicts: answer, look-up or notice."""

from typing import Any

import pytest
from django.db import transaction

from core.models import Alert, Step
from disbursements.models import AttemptOutcome, DisbursementRequest
from disbursements.operations import match, prove
from disbursements.operations.prove_books import breaks
from disbursements.operations.record_transfer import (
    record_refusal,
)
from disbursements.operations.send import send_due
from gateways.errors import Declined
from gateways.interface import Delivery
from ledger import queries as books
from tests.disbursements.transfers.conftest import Won, answering, reread
from tests.disbursements.transfers.telling import BUSY, DOUBT, sent, told, transfer_of
from tests.winners import attempts
from tests.wire import MovedClock


def paid_minor(row: DisbursementRequest) -> int:
    """What the books say was paid for this partner."""
    code = f"partner:{row.partner_id}:payouts:USD"
    return sum(each.debit_minor - each.credit_minor
               for each in books.balances(prefix="partner") if each.code == code)  # fmt: skip


class TestSettled:
    def test_a_doubt_ends_with_the_transfer(self, won: Won, moved: MovedClock) -> None:
        row = sent(won, DOUBT)
        created_at = moved()
        moved.forward(minutes=2)

        assert told(row, transfer_of(row, moved, created_at=created_at)) == Delivery.APPLIED

        row = reread(row)
        assert (row.status, row.receipt, row.completed_at) == ("completed", "tr_1", created_at)
        assert (row.ask_at, paid_minor(row)) == (None, 1000)
        assert list(breaks()) == []

    def test_the_same_again_is_a_duplicate(self, won: Won, moved: MovedClock) -> None:
        row = sent(won, DOUBT)
        told(row, transfer_of(row, moved))
        steps = Step.objects.count()

        assert told(row, transfer_of(row, moved)) == Delivery.DUPLICATE

        assert (paid_minor(row), Step.objects.count()) == (1000, steps)
        assert not Alert.objects.exists()

    def test_what_came_back_since_is_booked_too(self, won: Won, moved: MovedClock) -> None:
        row = sent(won, DOUBT)

        told(row, transfer_of(row, moved, reversed_minor=400))
        part = reread(row).returned_minor
        told(row, transfer_of(row, moved, reversed_minor=1000))

        assert (part, reread(row).returned_minor) == (400, 1000)
        assert (reread(row).status, paid_minor(row)) == ("returned", 0)
        assert list(breaks()) == []


class TestMisfit:
    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"amount_minor": 999}, "9.99"),
            ({"currency": "EUR"}, "EUR paid"),
            ({"destination": "acct_Stranger"}, "acct_Stranger was paid"),
            ({"transfer_id": "other"}, "another payout"),
            ({"provider_id": ""}, "without an id"),
        ],
    )
    def test_it_settles_nothing_and_a_person_looks(
        self, won: Won, moved: MovedClock, changes: dict[str, Any], said: str
    ) -> None:
        row = sent(won, DOUBT)

        assert told(row, transfer_of(row, moved, **changes)) == Delivery.CONTRADICTORY

        row = reread(row)
        assert (row.status, row.receipt, paid_minor(row)) == ("unknown", None, 0)
        assert row.person_needed_at is not None
        alert = Alert.objects.get(kind="report_does_not_fit", severity="critical")
        assert said in alert.text

    def test_the_receipt_of_another_payout_settles_nothing(
        self, won: Won, moved: MovedClock
    ) -> None:
        first = sent(won, DOUBT)
        told(first, transfer_of(first, moved))
        second = sent(won, DOUBT, amounts={"user-2": 1000})

        told(second, transfer_of(second, moved, destination="acct_user2"))

        assert (reread(second).status, reread(second).receipt) == ("unknown", None)


class TestContradicted:
    def test_a_second_transfer_is_told_with_its_remedy(self, won: Won, moved: MovedClock) -> None:
        row = sent(won, DOUBT)
        told(row, transfer_of(row, moved))

        assert told(row, transfer_of(row, moved, provider_id="tr_2")) == Delivery.CONTRADICTORY

        alert = Alert.objects.get(kind="duplicate_transfer", severity="critical")
        assert "tr_1" in alert.text
        assert "reverse tr_2" in alert.text
        assert (reread(row).receipt, paid_minor(row)) == ("tr_1", 1000)

    def test_paid_after_a_refusal_stops_the_retry_and_is_looked_up(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = sent(won, BUSY)
        assert row.status == "retrying"

        assert told(row, transfer_of(row, moved)) == Delivery.CONTRADICTORY

        assert (reread(row).status, reread(row).receipt) == ("unknown", None)
        moved.forward(hours=1)
        assert send_due(status="retrying") == 0
        assert Alert.objects.filter(kind="contradictory_reports").exists()

    def test_said_once_more_it_is_paid_late(self, won: Won, moved: MovedClock) -> None:
        row = sent(won, BUSY)
        told(row, transfer_of(row, moved))

        assert told(row, transfer_of(row, moved)) == Delivery.APPLIED

        assert (reread(row).status, paid_minor(row)) == ("completed", 1000)
        assert list(breaks()) == []

    def test_an_earlier_attempt_that_paid_beside_a_newer_one_is_for_a_person(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = sent(won, BUSY)
        moved.forward(hours=1)
        with answering(DOUBT):
            send_due(status="retrying")

        told(row, transfer_of(row, moved), attempt=0)

        row = reread(row)
        assert (row.status, row.receipt, row.person_needed_at) == ("unknown", None, moved())

    def test_said_twice_it_still_settles_nothing_beside_a_newer_one(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = sent(won, BUSY)
        moved.forward(hours=1)
        with answering(DOUBT):
            send_due(status="retrying")
        told(row, transfer_of(row, moved), attempt=0)

        assert told(row, transfer_of(row, moved), attempt=0) == Delivery.CONTRADICTORY

        assert (reread(row).status, reread(row).receipt) == ("unknown", None)
        assert [attempt.outcome for attempt in attempts(row)] == ["not_paid", "open"]

    def test_then_the_newer_one_is_found_and_the_earlier_one_is_one_too_many(
        self, won: Won, moved: MovedClock
    ) -> None:
        row = sent(won, BUSY)
        moved.forward(hours=1)
        with answering(DOUBT):
            send_due(status="retrying")
        told(row, transfer_of(row, moved), attempt=0)

        told(row, transfer_of(row, moved, provider_id="tr_2"))
        told(row, transfer_of(row, moved), attempt=0)

        assert (reread(row).status, reread(row).receipt) == ("completed", "tr_2")
        assert Alert.objects.filter(kind="duplicate_transfer", key="tr_1").exists()

    def test_against_two_persons_it_is_only_noted(self, won: Won, moved: MovedClock) -> None:
        row = sent(won, BUSY)
        told(row, transfer_of(row, moved))
        with transaction.atomic():
            _, attempt = match.locked(attempts(row)[0])
            prove.by_persons(attempt, details={"evidence": "the Dashboard"}, at=moved())
        told(row, transfer_of(row, moved))

        told(row, transfer_of(row, moved))

        assert reread(row).receipt is None
        assert paid_minor(row) == 0


class TestRefusal:
    def refused(self, row: DisbursementRequest, code: str, moved: MovedClock) -> bool:
        with transaction.atomic():
            locked_row, attempt = match.locked(attempts(row)[-1])
            return record_refusal(locked_row, attempt, Declined("No", code=code), at=moved())

    def test_the_first_answer_told_again_ends_a_doubt(self, won: Won, moved: MovedClock) -> None:
        row = sent(won, DOUBT)

        assert self.refused(row, "transfers_not_allowed", moved)

        assert reread(row).status == "parked"
        assert attempts(row)[0].outcome == AttemptOutcome.NOT_PAID
        assert list(breaks()) == []

    def test_what_the_table_calls_unknown_ends_nothing(self, won: Won, moved: MovedClock) -> None:
        row = sent(won, DOUBT)

        assert not self.refused(row, "idempotency_key_in_use", moved)

        assert (reread(row).status, attempts(row)[0].outcome) == ("unknown", "open")
