"""Schedules: every one with its last run, result, next run and state; and "Run now…"."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import django_q.admin  # noqa: F401 - it registers the plain list, which this page replaces
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django_q.models import Schedule

from config import run_now, schedule_words
from config.health_figures import SCHEDULE_LATE
from config.schedule_rows import ScheduleRow, State, every_row, one_row
from config.schedules import SWEEPS
from core import clock, refusals
from core.admin import shown
from core.admin.alerts import REMEDIES, steps_of
from core.admin.base import RecordAdmin
from core.admin.confirm import Confirmation, ConfirmedAction, Outcome, Refused
from core.admin.record import Button, Column, Facts, Headline, Record, Table
from core.models import Alert, JobRun
from vault.admin.acting import caller

REFRESH_S = 15
TILES = (
    (State.LATE, "Late", shown.BAD), (State.FAILING, "Failing", shown.BAD),
    (State.NEVER_RAN, "Never ran", shown.WARN), (State.OFF, "Off", shown.WARN),
    (State.ON_TIME, "On time", shown.GOOD),
)  # fmt: skip
WHAT_RUNNING_MEANS = (
    "It is queued and begins within seconds, once a worker is free. Its own rhythm stays.",
    "Running it while it runs already is harmless: each piece of work is taken only once.",
)

admin.site.unregister(Schedule)


class RunNow(ConfirmedAction):
    """One more run, as soon as a worker is free."""

    name = "run"
    permission = "run"
    label = "Run now…"
    explanation = "One more run, as soon as a worker is free. Running it twice harms nothing."
    primary = True

    def confirmation(
        self,
        request: HttpRequest,  # noqa: ARG002
        rows: Sequence[JobRun],
    ) -> Confirmation:
        """What it does, and that it is harmless."""
        row = one_row(rows[0].name, at=clock.now())
        will_happen = [row.says, *WHAT_RUNNING_MEANS]
        if row.is_running:
            will_happen.append(f"A run began {shown.relative(row.started_at or row.at)}.")
        if row.waits_for_run:
            will_happen.append(f"{schedule_words.wish(row)}. It has not begun yet.")
        return Confirmation(
            title=f"Run {row.name} now", button=f"Run {row.name} now", will_happen=will_happen
        )

    def perform(
        self, *, request: HttpRequest, rows: Sequence[JobRun], answers: dict[str, Any],
        at: datetime,
    ) -> Outcome:  # fmt: skip
        """Queue it."""
        try:
            queued = run_now.run_now(
                name=rows[0].name, reason=answers["reason"], caller=caller(request), at=at
            )
        except refusals.Refused as error:
            raise Refused(f"{error}. Nothing was queued.") from None
        if queued.is_new:
            return Outcome(text=f"{queued.name} is queued and runs once a worker is free.")
        return Outcome(text=f"{queued.name} is queued already, asked for by {queued.asked.by}.")


@admin.register(JobRun)
class ScheduleAdmin(RecordAdmin):
    """All schedules of the product, run or not."""

    row_actions = (RunNow,)

    def get_object(
        self,
        request: HttpRequest,  # noqa: ARG002
        object_id: str,
        from_field: str | None = None,  # noqa: ARG002
    ) -> JobRun | None:
        """The row of the table, also of a schedule that never ran."""
        if object_id not in SWEEPS:
            return None
        return JobRun.objects.filter(pk=object_id).first() or JobRun(name=object_id)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Trouble on top."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        at = clock.now()
        rows = every_row(at=at)
        counts = Counter(row.state for row in rows)
        run = RunNow(self)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Schedules",
            "count": len(rows),
            "tiles": [
                (name, counts[state], tone if counts[state] else "") for state, name, tone in TILES
            ],
            "table": schedule_words.table(rows, run if run.allowed(request) else None),
            "summary": _summary(counts),
            "as_of": shown.absolute(at),
            "refresh_s": REFRESH_S,
            **(extra_context or {}),
        }
        return TemplateResponse(request, "config/schedules.html", context)

    def record(self, request: HttpRequest, row: JobRun) -> Record:
        """One schedule with its last failures and who asked for runs."""
        line = one_row(row.name, at=clock.now())
        return Record(
            headline=Headline(
                kind="Schedule", main=line.name, beside=line.says,
                status=schedule_words.state(line), meaning=schedule_words.meaning(line),
                next_step=schedule_words.next_step(line),
            ),
            sections=[_facts(line), _failures(request, line.name), steps_of(row)],
        )  # fmt: skip


def _summary(counts: Counter[State]) -> str:
    wrong = [f"{name}: {counts[state]}" for state, name, tone in TILES
             if counts[state] and tone != shown.GOOD]  # fmt: skip
    return ", ".join(wrong) or "Every schedule is on time."


def _facts(row: ScheduleRow) -> Facts:
    return Facts(
        title="Facts",
        rows=[
            ("How often", row.every_text.capitalize()),
            ("Last run", shown.moment(row.started_at)),
            ("Result", schedule_words.result(row)),
            ("Last success", shown.moment(row.succeeded_at)),
            ("Next run", schedule_words.next_run(row)),
        ],
    )


def _failures(request: HttpRequest, name: str) -> Table:
    may_open = request.user.has_perm("django_q.view_failure")
    return Table(
        title="Last failures",
        columns=[Column(label="Ended"), Column(label="Took"), Column(label="Why")],
        rows=schedule_words.failures(name, may_open=may_open),
        empty="No run of the last day has failed.",
        note="Finished tasks are kept for a day.",
    )


def _run_button(request: HttpRequest, alert: Alert) -> Button | None:
    """On the alert of a late schedule."""
    page: Any = admin.site.get_model_admin(JobRun)
    action = RunNow(page)
    if alert.key not in SWEEPS or not action.allowed(request):
        return None
    return Button(label=action.label, url=action.url(JobRun(name=alert.key)))


REMEDIES[SCHEDULE_LATE] = _run_button
