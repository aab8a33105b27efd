"""Take a paid transfer back: propose it on the payout's page, approve or reject it as another."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from core import money, refusals
from core.admin import shown
from core.admin.confirm import (
    Confirmation,
    ConfirmedAction,
    Outcome,
    ReasonForm,
    Refused,
    actor_of,
)
from core.admin.record import Column
from disbursements.admin import job_words
from disbursements.admin.second_voice import SecondVoice
from disbursements.models import DisbursementRequest, TransferReversal
from disbursements.operations import reversals
from disbursements.rules.rail_words import is_stripe
from disbursements.states import DisbursementStatus
from vault.queries import caller_of

REVERSAL = "admin:disbursements_transferreversal_change"
YOUR_OWN = "You proposed this reversal: another person must approve it."
WAITS = "a reversal of it is under way already"
NO_MONEY = "Nothing was changed and no money moved."


class ReversalForm(ReasonForm):
    """How much, and why."""

    amount = forms.CharField(
        label="Amount to take back",
        max_length=24,
        help_text="In the payout's currency, such as 12.50. All of it stands here already.",
        widget=forms.TextInput(attrs={"class": "pv-input", "inputmode": "decimal"}),
        error_messages={"required": "Write how much to take back, such as 12.50"},
    )
    field_order = ("amount", "reason")


class ProposeReversal(ConfirmedAction):
    """Nothing is taken back before another person has approved it."""

    name = "reverse"
    label = "Take it back…"
    explanation = "In whole or in part. A second person must approve it."
    form_class = ReversalForm

    def allowed(self, request: HttpRequest) -> bool:
        """Those who may propose."""
        return self.admin.is_open_to(request) and request.user.has_perm(reversals.PROPOSE)

    def offered(self, row: DisbursementRequest) -> bool:
        """While something of it is with the winner, and nothing is proposed yet."""
        return _is_paid_by_stripe(row) and open_reversal(row) is None

    def off_because(self, row: DisbursementRequest) -> str:
        """Only where a person would look for it."""
        return WAITS if _is_paid_by_stripe(row) and open_reversal(row) else ""

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """All that has not come back."""
        return {"amount": money.plain(_left(rows[0]), rows[0].currency)}

    def confirmation(
        self, request: HttpRequest, rows: Sequence[DisbursementRequest]
    ) -> Confirmation:
        """What it is about, and what taking back can and cannot do."""
        row = rows[0]
        return Confirmation(
            title=f"Take back what {row.payee_user} was paid",
            button="Propose it to a second person",
            will_happen=[
                "Nothing changes now: another person must approve it under Reversals.",
                "Then Stripe takes the money from the winner's account, or refuses.",
                "It refuses when the account holds too little: part may be at their bank.",
                "What comes back is booked. The winner is never paid again by this payout.",
            ],
            count=1,
            noun="payout",
            totals={row.currency: _left(row)},
            oldest=row.completed_at,
            columns=[Column(label="User"), Column(label="Transfer"),
                     Column(label="Paid", numeric=True), Column(label="Came back", numeric=True)],
            lines=[[
                row.payee_user, shown.copied(row.receipt or "", label="transfer id"),
                shown.amount(row.amount_minor, row.currency),
                shown.amount(row.returned_minor, row.currency),
            ]],
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Propose it."""
        row = rows[0]
        try:
            reversal = reversals.propose_reversal(
                disbursement_id=row.pk,
                amount_minor=money.parse_amount(
                    answers["amount"], currency=row.currency, thousands=True
                ),
                reason=answers["reason"], caller=caller_of(request.user, origin="admin"), at=at,
            )  # fmt: skip
        except money.BadAmount as error:
            raise Refused(f"Amount to take back: {error}. {NO_MONEY}") from None
        except refusals.Refused as error:
            raise Refused(f"{error}. {NO_MONEY}") from None
        return Outcome(
            text="Proposed. Another person must approve it before anything is taken back.",
            url=reverse(REVERSAL, args=[reversal.pk]),
        )


