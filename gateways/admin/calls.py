"""Calls: what we sent to providers and what they answered, secrets removed."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.filters import MomentFilter
from core.admin.record import Facts, Headline, Raw, Record
from gateways.models import Call


class StartedFilter(MomentFilter):
    """When we called."""

    title = "day of the call"
    column = "started_at"


@admin.register(Call)
class CallAdmin(RecordAdmin):
    """Everything that we sent."""

    purpose = "Every call to a provider with its answer, secrets removed. Append-only."
    nothing_yet = "No call has been made yet."
    list_display = ("call", "answer", "about", "shortcode", "took", "started")
    list_filter = (StartedFilter,)
    search_fields = ("subject_id",)
    search_help_text = "Number or payout id"
    ordering = ("-started_at",)
    has_phones = True

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By number or subject."""
        term = search_term.strip()
        wanted = Q(subject_id=term)
        if term.isascii() and term.isdigit() and len(term) < 18:
            wanted |= Q(pk=int(term))
        return (queryset.filter(wanted) if term else queryset), False

    @column("Call")
    def call(self, row: Call) -> str:
        """Kind and number."""
        return f"{row.kind.replace('-', ' ').capitalize()} {row.pk}"

    @column("Answer")
    def answer(self, row: Call) -> Any:
        """Its HTTP status, or why there is none."""
        return answered(row)

    @column("About")
    def about(self, row: Call) -> str:
        """The row that it is about."""
        return row.subject_id or shown.NOTHING

    @column("Took")
    def took(self, row: Call) -> str:
        """How long it took."""
        return f"{row.duration_ms:,} ms"

    @column("Started")
    def started(self, row: Call) -> Any:
        """When it left."""
        return shown.moment(row.started_at)

    def record(self, request: HttpRequest, row: Call) -> Record:
        """One call."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind=f"Call {row.pk} to {row.provider}",
                main=row.kind.replace("-", " ").capitalize(),
                beside=f"{row.method} {shown.raw(row.url, may_see_phones=True)}",
                status=answered(row),
                meaning=shown.free_text(row.error, may_see_phones=may_see),
            ),
            sections=[
                Facts(
                    title="Facts",
                    rows=[
                        ("About", shown.copied(row.subject_id, label="subject id")),
                        ("Shortcode", row.shortcode or shown.NOTHING),
                        (
                            "Provider's request id",
                            shown.copied(row.request_id, label="request id"),
                        ),
                        ("Started", shown.moment(row.started_at)),
                        ("Took", f"{row.duration_ms:,} ms"),
                    ],
                ),
                Raw(
                    title="What we sent, secrets removed",
                    text=shown.raw(row.request_body, may_see_phones=may_see),
                    is_open=True,
                ),
                Raw(
                    title="What was answered, secrets removed",
                    text=shown.raw(row.response_body, may_see_phones=may_see),
                    is_open=True,
                ),
            ],
        )


def answered(row: Call) -> Any:
    """How a call was answered."""
    if row.http_status is None:
        return shown.status("No answer", meaning=row.error, tone=shown.BAD)
    tone = shown.GOOD if row.http_status < 400 else shown.WARN
    return shown.status(f"HTTP {row.http_status}", meaning=row.error, tone=tone)
