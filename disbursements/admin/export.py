"""Take filtered rows away in a file; and the list of everything that was taken."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from core import clock
from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import ROWS_PER_PAGE, RecordAdmin, column
from core.admin.confirm import ConfirmedAction
from core.admin.counting import EstimatingPaginator
from core.admin.record import Facts, Headline, Record
from core.callers import Caller
from disbursements.models import Export
from disbursements.operations.export import FORMATS, export
from disbursements.queries import selection as selections
from disbursements.queries.exported import PAYOUTS, Listing
from vault.queries import caller_of

REMEMBERED = "export_columns"
WINNER_COLUMNS = (
    "user", "amount", "currency", "status", "reason", "code", "attempts", "returned", "receipt",
    "paid_at", "reference", "id",
)  # fmt: skip


class ExportForm(forms.Form):
    """Which columns, in which format."""

    columns = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one column, such as reference"},
    )
    file_format = forms.ChoiceField(
        label="Format",
        choices=[("csv", "CSV, opens in Excel"), ("json", "JSON, one array")],
        widget=forms.Select(attrs={"class": "pv-input"}),
    )

    def __init__(self, listing: Listing, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["columns"]
        field.choices = [
            (name, f"{name}: {column.text}") for name, column in listing.columns.items()
        ]


class ExportPayouts(ConfirmedAction):
    """The page on which a file is put together; the POST answers with the file itself."""

    name = "export"
    permission = "export"
    form_class = ExportForm
    template = "disbursements/export.html"
    listing = PAYOUTS
    noun = "payouts"
    as_selection: Callable[[Mapping[str, Any]], dict[str, str]] = staticmethod(
        selections.as_selection
    )

    def list_view(self, request: HttpRequest) -> HttpResponseBase:
        """GET: what would leave. POST: it leaves, streamed."""
        self._demand_permission(request)
        sent = request.method == "POST"
        selection = self.as_selection(request.POST if sent else request.GET)
        caller = caller_of(request.user, origin="admin")
        form = (
            ExportForm(self.listing, request.POST)
            if sent
            else ExportForm(self.listing, initial=self._initial(request))
        )
        try:
            if sent and form.is_valid():
                return self._leave(request, selection, form.cleaned_data, caller)
            count = self._count(selection, caller)
        except selections.BadSelection as refused:
            form.add_error(None, f"{refused}. Nothing left.") if sent else None
            return self._shown(request, selection, form, caller, wrong=str(refused))
        return self._shown(request, selection, form, caller, count=count)

    def _leave(
        self,
        request: HttpRequest,
        selection: dict[str, str],
        answers: dict[str, Any],
        caller: Caller,
    ) -> StreamingHttpResponse:
        leaving = export(
            selection=selection, columns=answers["columns"], file_format=answers["file_format"],
            for_spreadsheet=True, caller=caller, at=clock.now(), of=self.listing,
        )  # fmt: skip
        request.session[f"{REMEMBERED}:{self.listing.name}"] = answers["columns"]
        return StreamingHttpResponse(
            leaving.blocks,
            content_type=leaving.content_type,
            headers={"Content-Disposition": f'attachment; filename="{leaving.file_name}"'},
        )

    def _shown(
        self,
        request: HttpRequest,
        selection: dict[str, str],
        form: ExportForm,
        caller: Caller,
        *,
        count: str = "",
        wrong: str = "",
    ) -> HttpResponse:
        opts = self.admin.opts
        listed = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": opts,
            "title": f"Export {self.noun}",
            "noun": self.noun,
            "form": form,
            "selection": selection,
            "count": count,
            "wrong": wrong,
            "masked": not caller.may(shown.SEE_PHONES),
            "back_url": f"{listed}?{urlencode(selection)}",
        }
        return TemplateResponse(request, self.template, context, status=422 if wrong else 200)

    def _initial(self, request: HttpRequest) -> dict[str, Any]:
        """The columns that the person chose the last time; of a payout job those of winners."""
        remembered = request.session.get(f"{REMEMBERED}:{self.listing.name}", [])
        chosen = WINNER_COLUMNS if request.GET.get("job") else remembered
        known = [name for name in chosen if name in self.listing.columns]
        return {
            "columns": known or list(self.listing.default_columns), "file_format": FORMATS[0],
        }  # fmt: skip

    def _count(self, selection: dict[str, str], caller: Caller) -> str:
        rows = self.listing.rows(
            selection, partners=caller.partners, may_see_phones=caller.may(shown.SEE_PHONES)
        )
        pages = EstimatingPaginator(rows.order_by(f"-{self.listing.newest_by}"), ROWS_PER_PAGE)
        return f"about {pages.count:,}" if pages.is_estimated else f"{pages.count:,}"


@admin.register(Export)
class ExportAdmin(RecordAdmin):
    """Everything that was taken away."""

    purpose = "Who took which rows away, with which columns. It is written before a row leaves."
    nothing_yet = "Nothing was taken away yet."
    list_display = ("who", "what", "how_many", "phones", "since")
    ordering = ("-started_at",)

    @column("By")
    def who(self, row: Export) -> Any:
        """Who, through which door."""
        return shown.two_lines(row.actor, row.origin)

    @column("Filter")
    def what(self, row: Export) -> str:
        """The filters."""
        return _in_words(row.selection)

    @column("Rows")
    def how_many(self, row: Export) -> str:
        """How many left; nothing when it broke off."""
        return "broke off" if row.rows is None else f"{row.rows:,}"

    @column("Phones")
    def phones(self, row: Export) -> str:
        """Whether they were whole."""
        return "masked" if row.phones_masked else "whole"

    @column("When")
    def since(self, row: Export) -> Any:
        """When it began."""
        return shown.moment(row.started_at)

    def record(self, request: HttpRequest, row: Export) -> Record:
        """One export."""
        facts: list[tuple[str, object]] = [
            ("Filter", _in_words(row.selection)),
            ("Columns", ", ".join(row.columns)),
            ("Format", row.format),
            ("Phones", self.phones(row)),
            ("Began", shown.moment(row.started_at)),
            ("Ended", shown.moment(row.ended_at)),
            ("Rows", self.how_many(row)),
        ]
        return Record(
            headline=Headline(kind="Export", main=f"By {row.actor}", beside=row.origin),
            sections=[Facts(title="What left", rows=facts), steps_of(row)],
        )


def _in_words(selection: dict[str, str]) -> str:
    """`status failed, from 2026-11-15`; phones in a search masked."""
    words = ", ".join(f"{name.replace('_', ' ')} {text}" for name, text in selection.items())
    return shown.free_text(words) or "everything"
