"""Checks that somebody asked for many at once: how far each is, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from core import clock
from core.admin import shown
from core.admin.base import RecordAdmin, column
from core.admin.record import Facts, Headline, Record
from core.admin.scope import partners_of
from reconciliation.admin import words
from reconciliation.models import BulkCheck, CheckRequest, ReconciliationRun
from reconciliation.operations.bulk import OF
from reconciliation.states import RESULT_MEANINGS, CheckResult

POLL_S = 2


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far it is; read again every POLL_S seconds while it is under way."""

    template: ClassVar[str] = "reconciliation/bulk_progress.html"
    bulk: BulkCheck
    waiting: int
    results: Sequence[tuple[object, int, str]]
    as_of: datetime
    poll_s: int = POLL_S

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.bulk.ended_at is None

    @property
    def done(self) -> int:
        """Checked."""
        return max(0, self.bulk.total - self.waiting)

    @property
    def percent(self) -> int:
        """0 to 100."""
        return 100 * self.done // self.bulk.total if self.bulk.total else 100

    @property
    def url(self) -> str:
        """Where the figures are read again."""
        return reverse("admin:reconciliation_bulkcheck_progress", args=[self.bulk.pk])

    @property
    def age(self) -> str:
        """The moment that the figures are of."""
        return words.clock_text(self.as_of)


def progress_of(bulk: BulkCheck) -> Progress:
    """The figures of this moment."""
    runs = ReconciliationRun.objects.filter(bulk=bulk).order_by()
    counts = dict(runs.values_list("result").annotate(rows=Count("pk")))
    listed = words.list_url(words.RUNS)
    return Progress(
        bulk=bulk,
        waiting=CheckRequest.objects.filter(bulk=bulk).count(),
        results=[
            (
                shown.status(
                    each.value, meaning=RESULT_MEANINGS[each], tone=words.RESULT_TONES[each]
                ),
                counts.get(each.value, 0),
                f"{listed}?bulk={bulk.pk}&result={each.value}",
            )
            for each in CheckResult
        ],
        as_of=clock.now(),
    )


@admin.register(BulkCheck)
class BulkCheckAdmin(RecordAdmin):
    """Newest first. A partner's own staff see those that they asked for themselves."""

    page_title = "Bulk check"
    purpose = "Checks of many things that a person asked for at once."
    nothing_yet = "Nobody has asked for many checks at once yet."
    list_display = ("what", "state", "left", "who", "since")
    ordering = ("-requested_at", "-id")

    def is_open_to(self, request: HttpRequest) -> bool:
        """To everybody with the permission."""
        return True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """All of them, or one's own."""
        rows = BulkCheck.objects.order_by(*self.ordering)
        if partners_of(request) is None:
            return rows
        return rows.filter(actor=request.user.get_username())

    def get_urls(self) -> list[URLPattern]:
        """With the figures that a running one reads again."""
        view = self.admin_site.admin_view(self.progress_view)
        name = "reconciliation_bulkcheck_progress"
        return [path("<uuid:object_id>/progress/", view, name=name), *super().get_urls()]

    def progress_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """The figures alone."""
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404(f"There is no bulk check {object_id}")
        context = {"section": progress_of(row)}
        return TemplateResponse(request, "reconciliation/bulk_figures.html", context)

    @column("What")
    def what(self, row: BulkCheck) -> Any:
        """How many, and how they were chosen."""
        return shown.two_lines(f"{row.total:,} checks", chosen(row))

    @column("State")
    def state(self, row: BulkCheck) -> Any:
        """Under way or done."""
        return state(row)

    @column("Left out")
    def left(self, row: BulkCheck) -> str:
        """How many, and why."""
        return left_out(row)

    @column("Asked for by")
    def who(self, row: BulkCheck) -> Any:
        """Who, through which door."""
        return shown.two_lines(row.actor, words.trigger(row.trigger))

    @column("Asked for")
    def since(self, row: BulkCheck) -> Any:
        """When."""
        return shown.moment(row.requested_at)

    def record(self, request: HttpRequest, row: BulkCheck) -> Record:
        """How far it is, and what was asked."""
        return Record(
            headline=Headline(
                kind="Bulk check",
                main=f"{row.total:,} {'check' if row.total == 1 else 'checks'}",
                beside=chosen(row),
                status=state(row),
            ),
            sections=[
                progress_of(row),  # type: ignore[list-item]
                Facts(
                    title="What was asked",
                    rows=[
                        ("By", row.actor),
                        ("Through", words.trigger(row.trigger)),
                        ("Left out", left_out(row) or "none"),
                        ("Asked for", shown.moment(row.requested_at)),
                        ("Ended", shown.moment(row.ended_at)),
                        ("Its id", shown.copied(str(row.pk), label="its id")),
                    ],
                ),
            ],
        )


def state(row: BulkCheck) -> Any:
    """Under way, or done."""
    if row.ended_at is None:
        return shown.status("Under way", meaning="Some of them still wait.", tone=shown.WAIT)
    return shown.status("Done", meaning="Each was checked once.", tone=shown.GOOD)


def left_out(row: BulkCheck) -> str:
    """`3 not found, 1 named more than once`."""
    return ", ".join(f"{count:,} {why}" for why, count in row.left_out.items())


def chosen(row: BulkCheck) -> str:
    """How they were chosen."""
    if not row.selection:
        return "named by their ids"
    filters = "; ".join(f"{name} {text}" for name, text in row.selection.items() if name != OF)
    noun = "checks" if row.selection.get(OF) == "runs" else "differences"
    return shown.free_text(f"{noun} with {filters}" if filters else f"all {noun}")
