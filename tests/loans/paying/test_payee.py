"""Whom a loan's payout pays: the phone in Mifos X, and no other that one person writes here."""

import pytest

from disbursements.operations.correct import CannotCorrect, correct
from disbursements.operations.send import send_due
from loans.models import LoanTracking
from loans.operations import by_hand
from loans.operations.follow import follow
from loans.operations.process import process
from tests.loans.paying.desk import NEW_PHONE, changed_phone
from tests.loans.paying.house import BACKOFF, LOAN, REASON, House, a_person


class TestAnotherPhone:
    def test_no_correction_takes_the_money_to_it(self, house: House) -> None:
        house.failed()

        with pytest.raises(CannotCorrect, match="Mifos X") as refused:
            correct(
                disbursement_id=house.payout().pk, reason="the client's new number",
                caller=a_person(), msisdn=NEW_PHONE, at=house.at,
            )  # fmt: skip

        assert refused.value.field == "msisdn"

    def test_a_payout_that_pays_another_one_than_the_loan_is_stopped(self, house: House) -> None:
        house.handed_over()
        house.fails(code=BACKOFF)
        house.moved.forward(hours=1)
        follow(at=house.at)
        house.mifos.change_client(LOAN, phone_as_written=NEW_PHONE)
        LoanTracking.objects.update(msisdn="254700100002")

        house.looks()
        send_due(status="retrying")

        assert (house.loan().held_code, house.payout().status) == ("payout_stopped", "failed")
        assert len(house.sends) == 1


class TestRecheck:
    def test_a_failed_loan_whose_phone_changed_is_held(self, house: House) -> None:
        loan = house.failed()
        house.mifos.change_client(LOAN, phone_as_written=NEW_PHONE)

        by_hand.recheck(loan_id=loan.pk, caller=a_person(), at=house.at)

        assert (house.loan().status, house.loan().held_code) == ("held", "changed")

    def test_a_failed_loan_that_is_as_it_was_stays_failed(self, house: House) -> None:
        loan = house.failed()

        by_hand.recheck(loan_id=loan.pk, caller=a_person(), at=house.at)

        assert house.loan().status == "failed"

    def test_what_was_set_right_is_no_difference_any_more(self, house: House) -> None:
        changed_phone(house)
        house.mifos.change_client(LOAN, phone_as_written="0700 100 001")

        by_hand.recheck(loan_id=house.loan().pk, caller=a_person(), at=house.at)
        by_hand.release(loan_id=house.loan().pk, reason=REASON, caller=a_person(), at=house.at)
        house.runs(process)

        assert house.loan().differences == []
        assert house.loan().status == "processing_disbursement"