class _Decide(SecondVoice):
    """Of taking money back."""

    id_name = "reversal_id"

    def told(self, row: TransferReversal, *, may_see_phones: bool) -> list[tuple[str, object]]:
        """The proposal."""
        return proposal(row, may_see_phones=may_see_phones)

    def about(self, row: TransferReversal) -> dict[str, Any]:
        """How much, and since when."""
        totals = {row.currency: row.amount_minor}
        return self.lines(row, totals=totals, proposed_at=row.proposed_at)


class ApproveReversal(_Decide):
    """The second person agrees: Stripe is asked for the money."""

    name = "approve"
    label = "Approve…"
    explanation = "You have looked at it yourself. The money is taken back."
    any_of = (reversals.APPROVE,)
    primary = True

    def confirmation(self, request: HttpRequest, rows: Sequence[TransferReversal]) -> Confirmation:
        """What is taken back, from whom."""
        row = rows[0]
        amount = money.shown(row.amount_minor, row.currency)
        user = row.disbursement.payee_user
        return Confirmation(
            title=f"Approve: take {amount} back from {user}",
            button=f"Approve: take {amount} back",
            will_happen=[
                "Look at the payout yourself before you agree: your name stands beside it.",
                f"Stripe is asked within a minute to take {amount} from this winner's account.",
                "What comes back is booked once. If Stripe refuses, nothing moves.",
            ],
            blocked=YOUR_OWN if row.proposed_by == actor_of(request) else "",
            **self.about(row),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Approve it."""
        self.decided(reversals.approve_reversal, request, rows[0], answers["reason"], at)
        return Outcome(text="Approved. Stripe is asked within a minute; the answer appears here.")


class RejectReversal(_Decide):
    """Refuse it, or take one's own back."""

    name = "reject"
    label = "Reject…"
    explanation = "Ends the proposal, also one of your own. The winner keeps the money."
    any_of = (reversals.APPROVE, reversals.PROPOSE)

    def confirmation(self, request: HttpRequest, rows: Sequence[TransferReversal]) -> Confirmation:
        """What rejecting does."""
        row = rows[0]
        own = row.proposed_by == actor_of(request)
        may = own or request.user.has_perm(reversals.APPROVE)
        return Confirmation(
            title=f"{'Withdraw' if own else 'Reject'}: taking "
            f"{money.shown(row.amount_minor, row.currency)} back from "
            f"{row.disbursement.payee_user}",
            button="Withdraw it" if own else "Reject it",
            will_happen=[
                "The proposal ends and stays on record. No money moves.",
                "A person may propose another one.",
            ],
            blocked="" if may else "Only who may approve reversals can reject another's.",
            **self.about(row),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Reject it."""
        self.decided(reversals.reject_reversal, request, rows[0], answers["reason"], at)
        return Outcome(text="The proposal has ended. No money moved.")


def proposal(row: TransferReversal, *, may_see_phones: bool) -> list[tuple[str, object]]:
    """What is proposed, of which payout, why and by whom."""
    payout = row.disbursement
    url = reverse(job_words.PAYOUT, args=[payout.pk])
    return [
        ("Payout", shown.link(url, f"{payout.payee_user} ({payout.status})")),
        ("Transfer", shown.copied(payout.receipt or "", label="transfer id")),
        ("Was paid", shown.amount(payout.amount_minor, payout.currency)),
        ("Came back already", shown.amount(payout.returned_minor, payout.currency)),
        ("To take back", shown.amount(row.amount_minor, row.currency)),
        ("Why", shown.free_text(row.reason, may_see_phones=may_see_phones)),
        ("Proposed by", row.proposed_by),
        ("Proposed", shown.moment(row.proposed_at)),
    ]


def open_reversal(row: DisbursementRequest) -> TransferReversal | None:
    """The reversal of this payout that has not ended, if there is one; read once per page."""
    if "open_reversal" not in vars(row):
        found = TransferReversal.objects.filter(disbursement=row, status__in=reversals.OPEN)
        vars(row)["open_reversal"] = found.first() if _is_paid_by_stripe(row) else None
    reversal: TransferReversal | None = vars(row)["open_reversal"]
    return reversal


def _is_paid_by_stripe(row: DisbursementRequest) -> bool:
    return is_stripe(row.rail) and row.status == DisbursementStatus.COMPLETED


def _left(row: DisbursementRequest) -> int:
    return row.amount_minor - row.returned_minor
