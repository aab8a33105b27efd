"""Two persons: give a booking up, or pay a loan once more."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from core.callers import Caller, NotAllowed
from core.models import Step
from loans.models import LoanBooking, LoanProposal
from loans.operations.proposals import (
    CannotPropose,
    NoSuchProposal,
    NotWaiting,
    SamePerson,
    reject,
)
from tests.loans.booking.people import AMINA, BRIAN, REASON, person

Book = Callable[[], Any]
Paid = Callable[..., LoanBooking]
GIVE_UP, AGAIN = "give_up_booking", "pay_again"
MACHINE = Caller(actor="command:root", origin="command", partners=None, permissions=None)


class TestProposing:
    def test_it_changes_nothing_yet(self, refused: LoanBooking, propose: Any) -> None:
        proposal = propose(refused)

        refused.refresh_from_db()
        assert (proposal.status, refused.status) == ("proposed", "refused")
        note = Step.objects.filter(subject_id=str(refused.loan_id)).latest("id")
        assert note.details == {"proposal": str(proposal.pk)}
        assert REASON in note.because

    def test_the_same_again_is_the_same_row(self, refused: LoanBooking, propose: Any) -> None:
        assert propose(refused).pk == propose(refused).pk

    def test_another_one_must_wait_for_the_first(self, refused: LoanBooking, propose: Any) -> None:
        propose(refused)

        with pytest.raises(CannotPropose, match="has proposed something of this loan"):
            propose(refused, caller=BRIAN)

    def test_two_at_once_become_one(
        self, refused: LoanBooking, propose: Any, together: Callable[..., list[Any]]
    ) -> None:
        ended = together(lambda: propose(refused), lambda: propose(refused, caller=BRIAN))

        assert LoanProposal.objects.count() == 1
        assert sum(isinstance(each, CannotPropose) for each in ended) == 1

    def test_a_booked_loan_has_nothing_to_give_up(
        self, paid: Paid, book: Book, propose: Any
    ) -> None:
        booking = paid(7)
        book()

        with pytest.raises(CannotPropose, match="its booking is booked"):
            propose(booking)

    def test_a_loan_that_is_merely_not_booked_yet_is_not_paid_again(
        self, paid: Paid, propose: Any
    ) -> None:
        with pytest.raises(CannotPropose, match="paid and not booked, or that is held because"):
            propose(paid(7), AGAIN)

    def test_the_machine_signs_nothing(self, refused: LoanBooking, propose: Any) -> None:
        with pytest.raises(NotAllowed, match="named person"):
            propose(refused, caller=MACHINE)


class TestDeciding:
    def test_the_proposer_cannot_approve(
        self, refused: LoanBooking, propose: Any, decide: Any
    ) -> None:
        proposal = propose(refused)

        with pytest.raises(SamePerson):
            decide(proposal, caller=person("Amina.Example"))

    def test_the_database_wants_two_persons(self, refused: LoanBooking, propose: Any) -> None:
        proposal = propose(refused)

        with (
            pytest.raises(IntegrityError, match="loan_proposal_two_persons"),
            transaction.atomic(),
        ):
            LoanProposal.objects.filter(pk=proposal.pk).update(
                status="approved", decided_by=AMINA.actor
            )

    def test_another_partners_is_not_there(
        self, refused: LoanBooking, propose: Any, decide: Any
    ) -> None:
        proposal = propose(refused)

        with pytest.raises(NoSuchProposal):
            decide(proposal, caller=person("carol.example", partners=frozenset({uuid4()})))

    def test_rejected_it_changes_nothing(
        self, refused: LoanBooking, propose: Any, decide: Any
    ) -> None:
        proposal = propose(refused)

        decide(proposal, reject)

        proposal.refresh_from_db()
        refused.refresh_from_db()
        assert (proposal.status, proposal.decided_by) == ("rejected", BRIAN.actor)
        assert refused.status == "refused"

    def test_its_proposer_may_take_it_back(
        self, refused: LoanBooking, propose: Any, decide: Any
    ) -> None:
        proposal = propose(refused, caller=person("carol.example", "propose_loanproposal"))

        decide(proposal, reject, caller=person("carol.example", "propose_loanproposal"))

        proposal.refresh_from_db()
        assert proposal.status == "rejected"

    def test_what_was_rejected_is_not_approved(
        self, refused: LoanBooking, propose: Any, decide: Any
    ) -> None:
        proposal = propose(refused)
        decide(proposal, reject)

        with pytest.raises(NotWaiting, match="was rejected by"):
            decide(proposal, caller=person("carol.example"))
