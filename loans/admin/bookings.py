"""Bookings: what is paid and on its way into Mifos X; above all what is paid and not booked."""

import json
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from core.admin import everyday, shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Facts, Headline, Raw, Record, Section, Timeline
from disbursements.queries.timeline import calls
from loans.admin import words
from loans.admin.booking_actions import BookAgain, ProposeGiveUp, ProposePayAgain
from loans.models import LoanBooking, LoanTracking
from loans.queries import search
from loans.queries.bookings import NOT_BOOKED, OPEN
from loans.rules.booking_words import explain

TOGETHER = {"not_booked": NOT_BOOKED, "open": OPEN}
VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("Paid, not booked", {"status": "not_booked"}),
    ("Being booked", {"status": "open"}),
    ("Wait for a checker", {"status": "waits_for_checker"}),
    ("Booked", {"status": "booked"}),
    ("Given up", {"status": "given_up"}),
    ("All", {}),
)


class StatusFilter(ChoiceFilter):
    """The queue, all that is under way, or one status."""

    title = "status"
    parameter_name = "status"
    column = "status"
    values = (
        ("not_booked", "Paid, not booked"), ("open", "Being booked"),
        *((str(name), text) for name, text in words.BOOKING_WORDS.items()),
    )  # fmt: skip

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Of the chosen ones."""
        if self.value() in TOGETHER:
            return queryset.filter(status__in=TOGETHER[str(self.value())])
        return super().queryset(request, queryset)


class PaidFilter(MomentFilter):
    """When the client was paid."""

    title = "day of payment"
    column = "paid_at"


@admin.register(LoanBooking)
class LoanBookingAdmin(RecordAdmin):
    """Every paid loan on its way back into Mifos X."""

    partner_path = "loan__partner"
    has_phones = True
    purpose = (
        "Paid loans on their way into the books of Mifos X. What Mifos X refuses is paid and not "
        "booked: put the cause right there, then book again."
    )
    nothing_yet = "Nothing was paid yet that Mifos X has to know of."
    all_clear = "All clear: everything paid is booked in Mifos X."
    list_display = ("loan_number", "client", "amount", "receipt_text", "state", "reason", "since")
    list_filter = (StatusFilter, PaidFilter)
    list_select_related = ("loan__partner", "disbursement")
    search_fields = ("receipt",)
    search_help_text = "Loan or account number, client, phone, amount, receipt or external id"
    ordering = ("-paid_at", "-id")
    row_actions = (BookAgain, ProposeGiveUp, ProposePayAgain)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Those of the loans that the search finds."""
        term = search_term.strip()
        if not term:
            return queryset, False
        may_see = shown.may_see_phones(request)
        found = search.found(LoanTracking.objects.all(), text=term, may_see_phones=may_see)
        return queryset.filter(Q(loan__in=found.values("pk")) | Q(external_id=term)), False

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        return everyday.views(changelist, VIEWS, names=["status"])

    @column("Loan")
    def loan_number(self, row: LoanBooking) -> Any:
        """Its number in Mifos X, and whose loan it is there."""
        return shown.two_lines(row.loan.loan_id, row.loan.partner.name)

    @column("Client")
    def client(self, row: LoanBooking) -> Any:
        """Name and phone, always masked."""
        return words.client(row.loan)

    @column("To be booked")
    def amount(self, row: LoanBooking) -> Any:
        """What Mifos X books."""
        return shown.amount(row.gross_minor, row.currency)

    @column("Receipt")
    def receipt_text(self, row: LoanBooking) -> Any:
        """Of the payout, and when it was paid."""
        return shown.two_lines(row.receipt, shown.relative(row.paid_at))

    @column("In Mifos X")
    def state(self, row: LoanBooking) -> Any:
        """How the booking stands."""
        return words.booking_status(row)

    @column("Why, and what to do")
    def reason(self, row: LoanBooking) -> Any:
        """Of what is not booked."""
        return words.booking_reason(row)

    @column("Since")
    def since(self, row: LoanBooking) -> Any:
        """Since when it stands so."""
        return shown.moment(row.status_at)

    def record(self, request: HttpRequest, row: LoanBooking) -> Record:
        """The booking, the answer of Mifos X in words, and what was sent."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind=f"Booking of loan {row.loan.loan_id} of {row.loan.partner}",
                main=shown.amount(row.gross_minor, row.currency),
                beside=words.client(row.loan, may_see=may_see),
                status=words.booking_status(row),
                meaning=row.MACHINE.meanings[row.status],
                next_step=words.booking_step(row),
            ),
            sections=_sections(row, may_see=may_see),
        )


def _sections(row: LoanBooking, *, may_see: bool) -> list[Section]:
    sections: list[Section] = []
    if row.code or row.text:
        sections.append(Facts(title="What Mifos X said", rows=_answer(row, may_see=may_see)))
    sections += [
        Facts(title="What is booked", rows=_facts(row)),
        steps_of(row, may_see_phones=may_see),
        Timeline(
            title="Calls to Mifos X about this loan",
            events=list(calls([str(row.loan_id), str(row.pk)], may_see_phones=may_see)),
            empty="Mifos X was not asked about it yet.",
        ),
    ]
    if row.body:
        body = shown.raw(json.dumps(row.body), may_see_phones=may_see)
        sections.append(Raw(title="What is sent", text=body, note="Frozen with its key."))
    return sections


def _answer(row: LoanBooking, *, may_see: bool) -> list[tuple[str, object]]:
    found = explain(row.code)
    return [
        ("What happened", found.what),
        ("What to do", found.what_to_do),
        ("In its own words", shown.free_text(row.text, may_see_phones=may_see) or "nothing"),
        ("Its code", shown.copied(row.code, label="code")),
        ("Told as a note on the loan", shown.moment(row.noted_at) if row.noted_at else "no"),
    ]


def _facts(row: LoanBooking) -> list[tuple[str, object]]:
    payout = row.disbursement
    return [
        ("Loan", shown.link(words.page_of(row.loan), f"Loan {row.loan.loan_id}")),
        ("Payout", shown.link(reverse(words.PAYOUT, args=[payout.pk]), f"Cycle {row.cycle}")),
        ("M-Pesa receipt", shown.copied(row.receipt, label="receipt")),
        ("Paid", shown.moment(row.paid_at)),
        ("To the client", shown.amount(payout.amount_minor, payout.currency)),
        ("Booked in Mifos X", shown.amount(row.gross_minor, row.currency)),
        ("External id", shown.copied(row.external_id, label="external id")),
        ("Idempotency key", shown.copied(row.idempotency_key, label="idempotency key")),
        ("Transaction there", shown.copied(str(row.transaction_id or ""), label="transaction")),
        ("Checker's command", row.command_id or shown.NOTHING),
        ("Tries", row.tries),
        ("First sent", shown.moment(row.sent_at)),
        ("Booked", shown.moment(row.booked_at)),
        ("Our id", shown.copied(str(row.pk), label="our id")),
    ]
