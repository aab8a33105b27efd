"""A paid loan that is not booked: book it again, or propose what two persons must agree on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from core import money, refusals
from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused
from core.admin.record import Button, Column
from loans.admin import words
from loans.models import LoanBooking, ProposalKind
from loans.operations import proposals
from loans.operations.book_again import PERMISSION as BOOK
from loans.operations.book_again import book_again
from loans.operations.book_again import why_not as cannot_book
from loans.queries.beside import open_proposal
from loans.queries.bookings import NOT_BOOKED
from loans.rules.booking_words import explain
from loans.rules.proposing import why_not
from vault.queries import caller_of

ORIGIN = "admin"
NO_MONEY = "Nothing was changed and no money moved."
PROPOSE = proposals.PROPOSE
WAITS = "a proposal about it waits for a second person"
COLUMNS = [
    Column(label="Loan"), Column(label="Client"), Column(label="Receipt"),
    Column(label="Not booked because"), Column(label="Paid", numeric=True),
    Column(label="To be booked", numeric=True),
]  # fmt: skip


class BookingAction(ConfirmedAction):
    """One verb about one booking."""

    needed = ""

    def allowed(self, request: HttpRequest) -> bool:
        """Those who may, on whichever page the button stands."""
        return self.admin.is_open_to(request) and request.user.has_perm(self.needed)

    def about_minor(self, row: LoanBooking) -> int:
        """How much it is about: what Mifos X books."""
        return row.gross_minor

    def about(self, row: LoanBooking) -> dict[str, Any]:
        """What a confirmation says of the loan and of why it is not booked."""
        loan = row.loan
        return {
            "count": 1,
            "noun": "loan",
            "totals": {row.currency: self.about_minor(row)},
            "oldest": row.paid_at,
            "columns": COLUMNS,
            "lines": [[
                shown.link(words.page_of(loan), loan.loan_id), words.client(loan), row.receipt,
                explain(row.code).what if row.code else "",
                shown.amount(row.disbursement.amount_minor, row.currency),
                shown.amount(row.gross_minor, row.currency),
            ]],
        }  # fmt: skip


class BookAgain(BookingAction):
    """Tell Mifos X once more, after a look whether it knows already."""

    name = "book-again"
    label = "Book again…"
    explanation = "Once the cause is put right in Mifos X. It never pays."
    needed = BOOK
    primary = True

    def offered(self, row: LoanBooking) -> bool:
        """While it is refused, or undone; once it was tried, also before its next try."""
        return not cannot_book(row) and (row.status in NOT_BOOKED or row.tries > 0)

    def confirmation(self, request: HttpRequest, rows: Sequence[LoanBooking]) -> Confirmation:
        """What is done, and that nobody is paid."""
        row = rows[0]
        booked = money.shown(row.gross_minor, row.currency)
        return Confirmation(
            title=f"Book loan {row.loan.loan_id} again",
            button=f"Book {booked} in Mifos X",
            will_happen=[
                "The loan is looked up in Mifos X first: if it is booked there, that counts.",
                f"Else its disbursal of {booked} is booked with receipt {row.receipt}.",
                "The client is paid nothing more by it.",
            ],
            **self.about(row),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """One operation call."""
        try:
            book_again(
                booking_id=rows[0].pk, reason=answers["reason"],
                caller=caller_of(request.user, origin=ORIGIN), at=at,
            )  # fmt: skip
        except refusals.Refused as refused:
            raise Refused(f"{refused}. {NO_MONEY}") from None
        return Outcome(text="It is booked again within minutes. The answer stands below then.")


class Propose(BookingAction):
    """What one person proposes and another decides."""

    needed = PROPOSE
    kind: ProposalKind
    will_happen: Sequence[str] = ()

    def offered(self, row: LoanBooking) -> bool:
        """Where the rules allow it, and nothing is proposed yet."""
        return not why_not(self.kind, row.loan, row) and open_proposal(row.loan_id) is None

    def off_because(self, row: LoanBooking) -> str:
        """Only where the proposal that waits is all that stands in the way."""
        if why_not(self.kind, row.loan, row):
            return ""
        return WAITS if open_proposal(row.loan_id) is not None else ""

    def confirmation(self, request: HttpRequest, rows: Sequence[LoanBooking]) -> Confirmation:
        """That nothing happens before another person has agreed."""
        row = rows[0]
        return Confirmation(
            title=f"Propose for loan {row.loan.loan_id}: {self.kind.label.lower()}",
            button="Propose it to a second person",
            will_happen=[
                "Nothing changes now: another person must approve it.",
                *self.will_happen,
            ],
            **self.about(row),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Propose it."""
        try:
            proposal = proposals.propose(
                loan_id=rows[0].loan_id, kind=self.kind, reason=answers["reason"],
                caller=caller_of(request.user, origin=ORIGIN), at=at,
            )  # fmt: skip
        except refusals.Refused as refused:
            raise Refused(f"{refused}. {NO_MONEY}") from None
        return Outcome(
            text="Proposed. Another person must approve it.", url=words.page_of(proposal)
        )


class ProposeGiveUp(Propose):
    """It is not booked from here, for good."""

    name = "give-up"
    label = "Propose to give it up…"
    explanation = "It is settled in Mifos X by hand. A second person must approve."
    kind = ProposalKind.GIVE_UP_BOOKING
    will_happen = (
        "Once approved, we never book it: somebody sees to it in Mifos X that the loan is right.",
        "The client keeps the money, and the loan is never paid again by it.",
    )


class ProposePayAgain(Propose):
    """The money came back, or the disbursal was undone: a new payout."""

    name = "pay-again"
    label = "Propose to pay it once more…"
    explanation = "Only when the client does not have the money. A second person must approve."
    kind = ProposalKind.PAY_AGAIN

    def about_minor(self, row: LoanBooking) -> int:
        """How much it is about: what the client would receive, as far as it is known now."""
        return row.loan.net_minor

    will_happen = (
        "Make sure that the client does not have the first money any more: read the timeline.",
        "Once approved, the loan is read in Mifos X and paid once more, as a new cycle.",
    )


ACTIONS = (BookAgain, ProposeGiveUp, ProposePayAgain)


def buttons_about(request: HttpRequest, booking: LoanBooking) -> list[Button]:
    """On the loan's page: the verbs about its booking, for those who may."""
    page: Any = admin.site.get_model_admin(LoanBooking)
    return [
        Button(
            label=action.label, url=action.url(booking), explanation=action.explanation,
            primary=action.primary,
        )
        for action in (kind(page) for kind in ACTIONS)
        if action.allowed(request) and action.offered(booking)
    ]  # fmt: skip
