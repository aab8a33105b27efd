"""A paid loan is told to Mifos X: what is sent, and what is found there."""

from collections.abc import Callable
from typing import Any

from core.models import Alert, Step
from gateways.interface import LOAN_KEY_CHARACTERS_MAX
from gateways.memory import MemoryLoans
from gateways.models import Call
from loans.models import LoanBooking
from tests.wire import MovedClock

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]


def again(booking: LoanBooking) -> LoanBooking:
    booking.refresh_from_db()
    return booking


class TestBooking:
    def test_a_paid_loan_is_booked_with_our_receipt(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)

        run = book()

        [found] = mifos.disbursals[7]
        assert (found.receipt, found.external_id) == (booking.receipt, str(booking.pk))
        assert found.amount_minor == booking.gross_minor
        assert again(booking).status == "booked"
        assert booking.transaction_id == found.transaction_id
        assert (run.booked, run.not_booked, run.errors) == (1, 0, [])

    def test_body_and_key_were_on_record_before_the_call(
        self, paid: Paid, book: Book, mifos: MemoryLoans, moved: MovedClock
    ) -> None:
        booking = paid(7)

        book()

        row = again(booking)
        assert row.body == {
            "actualDisbursementDate": "2026-11-21", "transactionAmount": 10_000,
            "paymentTypeId": 2, "receiptNumber": "SKL0000007", "accountNumber": "254700100001",
            "externalId": str(row.pk), "note": "Paid by M-Pesa, receipt SKL0000007",
            "locale": "en", "dateFormat": "yyyy-MM-dd",
        }  # fmt: skip
        assert 0 < len(row.idempotency_key) <= LOAN_KEY_CHARACTERS_MAX
        assert (row.tries, row.sent_at) == (1, moved())
        steps = Step.objects.filter(subject_id=str(row.pk)).order_by("id")
        assert [step.to_status for step in steps] == ["due", "sending", "booked"]

    def test_it_is_looked_up_before_it_is_sent(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        paid(7)

        book()

        assert mifos.calls.index("disbursals") < mifos.calls.index("record")

    def test_a_second_round_does_nothing(self, paid: Paid, book: Book, mifos: MemoryLoans) -> None:
        paid(7)
        book()
        calls = len(mifos.calls)

        run = book()

        assert len(mifos.calls) == calls
        assert run.booked == 0

    def test_calls_are_kept_as_being_about_the_loan(self, paid: Paid, book: Book) -> None:
        booking = paid(7)

        book()

        kept = Call.objects.filter(kind="booking")
        assert set(kept.values_list("subject_id", flat=True)) == {str(booking.loan_id)}

    def test_what_holds_for_all_is_read_once_a_round(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        for loan_id in (7, 8, 9):
            paid(loan_id)

        run = book()

        assert run.booked == 3
        assert mifos.calls.count("business_date") == mifos.calls.count("payment_types") == 1


class TestFoundThere:
    def test_booked_by_hand_with_our_receipt_counts(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        mifos.disburse_there(7, receipt=f" {booking.receipt.lower()} ")

        book()

        assert again(booking).status == "booked"
        assert "record" not in mifos.calls

    def test_anothers_disbursal_stands_against_it(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        mifos.disburse_there(7, receipt="CASH-1")

        run = book()

        assert (again(booking).status, booking.code) == ("refused", "disbursed_elsewhere")
        assert "CASH-1" in booking.text
        alert = Alert.objects.get(kind="loan_not_booked")
        assert (alert.severity, alert.closed_at) == ("critical", None)
        assert (run.not_booked, run.errors[0]["loan_id"]) == (1, 7)
        assert "record" not in mifos.calls

    def test_a_loan_that_is_not_approved_any_more_is_not_booked(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        mifos.change(7, state=500)

        book()

        assert (again(booking).status, booking.code) == ("refused", "not_approved")
        assert "record" not in mifos.calls

    def test_a_loan_of_another_client_is_another_loan(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        mifos.approve(7, client_id=4_711, name="Brian Example")

        book()

        assert again(booking).status == "refused"
        assert booking.code == "another_loan"
        assert "record" not in mifos.calls
        assert mifos.notes == []

    def test_a_loan_that_is_not_there_for_us(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        del mifos.loans[7]

        book()

        assert (again(booking).status, booking.code) == ("refused", "404")

    def test_money_that_came_back_is_not_booked(
        self, paid: Paid, book: Book, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        type(booking.disbursement).objects.filter(pk=booking.disbursement_id).update(
            status="returned"
        )

        book()

        assert (again(booking).status, booking.code) == ("refused", "came_back")
        assert "record" not in mifos.calls
