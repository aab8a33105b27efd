"""Approve or reject what another person says of how a payout ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.confirm import Confirmation, Outcome, actor_of
from disbursements.admin.second_voice import SecondVoice
from disbursements.models import SettledAs, Settlement
from disbursements.operations import decide_settlement, propose_settlement

PAYOUT = "admin:disbursements_disbursementrequest_change"
YOUR_OWN = "You proposed this settlement: another person must approve it."


class _Decide(SecondVoice):
    """Of how a payout ended."""

    id_name = "settlement_id"

    def told(self, row: Settlement, *, may_see_phones: bool) -> list[tuple[str, object]]:
        """The claim."""
        return claim(row, may_see_phones=may_see_phones)

    def about(self, row: Settlement) -> dict[str, Any]:
        """How much, and since when."""
        totals = {row.disbursement.currency: row.disbursement.amount_minor}
        return self.lines(row, totals=totals, proposed_at=row.proposed_at)


class ApproveSettlement(_Decide):
    """The second person agrees: the payout is settled."""

    name = "approve"
    label = "Approve…"
    explanation = "You have seen the evidence yourself. It settles the payout."
    any_of = (decide_settlement.PERMISSION,)
    primary = True

    def confirmation(self, request: HttpRequest, rows: Sequence[Settlement]) -> Confirmation:
        """What is claimed, and what approving does."""
        row = rows[0]
        paid = row.settled_as == SettledAs.PAID
        own = row.proposed_by == actor_of(request)
        return Confirmation(
            title=f"Approve: {row.disbursement.client_reference} was {said(row)}",
            button=f"Approve: {said(row)}",
            will_happen=[
                "Look the evidence up yourself before you agree: your name stands beside it.",
                "The payout is completed with this receipt and booked. That is never undone."
                if paid
                else "The payout fails and the held money is given back in the books. Nothing is "
                "sent by itself; a person may then have it tried again.",
                "If the provider's own answer came meanwhile, that counts instead.",
            ],
            blocked=YOUR_OWN if own else "",
            **self.about(row),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Approve it."""
        row = self.decided(decide_settlement.approve, request, rows[0], answers["reason"], at)
        return Outcome(
            text=f"Approved: settled as {said(row)}.",
            url=reverse(PAYOUT, args=[row.disbursement_id]),
        )


class RejectSettlement(_Decide):
    """Refuse it, or take one's own back."""

    name = "reject"
    label = "Reject…"
    explanation = "Or take your own back. The payout stays as it is."
    any_of = (decide_settlement.PERMISSION, propose_settlement.PERMISSION)

    def confirmation(self, request: HttpRequest, rows: Sequence[Settlement]) -> Confirmation:
        """What rejecting does."""
        row = rows[0]
        own = row.proposed_by == actor_of(request)
        may = own or request.user.has_perm(decide_settlement.PERMISSION)
        return Confirmation(
            title=f"{'Take back' if own else 'Reject'}: {row.disbursement.client_reference}",
            button="Take it back" if own else "Reject it",
            will_happen=[
                "The proposal ends and stays on record. No money moves.",
                "The payout stays as it is: a person may propose again, with other evidence.",
            ],
            blocked="" if may else "Only who may approve settlements can reject another's.",
            **self.about(row),
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Reject it."""
        self.decided(decide_settlement.reject, request, rows[0], answers["reason"], at)
        return Outcome(text="The proposal has ended. The payout is as it was.")


def said(row: Settlement) -> str:
    """`paid, receipt …` or `not paid`."""
    return f"paid, receipt {row.receipt}" if row.settled_as == SettledAs.PAID else "not paid"


def claim(row: Settlement, *, may_see_phones: bool) -> list[tuple[str, object]]:
    """What is claimed, by whom and on what evidence; phones hidden in what people wrote."""
    payout = row.disbursement
    url = reverse(PAYOUT, args=[payout.pk])
    return [
        ("Payout", shown.link(url, f"{payout.client_reference} ({payout.status})")),
        ("Attempt", f"{row.attempt.retry_attempt}, reference {row.attempt.provider_reference}"),
        ("Said to be", said(row)),
        *([("Paid at", shown.moment(row.paid_at))] if row.paid_at else []),
        ("Evidence", shown.free_text(row.evidence, may_see_phones=may_see_phones)),
        ("Reason", shown.free_text(row.reason, may_see_phones=may_see_phones)),
        ("Proposed by", row.proposed_by),
        ("Proposed", shown.moment(row.proposed_at)),
    ]
