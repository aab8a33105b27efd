"""What the last look counts for: how long, until which day, and only while the loan is paid."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError, transaction

from disbursements.operations import clear
from disbursements.operations.instruct import instruct
from disbursements.operations.send import send_due
from gateways.interface import LoanState
from loans.models import LoanProductAutoDisbursalConfig, MifosConnection
from loans.operations.connections import save_connection, switch
from loans.operations.follow import follow
from loans.operations.process import process
from loans.operations.products import save_product
from loans.queries import connections, payouts, products
from loans.rules.connection_values import ConnectionValues
from loans.rules.product_values import ProductValues
from tests.lending import a_product
from tests.loans.paying.house import BACKOFF, LOAN, REASON, House, a_person

OTHER = 8


def slowly(house: House, *, minutes: float) -> Any:
    """Mifos X answers, and so long after it was asked for the client."""
    answers = house.mifos.ask

    def late(call: str, *more: Any) -> Any:
        answer = answers(call, *more)
        if call == "client":
            house.moved.forward(minutes=minutes)
        return answer

    return patch.object(house.mifos, "ask", late)


def retried(house: House) -> None:
    """A payout that comes again by itself, and whose time has come."""
    house.handed_over()
    house.fails(code=BACKOFF)
    house.moved.forward(hours=1)
    follow(at=house.at)


class TestItsAge:
    def test_it_counts_from_when_it_was_asked_for(self, house: House) -> None:
        house.tracked()

        with slowly(house, minutes=1.5):
            house.runs(process)
        house.moved.forward(minutes=0.75)
        send_due()

        assert (house.payout().status, house.sends) == ("queued", [])

    def test_so_it_does_for_what_leaves_later(self, house: House) -> None:
        retried(house)

        with slowly(house, minutes=1.5):
            house.looks()
        house.moved.forward(minutes=0.75)
        send_due(status="retrying")

        assert len(house.sends) == 1

    def test_a_look_that_took_longer_clears_nothing(self, house: House) -> None:
        retried(house)

        with slowly(house, minutes=3):
            house.looks()
        send_due(status="retrying")

        assert len(house.sends) == 1
        assert payouts.to_clear(partner_id=house.loan().partner_id, at=house.at)


class TestPutOff:
    def test_a_loan_that_was_put_off_is_not_paid_before_its_day(self, house: House) -> None:
        house.tracked()
        house.mifos.change(LOAN, expected_on=house.mifos.today() + timedelta(days=1))

        run = house.runs(process)
        house.moved.forward(days=1)
        again = house.runs(process)

        assert (run.instructed, run.skipped) == (0, {"not_due_yet": 1})
        assert again.instructed == 1

    def test_nor_is_its_payout_tried_again_before_it(self, house: House) -> None:
        retried(house)
        house.mifos.change(LOAN, expected_on=house.mifos.today() + timedelta(days=1))

        run = house.looks()
        send_due(status="retrying")

        assert (run.skipped, len(house.sends)) == ({"not_due_yet": 1}, 1)


class TestNotPaidAnyMore:
    """What was cleared a moment ago."""

    def test_switched_off_it_does_not_leave(self, house: House) -> None:
        house.handed_over()

        switch(
            connection_id=house.connection.pk, auto=False, reason=REASON, caller=a_person(),
            at=house.at,
        )  # fmt: skip
        send_due()

        assert (house.payout().status, house.sends) == ("queued", [])

    def test_under_another_tenant_it_does_not_leave(self, house: House) -> None:
        house.handed_over()
        values = connections.values_of(house.connection)

        save_connection(
            partner_id=house.connection.partner_id, reason=REASON, caller=a_person(),
            values=ConnectionValues(**{**vars(values), "tenant": "another"}), at=house.at,
        )  # fmt: skip
        send_due()

        assert (house.payout().status, house.sends) == ("queued", [])

    def test_of_a_product_that_is_disabled_it_does_not_leave(
        self, house: House, product: LoanProductAutoDisbursalConfig
    ) -> None:
        a_product(product.partner, 9)
        house.handed_over()
        house.handed_over(OTHER, product_id=9)
        values = products.values_of(product)

        save_product(
            partner_id=product.partner_id, product_id=product.product_id, reason=REASON,
            caller=a_person(), at=house.at,
            values=ProductValues(**{**vars(values), "enabled": False}),
        )  # fmt: skip
        send_due()

        assert (house.payout().status, house.payout(OTHER).status) == ("queued", "accepted")

    def test_of_a_product_that_is_disabled_while_it_looks_it_is_not_paid(
        self, house: House, product: LoanProductAutoDisbursalConfig
    ) -> None:
        house.tracked()

        def disables(call: str, *more: Any) -> Any:
            LoanProductAutoDisbursalConfig.objects.update(enabled=False)
            return answers(call, *more)

        answers = house.mifos.ask
        with patch.object(house.mifos, "ask", disables):
            run = house.runs(process)

        assert (run.instructed, run.skipped) == (0, {"product_disabled": 1})

    def test_nobody_switches_it_off_between_the_last_word_and_the_payout(
        self, house: House, together: Callable[..., Any]
    ) -> None:
        house.tracked()
        met = []

        def meanwhile(**named: Any) -> Any:
            met.extend(together(self._takes_the_connection, self._takes_the_product))
            return instruct(**named)

        with patch("loans.operations.process.instruct", meanwhile):
            run = house.runs(process)

        assert [type(each) for each in met] == [OperationalError, OperationalError]
        assert run.instructed == 1

    def _takes_the_connection(self) -> None:
        with transaction.atomic():
            MifosConnection.objects.select_for_update(nowait=True).get()

    def _takes_the_product(self) -> None:
        with transaction.atomic():
            LoanProductAutoDisbursalConfig.objects.select_for_update(nowait=True).get()

    def test_whoevers_clock_is_ahead_takes_it_back_all_the_same(self, house: House) -> None:
        house.handed_over()

        clear.take_back(payout_ids=[house.payout().pk], at=house.at + timedelta(minutes=10))
        send_due()

        assert house.sends == []


class TestOneThatGoesWrong:
    @pytest.fixture
    def odd(self, house: House) -> Callable[[], None]:
        """Mifos X says a state of the first loan that no column of ours holds."""
        return lambda: house.mifos.change(LOAN, state=LoanState.APPROVED + 2**40)

    def test_it_stops_no_other(self, house: House, odd: Callable[[], None]) -> None:
        house.tracked()
        house.tracked(OTHER)
        odd()

        run = house.runs(process)

        assert run.instructed == 1
        assert [(each["loan_id"], each["code"]) for each in run.errors] == [(LOAN, "unexpected")]
        assert house.loan().status == "pending_disbursement"
