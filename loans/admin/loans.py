"""Loans: the list with its cards, and its doors. The page of one is in loan_page.py."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from core.admin import everyday, shown
from core.admin.base import RecordAdmin, column
from core.admin.record import Record
from disbursements.admin.searching import search_results
from loans.admin import cards, loan_page, words
from loans.admin.actions import Hold, Recheck, Release, RetryPayment
from loans.admin.card import day
from loans.admin.export import ExportLoans
from loans.admin.filters import FILTERS
from loans.admin.sync_now import SyncNow
from loans.models import LoanTracking
from loans.queries import search
from loans.queries.beside import present_bookings

VIEWS: tuple[tuple[str, dict[str, str]], ...] = (
    ("All", {}),
    ("Paid, not booked", {"booking": "not_booked"}),
    ("Held", {"status": "held"}),
    ("Changed in Mifos X", {"status": "held", "held": "changed,new_approval"}),
    ("No phone to pay", {"status": "held", "held": "no_phone,several_phones,bad_phone"}),
    ("Failed", {"status": "failed"}),
    ("First seen today", {"when": "today"}),
)


@admin.register(LoanTracking)
class LoanTrackingAdmin(RecordAdmin):
    """Every loan that was seen approved in Mifos X."""

    partner_path = "partner"
    has_phones = True

    purpose = "Loans approved in Mifos X: paid by M-Pesa, then booked back there."
    nothing_yet = "No loan yet. They are fetched from Mifos X every five minutes."
    all_clear = "All clear: no such loan."
    list_display = ("loan", "whose", "amount", "of_product", "state", "reason", "since")
    list_filter = FILTERS
    list_filter_submit = True
    list_select_related = ("partner", "disbursement")
    list_before_template = "loans/loans_top.html"
    search_fields = ("account_no",)
    search_help_text = "Loan or account number, client, phone, amount, receipt or our id"
    sortable_by = ("since", "of_product")
    ordering = ("-created_at", "-id")
    row_actions = (Release, RetryPayment, Recheck, Hold)
    list_actions = (SyncNow, ExportLoans)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By anything that names a loan."""
        instead = "the loan's number, the account or the client's name"
        return search_results(request, queryset, search_term, find=search.found, instead=instead)

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        names = [part.parameter_name for part in FILTERS]
        return everyday.views(changelist, VIEWS, names=names)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the booking of each row, read once, and the cards."""
        changelist: Any = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        found = present_bookings(changelist.result_list)
        for row in changelist.result_list:
            row.booking = found.get(row.pk)
        changelist.cards = cards.cards(request, changelist)
        changelist.export_url = ExportLoans(self).url_of(request, changelist)
        return changelist

    @column("Loan")
    def loan(self, row: LoanTracking) -> Any:
        """Its number in Mifos X, and whose loan it is there."""
        return shown.two_lines(row.loan_id, row.partner.name)

    @column("Client")
    def whose(self, row: LoanTracking) -> Any:
        """Name and phone, always masked."""
        return words.client(row)

    @column("To the client")
    def amount(self, row: LoanTracking) -> Any:
        """What is paid; where Mifos X books another amount, that too."""
        if row.net_minor == row.gross_minor:
            return words.net(row)
        return shown.two_lines(
            words.net(row), f"of {words.amount_text(row.gross_minor, row.currency)}"
        )

    @column("Product, expected", ordering="expected_on")
    def of_product(self, row: LoanTracking) -> Any:
        """By name, and the day it is to be disbursed on, as Mifos X has it."""
        return shown.two_lines(words.product(row), f"on {day(row.expected_on)}")

    @column("Status")
    def state(self, row: Any) -> Any:
        """The status, and below it whether Mifos X knows of the money."""
        status = words.loan_status(row)
        return (
            shown.two_lines(status, words.booking_status(row.booking)) if row.booking else status
        )

    @column("Why")
    def reason(self, row: Any) -> str:
        """Why it is held, failed or not booked."""
        return words.why(row, row.booking)

    @column("First seen", ordering="created_at")
    def since(self, row: LoanTracking) -> Any:
        """When we first saw it approved."""
        return shown.moment(row.created_at)

    def record(self, request: HttpRequest, row: LoanTracking) -> Record:
        """The loan's page."""
        return loan_page.record(request, row)
