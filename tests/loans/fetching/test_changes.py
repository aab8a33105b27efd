"""What changes in Mifos X between two fetches goes to a person; what is mended goes on."""

import pytest

from core.models import Step
from loans.models import LoanTracking
from tests.lending import USERNAME, an_approved_loan, loan_of, tell


@pytest.fixture
def seen(wire, a_partner, tenant, fetched):
    """A loan that was fetched, with what is told of it afterwards."""

    def make(**loan):
        loan_id = an_approved_loan(wire, tenant, **loan)
        fetched()
        return loan_of(a_partner, loan_id)

    return make


@pytest.fixture
def act(wire, tenant):
    """Somebody of the lender gives a command."""

    def command(loan, name, **body):
        tell(wire, tenant, "act", path=f"/loans/{loan.loan_id}", command=name, body=body)

    return command


def phone(wire, tenant, loan, text):
    tell(wire, tenant, "client", clientId=loan.client_id, phone=text)


class TestChanged:
    def test_another_amount_holds_it_with_the_difference(self, wire, tenant, seen, fetched):
        loan = seen(net=9_500, gross=10_000)
        tell(wire, tenant, "change-loan", loanId=loan.loan_id, net="9000")

        run = fetched()

        loan.refresh_from_db()
        assert (loan.status, loan.held_code) == ("held", "changed")
        assert loan.differences == [{"field": "net_minor", "tracked": 950_000, "now": 900_000}]
        assert (loan.net_minor, run.held) == (950_000, {"changed": 1})

    def test_changing_it_back_does_not_let_it_go(self, wire, tenant, seen, fetched):
        loan = seen(net=9_500)
        tell(wire, tenant, "change-loan", loanId=loan.loan_id, net="9000")
        fetched()
        tell(wire, tenant, "change-loan", loanId=loan.loan_id, net="9500")

        fetched()

        loan.refresh_from_db()
        assert (loan.status, loan.held_code) == ("held", "changed")
        assert loan.differences[0]["now"] == 900_000

    def test_a_loan_that_is_as_it_was_costs_no_look(self, seen, fetched):
        seen()

        assert fetched().requests == 1


class TestMended:
    def test_a_phone_put_right_lets_it_go_on(self, wire, tenant, seen, fetched):
        loan = seen(phone="0700100001 / 0700100002")
        phone(wire, tenant, loan, "0700 100 002")

        fetched()

        loan.refresh_from_db()
        assert (loan.status, loan.held_code, loan.held_text) == ("pending_disbursement", "", "")
        assert loan.msisdn == "254700100002"
        assert (
            "several phone numbers" in Step.objects.filter(subject_id=loan.pk).latest("pk").because
        )

    def test_a_phone_that_is_bad_in_another_way_says_so(self, wire, tenant, seen, fetched):
        loan = seen(phone="0700100001 / 0700100002")
        phone(wire, tenant, loan, "")

        run = fetched()

        loan.refresh_from_db()
        assert (loan.held_code, run.held) == ("no_phone", {"no_phone": 1})
        assert loan.phone_as_written == ""

    def test_a_phone_that_was_good_once_is_never_replaced_by_itself(
        self, wire, tenant, seen, fetched
    ):
        loan = seen(phone="0700100001")
        tell(wire, tenant, "client", clientId=loan.client_id, active=False)
        LoanTracking.objects.filter(pk=loan.pk).update(
            status="held", held_code="client_inactive", held_text="The client is not active."
        )
        tell(wire, tenant, "client", clientId=loan.client_id, active=True, phone="0700100009")

        fetched()

        loan.refresh_from_db()
        assert (loan.held_code, loan.msisdn) == ("changed", "254700100001")
        assert loan.differences[0]["now"] == "254700100009"

    def test_settings_that_allow_it_now_let_it_go_on(self, product, seen, fetched):
        product.auto_approve = False
        product.save()
        loan = seen()
        assert loan.held_code == "needs_approval"
        assert fetched().requests == 1
        product.auto_approve = True
        product.save()

        fetched()

        loan.refresh_from_db()
        assert (loan.status, loan.held_code) == ("pending_disbursement", "")

    @pytest.mark.parametrize("code", ["by_hand", "changed", "new_approval", "payout_stopped"])
    def test_what_a_person_must_decide_stays(self, seen, fetched, code):
        loan = seen()
        LoanTracking.objects.filter(pk=loan.pk).update(status="held", held_code=code)

        run = fetched()

        loan.refresh_from_db()
        assert (loan.status, loan.held_code, run.held) == ("held", code, {})

    def test_they_are_looked_at_again_in_turns(self, wire, tenant, seen, fetched, monkeypatch):
        monkeypatch.setattr("loans.operations.noticing.LOOKED_AGAIN_MAX", 1)
        first, second = seen(phone=""), seen(phone="")
        LoanTracking.objects.filter(pk=second.pk).update(seen_at=first.created_at)
        for loan, number in ((first, "0700100001"), (second, "0700100002")):
            phone(wire, tenant, loan, number)

        wire.clock.forward(minutes=1)
        fetched()
        half = LoanTracking.objects.filter(status="held").count()
        wire.clock.forward(minutes=1)
        fetched()

        assert (half, LoanTracking.objects.filter(status="held").count()) == (1, 0)


