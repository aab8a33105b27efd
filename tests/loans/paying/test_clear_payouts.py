"""What leaves later than its look is looked at again: cleared, or stopped and held."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest

from disbursements.models import DisbursementRequest
from disbursements.operations import on_behalf
from disbursements.operations.correct import correct
from disbursements.operations.pause import pause, release_many, resume
from disbursements.operations.send import send_due
from gateways.errors import Unreachable
from gateways.interface import LoanState
from gateways.memory import LoanFault
from loans.models import MifosConnection
from loans.operations import by_hand
from loans.operations.follow import follow
from loans.queries import payouts
from tests.loans.paying.house import BACKOFF, FLOAT_EMPTY, LOAN, REASON, House, a_person


def retrying(house: House) -> None:
    """A payout that comes again by itself, and whose time has come."""
    house.handed_over()
    house.fails(code=BACKOFF)
    house.moved.forward(hours=1)
    follow(at=house.at)


class TestClearing:
    def test_a_retry_leaves_after_a_look_that_finds_the_same(self, house: House) -> None:
        retrying(house)
        send_due(status="retrying")
        before = len(house.sends)

        house.looks()
        send_due(status="retrying")

        assert (before, len(house.sends)) == (1, 2)
        assert house.sends[0].reference != house.sends[1].reference

    def test_what_is_cleared_is_not_looked_at_again(self, house: House) -> None:
        house.handed_over()
        calls = len(house.mifos.calls)

        house.looks()

        assert len(house.mifos.calls) == calls

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda mifos: mifos.change_client(LOAN, phone_as_written="0700 100 002"), "changed"),
            (lambda mifos: mifos.change(LOAN, net_minor=900_000), "changed"),
            (lambda mifos: mifos.change(LOAN, state=LoanState.WITHDRAWN), "not_approved"),
            (lambda mifos: mifos.disburse_there(LOAN), "disbursed_elsewhere"),
            (lambda mifos: mifos.change_client(LOAN, active=False), "payout_stopped"),
        ],
    )
    def test_a_retry_is_given_up_when_mifos_says_otherwise(
        self, house: House, change: Callable[..., Any], code: str
    ) -> None:
        retrying(house)
        change(house.mifos)

        run = house.looks()
        send_due(status="retrying")

        loan = house.loan()
        assert (loan.status, loan.held_code, run.held) == ("held", code, {code: 1})
        assert (house.payout().status, len(house.sends)) == ("failed", 1)

    def test_a_queued_one_is_cancelled_and_the_difference_shown(self, house: House) -> None:
        house.handed_over()
        house.moved.forward(minutes=5)
        house.mifos.change_client(LOAN, phone_as_written="0700 100 002")

        house.looks()
        send_due()

        assert (house.payout().status, house.sends) == ("cancelled", [])
        assert [each["now"] for each in house.loan().differences] == ["254700100002"]
        assert follow(at=house.at) == 0
        assert house.loan().held_code == "changed"

    def test_paused_it_is_neither_looked_at_nor_sent(self, house: House) -> None:
        house.handed_over()
        pause(scope="everything", reason="the provider asked", actor="test", at=house.at)
        house.moved.forward(minutes=5)
        calls = len(house.mifos.calls)

        house.looks()

        assert len(house.mifos.calls) == calls
        assert payouts.next_to_clear(at=house.at) is None

    def test_after_a_pause_it_is_looked_at_and_sent(self, house: House) -> None:
        house.handed_over()
        stopped = pause(scope="everything", reason="the provider asked", actor="t", at=house.at)
        house.moved.forward(hours=5)
        resume(pause_id=stopped.pk, reason="it is over", actor="test", at=house.at)
        send_due()

        waits = list(house.sends)
        house.looks()
        send_due()

        assert (waits, len(house.sends)) == ([], 1)

    def test_parked_for_an_empty_float_it_is_looked_at_when_it_is_let_go(
        self, house: House
    ) -> None:
        house.failed(code=FLOAT_EMPTY)
        assert house.payout().status == "parked"
        house.mifos.change(LOAN, net_minor=900_000)
        release_many(
            disbursement_ids=[house.payout().pk], reason="the float is full", actor="t",
            at=house.at,
        )  # fmt: skip
        self._resumed(house)

        house.looks()
        send_due(status="retrying")

        assert (house.loan().held_code, house.payout().status) == ("changed", "failed")
        assert len(house.sends) == 1

    def test_a_correction_is_looked_at_before_it_leaves(self, house: House) -> None:
        house.failed()
        correct(
            disbursement_id=house.payout().pk, reason="her name was misspelt", at=house.at,
            caller=a_person(), payee_name="Amina Corrected",
        )  # fmt: skip
        follow(at=house.at)
        send_due()
        before = len(house.sends)

        house.looks()
        send_due()

        assert (before, len(house.sends)) == (1, 2)
        assert house.payout().payee_name == "Amina Corrected"
        assert house.loan().disbursement_id == house.payout().pk

    def _resumed(self, house: House) -> None:
        from disbursements.models import Pause

        for row in Pause.objects.filter(ended_at=None):
            resume(pause_id=row.pk, reason="the float is full", actor="test", at=house.at)
        house.moved.forward(minutes=5)


class TestStoppingWhatNobodyWants:
    def test_the_forced_retry_of_a_held_loan_is_stopped_without_a_look(self, house: House) -> None:
        loan = house.failed()
        by_hand.hold(loan_id=loan.pk, reason=REASON, caller=a_person(), at=house.at)
        on_behalf.send_again(
            house.payout(), reason=REASON, actor="brian", origin="test", at=house.at
        )
        calls = len(house.mifos.calls)

        send_due(status="retrying")
        house.looks()
        send_due(status="retrying")

        assert (house.payout().status, len(house.sends)) == ("failed", 1)
        assert len(house.mifos.calls) == calls

    def test_the_payout_of_an_earlier_cycle_is_stopped(self, house: House) -> None:
        loan = house.failed()
        by_hand.hold(loan_id=loan.pk, reason=REASON, caller=a_person(), at=house.at)
        by_hand.release(loan_id=loan.pk, reason=REASON, caller=a_person(), at=house.at)
        first = house.payout(cycle=1)
        on_behalf.send_again(first, reason=REASON, actor="brian", origin="test", at=house.at)

        send_due(status="retrying")
        house.looks()
        first.refresh_from_db()

        assert (first.status, len(house.sends)) == ("failed", 1)


class TestLeavingAsItIs:
    def test_switched_off_nothing_is_cleared(self, house: House) -> None:
        retrying(house)
        MifosConnection.objects.update(mifos_auto_disbursement_enabled=False)

        run = house.looks()
        send_due(status="retrying")

        assert (run.skipped, len(house.sends)) == ({"switched_off": 1}, 1)

    def test_a_disabled_product_waits(self, house: House, product: Any) -> None:
        retrying(house)
        product.enabled = False
        product.save()

        run = house.looks()

        assert run.skipped == {"product_disabled": 1}
        assert house.payout().status == "retrying"

    def test_a_look_that_fails_clears_nothing(self, house: House) -> None:
        retrying(house)
        house.mifos.next_fault("loan", LoanFault.ERROR)

        run = house.looks()
        send_due(status="retrying")

        assert (len(run.errors), len(house.sends)) == (1, 1)

    def test_a_server_that_cannot_be_reached_stops_the_stretch(self, house: House) -> None:
        retrying(house)
        house.mifos.next_fault("loan", LoanFault.DROPPED)

        with pytest.raises(Unreachable):
            house.looks()

        assert house.payout().status == "retrying"

    def test_held_while_it_is_looked_at_it_does_not_leave(self, house: House) -> None:
        house.handed_over()
        house.moved.forward(minutes=5)
        looks = house.mifos.ask

        def held_meanwhile(call: str, *more: Any) -> Any:
            if call == "client":
                by_hand.hold(
                    loan_id=house.loan().pk, reason=REASON, caller=a_person(), at=house.at
                )
            return looks(call, *more)

        with patch.object(house.mifos, "ask", held_meanwhile):
            house.looks()
        send_due()

        assert (house.loan().held_code, house.payout().status) == ("by_hand", "cancelled")
        assert house.sends == []

    def test_while_the_original_is_in_doubt_its_correction_waits(self, house: House) -> None:
        house.failed()
        original = house.payout()
        correct(
            disbursement_id=original.pk, reason="her name was misspelt", at=house.at,
            caller=a_person(), payee_name="Amina Corrected",
        )  # fmt: skip
        house.reports.paid(original)

        house.looks()
        send_due()

        assert len(house.sends) == 1
        assert DisbursementRequest.objects.get(corrects=original).status == "queued"


class TestSayingWhenItIsDue:
    def test_it_is_due_when_the_payout_is(self, house: House) -> None:
        house.handed_over()
        house.fails(code=BACKOFF)
        payout = house.payout()

        moment = payouts.next_to_clear(at=house.at)

        assert moment == payout.next_retry_at
        assert payouts.partners_to_clear(at=house.at) == []
        assert payouts.partners_to_clear(at=moment) == [payout.partner_id]

    def test_a_queued_one_that_is_cleared_is_not_due(self, house: House) -> None:
        house.handed_over()

        assert payouts.next_to_clear(at=house.at) is None
