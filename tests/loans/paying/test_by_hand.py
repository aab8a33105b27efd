"""Holding, looking again and trying again by hand: who may, when, and what it does."""

from typing import Any
from uuid import uuid4

import pytest

from core.callers import NotAllowed
from core.refusals import Refused
from disbursements.models import DisbursementRequest
from disbursements.operations.send import send_due
from loans.operations.by_hand import (
    CannotHold,
    CannotLook,
    CannotRetry,
    hold,
    recheck,
    release,
    retry_payment,
)
from loans.operations.fetch import fetch
from loans.operations.follow import follow
from loans.operations.process import process
from loans.operations.reach import NoSuchLoan
from tests.loans.paying.desk import NEW_PHONE, changed_phone, does
from tests.loans.paying.house import BACKOFF, FLOAT_EMPTY, LOAN, REASON, House, a_person, steps_of


class TestWhoMay:
    @pytest.mark.parametrize("verb", [hold, release, recheck, retry_payment])
    def test_without_the_permission_nothing_happens(self, house: House, verb: Any) -> None:
        house.tracked()

        with pytest.raises(NotAllowed):
            does(verb, house, caller=a_person("amina", "loans.view_loantracking"))

        assert house.loan().status == "pending_disbursement"

    @pytest.mark.parametrize("verb", [hold, release, recheck, retry_payment])
    def test_anothers_loan_is_not_there(self, house: House, verb: Any) -> None:
        house.tracked()

        with pytest.raises(NoSuchLoan):
            does(verb, house, caller=a_person(partners=frozenset({uuid4()})))

    @pytest.mark.parametrize("verb", [hold, release, retry_payment])
    @pytest.mark.parametrize("reason", ["", "short", "x" * 501])
    def test_a_reason_is_needed(self, house: House, verb: Any, reason: str) -> None:
        house.tracked()

        with pytest.raises(Refused, match="reason"):
            does(verb, house, reason=reason)


class TestHolding:
    def test_a_pending_loan_is_not_paid_until_it_is_released(self, house: House) -> None:
        house.tracked()

        does(hold, house)
        house.runs(fetch)
        house.runs(process)

        loan = house.loan()
        assert (loan.status, loan.held_code) == ("held", "by_hand")
        assert loan.held_text == f"amina held it: {REASON}"
        assert not DisbursementRequest.objects.exists()
        assert REASON in steps_of(loan.pk)[-1]

    def test_what_is_queued_is_cancelled(self, house: House) -> None:
        house.handed_over()

        does(hold, house)
        send_due()

        assert (house.payout().status, house.sends) == ("cancelled", [])

    def test_what_waits_for_another_try_is_given_up(self, house: House) -> None:
        house.handed_over()
        house.fails(code=BACKOFF)

        does(hold, house)

        assert (house.loan().status, house.payout().status) == ("held", "failed")

    def test_what_is_parked_is_given_up(self, house: House) -> None:
        house.failed(code=FLOAT_EMPTY)

        does(hold, house)

        assert (house.loan().held_code, house.payout().status) == ("by_hand", "failed")

    def test_what_is_under_way_cannot_be_held(self, house: House) -> None:
        house.handed_over()
        house.sent()

        with pytest.raises(CannotHold, match="under way"):
            does(hold, house)

        assert (house.loan().status, house.payout().status) == (
            "processing_disbursement", "accepted",
        )  # fmt: skip

    def test_what_is_paid_cannot_be_held(self, house: House) -> None:
        house.paid()

        with pytest.raises(CannotHold, match="paid"):
            does(hold, house)

    def test_what_would_go_on_by_itself_waits_for_a_person(self, house: House) -> None:
        house.tracked(phone="")
        does(hold, house)
        house.mifos.change_client(LOAN, phone_as_written="0700 100 001")

        house.runs(fetch)

        assert house.loan().held_code == "by_hand"

    def test_what_a_person_must_decide_stays_held_for_that(self, house: House) -> None:
        changed_phone(house)

        with pytest.raises(CannotHold, match="held already"):
            does(hold, house)

        assert house.loan().held_code == "changed"


