"""Ask M-Pesa what became of a payout: the one safe thing to do while its outcome is open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused, actor_of
from core.admin.record import Column
from disbursements.admin import words
from disbursements.models import DisbursementRequest
from disbursements.operations import ask
from disbursements.states import DisbursementStatus


class AskMpesa(ConfirmedAction):
    """The one safe thing to do about a payout whose outcome is open."""

    name = "ask"
    permission = "retry"
    label = "Ask M-Pesa…"
    explanation = "The only safe thing to do while the outcome is open. It never sends money."
    primary = True

    def offered(self, row: DisbursementRequest) -> bool:
        """While the outcome is open."""
        return row.status in {DisbursementStatus.ACCEPTED, DisbursementStatus.UNKNOWN}

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
