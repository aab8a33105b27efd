"""What the payouts came to is what the loan has come to: booked, failed, held, told."""

from datetime import timedelta
from typing import Any

import pytest

from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations import bulk
from disbursements.operations.correct import correct
from disbursements.operations.send import send_due
from loans.models import LoanBooking
from loans.operations import by_hand
from loans.operations.follow import follow, follow_one, is_of_loan
from loans.operations.process import process
from loans.queries import payouts
from tests.loans.paying.house import BACKOFF, FLOAT_EMPTY, LOAN, REASON, House, a_person


def corrected(house: House) -> DisbursementRequest:
    return correct(
        disbursement_id=house.payout().pk, reason="her name was misspelt", at=house.at,
        caller=a_person(), payee_name="Amina Corrected",
    ).disbursement  # fmt: skip


def returned(row: DisbursementRequest) -> None:
    """As the engine leaves a payout whose money came back."""
    DisbursementRequest.objects.filter(pk=row.pk).update(
        status="returned", returned_minor=row.amount_minor
    )


class TestPaid:
    def test_a_paid_loan_is_disbursed_and_to_be_booked(self, house: House) -> None:
        house.handed_over()
        run = house.new_run()
        row = house.pays(receipt="UKL1000007")

        moved = follow(at=house.at, run=run)

        loan, booking = house.loan(), house.booking()
        assert (moved, loan.status, run.paid) == (1, "disbursed", 1)
        assert (booking.status, booking.receipt) == ("due", "UKL1000007")
        assert (booking.gross_minor, booking.disbursement_id) == (1_000_000, row.pk)
        assert (booking.external_id, booking.cycle) == (str(booking.pk), 1)
        assert (booking.due_at, booking.idempotency_key) == (house.at, "")
        row.refresh_from_db()
        assert booking.paid_at == row.completed_at

    def test_followed_again_nothing_is_new(self, house: House) -> None:
        house.paid()

        assert (follow(at=house.at), payouts.anything_new()) == (0, False)
        assert LoanBooking.objects.count() == 1

    def test_two_at_once_make_one_booking(self, house: House, together: Any) -> None:
        loan = house.handed_over()
        house.pays()

        done = together(*[lambda: follow_one(loan_id=loan.pk, at=house.at)] * 2)

        assert sorted(done) == [False, True]
        assert LoanBooking.objects.count() == 1

    def test_a_held_loan_that_was_paid_all_the_same_is_disbursed(self, house: House) -> None:
        loan = house.failed()
        by_hand.hold(loan_id=loan.pk, reason=REASON, caller=a_person(), at=house.at)
        house.reports.paid(house.payout())
        row = house.payout()
        assert row.status == "unknown"
        DisbursementRequest.objects.filter(pk=row.pk).update(
            status="completed", receipt="UKL1000001", completed_at=house.at
        )

        follow(at=house.at)

        assert (house.loan().status, house.loan().held_code) == ("disbursed", "")
        assert house.booking().status == "due"

    def test_of_another_partner_it_is_left_alone(self, house: House) -> None:
        house.handed_over()
        house.pays()

        from uuid import uuid4

        assert follow(at=house.at, partner_id=uuid4()) == 0
        assert house.loan().status == "processing_disbursement"


class TestNotPaid:
    def test_a_failed_payout_fails_the_loan_with_its_words(self, house: House) -> None:
        house.handed_over()
        run = house.new_run()
        house.fails()

        follow(at=house.at, run=run)

        assert (house.loan().status, run.failed) == ("failed", 1)
        assert house.loan().held_text == house.payout().failure_text

    def test_a_parked_one_fails_it_until_it_is_let_go(self, house: House) -> None:
        assert house.failed(code=FLOAT_EMPTY).status == "failed"
        DisbursementRequest.objects.update(
            status="retrying", next_retry_at=house.at, parked_cause=""
        )

        follow(at=house.at)

        assert (house.loan().status, house.loan().held_text) == ("processing_disbursement", "")

    def test_one_that_comes_again_by_itself_is_still_processing(self, house: House) -> None:
        house.handed_over()
        house.fails(code=BACKOFF)

        assert (follow(at=house.at), house.loan().status) == (0, "processing_disbursement")
        assert not payouts.anything_new()

    def test_a_cancelled_one_holds_the_loan(self, house: House) -> None:
        house.handed_over()
        run = bulk.start(
            verb="cancel", reason=REASON, caller=a_person(), at=house.at, ids=[house.payout().pk]
        )
        bulk.work(run_id=run.pk)

        follow(at=house.at)

        loan = house.loan()
        assert (loan.status, loan.held_code) == ("held", "payout_stopped")
        assert house.payout().client_reference in loan.held_text
        assert not payouts.anything_new()
        house.runs(process)
        assert DisbursementRequest.objects.count() == 1

    def test_a_failed_loan_that_was_paid_after_all_is_disbursed(self, house: House) -> None:
        house.failed()
        DisbursementRequest.objects.update(
            status="completed", receipt="UKL1000001", completed_at=house.at
        )

        follow(at=house.at)

        assert (house.loan().status, house.loan().held_text) == ("disbursed", "")


