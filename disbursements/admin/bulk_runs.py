"""Bulk runs: what people had done to many payouts at once, live while it is under way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from core import refusals
from core.admin import shown
from core.admin.alerts import steps_of
from core.admin.base import RecordAdmin, column
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused
from core.admin.filters import ChoiceFilter, MomentFilter
from core.admin.record import Facts, Headline, Record
from disbursements.admin.by_hand import ORIGIN
from disbursements.admin.chosen import in_words
from disbursements.admin.progress import progress_of
from disbursements.models import BulkRun, BulkVerb
from disbursements.operations import bulk
from disbursements.operations.bulk_options import LIMIT, MOMENT
from disbursements.states import BulkRunStatus
from vault.queries import caller_of

TONES = {
    BulkRunStatus.RUNNING: shown.WAIT,
    BulkRunStatus.FINISHED: shown.GOOD,
    BulkRunStatus.STOPPED: shown.WARN,
}


class StopRun(ConfirmedAction):
    """End it between two batches."""

    name = "stop"
    label = "Stop…"
    explanation = "What is done stays done; what was not reached stays as it is."

    def allowed(self, request: HttpRequest) -> bool:
        """Whoever may do any of the verbs; the operation looks at the run's own."""
        return any(request.user.has_perm(needed) for needed in bulk.VERB_PERMISSIONS.values())

    def offered(self, row: BulkRun) -> bool:
        """While it is under way."""
        return row.status == BulkRunStatus.RUNNING

    def confirmation(self, request: HttpRequest, rows: Sequence[BulkRun]) -> Confirmation:
        """What stopping means."""
        run = rows[0]
        waiting = run.total - run.done - run.skipped
        return Confirmation(
            title=f"Stop: {run.get_verb_display().lower()} of {run.total:,} payouts",
            button=f"Stop it, leave {waiting:,} as they are",
            will_happen=[
                f"{run.done:,} are done and {run.skipped:,} were skipped: that stays.",
                f"{waiting:,} were not reached yet; they stay as they are.",
                "A batch that is under way is finished first.",
                "A stopped run does not go on. Begin a new one for what is left.",
            ],
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[Any], answers: dict[str, Any], at: datetime
    ) -> Outcome:
        """Stop it."""
        caller = caller_of(request.user, origin=ORIGIN)
        try:
            run = bulk.stop(run_id=rows[0].pk, reason=answers["reason"], caller=caller, at=at)
        except refusals.Refused as refused:
            raise Refused(f"{refused}. Nothing was changed.") from None
        left = run.total - run.done - run.skipped
        return Outcome(text=f"Stopped. {run.done:,} were done, {left:,} were not reached.")


class RunStatusFilter(ChoiceFilter):
    """Running, finished or stopped."""

    title = "status"
    parameter_name = "status"
    column = "status"
    values = tuple((status.value, status.value.capitalize()) for status in BulkRunStatus)


class VerbFilter(ChoiceFilter):
    """What was done."""

    title = "what was done"
    parameter_name = "verb"
    column = "verb"
    values = tuple((verb.value, str(verb.label)) for verb in BulkVerb)


class RunMoment(MomentFilter):
    """When it began."""

    column = "started_at"


@admin.register(BulkRun)
class BulkRunAdmin(RecordAdmin):
    """Newest first."""

    purpose = "What people had done to payouts by hand, one run for each confirmation."
    nothing_yet = "Nobody has retried, stopped or cancelled anything by hand yet."
    list_display = ("what", "state", "progress", "money", "why", "since")
    list_filter = (RunStatusFilter, VerbFilter, RunMoment)
    ordering = ("-started_at",)
    row_actions = (StopRun,)
    partner_path = "partners"

    def rows_of(
        self, rows: QuerySet[BulkRun], partners: frozenset[UUID] | None
    ) -> QuerySet[BulkRun]:
        """A partner's own staff see runs over that partner's payouts only."""
        return rows if partners is None else rows.filter(partners__contained_by=list(partners))

    def get_urls(self) -> list[URLPattern]:
        """With the figures that a running one reads again."""
        view = self.admin_site.admin_view(self.progress_view)
        name = "disbursements_bulkrun_progress"
        return [path("<uuid:object_id>/progress/", view, name=name), *super().get_urls()]

    def progress_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """The figures alone."""
        if request.method not in {"GET", "HEAD"} or not self.has_view_permission(request):
            raise PermissionDenied
        run = self.get_object(request, str(object_id))
        if run is None:
            raise Http404(f"There is no bulk run {object_id}")
        context = {"section": progress_of(run)}
        return TemplateResponse(request, "disbursements/bulk_run_figures.html", context)

    @column("What")
    def what(self, row: BulkRun) -> Any:
        """The verb and how many."""
        noun = "payout" if row.total == 1 else "payouts"
        return shown.two_lines(row.get_verb_display(), f"{row.total:,} {noun}")

    @column("Status")
    def state(self, row: BulkRun) -> Any:
        """Running, finished, stopped."""
        return _state(row)

    @column("Done")
    def progress(self, row: BulkRun) -> Any:
        """`9 done`, `3 skipped`."""
        skipped = f"{row.skipped:,} skipped" if row.skipped else ""
        return shown.two_lines(f"{row.done:,} of {row.total:,}", skipped)

    @column("Amount")
    def money(self, row: BulkRun) -> str:
        """What it was about when it began."""
        return shown.totals(row.totals) or shown.NOTHING

    @column("Why")
    def why(self, row: BulkRun) -> Any:
        """The reason and who gave it, phones always masked in lists."""
        return shown.two_lines(shown.free_text(row.reason), row.actor)

    @column("Begun")
    def since(self, row: BulkRun) -> Any:
        """When it began."""
        return shown.moment(row.started_at)

    def record(self, request: HttpRequest, row: BulkRun) -> Record:
        """What was asked, how far it is, what was skipped and why."""
        may_see = shown.may_see_phones(request)
        return Record(
            headline=Headline(
                kind="Bulk run",
                main=f"{row.get_verb_display()}: {row.total:,} "
                f"{'payout' if row.total == 1 else 'payouts'}",
                beside=shown.totals(row.totals),
                status=_state(row),
                meaning=row.MACHINE.meanings[row.status],
            ),
            sections=[
                progress_of(row),  # type: ignore[list-item]
                Facts(title="What was asked", rows=_facts(request, row, may_see)),
                steps_of(row, may_see_phones=may_see),
            ],
        )


def _facts(request: HttpRequest, row: BulkRun, may_see: bool) -> list[tuple[str, object]]:
    caller = caller_of(request.user, origin=ORIGIN)
    chosen = in_words(row.selection, caller=caller) if row.selection else "by hand, one by one"
    facts: list[tuple[str, object]] = [
        ("Why", shown.free_text(row.reason, may_see_phones=may_see)),
        ("By", f"{row.actor}, through {row.origin}"),
        ("Chosen", shown.free_text(chosen, may_see_phones=may_see)),
        ("Begun", shown.moment(row.started_at)),
        ("Ended", shown.moment(row.ended_at)),
        ("Its id", shown.copied(str(row.pk), label="run id")),
    ]
    if MOMENT in row.options:
        facts.append(("To be sent at", shown.moment(datetime.fromisoformat(row.options[MOMENT]))))
    if LIMIT in row.options:
        facts.append(("New limit of retries", row.options[LIMIT]))
    return facts


def _state(row: BulkRun) -> Any:
    status = BulkRunStatus(row.status)
    return shown.status(status, meaning=row.MACHINE.meanings[status], tone=TONES[status])
