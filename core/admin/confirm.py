"""Every change by a person: a page that says what will happen, a reason, one POST.

Reading the page changes nothing. The rows are frozen by id: what changed meanwhile is refused by
the operation and said so, and sending the form twice does the work once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from core import clock
from core.admin import shown
from core.admin.record import Column

REASON_LENGTH_MIN = 8
REASON_LENGTH_MAX = 500
LINES_SHOWN = 10
ROWS_MAX = 500


class Refused(Exception):
    """The operation did not do it. The text says why, whether money moved and what to do."""


class ReasonForm(forms.Form):
    """Why. Kept in the trail for ever."""

    reason = forms.CharField(
        min_length=REASON_LENGTH_MIN,
        max_length=REASON_LENGTH_MAX,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "class": "pv-input"}),
        help_text=f"At least {REASON_LENGTH_MIN} characters. It is kept in the trail "
        "with your name.",
        error_messages={
            "required": "Write why, such as: float was topped up at 14:30",
            "min_length": f"Write at least {REASON_LENGTH_MIN} characters, such as: "
            "float was topped up at 14:30",
        },
    )


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What a person reads before agreeing."""

    title: str
    button: str
    will_happen: Sequence[str]
    count: int = 0
    noun: str = ""
    totals: Mapping[str, int] = field(default_factory=dict)
    oldest: datetime | None = None
    newest: datetime | None = None
    columns: Sequence[Column] = ()
    lines: Sequence[Sequence[object]] = ()
    skipped: Sequence[str] = ()
    blocked: str = ""
    chosen_by: str = ""

    @property
    def summary(self) -> list[tuple[str, object]]:
        """The filter, count, total per currency, oldest and newest, as far as they apply."""
        rows: list[tuple[str, object]] = []
        if self.chosen_by:
            rows.append(("Everything that matches", self.chosen_by))
        if self.count:
            rows.append(("How many", f"{self.count:,} {self.noun}"))
        if self.totals:
            rows.append(("Total", shown.totals(self.totals)))
        if self.oldest:
            rows.append(("Oldest", shown.moment(self.oldest)))
        if self.newest and self.newest != self.oldest:
            rows.append(("Newest", shown.moment(self.newest)))
        return rows

    @property
    def cells(self) -> list[list[tuple[Column, object]]]:
        """The first lines as pairs of heading and value."""
        return [list(zip(self.columns, line, strict=True)) for line in self.lines[:LINES_SHOWN]]

    @property
    def more(self) -> int:
        """How many lines are not shown."""
        return max(0, self.count - len(self.cells))


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What the operation answered, and where to look next."""

    text: str
    url: str = ""
    level: int = messages.SUCCESS


class ConfirmedAction:
    """One verb. A subclass says what it is about and makes one operation call in `perform`."""

    name = ""
    label = ""
    explanation = ""
    permission = "change"
    form_class: type[forms.Form] = ReasonForm
    template = "core/confirm.html"
    primary = False
    above_list = True

    def __init__(self, model_admin: Any) -> None:
        self.admin = model_admin

    def offered(self, row: Any) -> bool:
        """Whether the button stands on this row's page."""
        return True

    def off_because(self, row: Any) -> str:
        """Why the button does not stand there, where a person would look for it."""
        return ""

    def confirmation(self, request: HttpRequest, rows: Sequence[Any]) -> Confirmation:
        """What the page says."""
        raise NotImplementedError

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Call the operation. Raises Refused with a sentence for the person."""
        raise NotImplementedError

    def allowed(self, request: HttpRequest) -> bool:
        """Whether this person may do it."""
        return self.admin.may(request, self.permission)

    def url(self, row: Any = None) -> str:
        """The address of the confirmation page."""
        opts = self.admin.opts
        arguments = [row.pk] if row is not None else []
        return reverse(f"admin:{opts.app_label}_{opts.model_name}_{self.name}", args=arguments)

    def back_url(self, rows: Sequence[Any]) -> str:
        """Where Cancel and the end lead."""
        opts = self.admin.opts
        name = f"admin:{opts.app_label}_{opts.model_name}"
        if len(rows) == 1:
            return reverse(f"{name}_change", args=[rows[0].pk])
        return reverse(f"{name}_changelist")

    def row_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The page about one row."""
        self._demand_permission(request)
        row = self.admin.get_object(request, object_id)
        if row is None or not self.offered(row):
            raise Http404(f"There is no {self.admin.opts.verbose_name} to {self.name} here")
        return self._answer(request, [row], ids=[])

    def list_view(self, request: HttpRequest) -> HttpResponseBase:
        """The page about nothing in particular, or about the rows whose ids were posted."""
        self._demand_permission(request)
        ids = request.POST.getlist("ids")[: ROWS_MAX + 1]
        return self._answer(request, self._rows(request, ids), ids=ids)

    def _rows(self, request: HttpRequest, ids: Sequence[str]) -> list[Any]:
        if not ids:
            return []
        try:
            return list(self.admin.get_queryset(request).filter(pk__in=ids))
        except (ValueError, ValidationError):
            return []

    def for_selection(self, request: HttpRequest, queryset: Any) -> HttpResponse:
        """The page about rows ticked in the list; nothing is changed yet."""
        self._demand_permission(request)
        rows = list(queryset[: ROWS_MAX + 1])
        return self._answer(request, rows, ids=[str(row.pk) for row in rows])

    def extra_context(self, request: HttpRequest) -> dict[str, Any]:
        """More for the template."""
        return {}

    def _answer(
        self, request: HttpRequest, rows: Sequence[Any], *, ids: Sequence[str]
    ) -> HttpResponse:
        confirmation = self.confirmation(request, rows)
        confirmed = request.method == "POST" and "confirmed" in request.POST
        form = (
            self.form_class(request.POST, request.FILES)
            if confirmed
            else self.form_class(initial=self.initial(request, rows))
        )
        if confirmed and not confirmation.blocked and len(rows) <= ROWS_MAX and form.is_valid():
            try:
                return self._perform(request, rows, form)
            except Refused as refused:
                form.add_error(None, str(refused))
        return self._page(request, rows, ids, confirmation, form)

    def initial(self, request: HttpRequest, rows: Sequence[Any]) -> dict[str, Any]:
        """What the form starts with."""
        return {}

    def _perform(
        self, request: HttpRequest, rows: Sequence[Any], form: forms.Form
    ) -> HttpResponse:
        outcome = self.perform(
            request=request, rows=rows, answers=form.cleaned_data, at=clock.now()
        )
        messages.add_message(request, outcome.level, outcome.text)
        return HttpResponseRedirect(outcome.url or self.back_url(rows))

    def _page(
        self,
        request: HttpRequest,
        rows: Sequence[Any],
        ids: Sequence[str],
        confirmation: Confirmation,
        form: forms.Form,
    ) -> HttpResponse:
        return self.page(
            request,
            confirmation,
            form,
            hidden=[("ids", id_) for id_ in ids],
            action_url=self.url(rows[0]) if rows and not ids else self.url(),
            back_url=self.back_url(rows),
            too_many=ROWS_MAX if len(rows) > ROWS_MAX else 0,
        )

    def page(
        self,
        request: HttpRequest,
        confirmation: Confirmation,
        form: forms.Form,
        *,
        hidden: Sequence[tuple[str, object]],
        action_url: str,
        back_url: str,
        too_many: int = 0,
    ) -> HttpResponse:
        """The page with its form; 422 when the form was sent and something in it is wrong."""
        context = {
            **self.admin.admin_site.each_context(request),
            "opts": self.admin.opts,
            "title": confirmation.title,
            "confirmation": confirmation,
            "form": form,
            "hidden": hidden,
            "action_url": action_url,
            "back_url": back_url,
            "too_many": too_many,
            **self.extra_context(request),
        }
        status = 422 if form.is_bound and form.errors else 200
        return TemplateResponse(request, self.template, context, status=status)

    def _demand_permission(self, request: HttpRequest) -> None:
        if not self.allowed(request):
            raise PermissionDenied


def actor_of(request: HttpRequest) -> str:
    """The name that the trail keeps."""
    return request.user.get_username()
