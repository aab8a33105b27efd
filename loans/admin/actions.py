"""What staff may do to a loan: look again, hold, release, have its payout tried again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest

from core import refusals
from core.admin import reveal, shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused
from core.admin.record import Column
from core.callers import Caller
from loans.admin import differences, words
from loans.models import LoanTracking
from loans.operations import by_hand
from loans.rules.holds import BY_FACTS
from loans.states import LoanStatus
from vault.queries import caller_of

ORIGIN = "admin"
NO_MONEY = "Nothing was changed and no money moved."
COLUMNS = [
    Column(label="Loan"), Column(label="Client"), Column(label="Status"),
    Column(label="Why"), Column(label="To the client", numeric=True),
]  # fmt: skip


class NoReason(forms.Form):
    """Nothing to fill in: it only looks."""


class LoanAction(ConfirmedAction):
    """One verb about one loan: a sentence of what it does, one operation call."""

    done = ""

    def about(self, row: LoanTracking) -> dict[str, Any]:
        """What a confirmation says of the loan."""
        return {
            "count": 1,
            "noun": "loan",
            "totals": words.totals(row.net_minor, row.currency),
            "columns": COLUMNS,
            "lines": [line(row)],
        }

    def deed(self, row: Any, answers: dict[str, Any], *, caller: Caller, at: datetime) -> object:
        """The operation. May raise core.refusals.Refused."""
        raise NotImplementedError

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """One operation call, in the name of the person."""
        try:
            self.deed(rows[0], answers, caller=caller_of(request.user, origin=ORIGIN), at=at)
        except refusals.Refused as refused:
            raise Refused(f"{refused}. {NO_MONEY}") from None
        return Outcome(text=self.done)


class Recheck(LoanAction):
    """Look at the loan in Mifos X now."""

    name = "recheck"
    label = "Look again…"
    explanation = "Reads the loan and its client in Mifos X now. It pays nothing."
    permission = "hold"
    form_class = NoReason
    done = "Mifos X was asked. What it says stands below."

    def offered(self, row: LoanTracking) -> bool:
        """While it is not paid: what became of a paid one is told by its booking."""
        return row.status != LoanStatus.DISBURSED

    def confirmation(self, request: HttpRequest, rows: Sequence[LoanTracking]) -> Confirmation:
        """What looking means."""
        row = rows[0]
        return Confirmation(
            title=f"Look at loan {row.loan_id} in Mifos X",
            button="Look now",
            will_happen=[
                "The loan and its client are read in Mifos X. Nothing is written there.",
                "What differs from what we have is shown, and holds a loan that is not paid yet.",
                "A phone or an amount that was mended there lets a loan go on that waits for it.",
            ],
            **self.about(row),
        )

    def deed(self, row: Any, answers: dict[str, Any], *, caller: Caller, at: datetime) -> object:
        """Read it now."""
        return by_hand.recheck(loan_id=row.pk, caller=caller, at=at)


class Hold(LoanAction):
    """Stop a loan before it is paid."""

    name = "hold"
    label = "Hold…"
    explanation = "Stops it until a person releases it."
    permission = "hold"
    done = "The loan is held. It is not paid before a person releases it."

    def offered(self, row: LoanTracking) -> bool:
        """While it is not paid, and not held for good: what mends itself would let it go on."""
        if row.status == LoanStatus.HELD:
            return row.held_code in BY_FACTS
        return row.status != LoanStatus.DISBURSED

    def off_because(self, row: LoanTracking) -> str:
        """Where a person would look for it."""
        return "it is paid already" if row.status == LoanStatus.DISBURSED else ""

    def confirmation(self, request: HttpRequest, rows: Sequence[LoanTracking]) -> Confirmation:
        """What holding means; of a payout that has left already, that it may be too late."""
        row = rows[0]
        sentences = ["The loan is not paid before a person releases it, with a reason."]
        if row.status in (LoanStatus.PROCESSING, LoanStatus.FAILED):
            sentences.append("Its payout is stopped where that can be; once sent, it cannot.")
        return Confirmation(
            title=f"Hold loan {row.loan_id}",
            button=f"Hold {words.shown_money(row)} to {row.client_name or 'the client'}",
            will_happen=[*sentences, "In Mifos X nothing changes."],
            **self.about(row),
        )

    def deed(self, row: Any, answers: dict[str, Any], *, caller: Caller, at: datetime) -> object:
        """Hold it."""
        return by_hand.hold(loan_id=row.pk, reason=answers["reason"], caller=caller, at=at)


class Release(LoanAction):
    """Let a held loan go on, by the facts as Mifos X has them now."""

    name = "release"
    label = "Release…"
    explanation = "Accepts what Mifos X says now, and lets it be paid."
    permission = "hold"
    primary = True
    done = "The loan is released by the facts as Mifos X has them. The next sync pays it."

    def offered(self, row: LoanTracking) -> bool:
        """While it is held for something that one person may decide."""
        return words.releasable(row)

    def off_because(self, row: LoanTracking) -> str:
        """What would have to be mended."""
        if row.status != LoanStatus.HELD or words.releasable(row):
            return ""
        return words.hold_to_do(row)

    def confirmation(self, request: HttpRequest, rows: Sequence[LoanTracking]) -> Confirmation:
        """What is accepted: the differences, and that they are read anew."""
        row = rows[0]
        may_see = shown.may_see_phones(request) and reveal.is_on(request, row)
        net_minor = differences.net_minor_now(row)
        amount = words.amount_text(net_minor, row.currency)
        return Confirmation(
            title=f"Release loan {row.loan_id}",
            button=f"Release {amount} to {row.client_name or 'the client'}",
            will_happen=[
                *accepted(row, may_see=may_see),
                "The loan is read in Mifos X once more.",
                "If it says something else by then, nothing is released: you see the difference.",
                "It is paid by the next sync. What changes before that holds it again.",
            ],
            **self.about(row) | {"totals": words.totals(net_minor, row.currency)},
        )

    def deed(self, row: Any, answers: dict[str, Any], *, caller: Caller, at: datetime) -> object:
        """Release it."""
        return by_hand.release(loan_id=row.pk, reason=answers["reason"], caller=caller, at=at)


class RetryPayment(LoanAction):
    """A payout that is proven not paid, once more."""

    name = "retry-payment"
    label = "Retry the payment…"
    explanation = "Its payout is proven not paid. It is looked at in Mifos X first."
    permission = "retry"
    primary = True
    done = "The payout is tried again within minutes, after a look at Mifos X."

    def offered(self, row: LoanTracking) -> bool:
        """Once its payout has failed."""
        return row.status == LoanStatus.FAILED

    def confirmation(self, request: HttpRequest, rows: Sequence[LoanTracking]) -> Confirmation:
        """What is sent again, and why it is safe."""
        row = rows[0]
        return Confirmation(
            title=f"Retry the payment of loan {row.loan_id}",
            button=f"Retry {words.shown_money(row)} to {row.client_name or 'the client'}",
            will_happen=[
                f"{words.shown_money(row)} is sent again: the last try is proven not paid.",
                "Before it leaves, the loan is looked at in Mifos X.",
                "If something changed there, it is held instead.",
            ],
            **self.about(row),
        )

    def deed(self, row: Any, answers: dict[str, Any], *, caller: Caller, at: datetime) -> object:
        """Have it tried again."""
        return by_hand.retry_payment(
            loan_id=row.pk, reason=answers["reason"], caller=caller, at=at
        )


def accepted(row: LoanTracking, *, may_see: bool) -> list[str]:
    """Each difference as a sentence of what releasing accepts."""
    return [
        f"You accept what is new, {name.lower()}: {before} → {now}."
        for name, before, now in differences.lines(row, may_see=may_see)
    ]


def line(row: LoanTracking) -> list[object]:
    """The loan in a confirmation's table; phones masked."""
    return [
        shown.two_lines(shown.link(words.page_of(row), row.loan_id), row.account_no),
        words.client(row),
        words.loan_status(row),
        words.why(row, None),
        words.net(row),
    ]
