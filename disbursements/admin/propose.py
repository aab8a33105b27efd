"""Settle with evidence: the first person says how a payout ended; another must agree."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from core import refusals
from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, ReasonForm, Refused
from core.admin.record import Column
from disbursements.admin import words
from disbursements.models import DisbursementRequest, SettledAs
from disbursements.operations.propose_settlement import BadSettlement, propose
from disbursements.queries import settlements as reads
from disbursements.rules import settling
from disbursements.states import DisbursementStatus
from vault.queries import caller_of

INPUT = {"class": "pv-input"}
WAITS = "a proposed settlement waits for a second person"
TOLD_WHY_NOT = (DisbursementStatus.SENDING, DisbursementStatus.ACCEPTED)


class ProposalForm(ReasonForm):
    """How it ended, and how one knows."""

    settled_as = forms.ChoiceField(
        label="How did it end?",
        choices=[(SettledAs.NOT_PAID, "It was not paid"), (SettledAs.PAID, "It was paid")],
        widget=forms.Select(attrs=INPUT),
    )
    attempt = forms.IntegerField(
        label="Attempt",
        required=False,
        min_value=1,
        help_text="Its number, needed only where several are listed above.",
        widget=forms.NumberInput(attrs=INPUT),
    )
    receipt = forms.CharField(
        label="Receipt",
        required=False,
        max_length=30,
        help_text=f"Only if it was paid: M-Pesa's, such as {settling.RECEIPT_EXAMPLE}, or the id "
        f"of the Stripe transfer, such as {settling.TRANSFER_EXAMPLE}.",
        widget=forms.TextInput(attrs=INPUT),
    )  # fmt: skip
    paid_at = forms.DateTimeField(
        label="Paid at",
        required=False,
        help_text="Only if it was paid: the moment on the statement, Nairobi time.",
        widget=forms.DateTimeInput(attrs={**INPUT, "type": "datetime-local"}),
    )
    evidence = forms.CharField(
        min_length=settling.TEXT_LENGTH_MIN,
        max_length=settling.EVIDENCE_LENGTH_MAX,
        help_text="What was seen, where and when, so that the second person can look it up: "
        f"{settling.EVIDENCE_EXAMPLE}.",
        widget=forms.Textarea(attrs={**INPUT, "rows": 3}),
    )
    field_order = ("settled_as", "receipt", "paid_at", "attempt", "evidence", "reason")


class ProposeSettlement(ConfirmedAction):
    """Nothing changes before another person has approved it."""

    name = "settle"
    label = "Settle with evidence…"
    explanation = "When nobody can tell whether it was paid. A second person must approve it."
    permission = "settle"
    form_class = ProposalForm

    def offered(self, row: DisbursementRequest) -> bool:
        """While its outcome is open to persons."""
        return not _why_not(row)

    def off_because(self, row: DisbursementRequest) -> str:
        """Only where a person would look for it."""
        why_not = _why_not(row)
        return why_not if why_not == WAITS or row.status in TOLD_WHY_NOT else ""

    def confirmation(
        self, request: HttpRequest, rows: Sequence[DisbursementRequest]
    ) -> Confirmation:
        """What it is about, and what follows from either answer."""
        row = rows[0]
        attempts = reads.attempts_in_question(row)
        return Confirmation(
            title=f"Settle {row.client_reference} with evidence",
            button="Propose it to a second person",
            will_happen=[
                "Nothing changes now: another person must approve it under Settlements.",
                "Paid: it is completed with the receipt, and booked.",
                "Not paid: it fails, and the held money is given back. Nothing is sent by itself.",
                "If the provider's own answer comes first, that counts, and this proposal ends.",
            ],
            count=1,
            noun="payout",
            totals={row.currency: row.amount_minor},
            oldest=row.created_at,
            columns=[Column(label="Attempt", numeric=True), Column(label="Sent"),
                     Column(label="Provider reference"), Column(label="What was reported")],
            lines=[
                [each.retry_attempt, shown.moment(each.retry_timestamp), each.provider_reference,
                 shown.free_text(words.coded(each.mpesa_response_code,
                                             each.mpesa_response_description)) or shown.NOTHING]
                for each in attempts
            ],
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Propose it."""
        try:
            settlement = propose(
                disbursement_id=rows[0].pk, caller=caller_of(request.user, origin="admin"),
                at=at, **answers,
            )  # fmt: skip
        except BadSettlement as error:
            wrong = "; ".join(f"{each.field}: {each.message}" for each in error.problems)
            raise Refused(f"{wrong}. Nothing was changed.") from None
        except refusals.Refused as error:
            raise Refused(f"{error}. Nothing was changed and no money moved.") from None
        return Outcome(
            text="Proposed. Another person must approve it before anything changes.",
            url=reverse("admin:disbursements_settlement_change", args=[settlement.pk]),
        )


def _why_not(row: DisbursementRequest) -> str:
    """Read once for each page."""
    if not hasattr(row, "off_for_settling"):
        why_not = reads.why_not_by_hand(row, reads.attempts_in_question(row))
        if not why_not and reads.open_settlement(row):
            why_not = WAITS
        row.off_for_settling = why_not  # type: ignore[attr-defined]
    return str(row.off_for_settling)  # type: ignore[attr-defined]