class TestCorrected:
    def test_the_correction_takes_its_place(self, house: House) -> None:
        house.failed()
        child = corrected(house)

        follow(at=house.at)

        loan = house.loan()
        assert (loan.status, loan.disbursement_id) == ("processing_disbursement", child.pk)
        assert not payouts.anything_new()

    def test_paid_it_is_booked_once(self, house: House) -> None:
        house.failed()
        child = corrected(house)
        house.looks()
        house.pays()

        follow(at=house.at)

        assert house.booking().disbursement_id == child.pk

    @pytest.mark.parametrize("correction", ["queued", "failed"])
    def test_where_the_original_was_paid_after_all_that_counts(
        self, house: House, correction: str
    ) -> None:
        house.failed()
        original = house.payout()
        corrected(house)
        follow(at=house.at)
        if correction == "failed":
            house.looks()
            house.fails()
            follow(at=house.at)
        DisbursementRequest.objects.filter(pk=original.pk).update(
            status="completed", receipt="UKL1000002", completed_at=house.at
        )

        follow(at=house.at)
        house.moved.forward(minutes=5)
        house.looks()
        send_due()

        assert (house.loan().status, house.loan().disbursement_id) == ("disbursed", original.pk)
        assert house.booking().disbursement_id == original.pk
        assert house.payout().status == ("cancelled" if correction == "queued" else "failed")
        assert not payouts.anything_new()

    def test_where_both_were_paid_people_are_told_once(self, house: House) -> None:
        house.failed()
        original = house.payout()
        corrected(house)
        house.looks()
        house.pays()
        follow(at=house.at)
        DisbursementRequest.objects.filter(pk=original.pk).update(
            status="completed", receipt="UKL1000002", completed_at=house.at
        )

        told = (payouts.anything_new(), follow(at=house.at), follow(at=house.at))

        assert told == (True, 1, 0)
        (alert,) = Alert.objects.filter(kind=payouts.PAID_TWICE_ALERT)
        assert (alert.key, alert.severity) == (str(original.pk), "critical")
        assert LoanBooking.objects.count() == 1


class TestPaidInAnEarlierCycle:
    @pytest.fixture
    def released(self, house: House) -> DisbursementRequest:
        """The failed payout of the first cycle; the loan is in its second, and pending."""
        loan = house.failed()
        first = house.payout()
        by_hand.hold(loan_id=loan.pk, reason=REASON, caller=a_person(), at=house.at)
        by_hand.release(loan_id=loan.pk, reason=REASON, caller=a_person(), at=house.at)
        return first

    def test_it_is_held_told_and_left_to_a_person_to_book(
        self, house: House, released: DisbursementRequest
    ) -> None:
        house.runs(process)
        DisbursementRequest.objects.filter(pk=released.pk).update(
            status="completed", receipt="UKL1000002", completed_at=house.at
        )

        follow(at=house.at)
        house.moved.forward(minutes=5)
        house.looks()
        send_due()

        assert (house.loan().status, house.loan().held_code) == ("held", "undone_after_paid")
        assert Alert.objects.filter(kind=payouts.PAID_TWICE_ALERT).count() == 1
        assert LoanBooking.objects.get(disbursement=released).status == "refused"
        assert (house.payout().status, len(house.sends)) == ("cancelled", 1)
        assert follow(at=house.at) == 0

    def test_a_pending_loan_is_not_paid_again(
        self, house: House, released: DisbursementRequest
    ) -> None:
        DisbursementRequest.objects.filter(pk=released.pk).update(
            status="completed", receipt="UKL1000002", completed_at=house.at
        )

        house.runs(process)

        assert house.loan().held_code == "undone_after_paid"
        assert DisbursementRequest.objects.count() == 1


class TestCameBack:
    def test_it_is_held_and_people_are_told_once(self, house: House) -> None:
        house.paid()
        returned(house.payout())

        told = (payouts.anything_new(), follow(at=house.at), follow(at=house.at))

        assert told == (True, 1, 0)
        assert (house.loan().status, house.loan().held_code) == ("held", "came_back")
        assert Alert.objects.get(kind=payouts.CAME_BACK_ALERT).severity == "critical"

    def test_whoever_closed_the_alert_is_not_told_again(self, house: House) -> None:
        house.paid()
        returned(house.payout())
        follow(at=house.at)
        Alert.objects.update(closed_at=house.at, closed_by="amina")

        assert follow(at=house.at + timedelta(minutes=1)) == 0
        assert Alert.objects.filter(closed_at=None).count() == 0

    def test_it_is_not_released_by_one_person(self, house: House) -> None:
        loan = house.paid()
        returned(house.payout())
        follow(at=house.at)

        with pytest.raises(by_hand.CannotRelease):
            by_hand.release(loan_id=loan.pk, reason=REASON, caller=a_person(), at=house.at)

    def test_come_back_before_it_was_seen_paid_it_is_held_too(self, house: House) -> None:
        house.handed_over()
        returned(house.pays())

        follow(at=house.at)

        assert (house.loan().held_code, house.booking().status) == ("came_back", "due")


class TestWhoseItIs:
    def test_a_payout_of_a_loan_is_known(self, house: House, pay: Any) -> None:
        house.handed_over(LOAN)

        assert is_of_loan(payout_id=str(house.payout().pk))
        assert not is_of_loan(payout_id=str(pay().pk))