class TestGone:
    @pytest.mark.parametrize(
        ("command", "code"),
        [("undoapproval", "not_approved"), ("disburse", "disbursed_elsewhere")],
    )
    @pytest.mark.parametrize("held", ["", "by_hand", "needs_approval", "changed"])
    def test_what_is_no_longer_approved_is_held(self, seen, act, fetched, command, code, held):
        loan = seen()
        if held:
            LoanTracking.objects.filter(pk=loan.pk).update(status="held", held_code=held)
        body = {"actualDisbursementDate": "2026-11-21", "locale": "en", "dateFormat": "yyyy-MM-dd"}
        act(loan, command, **(body if command == "disburse" else {}))

        run = fetched()

        loan.refresh_from_db()
        assert (loan.status, loan.held_code, run.held) == ("held", code, {code: 1})
        assert loan.mifos_status != 200
        assert fetched().requests == 1

    def test_approved_once_more_needs_a_person(self, seen, act, fetched):
        loan = seen()
        act(loan, "undoapproval")
        fetched()
        act(loan, "approve", approvedOnDate="2026-11-20", locale="en", dateFormat="yyyy-MM-dd")

        run = fetched()

        loan.refresh_from_db()
        assert (loan.status, loan.held_code) == ("held", "new_approval")
        assert (run.held, loan.cycle) == ({"new_approval": 1}, 1)

    def test_undone_and_approved_between_two_fetches_is_a_new_approval(
        self, wire, tenant, seen, fetched
    ):
        loan = seen(approvedOn="2026-11-19")
        tell(wire, tenant, "change-loan", loanId=loan.loan_id, approvedOn="2026-11-20")

        fetched()

        loan.refresh_from_db()
        assert loan.held_code == "new_approval"

    def test_a_loan_that_we_may_not_see_any_more_is_held(self, wire, tenant, seen, fetched):
        loan = seen()
        tell(wire, tenant, "user", username=USERNAME, officeId=2)

        fetched()

        loan.refresh_from_db()
        assert (loan.held_code, loan.mifos_status) == ("not_approved", 0)
        assert loan.held_text == "Mifos X does not show it to us any more."

    def test_a_list_that_is_cut_short_says_nothing_of_the_rest(self, wire, tenant, seen, fetched):
        loan = seen()
        tell(wire, tenant, "script", faults=["loan_list_partial"])

        run = fetched()

        loan.refresh_from_db()
        assert (loan.status, run.held) == ("pending_disbursement", {})
