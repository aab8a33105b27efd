"""Bookings and proposals from the command line."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from loans.models import LoanBooking, LoanProposal, LoanTracking
from tests.commands import answer_of, refusal_of, said
from tests.loans.booking.people import ALL, REASON

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]
PASSWORD = "only-for-tests"


@pytest.fixture
def staff(engine_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAULT_STAFF_PASSWORD", PASSWORD)
    names = (*ALL, "view_loanproposal")
    held = Permission.objects.filter(content_type__app_label="loans", codename__in=names)
    for name in ("amina", "brian"):
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.user_permissions.set(held)


class TestLoanBooking:
    def test_it_says_what_happened_and_what_to_do(self, refused: LoanBooking) -> None:
        told = said("loan_booking", "7")

        assert "Paid, not booked" in told
        assert "Then book it again." in told

    def test_with_again_it_is_due(self, refused: LoanBooking) -> None:
        told = answer_of("loan_booking", str(refused.loan_id), "--again", "--reason", REASON)

        refused.refresh_from_db()
        assert refused.status == told["bookings"][0]["status"] == "due"

    def test_tried_it_changes_nothing(self, refused: LoanBooking) -> None:
        told = answer_of("loan_booking", "7", "--again", "--reason", REASON, "--dry-run")

        refused.refresh_from_db()
        assert (told["dryRun"], told["bookings"][0]["status"]) == (True, "due")
        assert refused.status == "refused"

    def test_again_needs_a_reason(self, refused: LoanBooking) -> None:
        assert "--reason" in str(refusal_of("loan_booking", "7", "--again"))

    def test_an_unknown_loan_is_named(self, engine_db: None) -> None:
        assert "an example is 4711" in str(refusal_of("loan_booking", "x"))


class TestTwoPersons:
    def test_one_proposes_and_another_decides(self, refused: LoanBooking, staff: None) -> None:
        told = answer_of("propose_loan", "7", "--give-up", "--reason", REASON, "--as", "amina")
        own = ("decide_loan", told["id"], "--approve", "--reason", REASON, "--as", "amina")
        assert "another person" in str(refusal_of(*own))

        done = answer_of(
            "decide_loan", told["id"], "--approve", "--reason", REASON, "--as", "brian"
        )

        refused.refresh_from_db()
        assert (done["status"], refused.status) == ("approved", "given_up")

    def test_two_persons_have_it_paid_once_more(self, undone: LoanBooking, staff: None) -> None:
        told = answer_of("propose_loan", "7", "--pay-again", "--reason", REASON, "--as", "amina")
        decided = ("decide_loan", told["id"], "--approve", "--reason", REASON, "--as", "brian")
        tried = answer_of(*decided, "--dry-run")
        before = LoanTracking.objects.get().cycle

        answer_of(*decided)

        loan = LoanTracking.objects.get()
        undone.refresh_from_db()
        assert (told["kind"], tried["dryRun"], before) == ("pay_again", True, 1)
        assert (loan.status, loan.cycle) == ("pending_disbursement", 2)
        assert undone.status == "given_up"

    def test_it_is_signed_by_a_name(self, refused: LoanBooking) -> None:
        error = refusal_of("propose_loan", "7", "--give-up", "--reason", REASON)

        assert "--as USERNAME" in str(error)

    def test_tried_it_changes_nothing(self, refused: LoanBooking, staff: None) -> None:
        wanted = ("propose_loan", "7", "--give-up", "--reason", REASON, "--as", "amina")
        assert "would wait" in said(*wanted, "--dry-run")
        assert not LoanProposal.objects.exists()
        said(*wanted)
        proposal = LoanProposal.objects.get()

        for decision in ("--approve", "--reject"):
            said(
                "decide_loan", str(proposal.pk), decision, "--reason", REASON, "--as", "brian",
                "--dry-run",
            )  # fmt: skip

        proposal.refresh_from_db()
        assert proposal.status == "proposed"

    def test_rejected_it_changes_nothing(self, refused: LoanBooking, staff: None) -> None:
        told = answer_of("propose_loan", "7", "--give-up", "--reason", REASON, "--as", "amina")

        said("decide_loan", told["id"], "--reject", "--reason", REASON, "--as", "brian")

        refused.refresh_from_db()
        assert refused.status == "refused"
