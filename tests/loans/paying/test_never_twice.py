"""One cycle, one payment: whatever runs at once, dies, or was done before."""

from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection as database

from disbursements.models import DisbursementRequest
from disbursements.operations.instruct import instruct
from disbursements.operations.send import send_due
from disbursements.rules.intake import Instruction
from loans.models import LoanTracking
from loans.operations import by_hand
from loans.operations.fetch import fetch
from loans.operations.process import process
from loans.operations.reach_mifos import AlreadyRunning
from tests.lending import a_connection, a_product
from tests.loans.paying.house import REASON, House, a_person, steps_of
from vault.models import Partner
from vault.operations.add_partner import add_partner


class Crash(BaseException):
    """What kills a worker."""


class TestNeverTwice:
    def test_two_at_once_pay_once(self, house: House, together: Callable[..., Any]) -> None:
        house.tracked()

        done = together(*[lambda: house.runs(process)] * 2)

        refused = [each for each in done if isinstance(each, AlreadyRunning)]
        assert sum(each.instructed for each in done if each not in refused) == 1
        assert DisbursementRequest.objects.count() == 1

    def test_a_worker_that_dies_before_the_commit_leaves_nothing(self, house: House) -> None:
        house.tracked()

        with (
            patch("loans.operations.process.states.advance", side_effect=Crash),
            pytest.raises(Crash),
        ):
            house.runs(process)
        assert not DisbursementRequest.objects.exists()
        house.runs(process)

        assert (house.loan().status, DisbursementRequest.objects.count()) == (
            "processing_disbursement", 1,
        )  # fmt: skip

    def test_held_by_a_person_while_it_looks_it_is_not_paid(self, house: House) -> None:
        loan = house.tracked()
        looks = house.mifos.ask

        def held_meanwhile(call: str, *more: Any) -> Any:
            if call == "client":
                by_hand.hold(loan_id=loan.pk, reason=REASON, caller=a_person(), at=house.at)
            return looks(call, *more)

        with patch.object(house.mifos, "ask", held_meanwhile):
            run = house.runs(process)

        assert (house.loan().held_code, run.instructed) == ("by_hand", 0)
        assert not DisbursementRequest.objects.exists()

    def test_a_reference_that_somebody_used_holds_it(self, house: House) -> None:
        loan = house.tracked()
        instruct(
            partner_id=loan.partner_id, origin="api", actor="test", at=house.at,
            instruction=Instruction(
                client_reference=loan.client_reference, msisdn="254700100009", amount="10"
            ),
        )  # fmt: skip

        house.runs(process)

        assert house.loan().held_code == "payout_stopped"
        assert loan.client_reference in house.loan().held_text
        assert DisbursementRequest.objects.count() == 1

    def test_a_loan_that_was_paid_is_not_paid_in_another_cycle_by_itself(
        self, house: House
    ) -> None:
        loan = house.paid()
        with database.cursor() as cursor:  # a fault of ours that nothing is meant to allow
            cursor.execute(
                "UPDATE loan_tracking SET status = 'pending_disbursement', cycle = 2, "
                "disbursement_id = NULL WHERE id = %s", [loan.pk],
            )  # fmt: skip

        house.runs(process)

        assert (house.loan().held_code, DisbursementRequest.objects.count()) == (
            "undone_after_paid", 1,
        )  # fmt: skip

    def test_nor_while_an_earlier_payout_may_have_paid(self, house: House) -> None:
        loan = house.failed()
        house.reports.paid(house.payout())
        with database.cursor() as cursor:
            cursor.execute(
                "UPDATE loan_tracking SET status = 'pending_disbursement', cycle = 2, "
                "disbursement_id = NULL WHERE id = %s", [loan.pk],
            )  # fmt: skip

        house.runs(process)

        assert (house.loan().held_code, DisbursementRequest.objects.count()) == (
            "payout_stopped", 1,
        )  # fmt: skip

    def test_two_partners_with_the_same_mifos_do_not_both_pay(self, house: House) -> None:
        house.handed_over()
        another = add_partner(name="Tujenge Example Ltd", actor="test", at=house.at)
        a_product(another)
        theirs = House(house.mifos, house.mpesa, a_connection(another), house.moved)

        theirs.runs(fetch)
        theirs.runs(process)

        loan = LoanTracking.objects.get(partner=another)
        assert (loan.held_code, loan.disbursement) == ("payout_stopped", None)
        assert str(house.connection.partner) in loan.held_text

    def test_another_tenant_has_loans_of_its_own(self, house: House, a_partner: Partner) -> None:
        another = add_partner(name="Tujenge Example Ltd", actor="test", at=house.at)
        a_product(another)
        elsewhere = a_connection(another, tenant="tujenge")
        House(house.mifos, house.mpesa, elsewhere, house.moved).tracked()

        run = house.runs(fetch)
        house.runs(process)

        loan = LoanTracking.objects.get(partner=a_partner)
        assert (run.fresh, loan.status) == (1, "processing_disbursement")

    def test_it_does_not_leave_on_an_old_look(self, house: House) -> None:
        house.handed_over()
        house.moved.forward(minutes=2)

        send_due()

        assert (house.payout().status, house.sends) == ("queued", [])
        assert "handed to the payouts" in steps_of(house.loan().pk)[-1]
