"""Payouts: the list and its doors. What the detail page shows is in payout_page.py."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.record import Record
from disbursements.admin import actions as by_hand
from disbursements.admin import attempts, list_views, payout_page, words
from disbursements.admin.ask_mpesa import AskMpesa, LookUp
from disbursements.admin.correct import Correct
from disbursements.admin.export import ExportPayouts
from disbursements.admin.filters import FILTERS
from disbursements.admin.propose import ProposeSettlement
from disbursements.admin.release import Release, ReleaseMany, release_selected
from disbursements.admin.reversal_actions import ProposeReversal
from disbursements.admin.searching import search_results
from disbursements.admin.upload import UploadPayees
from disbursements.models import DisbursementRequest
from disbursements.queries import search
from disbursements.queries.result_codes import CodeTable
from disbursements.rules.rail_words import is_stripe


@admin.register(DisbursementRequest)
class DisbursementRequestAdmin(RecordAdmin):
    """Every outgoing payment."""

    partner_path = "partner"
    has_phones = True

    purpose = "Every instruction to pay one payee once, newest first."
    nothing_yet = "No payout yet. They arrive through the API or with “Upload payees”."
    all_clear = ""
    list_display = (
        "reference", "payee", "amount", "state", "tries", "reason", "next_try",
        "age",
    )  # fmt: skip
    list_filter = FILTERS
    list_filter_submit = True
    list_select_related = ("partner",)
    search_fields = ("client_reference",)
    search_help_text = "Reference, receipt, phone, amount, name, user, settlement, tr_… or acct_…"
    sortable_by = ("age",)
    ordering = ("-created_at", "-id")
    actions = (*by_hand.LIST_ACTIONS, release_selected)
    row_actions = (
        AskMpesa, LookUp, Release, Correct, *by_hand.ROW_VERBS, ProposeSettlement, ProposeReversal,
    )  # fmt: skip
    list_actions = (UploadPayees, ReleaseMany, ExportPayouts, *by_hand.LIST_VERBS)

    def get_actions(self, request: HttpRequest) -> Any:
        """Only what the person may do."""
        return by_hand.allowed_actions(self, request, super().get_actions(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By anything that names a payout."""
        instead = "the reference, the receipt, the amount or the name"
        return search_results(request, queryset, search_term, find=search.found, instead=instead)

    def views(self, changelist: ChangeList) -> list[dict[str, Any]]:
        """The everyday questions."""
        return list_views.built_in(changelist)

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """With the words of every code and what replaces what, read once; the way to a file."""
        changelist: Any = super().get_changelist_instance(request)
        changelist.result_list = list(changelist.result_list)
        codes, replaced = CodeTable.read(), list_views.replaced(changelist.result_list)
        for row in changelist.result_list:
            row.replaced_by = replaced.get(row.pk, "")
            row.in_words = codes.in_words(
                code=row.failure_code, text=row.failure_text, rail=row.rail
            )
        changelist.all_clear = list_views.all_clear(request, self, changelist)
        changelist.export_url = list_views.export_url(request, self, changelist)
        return changelist

    def get_urls(self) -> list[URLPattern]:
        """Also the attempts that open below a row."""
        view = self.admin_site.admin_view(self.attempts_part)
        name = "disbursements_disbursementrequest_attempts"
        return [path("<str:object_id>/attempts/", view, name=name), *super().get_urls()]

    def attempts_part(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The attempts of one payout, for those who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404("There is no such payout")
        return attempts.part(request, row)

    @column("Reference")
    def reference(self, row: DisbursementRequest) -> Any:
        """The partner's reference, and the partner."""
        return shown.two_lines(words.reference(row), row.partner.name)

    @column("Payee")
    def payee(self, row: DisbursementRequest) -> Any:
        """Name and phone, the phone always masked in lists; of a business its shortcode."""
        return words.payee(row)

    @column("Amount")
    def amount(self, row: DisbursementRequest) -> Any:
        """How much."""
        return shown.amount(row.amount_minor, row.currency)

    @column("Status")
    def state(self, row: DisbursementRequest) -> Any:
        """The status."""
        return words.status(row)

    @column("Retries")
    def tries(self, row: DisbursementRequest) -> Any:
        """`2 of 3`, and how often it was sent; it opens the attempts."""
        return attempts.opener(row)

    @column("Reason")
    def reason(self, row: Any) -> Any:
        """Why it stands where it stands, phones always masked in lists; whose side it is on."""
        return words.reason_with_side(row, row.in_words)

    @column("Next")
    def next_try(self, row: Any) -> Any:
        """When we act next, or what replaces it."""
        if row.replaced_by:
            return shown.two_lines("Replaced by", row.replaced_by)
        text = words.next_try(row)
        return "" if text == shown.NOTHING else text

    @column("Instructed", ordering="created_at")
    def age(self, row: DisbursementRequest) -> Any:
        """Since when."""
        return shown.moment(row.created_at)

    def _phones(self, request: HttpRequest, row: DisbursementRequest) -> dict[str, Any] | None:
        """A winner has none."""
        return None if is_stripe(row.rail) else super()._phones(request, row)

    def record(self, request: HttpRequest, row: DisbursementRequest) -> Record:
        """The detail page."""
        return payout_page.record(request, row)
