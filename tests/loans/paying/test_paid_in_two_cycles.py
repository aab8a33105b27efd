"""A loan that payouts of two cycles paid: what two persons agreed on, and what ends its hold."""

import pytest

from core.models import Alert
from disbursements.models import DisbursementRequest
from disbursements.operations.correct import correct
from loans.models import LoanBooking
from loans.operations import by_hand, proposals, record_booking
from loans.operations.fetch import fetch
from loans.operations.follow import follow
from loans.operations.process import process
from loans.operations.prove_loans import breaks
from loans.queries import payouts
from tests.loans.booking.people import AMINA, BRIAN
from tests.loans.paying.house import REASON, House, a_person

RECEIPT = "UKL1000002"


class Desk:
    """Two persons, and a first payout that failed before it turned out to have paid."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.loan = house.failed()
        self.first = house.payout()
        by_hand.hold(loan_id=self.loan.pk, reason=REASON, caller=a_person(), at=house.at)
        by_hand.release(loan_id=self.loan.pk, reason=REASON, caller=a_person(), at=house.at)

    def second_comes_back(self) -> None:
        """The second cycle's payout paid, and its money came back."""
        self.house.runs(process)
        row = self.house.pays(receipt="UKL1000003")
        follow(at=self.house.at)
        DisbursementRequest.objects.filter(pk=row.pk).update(status="returned")
        follow(at=self.house.at)

    def first_was_paid(self) -> None:
        """As its settlement would have it."""
        turns_out_paid(self.house, self.first)

    def agree(self, kind: str = "pay_again") -> None:
        """One proposes, another approves."""
        named = {"reason": REASON, "at": self.house.at}
        proposal = proposals.propose(loan_id=self.loan.pk, kind=kind, caller=AMINA, **named)
        proposals.approve(proposal_id=proposal.pk, caller=BRIAN, **named)
        self.house.moved.forward(minutes=1)

    def is_booked(self) -> None:
        """Somebody booked it in Mifos X, and it is found there."""
        record_booking.booked(
            booking_id=self.booking().pk, transaction_id=1, because="found", at=self.house.at
        )

    def booking(self, cycle: int = 1) -> LoanBooking:
        return LoanBooking.objects.get(loan=self.loan, cycle=cycle)


def corrected(house: House) -> DisbursementRequest:
    """The payout of the second cycle failed, and its correction may leave; the failed one."""
    house.runs(process)
    house.fails()
    follow(at=house.at)
    original = house.payout()
    correct(
        disbursement_id=original.pk, reason="her name was misspelt", at=house.at,
        caller=a_person(), payee_name="Amina Corrected",
    )  # fmt: skip
    house.looks()
    return original


def turns_out_paid(house: House, row: DisbursementRequest, receipt: str = RECEIPT) -> None:
    """As its settlement would have it."""
    DisbursementRequest.objects.filter(pk=row.pk).update(
        status="completed", receipt=receipt, completed_at=house.at, status_at=house.at
    )


@pytest.fixture
def desk(house: House) -> Desk:
    return Desk(house)


class TestPaidOnceMore:
    def test_two_persons_agree_on_all_that_they_could_see(self, house: House, desk: Desk) -> None:
        desk.second_comes_back()
        desk.first_was_paid()
        follow(at=house.at)

        desk.agree()
        house.runs(process)

        assert (house.loan().status, house.loan().cycle) == ("processing_disbursement", 3)

    def test_not_on_what_was_paid_after_they_proposed_it(self, house: House, desk: Desk) -> None:
        desk.second_comes_back()
        desk.agree()

        desk.first_was_paid()
        house.runs(process)

        assert (house.loan().held_code, house.loan().cycle) == ("undone_after_paid", 3)
        assert house.loan().disbursement is None

    def test_nor_on_what_was_paid_beside_in_the_same_cycle(self, house: House, desk: Desk) -> None:
        original = corrected(house)
        correction = house.pays(receipt="UKL1000003")
        follow(at=house.at)
        DisbursementRequest.objects.filter(pk=correction.pk).update(status="returned")
        follow(at=house.at)
        desk.agree()

        turns_out_paid(house, original)
        house.runs(process)

        assert (house.loan().held_code, house.loan().cycle) == ("undone_after_paid", 3)


