"""Sync now: one partner's loans are fetched, paid and booked, without waiting for the schedule."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from core import clock, refusals
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, ReasonForm, Refused
from core.admin.scope import of_partners, partners_of
from loans.admin import words
from loans.models import MifosConnection
from loans.operations.sync_now import sync_now
from loans.queries.runs import in_words
from loans.rules.run_words import STEPS
from vault.queries import caller_of

EVERYTHING = "all"
WHAT = (
    (EVERYTHING, "Fetch, pay and book"),
    *((name, text) for name, text in STEPS.items()),
)


class SyncForm(ReasonForm):
    """Whose loans, and which of the three steps."""

    partner: Any = forms.ChoiceField(
        label="Partner",
        widget=forms.Select(attrs={"class": "pv-input"}),
        error_messages={"required": "Choose the partner whose loans are to be synced"},
    )
    what = forms.ChoiceField(
        choices=WHAT,
        label="What",
        initial=EVERYTHING,
        widget=forms.Select(attrs={"class": "pv-input"}),
    )
    field_order = ("partner", "what", "reason")

    def __init__(self, partners: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].choices = list(partners)  # type: ignore[attr-defined]


class SyncNow(ConfirmedAction):
    """One sync of one partner, at once."""

    name = "sync"
    label = "Sync now…"
    permission = "sync"
    primary = True

    def allowed(self, request: HttpRequest) -> bool:
        """The same permission on the list of loans and on that of syncs."""
        return self.admin.is_open_to(request) and request.user.has_perm("loans.sync_loantracking")

    def list_view(self, request: HttpRequest) -> Any:
        """The form, then the sync itself; it leads to what it did."""
        self._demand_permission(request)
        partners = _partners(request)
        sent = request.method == "POST" and "confirmed" in request.POST
        form = SyncForm(partners, request.POST if sent else None)
        confirmation = _confirmation(partners)
        if sent and not confirmation.blocked and form.is_valid():
            try:
                return self._perform(request, [], form)
            except Refused as refused:
                form.add_error(None, str(refused))
        return self.page(
            request, confirmation, form, hidden=[], action_url=self.url(),
            back_url=self.back_url([]),
        )  # fmt: skip

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """One operation call."""
        steps = tuple(STEPS) if answers["what"] == EVERYTHING else (answers["what"],)
        try:
            run = sync_now(
                partner_id=answers["partner"], steps=steps, reason=answers["reason"],
                caller=caller_of(request.user, origin="admin"), at=clock.now(),
            )  # fmt: skip
        except refusals.Refused as refused:
            raise Refused(f"{refused}. Nothing was fetched, paid or booked.") from None
        return Outcome(
            text=f"Synced: {in_words(run)}",
            url=words.page_of(run),
            level=messages.WARNING if run.errors else messages.SUCCESS,
        )


def _partners(request: HttpRequest) -> list[tuple[str, str]]:
    """Those within reach whose Mifos X is set up, by name."""
    rows = of_partners(MifosConnection.objects.all(), partners_of(request), path="partner")
    found = rows.order_by("partner__name").values_list("partner_id", "partner__name")
    return [(str(pk), name) for pk, name in found]


def _confirmation(partners: Sequence[tuple[str, str]]) -> Confirmation:
    return Confirmation(
        title="Sync loans now",
        button="Sync now",
        will_happen=[
            "Fetch: approved loans are read from Mifos X.",
            "Pay: pending ones are looked at there once more and handed to M-Pesa.",
            "Book: what is paid is told to Mifos X.",
            "It does what the schedule does every five minutes, one sync at a time per partner.",
            "This page waits for its end, a minute at most, and shows what it did.",
        ],
        blocked="" if partners else "No partner has a Mifos X connection yet: set one up first.",
    )
