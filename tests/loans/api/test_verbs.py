"""What staff do to loans over the API, against the simulated Mifos X."""

from typing import Any
from uuid import uuid4

import pytest

from core.models import Step
from loans.models import LoanBooking, LoanProposal, LoanTracking
from tests.disbursements.api.conftest import Caller
from tests.lending import (
    Tenant,
    a_connection,
    a_product,
    a_tenant,
    act,
    an_approved_loan,
    loan_of,
    script,
    sync,
    tell,
    there,
)
from tests.loans.admin.scene import Lent, row
from tests.loans.api.conftest import Staff
from tests.wire import Wire
from vault.models import Partner, Shortcode

LOANS = "/api/mifos/loans"
HOLD, BOOK = "loans.hold_loantracking", "loans.book_loantracking"
PROPOSE, APPROVE = "loans.propose_loanproposal", "loans.approve_loanproposal"
WHY = {"reason": "the branch manager confirmed it"}
VERBS = ("recheck", "hold", "release", "retry-payment", "book-again", "proposals")


@pytest.fixture
def tenant(wire: Wire, a_partner: Partner, a_shortcode: Shortcode) -> Tenant:
    made = a_tenant(wire)
    a_connection(a_partner, made)
    a_product(a_partner)
    return made


@pytest.fixture
def tracked(wire: Wire, tenant: Tenant, a_partner: Partner) -> LoanTracking:
    """A loan that is to be paid by the next sync."""
    number = an_approved_loan(wire, tenant)
    sync(wire, a_partner, "fetch")
    return loan_of(a_partner, number)


@pytest.fixture
def refused(wire: Wire, tenant: Tenant, a_partner: Partner) -> LoanBooking:
    """A loan that was paid, and that Mifos X then refused to book."""
    number = an_approved_loan(wire, tenant)
    script(wire, tenant, "book_403_rule", loan_id=number)
    sync(wire, a_partner)
    wire.run(also=["loans"])
    sync(wire, a_partner, "book")
    return LoanBooking.objects.get(loan=loan_of(a_partner, number), status="refused")


def new_phone(wire: Wire, tenant: Tenant, loan: LoanTracking, text: str) -> None:
    tell(wire, tenant, "client", clientId=loan.client_id, phone=text)


def undone(wire: Wire, tenant: Tenant, partner: Partner) -> LoanTracking:
    """A loan that was paid and booked, and whose disbursal the lender undid."""
    number = an_approved_loan(wire, tenant)
    sync(wire, partner)
    wire.run(also=["loans"])
    sync(wire, partner, "book")
    act(wire, tenant, number, "undodisbursal")
    wire.clock.forward(minutes=5)
    sync(wire, partner)
    return loan_of(partner, number)


def do(person: Caller, loan: LoanTracking, verb: str, **body: Any) -> Any:
    return person.post(body, path=f"{LOANS}/{loan.pk}/{verb}")


class TestHoldAndRelease:
    def test_a_held_loan_waits_until_it_is_released(
        self, wire: Wire, tracked: LoanTracking, a_partner: Partner, staff: Staff
    ) -> None:
        person = staff(HOLD)

        held = do(person, tracked, "hold", **WHY)
        sync(wire, a_partner)
        between = loan_of(a_partner, tracked.loan_id).disbursement
        released = do(person, tracked, "release", **WHY)
        sync(wire, a_partner)

        assert (held.status_code, held.json()["loan"]["heldCode"]) == (200, "by_hand")
        assert between is None
        assert (released.status_code, released.json()["loan"]["releasable"]) == (200, False)
        assert loan_of(a_partner, tracked.loan_id).disbursement is not None
        steps = Step.objects.filter(subject_id=str(tracked.pk), because__contains=WHY["reason"])
        assert steps.count() == 2

    def test_what_changed_again_is_409_with_the_new_differences(
        self, wire: Wire, tenant: Tenant, tracked: LoanTracking, a_partner: Partner, staff: Staff
    ) -> None:
        new_phone(wire, tenant, tracked, "0700 100 777")
        sync(wire, a_partner)
        new_phone(wire, tenant, tracked, "0700 100 888")

        person = staff(HOLD, "loans.view_loantracking", "disbursements.see_phones")
        answer = do(person, tracked, "release", **WHY)
        shown = person.get(f"{LOANS}/{tracked.pk}").json()["loan"]

        assert (answer.status_code, answer.json()["code"]) == (409, "changed_again")
        assert shown["differences"][0]["now"] == "254700100888"
        assert shown["status"] == "held"

    def test_what_is_not_held_cannot_be_released(
        self, tracked: LoanTracking, staff: Staff
    ) -> None:
        answer = do(staff(HOLD), tracked, "release", **WHY)

        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_release")


class TestLookAgain:
    def test_a_changed_phone_holds_it_and_the_answer_shows_it(
        self, wire: Wire, tenant: Tenant, tracked: LoanTracking, staff: Staff
    ) -> None:
        new_phone(wire, tenant, tracked, "0700 100 777")

        said = do(staff(HOLD), tracked, "recheck").json()["loan"]

        assert (said["status"], said["heldCode"]) == ("held", "changed")
        assert [each["field"] for each in said["differences"]] == ["msisdn"]
        assert "254700100777" not in str(said)

    def test_a_server_that_does_not_answer_is_409(
        self, wire: Wire, tenant: Tenant, tracked: LoanTracking, staff: Staff
    ) -> None:
        script(wire, tenant, "loan_read_500", "loan_read_500", "loan_read_500")

        answer = do(staff(HOLD), tracked, "recheck")

        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_look")