class TestPaidInAnEarlierCycleOnly:
    def test_booked_by_hand_it_counts_as_paid(self, house: House, desk: Desk) -> None:
        desk.first_was_paid()
        follow(at=house.at)
        held = house.loan().held_code

        desk.is_booked()
        told = (payouts.anything_new(), follow(at=house.at), follow(at=house.at))

        assert (held, told) == ("undone_after_paid", (True, 1, 0))
        assert (house.loan().status, house.loan().disbursement) == ("disbursed", desk.first)
        assert not payouts.anything_new()
        assert list(breaks()) == []

    def test_given_up_by_two_persons_it_counts_as_paid(self, house: House, desk: Desk) -> None:
        desk.first_was_paid()
        follow(at=house.at)

        desk.agree("give_up_booking")
        follow(at=house.at)

        assert (house.loan().status, house.loan().disbursement) == ("disbursed", desk.first)

    def test_not_while_its_own_payout_may_have_paid_too(self, house: House, desk: Desk) -> None:
        house.runs(process)
        second = house.sent()
        desk.first_was_paid()
        follow(at=house.at)
        desk.is_booked()

        follow(at=house.at)
        held = house.loan().status
        house.reports.paid(second, receipt="UKL1000003")
        follow(at=house.at)

        assert (held, house.loan().status) == ("held", "disbursed")
        assert house.loan().disbursement == second

    def test_paid_by_its_own_payout_after_that_people_are_told(
        self, house: House, desk: Desk
    ) -> None:
        house.runs(process)
        house.fails()
        second = house.payout()
        desk.first_was_paid()
        follow(at=house.at)
        desk.is_booked()
        follow(at=house.at)
        before = house.loan().status

        turns_out_paid(house, second, receipt="UKL1000003")
        told = (payouts.anything_new(), follow(at=house.at), follow(at=house.at))

        assert (before, told) == ("disbursed", (True, 1, 0))
        assert Alert.objects.filter(kind=payouts.PAID_TWICE_ALERT, key=str(second.pk)).exists()
        assert desk.booking(2).status == "refused"

    def test_undone_in_mifos_it_is_held_again(self, house: House, desk: Desk) -> None:
        desk.first_was_paid()
        follow(at=house.at)
        desk.is_booked()
        follow(at=house.at)

        house.moved.forward(minutes=10)
        house.runs(fetch)
        follow(at=house.at)

        assert (house.loan().held_code, desk.booking().status) == ("undone_after_paid", "undone")
        assert list(breaks()) == []

    def test_paid_again_by_two_persons_it_is_never_closed_by_the_old_one(
        self, house: House, desk: Desk
    ) -> None:
        desk.first_was_paid()
        follow(at=house.at)
        desk.agree()

        follow(at=house.at)
        house.runs(process)

        assert (house.loan().status, house.loan().cycle) == ("processing_disbursement", 3)
        assert desk.booking().status == "given_up"

    def test_held_for_something_else_it_is_from_then_on_held_for_that(
        self, house: House, desk: Desk
    ) -> None:
        by_hand.hold(loan_id=desk.loan.pk, reason=REASON, caller=a_person(), at=house.at)
        desk.first_was_paid()

        follow(at=house.at)

        assert house.loan().held_code == "undone_after_paid"
        with pytest.raises(by_hand.CannotRelease):
            by_hand.release(loan_id=desk.loan.pk, reason=REASON, caller=a_person(), at=house.at)


class TestOneOfTwoCameBack:
    def test_what_was_paid_beside_and_came_back_leaves_the_loan_paid(
        self, house: House, desk: Desk
    ) -> None:
        original = corrected(house)
        house.pays(receipt="UKL1000003")
        follow(at=house.at)
        turns_out_paid(house, original)
        follow(at=house.at)

        DisbursementRequest.objects.filter(pk=original.pk).update(status="returned")
        follow(at=house.at)

        assert (house.loan().status, house.loan().held_code) == ("disbursed", "")
