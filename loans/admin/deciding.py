"""Approve or reject what another person proposed for a paid loan."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from core import money
from core.admin import shown
from core.admin.confirm import Confirmation, Outcome, actor_of
from disbursements.admin.second_voice import SecondVoice
from loans.admin import words
from loans.models import LoanProposal, ProposalKind
from loans.operations import proposals
from loans.rules.booking_words import explain

APPROVE, PROPOSE = proposals.APPROVE, proposals.PROPOSE
YOUR_OWN = "You proposed this: another person must approve it."
EFFECTS: dict[str, Sequence[str]] = {
    ProposalKind.GIVE_UP_BOOKING: (
        "We never book it: somebody sees to it in Mifos X that the loan is right.",
        "No money moves, and the loan is never paid again by it.",
    ),
    ProposalKind.PAY_AGAIN: (
        "The loan is read in Mifos X now, and paid once more by the next sync.",
        "Make sure yourself that the client does not have the first money any more.",
    ),
}


class _Decide(SecondVoice):
    """Of a paid loan."""

    id_name = "proposal_id"
    noun = "loan"

    def told(self, row: LoanProposal, *, may_see_phones: bool) -> list[tuple[str, object]]:
        """The proposal."""
        return told(row, may_see=may_see_phones)

    def about(self, row: LoanProposal) -> dict[str, Any]:
        """How much, and since when."""
        totals = words.totals(row.loan.net_minor, row.loan.currency)
        return self.lines(row, totals=totals, proposed_at=row.created_at)


class Approve(_Decide):
    """The second person agrees: it is done."""

    name = "approve"
    label = "Approve…"
    explanation = "You have looked at the loan yourself, here and in Mifos X."
    primary = True
    any_of = (APPROVE,)

    def confirmation(self, request: HttpRequest, rows: Sequence[LoanProposal]) -> Confirmation:
        """What approving does."""
        row = rows[0]
        said = words.proposed(row)
        return Confirmation(
            title=f"Approve for loan {row.loan.loan_id}: {said}",
            button=f"Approve: {said}",
            will_happen=[
                "Look at the loan yourself before you agree: your name stands beside it.",
                *EFFECTS[row.kind],
            ],
            blocked=YOUR_OWN if row.proposed_by == actor_of(request) else "",
            **self.about(row),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Approve it."""
        self.decided(proposals.approve, request, rows[0], answers["reason"], at)
        return Outcome(
            text=f"Approved: {words.proposed(rows[0])}.", url=words.page_of(rows[0].loan)
        )


class Reject(_Decide):
    """Refuse it, or take one's own back."""

    name = "reject"
    label = "Reject…"
    explanation = "Or take your own back. The loan stays as it is."
    any_of = (APPROVE, PROPOSE)

    def confirmation(self, request: HttpRequest, rows: Sequence[LoanProposal]) -> Confirmation:
        """What rejecting does."""
        row = rows[0]
        own = row.proposed_by == actor_of(request)
        may = own or request.user.has_perm(APPROVE)
        return Confirmation(
            title=f"{'Take back' if own else 'Reject'}: {words.proposed(row)}",
            button="Take it back" if own else "Reject it",
            will_happen=["The proposal ends and stays on record. The loan stays as it is."],
            blocked="" if may else "Only who may approve proposals can reject another's.",
            **self.about(row),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Reject it."""
        self.decided(proposals.reject, request, rows[0], answers["reason"], at)
        return Outcome(text="The proposal has ended. The loan is as it was.")


def told(row: LoanProposal, *, may_see: bool) -> list[tuple[str, object]]:
    """What is proposed, of which loan, why and by whom; phones hidden in what people wrote."""
    booking = row.booking
    decided = [
        ("Decided by", row.decided_by),
        ("Decided", shown.moment(row.status_at)),
        ("Their reason", shown.free_text(row.decided_because, may_see_phones=may_see)),
    ]
    return [
        ("Proposed", row.get_kind_display()),
        ("Loan", shown.link(words.page_of(row.loan), f"Loan {row.loan.loan_id}")),
        ("Paid", f"{money.shown(row.loan.net_minor, row.loan.currency)}, {booking.receipt}"),
        ("Booking", shown.link(words.page_of(booking), words.BOOKING_WORDS[booking.status])),
        *([("Because", explain(booking.code).what)] if booking.code else []),
        ("Reason", shown.free_text(row.reason, may_see_phones=may_see)),
        ("Proposed by", row.proposed_by),
        ("When", shown.moment(row.created_at)),
        *(decided if row.decided_by else []),
    ]
