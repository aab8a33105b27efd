"""Releasing a held loan: by what Mifos X says now, which somebody has seen."""

from typing import Any

import pytest

from core.refusals import Refused
from disbursements.models import DisbursementRequest
from gateways.interface import LoanState
from gateways.memory import LoanFault
from loans.operations.by_hand import (
    CannotLook,
    CannotRelease,
    ChangedAgain,
    hold,
    release,
)
from loans.operations.process import process
from loans.operations.reach_mifos import AlreadyRunning, open_line
from tests.loans.paying.desk import changed_phone, does
from tests.loans.paying.house import LOAN, House


class TestReleasing:
    def test_the_new_facts_are_what_it_is_paid_by(self, house: House) -> None:
        changed_phone(house)

        does(release, house)
        house.runs(process)

        loan, payout = house.loan(), house.payout()
        assert (loan.status, loan.cycle) == ("processing_disbursement", 1)
        assert (loan.msisdn, payout.msisdn) == ("254700100002", "254700100002")
        assert (loan.differences, loan.held_code) == ([], "")
        assert loan.released_at == house.at

    def test_changed_once_more_it_is_held_again(self, house: House) -> None:
        changed_phone(house)
        does(release, house)
        house.mifos.change(LOAN, net_minor=900_000)

        house.runs(process)

        loan = house.loan()
        assert (loan.status, loan.held_code, loan.released_at) == ("held", "changed", None)
        assert not DisbursementRequest.objects.exists()

    def test_what_nobody_has_seen_yet_is_shown_first(self, house: House) -> None:
        changed_phone(house)
        house.mifos.change_client(LOAN, phone_as_written="0700 100 003")

        with pytest.raises(ChangedAgain, match="differences"):
            does(release, house)
        assert house.loan().status == "held"
        assert [each["now"] for each in house.loan().differences] == ["254700100003"]
        does(release, house)

        assert house.loan().msisdn == "254700100003"

    def test_after_a_payout_a_new_cycle_begins(self, house: House) -> None:
        house.failed()
        does(hold, house)

        does(release, house)
        house.runs(process)

        loan = house.loan()
        assert (loan.cycle, loan.status) == (2, "processing_disbursement")
        assert house.payout(cycle=1).status == "failed"
        assert house.payout(cycle=2).client_reference.endswith("-2")
        assert loan.disbursement_id == house.payout(cycle=2).pk

    def test_while_an_earlier_payout_may_have_paid_it_stays_held(self, house: House) -> None:
        house.failed()
        does(hold, house)
        house.reports.paid(house.payout())

        with pytest.raises(CannotRelease):
            does(release, house)

        assert (house.loan().status, house.loan().cycle) == ("held", 1)

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            (lambda mifos: mifos.change(LOAN, state=LoanState.REJECTED), "not approved"),
            (lambda mifos: mifos.disburse_there(LOAN), "disbursed"),
            (lambda mifos: mifos.loans.pop(LOAN), "does not show it"),
            (lambda mifos: mifos.change_client(LOAN, active=False), "not active"),
        ],
    )
    def test_what_no_person_may_wave_through_stays_held(
        self, house: House, change: Any, says: str
    ) -> None:
        house.tracked()
        does(hold, house)
        change(house.mifos)

        with pytest.raises(CannotRelease, match=says):
            does(release, house)

        assert house.loan().held_code == "by_hand"

    def test_a_loan_without_a_phone_is_not_released(self, house: House) -> None:
        house.tracked(phone="")

        with pytest.raises(CannotRelease, match="no phone"):
            does(release, house)

    def test_what_is_not_held_is_not_released(self, house: House) -> None:
        house.tracked()

        with pytest.raises(CannotRelease, match="not held"):
            does(release, house)

    def test_above_the_products_maximum_one_person_may(self, house: House, product: Any) -> None:
        product.max_amount_minor = 100_000
        product.save()
        house.tracked()
        assert house.loan().held_code == "above_maximum"

        does(release, house)
        run = house.runs(process)

        assert (run.instructed, house.payout().amount_minor) == (1, 950_000)

    @pytest.mark.parametrize("fault", [LoanFault.ERROR, LoanFault.DROPPED, LoanFault.DENIED])
    def test_unless_mifos_answers_it_stays_held(self, house: House, fault: LoanFault) -> None:
        changed_phone(house)
        house.mifos.next_fault("loan", fault)

        with pytest.raises(CannotLook):
            does(release, house)

        assert house.loan().status == "held"

    def test_while_a_sync_runs_it_waits(self, house: House, together: Any) -> None:
        changed_phone(house)

        with open_line(house.connection, at=house.at):
            (refused,) = together(lambda: does(release, house))

        assert isinstance(refused, AlreadyRunning)
        assert house.loan().status == "held"

    def test_two_at_once_begin_one_cycle(self, house: House, together: Any) -> None:
        house.failed()
        does(hold, house)

        done = together(*[lambda: does(release, house)] * 2)

        assert sum(isinstance(each, Refused) for each in done) == 1
        assert house.loan().cycle == 2
