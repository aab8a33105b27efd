"""Correcting what its origin looks at: the same origin, the same amount, and a look of its own."""

from datetime import timedelta
from typing import Any

import pytest

from disbursements.models import DisbursementRequest
from disbursements.operations.clear import clear
from disbursements.operations.correct import CannotCorrect, correct
from disbursements.operations.instruct import Instructed, instruct
from disbursements.operations.send import send_due
from disbursements.queries.of_origin import another_may_have_paid, payout_that_counts
from disbursements.rules.intake import Instruction
from gateways.interface import PaymentState
from gateways.memory import MemoryProvider
from tests.disbursements.persons import AMINA
from tests.wire import MovedClock
from vault.models import Shortcode

TWO_MINUTES = timedelta(minutes=2)
CYCLE = {"origin": "loan", "origin_id": "a-loan:1"}


@pytest.fixture
def failed(
    memory: MemoryProvider, a_shortcode: Shortcode, reports: Any, moved: MovedClock
) -> DisbursementRequest:
    """The payout of a loan, proven not paid for good."""
    row = instruct(
        partner_id=a_shortcode.partner_id, actor="test", at=moved(), **CYCLE,
        instruction=Instruction(
            client_reference="LOAN-1", msisdn="254700100001", amount="100"
        ),
        cleared_until=moved() + TWO_MINUTES,
    ).disbursement  # fmt: skip
    send_due()
    row.refresh_from_db()
    reports.failed(row, "2040")
    moved.forward(minutes=1)
    reports.asked(row)
    reports.answered(row, PaymentState.NOT_PAID)
    return row


def mended(row: DisbursementRequest, moved: MovedClock, **changes: str) -> Instructed:
    named: dict[str, Any] = {"payee_name": "Amina Corrected"} | changes
    return correct(
        disbursement_id=row.pk, at=moved(), caller=AMINA, reason="her name was misspelt", **named
    )


class TestCorrectingALoansPayout:
    def test_it_waits_for_a_look_of_its_own(
        self, failed: Any, memory: MemoryProvider, moved: MovedClock
    ) -> None:
        child = mended(failed, moved).disbursement

        send_due()
        child.refresh_from_db()

        assert (child.status, child.origin, child.origin_id) == ("queued", "loan", "a-loan:1")
        assert clear(payout_ids=[child.pk], until=moved() + TWO_MINUTES, at=moved()) == 1
        send_due()
        child.refresh_from_db()
        assert child.status == "accepted"

    def test_the_amount_stays_as_the_loan_has_it(self, failed: Any, moved: MovedClock) -> None:
        with pytest.raises(CannotCorrect, match=r"amount: must stay 100\.00: the loan says so"):
            mended(failed, moved, amount="90")

    def test_the_phone_stays_as_mifos_has_it(self, failed: Any, moved: MovedClock) -> None:
        with pytest.raises(CannotCorrect, match="msisdn: must stay the same"):
            mended(failed, moved, msisdn="0700 000 777")

    def test_the_original_may_be_found_paid_all_the_same(
        self, failed: Any, reports: Any, moved: MovedClock
    ) -> None:
        child = mended(failed, moved).disbursement

        reports.paid(failed)

        assert failed.status == "unknown"
        assert another_may_have_paid(child)
        assert payout_that_counts(**CYCLE) == child
        clear(payout_ids=[child.pk], until=moved() + TWO_MINUTES, at=moved())
        send_due()
        child.refresh_from_db()
        assert child.status == "queued"
