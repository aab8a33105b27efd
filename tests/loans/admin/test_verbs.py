"""What staff do to loans at the desk, against the simulated Mifos X."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from core.models import Step
from loans.models import LoanBooking, LoanProposal, LoanSyncRun, LoanTracking
from tests.lending import (
    Tenant,
    a_connection,
    a_product,
    a_tenant,
    an_approved_loan,
    loan_of,
    script,
    sync,
    tell,
    there,
)
from tests.loans.admin.scene import REASON
from tests.rents.a_street import text_of
from tests.staff import at_the_desk, superuser
from tests.wire import Wire
from vault.models import Partner, Shortcode

DO = {"confirmed": "yes", "reason": REASON}
REFUSED = "book_403_rule"


@pytest.fixture
def tenant(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Tenant:
    made = a_tenant(wire)
    a_connection(a_partner, made)
    a_product(a_partner)
    return made


@pytest.fixture
def desk(engine_db: None) -> Client:
    return superuser()


def url_of(row: Any, verb: str) -> str:
    return reverse(f"admin:loans_{row._meta.model_name}_{verb}", args=[row.pk])


def steps_of(row: Any) -> list[str]:
    found = Step.objects.filter(subject_type=type(row).__name__, subject_id=str(row.pk))
    return list(found.order_by("id").values_list("because", flat=True))


class TestHolding:
    def test_a_held_loan_is_not_paid(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant)
        sync(wire, a_partner, "fetch")
        loan = loan_of(a_partner, number)

        answer = desk.post(url_of(loan, "hold"), DO)
        sync(wire, a_partner)

        assert answer.status_code == 302
        assert loan_of(a_partner, number).held_code == "by_hand"
        assert loan_of(a_partner, number).disbursement is None
        assert any(REASON in each for each in steps_of(loan))

    def test_what_would_go_on_once_mended_can_be_held_for_a_person(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant, phone="")
        sync(wire, a_partner, "fetch")
        loan = loan_of(a_partner, number)

        desk.post(url_of(loan, "hold"), DO)

        assert loan.held_code == "no_phone"
        assert loan_of(a_partner, number).held_code == "by_hand"

    def test_without_a_reason_nothing_happens(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant)
        sync(wire, a_partner, "fetch")
        loan = loan_of(a_partner, number)

        answer = desk.post(url_of(loan, "hold"), {"confirmed": "yes", "reason": "why"})

        assert answer.status_code == 422
        assert loan_of(a_partner, number).status == "pending_disbursement"


class TestReleasing:
    def test_what_changed_is_accepted_and_paid(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant)
        sync(wire, a_partner, "fetch")
        new_phone(wire, tenant, loan_of(a_partner, number), "0700 100 777")
        sync(wire, a_partner)
        loan = loan_of(a_partner, number)

        page = text_of(desk.get(url_of(loan, "release")))
        answer = desk.post(url_of(loan, "release"), DO)

        assert loan.held_code == "changed"
        assert "phone: +254 700 ••• 001 → +254 700 ••• 777" in page
        assert answer.status_code == 302
        released = loan_of(a_partner, number)
        assert (released.status, released.msisdn) == ("pending_disbursement", "254700100777")

    def test_what_changed_again_releases_nothing_and_says_so(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant)
        sync(wire, a_partner, "fetch")
        new_phone(wire, tenant, loan_of(a_partner, number), "0700 100 777")
        sync(wire, a_partner)
        loan = loan_of(a_partner, number)
        new_phone(wire, tenant, loan, "0700 100 888")

        answer = desk.post(url_of(loan, "release"), DO)

        assert answer.status_code == 422
        assert "something else by now" in text_of(answer)
        assert loan_of(a_partner, number).status == "held"

    def test_the_new_amount_stands_on_the_button(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant)
        sync(wire, a_partner, "fetch")
        tell(wire, tenant, "change-loan", loanId=number, net="4500", gross="5000")
        sync(wire, a_partner)

        page = text_of(desk.get(url_of(loan_of(a_partner, number), "release")))

        assert "Release KES 4,500.00 to" in page
        assert "Total KES 4,500.00" in page


class TestLookingAgain:
    def test_a_mended_phone_lets_it_go_on(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant, phone="")
        sync(wire, a_partner, "fetch")
        loan = loan_of(a_partner, number)
        new_phone(wire, tenant, loan_of(a_partner, number), "0700 100 777")

        answer = desk.post(url_of(loan, "recheck"), {"confirmed": "yes"})

        assert loan.held_code == "no_phone"
        assert answer.status_code == 302
        assert loan_of(a_partner, number).status == "pending_disbursement"

    def test_a_server_that_does_not_answer_is_said(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant)
        sync(wire, a_partner, "fetch")
        script(wire, tenant, "loan_read_500", "loan_read_500", "loan_read_500")

        answer = desk.post(url_of(loan_of(a_partner, number), "recheck"), {"confirmed": "yes"})

        assert answer.status_code == 422
        assert "Nothing was changed and no money moved" in text_of(answer)


class TestPaidNotBooked:
    def test_it_is_booked_again_once_mended(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        booking = refused(wire, tenant, a_partner)

        answer = desk.post(url_of(booking, "book-again"), DO)
        sync(wire, a_partner, "book")

        assert answer.status_code == 302
        booking.refresh_from_db()
        assert booking.status == "booked"
        assert there(wire, tenant, booking.loan.loan_id)["state"] == 300

    def test_giving_up_takes_two_persons(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        booking = refused(wire, tenant, a_partner)
        desk.post(url_of(booking, "give-up"), DO)
        proposal = LoanProposal.objects.get()

        own = text_of(desk.get(url_of(proposal, "approve")))
        desk.post(url_of(proposal, "approve"), DO)
        proposal.refresh_from_db()
        before = proposal.status
        superuser().post(url_of(proposal, "approve"), DO)

        assert "You proposed this: another person must approve it." in own
        assert before == "proposed"
        booking.refresh_from_db()
        assert booking.status == "given_up"

    def test_a_rejected_proposal_changes_nothing(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        booking = refused(wire, tenant, a_partner)
        desk.post(url_of(booking, "give-up"), DO)

        superuser().post(url_of(LoanProposal.objects.get(), "reject"), DO)

        booking.refresh_from_db()
        assert booking.status == "refused"
        assert LoanProposal.objects.get().status == "rejected"


class TestSyncNow:
    def test_it_pays_and_leads_to_what_it_did(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant)
        url = reverse("admin:loans_loantracking_sync")

        answer = desk.post(url, {**DO, "partner": str(a_partner.pk), "what": "all"})

        run = LoanSyncRun.objects.get()
        assert answer["Location"].endswith(f"/loansyncrun/{run.pk}/change/")
        assert (run.trigger, run.fresh, run.instructed) == ("admin", 1, 1)
        assert loan_of(a_partner, number).status == "processing_disbursement"
        assert steps_of(run) == [f"sync now: {REASON}"]

    def test_only_what_was_chosen_is_done(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, desk: Client
    ) -> None:
        number = an_approved_loan(wire, tenant)
        url = reverse("admin:loans_loantracking_sync")

        desk.post(url, {**DO, "partner": str(a_partner.pk), "what": "fetch"})

        assert loan_of(a_partner, number).status == "pending_disbursement"

    def test_a_partner_of_somebody_else_cannot_be_chosen(
        self, wire: Wire, tenant: Tenant, a_partner: Partner
    ) -> None:
        person = at_the_desk("loans.view_loantracking", "loans.sync_loantracking")
        url = reverse("admin:loans_loantracking_sync")

        answer = person.post(url, {**DO, "partner": str(User().pk), "what": "all"})

        assert answer.status_code == 422
        assert not LoanSyncRun.objects.exists()

    def test_without_the_permission_there_is_no_such_page(
        self, tenant: Tenant, a_partner: Partner
    ) -> None:
        viewer = at_the_desk("loans.view_loantracking")

        answer = viewer.get(reverse("admin:loans_loantracking_sync"))

        assert answer.status_code == 403


def new_phone(wire: Wire, tenant: Tenant, loan: LoanTracking, text: str) -> None:
    """Somebody changes the client's number in Mifos X."""
    tell(wire, tenant, "client", clientId=loan.client_id, phone=text)


def refused(wire: Wire, tenant: Tenant, partner: Partner) -> LoanBooking:
    """A loan that was paid, and that Mifos X then refused to book."""
    number = an_approved_loan(wire, tenant)
    script(wire, tenant, REFUSED, loan_id=number)
    sync(wire, partner)
    wire.run(also=["loans"])
    sync(wire, partner, "book")
    loan = LoanTracking.objects.get(loan_id=number)
    return LoanBooking.objects.get(loan=loan, status="refused")
