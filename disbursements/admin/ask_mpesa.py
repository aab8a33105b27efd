"""Ask the provider what became of a payout: the one safe thing while its outcome is open."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused, actor_of
from core.admin.record import Column
from disbursements.admin import words
from disbursements.models import DisbursementRequest
from disbursements.operations import ask
from disbursements.rules.rail_words import is_stripe
from disbursements.states import DisbursementStatus

OPEN = {DisbursementStatus.ACCEPTED, DisbursementStatus.UNKNOWN}


class AskMpesa(ConfirmedAction):
    """The one safe thing to do about a payout whose outcome is open."""

    name = "ask"
    permission = "retry"
    label = "Ask M-Pesa…"
    explanation = "The only safe thing to do while the outcome is open. It never pays twice."
    primary = True

    def offered(self, row: DisbursementRequest) -> bool:
        """While the outcome is open, of what M-Pesa pays."""
        return row.status in OPEN and not is_stripe(row.rail)

    def confirmation(
        self, request: HttpRequest, rows: Sequence[DisbursementRequest]
    ) -> Confirmation:
        """What asking means."""
        row = rows[0]
        return Confirmation(
            title=f"Ask M-Pesa about {row.client_reference}",
            button="Ask M-Pesa",
            will_happen=[
                "We send M-Pesa a status query about the last attempt. No money is sent.",
                "The answer arrives by itself, usually within a minute, in the timeline.",
                "The status changes only if the answer proves something.",
            ],
            count=1,
            noun="payout",
            totals={row.currency: row.amount_minor},
            oldest=row.created_at,
            columns=[Column(label="Reference"), Column(label="Status"),
                     Column(label="Amount", numeric=True)],
            lines=[[row.client_reference, words.status(row),
                    shown.amount(row.amount_minor, row.currency)]],
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Ask."""
        row, actor = rows[0], actor_of(request)
        try:
            ask.ask_now(disbursement_id=row.pk, actor=actor, at=at, reason=answers["reason"])
        except ask.CannotAsk as error:
            raise Refused(f"{error}. No money moved.") from None
        return Outcome(text="M-Pesa is being asked. The answer appears in the timeline below.")


class LookUp(AskMpesa):
    """The same of a transfer: Stripe says at once whether it is there."""

    name = "look-up"
    label = "Look it up at Stripe…"

    def offered(self, row: DisbursementRequest) -> bool:
        """While the outcome is open, of what Stripe pays."""
        return row.status in OPEN and is_stripe(row.rail)

    def confirmation(
        self, request: HttpRequest, rows: Sequence[DisbursementRequest]
    ) -> Confirmation:
        """What looking up means."""
        asked = super().confirmation(request, rows)
        return replace(
            asked,
            title=f"Look up at Stripe what became of {rows[0].payee_user}'s payout",
            button="Look it up at Stripe",
            will_happen=[
                "We look at Stripe whether the transfer is there. It is never sent twice.",
                "If it is there, it is paid. If not, that is no proof yet: Stripe may be late.",
                "The answer appears in the timeline within a minute.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Look it up."""
        super().perform(request=request, rows=rows, answers=answers, at=at)
        return Outcome(text="It is being looked up. The answer appears in the timeline below.")
