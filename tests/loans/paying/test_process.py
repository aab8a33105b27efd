"""Paying pending loans: looked at a last time, handed over once, or held with the reason."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from core import clock
from disbursements.models import DisbursementRequest
from gateways.errors import Unclear, Unreachable
from gateways.interface import AccessRefused, LoanState
from gateways.memory import LoanFault
from loans.models import LoanTracking, MifosConnection
from loans.operations.process import process
from tests.lending import a_product
from tests.loans.paying.house import LOAN, House


class TestHandingOver:
    def test_a_pending_loan_gets_a_payout_of_the_net_amount(self, house: House) -> None:
        house.tracked()

        run = house.runs(process)

        loan, payout = house.loan(), house.payout()
        assert (loan.status, loan.disbursement_id) == ("processing_disbursement", payout.pk)
        assert (payout.amount_minor, payout.msisdn) == (950_000, "254700100001")
        assert (payout.origin, payout.origin_id) == ("loan", f"{loan.pk}:1")
        assert payout.client_reference == f"LOAN-{loan.pk.hex.upper()}-1"
        assert (payout.payee_name, payout.remarks) == ("Amina Example", f"Loan {LOAN}")
        assert payout.cleared_until == house.at + timedelta(seconds=120)
        assert (run.instructed, run.held, run.errors) == (1, {}, [])

    def test_it_is_handed_over_once(self, house: House) -> None:
        house.handed_over()

        run = house.runs(process)

        assert (run.instructed, DisbursementRequest.objects.count()) == (0, 1)

    def test_the_oldest_expected_day_comes_first(self, house: House, product: Any) -> None:
        product.daily_count_max = 1
        product.save()
        today = clock.now().date()
        house.tracked(8, expected_on=today)
        house.tracked(7, expected_on=today - timedelta(days=2))

        house.runs(process)

        assert (house.loan(7).status, house.loan(8).status) == (
            "processing_disbursement", "pending_disbursement",
        )  # fmt: skip

    def test_one_that_is_expected_later_waits(self, house: House) -> None:
        house.tracked(expected_on=clock.now().date() + timedelta(days=1))

        run = house.runs(process)

        assert (house.loan().status, run.skipped) == ("pending_disbursement", {"not_due_yet": 1})
        assert "loan" not in house.mifos.calls[-1:]

    def test_its_day_begins_at_midnight_in_nairobi(self, house: House) -> None:
        house.tracked(expected_on=clock.now().date() + timedelta(days=1))
        house.moved.forward(hours=13)  # 21:00 in UTC, midnight in Nairobi

        run = house.runs(process)

        assert run.instructed == 1


class TestWhatDiffersByNow:
    @pytest.mark.parametrize(
        ("change", "code"),
        [
            (lambda mifos: mifos.change_client(LOAN, phone_as_written="0700 100 002"), "changed"),
            (lambda mifos: mifos.change(LOAN, net_minor=940_000), "changed"),
            (lambda mifos: mifos.change(LOAN, gross_minor=1_100_000), "changed"),
            (lambda mifos: mifos.change(LOAN, client_id=None), "changed"),
            (lambda mifos: mifos.change(LOAN, several_disbursals=True), "changed"),
            (lambda mifos: mifos.change(LOAN, state=LoanState.REJECTED), "not_approved"),
            (lambda mifos: mifos.loans.pop(LOAN), "not_approved"),
            (lambda mifos: mifos.change(LOAN, state=LoanState.ACTIVE), "disbursed_elsewhere"),
            (lambda mifos: mifos.change_client(LOAN, active=False), "client_inactive"),
        ],
    )
    def test_it_is_held_and_nothing_is_paid(
        self, house: House, change: Callable[..., Any], code: str
    ) -> None:
        house.tracked()
        change(house.mifos)

        run = house.runs(process)

        loan = house.loan()
        assert (loan.status, loan.held_code, run.held) == ("held", code, {code: 1})
        assert loan.held_text
        assert not DisbursementRequest.objects.exists()

    def test_a_changed_phone_is_shown_beside_the_tracked_one(self, house: House) -> None:
        house.tracked()
        house.mifos.change_client(LOAN, phone_as_written="+254 700 100 002")

        house.runs(process)

        assert house.loan().differences == [
            {"field": "msisdn", "tracked": "254700100001", "now": "254700100002"}
        ]
        assert house.loan().msisdn == "254700100001"

    def test_a_later_day_of_approval_is_a_new_approval(self, house: House) -> None:
        house.tracked(approved_on=clock.now().date() - timedelta(days=3))
        house.mifos.change(LOAN, approved_on=clock.now().date())

        house.runs(process)

        assert house.loan().held_code == "new_approval"


class TestLimitsOfADay:
    def test_so_many_loans_of_a_product_and_no_more(self, house: House, product: Any) -> None:
        product.daily_count_max = 2
        product.save()
        for loan_id in (1, 2, 3):
            house.tracked(loan_id)

        run = house.runs(process)

        assert (run.instructed, run.skipped) == (2, {"daily_limit": 1})
        assert house.loan(3).status == "pending_disbursement"

    def test_the_next_day_in_nairobi_there_is_room_again(self, house: House, product: Any) -> None:
        product.daily_count_max = 1
        product.save()
        house.tracked(1)
        house.tracked(2)
        house.runs(process)
        house.moved.forward(hours=13)

        run = house.runs(process)

        assert run.instructed == 1

    def test_what_does_not_fit_the_amount_lets_a_smaller_one_pass(
        self, house: House, product: Any
    ) -> None:
        product.daily_amount_max_minor = 1_000_000
        product.save()
        house.tracked(1, net_minor=600_000)
        house.tracked(2, net_minor=500_000)
        house.tracked(3, net_minor=400_000)

        run = house.runs(process)

        assert (run.instructed, run.skipped) == (2, {"daily_limit": 1})
        assert house.loan(2).status == "pending_disbursement"

    def test_another_product_has_limits_of_its_own(self, house: House, product: Any) -> None:
        product.daily_count_max = 0
        product.save()
        a_product(product.partner, 2)
        house.tracked(1)
        house.tracked(2, product_id=2)

        run = house.runs(process)

        assert (run.instructed, run.skipped) == (1, {"daily_limit": 1})


class TestSwitches:
    def test_a_disabled_product_is_not_paid(self, house: House, product: Any) -> None:
        house.tracked()
        product.enabled = False
        product.save()

        run = house.runs(process)

        assert run.skipped == {"product_disabled": 1}
        assert house.loan().status == "pending_disbursement"

    @pytest.mark.parametrize(
        "change",
        [
            {"mifos_auto_disbursement_enabled": False},
            {"is_mifos_configured": False},
            {"confirmed_by": "", "confirmed_at": None},
        ],
    )
    def test_what_is_switched_off_is_not_paid(self, house: House, change: dict[str, Any]) -> None:
        house.tracked()
        MifosConnection.objects.update(**change)

        run = house.runs(process)

        assert (run.instructed, run.skipped) == (0, {"switched_off": 1})

    def test_switched_off_while_it_looks_it_stops(self, house: House) -> None:
        house.tracked(1)
        house.tracked(2)
        looks = house.mifos.ask

        def switched_off_meanwhile(call: str, *more: Any) -> Any:
            MifosConnection.objects.update(mifos_auto_disbursement_enabled=False)
            return looks(call, *more)

        with patch.object(house.mifos, "ask", switched_off_meanwhile):
            run = house.runs(process)

        assert (run.instructed, run.skipped) == (0, {"switched_off": 2})

    def test_a_partner_without_a_shortcode_of_its_own_is_told(
        self, house: House, a_shortcode: Any
    ) -> None:
        house.tracked()
        a_shortcode.is_active = False
        a_shortcode.save()

        run = house.runs(process)

        assert (run.instructed, run.errors[0]["code"]) == (0, "no_shortcode")
        assert house.loan().status == "pending_disbursement"


class TestWhenMifosDoesNotAnswer:
    @pytest.mark.parametrize(
        ("fault", "error"),
        [(LoanFault.DROPPED, Unreachable), (LoanFault.UNKNOWN_USER, AccessRefused),
         (LoanFault.DENIED, AccessRefused)],
    )  # fmt: skip
    def test_a_server_that_refuses_us_stops_the_stretch(
        self, house: House, fault: LoanFault, error: type[Exception]
    ) -> None:
        house.tracked(1)
        house.tracked(2)
        house.mifos.next_fault("loan", fault)

        with pytest.raises(error):
            house.runs(process)

        assert not DisbursementRequest.objects.exists()
        assert {row.status for row in LoanTracking.objects.all()} == {"pending_disbursement"}

    @pytest.mark.parametrize(
        "fault", [LoanFault.ERROR, LoanFault.SLOW, LoanFault.BUSY, LoanFault.RULE]
    )
    def test_a_read_that_fails_leaves_that_loan_for_later(
        self, house: House, fault: LoanFault
    ) -> None:
        house.tracked(1)
        house.tracked(2)
        house.mifos.next_fault("loan", fault)

        run = house.runs(process)

        assert (house.loan(1).status, house.loan(2).status) == (
            "pending_disbursement", "processing_disbursement",
        )  # fmt: skip
        assert [(each["step"], each["loan_id"]) for each in run.errors] == [("process", 1)]

    def test_three_in_a_row_are_the_server(self, house: House) -> None:
        for loan_id in (1, 2, 3, 4):
            house.tracked(loan_id)
        house.mifos.next_fault("loan", *[LoanFault.ERROR] * 3)

        with pytest.raises(Unclear):
            house.runs(process)

        assert not DisbursementRequest.objects.exists()

    def test_a_client_that_cannot_be_read_is_not_paid(self, house: House) -> None:
        house.tracked()
        house.mifos.next_fault("client", LoanFault.ERROR)

        run = house.runs(process)

        assert (house.loan().status, run.instructed) == ("pending_disbursement", 0)

    def test_out_of_time_the_rest_is_left_for_later(self, house: House) -> None:
        house.tracked(1)
        house.tracked(2)

        with patch("loans.operations.stretch.BUDGET_S", -1.0):
            run = house.runs(process)

        assert (run.instructed, run.skipped) == (0, {"no_time_left": 2})