class TestLookingAgain:
    def test_what_differs_holds_it(self, house: House) -> None:
        house.tracked()
        house.mifos.change_client(LOAN, phone_as_written=NEW_PHONE)

        does(recheck, house)

        assert house.loan().held_code == "changed"

    def test_what_was_mended_lets_it_go_on(self, house: House) -> None:
        house.tracked(phone="")
        house.mifos.change_client(LOAN, phone_as_written=NEW_PHONE)

        loan = does(recheck, house)

        assert (loan.status, loan.msisdn) == ("pending_disbursement", "254700100002")

    def test_the_payout_on_its_way_is_stopped(self, house: House) -> None:
        house.handed_over()
        house.mifos.change_client(LOAN, phone_as_written=NEW_PHONE)

        loan = does(recheck, house)
        send_due()

        assert (loan.status, loan.held_code) == ("held", "changed")
        assert (house.payout().status, house.sends) == ("cancelled", [])

    def test_under_way_it_goes_on_and_the_trail_says_so(self, house: House) -> None:
        house.handed_over()
        house.sent()
        house.mifos.change_client(LOAN, phone_as_written=NEW_PHONE)

        loan = does(recheck, house)

        assert (loan.status, house.payout().status) == ("processing_disbursement", "accepted")
        assert "goes on all the same" in steps_of(loan.pk)[-1]

    def test_a_mended_fact_begins_no_second_payout(self, house: House) -> None:
        house.handed_over()
        house.mifos.change_client(LOAN, active=False)
        does(recheck, house)
        house.mifos.change_client(LOAN, active=True)

        does(recheck, house)
        house.runs(process)

        assert (house.loan().status, house.loan().held_code) == ("held", "payout_stopped")
        assert DisbursementRequest.objects.count() == 1

    def test_a_paid_loan_is_not_looked_at(self, house: House) -> None:
        house.paid()

        with pytest.raises(CannotLook, match="booking"):
            does(recheck, house)


class TestTryingAgain:
    def test_it_is_tried_again_after_a_look(self, house: House) -> None:
        house.failed()

        loan = does(retry_payment, house)
        send_due(status="retrying")
        before = len(house.sends)
        house.moved.forward(minutes=3)
        house.looks()
        send_due(status="retrying")

        assert loan.status == "processing_disbursement"
        assert (before, len(house.sends)) == (1, 2)
        assert any(REASON in each for each in steps_of(loan.pk))

    def test_a_look_that_finds_a_change_stops_it(self, house: House) -> None:
        house.failed()
        house.moved.forward(minutes=3)
        house.mifos.change(LOAN, net_minor=900_000)

        does(retry_payment, house)
        house.looks()
        send_due(status="retrying")

        assert (house.loan().held_code, len(house.sends)) == ("changed", 1)

    def test_the_same_reason_twice_is_one_retry(self, house: House) -> None:
        house.failed()
        does(retry_payment, house)

        with pytest.raises(CannotRetry, match="processing"):
            does(retry_payment, house)

        assert DisbursementRequest.objects.count() == 1

    @pytest.mark.parametrize("stand", ["tracked", "handed_over", "paid"])
    def test_what_did_not_fail_is_not_tried_again(self, house: House, stand: str) -> None:
        getattr(house, stand)()

        with pytest.raises(CannotRetry, match="failed"):
            does(retry_payment, house)

    def test_what_may_have_been_paid_is_not_tried_again(self, house: House) -> None:
        house.failed()
        DisbursementRequest.objects.update(
            person_needed_at=house.at, person_needed_because="the reports disagree"
        )

        with pytest.raises(CannotRetry, match="settle"):
            does(retry_payment, house)

        assert house.loan().status == "failed"
        assert follow(at=house.at) == 0
