"""What two persons agreed on: a booking is given up, or a loan is paid once more."""

from collections.abc import Callable
from typing import Any

import pytest

from core.callers import Caller
from core.models import Alert, Step
from gateways.memory import LoanFault, MemoryLoans
from loans.models import LoanBooking, LoanTracking
from loans.operations import pay_again
from loans.operations.proposals import CannotPropose, NotWaiting
from loans.operations.reach_mifos import AlreadyRunning, open_line
from loans.queries import payouts
from tests.loans.booking.people import person
from tests.wire import MovedClock

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]
GIVE_UP, AGAIN = "give_up_booking", "pay_again"
MACHINE = Caller(actor="command:root", origin="command", partners=None, permissions=None)


class TestGivingUp:
    def test_the_loan_stays_paid_and_is_not_booked(
        self, refused: LoanBooking, propose: Any, decide: Any, book: Book, mifos: MemoryLoans
    ) -> None:
        proposal = propose(refused)

        decide(proposal)
        book()

        refused.refresh_from_db()
        assert refused.status == "given_up"
        assert not mifos.disbursals[7]
        assert LoanTracking.objects.get(pk=refused.loan_id).status == "disbursed"
        assert not Alert.objects.filter(kind="loan_not_booked", closed_at=None).exists()

    def test_the_same_approval_again_changes_nothing(
        self, refused: LoanBooking, propose: Any, decide: Any
    ) -> None:
        proposal = propose(refused)
        decide(proposal)
        steps = Step.objects.count()

        decide(proposal)

        assert Step.objects.count() == steps

    def test_of_an_undone_one_the_loan_counts_as_paid(
        self, undone: LoanBooking, propose: Any, decide: Any
    ) -> None:
        decide(propose(undone))

        undone.refresh_from_db()
        assert undone.status == "given_up"
        assert LoanTracking.objects.get(pk=undone.loan_id).status == "disbursed"

    def test_booked_meanwhile_it_is_overtaken(
        self, refused: LoanBooking, propose: Any, decide: Any, book: Book, mifos: MemoryLoans,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        proposal = propose(refused)
        mifos.disburse_there(7, receipt=refused.receipt)
        moved.forward(minutes=61)
        book()

        with pytest.raises(NotWaiting, match="overtaken"):
            decide(proposal)

        refused.refresh_from_db()
        assert refused.status == "booked"

    def test_moved_on_unseen_it_is_overtaken_when_it_is_decided(
        self, refused: LoanBooking, propose: Any, decide: Any, moved: MovedClock
    ) -> None:
        proposal = propose(refused)
        LoanBooking.objects.filter(pk=refused.pk).update(status="booked", booked_at=moved())

        with pytest.raises(NotWaiting, match="Nothing was changed"):
            decide(proposal)

        proposal.refresh_from_db()
        assert proposal.status == "overtaken"

    def test_approved_and_booked_again_at_once_only_one_happens(
        self, refused: LoanBooking, propose: Any, decide: Any, moved: MovedClock,
        together: Callable[..., list[Any]],
    ) -> None:  # fmt: skip
        proposal = propose(refused)

        together(
            lambda: decide(proposal), lambda: decide(proposal, caller=person("carol.example"))
        )

        proposal.refresh_from_db()
        assert proposal.status == "approved"
        ends = Step.objects.filter(subject_id=str(refused.pk), to_status="given_up")
        assert ends.count() == 1

    def test_tried_it_changes_nothing(
        self, refused: LoanBooking, propose: Any, decide: Any
    ) -> None:
        proposal = propose(refused)

        decide(proposal, dry_run=True)

        proposal.refresh_from_db()
        refused.refresh_from_db()
        assert (proposal.status, refused.status) == ("proposed", "refused")


class TestPayingAgain:
    def test_a_new_cycle_begins_by_the_facts_of_now(
        self, undone: LoanBooking, propose: Any, decide: Any, mifos: MemoryLoans,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        mifos.change_client(7, phone_as_written="0700 100 099")
        mifos.change(7, net_minor=900_000)
        paid_by = undone.disbursement_id
        proposal = propose(undone, AGAIN)
        with pytest.raises(pay_again.ChangedAgain):
            decide(proposal)

        decide(proposal)

        loan = LoanTracking.objects.get(pk=undone.loan_id)
        assert (loan.status, loan.cycle, loan.disbursement_id) == (
            "pending_disbursement", 2, None
        )  # fmt: skip
        assert (loan.msisdn, loan.net_minor) == ("254700100099", 900_000)
        assert (loan.released_at, loan.held_code) == (moved(), "")
        undone.refresh_from_db()
        assert (undone.status, undone.disbursement_id) == ("given_up", paid_by)

    def test_money_that_was_taken_back_elsewhere_is_paid_again(
        self, refused: LoanBooking, propose: Any, decide: Any, moved: MovedClock
    ) -> None:
        proposal = propose(refused, AGAIN)

        decide(proposal)

        refused.refresh_from_db()
        loan = LoanTracking.objects.get(pk=refused.loan_id)
        assert (loan.status, loan.cycle, refused.status) == (
            "pending_disbursement", 2, "given_up",
        )  # fmt: skip
        assert payouts.may_have_paid(loan) is None

    def test_not_where_it_is_booked(
        self, paid: Paid, book: Book, propose: Any, mifos: MemoryLoans
    ) -> None:
        booking = paid(7)
        book()

        with pytest.raises(CannotPropose):
            propose(booking, AGAIN)

    def test_what_nobody_has_seen_yet_is_shown_first(
        self, undone: LoanBooking, propose: Any, decide: Any, mifos: MemoryLoans
    ) -> None:
        mifos.change_client(7, phone_as_written="0700 100 099")
        proposal = propose(undone, AGAIN)

        with pytest.raises(pay_again.ChangedAgain):
            decide(proposal)

        proposal.refresh_from_db()
        loan = LoanTracking.objects.get(pk=undone.loan_id)
        assert (proposal.status, loan.status, loan.cycle) == ("proposed", "held", 1)
        assert [each["now"] for each in loan.differences] == ["254700100099"]

    def test_the_old_payout_is_never_booked_again(
        self, undone: LoanBooking, propose: Any, decide: Any, book: Book, mifos: MemoryLoans,
        moved: MovedClock,
    ) -> None:  # fmt: skip
        decide(propose(undone, AGAIN))
        moved.forward(days=2)

        book()

        assert [each.reversed for each in mifos.disbursals[7]] == [True]

    def test_a_living_disbursal_stands_against_it(
        self, undone: LoanBooking, propose: Any, decide: Any, mifos: MemoryLoans
    ) -> None:
        proposal = propose(undone, AGAIN)
        mifos.disburse_there(7, receipt="CASH-1")

        with pytest.raises(pay_again.CannotPayAgain, match="have it undone there first"):
            decide(proposal)

        proposal.refresh_from_db()
        assert proposal.status == "proposed"
        assert LoanTracking.objects.get(pk=undone.loan_id).cycle == 1

    def test_what_is_not_approved_there_is_not_paid_again(
        self, undone: LoanBooking, propose: Any, decide: Any, mifos: MemoryLoans
    ) -> None:
        proposal = propose(undone, AGAIN)
        mifos.change(7, state=500)

        with pytest.raises(pay_again.CannotPayAgain, match="500"):
            decide(proposal)

    def test_a_server_that_does_not_answer_changes_nothing(
        self, undone: LoanBooking, propose: Any, decide: Any, mifos: MemoryLoans
    ) -> None:
        proposal = propose(undone, AGAIN)
        mifos.next_fault("loan", LoanFault.SLOW)

        with pytest.raises(pay_again.CannotPayAgain, match="could not be asked"):
            decide(proposal)

        decide(proposal)
        assert LoanTracking.objects.get(pk=undone.loan_id).cycle == 2

    def test_while_a_sync_runs_it_is_told_so(
        self, undone: LoanBooking, propose: Any, decide: Any, connection: Any,
        moved: MovedClock, together: Callable[..., list[Any]],
    ) -> None:  # fmt: skip
        proposal = propose(undone, AGAIN)

        with open_line(connection, at=moved()):
            [met] = together(lambda: decide(proposal))

        assert isinstance(met, AlreadyRunning)

    def test_money_that_came_back_is_paid_again_once_it_is_undone_there(
        self, paid: Paid, book: Book, mifos: MemoryLoans, hold: Any, propose: Any, decide: Any
    ) -> None:
        booking = paid(7)
        book()
        hold(booking, "came_back")
        proposal = propose(booking, AGAIN)
        with pytest.raises(pay_again.CannotPayAgain, match="still shows a disbursal"):
            decide(proposal)
        mifos.undo(7)

        decide(proposal)

        booking.refresh_from_db()
        assert booking.status == "given_up"
        assert LoanTracking.objects.get(pk=booking.loan_id).cycle == 2
        assert not Alert.objects.filter(kind="loan_not_booked", closed_at=None).exists()

    def test_two_approvals_begin_one_cycle(
        self, undone: LoanBooking, propose: Any, decide: Any, together: Callable[..., list[Any]]
    ) -> None:
        proposal = propose(undone, AGAIN)

        together(
            lambda: decide(proposal), lambda: decide(proposal, caller=person("carol.example"))
        )

        assert LoanTracking.objects.get(pk=undone.loan_id).cycle == 2