class TestRetryPayment:
    def test_a_failed_payout_is_tried_again(self, loans: Lent, staff: Staff) -> None:
        loans.morning()
        person = staff("loans.retry_loantracking")

        answers = [do(person, row(number), "retry-payment", **WHY) for number in (105, 106)]

        assert [answer.status_code for answer in answers] == [200, 409]
        assert answers[0].json()["loan"]["status"] == "processing_disbursement"
        assert answers[1].json()["code"] == "cannot_retry"


class TestPaidNotBooked:
    def test_it_is_booked_again_once_mended(
        self, wire: Wire, tenant: Tenant, refused: LoanBooking, a_partner: Partner, staff: Staff
    ) -> None:
        said = do(staff(BOOK), refused.loan, "book-again", **WHY)
        sync(wire, a_partner, "book")

        assert said.status_code == 200
        refused.refresh_from_db()
        assert refused.status == "booked"
        assert there(wire, tenant, refused.loan.loan_id)["state"] == 300

    def test_what_is_not_paid_has_nothing_to_book(
        self, tracked: LoanTracking, staff: Staff
    ) -> None:
        answer = do(staff(BOOK), tracked, "book-again", **WHY)

        assert (answer.status_code, answer.json()["code"]) == (409, "cannot_book")

    def test_giving_up_takes_two_persons(self, refused: LoanBooking, staff: Staff) -> None:
        both, other = staff(PROPOSE, APPROVE), staff(APPROVE)

        proposed = do(both, refused.loan, "proposals", kind="give_up_booking", **WHY)
        path = f"/api/mifos/proposals/{proposed.json()['proposal']['id']}"
        own = both.post(WHY, path=f"{path}/approve")
        approved = other.post(WHY, path=f"{path}/approve")
        late = both.post(WHY, path=f"{path}/reject")

        assert (proposed.status_code, own.status_code) == (201, 403)
        said = approved.json()["proposal"]
        assert (approved.status_code, said["status"]) == (200, "approved")
        assert said["proposedBy"] != said["decidedBy"]
        assert (late.status_code, late.json()["code"]) == (409, "not_waiting")
        refused.refresh_from_db()
        assert refused.status == "given_up"

    def test_paying_once_more_takes_two_persons(
        self, wire: Wire, tenant: Tenant, a_partner: Partner, staff: Staff
    ) -> None:
        loan = undone(wire, tenant, a_partner)
        first, other = staff(PROPOSE, APPROVE), staff(APPROVE)

        proposed = do(first, loan, "proposals", kind="pay_again", **WHY)
        path = f"/api/mifos/proposals/{proposed.json()['proposal']['id']}/approve"
        own, approved = first.post(WHY, path=path), other.post(WHY, path=path)

        again = loan_of(a_partner, loan.loan_id)
        assert (loan.status, loan.held_code) == ("held", "undone_after_paid")
        assert (proposed.status_code, own.status_code, approved.status_code) == (201, 403, 200)
        assert approved.json()["proposal"]["status"] == "approved"
        assert (again.status, again.cycle) == ("pending_disbursement", 2)

    def test_a_proposal_taken_back_changes_nothing(
        self, refused: LoanBooking, staff: Staff
    ) -> None:
        person = staff(PROPOSE)
        do(person, refused.loan, "proposals", kind="give_up_booking", **WHY)

        path = f"/api/mifos/proposals/{LoanProposal.objects.get().pk}/reject"
        answer = person.post(WHY, path=path)

        assert answer.json()["proposal"]["status"] == "rejected"
        refused.refresh_from_db()
        assert refused.status == "refused"

    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            ({"kind": "forget", **WHY}, 400, "kind"),
            ({"kind": "give_up_booking", "reason": "why"}, 400, "reason"),
            (WHY, 400, "kind"),
        ],
    )
    def test_bodies_that_cannot_be_read(
        self, tracked: LoanTracking, staff: Staff, body: Any, status: int, field: str
    ) -> None:
        answer = do(staff(PROPOSE), tracked, "proposals", **body)

        assert (answer.status_code, list(answer.json()["fields"])) == (status, [field])
        assert not LoanProposal.objects.exists()


class TestWhoMay:
    def test_no_key_does_any_of_it(self, tracked: LoanTracking, key: Caller) -> None:
        answers = [do(key, tracked, verb, **WHY) for verb in VERBS]
        answers += [
            key.post(WHY, path=f"/api/mifos/proposals/{uuid4()}/{verb}")
            for verb in ("approve", "reject")
        ]

        assert {(each.status_code, each.json()["code"]) for each in answers} == {
            (403, "staff_only")
        }

    def test_another_partners_staff_find_no_such_loan(
        self, tracked: LoanTracking, staff: Staff, stranger: tuple[Partner, Caller]
    ) -> None:
        everything = (HOLD, BOOK, PROPOSE, APPROVE, "loans.retry_loantracking")
        person = staff(*everything, partner=stranger[0])

        answers = [do(person, tracked, verb, **WHY) for verb in VERBS]

        assert {answer.status_code for answer in answers} == {404}
        assert row(tracked.loan_id).status == "pending_disbursement"

    @pytest.mark.parametrize("verb", ["hold", "release", "retry-payment", "book-again"])
    def test_each_needs_a_reason(self, tracked: LoanTracking, staff: Staff, verb: str) -> None:
        person = staff(HOLD, BOOK, "loans.retry_loantracking")

        answer = do(person, tracked, verb)

        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["reason"])
