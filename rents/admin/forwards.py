"""Transfers of rent to owners: what each consists of, its payout, its timeline."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse

from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Column, Facts, Headline, Record, Table, Timeline
from disbursements.admin import words as payout_words
from disbursements.queries.search import amount_in
from rents.admin import words
from rents.admin.releasing import Release
from rents.models import Forward, ForwardPart
from rents.queries.timeline import timeline
from rents.states import ForwardStatus

PAYOUT = "admin:disbursements_disbursementrequest_change"


class StateFilter(ChoiceFilter):
    """One state."""

    title = "state"
    parameter_name = "status"
    column = "status"
    values = tuple((each.value, each.value.capitalize()) for each in ForwardStatus)


@admin.register(Forward)
class ForwardAdmin(RecordAdmin):
    """Every transfer of collected rent."""

    partner_path = "partner"

    purpose = "Collected rent on its way to owners: one payout each, of one rent or of several."
    nothing_yet = "No transfer yet. They are made when rent is due to be forwarded."
    all_clear = "All clear: no such transfer."
    list_display = ("payout", "owner_name", "amount", "rents", "state", "why", "since")
    list_filter = (StateFilter, MomentFilter)
    list_select_related = ("owner", "disbursement", "partner")
    search_fields = ("disbursement__client_reference",)
    search_help_text = "Owner, payout's reference or receipt, amount"
    ordering = ("-created_at", "-id")
    row_actions = (Release,)

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        """By the payout's names, the owner or the amount."""
        term = search_term.strip()
        if not term:
            return queryset, False
        hits = (
            Q(disbursement__client_reference__iexact=term)
            | Q(disbursement__receipt=term.upper())
            | Q(owner__name__icontains=term)
        )
        amount = amount_in(term)
        if amount is not None:
            hits |= Q(amount_minor=amount)
        return queryset.filter(hits), False

    def get_queryset(self, request: HttpRequest) -> Any:
        """With the number of rents in each."""
        return super().get_queryset(request).annotate(parts_count=Count("parts"))

    @column("Payout")
    def payout(self, row: Forward) -> Any:
        """Its reference."""
        return row.disbursement.client_reference

    @column("Owner")
    def owner_name(self, row: Forward) -> Any:
        """Whose money it is, and whose owner."""
        return shown.two_lines(row.owner.name, row.partner.name)

    @column("Amount")
    def amount(self, row: Forward) -> Any:
        """How much."""
        return shown.amount(row.amount_minor, row.currency)

    @column("Rents")
    def rents(self, row: Any) -> str:
        """How many."""
        return f"{row.parts_count:,}"

    @column("State")
    def state(self, row: Forward) -> Any:
        """How it stands."""
        return words.forward_status(row)

    @column("Reason")
    def why(self, row: Forward) -> str:
        """Why it failed."""
        return shown.free_text(row.failure_text) if row.status == ForwardStatus.FAILED else ""

    @column("Made")
    def since(self, row: Forward) -> Any:
        """When it was made."""
        return shown.moment(row.created_at)

    def record(self, request: HttpRequest, row: Forward) -> Record:
        """One transfer with its rents."""
        may_see = shown.may_see_phones(request)
        payout = row.disbursement
        url = reverse(PAYOUT, args=[payout.pk])
        return Record(
            headline=Headline(
                kind=f"Transfer of rent by {row.partner}",
                main=shown.amount(row.amount_minor, row.currency),
                beside=shown.two_lines(words.link(row.owner), payout_words.payee(payout)),
                status=words.forward_status(row),
                meaning=row.MACHINE.meanings[row.status],
                next_step=payout_words.next_step(payout, pause=None),
            ),
            sections=[
                _parts(row),
                Facts(
                    title="Facts",
                    rows=[
                        ("Payout", shown.link(url, payout.client_reference)),
                        ("Payout's state", payout_words.status(payout)),
                        ("Reason", shown.free_text(row.failure_text) or shown.NOTHING),
                        ("Made because", row.created_because),
                        ("Made by", row.created_by),
                        ("Arrived", shown.moment(row.completed_at)),
                        ("Our id", shown.copied(str(row.pk), label="our id")),
                        ("Receipt", shown.copied(payout.receipt or "", label="receipt")),
                    ],
                ),
                Timeline(
                    title="Timeline",
                    events=timeline(
                        payment=None, prompt=None, forwards=[row], may_see_phones=may_see
                    ),
                ),
            ],
        )


def _out(part: ForwardPart, currency: str) -> object:
    if part.released_at:
        return "taken back"
    return shown.amount(part.amount_minor, currency)


def _parts(row: Forward) -> Table:
    parts = ForwardPart.objects.filter(forward=row).select_related(
        "payment__tenant", "payment__property"
    )
    return Table(
        title="What it consists of",
        columns=[
            Column(label="Receipt"), Column(label="Whose rent"), Column(label="Paid"),
            Column(label="Received", numeric=True), Column(label="Fee", numeric=True),
            Column(label="Out", numeric=True),
        ],
        rows=[
            [
                shown.link(words.page_of(part.payment), part.payment.receipt),
                words.who(part.payment),
                shown.moment(part.payment.paid_at),
                shown.amount(part.payment.amount_minor, row.currency),
                shown.amount(part.payment.amount_minor - part.amount_minor, row.currency),
                _out(part, row.currency),
            ]
            for part in parts
        ],
    )  # fmt: skip
