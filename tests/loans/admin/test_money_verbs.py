"""What brings money on its way at the desk: the payment tried again, the loan paid once more."""

import pytest
from django.test import Client

from disbursements.models import DisbursementRequest
from loans.models import LoanBooking, LoanProposal, LoanTracking
from tests.lending import (
    Tenant,
    a_connection,
    a_product,
    a_tenant,
    act,
    an_approved_loan,
    lent,
    loan_of,
    sync,
)
from tests.loans.admin.scene import REASON, Lent, row
from tests.loans.admin.test_verbs import DO, steps_of, url_of
from tests.rents.a_street import text_of
from tests.staff import superuser
from tests.wire import Wire
from vault.models import Partner, Shortcode


@pytest.fixture
def undone(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> tuple[Tenant, LoanTracking]:
    """A loan that was paid and booked, and whose disbursal the lender undid."""
    tenant = a_tenant(wire)
    a_connection(a_partner, tenant)
    a_product(a_partner)
    number = an_approved_loan(wire, tenant)
    sync(wire, a_partner)
    wire.run(also=["loans"])
    sync(wire, a_partner, "book")
    act(wire, tenant, number, "undodisbursal")
    wire.clock.forward(minutes=5)
    sync(wire, a_partner)
    return tenant, loan_of(a_partner, number)


class TestRetryingAPayment:
    def test_it_is_on_its_way_again(self, desk: Client, loans: Lent) -> None:
        loans.morning()
        loan = row(105)

        page = text_of(desk.get(url_of(loan, "retry-payment")))
        answer = desk.post(url_of(loan, "retry-payment"), DO)

        payout = DisbursementRequest.objects.get(pk=loan.disbursement_id)
        assert "KES 9,500.00" in page
        assert answer.status_code == 302
        assert (row(105).status, payout.status) == ("processing_disbursement", "retrying")
        assert any(REASON in each for each in steps_of(loan))

    def test_unconfirmed_or_without_a_reason_nothing_happens(
        self, desk: Client, loans: Lent
    ) -> None:
        loans.morning()
        url = url_of(row(105), "retry-payment")

        answers = [desk.post(url, {"confirmed": "yes", "reason": "why"}), desk.post(url, {})]

        assert answers[0].status_code == 422
        assert row(105).status == "failed"

    def test_what_did_not_fail_is_not_offered_it(self, desk: Client, loans: Lent) -> None:
        loans.morning()

        answer = desk.post(url_of(row(106), "retry-payment"), DO)

        assert answer.status_code in {404, 422}
        assert row(106).status == "disbursed"


class TestPayingOnceMore:
    def test_it_takes_two_persons_and_is_paid_and_booked_anew(
        self, wire: Wire, undone: tuple[Tenant, LoanTracking], a_partner: Partner, desk: Client
    ) -> None:
        _, loan = undone
        booking = LoanBooking.objects.get(loan=loan)

        desk.post(url_of(booking, "pay-again"), DO)
        proposal = LoanProposal.objects.get()
        desk.post(url_of(proposal, "approve"), DO)
        alone = loan_of(a_partner, loan.loan_id).cycle
        superuser().post(url_of(proposal, "approve"), DO)
        sync(wire, a_partner)
        wire.run(also=["loans"])
        sync(wire, a_partner, "book")

        assert (loan.held_code, proposal.kind, alone) == ("undone_after_paid", "pay_again", 1)
        paid = loan_of(a_partner, loan.loan_id)
        assert (paid.status, paid.cycle) == ("disbursed", 2)
        assert DisbursementRequest.objects.filter(origin="loan", status="completed").count() == 2
        assert [each["reversed"] for each in lent(wire)["disbursals"]] == [True, False]

    def test_a_disbursal_that_lives_again_stands_against_it(
        self, wire: Wire, undone: tuple[Tenant, LoanTracking], a_partner: Partner, desk: Client
    ) -> None:
        tenant, loan = undone
        desk.post(url_of(LoanBooking.objects.get(loan=loan), "pay-again"), DO)
        by_hand = {"actualDisbursementDate": "2026-11-21", "locale": "en",
                   "dateFormat": "yyyy-MM-dd"}  # fmt: skip
        act(wire, tenant, loan.loan_id, "disburse", **by_hand)

        answer = superuser().post(url_of(LoanProposal.objects.get(), "approve"), DO)

        assert answer.status_code == 422
        assert "have it undone there first" in text_of(answer)
        assert loan_of(a_partner, loan.loan_id).cycle == 1
