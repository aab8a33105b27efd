"""Correct and resend: a new payout, with another phone or amount, in the place of a failed one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse

from core import money, refusals
from core.admin import shown
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, ReasonForm, Refused
from core.admin.record import Column
from disbursements.models import DisbursementRequest
from disbursements.operations import correct as correcting
from disbursements.operations.instruct import BadInstruction
from disbursements.rules import intake
from vault.queries import caller_of

PAYOUT = "admin:disbursements_disbursementrequest_change"
INPUT = {"class": "pv-input"}
LABELS = {"msisdn": "New phone", "amount": "Amount", "payee_name": "Payee's name",
          "client_reference": "Reference"}  # fmt: skip


class CorrectionForm(ReasonForm):
    """What is different; what is left as it is stays the same."""

    msisdn = forms.CharField(
        label=LABELS["msisdn"],
        required=False,
        max_length=30,
        help_text="A Kenyan mobile number, such as 0712 345 678. Empty keeps the one there is.",
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "tel", "autocomplete": "off"}),
    )
    amount = forms.CharField(
        label=LABELS["amount"],
        max_length=20,
        help_text="Shillings in digits, such as 1250.",
        widget=forms.TextInput(attrs={**INPUT, "inputmode": "decimal"}),
    )
    payee_name = forms.CharField(
        label=LABELS["payee_name"],
        required=False,
        max_length=intake.NAME_LENGTH_MAX,
        widget=forms.TextInput(attrs=INPUT),
    )
    client_reference = forms.CharField(
        label=LABELS["client_reference"],
        required=False,
        max_length=intake.REFERENCE_LENGTH_MAX,
        help_text="Of the new payout.",
        widget=forms.TextInput(attrs=INPUT),
    )
    field_order = ("msisdn", "amount", "payee_name", "client_reference", "reason")


class Correct(ConfirmedAction):
    """The old payout is never sent again; the new one is sent within minutes."""

    name = "correct"
    label = "Correct and resend…"
    explanation = "With another phone, amount or name. The old one is never sent again."
    permission = "correct"
    form_class = CorrectionForm

    def offered(self, row: DisbursementRequest) -> bool:
        """While it is proven not paid and was not corrected."""
        return not _why_not(row)

    def off_because(self, row: DisbursementRequest) -> str:
        """Why not, of what has ended."""
        return _why_not(row) if row.status in correcting.CORRECTABLE else ""

    def confirmation(
        self, request: HttpRequest, rows: Sequence[DisbursementRequest]
    ) -> Confirmation:
        """The old one as it stands; the form holds the new one."""
        row = rows[0]
        return Confirmation(
            title=f"Correct and resend {row.client_reference}",
            button="Send the corrected payout",
            will_happen=[
                f"A new payout is made of what stands below and sent from {row.shortcode.number}.",
                "The old one stays as it is, on record, and is never sent again.",
                "Both pages and both trails name the other.",
            ],
            columns=[Column(label="Now"), Column(label="Value")],
            lines=[
                ["Phone", shown.phone(row.msisdn, may_see=False)],
                ["Amount", shown.amount(row.amount_minor, row.currency)],
                ["Payee's name", row.payee_name or shown.NOTHING],
                ["Reference", row.client_reference],
                ["Why it ended", shown.free_text(row.retry_reason or row.status)],
            ],
        )

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """As it is now; the phone is only shown where looking at it is kept in the trail."""
        row = rows[0]
        return {
            "amount": money.plain(row.amount_minor, row.currency).removesuffix(".00"),
            "payee_name": row.payee_name,
            "client_reference": correcting.free_reference(row),
        }

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Make the new one."""
        try:
            done = correcting.correct(
                disbursement_id=rows[0].pk, caller=caller_of(request.user, origin="admin"), at=at,
                **answers | {"msisdn": answers["msisdn"] or None},
            )  # fmt: skip
        except BadInstruction as error:
            wrong = "; ".join(
                f"{LABELS.get(each.field, each.field)}: {each.message}" for each in error.problems
            )
            raise Refused(f"{wrong}. Nothing was sent.") from None
        except refusals.Refused as error:
            raise Refused(f"{error}. Nothing was sent.") from None
        child = done.disbursement
        return Outcome(
            text=f"{child.client_reference} replaces {rows[0].client_reference} and is sent "
            "within minutes.",
            url=reverse(PAYOUT, args=[child.pk]),
        )


def relatives(row: DisbursementRequest) -> list[tuple[str, object]]:
    """Facts of the payout's page: the one it corrects, and the one that corrects it."""
    child = DisbursementRequest.objects.filter(corrects=row).first()
    found = [("Corrects", row.corrects), ("Corrected by", child)]
    return [
        (name, shown.link(reverse(PAYOUT, args=[other.pk]), other.client_reference))
        for name, other in found
        if other is not None
    ]


def _why_not(row: DisbursementRequest) -> str:
    """Read once for each page."""
    if not hasattr(row, "off_for_correcting"):
        row.off_for_correcting = correcting.why_not_corrected(row)  # type: ignore[attr-defined]
    return str(row.off_for_correcting)  # type: ignore[attr-defined]
